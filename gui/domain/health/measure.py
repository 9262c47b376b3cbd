"""How well the gradient flows through each layer, in a few numbers, read off a backward pass that has just been swept.

Everything is computed in float64 from the very arrays of the pass. A number that does not exist is NaN: a layer without
a bias, units without an activation, the update before it was made.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beras.activations import Sigmoid, Softmax, Tanh
from beras.backward_pass import node_labels
from beras.graph import Node
from beras.registry import LAYERS
from beras.trace import BackwardPass

STEEPEST = {Sigmoid: 0.25, Tanh: 1.0}
"""The largest slope of the functions that are flat at both ends."""
FLAT_SHARE = 0.05
"""An entry is saturated where the slope is below this share of the steepest: |x| > 4.4 for a sigmoid, 2.2 for tanh."""
SAME_SHARE = 1e-6
"""Units whose weights differ by less than this share of the largest weight are the same; so much may be rounding."""
FEW_ROWS = 8

Array = NDArray[Any]


class LayerHealth(NamedTuple):
    """One layer after one batch. Gradients and the weight are Euclidean norms, the others are shares, 0 to 1.

    ``update`` is ‖ΔW‖ / ‖W‖. ``dead`` is the share of units through which no sample of the batch sends a gradient,
    ``saturated`` the share of entries (for Softmax: of samples) at a flat part of the activation, ``twins`` the share
    of units that have the same weights and bias as the first one.
    """

    weight_gradient: float
    bias_gradient: float
    input_gradient: float
    weight: float
    update: float
    dead: float
    saturated: float
    twins: float


class HealthRecord(NamedTuple):
    """All layers with weights, in forward order, after ``step`` batches of the run (this one is the last of them).

    ``loss`` is that of the batch, before its update.
    """

    step: int
    loss: float
    labels: tuple[str, ...]
    layers: tuple[LayerHealth, ...]


def layer_nodes(backward: BackwardPass) -> list[tuple[str, Node]]:
    """The recorded calls that have weights, with their labels, in forward order."""
    nodes = backward.nodes()
    labels = node_labels(nodes)
    return [(label, node) for label, node in zip(labels, nodes, strict=True) if node.parameters]


def layer_health(backward: BackwardPass) -> tuple[LayerHealth, ...]:
    """Every layer with weights, before the update is made."""
    nodes = backward.nodes()
    return tuple(_health(node, nodes, backward) for node in nodes if node.parameters)


def main_weights(backward: BackwardPass) -> tuple[Array, ...]:
    """Of every layer with weights its largest, whose update is measured: the live arrays, which training changes."""
    return tuple(_plain(_main(node)) for _, node in layer_nodes(backward))


def updates(before: Sequence[Array], after: Sequence[Array]) -> tuple[float, ...]:
    """‖ΔW‖ / ‖W‖ with the weights before and after an update, ‖W‖ being the norm before; infinite from zero weights."""
    found = []
    for old, new in zip(before, after, strict=True):
        size, moved = _norm(old), _norm(np.asarray(new, np.float64) - np.asarray(old, np.float64))
        found.append(moved / size if size else math.inf if moved else 0.0)
    return tuple(found)


def _health(node: Node, nodes: Sequence[Node], backward: BackwardPass) -> LayerHealth:
    _, gradients = backward.gradients(node)
    count = len(node.inputs)
    by_parameter = dict(zip(map(id, node.parameters), gradients[count:], strict=True))
    main = _main(node)
    others = [by_parameter[id(each)] for each in node.parameters if each is not main]
    dead, saturated = _activity(_activation_behind(node, nodes))
    return LayerHealth(
        weight_gradient=_norm_or_nan(by_parameter[id(main)]),
        bias_gradient=_norm_or_nan(others[0] if others else None),
        input_gradient=_norm_or_nan(gradients[0] if count else None),
        weight=_norm(_plain(main)),
        update=math.nan,
        dead=dead,
        saturated=saturated,
        twins=_twins([_plain(each) for each in node.parameters], node.output.shape[-1] if node.output.ndim else 0),
    )


def _main(node: Node) -> Any:
    """The largest parameter, W of a dense layer."""
    return max(node.parameters, key=lambda each: int(np.size(each)))


def _activation_behind(node: Node, nodes: Sequence[Node]) -> Node | None:
    """The op that takes what a layer gives, layers without weights (Dropout) left out; None if it has weights."""
    behind = next((each for each in nodes if any(getattr(i, "node", None) is node for i in each.inputs)), None)
    if behind is None or behind.parameters:
        return None
    return _activation_behind(behind, nodes) if LAYERS.name_of(behind.op) is not None else behind


def _activity(node: Node | None) -> tuple[float, float]:
    """The shares of dead units and of saturated entries behind an activation."""
    if node is None or node.output.ndim < 2:
        return math.nan, math.nan
    if isinstance(node.op, Softmax):
        flat = node.output * (1.0 - node.output) < FLAT_SHARE * STEEPEST[Sigmoid]
        return math.nan, float(flat.all(axis=-1).mean())
    if not getattr(node.op, "elementwise", False):
        return math.nan, math.nan
    slopes = node.op.gradients(node, np.ones_like(node.output), [True])[0]
    if slopes is None:
        return math.nan, math.nan
    rows = slopes.reshape(-1, slopes.shape[-1])
    steepest = STEEPEST.get(type(node.op))
    saturated = math.nan if steepest is None else float((np.abs(rows) < FLAT_SHARE * steepest).mean())
    return float((~rows.any(axis=0)).mean()), saturated


def _twins(parameters: Sequence[Array], units: int) -> float:
    """Units are the columns: everything that belongs to one is compared with what belongs to the first."""
    if units < 2:
        return math.nan
    like_the_first = np.arange(units)
    for values in parameters:
        if values.shape[-1:] == (units,):
            columns = values.reshape(-1, units)
            limit = SAME_SHARE * np.abs(columns).max()
            for rows in (columns[:FEW_ROWS], columns):  # most units differ at once, and need no longer look
                apart = np.abs(rows[:, like_the_first] - rows[:, :1]).max(axis=0)
                like_the_first = like_the_first[apart <= limit]
    return len(like_the_first) / units


def _plain(weight: Any) -> Array:
    return np.asarray(weight).view(np.ndarray)


def _norm(array: Array) -> float:
    flat = np.asarray(array, np.float64).reshape(-1)
    return math.sqrt(float(np.dot(flat, flat)))


def _norm_or_nan(array: Array | None) -> float:
    return math.nan if array is None else _norm(array)
