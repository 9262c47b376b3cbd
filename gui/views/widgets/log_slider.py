"""A slider on a logarithmic scale with its decades marked beneath, for a learning rate."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.numbers import compact_number, fine_step, one_two_five, rounded_to

POSITIONS_PER_DECADE = 100
TRACK_PX = 4
LABEL_GAP_PX = 8
WHEEL_NOTCH = 120
NARROWEST_IN_LETTERS = 14


class LogSlider(QAbstractSlider):
    """Moves a positive number between two limits; any value can be shown, the user's steps land on round ones.

    Arrow keys and the wheel (with focus only) walk 1, 2, 5, 10; with Shift they move by a twentieth of a decade. A drag
    rounds to one digit, with Shift to two. ``QAbstractSlider`` is the base so that a screen reader meets a slider; read
    the number with ``number`` and follow ``value_changed``.
    """

    value_changed = Signal(float)

    def __init__(
        self,
        themes: ThemeProvider,
        name: str,
        minimum: float = 1e-5,
        maximum: float = 0.1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not 0 < minimum < maximum < math.inf:
            raise ValueError(f"A log slider needs 0 < minimum < maximum. Received: {minimum!r}, {maximum!r}.")
        self._themes, self._low, self._high = themes, minimum, maximum
        self._hovered = False
        self.setRange(0, round(POSITIONS_PER_DECADE * math.log10(maximum / minimum)))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setToolTip(f"{name}: drag, or press the arrow keys; hold Shift for fine steps")
        self.setWhatsThis(
            f"{name} on a logarithmic scale, where every mark is ten times the one before. A drag goes to round "
            "numbers, the arrow keys walk 1, 2, 5, 10; with Shift the steps are fine. Values beyond its ends are typed."
        )
        themes.theme_changed.connect(self._on_theme_changed)
        self._number = minimum
        self.set_number(minimum)
        self.valueChanged.connect(self._on_position_changed)

    @property
    def number(self) -> float:
        return self._number

    def set_number(self, value: float) -> None:
        """Show a value without telling anyone; one beyond the scale stays what it is, with the handle at the end."""
        if not 0 < value < math.inf:
            raise ValueError(f"A log slider shows numbers above 0. Received: {value!r}.")
        self._number = value
        blocked = self.blockSignals(True)
        self.setValue(round(self._share() * self.maximum()))
        self.blockSignals(blocked)
        self.setAccessibleDescription(compact_number(value, log=True))
        self.update()

    def sizeHint(self) -> QSize:
        width = NARROWEST_IN_LETTERS * QFontMetrics(self._label_font()).horizontalAdvance("0")
        return QSize(width, round(2 * self._radius()) + 2 + QFontMetrics(self._label_font()).height() + metrics.GRID_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forward = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}
        large = {Qt.Key.Key_PageUp: 3, Qt.Key.Key_PageDown: -3}
        key = Qt.Key(event.key())
        if key in forward:
            self._step(forward[key], event.modifiers())
        elif key in large:
            self._move_to(one_two_five(self._number, large[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._move_to(self._low if key == Qt.Key.Key_Home else self._high)
        else:
            event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = round(event.angleDelta().y() / WHEEL_NOTCH)
        if not self.hasFocus() or notches == 0:
            event.ignore()
            return
        self._step(notches, event.modifiers())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._drag_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._drag_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_scale(painter)
        self._paint_track(painter)

    @Slot(int)
    def _on_position_changed(self, position: int) -> None:
        """Somebody else than the user's hand has moved the handle: a screen reader, say."""
        self._move_to(rounded_to(self._low * 10 ** (position / POSITIONS_PER_DECADE), 2))

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        self.update()

    def _step(self, steps: int, modifiers: Qt.KeyboardModifier) -> None:
        fine = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._move_to(fine_step(self._number, steps) if fine else one_two_five(self._number, steps))

    def _drag_to(self, event: QMouseEvent) -> None:
        track = self._track()
        share = min(1.0, max(0.0, (event.position().x() - track.left()) / max(1.0, track.width())))
        value = self._low * (self._high / self._low) ** share
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move_to(rounded_to(value, 2 if fine else 1))

    def _move_to(self, value: float) -> None:
        value = min(self._high, max(self._low, value))
        if value != self._number:
            self.set_number(value)
            self.value_changed.emit(value)

    def _share(self, value: float | None = None) -> float:
        share = math.log(min(self._high, max(self._low, value or self._number)) / self._low)
        return share / math.log(self._high / self._low)

    def _label_font(self) -> QFont:
        return metrics.tabular(metrics.role_font(self.font(), metrics.Role.CAPTION))

    def _radius(self) -> float:
        return metrics.scaled(self.font(), 0.45)

    def _track(self) -> QRectF:
        """The line the handle runs on, with room for the handle and half an end label at either side."""
        ends = (compact_number(self._low, log=True), compact_number(self._high, log=True))
        room = QFontMetrics(self._label_font())
        half = max(self._radius() + 1, *(room.horizontalAdvance(text) / 2 for text in ends))
        top = self._radius() + 1 - TRACK_PX / 2
        return QRectF(half, top, max(1.0, self.width() - 2 * half), TRACK_PX)

    def _paint_track(self, painter: QPainter) -> None:
        theme, track = self._themes.theme, self._track()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line_strong"))
        painter.drawRoundedRect(track, TRACK_PX / 2, TRACK_PX / 2)
        x = track.left() + self._share() * track.width()
        if self.isEnabled():
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), x - track.left(), TRACK_PX), 2, 2)
        painter.setPen(QPen(theme.color("accent_line" if self.isEnabled() else "line_strong"), 2))
        painter.setBrush(theme.color("selection" if self._hovered and self.isEnabled() else "panel"))
        painter.drawEllipse(QPointF(x, track.center().y()), self._radius() - 1, self._radius() - 1)

    def _paint_scale(self, painter: QPainter) -> None:
        theme, track = self._themes.theme, self._track()
        font = self._label_font()
        painter.setFont(font)
        room = QFontMetrics(font)
        top = 2 * self._radius() + 2
        for decade, labelled in self._decades(room, track.width()):
            value = 10.0**decade
            x = track.left() + self._share(value) * track.width()
            painter.setPen(QPen(theme.color("line_strong"), metrics.LINE_PX))
            painter.drawLine(QPointF(x, top - metrics.HALF_PX), QPointF(x, top))
            if labelled:
                text = compact_number(value, log=True)
                width = room.horizontalAdvance(text) + 2
                painter.setPen(theme.color("ink_2" if self.isEnabled() else "ink_3"))
                area = QRectF(x - width / 2, top + 1, width, room.height())
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def _decades(self, room: QFontMetrics, width: float) -> list[tuple[int, bool]]:
        """Each decade on the scale and whether there is room to label it: all, else every second, third..."""
        first = math.ceil(math.log10(self._low) - 1e-9)
        last = math.floor(math.log10(self._high) + 1e-9)
        decades = range(first, last + 1)
        widest = max((room.horizontalAdvance(compact_number(10.0**d, log=True)) for d in decades), default=0)
        per_decade = width / math.log10(self._high / self._low)
        every = max(1, math.ceil((widest + LABEL_GAP_PX) / per_decade))
        while every < len(decades) - 1 and (len(decades) - 1) % every:
            every += 1
        return [(decade, (decade - first) % every == 0) for decade in decades]
