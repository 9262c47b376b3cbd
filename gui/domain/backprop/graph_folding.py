"""Folding the recorded graph: a layer with parameters and what follows it alone become one block.

Nothing recorded changes: between blocks run the recorded edges, with the norms that were recorded on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass

from beras.trace import GraphTrace, InputTrace, NodeTrace


@dataclass(frozen=True, slots=True)
class Group:
    """Ops that are drawn as one block, in recorded order; most have one member. ``first`` names it."""

    members: tuple[int, ...]
    label: str
    detail: str

    @property
    def first(self) -> int:
        return self.members[0]

    @property
    def last(self) -> int:
        """The op whose output leaves the block."""
        return self.members[-1]


@dataclass(frozen=True, slots=True)
class GroupEdge:
    """A recorded edge that is drawn: from a group, or from outside (``start`` None), into ``end``.

    It is input ``place`` of op ``node`` and comes from op ``source``; both ends are numbers of groups.
    """

    start: int | None
    end: int
    node: int
    place: int
    source: int | None


def runs_to_fold(trace: GraphTrace) -> tuple[tuple[int, ...], ...]:
    """The runs of ops that can be one block: a layer with parameters, and the ops behind it that have none.

    An op joins if it reads nothing but the output of the op before, if nobody else reads that, and if it is not the
    target.
    """
    readers = Counter(each.source for node in trace.nodes for each in node.inputs if each.source is not None)
    only_reader: dict[int | None, NodeTrace] = {
        node.inputs[0].source: node
        for node in trace.nodes
        if len(node.inputs) == 1 and node.inputs[0].source is not None and readers[node.inputs[0].source] == 1
    }
    runs = []
    for node in trace.nodes:
        if node.parameters:
            run = _run(node, only_reader)
            if len(run) > 1:
                runs.append(run)
    return tuple(runs)


def _run(first: NodeTrace, only_reader: dict[int | None, NodeTrace]) -> tuple[int, ...]:
    run = [first.index]
    while (after := only_reader.get(run[-1])) is not None and not after.parameters and not after.is_target:
        run.append(after.index)
    return tuple(run)


def groups_of(trace: GraphTrace, folded: Container[int] = ()) -> tuple[Group, ...]:
    """The blocks in recorded order; ``folded`` holds the first ops of the runs that are drawn as one."""
    runs = {run[0]: run for run in runs_to_fold(trace) if run[0] in folded}
    inner = {member for run in runs.values() for member in run[1:]}
    return tuple(_group(trace, runs.get(node.index, (node.index,))) for node in trace.nodes if node.index not in inner)


def _group(trace: GraphTrace, members: tuple[int, ...]) -> Group:
    label = " + ".join(trace.nodes[member].label for member in members)
    return Group(members, label, trace.nodes[members[0]].detail)


def group_edges(trace: GraphTrace, groups: tuple[Group, ...]) -> tuple[GroupEdge, ...]:
    """The recorded edges between groups and into them, in recorded order."""
    group_of = {member: number for number, group in enumerate(groups) for member in group.members}
    return tuple(
        GroupEdge(_start(each, group_of), group_of[node.index], node.index, place, each.source)
        for node in trace.nodes
        for place, each in enumerate(node.inputs)
        if each.source is None or group_of[each.source] != group_of[node.index]
    )


def _start(each: InputTrace, group_of: dict[int, int]) -> int | None:
    return None if each.source is None else group_of[each.source]
