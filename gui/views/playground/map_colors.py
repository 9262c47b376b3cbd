"""From what a network answers to the pixels of a picture; every table of colours is made once for each theme."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from gui.domain.decision import STEPS, alpha_steps, step_alpha, winners
from gui.domain.responses import Map
from gui.views.looks.class_styles import class_style
from gui.views.looks.theme import Theme

SURFACE_ALPHA = 0.75
OUTPUT_LEVELS = 64
Pixels = NDArray[np.uint8]


def blended(theme: Theme, color: QColor, alpha: float) -> tuple[int, int, int, int]:
    """A colour laid over the panel, as RGBA."""
    panel = theme.color("panel")
    pairs = zip((color.red(), color.green(), color.blue()), (panel.red(), panel.green(), panel.blue()), strict=True)
    red, green, blue = (round(alpha * over + (1 - alpha) * under) for over, under in pairs)
    return red, green, blue, 255


@functools.cache
def _class_table(theme: Theme, classes: int) -> Pixels:
    """Every class in every step of confidence: (classes * STEPS, 4)."""
    fills = [class_style(theme, number).fill for number in range(classes)]
    return np.array([blended(theme, fill, step_alpha(step)) for fill in fills for step in range(STEPS)], np.uint8)


@functools.cache
def _output_table(theme: Theme, number: int) -> Pixels:
    """One class from not at all to certain: (OUTPUT_LEVELS, 4)."""
    fill = class_style(theme, number).fill
    return np.array([blended(theme, fill, level / (OUTPUT_LEVELS - 1)) for level in range(OUTPUT_LEVELS)], np.uint8)


def decision_pixels(theme: Theme, outputs: Map) -> Pixels:
    """The areas of a decision: RGBA (rows, columns, 4)."""
    winner, confidence = winners(outputs)
    return np.take(_class_table(theme, outputs.shape[-1]), winner * STEPS + alpha_steps(confidence), axis=0)


def surface_pixels(theme: Theme, outputs: Map, limit: float) -> Pixels:
    """Values over the plane, a little faded so that points stand out from it: RGBA (rows, columns, 4)."""
    colors = theme.signed_colors("value", outputs[..., 0], limit).astype(np.float32)
    panel = np.array(blended(theme, theme.color("panel"), 1.0), np.float32)
    return np.rint(SURFACE_ALPHA * colors + (1 - SURFACE_ALPHA) * panel).astype(np.uint8)


def output_pixels(theme: Theme, values: Map) -> Pixels:
    """Outputs ``(rows, columns, classes)``, each in the colour of its class: RGBA (classes, rows, columns, 4)."""
    levels = np.nan_to_num(np.clip(values, 0, 1) * (OUTPUT_LEVELS - 1), nan=0.0).astype(np.int64)
    found = [np.take(_output_table(theme, number), levels[..., number], axis=0) for number in range(values.shape[-1])]
    return np.stack(found)


def unit_pixels(theme: Theme, values: Map, limit: float) -> Pixels:
    """Units ``(rows, columns, units)`` on the value ramp: RGBA (units, rows, columns, 4)."""
    return np.ascontiguousarray(np.moveaxis(theme.signed_colors("value", values, limit), 2, 0))


def curve_pixels(theme: Theme, values: Map, limit: float, rows: int) -> Pixels:
    """Units over a line ``(1, columns, units)``: between 0 and each value, RGBA (units, rows, columns, 4)."""
    share = np.nan_to_num(values[0].T[:, None, :] / (limit or 1.0))  # (units, 1, columns)
    height = np.linspace(-1, 1, rows)[None, :, None]
    inside = ((height > 0) & (height <= share)) | ((height < 0) & (height >= share))
    colors = np.moveaxis(theme.signed_colors("value", values, limit), 2, 0)  # (units, 1, columns, 4)
    paper = np.array(blended(theme, theme.color("raised"), 1.0), np.uint8)
    return np.where(inside[..., None], colors, paper).astype(np.uint8)


class Picture:
    """Pixels ``(rows, columns, 4)``, the first row at the top, as an image that lives as long as this does."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = np.ascontiguousarray(pixels)  # the image only points to it
        rows, columns = pixels.shape[:2]
        self.image = QImage(self._pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
