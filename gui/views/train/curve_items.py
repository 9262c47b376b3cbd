"""The parts of the live curves: items that are quick to draw again and again, an axis of shares, pens, round steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.views.looks.theme import Theme

NICE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LONG_FROM = 1e5
NO_PREFIXES = ()  # pyqtgraph 0.14 shows 0.6 as 600 without saying so, also where it was told not to
LABEL_ROWS = 5
MOST_MARKS = 30
LABEL_PADDING = 4.0


class NumberAxis(pg.AxisItem):
    """Numbers as they are, and powers of ten where they would be long; pyqtgraph would rescale them or say nothing."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        largest = max((abs(value) for value in values), default=0.0)
        if self.logMode:
            return [f"{10.0**value:.2g}" for value in values]
        if largest >= LONG_FROM or spacing < 1 / LONG_FROM:
            return [f"{value:.2g}".replace("e+", "e") for value in values]
        return [str(text) for text in super().tickStrings(values, scale, spacing)]


class PercentAxis(pg.AxisItem):
    """Shares as per cent."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        digits = 0 if spacing >= 0.01 else 1
        return [f"{100 * value:.{digits}f} %" for value in values]


class LiveCurve(pg.PlotCurveItem):
    """A curve that takes up what is visible: to reckon how large it is costs more than drawing it.

    That would be needed for pyqtgraph's own ranges only, and ``CurvePlot`` has its own.
    """

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def dataBounds(self, ax: int, frac: float = 1.0, orthoRange: Any = None) -> tuple[None, None]:
        return None, None


class Look(NamedTuple):
    """How a point is drawn: a symbol of pyqtgraph's, its size in pixels, its edge and what it is filled with."""

    symbol: str
    size: float
    pen: QPen
    fill: QColor


class KeyEntry(NamedTuple):
    """One entry of a key: a piece of line, or a point, and what it is."""

    sample: QPen | Look
    name: str


def paint_point(painter: QPainter, at: QPointF, look: Look) -> None:
    """A point as it looks, at a place in pixels."""
    shape = QTransform.fromTranslate(at.x(), at.y()).scale(look.size, look.size).map(Symbols[look.symbol])
    painter.setPen(look.pen)
    painter.setBrush(look.fill)
    painter.drawPath(shape)


class PointsItem(pg.GraphicsObject):
    """A few points with looks of their own. A ``ScatterPlotItem`` can draw thousands, and takes longer for ten."""

    def __init__(self) -> None:
        super().__init__()
        self.points: list[tuple[float, float, Look]] = []

    def show_points(self, points: Sequence[tuple[float, float, Look]]) -> None:
        """Points (x, y, look) in the coordinates of the plot."""
        if points or self.points:
            self.points = list(points)
            self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        transform = painter.worldTransform()
        painter.save()
        painter.resetTransform()
        for x, y, look in self.points:
            paint_point(painter, transform.map(QPointF(x, y)), look)
        painter.restore()


class MarksItem(pg.GraphicsObject):
    """A dashed line at every x where something happened, with a label at the top that covers no other label.

    The newest label comes first; one for which there is no room is left out, and the tooltip tells all of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[tuple[float, str]] = []
        self._font = QFont()
        self._pen = QPen()
        self._colors = ("", "", "")

    def show_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """The newest of these; more could not be told apart, and to place their labels takes long."""
        newest = list(marks[-MOST_MARKS:])
        if newest != self.marks:
            self.marks = newest
            earlier = [f"and {len(marks) - len(newest):,} before"] if len(marks) > len(newest) else []
            self.setToolTip("\n".join([f"epoch {x:.2f}: {label}" for x, label in newest] + earlier))
            self.update()

    def set_look(self, font: QFont, pen: QPen, text: str, fill: str, edge: str) -> None:
        self._font, self._pen, self._colors = font, pen, (text, fill, edge)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def labels(self, to_pixels: QTransform, area: QRectF) -> list[tuple[QRectF, str]]:
        """Where each label goes that has room, in pixels; ``area`` is the whole plot in them."""
        room = QFontMetricsF(self._font)
        height = room.height() + LABEL_PADDING
        placed: list[tuple[QRectF, str]] = []
        for x, text in reversed(self.marks):
            at, width = to_pixels.map(QPointF(x, 0)).x(), room.horizontalAdvance(text) + 2 * LABEL_PADDING
            left = at if at < area.center().x() else at - width
            for row in range(LABEL_ROWS):
                box = QRectF(left, area.top() + LABEL_PADDING + row * (height + 2), width, height)
                if not any(box.intersects(other) for other, _ in placed):
                    placed.append((box, text))
                    break
        return placed

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self.marks:
            return
        transform = painter.worldTransform()
        area = transform.mapRect(self.boundingRect())
        painter.save()
        painter.resetTransform()
        painter.setPen(self._pen)
        for x, _ in self.marks:
            at = transform.map(QPointF(x, 0)).x()
            painter.drawLine(QLineF(at, area.top(), at, area.bottom()))
        text, fill, edge = (QColor(color) for color in self._colors)
        painter.setFont(self._font)
        painter.setBrush(fill)
        for box, label in self.labels(transform, area):
            painter.setPen(edge)
            painter.drawRect(box)
            painter.setPen(text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)
        painter.restore()


def style_axis(axis: pg.AxisItem, theme: Theme, font: QFont) -> None:
    """The looks that every axis of the studio has; pyqtgraph follows no palette."""
    axis.setPen(pg.mkPen(theme.line_strong))
    axis.setTextPen(pg.mkPen(theme.ink_2))
    axis.setTickFont(QFont(font))
    axis.label.setFont(font)
    axis.setGrid(False)
    axis.setSIPrefixEnableRanges(NO_PREFIXES)


def nice_ceiling(value: float, steps: Sequence[float] = NICE_STEPS) -> float:
    """The next round number that is not below a value: one of the steps times a power of ten."""
    if not value > 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in steps if step * power >= value * (1 - 1e-9))


def point_pen(color: str, width: float) -> QPen:
    return QPen(QColor(color), width)


def line_pen(color: str, width: float, dash: Sequence[float] = ()) -> QPen:
    pen = pg.mkPen(QColor(color), width=width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dash:
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([length / width for length in dash])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
