"""A recorded graph in the DOT language of Graphviz, for papers and other programs: ops, edges, norms."""

from __future__ import annotations

import math
from collections.abc import Container

from beras.trace import GraphTrace
from gui.domain.backprop.graph_folding import Group, group_edges, groups_of
from gui.domain.backprop.graph_layout import output_names, parameter_names

INK, BLUE, GREEN, RED = "#4C545B", "#0072B2", "#009E73", "#D55E00"


def quoted(text: str) -> str:
    """A text as DOT wants it: in quotes, with quotes and backslashes escaped and lines as ``\\n``."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "\\n".join(escaped.splitlines()) + '"'


def dot_of(trace: GraphTrace, folded: Container[int] = (), name: str = "recorded graph") -> str:
    """The whole text. ``folded`` is that of ``graph_folding.groups_of``; gradients are the blue edges that go back."""
    groups = groups_of(trace, folded)
    lines = [f"digraph {quoted(name)} {{", "  rankdir=LR;"]
    lines.append(f"  node [shape=box, style=rounded, fontname={quoted('Helvetica')}, color={quoted(INK)}];")
    lines.append(f"  edge [fontname={quoted('Helvetica')}, fontsize=10, color={quoted(INK)}];")
    for number, group in enumerate(groups):
        lines += _group_lines(trace, number, group)
    lines += _edge_lines(trace, groups)
    if groups:
        lines += _loss_lines(trace, len(groups) - 1)
    return "\n".join([*lines, "}", ""])


def _group_lines(trace: GraphTrace, number: int, group: Group) -> list[str]:
    title = f"{group.label}\n{group.detail}".strip()
    lines = [f"  op{number} [label={quoted(title)}];"]
    for member in group.members:
        node = trace.nodes[member]
        for place, (name, parameter) in enumerate(zip(parameter_names(trace)[member], node.parameters, strict=True)):
            key = f"parameter{member}_{place}"
            label = f"{name} {_shape(parameter.shape)}"
            if parameter.gradient_norm is not None:
                label += f"\n‖∂s/∂{name}‖ {_number(parameter.gradient_norm)}"
            lines.append(f"  {key} [label={quoted(label)}, color={quoted(GREEN)}, fontcolor={quoted(GREEN)}];")
            lines.append(f"  {key} -> op{number};")
            if parameter.gradient_norm is not None:
                lines.append(f"  op{number} -> {key} [color={quoted(BLUE)}, constraint=false];")
    return lines


def _edge_lines(trace: GraphTrace, groups: tuple[Group, ...]) -> list[str]:
    lines = []
    names = output_names(trace)
    for edge in group_edges(trace, groups):
        node = trace.nodes[edge.node]
        each = node.inputs[edge.place]
        start, name = f"op{edge.start}", each.name if edge.source is None else names[edge.source]
        if edge.source is None:
            start = f"data{edge.node}_{edge.place}"
            label = f"not recorded: {each.gap}" if each.gap is not None else f"{name} {_shape(each.shape)}"
            color = f", color={quoted(RED)}, fontcolor={quoted(RED)}" if each.gap is not None else ""
            lines.append(f"  {start} [label={quoted(label)}{color}];")
        style = (
            f" [style=dashed, color={quoted(RED)}]" if each.gap is not None else _label(f"{name} {_shape(each.shape)}")
        )
        lines.append(f"  {start} -> op{edge.end}{style};")
        if each.gradient_norm is not None:
            lines.append(f"  op{edge.end} -> {start}{_gradient(name, each.gradient_norm)};")
    return lines


def _loss_lines(trace: GraphTrace, target: int) -> list[str]:
    label = quoted(f"loss s\n{_number(trace.loss)}")
    has_target = any(node.is_target for node in trace.nodes)
    lines = [f"  loss [label={label}, color={quoted(RED)}, fontcolor={quoted(RED)}];"]
    if not has_target:
        return [*lines, f"  op{target} -> loss [style=dashed, color={quoted(RED)}];"]
    return [*lines, f"  op{target} -> loss{_label('s')};", f"  loss -> op{target}{_gradient('s', 1.0)};"]


def _label(text: str) -> str:
    return f" [label={quoted(text)}]"


def _gradient(name: str, norm: float) -> str:
    label = quoted(f"‖∂s/∂{name}‖ {_number(norm)}")
    return f" [label={label}, color={quoted(BLUE)}, fontcolor={quoted(BLUE)}, constraint=false]"


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "NaN" if math.isnan(value) else "∞"
