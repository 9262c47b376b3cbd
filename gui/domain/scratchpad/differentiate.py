"""A program with every value and every gradient: computed, recorded, and swept back from its last result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras.graph import Node, topological_order
from beras.tensor import Tensor
from beras.trace import Trace, trace_tensor
from gui.domain.scratchpad.evaluate import Run, computed
from gui.domain.scratchpad.parse import read_program
from gui.domain.scratchpad.tree import Program

Array = NDArray[Any]
Kind = Literal["constant", "parameter", "result", "target"]
NO_PARAMETER = "Nothing asks for a gradient yet. Write a parameter: w = param(2.0)."
NO_OP = "No line computes with a parameter yet. Write one that does: y = w * w."
EMPTY = "Type a line: w = param(2.0), then y = w * w."
LONGEST_NAME = 14


@dataclass(frozen=True, slots=True, eq=False)
class LineValue:
    """What a line gives. ``gradient`` is None where none is asked for or none arrives; ``node`` the op that made it."""

    line: int
    name: str
    kind: Kind
    value: Array
    gradient: Array | None
    node: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The graph beneath the last result. ``names`` are what the outputs of the ops are called in formulas, ``given``
    the names that lines gave them ("" for a result in the middle of a line), ``at_lines`` the lines they come from.
    """

    trace: Trace
    nodes: tuple[Node, ...]
    names: tuple[str, ...]
    given: tuple[str, ...]
    at_lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """``target`` is what the gradients are of; ``is_summed`` says that the last result is an array, whose entries were
    added up. ``recording`` is None as long as nothing asks for a gradient; ``note`` then says what is missing.
    """

    program: Program
    lines: tuple[LineValue, ...]
    target: str
    recording: Recording | None
    is_summed: bool
    note: str


def evaluated(text: str) -> Evaluation:
    """Read, compute and differentiate; ``ScratchpadError`` says what is wrong with which lines."""
    program = read_program(text)
    run = computed(program)
    last = run.last
    if last is None:
        note = EMPTY if not program.statements else NO_OP if run.parameters else NO_PARAMETER
        return Evaluation(program, _lines(run, None, ""), "", None, False, note)
    result = run.tensors[last.name]
    is_summed = result.size != 1
    target = result.sum() if is_summed else result
    name = f"Σ{last.name}" if is_summed else last.name
    recording = _recorded(run, target, name)
    return Evaluation(program, _lines(run, recording, last.name), name, recording, is_summed, _note(recording, name))


def _recorded(run: Run, target: Tensor, name: str) -> Recording:
    with np.errstate(all="ignore"):  # where a gradient is infinite, that is shown
        trace = trace_tensor(target)
    assert target.node is not None
    nodes = tuple(topological_order(target.node))
    given: dict[int, str] = {id(target.node): name}
    lines: dict[int, int] = {}
    for statement in run.program.statements:
        node = run.tensors[statement.name].node
        if node is not None:
            given.setdefault(id(node), statement.name)
            lines.setdefault(id(node), statement.line)
    named = tuple(given.get(id(node), "") for node in nodes)
    at_lines = _at_lines(nodes, lines)
    return Recording(trace, nodes, _names(run, nodes, named), named, at_lines)


def _names(run: Run, nodes: tuple[Node, ...], given: tuple[str, ...]) -> tuple[str, ...]:
    """A short name for every output: the one it was given, what was typed for it, or h and its number."""
    names = []
    for number, (node, name) in enumerate(zip(nodes, given, strict=True)):
        text = run.texts.get(id(node), "").replace(" ", "")
        short = f"({text})" if text and len(text) <= LONGEST_NAME and "\n" not in text else f"h{number + 1}"
        names.append(name or short)
    return tuple(names)


def _at_lines(nodes: tuple[Node, ...], lines: dict[int, int]) -> tuple[int, ...]:
    """The line each op belongs to: its own, or that of the op that reads it."""
    found = dict(lines)
    for node in reversed(nodes):
        line = found.get(id(node), 0)
        for operand in node.operands:
            if getattr(operand, "node", None) is not None:
                found.setdefault(id(operand.node), line)
    return tuple(found.get(id(node), 0) for node in nodes)


def _lines(run: Run, recording: Recording | None, last: str) -> tuple[LineValue, ...]:
    numbers = {} if recording is None else {id(node): place for place, node in enumerate(recording.nodes)}
    leaves = {} if recording is None else {each.name: each.gradient for each in recording.trace.gradients}
    found = []
    for statement in run.program.statements:
        tensor = run.tensors[statement.name]
        node = numbers.get(id(tensor.node)) if tensor.node is not None else None
        gradient = leaves.get(tensor.name or "") if tensor.node is None and tensor.requires_grad else None
        if node is not None and recording is not None:
            gradient = recording.trace.nodes[node].upstream
        kind: Kind = "constant"
        if tensor.requires_grad:
            kind = "target" if statement.name == last else "parameter" if tensor.node is None else "result"
        value = np.array(tensor.numpy())
        value.flags.writeable = False
        found.append(LineValue(statement.line, statement.name, kind, value, gradient, node))
    return tuple(found)


def _note(recording: Recording, name: str) -> str:
    """Where a gradient stops being a number, on its way back; empty if none does."""
    for node in reversed(recording.trace.nodes):
        for each in node.inputs:
            if each.gradient is not None and not np.isfinite(each.gradient).all():
                line = recording.at_lines[node.index] + 1
                what = "0" if each.value is not None and not np.all(each.value) else "this value"
                return f"The gradient of {name} is not finite from {node.label} (line {line}) on: no slope at {what}."
    return ""
