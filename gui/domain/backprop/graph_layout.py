"""Where the nodes of a recorded graph stand, and what its values are called. No pixels: columns and rows.

Columns run with the data, from the first op to the loss; rows keep edges from crossing (Sugiyama, Tagawa and Toda,
1981). Everything is derived from what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from beras.trace import GraphTrace, NodeTrace

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SPACING = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """A node's column (0 is the first op) and row (0 is the middle line, positive is down)."""

    column: int
    row: float


def place_nodes(trace: GraphTrace) -> tuple[Place, ...]:
    """A place for every node of the trace, by index."""
    edges = [(i.source, node.index) for node in trace.nodes for i in node.inputs if i.source is not None]
    if not edges:
        return tuple(Place(0, node.index) for node in trace.nodes)
    if _is_chain(trace):
        return tuple(Place(node.index, 0.0) for node in trace.nodes)
    import fast_sugiyama  # here, because few graphs are more than a chain, and it takes a while to import

    layouts = fast_sugiyama.from_edges(sorted(set(edges)), vertex_spacing=_SPACING)
    positions = {int(node): (float(x), float(y)) for part, *_ in layouts for node, (x, y) in part}
    depth = _depths(trace)
    middle = sum(x for x, _ in positions.values()) / len(positions)
    return tuple(
        Place(depth[n.index], (positions.get(n.index, (middle, 0))[0] - middle) / _SPACING) for n in trace.nodes
    )


def _is_chain(trace: GraphTrace) -> bool:
    return all(
        [i.source for i in node.inputs if i.source is not None] == ([node.index - 1] if node.index else [])
        for node in trace.nodes
    )


def _depths(trace: GraphTrace) -> list[int]:
    """The longest way from any start to each node, in edges: the column it can stand in at the earliest."""
    depth: list[int] = []
    for node in trace.nodes:
        depth.append(max((depth[i.source] + 1 for i in node.inputs if i.source is not None), default=0))
    return depth


def subscript(number: int) -> str:
    return str(number).translate(_SUBSCRIPTS)


def output_names(trace: GraphTrace) -> tuple[str, ...]:
    """What each node's output is called on the board: z₁, a₁, z₂ ..., p for probabilities, s for the loss."""
    names: list[str] = []
    layer = 0
    for node in trace.nodes:
        layer += bool(node.parameters)
        names.append(_output_name(node, layer))
    return tuple(name if names.count(name) == 1 else f"{name}({i + 1})" for i, name in enumerate(names))


def _output_name(node: NodeTrace, layer: int) -> str:
    if node.is_target:
        return "s"
    if node.parameters:
        return f"z{subscript(layer)}"
    if node.op == "Softmax":
        return "p"
    return f"a{subscript(layer)}" if layer else f"h{subscript(node.index + 1)}"


def parameter_names(trace: GraphTrace) -> tuple[tuple[str, ...], ...]:
    """For each node the names of its parameters with the layer's number: W₁, b₁."""
    layer = 0
    names = []
    for node in trace.nodes:
        layer += bool(node.parameters)
        names.append(tuple(f"{parameter.name}{subscript(layer)}" for parameter in node.parameters))
    return tuple(names)
