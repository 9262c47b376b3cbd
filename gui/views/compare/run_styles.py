"""How a run is drawn wherever it appears: its colour and its dash, which stay with it."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from gui.views.looks import metrics
from gui.views.looks.theme import SeriesStyle, Theme
from gui.views.train.curve_items import line_pen

SAMPLE_PX = 34
THIN_PX = 1.3
COLOR_NAMES = ("green", "vermillion", "blue", "purple", "honey", "sky blue")
DASH_NAMES = ("solid", "dashed", "dotted", "dash and dot", "short dashes", "long dashes")


def run_style(theme: Theme, color: int) -> SeriesStyle:
    """The style of a run's colour; after six the colours come again with other dashes."""
    styles = theme.series
    style = styles[color % len(styles)]
    return SeriesStyle(style.line, style.text, styles[_dash(color)].dash, style.marker)


def style_name(color: int) -> str:
    """The style in words: "green, solid"."""
    return f"{COLOR_NAMES[color % len(COLOR_NAMES)]}, {DASH_NAMES[_dash(color)]}"


def _dash(color: int) -> int:
    return (color + color // len(COLOR_NAMES)) % len(DASH_NAMES)


def run_pen(theme: Theme, color: int, width: float = metrics.RUN_CURVE_PX, ratio: float | None = None) -> QPen:
    """The pen of a run; with the ``ratio`` of the screen, one for curves, whose width counts device pixels."""
    style, scale = run_style(theme, color), 1.0 if ratio is None else ratio
    pen = line_pen(style.line, width * scale, [length * scale for length in style.dash])
    pen.setCosmetic(ratio is not None)
    return pen


def paint_sample(painter: QPainter, theme: Theme, color: int, area: QRectF, width: float) -> None:
    """A piece of the run's line across ``area``."""
    painter.setPen(run_pen(theme, color, width))
    painter.drawLine(QLineF(area.left(), area.center().y(), area.right(), area.center().y()))


def sample_icon(theme: Theme, color: int, size: QSize, ratio: float) -> QIcon:
    """A piece of the run's line as an icon."""
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sample(painter, theme, color, QRectF(0, 0, size.width(), size.height()), metrics.RUN_CURVE_PX)
    painter.end()
    return QIcon(picture)
