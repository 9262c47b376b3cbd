"""How weights begin: functions ``f(shape, rng) -> array`` in the default dtype, ``shape`` being (inputs, outputs)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

from beras.dtype import default_dtype
from beras.graph import Array
from beras.registry import INITIALIZERS, Wired

Initializer = Callable[[tuple[int, int], Any], Array]
Shape = Annotated[tuple[int, int], Wired("layer")]
Rng = Annotated[Any, Wired("seeded generator")]  # np.random.Generator; to name it here would load numpy.random


@INITIALIZERS.register("zero", "zero")
def zero(shape: Shape, rng: Rng) -> Array:
    """All weights 0: every unit of a layer then stays the same as the others"""
    return np.zeros(shape, default_dtype())


@INITIALIZERS.register("normal", "normal")
def normal(shape: Shape, rng: Rng) -> Array:
    """N(0, 1), whatever the size of the layer"""
    return _gaussian(shape, rng, 1.0)


@INITIALIZERS.register("xavier", "xavier")
def xavier(shape: Shape, rng: Rng) -> Array:
    """N(0, 2 / (in + out)): keeps the spread of tanh-like layers (Glorot and Bengio, 2010, equation 12)"""
    return _gaussian(shape, rng, np.sqrt(2.0 / sum(shape)))


@INITIALIZERS.register("kaiming", "kaiming")
def kaiming(shape: Shape, rng: Rng) -> Array:
    """N(0, 2 / in): keeps the spread of ReLU-like layers (He et al., 2015, equation 10)"""
    return _gaussian(shape, rng, np.sqrt(2.0 / shape[0]))


@INITIALIZERS.register("xavier uniform", "xavier uniform")
def xavier_uniform(shape: Shape, rng: Rng) -> Array:
    """U(-a, a) with a = √(6 / (in + out)), the spread of ``xavier`` (Glorot and Bengio, 2010, equation 16)"""
    return _uniform(shape, rng, np.sqrt(6.0 / sum(shape)))


@INITIALIZERS.register("kaiming uniform", "kaiming uniform")
def kaiming_uniform(shape: Shape, rng: Rng) -> Array:
    """U(-a, a) with a = √(6 / in), the spread of ``kaiming`` (He et al., 2015)"""
    return _uniform(shape, rng, np.sqrt(6.0 / shape[0]))


def _gaussian(shape: tuple[int, int], rng: np.random.Generator, std: float) -> Array:
    return (rng.standard_normal(shape) * std).astype(default_dtype())


def _uniform(shape: tuple[int, int], rng: np.random.Generator, limit: float) -> Array:
    return rng.uniform(-limit, limit, shape).astype(default_dtype())
