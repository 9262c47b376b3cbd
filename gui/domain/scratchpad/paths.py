"""The ways on which a gradient comes back to one tensor: one for every op that reads it; they add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.decimals import decimal_text
from gui.domain.backprop.op_view import largest
from gui.domain.scratchpad.differentiate import Recording
from gui.domain.scratchpad.op_graph import OpGraph, formula_name

Array = NDArray[Any]
USED_ONCE = "One op reads it.", "So one gradient comes back, and there is nothing to add."
USED_TWICE = (
    "A tensor that is used twice receives two gradients, and they add.",
    "The backward pass waits for both paths before it moves on.",
)


@dataclass(frozen=True, slots=True)
class Path:
    """What one op sends back at ``entry``: upstream times its slope where both are single numbers, else only the sum.

    ``undone`` says over what it was summed, where the tensor was stretched.
    """

    through: str
    upstream: float | None
    local: float | None
    contribution: float
    undone: str


@dataclass(frozen=True, slots=True)
class Selected:
    """One tensor with its paths, worked out at one ``entry``, () for a single number."""

    name: str
    target: str
    entry: tuple[int, ...]
    shape: tuple[int, ...]
    paths: tuple[Path, ...]
    total: float | None

    @property
    def caption(self) -> str:
        """ "used twice"."""
        count = len(self.paths)
        if self.total is None:
            return "no gradient asked"
        return {0: "the gradient starts here", 1: "used once", 2: "used twice"}.get(count, f"used {count} times")

    @property
    def formulas(self) -> tuple[str, ...]:
        """The sum in words, as products, as numbers; in the notation of the formula widget."""
        if self.total is None:
            return ()
        total = decimal_text(self.total)
        place = "" if not self.entry else "_{[" + ",".join(str(i + 1) for i in self.entry) + "]}"
        head = f"{{∂{formula_name(self.target)}/∂{formula_name(self.name)}}}{place}"
        if not self.paths:
            return (f"{head} = {total}",)
        words = " + ".join(f"path through {path.through}" for path in self.paths)
        products = " + ".join(_product(path) for path in self.paths)
        sums = " + ".join(_summand(path.contribution, place) for place, path in enumerate(self.paths))
        second = (f"= {products}",) if any(path.local is not None for path in self.paths) else ()
        return (f"{head} = {words}", *second, f"= {sums}" + (f" = {total}" if len(self.paths) > 1 else ""))

    @property
    def sentence(self) -> tuple[str, str]:
        """The line to read aloud."""
        if self.total is None:
            return "A constant.", "Nobody asked for its gradient. Write param(...) round its numbers to ask for it."
        undone = [path.undone for path in self.paths if path.undone]
        if undone:
            return "It was stretched, so its gradient is a sum:", f"{undone[0]}."
        if not self.paths:
            return f"∂{self.target}/∂{self.target} = 1.", "Every backward pass begins with it."
        return USED_TWICE if len(self.paths) > 1 else USED_ONCE


def _summand(value: float, place: int) -> str:
    text = decimal_text(value)
    return f"({text})" if place and value < 0 else text


def _product(path: Path) -> str:
    if path.local is None or path.upstream is None:
        return decimal_text(path.contribution)
    local = decimal_text(path.local)
    return f"{decimal_text(path.upstream)} · {f'({local})' if path.local < 0 else local}"


def selected(recording: Recording, graph: OpGraph, vertex: int) -> Selected:
    """The tensor at a vertex of the graph, leaves counted before ops."""
    leaves = len(graph.leaves)
    if vertex < leaves:
        leaf = graph.leaves[vertex]
        name, value, gradient = leaf.name, leaf.value, leaf.gradient
    else:
        box = graph.boxes[vertex - leaves]
        name, value, gradient = recording.names[box.node], box.value, box.gradient
    target = recording.names[-1]
    if gradient is None:
        return Selected(name, target, (), value.shape, (), None)
    entry = largest(gradient, 1)[0] if gradient.ndim else ()
    edges = [edge for edge in graph.edges if edge.start == vertex and edge.flows]
    paths = tuple(_path(recording, graph, edge.node, edge.place, entry, edge.undone) for edge in edges)
    return Selected(name, target, entry, value.shape, paths, float(gradient[entry]))


def _path(recording: Recording, graph: OpGraph, node: int, place: int, entry: tuple[int, ...], undone: str) -> Path:
    recorded = recording.trace.nodes[node]
    sent, upstream = recorded.inputs[place].gradient, recorded.upstream
    contribution = np.nan if sent is None else float(sent[entry])
    through = graph.boxes[node].op
    is_single = upstream is not None and upstream.ndim == 0 and recorded.inputs[place].shape == ()
    if not is_single or upstream is None:
        return Path(through, None, None, contribution, undone)
    with np.errstate(all="ignore"):
        local = float(recording.trace.pull_back(node, np.ones(()), place))
    return Path(through, float(upstream), local, contribution, undone)
