"""Why a network answers as it does: what of the input speaks for a class, and what input a class would like best.

Everything comes from the input gradients of the network itself. The score of a class is what stands before the softmax:
its probability also changes because others do (Simonyan, Vedaldi and Zisserman, *Deep Inside Convolutional Networks*,
2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras import GradientTape, Sequential, Tensor
from beras.activations import Softmax
from beras.layers import Dense, Flatten

Array = NDArray[Any]


def class_scores(model: Sequential, inputs: Any) -> Tensor:
    """The scores (samples, classes) of recorded or plain ``inputs`` (samples, features): the softmax is left out."""
    layers = model.layers[:-1] if isinstance(model.layers[-1], Softmax) else model.layers
    for layer in layers:
        layer.training = False
    value = inputs
    for layer in layers:
        value = layer(value)
    return value if isinstance(value, Tensor) else Tensor(value)


def score_gradient(model: Sequential, inputs: Array, chosen: int, other: int | None = None) -> Array:
    """∂(score of the class ``chosen``)/∂input, (samples, features), every sample by itself.

    With ``other`` that of the difference of both scores: what speaks for the one and against the other.
    """
    data = Tensor(np.array(inputs), name="x")
    with GradientTape() as tape:
        scores = class_scores(model, data)
        target = scores[:, chosen].sum()
        if other is not None:
            target = target - scores[:, other].sum()
    (gradient,) = tape.gradient(target, [data])
    return np.zeros_like(inputs) if gradient is None else np.asarray(gradient)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The score of a class as a sum: what each input adds (``shares``, features), and the bias."""

    shares: Array
    bias: float

    @property
    def score(self) -> float:
        return float(self.shares.sum(dtype=np.float64)) + self.bias


def evidence(model: Sequential, inputs: Array, chosen: int) -> Evidence | None:
    """w x for every input of one sample (features,), for a network without hidden layers; None for any other."""
    layers = [layer for layer in model.layers if not isinstance(layer, (Softmax, Flatten))]
    if len(layers) != 1 or not isinstance(layers[0], Dense):
        return None
    weights, bias = layers[0].w.numpy(), layers[0].b.numpy()
    return Evidence(weights[:, chosen] * inputs, float(bias[chosen]))


@dataclass(frozen=True, slots=True)
class DreamSettings:
    """``rate`` is how far a step goes, in units of the input; ``smoothness`` 0..1 how much neighbours are averaged."""

    rate: float = 0.05
    smoothness: float = 0.3


def dream_step(model: Sequential, image: Array, chosen: int, settings: DreamSettings) -> Array:
    """One step of gradient ascent on the input (rows, columns) towards a class; pixels stay within 0..1.

    The gradient is divided by its largest entry, so that a step is as long for every network; then each pixel goes part
    of the way to the mean of its four neighbours: down the gradient of ½ Σ (difference of neighbours)².
    """
    flat = image.reshape(1, -1)
    gradient = score_gradient(model, flat, chosen).reshape(image.shape)
    largest = float(np.abs(gradient).max())
    moved = image + settings.rate * gradient / largest if largest > 0 and np.isfinite(largest) else image
    if settings.smoothness > 0:
        padded = np.pad(moved, 1, mode="edge")
        neighbours = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4
        moved = moved + settings.smoothness / 2 * (neighbours - moved)  # half way evens a checkerboard out at once
    return np.asarray(np.clip(moved, 0, 1), image.dtype)
