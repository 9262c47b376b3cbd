"""How a class looks in a scatter: a colour and, for those who see no difference in colour, a marker of its own."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.views.looks.theme import Theme

MARKERS = ("circle", "triangle", "square", "diamond", "cross", "star")
EDGE_PX = 1.0
HOLLOW_EDGE_PX = 1.4
FULL_EDGE_FROM_PX = 7.0  # smaller points have a thinner edge, or a crowd of them would be all edge
_CROSS_ARM = 0.17
_STAR_INNER = 0.24


@dataclass(frozen=True, slots=True)
class PointStyle:
    """One kind of point: its marker, what fills it, and the line round it."""

    marker: str
    fill: QColor
    edge: QColor
    width: float = EDGE_PX


def class_style(theme: Theme, number: int, hollow: bool = False) -> PointStyle:
    """The style of class ``number``, counted from 0; ``hollow`` for a validation point.

    After six classes the colours come again with other markers.
    """
    place = number % len(MARKERS)
    marker = MARKERS[(number + number // len(MARKERS)) % len(MARKERS)]
    if place < len(theme.class_fill):
        fill, edge = QColor(theme.class_fill[place]), QColor(theme.class_outline[place])
    else:
        series = theme.series[place - len(theme.class_fill)]
        fill, edge = QColor(series.line), QColor(series.text)
    return _style(theme, marker, fill, edge, hollow)


def plain_style(theme: Theme, hollow: bool = False) -> PointStyle:
    """The style of points that belong to no class."""
    return _style(theme, MARKERS[0], theme.color("ink_3"), theme.color("ink_2"), hollow)


def value_style(theme: Theme, value: float, limit: float, hollow: bool = False) -> PointStyle:
    """The style of a point coloured by its value; a validation point wears the colour as a ring."""
    red, green, blue, _ = theme.signed_colors("value", value, limit).tolist()
    color = QColor(red, green, blue)
    return PointStyle("ring" if hollow else "circle", color, theme.color("ink_3"))


def _style(theme: Theme, marker: str, fill: QColor, edge: QColor, hollow: bool) -> PointStyle:
    """On a dark panel a dark outline would not show: there the fill's own colour draws it."""
    dark = theme.color("panel").lightness() < theme.color("ink").lightness()
    if hollow:
        return PointStyle(marker, theme.color("panel"), fill if dark else edge, HOLLOW_EDGE_PX)
    return PointStyle(marker, fill, theme.color("panel") if dark else edge)


@functools.cache
def marker_path(name: str) -> QPainterPath:
    """A marker's outline round (0, 0), about 1 wide; all markers look equally large."""
    path = QPainterPath()
    if name == "circle":
        path.addEllipse(QRectF(-0.48, -0.48, 0.96, 0.96))
    elif name == "ring":
        path.addEllipse(QRectF(-0.48, -0.48, 0.96, 0.96))
        path.addEllipse(QRectF(-0.22, -0.22, 0.44, 0.44))  # the odd-even rule leaves it open
    else:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in _corners(name)]))
        path.closeSubpath()
    return path


def _corners(name: str) -> list[tuple[float, float]]:
    if name == "triangle":
        return [(0.0, -0.55), (0.52, 0.42), (-0.52, 0.42)]
    if name == "square":
        return [(-0.43, -0.43), (0.43, -0.43), (0.43, 0.43), (-0.43, 0.43)]
    if name == "diamond":
        return [(0.0, -0.58), (0.5, 0.0), (0.0, 0.58), (-0.5, 0.0)]
    if name == "cross":
        a, b = _CROSS_ARM, 0.55
        upright = [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a)]
        half = math.sqrt(0.5)
        return [(half * (x - y), half * (x + y)) for x, y in [*upright, (-a, -a)]]
    if name == "star":
        radii = (0.6, _STAR_INNER)
        angles = [math.pi * (i / 5 - 0.5) for i in range(10)]
        return [(radii[i % 2] * math.cos(angle), radii[i % 2] * math.sin(angle)) for i, angle in enumerate(angles)]
    raise ValueError(f"Unknown marker {name!r}. Known: {', '.join((*MARKERS, 'ring'))}.")


def edge_width(style: PointStyle, size: float) -> float:
    """How wide the line round a point of this size is."""
    return style.width * min(1.0, size / FULL_EDGE_FROM_PX)


def stamp(style: PointStyle, size: float, pixel_ratio: float) -> QPixmap:
    """A point as a picture to draw again and again; its middle is the point's place."""
    side = math.ceil((size + 2 * style.width + 2) * pixel_ratio)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / 2, side / 2)
    painter.scale(pixel_ratio, pixel_ratio)
    paint_point(painter, style, size)
    painter.end()
    picture.setDevicePixelRatio(pixel_ratio)
    return picture


def paint_point(painter: QPainter, style: PointStyle, size: float) -> None:
    """Paint a point of this size round (0, 0)."""
    painter.save()
    painter.scale(size, size)
    painter.setPen(QPen(style.edge, edge_width(style, size) / size))
    painter.setBrush(style.fill)
    painter.drawPath(marker_path(style.marker))
    painter.restore()
