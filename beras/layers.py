"""Layers with weights, and layers that change shape or behaviour: Dense (= Linear), Dropout, Flatten."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np

from beras.core import Diffable, ShapeError, only_upstream
from beras.graph import Array
from beras.initializers import Initializer
from beras.registry import INITIALIZERS, LAYERS, Help, Range, Wired
from beras.tensor import Tensor, Variable, floating

MAX_UNITS = 65_536


@LAYERS.register("dense", "Dense")
class Dense(Diffable):
    """f(x) = x W + b for x (batch, in), W (in, out), b (out,)

    ``initializer`` is a registered name or a function ``f((in, out), rng) -> array``; ``rng`` a NumPy Generator or a
    seed (None draws a new one). The local gradients are W for the input and (x, ones) for the weights; weight gradients
    are summed over the batch. Without ``train_bias`` the bias is held: it takes part in the sum but not in training.
    """

    def __init__(
        self,
        input_size: Annotated[int, Range(1), Wired("size of the layer before")],
        output_size: Annotated[int, Range(1, MAX_UNITS), Help("How many units the layer has.", "units")] = 10,
        initializer: Annotated[str, INITIALIZERS, Help("How the weights begin.")] = "normal",
        name: Annotated[str | None, Wired("builder")] = None,
        rng: Annotated[Any, Wired("seeded generator")] = None,
        train_bias: Annotated[bool, Help("Off: the bias keeps its first value.", "bias learns")] = True,
    ) -> None:
        if isinstance(input_size, bool) or not isinstance(input_size, (int, np.integer)) or input_size < 1:
            raise ValueError(f"input_size must be a whole number, at least 1. Received: {input_size!r}.")
        self.input_size, self.output_size = int(input_size), output_size
        self.name = name
        self.initializer = initializer
        self.w, self.b = self._initialize_weight(initializer, self.input_size, self.output_size, rng)
        self.train_bias = train_bias

    @property
    def train_bias(self) -> bool:
        """Whether optimisers change the bias; the same as ``b.requires_grad``."""
        return bool(self.b.requires_grad)

    @train_bias.setter
    def train_bias(self, value: bool) -> None:
        self.b.requires_grad = value

    @staticmethod
    def _initialize_weight(
        initializer: str | Initializer, input_size: int, output_size: int, rng: Any = None
    ) -> tuple[Variable, Variable]:
        """Draw W (in, out) and return it with zero biases (out,). An unknown name is an error that lists the known."""
        draw = initializer if callable(initializer) else INITIALIZERS.spec(initializer).cls
        w = Variable(draw((input_size, output_size), np.random.default_rng(rng)), name="W")
        return w, Variable(np.zeros(output_size, w.dtype), name="b")

    @property
    def weights(self) -> list[Tensor]:
        return [self.w, self.b]

    def output_shape(self, *input_shapes: tuple[int, ...]) -> tuple[int, ...]:
        (shape,) = input_shapes
        if not shape or shape[-1] != self.input_size:
            raise ShapeError(
                f"{self.name or 'Dense'} ({self.input_size} → {self.output_size}) needs inputs of shape "
                f"(batch, {self.input_size}). Received: {shape}."
            )
        return (*shape[:-1], self.output_size)

    def forward(self, x: Array) -> Array:
        x = floating(x)
        self.output_shape(x.shape)
        output = np.matmul(x, self.w.view(np.ndarray))
        output += self.b.view(np.ndarray)
        return output

    def get_input_gradients(self) -> list[Array]:
        return [self.w.view(np.ndarray)]

    def get_weight_gradients(self) -> list[Array]:
        """(batch, in, out) for W, every column of a sample's matrix being its input; ones (out,) for b."""
        x = floating(self._arrays()[0])
        return [
            np.broadcast_to(x[..., None], (*x.shape, self.output_size)),
            np.ones(self.output_size, self.b.dtype),
        ]

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        upstream = only_upstream(J)
        return self.get_input_gradients() if upstream is None else [upstream @ self.w.view(np.ndarray).T]

    def compose_weight_gradients(self, J: Any = None) -> list[Array]:
        upstream = only_upstream(J)
        if upstream is None:
            return self.get_weight_gradients()
        x = floating(self._arrays()[0]).reshape(-1, self.input_size)
        rows = upstream.reshape(-1, self.output_size)
        return [x.T @ rows, rows.sum(axis=0)]

    def __str__(self) -> str:
        return f"Dense({self.input_size} → {self.output_size}, {self.initializer})"


Linear = Dense


@LAYERS.register("dropout", "Dropout")
class Dropout(Diffable):
    """While training, sets a share ``rate`` of the inputs to 0 and scales the rest by 1 / (1 - rate)

    (Srivastava et al., 2014, in the inverted form.) Otherwise it passes its input on unchanged.
    """

    elementwise = True

    def __init__(
        self,
        rate: Annotated[float, Range(0, 1, open_high=True), Help("Share of the inputs that is set to 0.")] = 0.5,
        rng: Annotated[Any, Wired("seeded generator")] = None,
    ) -> None:
        self.rate = rate
        self.rng = np.random.default_rng(rng)

    def forward(self, x: Array) -> Array:
        x = floating(x)
        factor = np.ones_like(x)
        if self.training and self.rate > 0:
            factor = (self.rng.random(x.shape) >= self.rate).astype(x.dtype) / x.dtype.type(1 - self.rate)
        self._node().saved = factor
        return x * factor

    def get_input_gradients(self) -> list[Array]:
        """The factor each entry was multiplied with in the recorded pass."""
        return [self._node().saved]


@LAYERS.register("flatten", "Flatten")
class Flatten(Diffable):
    """(batch, …) to (batch, features), row by row"""

    def output_shape(self, *input_shapes: tuple[int, ...]) -> tuple[int, ...]:
        (shape,) = input_shapes
        if not shape:
            raise ShapeError(f"Flatten needs inputs of shape (batch, …). Received: {shape}.")
        return shape[0], math.prod(shape[1:])

    def forward(self, x: Array) -> Array:
        x = floating(x)
        return x.reshape(self.output_shape(x.shape))

    def get_input_gradients(self) -> list[Array]:
        features = self._output().shape[1]
        return [np.eye(features, dtype=self._output().dtype)]

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        upstream = only_upstream(J)
        return self.get_input_gradients() if upstream is None else [upstream.reshape(self._arrays()[0].shape)]
