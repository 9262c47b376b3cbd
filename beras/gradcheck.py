"""Gradients against central differences: (f(x + h) - f(x - h)) / 2h, in float64, entry by entry.

The error of a central difference is O(h²), so h = 1e-6 leaves about ten correct digits in float64 (Press et al.,
*Numerical Recipes*, section 5.7).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from beras.graph import Array, backpropagate
from beras.tensor import Tensor, plain, seed_like

STEP = 1e-6
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class GradientError:
    """The worst disagreement of one tensor's gradient: where, what was stated and what was measured."""

    name: str
    relative: float
    index: tuple[int, ...]
    stated: float
    measured: float

    def __str__(self) -> str:
        return (
            f"{self.name}{list(self.index)}: stated {self.stated:.9g}, measured {self.measured:.9g}, "
            f"relative error {self.relative:.2e}"
        )


def check_gradients(
    function: Callable[..., Any], tensors: Sequence[Tensor], step: float = STEP, seed: int = 0
) -> list[GradientError]:
    """Compare d(function)/d(tensor) for every tensor; ``function()`` takes no argument and reads the tensors.

    The output may have any shape: it is weighted with fixed random numbers, so that no entry can hide behind another.
    The tensors must be float64. Returns the worst entry of each tensor, in order.
    """
    for tensor in tensors:
        if tensor.dtype != np.float64:
            raise TypeError(f"Gradient checks need float64, in float32 they prove nothing. Received: {tensor.dtype}.")
    output = function()
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, np.shape(output))
    pairs = backpropagate(output, seed_like(output, weights), tensors)
    errors = []
    for i, (tensor, (_, stated)) in enumerate(zip(tensors, pairs, strict=True)):
        measured = _central_differences(lambda: float(np.sum(plain(function()) * weights)), plain(tensor), step)
        errors.append(
            _worst(tensor.name or f"tensor {i}", np.zeros(tensor.shape) if stated is None else stated, measured)
        )
    return errors


def _central_differences(value: Callable[[], float], array: Array, step: float) -> Array:
    measured = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        original = array[index]
        array[index] = original + step
        above = value()
        array[index] = original - step
        below = value()
        array[index] = original
        measured[index] = (above - below) / (2 * step)
    return measured


def _worst(name: str, stated: Array, measured: Array) -> GradientError:
    """The entry with the largest |stated - measured|, relative to the tensor's largest gradient (at least 1e-3).

    Where either is not finite the error is infinite, so that no comparison can overlook it.
    """
    if stated.size == 0:
        return GradientError(name, 0.0, (), 0.0, 0.0)
    finite = np.isfinite(stated) & np.isfinite(measured)
    sizes = np.where(finite, np.maximum(np.abs(stated), np.abs(measured)), 0)
    difference = np.full(stated.shape, np.inf)
    np.divide(np.abs(stated - measured), max(float(sizes.max()), 1e-3), out=difference, where=finite)
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(difference)), difference.shape))
    return GradientError(name, float(difference[index]), index, float(stated[index]), float(measured[index]))


def assert_gradients(function: Callable[..., Any], tensors: Sequence[Tensor], tolerance: float = TOLERANCE) -> None:
    """Raise ``AssertionError`` naming the worst entry if any gradient is off by more than ``tolerance``."""
    worst = max(check_gradients(function, tensors), key=lambda error: error.relative)
    if not worst.relative <= tolerance:
        raise AssertionError(str(worst))
