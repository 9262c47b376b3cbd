"""Tables and plain data: how a record becomes text for a report, and data that any JSON reader takes."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest entry, in plain text."""
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    lines = [headers, ["-" * width for width in widths], *rows]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def shape_text(shape: Sequence[int]) -> str:
    """(7, 4) as ``7 × 4``, a single number as ``1``."""
    return " × ".join(map(str, shape)) or "1"


def number_text(value: float | None) -> str:
    """Four significant digits; a dash for what is not known."""
    return "-" if value is None else f"{value:.4g}"


def plain_data(value: Any, leave_out: Collection[str] = ()) -> Any:
    """Dataclasses as dicts, arrays and tuples as lists; NaN and infinities, which JSON has not, as their names.

    Fields named in ``leave_out`` and private ones are left out.
    """
    if is_dataclass(value):
        names = [field.name for field in fields(value) if field.name not in leave_out and field.name[0] != "_"]
        return {name: plain_data(getattr(value, name), leave_out) for name in names}
    if isinstance(value, (np.ndarray, np.generic)):
        return plain_data(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain_data(item, leave_out) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
