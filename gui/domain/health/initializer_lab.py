"""What each initialiser does to a network before training: the spread of activations and gradients, by layer.

Measured on real samples, and predicted by the mean-field theory of wide networks: with independent weights of mean 0
and variance σ², E z² = n σ² E x² on the way forward and E (∂s/∂x)² = m σ² E (∂s/∂z)² on the way back, n and m being the
inputs and the outputs of a layer (Glorot and Bengio, 2010, equations 5 and 6; He et al., 2015, section 2.2). Through
an activation f a Gaussian z of that variance is carried by E f(z)² and E f'(z)² (Poole et al., 2016, equation 3).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.datasets import Dataset
from beras.datasets.source import Cancelled, LoadingCancelled, never
from beras.registry import INITIALIZERS
from beras.trace import NodeTrace, Trace, trace
from gui.domain.build import build_model, order_generator, targets_of
from gui.domain.health.measure import FLAT_SHARE, STEEPEST
from gui.domain.health.rules import SATURATED_WATCH
from gui.domain.health.suggestion import with_initializer
from gui.domain.health.words import share_text, small_number
from gui.domain.spec import ExperimentSpec

SAMPLES = 128
DRAWS = 8
"""One draw of a network of width 128 scatters by a fifth; theory speaks of the mean of many."""
BINS = 41
STEADY_FACTOR = 10.0
"""A spread that changes by less over all layers is kept."""
REACH, GRID_POINTS = 8.0, 801
_Z = np.linspace(-REACH, REACH, GRID_POINTS)
_DENSITY = np.exp(-0.5 * _Z**2) * (_Z[1] - _Z[0]) / math.sqrt(2 * math.pi)
_STEEPEST = {cls.__name__: slope for cls, slope in STEEPEST.items()}

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class LayerSpread:
    """One layer: the standard deviation over all samples and units of what it gives, and of the gradient at its sum z.

    What theory says of each stands beside it, NaN where it says nothing. ``saturated`` is the share of entries at a
    flat part of the activation, NaN where it has none.
    """

    label: str
    activation: float
    predicted_activation: float
    gradient: float
    predicted_gradient: float
    weight: float
    saturated: float


NUMBERS = tuple(LayerSpread.__dataclass_fields__)[1:]


@dataclass(frozen=True, slots=True)
class InitializerSpread:
    """One initialiser in all layers. ``counts`` (bins,) of all drawn weights between -``reach`` and ``reach``."""

    name: str
    label: str
    summary: str
    layers: tuple[LayerSpread, ...]
    counts: tuple[int, ...]
    reach: float

    @property
    def verdict(self) -> str:
        """What becomes of the spread over the hidden layers, forward and back, in words."""
        forward = [layer.activation for layer in self.layers[:-1] or self.layers]
        backward = [layer.gradient for layer in reversed(self.layers)]
        flat = max((layer.saturated for layer in self.layers if layer.saturated >= SATURATED_WATCH), default=0.0)
        activations = f"are saturated ({share_text(flat)})" if flat else _course(forward)
        return f"Activations {activations}; gradients {_course(backward)}."

    @property
    def is_steady(self) -> bool:
        """Whether both keep their spread over all layers."""
        return "keep" in self.verdict.split(";")[0] and "keep" in self.verdict.split(";")[1]


def compare_initializers(spec: ExperimentSpec, data: Dataset, cancelled: Cancelled) -> tuple[InitializerSpread, ...]:
    """Every registered initialiser in the network of ``spec``, on the same samples; ``LoadingCancelled`` on request."""
    return tuple(spread_of(spec, data, component.name, cancelled) for component in INITIALIZERS)


def spread_of(spec: ExperimentSpec, data: Dataset, name: str, cancelled: Cancelled = never) -> InitializerSpread:
    """One initialiser: the mean of ``DRAWS`` networks, the first of which is that which a run would begin with.

    Computed in float64, the same for every precision of ``spec``.
    """
    drawn, weights = [], []
    for draw in range(DRAWS):
        if cancelled():
            raise LoadingCancelled
        record = _record(replace(spec, seed=spec.seed + draw), spec.seed, data, name)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            drawn.append(_layers(record))
        if not draw:
            weights = [_weights(node) for node in record.nodes if node.parameters]
    counts, reach = _histogram(weights)
    component = INITIALIZERS.spec(name)
    layers = tuple(map(_mean, zip(*drawn, strict=True)))
    return InitializerSpread(name, component.label, component.summary, layers, counts, reach)


def _record(spec: ExperimentSpec, order_seed: int, data: Dataset, name: str) -> Trace:
    """One pass of the network with this initialiser, on the same samples for every draw."""
    model = build_model(replace(with_initializer(spec, name), precision="float64"), data)
    for layer in model.layers:
        if hasattr(layer, "training"):
            layer.training = False
    count = min(SAMPLES, len(data.train_inputs))
    chosen = np.sort(order_generator(order_seed).choice(len(data.train_inputs), count, replace=False))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        inputs = data.train_inputs[chosen].astype(np.float64)
        return trace(model, inputs, targets_of(data, data.train_targets[chosen]))


def _mean(layers: Sequence[LayerSpread]) -> LayerSpread:
    """Of the same layer in several draws: the root of the mean square of each number."""
    numbers = np.array([[getattr(each, name) for name in NUMBERS] for each in layers])
    return LayerSpread(layers[0].label, *map(float, np.sqrt((numbers**2).mean(axis=0))))


def _layers(record: Trace) -> tuple[LayerSpread, ...]:
    sums = [node for node in record.nodes if node.parameters]
    forward, slopes = _forward_theory(record)
    backward = _backward_theory(sums, slopes)
    return tuple(
        LayerSpread(
            label=node.label,
            activation=_std(_given(record, node).output),
            predicted_activation=forward[node.index],
            gradient=_std(node.upstream),
            predicted_gradient=backward[place],
            weight=_std(_weights(node)),
            saturated=_saturated(record, _given(record, node)),
        )
        for place, node in enumerate(sums)
    )


def _saturated(record: Trace, node: NodeTrace) -> float:
    steepest = _STEEPEST.get(node.op)
    if steepest is None or node.output is None:
        return math.nan
    slopes = record.pull_back(node.index, np.ones_like(node.output))
    return float((np.abs(slopes) < FLAT_SHARE * steepest).mean())


def _given(record: Trace, node: NodeTrace) -> NodeTrace:
    """What a layer gives: its activation, or its sum where it has none (a loss takes it, or the next layer)."""
    behind = next((each for each in record.nodes if any(i.source == node.index for i in each.inputs)), None)
    return behind if behind is not None and record.is_elementwise(behind.index) else node


def _forward_theory(record: Trace) -> tuple[dict[int, float], dict[int, float]]:
    """For each layer the predicted spread of what it gives, and E f'² of the activation behind it (1 without one).

    The variance is followed sample by sample, since samples differ in length.
    """
    predicted: dict[int, float] = {}
    slopes: dict[int, float] = {}
    squares: Array | None = None
    for node in record.nodes:
        if node.parameters:
            x = node.inputs[0].value
            assert x is not None
            squares = (x**2).reshape(len(x), -1).mean(axis=1) if squares is None else squares
            squares = x.shape[-1] * float(np.mean(_weights(node) ** 2)) * squares
            layer, slopes[node.index] = node.index, 1.0
            predicted[layer] = float(np.sqrt(squares.mean()))
        elif squares is not None and record.is_elementwise(node.index):
            predicted[layer], squares, slope = _through(record, node, squares)
            slopes[layer] *= slope
        elif squares is not None and node.output is not None and node.output.ndim > 1:
            squares = (node.output**2).reshape(len(node.output), -1).mean(axis=1)  # of this op theory says nothing
    return predicted, slopes


def _through(record: Trace, node: NodeTrace, squares: Array) -> tuple[float, Array, float]:
    """The spread of f over all samples, E f² sample by sample, and E f'², for Gaussians z of these mean squares."""
    z = np.sqrt(squares)[:, None] * _Z
    f = record.evaluate(node.index, z) if node.op != "Dropout" else z
    step = np.maximum(z[:, 1:] - z[:, :-1], np.finfo(float).tiny)
    slope = np.diff(f, axis=1) / step
    middle = 0.5 * (_DENSITY[1:] + _DENSITY[:-1])
    mean = float((f @ _DENSITY).mean())
    spread = math.sqrt(float(((f - mean) ** 2 @ _DENSITY).mean()))
    return spread, f**2 @ _DENSITY, float((slope**2 @ middle).mean())


def _backward_theory(sums: Sequence[NodeTrace], slopes: dict[int, float]) -> list[float]:
    """The predicted spread of ∂s/∂z, from that of the last layer, which is measured."""
    spread = _std(sums[-1].upstream) if sums else math.nan
    found = [spread]
    for before, node in zip(reversed(sums[:-1]), reversed(sums), strict=False):
        spread *= math.sqrt(node.output_shape[-1] * float(np.mean(_weights(node) ** 2)) * slopes[before.index])
        found.append(spread)
    return found[::-1]


def _weights(node: NodeTrace) -> Array:
    value = max(node.parameters, key=lambda each: math.prod(each.shape)).value
    assert value is not None
    return value


def _std(array: Array | None) -> float:
    return math.nan if array is None else float(np.std(array))


def _histogram(weights: Sequence[Array]) -> tuple[tuple[int, ...], float]:
    together = np.concatenate([each.reshape(-1) for each in weights])
    reach = float(np.abs(together).max())
    counts, _ = np.histogram(together, BINS, (-(reach or 1.0), reach or 1.0))
    return tuple(map(int, counts)), reach


def _course(spreads: Sequence[float]) -> str:
    """What becomes of a spread on its way."""
    first, last = spreads[0], spreads[-1]
    if not all(map(math.isfinite, spreads)):
        return "grow beyond all numbers"
    if min(spreads) == 0:
        return "are all zero" if max(spreads) == 0 else "come to nothing"
    factor = last / first
    if factor >= STEADY_FACTOR:
        return f"grow to {small_number(factor)} times"
    if factor <= 1 / STEADY_FACTOR:
        return f"fade to {small_number(factor)} times"
    return "keep their spread"
