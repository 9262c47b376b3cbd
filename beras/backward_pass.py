"""The pass that has just been swept, and its record as plain immutable data; ``beras.trace`` offers both.

``BackwardPass`` is live and offered by ``Model.fit`` for the length of one hook. ``GraphTrace`` says which ops were
recorded, how they are connected, every shape and every norm; whether it holds arrays too is up to who asks.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.graph import Array, Node, topological_order
from beras.tensor import Tensor, plain
from beras.text import number_text, plain_data, shape_text, table

SMALLEST_SQUARES = 1e-30  # below this a sum of float32 squares may have lost its small terms
Keep = Callable[[Any], "Array | None"]
ARRAYS = frozenset({"value", "gradient", "output", "upstream"})


@dataclass(frozen=True, slots=True)
class ParameterTrace:
    """A parameter of one op: ``value_norm`` is ‖w‖, ``gradient_norm`` ‖∂s/∂w‖ (None if nobody asked for it)."""

    name: str
    shape: tuple[int, ...]
    value_norm: float
    gradient_norm: float | None
    value: Array | None = field(default=None, repr=False, compare=False)
    gradient: Array | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class InputTrace:
    """An input of one op: from node ``source``, or from outside (``source`` None) under ``name``.

    ``gap`` says why the recording ends here although it should not: some call before was not recorded.
    """

    name: str
    source: int | None
    shape: tuple[int, ...]
    gradient_norm: float | None
    gap: str | None = None
    value: Array | None = field(default=None, repr=False, compare=False)
    gradient: Array | None = field(default=None, repr=False, compare=False)


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
    output: Array | None = field(default=None, repr=False, compare=False)
    upstream: Array | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class GraphTrace:
    """The recorded chain in forward order, ``nodes[i].index == i``; ``loss`` is the target's value.

    ``gap`` is the sentence that says where the recording is interrupted, None if it is whole.
    """

    nodes: tuple[NodeTrace, ...]
    loss: float
    gap: str | None = None

    def to_dict(self, values: bool = False) -> dict[str, Any]:
        """Plain data that ``json`` can write, with or without the arrays; NaN and infinities become their names."""
        data: dict[str, Any] = plain_data(self, leave_out=() if values else ARRAYS)
        return data

    def __str__(self) -> str:
        """A table for a report: every op with the norms of what flows back into it and out of it."""
        rows = [
            (
                str(node.index),
                node.label,
                node.detail,
                shape_text(node.output_shape),
                number_text(node.upstream_norm),
                ", ".join(number_text(i.gradient_norm) for i in node.inputs if i.gradient_norm is not None) or "-",
                ", ".join(f"{p.name} {number_text(p.gradient_norm)}" for p in node.parameters),
            )
            for node in self.nodes
        ]
        headers = ("#", "op", "detail", "output", "‖upstream‖", "‖downstream‖", "‖weight gradients‖")
        interrupted = [] if self.gap is None else [f"Not recorded: {self.gap}"]
        title = f"loss {number_text(self.loss)}, {len(self.nodes)} recorded ops"
        return "\n".join([title, *interrupted, table(headers, rows)])

    @property
    def structure(self) -> tuple[Any, ...]:
        """What a drawing's layout depends on: it changes only when the network does."""
        return tuple(
            (node.op, node.label, tuple(i.source for i in node.inputs), tuple(p.name for p in node.parameters))
            for node in self.nodes
        )


@dataclass(frozen=True, slots=True)
class NonFinite:
    """Where the first NaN or infinity stands: op number ``index`` of the pass, its label, the tensor, the direction.

    ``direction`` is "data", "forward", "backward" (``tensor`` then says with respect to what) or "update".
    """

    index: int
    label: str
    tensor: str
    direction: str

    def __str__(self) -> str:
        return f"the data for {self.label}" if self.direction == "data" else f"{self.label} ({self.direction})"


class BackwardPass:
    """The pass that has just been swept: the target and what the sweep found, node by node."""

    def __init__(self, target: Tensor) -> None:
        self.target = target
        self._found: dict[int, tuple[Array, Sequence[Array | None]]] = {}

    def note(self, node: Node, upstream: Array, gradients: Sequence[Array | None]) -> None:
        """The sweep's ``on_node``."""
        self._found[id(node)] = (upstream, gradients)

    def gradients(self, node: Node) -> tuple[Array | None, Sequence[Array | None]]:
        """∂s/∂output of a recorded call and what it sent back to each operand: the live arrays, not to be changed."""
        return self._found.get(id(node), (None, [None] * len(node.operands)))

    @property
    def loss(self) -> float:
        return float(self.target.item())

    def nodes(self) -> list[Node]:
        """The recorded calls in forward order."""
        return [] if self.target.node is None else topological_order(self.target.node)

    def summary(self) -> GraphTrace:
        """Shapes and norms of everything, as plain data."""
        return GraphTrace(self.traces(self.nodes(), _left_out), self.loss)

    def traces(self, nodes: Sequence[Node], keep: Keep) -> tuple[NodeTrace, ...]:
        """One record per node; ``keep`` says what becomes of the arrays."""
        numbers = {id(node): index for index, node in enumerate(nodes)}
        labels = node_labels(nodes)
        norms = _Norms()
        with np.errstate(over="ignore", under="ignore"):  # once for all norms
            return tuple(self._trace(node, labels[index], numbers, keep, norms) for index, node in enumerate(nodes))

    def _trace(self, node: Node, label: str, numbers: Mapping[int, int], keep: Keep, norms: _Norms) -> NodeTrace:
        upstream, gradients = self.gradients(node)
        names = _argument_names(node)
        inputs = tuple(
            InputTrace(
                name=getattr(value, "name", None) or name,
                source=_number_of(value, numbers),
                shape=np.shape(array),
                gradient_norm=norms.of(gradient),
                gap=None if _is_computed(value) else getattr(value, "detached_by", None),
                value=keep(array),
                gradient=keep(gradient),
            )
            for name, value, array, gradient in zip(names, node.inputs, node.arrays, gradients, strict=False)
        )
        parameters = tuple(
            ParameterTrace(
                parameter.name or f"weight {i + 1}",
                parameter.shape,
                _quiet_norm(plain(parameter)),
                norms.of(gradient),
                keep(parameter),
                keep(gradient),
            )
            for i, (parameter, gradient) in enumerate(zip(node.parameters, gradients[len(node.inputs) :], strict=True))
        )
        return NodeTrace(
            index=numbers[id(node)],
            op=type(node.op).__name__,
            label=label,
            detail=detail_of(node),
            inputs=inputs,
            parameters=parameters,
            output_shape=node.output.shape,
            upstream_norm=norms.of(upstream),
            is_target=node is self.target.node,
            output=keep(node.output),
            upstream=keep(upstream),
        )

    def first_non_finite(self) -> NonFinite | None:
        """The first value of this pass, in the order of computing, that is not finite."""
        nodes = self.nodes()
        labels = node_labels(nodes)
        for index, (node, label) in enumerate(zip(nodes, labels, strict=True)):
            data = [array for value, array in zip(node.inputs, node.arrays, strict=True) if not _is_computed(value)]
            for tensor, direction, arrays in (("data", "data", data), ("output", "forward", [node.output])):
                if any(not np.isfinite(array).all() for array in arrays):
                    return NonFinite(index, label, tensor, direction)
        for index, node in reversed(list(enumerate(nodes))):
            _, gradients = self._found.get(id(node), (None, ()))
            for position, gradient in enumerate(gradients):
                if gradient is not None and not np.isfinite(gradient).all():
                    return NonFinite(index, labels[index], _operand_name(node, position), "backward")
        return None

    def first_non_finite_weight(self) -> NonFinite | None:
        """The same for the weights as they are now: the gradients were finite, but the step along them was too long."""
        nodes = self.nodes()
        for index, (node, label) in enumerate(zip(nodes, node_labels(nodes), strict=True)):
            for i, parameter in enumerate(node.parameters):
                if not np.isfinite(plain(parameter)).all():
                    return NonFinite(index, label, _operand_name(node, len(node.inputs) + i), "update")
        return None


def _left_out(value: Any) -> None:
    """For the cheap form: no array is kept."""


def frozen(value: Any) -> Array | None:
    """A read-only copy; arithmetic of 0-d arrays gives NumPy's plain numbers, which count as arrays."""
    if not isinstance(value, np.ndarray | np.generic):
        return None
    kept = np.array(plain(value))
    kept.flags.writeable = False
    return kept


def norm(array: Array) -> float:
    """The Euclidean norm of all entries (Frobenius for a matrix); float64 where float32 squares leave its range."""
    with np.errstate(over="ignore", under="ignore"):
        return _quiet_norm(array)


def _quiet_norm(array: Array) -> float:
    flat = np.asarray(array).reshape(-1)
    squares = float(np.dot(flat, flat))
    if flat.dtype != np.float64 and not SMALLEST_SQUARES < squares < math.inf:
        return _quiet_norm(flat.astype(np.float64))
    return math.sqrt(squares)


class _Norms:
    """The norms of a pass, each computed once: an op's upstream is the very array that the next op sent back."""

    def __init__(self) -> None:
        self._known: dict[int, float] = {}

    def of(self, gradient: Array | None) -> float | None:
        if gradient is None:
            return None
        known = self._known.get(id(gradient))
        if known is None:
            known = self._known[id(gradient)] = _quiet_norm(gradient)
        return known


def _argument_names(node: Node) -> Sequence[str]:
    return getattr(node.op, "argnames", ()) or [f"input {i + 1}" for i in range(len(node.inputs))]


def _operand_name(node: Node, position: int) -> str:
    """What the operand is called that a gradient belongs to."""
    if position < len(node.inputs):
        return _argument_names(node)[position]
    parameter = position - len(node.inputs)
    return node.parameters[parameter].name or f"weight {parameter + 1}"


def _is_computed(value: Any) -> bool:
    return getattr(value, "node", None) is not None


def _number_of(value: Any, numbers: Mapping[int, int]) -> int | None:
    node = getattr(value, "node", None)
    return None if node is None else numbers.get(id(node))


def node_labels(nodes: Sequence[Node]) -> list[str]:
    """A name for each node: its own, or its class, with a number where a class occurs more than once."""
    kinds = [node.label for node in nodes]
    total, seen = Counter(kinds), Counter[str]()
    labels = []
    for kind in kinds:
        seen[kind] += 1
        labels.append(f"{kind} {seen[kind]}" if total[kind] > 1 else kind)
    return labels


def leaf_names(nodes: Sequence[Node]) -> dict[int, str]:
    """Each op's own tensors under the label of the first op that uses them: "Dense 1 W"."""
    names: dict[int, str] = {}
    for node, label in zip(nodes, node_labels(nodes), strict=True):
        for i, parameter in enumerate(node.parameters):
            names.setdefault(id(parameter), f"{label} {parameter.name or f'weight {i + 1}'}")
    return names


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
