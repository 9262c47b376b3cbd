"""Numbers as the studio writes and reads them: ``5e-4``, ``0.9``, ``−1.5``; decimal comma and spaces are understood."""

from __future__ import annotations

import math
import re

MINUS = "\N{MINUS SIGN}"
LOG_EXPONENT_BELOW = 0.1
PLAIN_EXPONENT_BELOW = 0.01
EXPONENT_FROM = 1e6
DIGITS = 6
SHORT_DIGITS = 3
FINE_STEPS_PER_DECADE = 20

SPACES = " \u00a0\u2009\u202f"
"""What may stand between thousands: the usual space, and the narrow and unbreakable ones that programs write."""

_THOUSANDS = re.compile(f"[+-]?[0-9]{{1,3}}([{SPACES}][0-9]{{3}})+([.,][0-9]*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_BEGINNING = re.compile(r"[+-]?([0-9]*[.,]?[0-9]*)?((?<=[0-9.,])e[+-]?[0-9]*)?", re.IGNORECASE)


def compact_number(value: float, *, log: bool = False) -> str:
    """The shortest plain form, to six digits: 5e-4, 0.9, 12. On a log scale the exponent begins below 0.1 (2e-2)."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: f"{MINUS}∞"}.get(value, "NaN")
    size = abs(value)
    exponent_below = LOG_EXPONENT_BELOW if log else PLAIN_EXPONENT_BELOW
    sign = MINUS if value < 0 else ""
    rounded = float(f"{size:.{DIGITS - 1}e}")
    if rounded and (rounded < exponent_below or (rounded >= EXPONENT_FROM and not _is_short_whole(value))):
        mantissa, exponent = f"{size:.{DIGITS - 1}e}".split("e")
        return f"{sign}{_trimmed(mantissa)}e{int(exponent)}"
    if _is_short_whole(value):
        return f"{sign}{int(size)}"
    decimals = max(0, DIGITS - 1 - math.floor(math.log10(rounded)))
    return f"{sign}{_trimmed(f'{size:.{decimals}f}')}"


def short_number(value: float) -> str:
    """A value to three digits, as it is read beside a plot."""
    return compact_number(float(f"{value:.{SHORT_DIGITS}g}"))


def read_number(text: str) -> float | None:
    """The number that a text means, None if it means none; ``inf`` for one too large (1e999)."""
    tidy = _tidy(text)
    return float(tidy.replace(",", ".")) if _NUMBER.fullmatch(tidy) else None


def read_whole_number(text: str) -> int | None:
    """The whole number that a text means; 1e3 is one; 1.5 is not, nor is 1,000, which means 1 in some places."""
    tidy = _tidy(text)
    number = read_number(tidy)
    if number is None or not math.isfinite(number) or not number.is_integer() or "," in tidy:
        return None
    return int(tidy) if re.fullmatch(r"[+-]?[0-9]{1,18}", tidy) else int(number)


def may_become_number(text: str) -> bool:
    """Whether more typing can make the text a number: "", "-", "1e-"."""
    tidy = re.sub(f"[{SPACES}]", "", _tidy(text))
    return _BEGINNING.fullmatch(tidy) is not None


def one_two_five(value: float, steps: int) -> float:
    """The positive value moved by whole steps of the series 1, 2, 5, 10, 20, 50..."""
    series = (1, 2, 5)
    decade = math.floor(math.log10(value) + 1e-9)
    lead = value / 10.0**decade
    place = decade * 3 + sum(lead >= step * (1 - 1e-9) for step in series) - 1
    exact = math.isclose(lead, series[place % 3], rel_tol=1e-9)
    place += steps + (1 if steps < 0 and not exact else 0)
    return float(f"{series[place % 3]}e{place // 3}")


def fine_step(value: float, steps: int) -> float:
    """The positive value moved by twentieths of a decade, rounded to two digits."""
    return rounded_to(value * 10 ** (steps / FINE_STEPS_PER_DECADE), 2)


def rounded_to(value: float, digits: int) -> float:
    """The value to so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


def _is_short_whole(value: float) -> bool:
    return float(value).is_integer() and abs(value) < 1e15 and (abs(value) < EXPONENT_FROM or value % 1e5 != 0)


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _tidy(text: str) -> str:
    """The text without the space round it and between thousands; other spaces stay, they part two numbers."""
    tidy = text.strip().replace(MINUS, "-")
    return re.sub(f"[{SPACES}]", "", tidy) if _THOUSANDS.fullmatch(tidy) else tidy
