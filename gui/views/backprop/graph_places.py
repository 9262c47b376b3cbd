"""Puts the items of a drawing where they belong: columns as wide as what stands in them, edges between."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF

from gui.domain.backprop.graph_layout import Place
from gui.views.backprop.graph_arrows import ArrowItem
from gui.views.backprop.graph_items import BoxItem
from gui.views.backprop.graph_parts import DrawnEdge, GraphParts
from gui.views.backprop.graph_text import GraphFonts
from gui.views.looks.metrics import Role

GAP = 18.0
LEAST_GAP = 46.0
ROW_GAP = 16.0
PARAMETER_DROP = 44.0
PARAMETER_GAP = 8.0
EDGE_SPLIT = 12.0
BEND = 44.0
ARROWS_APART = 7.0
CROWD_GAP, CROWD_SHAPE = 26.0, 2.5


class Arranger:
    """Places everything once; ``arrange`` returns the rectangle that holds it."""

    def __init__(self, parts: GraphParts, fonts: GraphFonts) -> None:
        self._parts, self._fonts, self._unit = parts, fonts, fonts.unit
        self._vertices: list[BoxItem] = [*parts.ops, *(e.leaf for e in parts.leaves() if e.leaf is not None)]
        self._places = parts.layout.places
        self._is_row = all(place.row == 0 for place in self._places)
        self._columns = max((place.column for place in self._places), default=-1) + 1
        self._lefts: list[float] = []
        self._widths: list[float] = []
        self._right = 0.0
        self._row = 0.0
        self._left_edges: dict[int, list[DrawnEdge]] = {}
        for edge in parts.edges:
            if not edge.is_truth:
                self._left_edges.setdefault(edge.edge.end, []).append(edge)

    def arrange(self) -> QRectF:
        parts = self._parts
        if not parts.ops:
            return QRectF()
        if parts.is_crowd:
            self._arrange_crowd()
        else:
            self._find_columns()
            for item, place in zip(self._vertices, self._places, strict=True):
                center = self._lefts[place.column] + self._widths[place.column] / 2
                item.setPos(center - item.size[0] / 2, place.row * self._row - item.middle())
            for number in range(len(parts.groups)):
                self._place_parameters(number)
            self._place_truths()
            self._draw_edges()
        self._place_loss()
        self._draw_gaps()
        rect = QRectF()
        for each in parts.items():
            rect = rect.united(each.boundingRect().translated(each.pos()))
        return rect.adjusted(-4, -4, 4, 4)

    # -- columns and rows ---------------------------------------------------------------------------------------------

    def _below(self, number: int) -> float:
        """How wide the parameters below an op are."""
        boxes = self._parts.parameters[number]
        return sum(each.box.size[0] for each in boxes) + PARAMETER_GAP * max(len(boxes) - 1, 0)

    def _find_columns(self) -> None:
        widths, overhang = [0.0] * self._columns, [0.0] * self._columns
        above = below = 0.0
        for number, (item, place) in enumerate(zip(self._vertices, self._places, strict=True)):
            widths[place.column] = max(widths[place.column], item.size[0])
            above = max(above, item.size[1] / 2)
            if number < len(self._parts.groups) and self._parts.parameters[number]:
                reach = (self._below(number) - item.size[0]) / 2
                overhang[place.column] = max(overhang[place.column], reach)
                lower = item.size[1] / 2 + PARAMETER_DROP * self._unit
                below = max(below, lower + self._parts.parameters[number][0].box.size[1])
        text = EDGE_SPLIT * self._unit + 2 * self._fonts.height(Role.TABLE_HEAD) + GAP / 2
        self._row = max(above, text) + max(above, below, text) + ROW_GAP * self._unit
        gaps = self._gaps(overhang)
        x = 0.0
        for column in range(self._columns):
            x += gaps[column]
            self._lefts.append(x)
            x += widths[column]
        self._widths, self._right = widths, x

    def _gaps(self, overhang: list[float]) -> list[float]:
        """The free space before each column: as wide as what stands in it."""
        gaps = [0.0] + [LEAST_GAP * self._unit] * (self._columns - 1)
        for column in range(1, self._columns):
            gaps[column] = max(gaps[column], overhang[column - 1] + overhang[column] + PARAMETER_GAP)
        for edge in self._parts.edges:
            column = self._places[edge.edge.end].column
            if edge.backward is not None and column:
                room = self._room(edge) + GAP
                if not self._is_row:
                    room += BEND * self._unit
                gaps[column] = max(gaps[column], room)
        for gap in self._parts.gaps:
            column = 0 if gap.end is None else self._places[gap.end].column
            if gap.end is not None and column:
                gaps[column] = max(gaps[column], gap.item.room() + 2 * GAP)
        return gaps

    # -- what hangs below an op ---------------------------------------------------------------------------------------

    def _place_parameters(self, number: int) -> None:
        op = self._vertices[number].rect()
        boxes = self._parts.parameters[number]
        x, top = op.center().x() - self._below(number) / 2, op.bottom() + PARAMETER_DROP * self._unit
        for each in boxes:
            width = each.box.size[0]
            each.box.setPos(x, top)
            apart = ARROWS_APART * self._unit
            left, right = max(x, op.left()) + apart + 8, min(x + width, op.right()) - apart - 8
            middle = min(max(x + width / 2, left), right) if left < right else x + width / 2
            middle = min(max(middle, op.left() + apart + 4), op.right() - apart - 4)
            up, down = middle - apart, middle + apart
            each.forward.set_points([QPointF(up, top - 2), QPointF(up, op.bottom() + 3)])
            each.backward.set_points([QPointF(down, op.bottom() + 3), QPointF(down, top - 2)])
            x += width + PARAMETER_GAP

    def _place_truths(self) -> None:
        """What the loss compares with stands below it."""
        x: dict[int, float] = {}
        for edge in self._parts.edges:
            if edge.is_truth and edge.leaf is not None:
                op = self._vertices[edge.edge.end].rect()
                left = x.get(edge.edge.end, op.center().x() - edge.leaf.size[0] / 2)
                edge.leaf.setPos(left, op.bottom() + PARAMETER_DROP * self._unit)
                x[edge.edge.end] = left + edge.leaf.size[0] + PARAMETER_GAP
                box = edge.leaf.rect()
                middle = min(max(box.center().x(), op.left() + 8), op.right() - 8)
                edge.forward.set_points([QPointF(middle, box.top() - 2), QPointF(middle, op.bottom() + 3)])

    # -- edges --------------------------------------------------------------------------------------------------------

    def _draw_edges(self) -> None:
        leaf_number = {id(edge): len(self._parts.groups) + n for n, edge in enumerate(self._parts.leaves())}
        for end, edges in self._left_edges.items():
            box = self._vertices[end].rect()
            apart, split = box.height() / len(edges), EDGE_SPLIT * self._unit
            split *= 0.8 if len(edges) > 1 else 1.0
            starts = [self._start(edge, leaf_number) for edge in edges]
            order = sorted(range(len(edges)), key=lambda i: (self._places[starts[i]].row, i))
            for port, place in enumerate(order):
                y = box.center().y() + (port - (len(edges) - 1) / 2) * apart
                self._draw_edge(edges[place], starts[place], end, y, split)

    @staticmethod
    def _start(edge: DrawnEdge, leaf_number: dict[int, int]) -> int:
        return edge.edge.start if edge.edge.start is not None else leaf_number[id(edge)]

    def _draw_edge(self, edge: DrawnEdge, start: int, end: int, y: float, split: float) -> None:
        a, b = self._vertices[start].rect(), self._vertices[end].rect()
        points = [QPointF(a.right() + 4, a.top() + self._vertices[start].middle())]
        for place in self._parts.layout.routes.get((start, end), ()):
            left, passed = self._lefts[place.column], place.row * self._row
            points += [QPointF(left, passed), QPointF(left + self._widths[place.column], passed)]
        if abs(points[-1].y() - y) > 1:  # level where its texts are
            points.append(QPointF(b.left() - 4 - self._room(edge) - GAP / 2, y))
        points.append(QPointF(b.left() - 4, y))
        up, down = QPointF(0, -split), QPointF(0, split)
        edge.forward.set_points([point + up for point in points])
        if edge.backward is not None:
            edge.backward.set_points([point + down for point in reversed(points)])

    @staticmethod
    def _room(edge: DrawnEdge) -> float:
        return max(edge.forward.text_room(), edge.backward.text_room() if edge.backward is not None else 0.0)

    # -- the right end ------------------------------------------------------------------------------------------------

    def _place_loss(self) -> None:
        loss, edges = self._parts.loss, self._parts.loss_edges
        if loss is None:
            return
        target = self._vertices[self._parts.target].rect()
        room = max(arrow.text_room() for arrow in edges) if edges is not None else 0.0
        room = max([room, *(gap.item.room() + GAP for gap in self._parts.gaps if gap.end is None)])
        right = max(self._right, target.right())
        reach = (self._below(self._parts.target) - target.width()) / 2 if self._parts.parameters else 0.0
        x = right + max(room + GAP, LEAST_GAP * self._unit, reach + PARAMETER_GAP)
        loss.setPos(x, target.center().y() - loss.size[1] / 2)
        if edges is not None:
            self._join(target, loss.rect(), *edges)

    def _join(self, a: QRectF, b: QRectF, forward: ArrowItem, backward: ArrowItem) -> None:
        split = EDGE_SPLIT * self._unit
        inset = b.height() / 2 - math.sqrt(max((b.height() / 2) ** 2 - split**2, 0.0))  # the end of a pill is round
        start, end = QPointF(a.right() + 4, a.center().y()), QPointF(b.left() + inset - 4, b.center().y())
        up = QPointF(0, -split)
        forward.set_points([start + up, end + up])
        backward.set_points([end - up, start - up])

    def _draw_gaps(self) -> None:
        loss = self._parts.loss
        for gap in self._parts.gaps:
            end = loss.rect() if gap.end is None and loss is not None else self._vertices[gap.end or 0].rect()
            y = end.center().y()
            start = self._vertices[gap.start].rect().right() if gap.start is not None else None
            left = end.left() - gap.item.room() - 2 * GAP if start is None or start > end.left() else start
            gap.item.set_line(QLineF(left + 4, y, end.left() - 4, y))

    # -- a crowd ------------------------------------------------------------------------------------------------------

    def _arrange_crowd(self) -> None:
        """A chain goes on in the next line, like text; any other graph has its columns."""
        ops, places = self._parts.ops, self._places
        width = max(item.size[0] for item in ops) + CROWD_GAP * self._unit
        self._row = max(item.size[1] for item in ops) + CROWD_GAP * self._unit
        if self._parts.layout.is_chain:
            across = math.ceil(math.sqrt(len(ops) * CROWD_SHAPE * self._row / width))
            places = tuple(Place(number % across, float(number // across)) for number in range(len(ops)))
        for item, place in zip(ops, places, strict=False):
            item.setPos(place.column * width, place.row * self._row)
        self._draw_crowd()

    def _draw_crowd(self) -> None:
        lines, owners = [], []
        stub = CROWD_GAP * self._unit / 2
        inner = [edge for edge in self._parts.joins if edge.start is not None]
        for number, edge in enumerate(inner):
            a, b = self._parts.ops[edge.start or 0].rect(), self._parts.ops[edge.end].rect()
            start, end = (a.right(), a.center().y()), (b.left(), b.center().y())
            if b.left() > a.right():
                lines.append((*start, *end))
                owners.append(number)
            else:  # it goes on in the next line
                lines += [(*start, start[0] + stub, start[1]), (end[0] - stub, end[1], *end)]
                owners += [number, number]
        if self._parts.crowd is not None:
            self._parts.crowd.set_lines(lines, owners)
