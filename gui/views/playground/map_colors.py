"""From what a network answers to the pixels of a picture; every table of colours is made once for each theme.

A pixel is one number, 0xffRRGGBB, as Qt paints it fastest; pictures are made ten times a second beside a run.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gui.domain.decision import STEPS, alpha_steps, step_alpha
from gui.domain.responses import Map
from gui.views.looks.class_styles import class_style
from gui.views.looks.theme import Theme

SURFACE_ALPHA = 0.75
OUTPUT_LEVELS = 64
NOT_A_NUMBER = 0  # in the table of values, whose middle is 128
Pixels = NDArray[np.uint32]


def blended(theme: Theme, color: QColor, alpha: float) -> QColor:
    """A colour laid over the panel."""
    panel = theme.color("panel")
    pairs = zip((color.red(), color.green(), color.blue()), (panel.red(), panel.green(), panel.blue()), strict=True)
    return QColor(*(round(alpha * over + (1 - alpha) * under) for over, under in pairs))


def _table(colors: list[QColor]) -> Pixels:
    return np.array([color.rgb() for color in colors], np.uint32)


@functools.cache
def _class_table(theme: Theme, classes: int) -> Pixels:
    """Every class in every step of confidence: (classes * STEPS,)."""
    fills = [class_style(theme, number).fill for number in range(classes)]
    return _table([blended(theme, fill, step_alpha(step)) for fill in fills for step in range(STEPS)])


@functools.cache
def _output_table(theme: Theme, number: int) -> Pixels:
    """One class from not at all to certain: (OUTPUT_LEVELS,)."""
    fill = class_style(theme, number).fill
    return _table([blended(theme, fill, level / (OUTPUT_LEVELS - 1)) for level in range(OUTPUT_LEVELS)])


@functools.cache
def _value_table(theme: Theme, alpha: float = 1.0) -> Pixels:
    """The signed map of values over the panel (256,), and the colour of trouble for what is no number."""
    colors = [QColor(*map(int, entry)) for entry in theme.signed_lookup("value")[:, :3]]
    colors[NOT_A_NUMBER] = theme.color("trouble")
    return _table([blended(theme, color, alpha) for color in colors])


def _value_places(shares: Map) -> NDArray[np.int64]:
    """Where in the table of values shares of the limit are."""
    places = np.clip(shares, -1, 1)
    places *= 127
    if np.isnan(places).any():
        np.nan_to_num(places, copy=False, nan=NOT_A_NUMBER - 128)
    places += 128.5
    return places.astype(np.int64)


def decision_pixels(theme: Theme, winner: NDArray[np.int64], confidence: Map, classes: int) -> Pixels:
    """The areas of a decision (rows, columns)."""
    return np.take(_class_table(theme, classes), winner * STEPS + alpha_steps(confidence))


def surface_pixels(theme: Theme, outputs: Map, limit: float) -> Pixels:
    """Values over the plane (rows, columns, 1), a little faded so that points stand out: (rows, columns)."""
    return np.take(_value_table(theme, SURFACE_ALPHA), _value_places(outputs[..., 0] / (limit or 1.0)))


def output_pixels(theme: Theme, values: Map) -> Pixels:
    """Outputs ``(rows, columns, classes)``, each in the colour of its class: (classes, rows, columns)."""
    levels = np.nan_to_num(np.clip(values, 0, 1) * (OUTPUT_LEVELS - 1), nan=0.0).astype(np.int64)
    return np.stack([_output_table(theme, number)[levels[..., number]] for number in range(values.shape[-1])])


def unit_pixels(theme: Theme, shares: Map) -> Pixels:
    """Units ``(rows, columns, units)`` as shares of their limits on the value ramp: (units, rows, columns)."""
    return np.take(_value_table(theme), _value_places(np.moveaxis(shares, 2, 0)))


def curve_pixels(theme: Theme, shares: Map, rows: int) -> Pixels:
    """Units over a line ``(1, columns, units)``, the area between 0 and each value: (units, rows, columns)."""
    colors = unit_pixels(theme, shares)
    share = np.nan_to_num(np.moveaxis(shares, 2, 0))
    height = np.linspace(-1, 1, rows)[None, :, None]
    inside = ((height > 0) & (height <= share)) | ((height < 0) & (height >= share))
    return np.where(inside, colors, np.uint32(theme.color("raised").rgb()))


class Picture:
    """Pixels ``(rows, columns)``, the first row at the top, as an image that lives as long as this does."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = np.ascontiguousarray(pixels)  # the image only points to it
        rows, columns = pixels.shape
        self.image = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
