"""From measurements to a picture of them: which stands in which column of pixels, and what its colour means."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.domain.health.measure import LayerHealth

NICE = (1.0, 2.0, 5.0)
LEAST_SPAN = 10.0


class Quantity(NamedTuple):
    """One of the numbers that are shown over time: its field of ``LayerHealth``, and how it is called."""

    field: str
    symbol: str
    explanation: str


QUANTITIES = (
    Quantity("weight_gradient", "‖∂s/∂W‖", "size of the gradient of the weights"),
    Quantity("bias_gradient", "‖∂s/∂b‖", "size of the gradient of the biases"),
    Quantity("input_gradient", "‖∂s/∂x‖", "size of the gradient that is sent on to the layer before"),
    Quantity("update", "update : w", "size of the last step relative to the weights, ‖ΔW‖ / ‖W‖"),
)
assert all(each.field in LayerHealth._fields for each in QUANTITIES)


def limits(values: NDArray[np.float64]) -> tuple[float, float] | None:
    """Round numbers that hold all positive ones, at least a decade apart; None if there are none."""
    positive = values[np.isfinite(values) & (values > 0)]
    if not len(positive):
        return None
    low, high = _nice_below(float(positive.min())), _nice_above(float(positive.max()))
    return low, max(high, LEAST_SPAN * low)


def shares(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Where values stand between two limits on a logarithmic scale, 0 to 1; 0 for zero, NaN for what is no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        placed = np.clip((np.log10(values) - math.log10(low)) / (math.log10(high) - math.log10(low)), 0, 1)
    return np.where(np.isfinite(values), placed, math.nan)


def measurement_of_pixel(x: NDArray[np.float64], right: float, width: int) -> NDArray[np.intp]:
    """For every column of pixels of 0..``right`` the last measurement before its right edge."""
    edges = np.arange(1, width + 1) * (right / max(width, 1))
    return np.clip(np.searchsorted(x, edges, side="right") - 1, 0, max(len(x) - 1, 0))


def _nice_below(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value))
    return max((each * decade for each in NICE if each * decade <= value), default=decade)


def _nice_above(value: float) -> float:
    decade = 10.0 ** math.floor(math.log10(value))
    return next((each * decade for each in (*NICE, 10.0) if each * decade >= value), 10 * decade)
