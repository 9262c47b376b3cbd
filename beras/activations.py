"""Activations: functions applied to every entry (or, for Softmax, to every row) of what a layer gives."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from beras.core import Diffable, only_upstream
from beras.graph import Array
from beras.registry import ACTIVATIONS, Help, Range
from beras.tensor import floating


class Activation(Diffable):
    """A function of every single entry. A subclass gives ``value(x)`` and ``derivative(x, y)`` with y = value(x)."""

    elementwise = True

    def value(self, x: Array) -> Array:
        """f(x), any shape."""
        raise NotImplementedError(f"{type(self).__name__} must define value.")

    def derivative(self, x: Array, y: Array) -> Array:
        """f'(x), the shape of x."""
        raise NotImplementedError(f"{type(self).__name__} must define derivative.")

    def forward(self, x: Array) -> Array:
        return self.value(floating(x))

    def get_input_gradients(self) -> list[Array]:
        return [self.derivative(floating(self._arrays()[0]), self._output())]

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        upstream = only_upstream(J)
        local = self.get_input_gradients()
        return local if upstream is None else [upstream * local[0]]


@ACTIVATIONS.register("leaky_relu", "LeakyReLU")
class LeakyReLU(Activation):
    """x above 0, αx below; the derivative is 1 above, α below and 0 at exactly 0"""

    def __init__(
        self,
        alpha: Annotated[float, Range(0, 10), Help("Slope for negative inputs; 0 gives ReLU.", "α")] = 0.3,
    ) -> None:
        self.alpha = alpha

    def value(self, x: Array) -> Array:
        return np.where(x > 0, x, x * x.dtype.type(self.alpha))

    def derivative(self, x: Array, y: Array) -> Array:
        dtype = x.dtype.type
        return np.where(x > 0, dtype(1), np.where(x < 0, dtype(self.alpha), dtype(0)))


@ACTIVATIONS.register("relu", "ReLU")
class ReLU(Activation):
    """x above 0, otherwise 0; the derivative at 0 is 0"""

    def value(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def derivative(self, x: Array, y: Array) -> Array:
        return (x > 0).astype(x.dtype)


@ACTIVATIONS.register("sigmoid", "Sigmoid")
class Sigmoid(Activation):
    """1 / (1 + e^-x), computed as (1 + tanh(x/2)) / 2, which cannot overflow; derivative y (1 - y)"""

    def value(self, x: Array) -> Array:
        return 0.5 + 0.5 * np.tanh(0.5 * x)

    def derivative(self, x: Array, y: Array) -> Array:
        return y * (1 - y)


@ACTIVATIONS.register("tanh", "Tanh")
class Tanh(Activation):
    """tanh x; derivative 1 - y²"""

    def value(self, x: Array) -> Array:
        return np.tanh(x)

    def derivative(self, x: Array, y: Array) -> Array:
        return 1 - y * y


@ACTIVATIONS.register("softmax", "Softmax")
class Softmax(Diffable):
    """e^x / Σe^x over the last axis: positive numbers that add up to 1

    The largest entry of each row is subtracted first, which changes nothing and prevents overflow. The local gradient
    is diag(y) - y yᵀ, one matrix (n, n) per sample (Bridle, 1990).
    """

    def forward(self, x: Array) -> Array:
        x = floating(x)
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        powers /= powers.sum(axis=-1, keepdims=True)
        return powers

    def get_input_gradients(self) -> list[Array]:
        y = self._output()
        return [y[..., None] * (np.eye(y.shape[-1], dtype=y.dtype) - y[..., None, :])]

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        """(diag(y) - y yᵀ) J = y (J - Σ y J), row by row, without building the matrices."""
        upstream = only_upstream(J)
        if upstream is None:
            return self.get_input_gradients()
        y = self._output()
        weighted = y * upstream
        weighted -= y * weighted.sum(axis=-1, keepdims=True)
        return [weighted]
