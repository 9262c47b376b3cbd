"""Where the units of a network are drawn: a column for each layer, every unit a square, as large as there is room.

More units than fit are counted in words below the first that do. Many layers make everything smaller; nothing is cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST_SIDE, SMALLEST_SIDE = 2.75, 1.5  # of a unit's square, in lines of text
GAP = 0.22  # between squares, of their side
COLUMN_SHARE = 0.55  # how much of a column's width its squares may take
LOOSEST = 2.4  # how far few units stand apart, in sides


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """The squares of a column: their middles, and how many units there are in all."""

    x: float
    middles: tuple[float, ...]
    units: int

    @property
    def hidden(self) -> int:
        """How many units have no square."""
        return self.units - len(self.middles)


@dataclass(frozen=True, slots=True)
class NetworkLayout:
    """All columns; ``side`` is that of every square, ``column_width`` what a title may take."""

    columns: tuple[DrawnColumn, ...]
    side: float
    column_width: float

    def unit_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The column and the unit whose square is at (x, y)."""
        half = self.side / 2
        for number, column in enumerate(self.columns):
            if abs(x - column.x) <= half:
                for unit, middle in enumerate(column.middles):
                    if abs(y - middle) <= half:
                        return number, unit
        return None


def network_layout(units: Sequence[int], width: float, top: float, bottom: float, line: float) -> NetworkLayout:
    """Columns of so many ``units`` in this room; ``line`` is the height of a line of text. Words have room below."""
    column_width = width / max(len(units), 1)
    height = max(bottom - top, 1.0)
    side = min(LARGEST_SIDE * line, COLUMN_SHARE * column_width)
    smallest = min(side, SMALLEST_SIDE * line)
    most = max(units, default=1)
    side = min(side, max(smallest, height / (most * (1 + GAP))))
    columns = []
    for number, count in enumerate(units):
        fitting = max(1, math.floor(height / (side * (1 + GAP)) + 1e-6))
        room = height
        if count > fitting:
            room = height - line  # for the words below
            fitting = max(1, math.floor(room / (side * (1 + GAP))))
        shown = min(count, fitting)
        step = min(room / shown, LOOSEST * side)
        first = top + (room - shown * step) / 2 + step / 2
        middles = tuple(first + step * place for place in range(shown))
        columns.append(DrawnColumn((number + 0.5) * column_width, middles, count))
    return NetworkLayout(tuple(columns), side, column_width)
