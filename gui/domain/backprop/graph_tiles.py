"""The arrays of a recorded pass in the form of small pictures: long vectors fold to near-square tiles."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beras.trace import InputTrace, NodeTrace

FEW = 24
"""Up to so many numbers are drawn as bars; more as tiles."""
WIDEST = 2.5
LARGEST_SIDE = 64
SMALLEST_IMAGE = 49
SHEET_SIDE = 3
Numbers = NDArray[np.floating]


def folded(vector: Numbers) -> Numbers:
    """A vector (n,) as a near-square matrix, row by row: 784 is 28 x 28, 128 is 8 rows of 16; NaN fills a last row.

    The sides divide n where that gives no shape wider than 2.5 times its height.
    """
    count = len(vector)
    height = next((h for h in range(math.isqrt(count), 0, -1) if count % h == 0), 1)
    if count / height > WIDEST * height:
        height = math.isqrt(count)
    width = math.ceil(count / max(height, 1))
    height = math.ceil(count / max(width, 1))
    sheet = np.full(height * width, np.nan, vector.dtype if vector.dtype.kind == "f" else np.float64)
    sheet[:count] = vector
    return sheet.reshape(height, width)


def thinned(matrix: Numbers) -> Numbers:
    """At most 64 rows and 64 columns, evenly picked: a small picture has no room for more."""
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, LARGEST_SIDE)).round().astype(int)) for n in matrix.shape)
    picked: Numbers = matrix[np.ix_(rows, columns)]
    return picked


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """What is drawn of an output: a vector of few numbers, or a matrix of which the first ``count`` entries count."""

    values: Numbers
    count: int


def picture_values(output: Numbers | None, sample: int | None) -> Tiles | None:
    """What is drawn of an op's output (batch, ...); None for a single number.

    One sample gives its own values, a long vector of them in near-square tiles; without one the matrix has a row for
    each sample.
    """
    if output is None or output.ndim == 0 or output.size == 0:
        return None
    if output.ndim == 1:
        return _tiles(output)
    if sample is None:
        rows = thinned(output.reshape(len(output), -1))
        return Tiles(rows, rows.size)
    values = np.asarray(output[min(sample, len(output) - 1)])
    if values.ndim == 2:
        rows = thinned(values)
        return Tiles(rows, rows.size)
    return _tiles(values.reshape(-1))


def _tiles(flat: Numbers) -> Tiles:
    if len(flat) <= FEW:
        return Tiles(flat, len(flat))
    if len(flat) > LARGEST_SIDE**2:
        flat = flat[np.linspace(0, len(flat) - 1, LARGEST_SIDE**2).round().astype(int)]
    return Tiles(folded(flat), len(flat))


def thumbnail(data: InputTrace, sample: int | None) -> Numbers | None:
    """The image of one sample, or a sheet of the first nine, if the data are images: square, or long enough to be."""
    value = data.value
    if value is None or value.ndim not in (2, 3) or not len(value):
        return None
    side = math.isqrt(int(np.prod(value.shape[1:])))
    if value.ndim == 2 and (side * side != value.shape[1] or value.shape[1] < SMALLEST_IMAGE):
        return None
    images = value.reshape(len(value), side, side) if value.ndim == 2 else value
    if sample is not None:
        chosen: Numbers = images[min(sample, len(images) - 1)]
        return chosen
    return _sheet(images[: SHEET_SIDE**2])


def _sheet(images: Numbers) -> Numbers:
    count, height, width = images.shape
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    sheet = np.zeros((down * height, across * width), images.dtype)
    for number, image in enumerate(images):
        row, column = divmod(number, across)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = image
    return sheet


def is_image(data: Numbers) -> bool:
    """Whether the values are shades from 0 to 1, to be drawn like a digit and not as signed numbers."""
    return bool(np.isfinite(data).all() and data.min() >= 0 and data.max() <= 1)


def true_class(node: NodeTrace, place: int, sample: int | None) -> int | None:
    """Which class a sample is of, if the target was recorded as ones and zeros (batch, classes)."""
    value = node.inputs[place].value
    if value is None or sample is None or value.ndim != 2 or value.shape[1] < 2:
        return None
    row = value[min(sample, len(value) - 1)]
    return int(np.argmax(row)) if np.count_nonzero(row) == 1 and row.max() == 1 else None


def sample_loss(node: NodeTrace, sample: int | None) -> float | None:
    """−ln p of the true class: what one sample adds to a recorded cross-entropy; None for any other op."""
    if node.op != "CategoricalCrossEntropy" or len(node.inputs) < 2 or sample is None:
        return None
    label, value = true_class(node, 1, sample), node.inputs[0].value
    if label is None or value is None or value.ndim != 2 or value[min(sample, len(value) - 1), label] <= 0:
        return None
    return -math.log(float(value[min(sample, len(value) - 1), label]))
