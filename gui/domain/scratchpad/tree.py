"""What a line of the scratchpad is once it has been read: a small tree of plain data. Nothing else can be evaluated.

There are numbers, names, lists, arithmetic, calls of known functions, and picking entries: no attribute, no import and
no code of any kind has a form here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

MOST_LINES = 60
MOST_CHARACTERS = 10_000
MOST_OPS = 300
MOST_IN_A_LINE = 120
DEEPEST = 40
LONGEST_NAME = 24

Setting: TypeAlias = "int | bool | tuple[int, ...] | None"
IndexPart: TypeAlias = "int | tuple[int | None, int | None, int | None]"
"""A position, or first, last and step of a slice."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, as a sentence, and where: ``column`` and ``length`` in characters, from 0."""

    line: int
    column: int
    length: int
    message: str

    def __str__(self) -> str:
        return f"Line {self.line + 1}, column {self.column + 1}: {self.message}"


class ScratchpadError(Exception):
    """The one error of the scratchpad; ``faults`` are in the order of the lines."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class At:
    """Where something stands in its line: the first column, and the one behind the last."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: At


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: At


@dataclass(frozen=True, slots=True)
class Listing:
    """A literal vector, matrix or larger array: ``entries`` in rows, ``shape`` its sides."""

    entries: tuple[float, ...]
    shape: tuple[int, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Negative:
    operand: Expression
    at: At


@dataclass(frozen=True, slots=True)
class Binary:
    """``sign`` is one of + - * / ** @."""

    sign: str
    left: Expression
    right: Expression
    at: At


@dataclass(frozen=True, slots=True)
class Call:
    """A known function of tensors; x.sum(axis=0) and sum(x, axis=0) are the same call."""

    function: str
    operands: tuple[Expression, ...]
    settings: tuple[tuple[str, Setting], ...]
    at: At


@dataclass(frozen=True, slots=True)
class Pick:
    """Entries of a tensor by positions and slices."""

    operand: Expression
    index: tuple[IndexPart, ...]
    at: At


Expression: TypeAlias = "Number | Name | Listing | Negative | Binary | Call | Pick"


@dataclass(frozen=True, slots=True)
class Statement:
    """One line: ``name`` = ``expression``; a parameter asks for a gradient. ``source`` is the line as it was typed."""

    line: int
    name: str
    expression: Expression
    is_parameter: bool
    source: str

    def text_of(self, part: Expression) -> str:
        """What was typed for a part of the line."""
        return self.source[part.at.begin : part.at.end]


@dataclass(frozen=True, slots=True)
class Program:
    """The lines that say something, in order; ``ops`` is how many operations they ask for."""

    statements: tuple[Statement, ...]
    ops: int


def is_number(part: Expression) -> bool:
    """Whether a part is arithmetic of numbers alone, which is done before any tensor is made."""
    if isinstance(part, Negative):
        return is_number(part.operand)
    if isinstance(part, Binary):
        return is_number(part.left) and is_number(part.right)
    return isinstance(part, Number)


def is_literal(part: Expression) -> bool:
    """Whether a part is written out in numbers: one of them, or a list."""
    return isinstance(part, Listing) or is_number(part)
