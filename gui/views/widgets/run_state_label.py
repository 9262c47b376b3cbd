"""The state of a run as a shape and a word, so that colour never says it alone."""

from __future__ import annotations

import math
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SHAPE_SCALE = 0.66
PEN_PX = 1.6
DEGREE = 16  # Qt counts angles in sixteenths
FAINT_ALPHA = 0.4


class RunState(Enum):
    """The words; each has a shape and a colour token of its own."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STEPPING = "stepping"
    STOPPING = "stopping"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"


TOKENS = {
    RunState.IDLE: "ink_3",
    RunState.STARTING: "ink_3",
    RunState.RUNNING: "parameter_text",
    RunState.PAUSED: "accent_line",
    RunState.STEPPING: "ink_2",
    RunState.STOPPING: "ink_2",
    RunState.STOPPED: "ink_2",
    RunState.COMPLETED: "ink_2",
    RunState.FAILED: "trouble",
}


class RunStateLabel(ThemedWidget):
    """As wide as its longest word, so that the bar around it stays still."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setObjectName("run_state_label")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setWhatsThis(
            "What the run is doing: idle, starting, running, paused, stepping or stopping, and then whether it was "
            "completed, stopped or failed. Each has a shape of its own."
        )
        self._state = RunState.IDLE
        self.set_state("idle")

    @property
    def state(self) -> str:
        return self._state.value

    def set_state(self, word: str) -> None:
        """Show idle, starting, running, paused, stepping, stopping, stopped, completed, failed; else ``ValueError``."""
        state = RunState(word)
        if state is self._state and self.accessibleName():
            return
        self._state = state
        self.setAccessibleName(f"Run state: {self.text}")
        self.setToolTip(f"Run state: {self.text}")
        self.update()

    @property
    def text(self) -> str:
        """The word as it is shown."""
        return self._state.value.capitalize()

    def sizeHint(self) -> QSize:
        room = QFontMetrics(self.role_font(metrics.Role.TITLE))
        widest = max(room.horizontalAdvance(state.value.capitalize()) for state in RunState)
        return QSize(self._shape_side() + metrics.GRID_PX + widest + 2, metrics.scaled(self.font(), 1.5))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self._shape_side()
        self._paint_shape(painter, QRectF(0.5, (self.height() - side) / 2, side, side))
        painter.setFont(self.role_font(metrics.Role.TITLE))
        painter.setPen(self.theme.color("trouble_text" if self._state is RunState.FAILED else "ink"))
        text = QRectF(self.rect()).adjusted(side + metrics.GRID_PX, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)

    def _shape_side(self) -> int:
        return metrics.scaled(self.font(), SHAPE_SCALE)

    def _paint_shape(self, painter: QPainter, box: QRectF) -> None:
        color = self.theme.color(TOKENS[self._state])
        pen = QPen(color, PEN_PX)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = box.adjusted(PEN_PX / 2, PEN_PX / 2, -PEN_PX / 2, -PEN_PX / 2)
        if self._state is RunState.IDLE:
            painter.drawEllipse(inner)
        elif self._state is RunState.STARTING:
            painter.drawArc(inner, 90 * DEGREE, -180 * DEGREE)
            painter.setPen(QPen(self.theme.color(TOKENS[self._state], FAINT_ALPHA), PEN_PX))
            painter.drawArc(inner, 90 * DEGREE, 180 * DEGREE)
        elif self._state is RunState.STOPPING:
            painter.drawRect(inner)
        elif self._state in (RunState.COMPLETED, RunState.FAILED):
            self._paint_strokes(painter, inner)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            self._paint_filled(painter, box)

    def _paint_strokes(self, painter: QPainter, box: QRectF) -> None:
        if self._state is RunState.FAILED:
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.bottomLeft(), box.topRight())
            return
        elbow = QPointF(box.left() + 0.36 * box.width(), box.bottom() - 0.08 * box.height())
        start = QPointF(box.left(), box.top() + 0.56 * box.height())
        end = QPointF(box.right(), box.top() + 0.12 * box.height())
        painter.drawPolyline(QPolygonF([start, elbow, end]))

    def _paint_filled(self, painter: QPainter, box: QRectF) -> None:
        if self._state is RunState.RUNNING:
            painter.drawEllipse(box)
        elif self._state is RunState.STOPPED:
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        elif self._state is RunState.STEPPING:
            height = box.width() * math.sqrt(3) / 2
            left = box.center().x() - height / 2
            tip = QPointF(left + height, box.center().y())
            painter.drawPolygon(QPolygonF([QPointF(left, box.top()), tip, QPointF(left, box.bottom())]))
        else:
            bar = box.width() * 0.24
            for x in (box.left() + 0.14 * box.width(), box.right() - 0.14 * box.width() - bar):
                painter.drawRect(QRectF(x, box.top(), bar, box.height()))
