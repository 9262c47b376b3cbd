"""The items of a drawn program and their places: leaves and ops in columns, one arrow for each edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF

from gui.domain.backprop.graph_layout import Layout, place_vertices
from gui.domain.scratchpad.op_graph import Edge, OpGraph
from gui.views.backprop.graph_arrows import ArrowItem
from gui.views.backprop.graph_items import BoxItem
from gui.views.backprop.graph_parts import GraphParts
from gui.views.backprop.graph_text import GraphFonts
from gui.views.looks.theme import Theme
from gui.views.scratchpad.value_items import SlopeItem, ValueItem

GAP, LEAST_GAP, ROW_GAP = 15.0, 26.0, 18.0
CLEAR = 4.0
MOST_PASSED = 400
"""Columns that long edges may pass together, so that the graph of a long program is drawn while somebody types."""


@dataclass(frozen=True, slots=True)
class DrawnSlope:
    """An edge: the value's arrow, the gradient's arrow in its place once it has flowed, and the label between."""

    edge: Edge
    forward: ArrowItem
    backward: ArrowItem
    label: SlopeItem


@dataclass(slots=True)
class ValueParts(GraphParts):
    """Everything that is drawn of a program; ``ops`` are the leaves and then the ops."""

    leaves_count: int = 0
    slopes: list[DrawnSlope] = field(default_factory=list)

    def arrows(self) -> list[ArrowItem]:
        return [arrow for each in self.slopes for arrow in (each.forward, each.backward)]

    def items(self) -> list[Any]:
        return [*self.arrows(), *(each.label for each in self.slopes), *self.ops]

    def value_items(self) -> list[ValueItem]:
        return [item for item in self.ops if isinstance(item, ValueItem)]


def key_of(vertex: int, leaves: int) -> int:
    """Ops go by their number in the recording; leaves, which have none, by -1, -2..."""
    return vertex - leaves if vertex >= leaves else -1 - vertex


def make_parts(graph: OpGraph, theme: Theme, fonts: GraphFonts) -> ValueParts:
    """The items of a graph, without numbers and places."""
    items = [ValueItem(leaf.name, "", leaf.kind, (leaf.value, leaf.gradient), theme, fonts) for leaf in graph.leaves]
    for box in graph.boxes:
        kind = "target" if box.is_target else "op"
        items.append(ValueItem(box.op, box.name, kind, (box.value, box.gradient), theme, fonts))
    count = len(graph.leaves)
    parts = ValueParts((), list(items), False, leaves_count=count)
    for vertex, item in enumerate(items):
        item.key = key_of(vertex, count)
        parts.number_of[item.key] = vertex
    for edge in graph.edges:
        label = SlopeItem(edge.local, edge.undone, theme, fonts)
        label.setZValue(0.5)
        parts.slopes.append(DrawnSlope(edge, ArrowItem(False, theme, fonts), ArrowItem(True, theme, fonts), label))
    parts.layout = place_vertices(len(items), [(edge.start, edge.end) for edge in graph.edges], MOST_PASSED)
    return parts


class ValueArranger:
    """Places everything; ``arrange`` returns the rectangle that holds it."""

    def __init__(self, parts: ValueParts, fonts: GraphFonts) -> None:
        self._parts, self._unit = parts, fonts.unit
        self._items: list[BoxItem] = list(parts.ops)
        self._layout: Layout = parts.layout
        self._lefts: list[float] = []
        self._widths: list[float] = []
        self._heights: dict[float, float] = {}

    def arrange(self) -> QRectF:
        if not self._items:
            return QRectF()
        self._find_columns()
        scale = self._row_height()
        for item, place in zip(self._items, self._layout.places, strict=True):
            x = self._lefts[place.column] + (self._widths[place.column] - item.size[0]) / 2
            item.setPos(x, place.row * scale - item.size[1] / 2)
        self._draw_edges(scale)
        rect = QRectF()
        for each in self._parts.items():
            rect = rect.united(each.boundingRect().translated(each.pos()))
        return rect.adjusted(-4, -4, 4, 4)

    def _find_columns(self) -> None:
        places = self._layout.places
        count = max(place.column for place in places) + 1
        widths, gaps = [0.0] * count, [0.0] + [LEAST_GAP * self._unit] * (count - 1)
        for item, place in zip(self._items, places, strict=True):
            widths[place.column] = max(widths[place.column], item.size[0])
        for each in self._parts.slopes:
            column = places[each.edge.end].column
            gaps[column] = max(gaps[column], each.label.size[0] + GAP * self._unit)
        x = 0.0
        for gap, width in zip(gaps, widths, strict=True):
            self._lefts.append(x + gap)
            x += gap + width
        self._widths = widths

    def _row_height(self) -> float:
        """The height of a unit of rows: so that neighbours in a column do not meet."""
        columns: dict[int, list[tuple[float, float]]] = {}
        for item, place in zip(self._items, self._layout.places, strict=True):
            columns.setdefault(place.column, []).append((place.row, item.size[1]))
        needed = ROW_GAP * self._unit
        for rows in columns.values():
            for (above, high), (below, low) in pairwise(sorted(rows)):
                if below > above:
                    needed = max(needed, ((high + low) / 2 + ROW_GAP * self._unit) / (below - above))
        return needed

    # -- edges --------------------------------------------------------------------------------------------------------

    def _draw_edges(self, scale: float) -> None:
        arriving: dict[int, list[DrawnSlope]] = {}
        for each in self._parts.slopes:
            arriving.setdefault(each.edge.end, []).append(each)
        for end, edges in arriving.items():
            box = self._items[end].rect()
            apart = box.height() / (len(edges) + 1)
            order = sorted(edges, key=lambda each: (self._layout.places[each.edge.start].row, each.edge.place))
            for port, each in enumerate(order):
                self._draw(each, box.left(), box.top() + (port + 1) * apart, scale)

    def _draw(self, each: DrawnSlope, x: float, y: float, scale: float) -> None:
        a = self._items[each.edge.start].rect()
        points = [QPointF(a.right() + CLEAR, a.center().y())]
        for place in self._layout.routes.get((each.edge.start, each.edge.end), ()):
            left, passed = self._lefts[place.column], place.row * scale
            points += [QPointF(left, passed), QPointF(left + self._widths[place.column], passed)]
        points.append(QPointF(x - CLEAR, y))
        each.forward.set_points(points)
        each.backward.set_points(list(reversed(points)))
        middle = QLineF(points[-2], points[-1]).center()
        if abs(points[-1].y() - points[-2].y()) < each.label.line_height and not each.edge.undone:
            middle.setY(middle.y() - each.label.line_height / 2 - CLEAR)  # above a level arrow, which stays in sight
        each.label.setPos(middle)
