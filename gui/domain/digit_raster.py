"""From a drawing to the network's 28 x 28 pixels, prepared as MNIST was; NumPy only.

MNIST (LeCun, Cortes, Burges; http://yann.lecun.com/exdb/mnist): the digit is cropped, its longer side becomes 20 pixels
with anti-aliasing, and its centre of mass goes to the middle of the 28 x 28 field. We differ in one point: ink is never
pushed over the edge, so the digit of a very lopsided drawing stops there.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

SIDE = 28
BOX = 20
CENTRE = SIDE / 2
INK_THRESHOLD = 0.02
"""What is lighter, such as the rim that an eraser leaves, is no ink: it must not decide where the digit ends."""


def centred(ink: npt.NDArray[np.floating]) -> npt.NDArray[np.float32] | None:
    """Prepare a drawing (h, w) in 0..1 as MNIST does: (28, 28) float32 in 0..1; None when the paper is blank.

    One scale for both axes keeps the aspect. The centre of mass goes to (14, 14), where the middle of the first pixel
    is at 0.5 and the field ends at 28; the move is by whole pixels, as in MNIST and the pen digits, and blurs nothing.
    Raises ``ValueError`` for another shape, or for values that are not finite and within 0..1.
    """
    drawing = _checked(ink)
    inked = drawing > INK_THRESHOLD
    if not inked.any():
        return None
    top, bottom = _extent(np.flatnonzero(inked.any(axis=1)))
    left, right = _extent(np.flatnonzero(inked.any(axis=0)))
    cropped = drawing[top:bottom, left:right]
    step = max(cropped.shape) / BOX
    small = _box_matrix(cropped.shape[0], step) @ cropped @ _box_matrix(cropped.shape[1], step).T
    row, column = (_offset(small.sum(axis=other)) for other in (1, 0))
    field = np.zeros((SIDE, SIDE))
    field[row : row + small.shape[0], column : column + small.shape[1]] = small
    return np.clip(field, 0, 1).astype(np.float32)


def plain(ink: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Shrink the whole paper (h, w) in 0..1 to (28, 28) float32 and centre nothing; raises as ``centred`` does."""
    drawing = _checked(ink)
    height, width = drawing.shape
    small = _box_matrix(height, height / SIDE) @ drawing @ _box_matrix(width, width / SIDE).T
    return np.clip(small, 0, 1).astype(np.float32)


def _checked(ink: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    drawing = np.asarray(ink, dtype=np.float64)
    if drawing.ndim != 2 or drawing.size == 0:
        raise ValueError(f"A drawing has the shape (height, width). Received: {drawing.shape}.")
    if not (np.isfinite(drawing).all() and drawing.min() >= 0 and drawing.max() <= 1):
        raise ValueError(f"Ink must lie within 0 and 1. Received: {drawing.min():g} to {drawing.max():g}.")
    return drawing


def _extent(inked: npt.NDArray[np.intp]) -> tuple[int, int]:
    """The first inked row (or column) and the one after the last."""
    return int(inked[0]), int(inked[-1]) + 1


def _box_matrix(length: int, step: float) -> npt.NDArray[np.float64]:
    """The exact box filter, (ceil(length / step), length): the share of each new pixel that an old one covers.

    New pixels are ``step`` old ones wide and lie centred over the old row; one that hangs over its end is lighter by
    the part that hangs over.
    """
    count = math.ceil(length / step - 1e-9)
    start = (length - count * step) / 2 + step * np.arange(count)[:, None]
    old = np.arange(length)
    overlap = np.minimum(start + step, old + 1) - np.maximum(start, old)
    share: npt.NDArray[np.float64] = np.maximum(overlap, 0) / step
    return share


def _offset(mass: npt.NDArray[np.float64]) -> int:
    """How far to move a row (or column) sum of ink so that its centre of mass comes to the middle, within the field."""
    middle = float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum())
    return int(np.clip(np.rint(CENTRE - middle), 0, SIDE - len(mass)))
