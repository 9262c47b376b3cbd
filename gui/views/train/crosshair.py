"""The crosshair of a plot: an upright line at one batch, and a box with the exact values of every curve there."""

from __future__ import annotations

import math
from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.domain.metrics_log import Reading
from gui.views.looks import metrics
from gui.views.looks.theme import Theme
from gui.views.widgets.readout_box import ReadoutBox, Row

DOT_PX = 4.0
LINE_PX = 1.0
NOT_FINITE = {"nan": "NaN", "inf": "∞", "-inf": "−∞"}


class CrosshairItem(pg.GraphicsObject):
    """Shows one reading; ``form`` makes a text of a value, and ``on_axis`` says where the axis has it."""

    def __init__(self, form: Callable[[float], str], on_axis: Callable[[float], float]) -> None:
        super().__init__()
        self._form, self._on_axis = form, on_axis
        self._theme: Theme | None = None
        self._box = ReadoutBox(QFont())
        self.reading: Reading | None = None
        self.is_smoothed = True
        self.setVisible(False)

    def show_reading(self, reading: Reading | None) -> None:
        """Show a reading; None takes the crosshair away."""
        if reading != self.reading:
            self.reading = reading
            self.setVisible(reading is not None)
            self.update()

    def set_look(self, theme: Theme, font: QFont) -> None:
        """Colours, and the base font that those of the box come from."""
        self._theme = theme
        self._box = ReadoutBox(font)
        self.update()

    @property
    def title(self) -> str:
        reading = self.reading
        return "" if reading is None else f"Epoch {reading.epoch + 1}, batch {reading.batch + 1}"

    def rows(self) -> list[Row]:
        """The values in words, as the box shows them."""
        reading, theme = self.reading, self._theme
        if reading is None or theme is None:
            return []
        dashed = QPen(theme.color("validation"), metrics.RUN_CURVE_PX)
        dashed.setDashPattern([2.6, 1.4])
        raw = "train_raw" if self.is_smoothed else "train"
        found = [Row(QPen(theme.color(raw), metrics.RUN_CURVE_PX), "train, this batch", self._text(reading.raw))]
        if self.is_smoothed:
            pen = QPen(theme.color("train"), metrics.CURVE_PX)
            found.insert(0, Row(pen, "train, smoothed", self._text(reading.smoothed)))
        if reading.validation is not None:
            epochs, value = reading.validation
            found.append(Row(dashed, f"validation, epoch {epochs}", self._text(value)))
        if reading.last_run is not None:
            found.append(
                Row(QPen(theme.color("ink_3"), metrics.GHOST_PX), "last run, smoothed", self._text(reading.last_run))
            )
        return found

    def _text(self, value: float) -> str:
        return self._form(value) if math.isfinite(value) else NOT_FINITE[str(value)]

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        reading, theme = self.reading, self._theme
        if reading is None or theme is None:
            return
        transform = painter.worldTransform()
        area = transform.mapRect(self.boundingRect())
        value = reading.smoothed if self.is_smoothed else reading.raw
        at = transform.map(QPointF(reading.x, self._on_axis(value)))
        if not area.left() <= at.x() <= area.right():
            return
        painter.save()
        painter.resetTransform()
        painter.setPen(QPen(theme.color("ink"), LINE_PX))
        painter.drawLine(QLineF(at.x(), area.top(), at.x(), area.bottom()))
        if math.isfinite(at.y()):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("panel"), LINE_PX))
            painter.setBrush(theme.color("ink"))
            painter.drawEllipse(at, DOT_PX, DOT_PX)
        self._box.paint(painter, theme, area, at, self.title, self.rows())
        painter.restore()
