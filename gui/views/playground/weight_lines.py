"""The weights as curved lines: width by size, green and solid above 0, brown and dashed below, weak ones left out.

All lines of a kind are one path, so that hundreds of them are drawn with a few strokes, and a wide one is drawn as thin
ones side by side: Qt strokes lines of one pixel twenty times as fast as any wider ones. They are kept as a picture that
is made anew only when a weight has moved so much that its line has another width, and not too often.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from gui.domain.network_layout import DrawnColumn, NetworkLayout
from gui.views.looks.theme import Theme
from gui.views.playground.map_colors import blended

WIDTHS_PX = (0.8, 1.6, 2.4, 3.2, 4.0)
THIN_PX = 0.8  # the distance of thin lines that make a wide one, in the pixels of the screen
WEAK = 0.12  # of the largest weight between two columns; less is left out
MOST_LINES = 64  # between two columns: the strongest
STRENGTH = 0.8  # of the colour over the panel
INTERVAL_S = 0.35
DASH_PX = (5.0, 3.5)
REACH_PX = 5.0
_ALONG = np.linspace(0, 1, 33)
_ACROSS = 1.5 * _ALONG * (1 - _ALONG) + _ALONG**3  # of a cubic with its inner points half way across
_DOWN = 3 * _ALONG**2 - 2 * _ALONG**3

Steps = NDArray[np.int8]


def steps_of(matrix: NDArray[np.float32], left: DrawnColumn, right: DrawnColumn) -> Steps:
    """For each drawn weight the number of its width, counted from 1, negative below 0; 0 for one left out."""
    shown = np.nan_to_num(matrix[: len(left.middles), : len(right.middles)], nan=0.0, posinf=0.0, neginf=0.0)
    largest = float(np.abs(shown).max(initial=0.0))
    share = shown / largest if largest > 0 else np.zeros_like(shown)
    size = np.ceil((np.abs(share) - WEAK) / (1 - WEAK) * len(WIDTHS_PX)).clip(0, len(WIDTHS_PX))
    if size.size > MOST_LINES:
        size[np.abs(share) < np.partition(np.abs(share), -MOST_LINES, axis=None)[-MOST_LINES]] = 0
    return np.asarray(np.sign(share) * size, np.int8)


class WeightLines:
    """Keeps the picture of all lines."""

    def __init__(self) -> None:
        self._picture: QPixmap | None = None
        self._steps: list[Steps] = []
        self._made_at = 0.0

    def forget(self) -> None:
        """Size, looks or columns are others."""
        self._picture = None

    def picture(
        self, theme: Theme, layout: NetworkLayout, matrices: Sequence[NDArray[np.float32]], size: QSize, ratio: float
    ) -> QPixmap:
        """The lines as they are now, or were a moment ago."""
        now = time.perf_counter()
        if self._picture is not None and now - self._made_at < INTERVAL_S:
            return self._picture
        pairs = zip(matrices, layout.columns[:-1], layout.columns[1:], strict=True)
        steps = [steps_of(*pair) for pair in pairs]
        same = len(steps) == len(self._steps) and all(map(np.array_equal, steps, self._steps))
        self._made_at = now
        if self._picture is None or not same:
            self._steps = steps
            self._picture = _painted(theme, layout, steps, size, ratio)
        return self._picture


def _painted(theme: Theme, layout: NetworkLayout, steps: Sequence[Steps], size: QSize, ratio: float) -> QPixmap:
    picture = QPixmap(size * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, width in enumerate(WIDTHS_PX, start=1):
        for sign in (-1, 1):
            path = QPainterPath()
            for place, step in enumerate(steps):
                _add_lines(path, layout, place, np.argwhere(step == sign * number))
            if not path.isEmpty():
                _stroke(painter, path, thin_pen(theme, sign, ratio), width, ratio)
    painter.end()
    return picture


def _stroke(painter: QPainter, path: QPainterPath, pen: QPen, width: float, ratio: float) -> None:
    """Thin lines one below the other; the curves run across, so that makes them wide."""
    painter.setPen(pen)
    count = max(1, round(width * ratio / THIN_PX))
    for number in range(count):
        shift = (number - (count - 1) / 2) * THIN_PX / ratio
        painter.translate(0, shift)
        painter.drawPath(path)
        painter.translate(0, -shift)


def thin_pen(theme: Theme, sign: int, ratio: float) -> QPen:
    """One pixel of the screen in the colour of weights of this sign, dashed below 0."""
    color = QColor(theme.parameter if sign > 0 else theme.signed_value.negative[1])
    pen = QPen(blended(theme, color, STRENGTH), 1 / ratio)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if sign < 0:
        pen.setDashPattern([length * ratio for length in DASH_PX])
    return pen


def draw_sample(painter: QPainter, theme: Theme, sign: int, line: QLineF, ratio: float) -> None:
    """A piece of a strong weight's line, for a key."""
    path = QPainterPath(line.p1())
    path.lineTo(line.p2())
    _stroke(painter, path, thin_pen(theme, sign, ratio), WIDTHS_PX[-2], ratio)


def _add_lines(path: QPainterPath, layout: NetworkLayout, place: int, pairs: NDArray[np.int64]) -> None:
    left, right, half = layout.columns[place], layout.columns[place + 1], layout.side / 2
    start, end = left.x + half, right.x - half
    middle = (start + end) / 2
    for one, other in pairs.tolist():
        above, below = left.middles[one], right.middles[other]
        path.moveTo(start, above)
        path.cubicTo(middle, above, middle, below, end, below)


def weight_at(layout: NetworkLayout, x: float, y: float) -> tuple[int, int, int] | None:
    """The weight whose line passes (x, y): the number of its left column, and its two units; None if none is near."""
    half = layout.side / 2
    for place, (left, right) in enumerate(zip(layout.columns[:-1], layout.columns[1:], strict=True)):
        start, end = left.x + half, right.x - half
        if start < x < end:
            share = np.interp((x - start) / (end - start), _ACROSS, _DOWN)
            above, below = np.array(left.middles)[:, None], np.array(right.middles)[None]
            distance = np.abs(above + share * (below - above) - y)
            one, other = np.unravel_index(int(distance.argmin()), distance.shape)
            return (place, int(one), int(other)) if distance[one, other] <= REACH_PX else None
    return None
