"""Changing one number of a line in place, by steps of its last digit."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|(?<![\w.])\.\d+(?:[eE][+-]?\d+)?")
_BEFORE_A_SIGN = re.compile(r"[=(,\[*/@+\-]\s*$")
MOST_CHARACTERS = 10_000


def nudged(line: str, column: int, steps: int) -> tuple[str, int, int] | None:
    """The number that stands at ``column``, changed by ``steps`` of a tenth (of one, if it is whole and large).

    Returns the new number and the columns from where to where it replaces the old one; None if no number stands there.
    """
    code = line[:MOST_CHARACTERS].partition("#")[0]
    found = next((each for each in _NUMBER.finditer(code) if each.start() <= column <= each.end()), None)
    if found is None or "e" in found[0].lower():
        return None
    begin = found.start()
    head = code[:begin]
    is_negative = head.endswith("-") and bool(_BEFORE_A_SIGN.search(head[:-1]))
    number = Decimal(found[0]) * (-1 if is_negative else 1)
    places = max(len(found[0].partition(".")[2]), 0 if abs(number) >= 10 else 1)
    new = number + steps * Decimal(1).scaleb(-places)
    return (
        f"{new:.{places}f}".replace("-0.0", "0.0") if new == 0 else f"{new:.{places}f}",
        begin - is_negative,
        found.end(),
    )
