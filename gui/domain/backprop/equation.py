"""The chain rule at one op with its real numbers: upstream x local = downstream, as arrays and for one element.

Plain data, made by ``backward_equation`` and ``forward_equation``; what is drawn of it, and how, is up to the views.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gui.domain.backprop.decimals import USUAL, braced, decimal_text

Array = NDArray[Any]
Element = tuple[int, ...]
Mark = tuple[int | None, int | None]
Follows = tuple[int | None, int | None]
GridKind = Literal["gradient", "value", "parameter"]

SUBSTITUTED = 3
"""So many terms of a sum are written out behind its formula; all of them stand in the table."""
LARGEST_SIDE = 512
"""So many rows or columns of an array are drawn; of more, those with the largest entries."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One array of an equation, drawn as a table of colours.

    ``title`` is its part in the sum ("Upstream"), ``symbol`` its name on the board (∂s/∂p). ``values`` (rows, columns)
    is what is drawn of the array of shape ``shape``: its rows and columns ``rows`` and ``columns``; ``row_word`` and
    ``column_word`` say what they count. ``follows`` says which index of the result's element is the row and which the
    column that belongs to it, None standing for all of them; ``mark`` is that for the chosen element. ``note`` is a
    sentence to read with it. ``whole`` is the size of the table if all of it were drawn; ``shape_note`` stands in place
    of the shape.
    """

    title: str
    symbol: str
    kind: GridKind
    shape: tuple[int, ...]
    norm: float
    values: Array
    rows: Array
    columns: Array
    row_word: str
    column_word: str
    follows: Follows | None = None
    mark: Mark | None = None
    note: str = ""
    whole: tuple[int, int] = (1, 1)
    shape_note: str = ""
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()

    @property
    def limit(self) -> float:
        """Where the colours end: the largest size of a finite entry."""
        finite = np.abs(self.values[np.isfinite(self.values)])
        return float(finite.max(initial=0.0))

    @property
    def sampling(self) -> str:
        """What is left out of the drawing, empty if nothing is."""
        sides = zip((self.row_word, self.column_word), self.values.shape, self.whole, strict=True)
        cut = [f"{drawn} of {there:,} {word}s" for word, drawn, there in sides if drawn < there]
        return f"Drawn are {' and '.join(cut)}, those with the largest entries." if cut else ""

    def name_of(self, axis: int, index: int) -> str:
        """What a row (axis 0) or a column (axis 1) is called: its class, or its number counted from 1."""
        names = (self.row_names, self.column_names)[axis]
        return names[index] if index < len(names) else str(index + 1)


@dataclass(frozen=True, slots=True)
class Term:
    """One summand: what it is called, its factors and their product. ``sample`` is the row of the batch it is of."""

    label: str
    factors: tuple[float, ...]
    product: float
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class ElementSum:
    """One element of the result as a sum of terms.

    ``formula`` is in the notation of the formula widget. The ``terms`` are the largest ones; ``others`` more add up to
    ``others_sum``. ``total`` is the sum, ``recorded`` what the tape holds. ``closed_form`` is the same in another way.
    """

    symbol: str
    formula: str
    heads: tuple[str, ...]
    terms: tuple[Term, ...]
    others: int
    others_sum: float
    total: float
    recorded: float
    sum_word: str = "sum"
    closed_form: str = ""
    local_form: str = ""

    def in_numbers(self, decimals: int) -> str:
        """The formula with the live numbers: "0.0362 = −0.4514 · (−0.0802) + …"; empty where a term is no product."""
        if not all(len(term.factors) == 2 for term in self.terms):
            return ""
        shown = [
            f"{decimal_text(first, decimals)} · {braced(decimal_text(second, decimals))}"
            for first, second in (term.factors for term in self.terms[:SUBSTITUTED])
        ]
        more = " + …" if len(self.terms) + self.others > SUBSTITUTED else ""
        return f"{decimal_text(self.total, decimals)} = {' + '.join(shown)}{more}"

    @property
    def agrees(self) -> bool:
        """Whether the sum is what was recorded, up to the rounding of its precision."""
        scale = max(abs(self.recorded), sum(abs(term.product) for term in self.terms), 1e-30)
        return bool(abs(self.total - self.recorded) <= 1e-5 * scale) or not np.isfinite(self.recorded)


@dataclass(frozen=True, slots=True)
class Equation:
    """Everything there is to see at one op in one direction.

    ``operands`` are the numbers and names of what a gradient flows to (the input, the weights); ``operand`` is the one
    that is shown. The grids stand from left to right with ``signs`` between them. ``element`` of the last one, whose
    array is of ``shape``, is worked out in ``sum``; ``element_words`` say what its indices count. ``sentence`` is the
    line to read aloud, its first words ``lead``.
    """

    heading: str
    operands: tuple[tuple[int, str], ...]
    operand: int | None
    grids: tuple[Grid, ...]
    signs: tuple[str, ...]
    element: Element
    shape: tuple[int, ...]
    sum: ElementSum | None
    lead: str
    sentence: str
    decimals: int = USUAL
    element_words: tuple[str, ...] = ()


def grid(
    title: str,
    symbol: str,
    kind: GridKind,
    array: Array,
    words: tuple[str, str],
    follows: Follows | None = None,
    element: Element = (),
    *,
    turned: bool = False,
    note: str = "",
    shape_note: str = "",
    row_names: tuple[str, ...] = (),
    column_names: tuple[str, ...] = (),
    drawn: tuple[Array | None, Array | None] = (None, None),
) -> Grid:
    """Draw an array of any number of dimensions as a table; ``turned`` swaps rows and columns.

    ``follows`` is of the table. A vector is one row. Of more than two dimensions the first stays, the others
    become columns. ``drawn`` rows and columns are those of another grid beside it.
    """
    table = array.reshape(1, -1) if array.ndim < 2 else array.reshape(len(array), -1)
    table = table.T if turned else table
    with np.errstate(over="ignore"):
        norm = float(np.sqrt(np.sum(np.square(array, dtype=np.float64))))
    mark = mark_of(follows, element)
    rows, columns = (
        _drawn(table, axis, mark) if given is None else given for axis, given in zip((0, 1), drawn, strict=True)
    )
    return Grid(
        title,
        symbol,
        kind,
        array.shape,
        norm,
        table[np.ix_(rows, columns)],
        rows,
        columns,
        *words,
        follows=follows,
        mark=mark,
        note=note,
        whole=(table.shape[0], table.shape[1]),
        shape_note=shape_note,
        row_names=row_names,
        column_names=column_names,
    )


def mark_of(follows: Follows | None, element: Element) -> Mark | None:
    """The row and the column that belong to an element of the result."""
    if follows is None:
        return None
    row, column = (None if index is None else element[index] for index in follows)
    return row, column


def _drawn(table: Array, axis: int, mark: Mark | None) -> Array:
    """The rows or columns that are drawn, in their order; the marked one always."""
    count = table.shape[axis]
    if count <= LARGEST_SIDE:
        return np.arange(count)
    sizes = np.nan_to_num(np.abs(table)).max(axis=1 - axis)
    marked = None if mark is None else mark[axis]
    if marked is not None:
        sizes[marked] = np.inf
    return np.sort(np.argpartition(sizes, -LARGEST_SIDE)[-LARGEST_SIDE:])
