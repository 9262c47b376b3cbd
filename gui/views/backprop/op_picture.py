"""The small picture of an op's real output: bars for a few numbers, tiles for many, in the theme's signed map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from gui.domain.backprop.graph_tiles import Tiles, is_image
from gui.views.looks.theme import Theme

Values = npt.NDArray[np.floating]
BAR_GAP = 0.18
LONG = 4.0
WIDEST_BAR = 0.16  # of the picture's width, so that two numbers are no two blocks


def image_of(colors: npt.NDArray[np.uint8]) -> QImage:
    """RGBA colours (rows, columns, 4) as an image of its own."""
    rows, columns = colors.shape[:2]
    data = np.ascontiguousarray(colors)
    return QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()


def tiles_image(theme: Theme, tiles: Tiles) -> QImage:
    """A matrix through the map of values, symmetric about 0; what only fills up the last row is transparent."""
    size = np.abs(tiles.values[np.isfinite(tiles.values)])
    colors = theme.signed_colors("value", tiles.values, float(size.max(initial=0.0)))
    colors.reshape(-1, 4)[tiles.count :] = 0
    return image_of(colors)


def digit_image(theme: Theme, matrix: Values) -> QImage:
    """Shades from 0 to 1 as ink on the paper of a digit; other values as signed numbers."""
    if not is_image(matrix):
        return tiles_image(theme, Tiles(matrix, matrix.size))
    paper, ink = (_rgba(theme.color(token)) for token in ("digit_paper", "digit_ink"))
    share = matrix[..., None].astype(np.float64)
    return image_of(np.rint(paper + share * (ink - paper)).astype(np.uint8))


def _rgba(color: QColor) -> npt.NDArray[np.float64]:
    return np.array([color.red(), color.green(), color.blue(), 255], dtype=np.float64)


class OpPicture:
    """Values of an op's output (a vector, or a matrix), ready to be painted into any area."""

    def __init__(self, tiles: Tiles, theme: Theme) -> None:
        self._values, self._theme = tiles.values, theme
        self._image = tiles_image(theme, tiles) if tiles.values.ndim == 2 else None

    def paint(self, painter: QPainter, area: QRectF) -> None:
        if self._image is not None:
            self._paint_tiles(painter, area, self._image)
        else:
            _paint_bars(painter, area, self._values.tolist(), self._theme)

    def _paint_tiles(self, painter: QPainter, area: QRectF, image: QImage) -> None:
        """Square tiles; but long rows, one for each sample, are stretched over the whole area."""
        side = min(area.width() / image.width(), area.height() / image.height())
        target = QRectF(area.topLeft(), area.bottomRight())
        if image.width() < LONG * image.height():
            target = QRectF(0, 0, side * image.width(), side * image.height())
            target.moveTo(area.left(), area.center().y() - target.height() / 2)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side < 1)
        painter.drawImage(target, image)


def _paint_bars(painter: QPainter, area: QRectF, values: Sequence[float], theme: Theme) -> None:
    """Bars up and down from zero; the largest is darker."""
    finite = [value for value in values if np.isfinite(value)]
    top, bottom = max(0.0, *finite, 0.0), min(0.0, *finite, 0.0)
    span = (top - bottom) or 1.0
    zero = area.top() + area.height() * top / span
    step = min(area.width() / len(values), WIDEST_BAR * area.width())
    largest = int(np.argmax([abs(value) if np.isfinite(value) else -1.0 for value in values]))
    painter.setPen(Qt.PenStyle.NoPen)
    for number, value in enumerate(values):
        x, width = area.left() + number * step, step * (1 - BAR_GAP)
        if np.isfinite(value):
            height = max(1.0, abs(value) / span * area.height())
            bar = QRectF(x, zero - height if value > 0 else zero, width, height)
            painter.fillRect(bar, theme.color("ink" if number == largest else "ink_3"))
        else:
            painter.fillRect(QRectF(QPointF(x, area.top()), QPointF(x + width, area.bottom())), theme.color("trouble"))
