"""Where the walk stands: a stop for every op, forward in grey, backward in blue, the update in green."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.backprop.op_steps import Walk
from gui.views.looks.metrics import HALF_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

STOP_PX, HANDLE_PX, TRACK_PX = 4.0, 7.0, 3.0
GAP_LINES = 1.6
WIDTH_LINES, LEAST_LINES = 24.0, 17.0
STOPS_FROM_PX = 11.0
"""Stops are drawn where they stand at least so far apart."""


class OpScrubber(ThemedWidget):
    """Click a stop to go there. It can be reached with Tab; the page's arrows then step as everywhere."""

    position_chosen = Signal(int)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._walk: Walk | None = None
        self._position = 0
        self.setObjectName("op_scrubber")
        self.setAccessibleName("Ops of this pass")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Every stop is one op: forward in grey, backward in blue. Click to go there.")
        self.setWhatsThis(
            "The whole pass at a glance: first every op forward to the loss, then every op backward, then the update. "
            "The large ring is the op that was done last. Click a stop, or press Home and End, to go there."
        )

    def show_walk(self, walk: Walk | None, position: int) -> None:
        """Show a walk and where it stands."""
        if walk is not self._walk or position != self._position:
            self._walk, self._position = walk, position
            self.setAccessibleDescription(f"Op {position} of {0 if walk is None else len(walk)}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(self.font(), WIDTH_LINES), scaled(self.font(), 2.2))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(self.font(), LEAST_LINES), self.sizeHint().height())

    # -- geometry -----------------------------------------------------------------------------------------------------

    def _tracks(self, walk: Walk) -> list[tuple[int, int, float, float]]:
        """For forward, backward and update: first and last position, and where the track begins and ends."""
        gap = scaled(self.font(), GAP_LINES)
        left, right = HANDLE_PX + 2, self.width() - HANDLE_PX - 2
        update = len(walk) - walk.forward_count - walk.backward_count
        parts = [(1, walk.forward_count), (walk.forward_count + 1, walk.forward_count + walk.backward_count)]
        if update:
            parts.append((len(walk), len(walk)))
        counts = [max(last - first + 1, 1) for first, last in parts]
        room = max(1.0, right - left - gap * (len(parts) - 1))
        share = room / sum(max(count, 2) for count in counts)
        tracks = []
        x = left
        for (first, last), count in zip(parts, counts, strict=True):
            width = share * max(count, 2)
            tracks.append((first, last, x, x + width))
            x += width + gap
        return tracks

    def place_of(self, position: int) -> float:
        """The x of a position; 0 stands at the very beginning."""
        if self._walk is None:
            return 0.0
        for first, last, begin, end in self._tracks(self._walk):
            if first <= position <= last:
                return (
                    (begin + end) / 2 if last == first else begin + (position - first) / (last - first) * (end - begin)
                )
        return HANDLE_PX + 2

    def _position_at(self, x: float) -> int:
        walk = self._walk
        if walk is None:
            return 0
        nearest = min(range(1, len(walk) + 1), key=lambda position: abs(self.place_of(position) - x), default=0)
        return 0 if x < self.place_of(1) - 2 * HANDLE_PX else nearest

    # -- events -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.position_chosen.emit(self._position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.position_chosen.emit(self._position_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Home:
            self.position_chosen.emit(0)
        elif event.key() == Qt.Key.Key_End and self._walk is not None:
            self.position_chosen.emit(len(self._walk))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)
        ):
            event.accept()
            return True
        return super().event(event)

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        walk = self._walk
        if walk is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.role_font(Role.CAPTION)
        y = HANDLE_PX + 4
        names = (
            (f"forward, {walk.forward_count} ops", "ink_3", "ink_2"),
            (f"backward, {walk.backward_count} ops", "gradient", "gradient_text"),
            ("update", "parameter", "parameter_text"),
        )
        for (first, last, begin, end), (name, color, text) in zip(self._tracks(walk), names, strict=False):
            done = min(max(self.place_of(self._position), begin), end) if self._position >= first else begin
            self._line(painter, begin, end, y, "line_strong")
            if self._position >= first:
                self._line(painter, begin, done if self._position <= last else end, y, color)
            self._stops(painter, first, last, y, color)
            painter.setFont(font)
            painter.setPen(self.theme.color(text))
            width = QFontMetricsF(font).horizontalAdvance(name) + 4
            x = min(max((begin + end - width) / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(x, y + HANDLE_PX + 1, width, self.height()), Qt.AlignmentFlag.AlignHCenter, name)
        x = self.place_of(self._position) if self._position else HALF_PX + 2
        painter.setPen(QPen(self.theme.color("accent_line"), 2.4))
        painter.setBrush(self.theme.color("panel"))
        painter.drawEllipse(QPointF(x, y), HANDLE_PX, HANDLE_PX)

    def _line(self, painter: QPainter, begin: float, end: float, y: float, color: str) -> None:
        painter.setPen(QPen(self.theme.color(color), TRACK_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(begin, y), QPointF(max(end, begin + 0.1), y))

    def _stops(self, painter: QPainter, first: int, last: int, y: float, color: str) -> None:
        if last > first and self.place_of(first + 1) - self.place_of(first) < STOPS_FROM_PX:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for position in range(first, last + 1):
            painter.setBrush(self.theme.color(color if position <= self._position else "line_strong"))
            painter.drawEllipse(QPointF(self.place_of(position), y), STOP_PX, STOP_PX)
