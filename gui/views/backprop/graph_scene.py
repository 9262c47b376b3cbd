"""The recorded graph as a scene: ops in a row, parameters below them, data and loss at the ends.

Items are made once per network; every new recording of the same network only changes their numbers.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLineF, QObject, QPointF, Slot
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsScene

from beras.trace import GraphTrace, NodeTrace
from gui.domain.backprop.graph_layout import output_names, parameter_names, place_nodes
from gui.views.backprop.graph_items import ArrowItem, BoxItem, gradient_width, number_text
from gui.views.looks.theme import Theme, ThemeProvider

GAP = 14.0
ROW = 190.0
PARAMETER_DROP = 46.0
PARAMETER_GAP = 8.0
EDGE_SPLIT = 9.0
WIDEST_NUMBER = "0.0e−00"
USUAL_TEXT_HEIGHT = 14.0


def _unit(font: QFont) -> float:
    """How much larger than usual everything is drawn: the lengths here were chosen for text of that height."""
    return QFontMetricsF(font).height() / USUAL_TEXT_HEIGHT


def shape_text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "( )"


def norm_name(of: str) -> str:
    return f"‖∂s/∂{of}‖"


class GraphScene(QGraphicsScene):
    """Shows one ``GraphTrace`` at a time."""

    def __init__(self, themes: ThemeProvider, font: QFont, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._font = font
        self._unit = _unit(font)
        self._trace: GraphTrace | None = None
        self._structure: tuple[Any, ...] | None = None
        self._ops: list[BoxItem] = []
        self._parameters: list[list[BoxItem]] = []
        self._parameter_arrows: list[list[ArrowItem]] = []
        self._edges: dict[tuple[int | None, int, int], tuple[ArrowItem, ArrowItem]] = {}
        self._outside: dict[tuple[int, int], BoxItem] = {}
        self._loss: BoxItem | None = None
        self._loss_edges: tuple[ArrowItem, ArrowItem] | None = None
        self._boxes: list[BoxItem] = []
        self._arrows: list[ArrowItem] = []
        self._names: tuple[str, ...] = ()
        themes.theme_changed.connect(self._on_theme_changed)

    @property
    def op_items(self) -> list[BoxItem]:
        """The ops in recorded order; ``key`` of each is its index in the trace."""
        return list(self._ops)

    @property
    def is_seen(self) -> bool:
        """Whether it is anywhere on the screen."""
        return any(view.isVisible() for view in self.views())

    def set_font(self, font: QFont) -> None:
        """Draw everything anew in another size."""
        chosen = [item.key for item in self.selectedItems() if isinstance(item, BoxItem)]
        self._font, self._unit, self._structure = font, _unit(font), None
        self.show_trace(self._trace)
        for item in self._ops:
            item.setSelected(item.key in chosen)

    def show_trace(self, trace: GraphTrace | None) -> bool:
        """Draw a trace; returns True if the drawing was laid out anew."""
        self._trace = trace
        if trace is None:
            self._forget()
            return True
        anew = trace.structure != self._structure
        if anew:
            self._build(trace)
        self._write(trace)
        if anew:
            self._arrange(trace)
        return anew

    def _forget(self) -> None:
        self.clear()
        self._structure = None
        self._ops, self._parameters, self._parameter_arrows = [], [], []
        self._edges, self._outside, self._boxes, self._arrows = {}, {}, [], []
        self._loss = self._loss_edges = None

    # -- items --------------------------------------------------------------------------------------------------------

    def _box(self, kind: str, title: str, key: object = None) -> BoxItem:
        item = BoxItem(kind, title, self._themes.theme, self._font)
        item.key = key
        self.addItem(item)
        self._boxes.append(item)
        return item

    def _arrow(self, is_gradient: bool) -> ArrowItem:
        item = ArrowItem(is_gradient, self._themes.theme, self._font)
        self.addItem(item)
        self._arrows.append(item)
        return item

    def _build(self, trace: GraphTrace) -> None:
        self._forget()
        self._structure = trace.structure
        self._names = output_names(trace)
        names = parameter_names(trace)
        for node in trace.nodes:
            self._ops.append(self._box("op", node.label, node.index))
            self._parameters.append([self._box("parameter", name) for name in names[node.index]])
            self._parameter_arrows.append([self._arrow(is_gradient=True) for _ in node.parameters])
            for place, source in enumerate(node.inputs):
                if source.source is None:
                    title = "y" if node.is_target and place > 0 else "x"
                    self._outside[(node.index, place)] = self._box("data", title)
                self._edges[(source.source, node.index, place)] = (self._arrow(False), self._arrow(True))
        self._loss = self._box("loss", "loss s")
        self._loss_edges = (self._arrow(False), self._arrow(True))

    # -- numbers ------------------------------------------------------------------------------------------------------

    def _write(self, trace: GraphTrace) -> None:
        for node in trace.nodes:
            self._ops[node.index].set_detail(node.detail)
            self._ops[node.index].setToolTip(_tooltip(node))
            for box, parameter in zip(self._parameters[node.index], node.parameters, strict=True):
                box.set_detail(f"‖∂s‖ {number_text(parameter.gradient_norm)}", f"‖∂s‖ {WIDEST_NUMBER}")
                box.setToolTip(
                    f"{parameter.name} of {node.label}: shape {shape_text(parameter.shape)}, norm of its values "
                    f"{number_text(parameter.value_norm)}, norm of its gradient {number_text(parameter.gradient_norm)}"
                )
            for arrow, parameter in zip(self._parameter_arrows[node.index], node.parameters, strict=True):
                arrow.set_width(gradient_width(parameter.gradient_norm))
            self._write_inputs(node)
        if self._loss is not None and self._loss_edges is not None:
            forward, backward = self._loss_edges
            self._loss.set_detail(number_text(trace.loss), WIDEST_NUMBER)
            forward.set_text("s", "( )")
            backward.set_text("∂s/∂s", number_text(1.0))

    def _write_inputs(self, node: NodeTrace) -> None:
        for place, source in enumerate(node.inputs):
            forward, backward = self._edges[(source.source, node.index, place)]
            is_truth = source.source is None and node.is_target and place > 0
            name = "y" if is_truth else "x" if source.source is None else self._names[source.source]
            forward.set_text("" if is_truth else name, "" if is_truth else shape_text(source.shape))
            if is_truth:
                self._outside[(node.index, place)].set_detail(shape_text(source.shape))
            asked = source.gradient_norm is not None and source.source is not None
            backward.setVisible(not is_truth)
            backward.set_asked(asked)
            if asked:
                backward.set_text(norm_name(name), number_text(source.gradient_norm))
                backward.set_width(gradient_width(source.gradient_norm))
            else:
                backward.set_text("no gradient", "asked for")

    # -- places -------------------------------------------------------------------------------------------------------

    def _arrange(self, trace: GraphTrace) -> None:
        places = place_nodes(trace)
        columns = max(place.column for place in places) + 1
        widths = [0.0] * columns
        for node, place in zip(trace.nodes, places, strict=True):
            widths[place.column] = max(widths[place.column], self._ops[node.index].size[0])
        gaps = self._gaps(trace, [place.column for place in places], columns)
        outside = [box for key, box in self._outside.items() if key[1] == 0]
        x = max((box.size[0] for box in outside), default=0.0) + gaps[0]
        lefts = []
        for column in range(columns):
            lefts.append(x)
            x += widths[column] + gaps[column + 1]
        for node, place in zip(trace.nodes, places, strict=True):
            self._place_op(node, lefts[place.column] + widths[place.column] / 2, place.row * ROW * self._unit)
        self._place_ends(trace, x)
        self._connect(trace)
        self.setSceneRect(self.itemsBoundingRect().adjusted(-6, -6, 6, 6))

    def _overhang(self, index: int) -> float:
        """How far the parameters below an op reach out beyond it, on each side."""
        boxes = self._parameters[index]
        below = sum(box.size[0] for box in boxes) + PARAMETER_GAP * max(len(boxes) - 1, 0)
        return max(0.0, (below - self._ops[index].size[0]) / 2)

    def _gaps(self, trace: GraphTrace, column_of: list[int], columns: int) -> list[float]:
        """The free space before each column and after the last: as wide as what stands in it."""
        overhang = [0.0] * (columns + 2)
        for index, column in enumerate(column_of):
            overhang[column + 1] = max(overhang[column + 1], self._overhang(index))
        gaps = [overhang[i] + overhang[i + 1] + PARAMETER_GAP for i in range(columns + 1)]
        for (_, node, place), (forward, backward) in self._edges.items():
            if trace.nodes[node].is_target and place > 0 and trace.nodes[node].inputs[place].source is None:
                continue
            width = max(forward.text_width(), backward.text_width())
            gaps[column_of[node]] = max(gaps[column_of[node]], width + GAP)
        if self._loss_edges is not None:
            gaps[columns] = max(gaps[columns], self._loss_edges[1].text_width() + GAP)
        return gaps

    def _place_op(self, node: NodeTrace, center: float, y: float) -> None:
        op = self._ops[node.index]
        op.setPos(center - op.size[0] / 2, y - op.size[1] / 2)
        boxes = self._parameters[node.index]
        total = sum(box.size[0] for box in boxes) + PARAMETER_GAP * max(len(boxes) - 1, 0)
        x, top = center - total / 2, y + op.size[1] / 2 + PARAMETER_DROP * self._unit
        for box, arrow in zip(boxes, self._parameter_arrows[node.index], strict=True):
            box.setPos(x, top)
            middle = x + box.size[0] / 2
            inside = min(max(middle, op.rect().left() + 12), op.rect().right() - 12)
            arrow.set_line(QLineF(inside, op.rect().bottom() + 2, middle, top - 2))
            x += box.size[0] + PARAMETER_GAP

    def _place_ends(self, trace: GraphTrace, right: float) -> None:
        for (index, place), box in self._outside.items():
            op = self._ops[index].rect()
            if place == 0 or not trace.nodes[index].is_target:
                box.setPos(0, op.center().y() - box.size[1] / 2 + place * (box.size[1] + GAP))
            else:
                box.setPos(op.center().x() - box.size[0] / 2, op.bottom() + PARAMETER_DROP * self._unit)
        if self._loss is not None:
            target = next(self._ops[node.index] for node in trace.nodes if node.is_target)
            self._loss.setPos(right, target.rect().center().y() - self._loss.size[1] / 2)

    def _connect(self, trace: GraphTrace) -> None:
        for (start, end, place), (forward, backward) in self._edges.items():
            box = self._outside[(end, place)] if start is None else self._ops[start]
            self._draw_edge(box, self._ops[end], forward, backward)
        if self._loss is not None and self._loss_edges is not None:
            target = next(self._ops[node.index] for node in trace.nodes if node.is_target)
            self._draw_edge(target, self._loss, *self._loss_edges)

    def _draw_edge(self, start: BoxItem, end: BoxItem, forward: ArrowItem, backward: ArrowItem) -> None:
        a, b = start.rect(), end.rect()
        if a.top() > b.bottom():  # from below
            forward.set_line(QLineF(QPointF(a.center().x(), a.top() - 2), QPointF(b.center().x(), b.bottom() + 2)))
            return
        up = QPointF(0, -EDGE_SPLIT * self._unit)
        left, right = QPointF(a.right() + 3, a.center().y()), QPointF(b.left() - 3, b.center().y())
        forward.set_line(QLineF(left + up, right + up))
        backward.set_line(QLineF(right - up, left - up))

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        items: list[BoxItem | ArrowItem] = [*self._boxes, *self._arrows]
        for item in items:
            item.set_theme(theme)


def _tooltip(node: NodeTrace) -> str:
    inputs = ", ".join(shape_text(source.shape) for source in node.inputs)
    return (
        f"{node.label} {node.detail}\ninput {inputs}, output {shape_text(node.output_shape)}\n"
        f"upstream gradient: norm {number_text(node.upstream_norm)}"
    )
