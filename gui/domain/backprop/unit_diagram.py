"""A small network drawn unit by unit, every weight and bias in its place: what a sum by hand is checked with.

Weights are numbered as in worked examples on paper: layer by layer, all that lead to the first unit, then all that lead
to the second. Places are shares of the drawing: columns from 0 (the inputs) to 1 (the outputs), rows from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from beras.trace import NodeTrace
from gui.domain.backprop.decimals import CHECKED_BY_HAND, decimal_text
from gui.domain.backprop.graph_layout import subscript
from gui.domain.backprop.op_steps import OpStep, Walk
from gui.domain.backprop.op_view import DENSE, required
from gui.domain.backprop.pass_record import PassRecord
from gui.domain.backprop.table_text import Table

Array = NDArray[Any]
MOST_INPUTS = 12


@dataclass(frozen=True, slots=True)
class WeightPlace:
    """One number that can be set: a weight from ``source`` (a unit of the column before) to ``unit``, or a bias.

    ``node``, ``parameter`` and ``entry`` say where it stands in the pass. ``gradient`` is None where the walk has not
    come yet, or where it is held; ``new`` is None before the update.
    """

    name: str
    column: int
    source: int | None
    unit: int
    node: int
    parameter: int
    entry: tuple[int, ...]
    value: float
    gradient: float | None
    new: float | None
    is_held: bool
    is_edited: bool

    @property
    def is_bias(self) -> bool:
        return self.source is None


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """One unit: its place, its name, and what it holds so far: the sum that comes in (net) and what goes out."""

    name: str
    column: int
    row: int
    x: float
    y: float
    net: float | None
    out: float | None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class UnitDiagram:
    """All units, column by column, and all numbers that can be set, the weights first."""

    units: tuple[tuple[UnitPlace, ...], ...]
    weights: tuple[WeightPlace, ...]
    loss: float | None

    def as_table(self, decimals: int) -> Table:
        """Every weight with its gradient and what the update makes of it."""
        rows = tuple(
            (
                weight.name,
                decimal_text(weight.value, decimals),
                "held" if weight.is_held else _text(weight.gradient, decimals),
                _text(weight.new, decimals),
            )
            for weight in self.weights
        )
        return Table("weights", ("weight", "value", "gradient", "new value"), rows)


def _text(value: float | None, decimals: int) -> str:
    return "" if value is None else decimal_text(value, decimals)


def why_no_diagram(record: PassRecord | None) -> str:
    """Why a pass cannot be drawn unit by unit, as a sentence; empty if it can."""
    if record is None:
        return "Nothing is recorded yet."
    if record.trace.gap is not None:
        return record.trace.gap
    layers = [node for node in record.trace.nodes if node.parameters]
    if not layers or any(node.op != DENSE for node in layers):
        return "Only networks of dense layers are drawn unit by unit."
    sizes = sum(required(each.value).size for node in layers for each in node.parameters)
    if sizes > CHECKED_BY_HAND or layers[0].inputs[0].shape[-1] > MOST_INPUTS:
        return f"Networks of up to {CHECKED_BY_HAND} weights can be checked by hand. This one has {sizes:,}."
    return ""


def unit_diagram(record: PassRecord, walk: Walk, position: int, sample: int | None) -> UnitDiagram:
    """The drawing as far as the walk has come, for one sample (the first one if None is chosen).

    The pass must be one for which ``why_no_diagram`` is empty.
    """
    done = set(walk.steps[:position])
    nodes = record.trace.nodes
    layers = [node for node in nodes if node.parameters]
    row = 0 if sample is None else min(sample, record.samples - 1)
    inputs = record.inputs[row]
    columns = [_column("x", 0, len(layers), len(inputs), None, inputs, None)]
    for number, (node, until) in enumerate(zip(layers, [*layers[1:], None], strict=True), start=1):
        last = nodes[until.index - 1] if until is not None else _before_loss(nodes)
        letter = "o" if until is None else f"h{subscript(number)}." if len(layers) > 2 else "h"
        target = _target(nodes, row) if until is None else None
        net = required(node.output)[row] if OpStep("forward", node.index) in done else None
        out = required(last.output)[row] if OpStep("forward", last.index) in done else None
        columns.append(_column(letter, number, len(layers), node.output_shape[-1], net, out, target))
    loss = next((node for node in nodes if node.is_target), None)
    knows_loss = loss is not None and OpStep("forward", loss.index) in done
    weights = tuple(_weights(record, layers, done))
    return UnitDiagram(tuple(columns), weights, record.trace.loss if knows_loss else None)


def _before_loss(nodes: Sequence[NodeTrace]) -> NodeTrace:
    target = next((node for node in nodes if node.is_target), None)
    source = None if target is None else target.inputs[0].source
    return nodes[-1] if source is None else nodes[source]


def _target(nodes: Sequence[NodeTrace], row: int) -> Array | None:
    target = next((node for node in nodes if node.is_target and len(node.inputs) > 1), None)
    return None if target is None else required(target.inputs[1].value)[row]


def _column(
    letter: str, column: int, layers: int, count: int, net: Array | None, out: Array | None, target: Array | None
) -> tuple[UnitPlace, ...]:
    def at(array: Array | None, i: int) -> float | None:
        return None if array is None else float(array[i])

    return tuple(
        UnitPlace(
            f"{letter}{subscript(i + 1)}",
            column,
            i,
            column / layers,
            (i + 0.5) / count,
            at(net, i),
            at(out, i),
            at(target, i),
        )
        for i in range(count)
    )


def _weights(record: PassRecord, layers: Sequence[NodeTrace], done: set[OpStep]) -> list[WeightPlace]:
    new = {(update.node, update.place): update.new for update in record.updates}
    is_updated = OpStep("update", None) in done
    found: list[WeightPlace] = []
    biases: list[WeightPlace] = []
    for column, node in enumerate(layers, start=1):
        inputs, units = required(node.parameters[0].value).shape
        for unit in range(units):
            for source in range(inputs):
                name = f"w{subscript(len(found) + 1)}"
                place = (node, 0, (source, unit))
                found.append(_place(record, name, column, source, unit, place, done, new, is_updated))
            name = f"b{subscript(len(biases) + 1)}"
            biases.append(_place(record, name, column, None, unit, (node, 1, (unit,)), done, new, is_updated))
    return [*found, *biases]


def _place(
    record: PassRecord,
    name: str,
    column: int,
    source: int | None,
    unit: int,
    place: tuple[NodeTrace, int, tuple[int, ...]],
    done: set[OpStep],
    new: dict[tuple[int, int], Array],
    is_updated: bool,
) -> WeightPlace:
    node, parameter, entry = place
    traced = node.parameters[parameter]
    is_held = traced.gradient is None
    has_gradient = OpStep("backward", node.index) in done and not is_held
    after = new.get((node.index, parameter)) if is_updated else None
    weight = record.weights.get((node.index, parameter), -1)
    return WeightPlace(
        name=name,
        column=column,
        source=source,
        unit=unit,
        node=node.index,
        parameter=parameter,
        entry=entry,
        value=float(required(traced.value)[entry]),
        gradient=float(required(traced.gradient)[entry]) if has_gradient else None,
        new=None if after is None else float(after[entry]),
        is_held=is_held,
        is_edited=(weight, entry) in record.edits,
    )


def label_rows(weights: Sequence[WeightPlace], units: Sequence[Sequence[UnitPlace]]) -> tuple[tuple[float, float], ...]:
    """Where the label of each weight that is no bias stands on its line: share of the way, and the row there.

    The share depends on the unit it leads to, so that labels of lines that cross do not lie on each other.
    """
    places = []
    counts = [len(column) for column in units]
    steps = dict(enumerate(pairwise(counts), start=1))
    for weight in weights:
        if weight.source is None:
            continue
        _, units_here = steps[weight.column]
        share = (weight.unit + 0.5) / units_here
        start, end = units[weight.column - 1][weight.source], units[weight.column][weight.unit]
        places.append((share, start.y + share * (end.y - start.y)))
    return tuple(places)
