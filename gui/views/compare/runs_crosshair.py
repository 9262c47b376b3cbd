"""The crosshair over many runs: an upright line, a dot on every curve, and a box with their values, the best first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.domain.kept_run import epoch_text
from gui.views.looks import metrics
from gui.views.looks.theme import Theme
from gui.views.widgets.numbers import compact_number
from gui.views.widgets.readout_box import ReadoutBox, Row

DOT_PX = 4.0
NAME_SHARE = 0.4


class RunReading(NamedTuple):
    """What one run has at the crosshair."""

    name: str
    pen: QPen
    value: float
    on_axis: float


class RunsCrosshair(pg.GraphicsObject):
    """Shows the readings of all runs at one x; ``form`` writes a value."""

    def __init__(self, form: Callable[[float], str]) -> None:
        super().__init__()
        self._form = form
        self._theme: Theme | None = None
        self._box = ReadoutBox(QFont())
        self.x: float | None = None
        self.readings: list[RunReading] = []
        self.setVisible(False)

    def show_readings(self, x: float | None, readings: Sequence[RunReading] = ()) -> None:
        """Show these readings, the best first; x None takes the crosshair away."""
        self.x, self.readings = x, list(readings)
        self.setVisible(x is not None and bool(readings))
        self.update()

    def set_look(self, theme: Theme, font: QFont) -> None:
        self._theme, self._box = theme, ReadoutBox(font)
        self.update()

    @property
    def title(self) -> str:
        return "" if self.x is None else f"Epoch {epoch_text(self.x)}"

    def rows(self, most: int, width: float) -> list[Row]:
        """The readings in words; where there are too many, the last row counts the others."""
        shown = self.readings if len(self.readings) <= most else self.readings[: max(1, most - 1)]
        rows = [Row(each.pen, self._box.elided(each.name, width), self._text(each.value)) for each in shown]
        left = len(self.readings) - len(shown)
        return [*rows, Row(QPen(rows[0].pen.color(), 0), f"{left} more", "")] if left else rows

    def _text(self, value: float) -> str:
        return self._form(value) if math.isfinite(value) else compact_number(value)

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        theme = self._theme
        if self.x is None or theme is None or not self.readings:
            return
        transform = painter.worldTransform()
        area = transform.mapRect(self.boundingRect())
        at = [transform.map(QPointF(self.x, each.on_axis)) for each in self.readings]
        if not area.left() - 1 <= at[0].x() <= area.right() + 1:
            return
        painter.save()
        painter.resetTransform()
        painter.setPen(QPen(theme.color("ink"), metrics.LINE_PX))
        painter.drawLine(QLineF(at[0].x(), area.top(), at[0].x(), area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("panel"), metrics.LINE_PX))
        for point, each in zip(at, self.readings, strict=True):
            if math.isfinite(point.y()) and area.top() <= point.y() <= area.bottom():
                painter.setBrush(each.pen.color())
                painter.drawEllipse(point, DOT_PX, DOT_PX)
        heights = [point.y() for point in at if math.isfinite(point.y())]
        middle = QPointF(at[0].x(), sum(heights) / len(heights) if heights else area.center().y())
        rows = self.rows(self._box.rows_that_fit(area.height()), NAME_SHARE * area.width())
        self._box.paint(painter, theme, area, middle, self.title, rows)
        painter.restore()
