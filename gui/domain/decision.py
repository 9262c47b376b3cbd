"""How a decision over the plane is drawn: which class wins where and by how much, and where another one begins.

All of this happens ten times a second beside a run, so it is kept to few passes over the whole grid.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

STEPS = 8
LEAST_ALPHA, MORE_ALPHA = 0.10, 0.50
CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))  # row and column of a cell's corners, round it

Outputs = NDArray[np.floating]


def winners(outputs: Outputs) -> tuple[NDArray[np.int64], Outputs]:
    """The winning class ``(rows, columns)`` of outputs ``(rows, columns, classes)``, and its lead over the second.

    The lead is within 0..1, also where outputs are not probabilities; 0 where they are not even finite.
    """
    first, second = outputs[..., 0].copy(), np.full(outputs.shape[:-1], -np.inf, outputs.dtype)
    winner = np.zeros(outputs.shape[:-1], np.int64)  # on the way: argmax along a short axis takes far longer
    for number in range(1, outputs.shape[-1]):
        other = outputs[..., number]
        winner[other > first] = number
        np.maximum(second, np.minimum(first, other), out=second)
        np.maximum(first, other, out=first)
    with np.errstate(invalid="ignore"):
        lead = np.subtract(first, second, out=first)
    if not np.isfinite(lead).all():
        np.nan_to_num(lead, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
    return winner, lead.clip(0, 1)


def alpha_steps(confidence: NDArray[np.floating]) -> NDArray[np.int64]:
    """The confidence 0..1 in so many steps that areas are told apart: 0 to ``STEPS - 1``."""
    return np.minimum(STEPS - 1, (confidence * STEPS).astype(np.int64))


def step_alpha(step: int) -> float:
    """How opaque an area of this step is."""
    return LEAST_ALPHA + MORE_ALPHA * step / (STEPS - 1)


def boundaries(outputs: Outputs, winner: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where the winning class changes: lines ``(n, 2, 2)``, the two ends of each as (column, row) of the grid.

    For every class but the last, where its lead over the best of the others is 0; the last has borders with those only.
    Only the cells in which more than one class wins are looked at.
    """
    if not np.isfinite(outputs).all():
        return np.empty((0, 2, 2))
    same = winner[:-1, :-1]
    row, column = np.nonzero((same != winner[:-1, 1:]) | (same != winner[1:, 1:]) | (same != winner[1:, :-1]))
    corners = np.stack([outputs[row + r, column + c] for r, c in CORNERS], axis=1).astype(np.float64)
    if not len(corners):
        return np.empty((0, 2, 2))
    if _are_shares(corners):  # where they are nearly 0 or 1, only their logarithms still tell how far the border is
        corners = np.log(np.maximum(corners, np.finfo(outputs.dtype).tiny))
    lines = []
    for number in range(outputs.shape[-1] - 1):
        others = [corners[..., other] for other in range(outputs.shape[-1]) if other != number]
        lines.append(level_lines(corners[..., number] - functools.reduce(np.maximum, others), row, column))
    return np.concatenate(lines)


def _are_shares(outputs: NDArray[np.float64]) -> bool:
    """Whether the outputs are probabilities, as Softmax gives them."""
    return bool(outputs.min() >= 0 and np.abs(outputs.sum(axis=-1) - 1).max() < 1e-3)


def level_lines(corners: NDArray[np.float64], row: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.float64]:
    """Where a field with these values at the ``corners`` (cells, 4) of cells is 0, by marching squares.

    (Lorensen and Cline, 1987, in the plane.) In each cell the places on the edges where the sign changes are joined; at
    a saddle, which has four of them, the edges are taken in pairs round the cell.
    """
    ends = np.roll(corners, -1, axis=1)
    crossed = (corners >= 0) != (ends >= 0)
    share = np.where(crossed, corners / np.where(crossed, corners - ends, 1), 0)
    start = np.array(CORNERS, float)
    step = np.roll(start, -1, axis=0) - start
    places = start + share[..., None] * step  # (cells, 4 edges, (row, column))
    places = places[..., ::-1] + np.stack([column, row], axis=1)[:, None]
    return np.asarray(places[crossed].reshape(-1, 2, 2))  # each cell has none, two or four, in the order round it
