"""Python source as a formatter would lay it out: literals, calls over one or more lines, rows of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beras.datasets.own_points import COLUMNS

COLUMNS_OF_TEXT = 88
INDENT = "    "
LONG_NUMBER = 10_000


def literal(value: Any) -> str:
    """A setting as Python writes it."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(literal(each) for each in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return repr(float(value)) if isinstance(value, float) else repr(value)


def number(value: int) -> str:
    """A whole number, its thousands marked where it is long: 60_000."""
    return f"{value:_}" if abs(value) >= LONG_NUMBER else str(value)


def _text(value: str) -> str:
    """In double quotes, or in single ones where that needs fewer escapes."""
    quote = '"' if value.count('"') <= value.count("'") else "'"
    return quote + value.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def call(
    before: str, name: str, arguments: Sequence[str], after: str = "", brackets: str = "()", indent: int = 0
) -> list[str]:
    """A call on one line if it fits; else its arguments on a line of their own, or one on each.

    ``indent`` is the room that will stand before every line.
    """
    opening, closing = brackets[0], brackets[1]
    inside, room = ", ".join(arguments), COLUMNS_OF_TEXT - indent
    margin = before[: len(before) - len(before.lstrip())]
    one_line = f"{before}{name}{opening}{inside}{closing}{after}"
    if len(one_line) <= room or not arguments:
        return [one_line]
    first, last = f"{before}{name}{opening}", f"{margin}{closing}{after}"
    inner = margin + INDENT
    if len(inner + inside) <= room and brackets == "()":
        return [first, inner + inside, last]
    return [first, *(f"{inner}{each}," for each in arguments), last]


def array_rows(before: str, array: Sequence[Any], after: str = "", indent: int = 0) -> list[str]:
    """Numbers in nested lists: each list on one line if it fits, else what it holds on lines of their own."""
    margin = " " * indent
    one_line = f"{margin}{before}{_list(array)}{after}"
    if len(one_line) <= COLUMNS_OF_TEXT:
        return [one_line]
    lines = [f"{margin}{before}["]
    for entry in array:
        if isinstance(entry, (list, tuple)):
            lines += array_rows("", entry, ",", indent + len(INDENT))
        else:
            lines.append(f"{margin}{INDENT}{float(entry)!r},")
    return [*lines, f"{margin}]{after}"]


def _list(array: Any) -> str:
    if isinstance(array, (list, tuple)):
        return f"[{', '.join(_list(entry) for entry in array)}]"
    return repr(float(array))


def point_rows(settings: Mapping[str, Any]) -> list[str]:
    """The points of a set made by hand as a list of rows, with what their numbers mean."""
    kind = settings.get("kind", "classes")
    rows = settings.get("points", ())
    lines = ["", f"# Every point: {', '.join(COLUMNS[kind])} (1: kept for validation)", "POINTS = ["]
    whole = (-2, -1) if kind == "classes" else (-1,)
    for row in rows:
        entries = [_entry(value, place - len(row) in whole) for place, value in enumerate(row)]
        lines.append(f"{INDENT}({', '.join(entries)}),")
    return [*lines, "]"]


def _entry(value: float, is_whole: bool) -> str:
    return str(int(value)) if is_whole else repr(float(value))
