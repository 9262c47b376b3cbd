"""The card with the network at work, and the key to its lines and colours."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.state.playground import PlaygroundState
from gui.views.looks import metrics
from gui.views.looks.metrics import GRID_PX, HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.playground.map_colors import Picture, unit_pixels
from gui.views.playground.network_picture import NetworkPicture
from gui.views.playground.weight_lines import draw_sample
from gui.views.widgets.card import Card
from gui.views.widgets.numbers import compact_number
from gui.views.widgets.themed import ThemedWidget

SAMPLE_PX = 24
RAMP_PX = 56
INTERVAL_S = 0.15  # between pictures of a run: every second answer, because they take longer than all the rest
LINES = (("w > 0", 1), ("w < 0", -1))


class NetworkLegend(ThemedWidget):
    """What the lines and the colours mean; where there is little room the colours go first, then the lines."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Key to the network")
        self.setToolTip(
            "Green and solid: a weight above 0. Brown and dashed: below 0. Squares: brown below 0, dark above. "
            "The colours of a layer end at its largest number"
        )
        self.setWhatsThis(
            "The key to the picture of the network. Weights above 0 are green and solid, below 0 brown and dashed. The "
            "squares run from brown, below 0, to dark, above; the colours of a layer end at its largest number."
        )

    def show_limits(self, limits: tuple[float, ...]) -> None:
        """Name the ends of the ramp: the limit of the hidden layers, or words where they have several."""
        found = set(limits)
        limit = compact_number(found.pop()) if len(found) == 1 else "max"
        ends = (f"−{limit}", limit) if limits else ("", "")
        if ends != self._ends:
            self._ends = ends
            self.updateGeometry()
            self.update()

    def _line_width(self) -> float:
        room = QFontMetricsF(self.role_font(Role.CAPTION))
        return sum(SAMPLE_PX + HALF_PX + room.horizontalAdvance(name) + GRID_PX for name, _ in LINES)

    def _ramp_width(self) -> float:
        if not self._ends[0]:
            return 0.0
        room = QFontMetricsF(self.role_font(Role.CAPTION))
        return RAMP_PX + 2 * HALF_PX + sum(room.horizontalAdvance(end) for end in self._ends)

    def sizeHint(self) -> QSize:
        return QSize(round(self._line_width() + self._ramp_width()) + 2, metrics.scaled(self.font(), 1.4))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.width() < self._line_width():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.role_font(Role.CAPTION))
        room, middle = QFontMetricsF(painter.font()), self.height() / 2
        has_ramp = self.width() >= self.sizeHint().width()
        x = self.width() - self._line_width() - (self._ramp_width() if has_ramp else 0)
        for name, sign in LINES:
            draw_sample(painter, self.theme, sign, QLineF(x, middle, x + SAMPLE_PX, middle), self.devicePixelRatioF())
            x = self._write(painter, room, x + SAMPLE_PX + HALF_PX, name) + GRID_PX
        if has_ramp and self._ends[0]:
            x = self._write(painter, room, x, self._ends[0]) + HALF_PX
            self._paint_ramp(painter, QRectF(x, middle - room.height() / 3, RAMP_PX, room.height() / 1.5))
            self._write(painter, room, x + RAMP_PX + HALF_PX, self._ends[1])
        painter.end()

    def _write(self, painter: QPainter, room: QFontMetricsF, x: float, text: str) -> float:
        """Write a text and return where it ends."""
        painter.setPen(self.theme.color("ink_2"))
        width = room.horizontalAdvance(text)
        painter.drawText(QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        return x + width

    def _paint_ramp(self, painter: QPainter, area: QRectF) -> None:
        shares = np.linspace(-1, 1, 64, dtype=np.float32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, Picture(unit_pixels(self.theme, shares[None, :, None])[0]).image)
        painter.setPen(QPen(self.theme.color("line_strong"), metrics.LINE_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)


class NetworkCard(Card):
    """Follows ``PlaygroundState``."""

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        super().__init__(themes, "What each unit responds to", parent=parent)
        self.setObjectName("network_card")
        self._state = state
        self._drawn_at = 0.0
        self.picture = NetworkPicture(themes, state)
        self._legend = NetworkLegend(themes)
        self.add_header_widget(self._legend)
        self.body.setContentsMargins(metrics.HALF_PX, 0, metrics.HALF_PX, metrics.HALF_PX)
        self.body.addWidget(self.picture)
        state.answered.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Draw the network as it is now, or say why it cannot be drawn; while a run goes on not every time."""
        now = time.perf_counter()
        if self._state.is_live and now - self._drawn_at < INTERVAL_S and self.picture.is_of(self._state.answer):
            return
        self._drawn_at = now
        self.picture.show_answer(self._state.answer)
        self._legend.show_limits(self.picture.limits[1:-1])
