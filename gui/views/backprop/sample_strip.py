"""The samples of the recorded batch in a row, to choose the one that is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.views.looks.metrics import HALF_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

MOST_SHOWN = 8
LEAST_SHOWN = 3
SIDE_LINES = 1.9
FRAME_PX = 2.4


class SampleStrip(ThemedWidget):
    """As many samples as there is room for, the chosen one among them; a click, or Up and Down, chooses another."""

    sample_chosen = Signal(int)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._count = 0
        self._chosen: int | None = None
        self._labels: tuple[str, ...] = ()
        self._pictures: Sequence[QPixmap] = ()
        self.setObjectName("sample_strip")
        self.setAccessibleName("Samples of this batch")
        self.setToolTip("Choose the sample that is looked at")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setWhatsThis(
            "The samples of the batch that is walked through. The framed one is worked out in the inspector. Click "
            "another, or press Up and Down."
        )

    def show_samples(
        self, count: int, chosen: int | None, labels: tuple[str, ...], pictures: Sequence[QPixmap]
    ) -> None:
        """Show ``count`` samples; ``labels`` are their classes, ``pictures`` their images, where there are some."""
        self._count, self._chosen, self._labels, self._pictures = count, chosen, labels, pictures
        which = "the whole batch" if chosen is None else f"sample {chosen + 1} of {count}"
        self.setAccessibleDescription(which)
        self.updateGeometry()
        self.update()

    @property
    def _side(self) -> float:
        return float(scaled(self.font(), SIDE_LINES))

    def sizeHint(self) -> QSize:
        shown = min(max(self._count, 1), MOST_SHOWN)
        return QSize(round(shown * (self._side + HALF_PX)) + HALF_PX, round(self._side) + 2 * HALF_PX)

    def minimumSizeHint(self) -> QSize:
        shown = min(max(self._count, 1), LEAST_SHOWN)
        return QSize(round(shown * (self._side + HALF_PX)) + HALF_PX, self.sizeHint().height())

    def _shown(self) -> range:
        """Which samples there is room for: those round the chosen one."""
        room = max(1, int((self.width() - HALF_PX) / (self._side + HALF_PX)))
        room = min(room, self._count)
        first = min(max((self._chosen or 0) - room // 2, 0), self._count - room)
        return range(first, first + room)

    def rect_of(self, sample: int) -> QRectF:
        """Where a sample that is shown stands."""
        place = sample - self._shown().start
        side = self._side
        return QRectF(HALF_PX + place * (side + HALF_PX), (self.height() - side) / 2, side, side)

    def _sample_at(self, x: float) -> int | None:
        return next((n for n in self._shown() if self.rect_of(n).left() <= x <= self.rect_of(n).right()), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        sample = self._sample_at(event.position().x())
        if sample is not None and event.button() == Qt.MouseButton.LeftButton:
            self.sample_chosen.emit(sample)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._count:
            super().keyPressEvent(event)
            return
        chosen = 0 if self._chosen is None else self._chosen + step
        self.sample_chosen.emit(min(max(chosen, 0), self._count - 1))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            sample = self._sample_at(event.pos().x())
            if sample is not None:
                label = self._labels[sample] if sample < len(self._labels) else ""
                QToolTip.showText(event.globalPos(), f"sample {sample + 1}{f', {label}' if label else ''}", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.role_font(Role.CAPTION))
        for sample in self._shown():
            box = self.rect_of(sample)
            if sample < len(self._pictures):
                painter.drawPixmap(box.toRect(), self._pictures[sample])
            else:
                painter.setPen(QPen(self.theme.color("line_strong"), 1))
                painter.setBrush(self.theme.color("raised"))
                painter.drawRoundedRect(box, HALF_PX, HALF_PX)
                painter.setPen(self.theme.color("ink"))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(sample + 1))
            if sample == self._chosen:
                painter.setPen(QPen(self.theme.color("accent_line"), FRAME_PX))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), HALF_PX, HALF_PX)
