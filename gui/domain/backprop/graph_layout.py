"""Where the nodes of a recorded graph stand, and what its values are called. No pixels: columns and rows.

Columns run with the data, from the first op to the loss; rows keep edges from crossing (Sugiyama, Tagawa and Toda,
1981). Everything is derived from what was recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from beras.trace import GraphTrace, NodeTrace

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SPACING = 10.0
UNCROSSED_UP_TO = 1500
"""Larger graphs than this many vertices are laid out by columns alone: to keep edges from crossing takes too long."""

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A node's column (0 is the first op) and row (0 is the middle line, positive is down)."""

    column: int
    row: float

    def moved(self, columns: int) -> Place:
        return Place(self.column + columns, self.row)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of all vertices, and for an edge over several columns the places that it goes through between."""

    places: tuple[Place, ...]
    routes: dict[Edge, tuple[Place, ...]] = field(default_factory=dict)

    @property
    def is_chain(self) -> bool:
        """Whether every vertex stands in one line behind the one before."""
        return all(place == Place(number, 0.0) for number, place in enumerate(self.places))


def place_nodes(trace: GraphTrace) -> tuple[Place, ...]:
    """A place for every node of the trace, by index."""
    edges = [(i.source, node.index) for node in trace.nodes for i in node.inputs if i.source is not None]
    return place_vertices(len(trace.nodes), edges).places


def place_vertices(count: int, edges: Iterable[Edge], most_passed: int | None = None) -> Layout:
    """A place for each of ``count`` vertices; an edge (start, end) runs from left to right.

    Parts that no edge joins stand one behind the other, in the order of their first vertices. Where long edges pass
    more than ``most_passed`` columns together, edges may cross: to keep them apart takes too long.
    """
    unique = sorted(set(edges))
    if unique == [(number, number + 1) for number in range(count - 1)]:
        return Layout(tuple(Place(number, 0.0) for number in range(count)))
    if count > UNCROSSED_UP_TO:
        return _by_depth(count, unique)
    if most_passed is not None:
        plain = _by_depth(count, unique)
        if sum(plain.places[end].column - plain.places[start].column - 1 for start, end in unique) > most_passed:
            return plain
    return _uncrossed(count, unique)


def _uncrossed(count: int, edges: Sequence[Edge]) -> Layout:
    parts = _laid_out(edges) if edges else []
    inside = {vertex for part in parts for vertex in part.places}
    parts += [_Part({vertex: Place(0, 0.0)}, {}) for vertex in range(count) if vertex not in inside]
    places: dict[int, Place] = {}
    routes: dict[Edge, tuple[Place, ...]] = {}
    column = 0
    for part in sorted(parts, key=lambda each: min(each.places)):
        places |= {vertex: place.moved(column) for vertex, place in part.places.items()}
        routes |= {edge: tuple(place.moved(column) for place in passed) for edge, passed in part.routes.items()}
        column += max(place.column for place in part.places.values()) + 1
    return Layout(tuple(places[vertex] for vertex in range(count)), routes)


@dataclass(frozen=True, slots=True)
class _Part:
    """What hangs together: the places of its vertices, and of the points that its long edges pass."""

    places: dict[int, Place]
    routes: dict[Edge, tuple[Place, ...]]


def _laid_out(edges: Sequence[Edge]) -> list[_Part]:
    """Every part of the graph by itself. The layout's own points have the numbers that come after the vertices'."""
    import fast_sugiyama  # here, because few graphs are more than a chain, and it takes a while to import

    vertices = sorted({vertex for edge in edges for vertex in edge})
    number = {vertex: place for place, vertex in enumerate(vertices)}
    layouts = fast_sugiyama.from_edges([(number[start], number[end]) for start, end in edges], vertex_spacing=_SPACING)
    return [_part(positions, joined, vertices) for positions, _, _, joined in layouts]


def _part(positions: Any, joined: Any, vertices: list[int]) -> _Part:
    """From positions whose rows go up; the middle of the vertices becomes row 0."""
    count = len(vertices)
    top = max(y for _, (_, y) in positions)
    across = [x for point, (x, _) in positions if point < count]
    middle = (min(across) + max(across)) / 2
    at = {int(point): Place(round((top - y) / _SPACING), (x - middle) / _SPACING) for point, (x, y) in positions}
    follows = {start: end for start, end in joined if start >= count}
    routes = {}
    for start, end in joined:
        if start < count <= end:
            passed = [end]
            while (after := follows[passed[-1]]) >= count:
                passed.append(after)
            routes[vertices[start], vertices[after]] = tuple(at[point] for point in passed)
    return _Part({vertices[point]: place for point, place in at.items() if point < count}, routes)


def _by_depth(count: int, edges: Sequence[Edge]) -> Layout:
    """The longest way from any start, in edges, is the column; the rows of a column lie round the middle line."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for start, end in edges:
        before[end].append(start)
        after[start].append(end)
    depth, waiting = [0] * count, [len(each) for each in before]
    ready = [vertex for vertex in range(count) if not waiting[vertex]]
    for vertex in ready:
        for end in after[vertex]:
            depth[end] = max(depth[end], depth[vertex] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)
    height, seen = Counter(depth), Counter[int]()
    places = []
    for column in depth:
        places.append(Place(column, seen[column] - (height[column] - 1) / 2))
        seen[column] += 1
    return Layout(tuple(places))


def subscript(number: int) -> str:
    return str(number).translate(_SUBSCRIPTS)


def output_names(trace: GraphTrace) -> tuple[str, ...]:
    """What each node's output is called on the board: z₁, a₁, z₂ ..., p for probabilities, s for the loss."""
    names: list[str] = []
    layer = 0
    for node in trace.nodes:
        layer += bool(node.parameters)
        names.append(_output_name(node, layer))
    times = Counter(names)
    return tuple(name if times[name] == 1 else f"{name}({i + 1})" for i, name in enumerate(names))


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
