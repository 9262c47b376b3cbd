"""The items of one drawing and what each of them stands for; made once per structure, then only written anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field

from beras.trace import GraphTrace, NodeTrace
from gui.domain.backprop.graph_folding import Group, GroupEdge, group_edges, groups_of
from gui.domain.backprop.graph_layout import Layout, output_names, parameter_names, place_vertices
from gui.domain.backprop.graph_tiles import thumbnail
from gui.views.backprop.graph_arrows import ArrowItem, GapItem
from gui.views.backprop.graph_crowd import CrowdEdges
from gui.views.backprop.graph_items import BoxItem, OpItem
from gui.views.backprop.graph_side_items import DataItem, LossItem, ParameterItem
from gui.views.backprop.graph_text import WIDEST_NUMBER, GraphFonts, gradient_name, norm_name, shape_text
from gui.views.looks.theme import Theme

CROWD = 400
"""From so many blocks on, an op is a plain box: parameters, shapes and norms are left out, edges are one item."""
WIDEST_CAPTION = "sample 000"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter's box below its op, with the arrow up and the gradient's arrow down."""

    node: int
    place: int
    name: str
    box: ParameterItem
    forward: ArrowItem
    backward: ArrowItem


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge with its two arrows; ``leaf`` is the box that it comes from if that is outside the recording.

    A truth is a target that the loss reads: it stands below, and no gradient is ever asked for.
    """

    edge: GroupEdge
    name: str
    leaf: DataItem | None
    forward: ArrowItem
    backward: ArrowItem | None

    @property
    def is_truth(self) -> bool:
        return self.backward is None


@dataclass(frozen=True, slots=True)
class Gap:
    """An interruption of the recording: from the last group before it, if there is one, to a group or the loss."""

    start: int | None
    end: int | None
    item: GapItem


@dataclass(slots=True)
class GraphParts:
    """Everything that is drawn for one structure."""

    groups: tuple[Group, ...]
    ops: list[OpItem]
    is_crowd: bool
    parameters: list[list[Parameter]] = field(default_factory=list)
    edges: list[DrawnEdge] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    loss: LossItem | None = None
    loss_edges: tuple[ArrowItem, ArrowItem] | None = None
    crowd: CrowdEdges | None = None
    joins: tuple[GroupEdge, ...] = ()
    layout: Layout = field(default_factory=lambda: Layout(()))
    number_of: dict[int, int] = field(default_factory=dict)

    def boxes(self) -> list[BoxItem]:
        leaves = [edge.leaf for edge in self.edges if edge.leaf is not None]
        below = [each.box for group in self.parameters for each in group]
        return [*self.ops, *leaves, *below, *([self.loss] if self.loss is not None else [])]

    def arrows(self) -> list[ArrowItem]:
        found = [arrow for each in self.edges for arrow in (each.forward, each.backward) if arrow is not None]
        found += [arrow for group in self.parameters for each in group for arrow in (each.forward, each.backward)]
        return [*found, *(self.loss_edges or ())]

    def items(self) -> list[BoxItem | ArrowItem | GapItem | CrowdEdges]:
        gaps = [gap.item for gap in self.gaps]
        return [*self.arrows(), *gaps, *([self.crowd] if self.crowd is not None else []), *self.boxes()]

    def leaves(self) -> list[DrawnEdge]:
        """The edges from outside that begin at a box to the left: everything but truths and gaps."""
        return [edge for edge in self.edges if edge.leaf is not None and not edge.is_truth]

    @property
    def target(self) -> int:
        """The group that gives the loss."""
        return len(self.groups) - 1


def is_truth(node: NodeTrace, place: int) -> bool:
    """Whether an input is what the loss compares with."""
    each = node.inputs[place]
    return node.is_target and place > 0 and each.source is None and each.name.startswith(("y", "target"))


class PartsMaker:
    """Makes the items for a trace; the caller adds them to the scene."""

    def __init__(self, trace: GraphTrace, theme: Theme, fonts: GraphFonts, folded: Container[int]) -> None:
        self._trace, self._theme, self._fonts = trace, theme, fonts
        self._folded = folded
        self._names = output_names(trace)
        self._parameter_names = parameter_names(trace)

    def make(self) -> GraphParts:
        trace, groups = self._trace, groups_of(self._trace, self._folded)
        is_crowd = len(groups) > CROWD
        pictured = not is_crowd and any(node.output is not None for node in trace.nodes)
        ops = [OpItem(each.label, each.detail, self._theme, self._fonts, pictured) for each in groups]
        parts = GraphParts(groups, ops, is_crowd)
        parts.number_of = {member: number for number, each in enumerate(groups) for member in each.members}
        for item, group in zip(ops, groups, strict=True):
            item.key = group.first
        parts.joins = group_edges(trace, groups)
        self._find_gaps(parts)
        if is_crowd:
            parts.crowd = CrowdEdges(self._theme)
        else:
            parts.parameters = [self._parameters(group) for group in groups]
            self._add_edges(parts)
        if trace.nodes:
            parts.loss = LossItem("loss s", self._theme, self._fonts, "−00.0000")
            if not any(gap.end is None for gap in parts.gaps):
                parts.loss_edges = (
                    self._arrow(False, ("s", "( )")),
                    self._arrow(True, (norm_name("s"), WIDEST_NUMBER)),
                )
        parts.layout = _layout(parts)
        return parts

    def _arrow(self, is_gradient: bool, *widest: tuple[str, str], lines: int = 2) -> ArrowItem:
        item = ArrowItem(is_gradient, self._theme, self._fonts)
        item.reserve(*widest, lines=lines)
        return item

    def _parameters(self, group: Group) -> list[Parameter]:
        found = []
        for index in group.members:
            node = self._trace.nodes[index]
            names = self._parameter_names[index]
            for place, (name, parameter) in enumerate(zip(names, node.parameters, strict=True)):
                widest = max(norm_name(name), f"{gradient_name(name)} later", key=len)
                shape = f" {shape_text(parameter.shape)}"
                box = ParameterItem(name, shape, self._theme, self._fonts, (widest, WIDEST_NUMBER))
                found.append(Parameter(index, place, name, box, self._arrow(False), self._arrow(True)))
        return found

    def _add_edges(self, parts: GraphParts) -> None:
        trace = self._trace
        ways_in = Counter(edge.end for edge in parts.joins if not is_truth(trace.nodes[edge.node], edge.place))
        for number, op in enumerate(parts.ops):
            op.make_room_for(ways_in[number])
        for edge in parts.joins:
            node = trace.nodes[edge.node]
            each = node.inputs[edge.place]
            if each.gap is not None:
                continue
            truth = is_truth(node, edge.place)
            name = "y" if truth else each.name if edge.source is None else self._names[edge.source]
            leaf = None
            if edge.source is None:
                pictured = not truth and thumbnail(each, None) is not None
                widest = "true class: 0" if truth and each.value is not None else WIDEST_CAPTION if pictured else ""
                leaf = DataItem(name, widest, self._theme, self._fonts, pictured)
            if truth:
                parts.edges.append(DrawnEdge(edge, name, leaf, self._arrow(False), None))
                continue
            lines = 1 if ways_in[edge.end] > 1 else 2
            forward = self._arrow(False, (name, shape_text(each.shape)), lines=lines)
            flows, nothing = (norm_name(name), WIDEST_NUMBER), ("no gradient", "asked for")
            backward = self._arrow(True, *((nothing,) if each.gradient_norm is None else (flows,)), lines=lines)
            parts.edges.append(DrawnEdge(edge, name, leaf, forward, backward))

    def _find_gaps(self, parts: GraphParts) -> None:
        """Each interruption, drawn from the last group before it whose output nobody has read."""
        read = {edge.start for edge in parts.joins}
        ends = [number for number in range(len(parts.groups)) if number not in read]
        for edge in parts.joins:
            sentence = self._trace.nodes[edge.node].inputs[edge.place].gap
            if sentence is not None:
                before = [number for number in ends if number < edge.end]
                start = before[-1] if before else None
                parts.gaps.append(Gap(start, edge.end, GapItem(sentence, self._theme, self._fonts)))
        has_target = any(node.is_target for node in self._trace.nodes)
        if self._trace.nodes and not has_target and self._trace.gap is not None:
            item = GapItem(self._trace.gap, self._theme, self._fonts)
            parts.gaps.append(Gap(len(parts.groups) - 1, None, item))


def _layout(parts: GraphParts) -> Layout:
    """Groups first, then the boxes that data come from; a gap keeps its two ends together."""
    count = len(parts.groups)
    joined = [(edge.start, edge.end) for edge in parts.joins if edge.start is not None]
    joined += [(gap.start, gap.end) for gap in parts.gaps if gap.start is not None and gap.end is not None]
    joined += [(count + number, edge.edge.end) for number, edge in enumerate(parts.leaves())]
    return place_vertices(count + len(parts.leaves()), joined)
