"""The recorded graph as it is drawn: a box for every tensor that comes from outside and for every op, and what is at
the edges: the op's own slope, and the sum that undoes a stretching.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras.ops import ScalarOperation
from beras.shape_ops import Reduction
from beras.trace import InputTrace, NodeTrace
from gui.domain.backprop.decimals import decimal_text
from gui.domain.scratchpad.differentiate import Evaluation, Recording

Array = NDArray[Any]
LeafKind = Literal["constant", "parameter"]
_SHAPED = frozenset({"Transpose", "Reshape", "GetItem", "BroadcastTo", "Summation", "Mean", "Max"})
_ENTRIES = 3
LONGEST_OTHER = 8
MOST_LISTED = 1_000  # entries of a slope that are looked at to be written


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A tensor from outside. ``name`` is that of its line, or the number that stands in a formula."""

    name: str
    kind: LeafKind
    value: Array
    gradient: Array | None


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """An op: its number in the recording, what it is, the name a line gave to its result."""

    node: int
    op: str
    name: str
    value: Array
    gradient: Array | None
    is_target: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Vertex ``start`` is input ``place`` of op ``node``, which is vertex ``end``; leaves are counted before ops.

    ``local`` is the op's own slope there, ``undone`` the sum that undoes a stretching, both "" where there is none.
    """

    start: int
    end: int
    node: int
    place: int
    flows: bool
    local: str
    undone: str


@dataclass(frozen=True, slots=True, eq=False)
class OpGraph:
    """Everything that is drawn."""

    leaves: tuple[Leaf, ...]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What the places of the boxes depend on."""
        sizes = tuple(each.value.shape for each in self.leaves), tuple(each.value.shape for each in self.boxes)
        names = tuple((leaf.name, leaf.kind) for leaf in self.leaves), tuple((b.op, b.name) for b in self.boxes)
        return sizes, names, tuple((e.start, e.end, e.place, e.flows, bool(e.undone)) for e in self.edges)


def op_graph(evaluation: Evaluation) -> OpGraph | None:
    """The graph of an evaluated program; None if nothing was recorded."""
    recording = evaluation.recording
    if recording is None:
        return None
    totals = {each.name: each for each in recording.trace.gradients}
    leaves: dict[str, Leaf] = {}
    for node in recording.trace.nodes:
        for place, each in enumerate(node.inputs):
            if each.source is None:
                leaves.setdefault(_leaf_key(evaluation, node, place), _leaf(each, totals.get(each.name)))
    numbers = {key: number for number, key in enumerate(leaves)}
    boxes = tuple(
        Box(node.index, op_title(recording, node.index), name, _array(node.output), node.upstream, node.is_target)
        for node, name in zip(recording.trace.nodes, recording.given, strict=True)
    )
    edges = tuple(
        _edge(evaluation, recording, node, place, numbers)
        for node in recording.trace.nodes
        for place in range(len(node.inputs))
    )
    return OpGraph(tuple(leaves.values()), boxes, edges)


def _leaf_key(evaluation: Evaluation, node: NodeTrace, place: int) -> str:
    """One box for a tensor of a line; one for each place where a number stands in a formula."""
    name = node.inputs[place].name
    named = any(line.name == name for line in evaluation.lines)
    return name if named else f"{node.index} {place} {name}"


def _leaf(each: InputTrace, total: Any) -> Leaf:
    gradient = None if total is None else total.gradient
    return Leaf(number_name(each), "constant" if total is None else "parameter", _array(each.value), gradient)


def number_name(each: InputTrace) -> str:
    """What comes from outside by its name, or the number that stands in a formula."""
    if each.name.startswith("input ") and each.value is not None and each.value.ndim == 0:
        return f"{float(each.value):g}".replace("-", "\N{MINUS SIGN}")
    return each.name


def _array(value: Array | None) -> Array:
    return np.empty(0) if value is None else value


def op_title(recording: Recording, index: int) -> str:
    """What an op is called on its box, with the number or the axis that belongs to it."""
    op: Any = recording.nodes[index].op
    title = type(op).__name__
    if isinstance(op, ScalarOperation):
        return f"{title} {op.scalar:g}".replace("-", "\N{MINUS SIGN}")
    if isinstance(op, Reduction) and op.axes is not None:
        return f"{title} axis {op.axes}"
    return title


def _edge(evaluation: Evaluation, recording: Recording, node: NodeTrace, place: int, leaves: dict[str, int]) -> Edge:
    each = node.inputs[place]
    count = len(leaves)
    start = leaves[_leaf_key(evaluation, node, place)] if each.source is None else count + each.source
    flows = bool(getattr(recording.nodes[node.index].inputs[place], "requires_grad", False))
    local = local_text(recording, node.index, place) if flows else ""
    return Edge(start, count + node.index, node.index, place, flows, local, undone_text(node, place) if flows else "")


# -- at the edges -----------------------------------------------------------------------------------------------------


def local_slope(recording: Recording, index: int, place: int) -> Array | None:
    """∂output/∂input entry by entry, for an op whose input has the output's shape; None for any other op."""
    node = recording.trace.nodes[index]
    if node.inputs[place].shape != node.output_shape or node.op in (*_SHAPED, "MatMul"):
        return None
    with np.errstate(all="ignore"):
        return recording.trace.pull_back(index, np.ones(node.output_shape), place)


def local_text(recording: Recording, index: int, place: int) -> str:
    """The op's own slope in a few characters: a number, up to three numbers, or what the gradient is multiplied by."""
    node = recording.trace.nodes[index]
    if node.op == "MatMul":
        other = _other_name(recording, node, place)
        return f"{other}ᵀ ·" if place else f"· {other}ᵀ"
    if node.op in _SHAPED:
        return _moved(node)
    slope = local_slope(recording, index, place)
    return _broadcast_slope(recording, node, place) if slope is None else _slope_text(slope)


def _slope_text(slope: Array) -> str:
    flat = slope.reshape(-1)[:MOST_LISTED]
    if slope.size <= MOST_LISTED and np.all(flat == flat[0]):
        return short_number(float(flat[0]))
    if slope.size <= _ENTRIES:
        return " ".join(short_number(float(each)) for each in flat)
    return f"{short_number(float(np.min(slope)))} … {short_number(float(np.max(slope)))}"


def _broadcast_slope(recording: Recording, node: NodeTrace, place: int) -> str:
    """Of an op that stretched this input: what its gradient is multiplied by before it is summed."""
    signs = {"Add": "1", "Sub": "−1" if place else "1"}
    if node.op in signs:
        return signs[node.op]
    if node.op == "Mul":
        return f"· {_other_name(recording, node, place)}"
    return ""


def _other_name(recording: Recording, node: NodeTrace, place: int) -> str:
    """What the other operand is called, "other" where that is long."""
    other = node.inputs[1 - place]
    name = other.name if other.source is None else recording.names[other.source]
    return name if len(name) <= LONGEST_OTHER else "other"


def _moved(node: NodeTrace) -> str:
    """Ops that only move, repeat or add up entries."""
    count, kept = int(np.prod(node.inputs[0].shape)), max(int(np.prod(node.output_shape)), 1)
    words = {"Summation": "1 to each", "Mean": f"1/{count // kept} to each", "Max": "1 to the largest"}
    return words.get(node.op, "to its place")


def undone_text(node: NodeTrace, place: int) -> str:
    """How broadcasting is undone on the way back, with the shapes: "(4, 3) → (3,): summed over 4 rows"."""
    given, made = node.inputs[place].shape, node.output_shape
    if given == made or node.op in _SHAPED - {"BroadcastTo"} or node.op == "MatMul":
        return ""
    return f"{sides_text(made)} → {sides_text(given)}: {summed_words(made, given)}"


def summed_words(made: tuple[int, ...], given: tuple[int, ...]) -> str:
    """Over what the gradient of a stretched tensor is summed."""
    new = len(made) - len(given)
    over = [axis for axis in range(len(made)) if axis < new or (given[axis - new] == 1 and made[axis] != 1)]
    if len(over) == len(made):
        return f"all {int(np.prod(made))} summed"
    words = {0: "rows", 1: "columns"} if len(made) == 2 else {}
    named = Counter({words.get(axis, f"of axis {axis}"): made[axis] for axis in over})
    return "summed over " + " and ".join(f"{count} {word}" for word, count in named.items())


def sides_text(shape: tuple[int, ...]) -> str:
    """(4, 3), () for a single number."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def short_number(value: float) -> str:
    """Three significant digits, as few characters as that takes."""
    if not np.isfinite(value):
        return decimal_text(value)
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}").replace("e+0", "e").replace("e−0", "e−")


def formula_name(name: str) -> str:
    """A name for the formula widget, in whose notation a low line begins a subscript."""
    return name.replace("_", "\N{MODIFIER LETTER LOW MACRON}")
