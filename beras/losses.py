"""Losses: one number that says how wrong a batch of predictions is. The 1/B lives here, in the loss's own gradient."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from beras.core import Diffable, ShapeError, only_upstream
from beras.graph import Array
from beras.registry import LOSSES, Help, Range
from beras.tensor import floating


class Loss(Diffable):
    """``loss(y_pred, y_true)`` gives a 0-d Tensor. A subclass gives ``value`` and ``gradient``; both get (B, n) arrays.

    The local gradients are [d/dy_pred, zeros for y_true]: the true values are data.
    """

    def value(self, y_pred: Array, y_true: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define value.")

    def gradient(self, y_pred: Array, y_true: Array) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define gradient.")

    def forward(self, y_pred: Array, y_true: Array) -> Array:
        return self.value(*self._pair(y_pred, y_true))

    def get_input_gradients(self) -> list[Array]:
        y_pred, y_true = self._pair(*self._arrays())
        return [self.gradient(y_pred, y_true), np.zeros_like(y_true)]

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        upstream = only_upstream(J)
        local, zeros = self.get_input_gradients()
        if upstream is None or (upstream.ndim == 0 and upstream == 1):
            return [local, zeros]
        return [upstream.reshape(()) * local, zeros]

    def output_shape(self, *input_shapes: tuple[int, ...]) -> tuple[int, ...]:
        y_pred, y_true = input_shapes
        if y_pred != y_true:
            raise ShapeError(
                f"{type(self).__name__} needs predictions and true values of the same shape. Received: predictions "
                f"{y_pred}, true values {y_true}. Class numbers must be one-hot encoded first."
            )
        return ()

    def _pair(self, y_pred: Array, y_true: Array) -> tuple[Array, Array]:
        y_pred, y_true = floating(y_pred), floating(y_true)
        self.output_shape(y_pred.shape, y_true.shape)
        if y_pred.size == 0:
            raise ValueError(f"{type(self).__name__} needs at least one sample. Received shape: {y_pred.shape}.")
        return y_pred, y_true if y_true.dtype == y_pred.dtype else y_true.astype(y_pred.dtype)


def _batch_of(y_pred: Array) -> int:
    """How many samples there are: every axis but the last counts them."""
    return y_pred.size // y_pred.shape[-1] if y_pred.ndim else 1


@LOSSES.register("mean_squared_error", "Mean squared error")
class MeanSquaredError(Loss):
    """The mean over batch and features of (y_pred - y_true)²; gradient 2 (y_pred - y_true) / (B n)"""

    def value(self, y_pred: Array, y_true: Array) -> Array:
        return np.mean(np.square(y_pred - y_true))

    def gradient(self, y_pred: Array, y_true: Array) -> Array:
        return (y_pred - y_true) * y_pred.dtype.type(2 / y_pred.size)


@LOSSES.register("half_squared_error", "Half squared error")
class HalfSquaredError(Loss):
    """The mean over the batch of ½ Σ (y_pred - y_true)²; gradient (y_pred - y_true) / B

    The error of worked examples by hand: the ½ takes away the 2 of the square's derivative. Unlike the mean squared
    error it is summed over the outputs, so that the gradient of each does not depend on how many there are.
    """

    def value(self, y_pred: Array, y_true: Array) -> Array:
        return np.sum(np.square(y_pred - y_true)) / y_pred.dtype.type(2 * _batch_of(y_pred))

    def gradient(self, y_pred: Array, y_true: Array) -> Array:
        return (y_pred - y_true) / y_pred.dtype.type(_batch_of(y_pred))


@LOSSES.register("categorical_cross_entropy", "Categorical cross-entropy")
class CategoricalCrossEntropy(Loss):
    """The mean over the batch of -Σ y log p; gradient -(y / p) / B

    p is clipped to [ε, 1 - ε] first, so that a confident wrong answer stays finite. Predictions must be probabilities:
    the rows of a Softmax.
    """

    def __init__(
        self,
        epsilon: Annotated[
            float, Range(0, 0.1, log=True, open_low=True), Help("Probabilities are kept this far from 0 and 1.", "ε")
        ] = 1e-12,
    ) -> None:
        self.epsilon = epsilon

    def _clipped(self, p: Array) -> Array:
        return np.clip(p, p.dtype.type(self.epsilon), p.dtype.type(1 - self.epsilon))

    def value(self, y_pred: Array, y_true: Array) -> Array:
        return -np.sum(y_true * np.log(self._clipped(y_pred))) / y_pred.dtype.type(_batch_of(y_pred))

    def gradient(self, y_pred: Array, y_true: Array) -> Array:
        return y_true / (self._clipped(y_pred) * y_pred.dtype.type(-_batch_of(y_pred)))


CategoricalCrossentropy = CategoricalCrossEntropy
