"""How a decision over the plane is drawn: which class wins where and by how much, and where another one begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEPS = 8
LEAST_ALPHA, MORE_ALPHA = 0.10, 0.50
CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))  # row and column of a cell's corners, round it


def winners(outputs: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The winning class ``(rows, columns)`` of outputs ``(rows, columns, classes)``, and its lead over the second.

    The lead is within 0..1, also where outputs are not probabilities; 0 where they are not even finite.
    """
    two = np.partition(outputs, outputs.shape[-1] - 2, axis=-1)[..., -2:]
    with np.errstate(invalid="ignore"):
        lead = np.nan_to_num(two[..., 1] - two[..., 0], nan=0.0, posinf=1.0, neginf=0.0)
    return outputs.argmax(axis=-1), np.clip(lead.astype(np.float64), 0, 1)


def alpha_steps(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    """The confidence 0..1 in so many steps that areas are told apart: 0 to ``STEPS - 1``."""
    return np.minimum(STEPS - 1, (confidence * STEPS).astype(np.int64))


def step_alpha(step: int) -> float:
    """How opaque an area of this step is."""
    return LEAST_ALPHA + MORE_ALPHA * step / (STEPS - 1)


def boundaries(outputs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where the winning class changes: lines ``(n, 2, 2)``, the two ends of each as (column, row) of the grid.

    For every class but the last, where its lead over the best of the others is 0; the last has borders with those only.
    """
    if not np.isfinite(outputs).all():
        return np.empty((0, 2, 2))
    if _are_shares(outputs):  # where they are nearly 0 or 1, only their logarithms still tell how far the border is
        outputs = np.log(np.maximum(outputs, np.finfo(outputs.dtype).tiny))
    classes = outputs.shape[-1]
    lines = []
    for number in range(classes - 1):
        others = np.delete(outputs, number, axis=-1).max(axis=-1)
        lead = outputs[..., number] - others
        if lead.min() < 0 <= lead.max():
            lines.append(level_lines(lead))
    return np.concatenate(lines) if lines else np.empty((0, 2, 2))


def _are_shares(outputs: NDArray[np.float32]) -> bool:
    """Whether the outputs are probabilities, as Softmax gives them."""
    return bool(outputs.min() >= 0 and np.allclose(outputs.sum(axis=-1), 1, atol=1e-3))


def level_lines(field: NDArray[np.float32]) -> NDArray[np.float64]:
    """Where a field ``(rows, columns)`` is 0, by marching squares (Lorensen and Cline, 1987, in the plane).

    In each cell of four neighbours the places on the edges where the sign changes are joined; at a saddle, which has
    four of them, the edges are taken in pairs round the cell.
    """
    rows, columns = field.shape[0] - 1, field.shape[1] - 1
    if rows < 1 or columns < 1:
        return np.empty((0, 2, 2))
    above = field >= 0
    corner = [above[r : r + rows, c : c + columns] for r, c in CORNERS]
    mixed = np.flatnonzero(np.sum(corner, axis=0) % 4)  # neither none nor all four
    row, column = np.divmod(mixed, columns)
    values = np.stack([field[row + r, column + c] for r, c in CORNERS], axis=1).astype(np.float64)
    ends = np.roll(values, -1, axis=1)
    crossed = (values >= 0) != (ends >= 0)
    share = np.where(crossed, values / np.where(crossed, values - ends, 1), 0)
    start = np.array(CORNERS, float)
    step = np.roll(start, -1, axis=0) - start
    places = start + share[..., None] * step  # (cells, 4 edges, (row, column))
    places = places[..., ::-1] + np.stack([column, row], axis=1)[:, None]
    return np.asarray(places[crossed].reshape(-1, 2, 2))  # each cell has two or four, in the order round it
