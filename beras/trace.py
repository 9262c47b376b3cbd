"""One forward and backward pass as plain immutable data: what every viewer reads.

``BackwardPass`` is the live pass, offered by ``Model.fit`` for the length of one hook. ``GraphTrace`` is its summary:
which ops were recorded, how they are connected, every shape and every norm, and no array.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from beras.graph import Array, Node, topological_order
from beras.tensor import Tensor

SMALLEST_SQUARES = 1e-30  # below this a sum of float32 squares may have lost its small terms


@dataclass(frozen=True, slots=True)
class ParameterTrace:
    """A parameter of one op: ``value_norm`` is ‖w‖, ``gradient_norm`` ‖∂s/∂w‖ (None if nobody asked for it)."""

    name: str
    shape: tuple[int, ...]
    value_norm: float
    gradient_norm: float | None


@dataclass(frozen=True, slots=True)
class InputTrace:
    """An input of one op: from node ``source``, or from outside (``source`` None) under ``name``."""

    name: str
    source: int | None
    shape: tuple[int, ...]
    gradient_norm: float | None


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """One recorded op. ``upstream_norm`` is ‖∂s/∂output‖; ``detail`` says in a few characters what the op is."""

    index: int
    op: str
    label: str
    detail: str
    inputs: tuple[InputTrace, ...]
    parameters: tuple[ParameterTrace, ...]
    output_shape: tuple[int, ...]
    upstream_norm: float | None
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class GraphTrace:
    """The recorded chain in forward order, ``nodes[i].index == i``; ``loss`` is the target's value."""

    nodes: tuple[NodeTrace, ...]
    loss: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data that ``json`` can write."""
        return asdict(self)

    @property
    def structure(self) -> tuple[Any, ...]:
        """What a drawing's layout depends on: it changes only when the network does."""
        return tuple(
            (node.op, node.label, tuple(i.source for i in node.inputs), tuple(p.name for p in node.parameters))
            for node in self.nodes
        )


class BackwardPass:
    """The pass that has just been swept: the target and what the sweep found, node by node."""

    def __init__(self, target: Tensor) -> None:
        self.target = target
        self._found: dict[int, tuple[Array, Sequence[Array | None]]] = {}

    def note(self, node: Node, upstream: Array, gradients: Sequence[Array | None]) -> None:
        """The sweep's ``on_node``."""
        self._found[id(node)] = (upstream, gradients)

    @property
    def loss(self) -> float:
        return float(self.target)

    def nodes(self) -> list[Node]:
        """The recorded calls in forward order."""
        return [] if self.target.node is None else topological_order(self.target.node)

    def summary(self) -> GraphTrace:
        """Shapes and norms of everything, as plain data."""
        nodes = self.nodes()
        numbers = {id(node): index for index, node in enumerate(nodes)}
        labels = node_labels(nodes)
        traces = tuple(self._trace(node, index, labels[index], numbers) for index, node in enumerate(nodes))
        return GraphTrace(traces, self.loss)

    def _trace(self, node: Node, index: int, label: str, numbers: Mapping[int, int]) -> NodeTrace:
        upstream, gradients = self._found.get(id(node), (None, [None] * len(node.operands)))
        names = getattr(node.op, "argnames", ()) or [f"input {i + 1}" for i in range(len(node.inputs))]
        inputs = tuple(
            InputTrace(
                getattr(value, "name", None) or name, _number_of(value, numbers), np.shape(array), _norm(gradient)
            )
            for name, value, array, gradient in zip(names, node.inputs, node.arrays, gradients, strict=False)
        )
        parameters = tuple(
            ParameterTrace(
                parameter.name or f"weight {i + 1}", parameter.shape, norm(parameter.numpy()), _norm(gradient)
            )
            for i, (parameter, gradient) in enumerate(zip(node.parameters, gradients[len(node.inputs) :], strict=True))
        )
        return NodeTrace(
            index=index,
            op=type(node.op).__name__,
            label=label,
            detail=detail_of(node),
            inputs=inputs,
            parameters=parameters,
            output_shape=node.output.shape,
            upstream_norm=_norm(upstream),
            is_target=node is self.target.node,
        )

    def first_non_finite(self) -> str | None:
        """Where the first value that is not finite stands: "Softmax 1 (forward)", "the data for Dense 1", or None."""
        nodes = self.nodes()
        labels = node_labels(nodes)
        for node, label in zip(nodes, labels, strict=True):
            data = [array for value, array in zip(node.inputs, node.arrays, strict=True) if not _is_computed(value)]
            if not all(np.isfinite(array).all() for array in data):
                return f"the data for {label}"
            if not np.isfinite(node.output).all():
                return f"{label} (forward)"
        for node, label in zip(reversed(nodes), reversed(labels), strict=True):
            _, gradients = self._found.get(id(node), (None, ()))
            if any(g is not None and not np.isfinite(g).all() for g in gradients):
                return f"{label} (backward)"
        return None


def norm(array: Array) -> float:
    """The Euclidean norm of all entries (Frobenius for a matrix); float64 where float32 squares leave its range."""
    flat = np.asarray(array).reshape(-1)
    with np.errstate(over="ignore", under="ignore"):
        squares = float(np.dot(flat, flat))
    if flat.dtype != np.float64 and not SMALLEST_SQUARES < squares < math.inf:
        return norm(flat.astype(np.float64))
    return math.sqrt(squares)


def _norm(array: Array | None) -> float | None:
    return None if array is None else norm(array)


def _is_computed(value: Any) -> bool:
    return getattr(value, "node", None) is not None


def _number_of(value: Any, numbers: Mapping[int, int]) -> int | None:
    node = getattr(value, "node", None)
    return None if node is None else numbers.get(id(node))


def node_labels(nodes: Sequence[Node]) -> list[str]:
    """A name for each node: its own, or its class, with a number where a class occurs more than once."""
    kinds = [node.label for node in nodes]
    seen: dict[str, int] = {}
    labels = []
    for kind in kinds:
        seen[kind] = seen.get(kind, 0) + 1
        labels.append(f"{kind} {seen[kind]}" if kinds.count(kind) > 1 else kind)
    return labels


def detail_of(node: Node) -> str:
    """What an op is beyond its name: sizes of a layer, constant of an activation, what a loss averages over."""
    op: Any = node.op
    if node.output.ndim == 0 and node.arrays and np.ndim(node.arrays[0]) > 0:
        return f"mean over B = {np.shape(node.arrays[0])[0]}"
    if hasattr(op, "input_size"):
        return f"{op.input_size} → {op.output_size}"
    if hasattr(op, "alpha"):
        return f"α = {op.alpha:g}"
    if hasattr(op, "rate"):
        return f"rate {op.rate:g}"
    if type(op).__name__ == "Softmax":
        return f"over {node.output.shape[-1]} classes"
    return ""
