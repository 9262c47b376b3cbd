"""Numbers as they stand in the sums of the explorer: fixed decimals, the e-notation where those would say nothing."""

from __future__ import annotations

import math

from beras.trace import Trace

MINUS = "\N{MINUS SIGN}"
USUAL, EXACT = 4, 9
"""Decimals of a number: as a rule, and where a network is small enough to be checked by hand."""
CHECKED_BY_HAND = 30
"""A network of so many weights may be computed on paper."""


def decimals_for(trace: Trace) -> int:
    """How many decimals the numbers of a pass are given with."""
    weights = sum(each.value.size for node in trace.nodes for each in node.parameters if each.value is not None)
    return EXACT if weights <= CHECKED_BY_HAND else USUAL


def decimal_text(value: float, decimals: int = USUAL) -> str:
    """``0.0362``, ``−1.5000``, ``3.1e−6``, ``0``, ``NaN``."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: f"{MINUS}∞"}.get(value, "NaN")
    if value == 0:
        return "0"
    if 10 ** (1 - decimals) <= abs(value) < 1e5:
        return f"{value:.{decimals}f}".replace("-", MINUS)
    mantissa, exponent = f"{value:.{max(1, decimals - 2)}e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", MINUS)


def braced(text: str) -> str:
    """A negative number in brackets, as it stands behind a sign."""
    return f"({text})" if text.startswith(MINUS) else text


def rounds_to_sum(terms: list[float], total: float, decimals: int = USUAL) -> bool:
    """Whether the rounded terms add up to the rounded sum, so that a class can add them on the board."""
    if not all(map(math.isfinite, [*terms, total])):
        return False
    unit = 10.0**-decimals
    return abs(sum(round(term, decimals) for term in terms) - round(total, decimals)) < unit / 2
