"""Writes a recording onto the items of its drawing: numbers, pictures, and how far the pass has come."""

from __future__ import annotations

from dataclasses import dataclass, field

from beras.trace import GraphTrace, InputTrace, NodeTrace
from gui.domain.backprop.graph_tiles import Tiles, picture_values, sample_loss, thumbnail, true_class
from gui.domain.backprop.pass_progress import PassProgress
from gui.views.backprop.graph_items import OpLook
from gui.views.backprop.graph_parts import DrawnEdge, GraphParts, Parameter
from gui.views.backprop.graph_text import (
    LATER,
    gradient_name,
    gradient_width,
    loss_text,
    norm_name,
    number_text,
    ratio_of,
    ratio_text,
    shape_text,
    tone_of,
)
from gui.views.backprop.op_picture import Values

FOLD_HELP = "Click or Enter: look into it. Double-click or F: fold a layer and its activation, or unfold them."
Norms = dict[tuple[str, int, int], float | None]


def norms_of(trace: GraphTrace) -> Norms:
    """Every recorded norm of a gradient, by what it belongs to."""
    norms: Norms = {}
    for node in trace.nodes:
        for place, each in enumerate(node.inputs):
            norms["input", node.index, place] = each.gradient_norm
        for place, parameter in enumerate(node.parameters):
            norms["parameter", node.index, place] = parameter.gradient_norm
    return norms


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a recording is shown; ``progress`` None shows everything."""

    has_shapes: bool = True
    has_norms: bool = True
    progress: PassProgress | None = None

    @property
    def sample(self) -> int | None:
        return None if self.progress is None else self.progress.sample

    def is_forward_done(self, op: int) -> bool:
        return self.progress is None or op < self.progress.forward

    def is_backward_done(self, op: int) -> bool:
        return self.progress is None or op in self.progress.backward


@dataclass(slots=True)
class GraphWriter:
    """``before`` are the norms of the recording before, of the same structure."""

    parts: GraphParts
    trace: GraphTrace
    before: Norms
    _pictures: dict[tuple[int, int | None], Tiles | None] = field(default_factory=dict)
    _thumbnails: dict[tuple[int, int, int | None], Values | None] = field(default_factory=dict)

    def write(self, shown: Shown) -> None:
        for number in range(len(self.parts.groups)):
            self._write_group(number, shown)
        for edge in self.parts.edges:
            self._write_edge(edge, shown)
        for group in self.parts.parameters:
            for parameter in group:
                self._write_parameter(parameter, shown)
        self._write_loss(shown)
        if self.parts.crowd is not None:
            self._write_crowd(shown)

    # -- ops ----------------------------------------------------------------------------------------------------------

    def _write_group(self, number: int, shown: Shown) -> None:
        group, item = self.parts.groups[number], self.parts.ops[number]
        progress = shown.progress
        node = self.trace.nodes[group.last]
        look = OpLook(
            shown.is_forward_done(group.last),
            progress is not None and progress.current in group.members,
            all(shown.is_backward_done(member) for member in group.members),
        )
        item.set_look(look, progress is not None)
        if not self.parts.is_crowd:
            item.set_output(self._picture(node, shown.sample), self._note(node, shown.sample))
        item.setToolTip(self._tooltip(number))

    def _picture(self, node: NodeTrace, sample: int | None) -> Tiles | None:
        key = (node.index, sample)
        if key not in self._pictures:
            self._pictures[key] = picture_values(node.output, sample)
        return self._pictures[key]

    def _note(self, node: NodeTrace, sample: int | None) -> str:
        """In place of a picture, where the output is one number."""
        if node.output is None or node.output.ndim:
            return ""
        own = sample_loss(node, sample)
        if own is not None:
            return f"−ln p(true) = {loss_text(own)}"
        return loss_text(float(node.output))

    def _tooltip(self, number: int) -> str:
        group = self.parts.groups[number]
        lines = []
        for index in group.members:
            node = self.trace.nodes[index]
            inputs = ", ".join(shape_text(each.shape) for each in node.inputs)
            lines.append(f"{node.label} {node.detail}: input {inputs}, output {shape_text(node.output_shape)}")
            lines.append(f"upstream gradient: norm {number_text(node.upstream_norm)}")
        lines.append(FOLD_HELP)
        return "\n".join(lines)

    # -- edges --------------------------------------------------------------------------------------------------------

    def _write_edge(self, edge: DrawnEdge, shown: Shown) -> None:
        at = edge.edge
        node = self.trace.nodes[at.node]
        each = node.inputs[at.place]
        if edge.leaf is not None:
            self._write_leaf(edge, node, each, shown)
        edge.forward.set_drawn(at.source is None or shown.is_forward_done(at.source))
        if edge.backward is None:
            return
        edge.forward.set_text(edge.name, shape_text(each.shape) if shown.has_shapes else "")
        self._write_gradient(edge, each, shown)

    def _write_gradient(self, edge: DrawnEdge, each: InputTrace, shown: Shown) -> None:
        arrow, at, norm = edge.backward, edge.edge, each.gradient_norm
        if arrow is None:
            return
        arrow.set_drawn(norm is not None and shown.is_backward_done(at.node))
        if norm is None:
            arrow.set_text("no gradient", "asked for" if self.trace.gap is None or at.source is None else "came back")
            arrow.setToolTip(f"Nobody asked for {gradient_name(edge.name)}, so it was not computed.")
        elif shown.is_backward_done(at.node):
            ratio = ratio_of(norm, self.before.get(("input", at.node, at.place)))
            arrow.set_gradient(gradient_width(norm), tone_of(ratio))
            arrow.set_text(*((norm_name(edge.name), number_text(norm)) if shown.has_norms else ("", "")))
            arrow.setToolTip(f"{norm_name(edge.name)} {number_text(norm)}, {ratio_text(ratio)}")
        else:
            arrow.set_text(LATER, "")
            arrow.setToolTip(f"{gradient_name(edge.name)} comes later in the backward pass.")

    def _write_leaf(self, edge: DrawnEdge, node: NodeTrace, each: InputTrace, shown: Shown) -> None:
        leaf, sample = edge.leaf, shown.sample
        if leaf is None:
            return
        if leaf.has_picture:
            leaf.set_picture(self._thumbnail(node, edge.edge.place, sample))
            count = each.shape[0] if each.shape else 1
            leaf.set_text("", f"batch of {count}" if sample is None else f"sample {sample + 1}")
        else:
            truth = true_class(node, edge.edge.place, sample) if edge.is_truth else None
            shape = shape_text(each.shape) if shown.has_shapes else ""
            leaf.set_text(shape, "" if truth is None else f"true class: {truth}")
        leaf.setToolTip(f"{edge.name} {shape_text(each.shape)}, given from outside")

    def _thumbnail(self, node: NodeTrace, place: int, sample: int | None) -> Values | None:
        key = (node.index, place, sample)
        if key not in self._thumbnails:
            self._thumbnails[key] = thumbnail(node.inputs[place], sample)
        return self._thumbnails[key]

    # -- parameters, loss, crowd --------------------------------------------------------------------------------------

    def _write_parameter(self, each: Parameter, shown: Shown) -> None:
        recorded = self.trace.nodes[each.node].parameters[each.place]
        norm, is_done = recorded.gradient_norm, shown.is_backward_done(each.node)
        ratio = ratio_of(norm, self.before.get(("parameter", each.node, each.place)))
        if norm is None:
            each.box.set_value("no gradient", "")
        elif is_done:
            each.box.set_value(norm_name(each.name), number_text(norm))
        else:
            each.box.set_value(f"{gradient_name(each.name)} {LATER}", "")
        each.box.set_shows(shown.has_shapes, shown.has_norms, f" {shape_text(recorded.shape)}")
        each.backward.setVisible(norm is not None and is_done)
        each.backward.set_gradient(gradient_width(norm), tone_of(ratio))
        each.box.setToolTip(
            f"{each.name} {shape_text(recorded.shape)} of {self.trace.nodes[each.node].label}: norm of its values "
            f"{number_text(recorded.value_norm)}, of its gradient {number_text(norm)}"
            + ("" if norm is None else f", {ratio_text(ratio)}")
        )

    def _write_loss(self, shown: Shown) -> None:
        target = self.parts.groups[self.parts.target].last if self.parts.groups else -1
        is_reached = shown.is_forward_done(target)
        if self.parts.loss is not None:
            self.parts.loss.set_value(loss_text(self.trace.loss) if is_reached else LATER)
            self.parts.loss.setToolTip(f"The recorded loss: {number_text(self.trace.loss)}")
        if self.parts.loss_edges is not None:
            forward, backward = self.parts.loss_edges
            forward.set_drawn(is_reached)
            forward.set_text("s", "( )" if shown.has_shapes else "")
            has_begun = shown.progress is None or shown.progress.direction != "forward" or bool(shown.progress.backward)
            backward.set_drawn(has_begun)
            backward.set_gradient(gradient_width(1.0), "same")
            text = (norm_name("s"), number_text(1.0)) if shown.has_norms else ("", "")
            backward.set_text(*(text if has_begun else (LATER, "")))
            backward.setToolTip("∂s/∂s is 1: every backward pass begins with it.")

    def _write_crowd(self, shown: Shown) -> None:
        widths = []
        for edge in self.parts.joins:
            if edge.start is not None:
                norm = self.trace.nodes[edge.node].inputs[edge.place].gradient_norm
                is_drawn = norm is not None and shown.is_backward_done(edge.node)
                widths.append(gradient_width(norm) if is_drawn else 0.0)
        if self.parts.crowd is not None:
            self.parts.crowd.set_widths(widths)
