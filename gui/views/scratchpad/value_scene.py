"""The graph of a program as a scene: the drawn graph of the page, with value and gradient in every node."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QPainterPath

from beras.trace import GraphTrace
from gui.domain.backprop.pass_progress import Direction
from gui.domain.scratchpad.op_graph import OpGraph
from gui.views.backprop.graph_items import OpLook
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_text import LATER, gradient_width
from gui.views.backprop.graph_writer import GraphWriter, Shown
from gui.views.scratchpad.value_items import NOT_ASKED, Numbers, ValueItem, cells_of
from gui.views.scratchpad.value_parts import DrawnSlope, ValueArranger, ValueParts, make_parts

NOTHING_CAME = "none came"


@dataclass(slots=True)
class ValueWriter(GraphWriter):
    """Writes the numbers of a graph onto its boxes, as far as the walk has come."""

    graph: OpGraph | None = None

    def reserve(self) -> bool:
        """Make the boxes as large as all their numbers need; returns True if one has another size now."""
        parts, graph = self.parts, self.graph
        if graph is None or not isinstance(parts, ValueParts):
            return False
        numbers = [Numbers(cells_of(leaf.value), cells_of(leaf.gradient)) for leaf in graph.leaves]
        numbers += [Numbers(cells_of(box.value), cells_of(box.gradient)) for box in graph.boxes]
        resized = [item.reserve(each) for item, each in zip(parts.value_items(), numbers, strict=True)]
        return any(resized)

    def write(self, shown: Shown) -> None:
        parts, graph = self.parts, self.graph
        if graph is None or not isinstance(parts, ValueParts):
            return
        items = parts.value_items()
        for vertex, leaf in enumerate(graph.leaves):
            arrived = all(shown.is_backward_done(each.edge.node) for each in parts.slopes if each.edge.start == vertex)
            asked = leaf.kind == "parameter"
            word = NOT_ASKED if not asked else LATER if not arrived else NOTHING_CAME
            gradient = cells_of(leaf.gradient) if asked and arrived else ()
            self._write_box(items[vertex], Numbers(cells_of(leaf.value), gradient, word), OpLook(), shown)
        for number, box in enumerate(graph.boxes):
            self._write_op(items[len(graph.leaves) + number], number, shown)
            items[len(graph.leaves) + number].setToolTip(_tip(box.op, box.name))
        for each in parts.slopes:
            self._write_slope(each, shown)

    def _write_op(self, item: ValueItem, number: int, shown: Shown) -> None:
        graph, parts = self.graph, self.parts
        if graph is None or not isinstance(parts, ValueParts):
            return
        box, vertex = graph.boxes[number], len(graph.leaves) + number
        is_reached, progress = shown.is_forward_done(box.node), shown.progress
        readers = [each.edge.node for each in parts.slopes if each.edge.start == vertex]
        begun = progress is None or (bool(readers) or bool(progress.backward))
        arrived = begun and all(shown.is_backward_done(reader) for reader in readers)
        look = OpLook(
            is_reached, progress is not None and progress.current == box.node, shown.is_backward_done(box.node)
        )
        numbers = Numbers(
            cells_of(box.value) if is_reached else (), cells_of(box.gradient) if arrived and is_reached else (), LATER
        )
        self._write_box(item, numbers, look, shown)

    def _write_box(self, item: ValueItem, numbers: Numbers, look: OpLook, shown: Shown) -> None:
        item.set_look(look, shown.progress is not None)
        item.set_numbers(numbers)

    def _write_slope(self, each: DrawnSlope, shown: Shown) -> None:
        edge, graph = each.edge, self.graph
        if graph is None:
            return
        start = edge.start - len(graph.leaves)
        is_reached = start < 0 or shown.is_forward_done(start)
        flowed = edge.flows and shown.is_backward_done(edge.node)
        each.backward.setVisible(flowed)
        each.forward.setVisible(not flowed)
        is_over = shown.progress is None or edge.node in shown.progress.backward
        each.forward.set_drawn(is_reached and (edge.flows or not is_over))
        each.label.setVisible(bool(edge.local or edge.undone) and shown.is_forward_done(edge.node))
        if flowed:
            norm = self.trace.nodes[edge.node].inputs[edge.place].gradient_norm
            each.backward.set_gradient(gradient_width(norm), "same")


def _tip(op: str, name: str) -> str:
    return f"{op}{f', called {name}' if name else ''}. Click or Enter: look at the paths of its gradient."


class ValueScene(GraphScene):
    """Shows one program at a time. Ops go by their number, tensors from outside by -1, -2..."""

    _graph: OpGraph | None = None
    _wrong: int | None = None

    @property
    def graph(self) -> OpGraph | None:
        return self._graph

    def show_graph(self, graph: OpGraph | None, trace: GraphTrace | None) -> bool:
        """Draw a program; returns True if the drawing was laid out anew."""
        before, self._graph, self._trace = self._graph, graph, trace
        if graph is None or trace is None:
            self._forget()
            self.laid_out.emit()
            return True
        anew = before is None or before.shape != graph.shape
        if anew:
            self._build(trace)
        else:
            self._write_anew(graph, trace)
        return anew

    def _write_anew(self, graph: OpGraph, trace: GraphTrace) -> None:
        """Other numbers in the same boxes."""
        if not isinstance(self._parts, ValueParts):
            return
        slopes = zip(self._parts.slopes, graph.edges, strict=True)
        self._parts.slopes = [DrawnSlope(new, old.forward, old.backward, old.label) for old, new in slopes]
        for each in self._parts.slopes:
            each.label.set_texts(each.edge.local, each.edge.undone)
        writer = ValueWriter(self._parts, trace, {}, graph=graph)
        self._writer = writer
        is_resized = writer.reserve()
        writer.write(self._shown)
        if is_resized:
            self._arrange()

    def _build(self, trace: GraphTrace) -> None:
        graph = self._graph
        if graph is None:
            return
        self.stop_pulses()
        self.clear()
        parts = make_parts(graph, self._themes.theme, self._fonts)
        self._parts = parts
        writer = ValueWriter(parts, trace, {}, graph=graph)
        self._writer = writer
        for item in parts.items():
            self.addItem(item)
        for op in parts.ops:
            self._listen(op)
        self._arrange()
        writer.write(self._shown)
        self.show_wrong(self._wrong)

    def _arrange(self) -> None:
        if isinstance(self._parts, ValueParts):
            self.setSceneRect(ValueArranger(self._parts, self._fonts).arrange())
            self.laid_out.emit()

    def show_wrong(self, node: int | None) -> None:
        """Tint the op whose backward pass is wrong."""
        self._wrong = node
        if isinstance(self._parts, ValueParts):
            for item in self._parts.value_items():
                item.set_wrong(node is not None and item.key == node)

    def toggle_fold(self, index: int) -> bool:
        return False

    def set_folded(self, folded: bool) -> None:
        """A program is always drawn op by op."""

    def _paths(self, index: int, direction: Direction) -> list[QPainterPath]:
        if not isinstance(self._parts, ValueParts):
            return []
        edges = [each for each in self._parts.slopes if each.edge.node == index]
        if direction == "forward":
            return [each.forward.path for each in edges]
        return [each.backward.path for each in edges if each.edge.flows]
