"""What a network answers over the plane, and what each of its units does: one forward pass over a grid of places.

The grid has as many cells as the network can be asked about in a few milliseconds; a wide one gets a coarser grid, and
one that is too wide is not drawn at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beras import Dense, no_grad
from beras.registry import ACTIVATIONS
from gui.domain.check import layer_shapes, layer_titles
from gui.domain.predictor import Predictor
from gui.domain.spec import ExperimentSpec

FINEST_SIDE, COARSEST_SIDE = 100, 20  # cells along a square
CURVE_CELLS = 300
BUDGET_NS = 5e6  # on the machine of the measurement; one three times as slow still stays within 15 ms
UNIT_NS, WEIGHT_NS = 3.5, 0.025  # for one cell: an activation, and a multiplication with its addition
TOO_LARGE = "This network is too large to be drawn here. It trains as it is; smaller layers would be drawn."

Map = NDArray[np.float32]


class Plane(NamedTuple):
    """A piece of the plane."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the drawn network: the inputs, or a layer with weights and what follows it."""

    title: str
    units: int


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """The answers over ``plane``: maps ``(rows, columns, units)`` from the bottom up, and those at the points.

    ``columns`` are the maps of all units, those of the inputs first and the outputs last. On a line there is one row.
    """

    plane: Plane
    columns: tuple[Map, ...]
    at_points: NDArray[np.float32]

    @property
    def outputs(self) -> Map:
        return self.columns[-1]

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.outputs).all())

    def wrong(self, labels: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of the points the network puts into another class than their own; all of them if it gives no number."""
        if not len(self.at_points):
            return np.zeros(0, np.bool_)
        finite = np.isfinite(self.at_points).all(axis=1)
        return np.asarray((self.at_points.argmax(axis=1) != labels) | ~finite)


def network_columns(spec: ExperimentSpec, inputs: int) -> tuple[Column, ...]:
    """What is drawn of a network, from left to right."""
    columns = [Column("Input", inputs)]
    shapes = layer_shapes(spec.layers, inputs)
    for layer, title, shape in zip(spec.layers, layer_titles(spec.layers), shapes, strict=True):
        if shape.parameters:
            activation = "" if layer.activation is None else f", {ACTIVATIONS.spec(layer.activation.name).label}"
            columns.append(Column(f"{title}{activation}", shape.outputs))
    return tuple(columns)


def cells_for(spec: ExperimentSpec, inputs: int) -> int:
    """How many places this network can be asked about at once; 0 if they would be too few to draw a map."""
    shapes = layer_shapes(spec.layers, inputs)
    nanoseconds = sum(UNIT_NS * shape.outputs + WEIGHT_NS * shape.parameters for shape in shapes)
    cells = BUDGET_NS / max(nanoseconds, 1.0)
    if inputs == 1:
        return CURVE_CELLS if cells >= CURVE_CELLS else 0
    side = min(FINEST_SIDE, math.isqrt(int(cells)))
    return side * side if side >= COARSEST_SIDE else 0


class Grid:
    """The places, as inputs ``(rows * columns, features)``; cells are as wide as high, and a line has one row."""

    def __init__(self, plane: Plane, cells: int, inputs: int) -> None:
        self.plane = plane
        if inputs == 1:
            self.rows, self.columns = 1, cells
        else:
            side = math.sqrt(plane.width * plane.height / cells)
            self.columns = max(1, int(plane.width / side))
            self.rows = max(1, int(cells / self.columns))
        x = plane.left + (np.arange(self.columns) + 0.5) * plane.width / self.columns
        y = plane.bottom + (np.arange(self.rows) + 0.5) * plane.height / self.rows
        over = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        self.inputs = np.ascontiguousarray(over[:, :inputs], dtype=np.float32)


class Responder(Predictor):
    """A predictor that tells what every unit gives, over a grid and at given points; it keeps its arrays of places."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: Any = None
        self._grid: Grid | None = None
        self._inputs = np.empty((0, 2), np.float32)

    @property
    def matrices(self) -> tuple[NDArray[Any], ...]:
        """Copies of the weights ``(inputs, units)`` between each column and the next."""
        return tuple(np.array(layer.w.numpy()) for layer in self._model.layers if isinstance(layer, Dense))

    def respond(self, plane: Plane, cells: int, points: NDArray[np.float32]) -> Responses:
        """Ask the network once: over ``cells`` places of the plane and at ``points`` ``(n, features)``."""
        grid = self._places(plane, cells, points)
        columns = []
        x: Any = self._inputs
        with no_grad(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for layer in self._model.layers:
                if isinstance(layer, Dense):
                    columns.append(x)
                x = np.asarray(layer(x))
        columns.append(x)
        count = grid.rows * grid.columns
        maps = tuple(column[:count].reshape(grid.rows, grid.columns, -1) for column in columns)
        return Responses(plane, maps, columns[-1][count:])

    def _places(self, plane: Plane, cells: int, points: NDArray[np.float32]) -> Grid:
        asked = (plane, cells, points.shape[1])
        if self._grid is None or asked != self._asked:
            self._asked, self._grid = asked, Grid(plane, cells, points.shape[1])
        grid, total = self._grid, len(self._grid.inputs) + len(points)
        if self._inputs.shape != (total, points.shape[1]):
            self._inputs = np.empty((total, points.shape[1]), np.float32)
        self._inputs[: len(grid.inputs)] = grid.inputs
        self._inputs[len(grid.inputs) :] = points
        return grid
