"""The maps of all drawn units in one picture, one below the other, with the limit of each column's colours."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from gui.domain.network_layout import NetworkLayout
from gui.domain.responses import Map, Responses
from gui.views.looks.theme import Theme
from gui.views.playground.map_colors import Picture, Pixels, curve_pixels, output_pixels, unit_pixels
from gui.views.train.curve_items import nice_ceiling

CELLS = 33  # along a map
BOUNDED = 1.0  # the limit of a layer whose largest number is near 1, as with Tanh

LARGEST = float(np.finfo(np.float32).max)  # a network on its way to infinity comes close to it


class UnitAtlas:
    """``area(column, unit)`` is where the map of a unit is in ``image``; ``limits`` has one for each column."""

    def __init__(self, theme: Theme, responses: Responses, layout: NetworkLayout, is_decision: bool) -> None:
        shown = [
            square(columns)[..., : len(drawn.middles)]
            for columns, drawn in zip(responses.columns, layout.columns, strict=True)
        ]
        self.limits = tuple(_limit(values) for values in shown)
        self._firsts = np.cumsum([0, *(values.shape[2] for values in shown)])
        outputs = shown.pop() if is_decision else None
        shares = [values / np.float32(limit) for values, limit in zip(shown, self.limits, strict=False)]
        together = np.concatenate(shares, axis=2)
        is_line = together.shape[0] == 1
        maps: Pixels = curve_pixels(theme, together, CELLS) if is_line else unit_pixels(theme, together)
        if outputs is not None:
            maps = np.concatenate([maps, output_pixels(theme, outputs)])
        maps = maps[:, ::-1]  # the first row of a map is its lowest, that of an image the highest
        self._side = maps.shape[1], maps.shape[2]
        self._picture = Picture(maps.reshape(-1, maps.shape[2]))

    @property
    def image(self) -> QImage:
        return self._picture.image

    def area(self, column: int, unit: int) -> QRect:
        rows, columns = self._side
        return QRect(0, (int(self._firsts[column]) + unit) * rows, columns, rows)


def square(values: Map) -> Map:
    """The middle square of maps ``(rows, columns, units)`` with about ``CELLS`` cells a side; a line keeps one row."""
    rows, columns = values.shape[:2]
    if rows == 1:
        return values[:, :: max(1, columns // CELLS)]
    side = min(rows, columns)
    step = max(1, side // CELLS)
    top, left = (rows - side) // 2, (columns - side) // 2
    return values[top : top + side : step, left : left + side : step]


def _limit(values: Map) -> float:
    """The size at which a column's colours end: a round number, so that it does not change all the time."""
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if not math.isfinite(largest):
        finite = np.abs(values[np.isfinite(values)])
        largest = float(finite.max(initial=0.0))
    return BOUNDED if 0.5 < largest <= 1.05 else min(nice_ceiling(largest), LARGEST)
