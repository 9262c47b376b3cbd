"""The curves of a run as named parts of an archive, and back: the same numbers bit for bit, and the same running means.

Arrays are safetensors in float64, so that nothing is rounded and NaN and infinity survive; marks are plain JSON. Parts
from elsewhere are never trusted: names, kinds, shapes, sizes and order are looked at before anything is made from them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.io import pack_arrays, unpack_arrays
from gui.domain.metrics_log import BETWEEN_BATCHES, MetricsLog, Series, SmoothedSeries
from gui.domain.spec import MAX_EPOCHS

ARRAYS, MARKS = "curves.safetensors", "curves.json"
CURVE_PARTS = {ARRAYS: 1 << 30, MARKS: 1 << 24}
"""Each part and the most bytes it may have."""

MAX_MARKS, MAX_BRANCHES = 100_000, 1000
LONGEST_LABEL = 500
SMOOTHED, PLAIN = ("batch_loss", "batch_acc"), ("epoch_loss", "epoch_acc", "val_loss", "val_acc")
BRANCHES = ("abandoned_loss", "abandoned_acc")
FARTHEST = MAX_EPOCHS + 1.0
AGAIN = "The file is damaged, or it is from elsewhere."

Array = NDArray[np.float64]


class CurvesError(ValueError):
    """Curves that cannot be packed or unpacked; the message says what was expected and what was received."""


def pack_curves(log: MetricsLog) -> dict[str, bytes]:
    """Everything that ``log`` holds. Raises ``CurvesError`` if that is more than ``unpack_curves`` would take."""
    parts = {ARRAYS: pack_arrays(dict(_arrays(log))), MARKS: _packed_marks(log.marks)}
    for name, part in parts.items():
        if len(part) > CURVE_PARTS[name]:
            raise CurvesError(
                f"Expected curves of at most {CURVE_PARTS[name]:,} bytes. Received {len(part):,}: the run has too many "
                "batches to be kept. Train fewer epochs, or with a larger batch."
            )
    return parts


def unpack_curves(parts: Mapping[str, bytes]) -> MetricsLog:
    """The curves in ``parts``, which ``pack_curves`` made. Raises ``CurvesError``, whatever is wrong with them."""
    missing = [name for name in CURVE_PARTS if name not in parts]
    if missing:
        raise CurvesError(f"Expected the curves of a run. There is no {' and no '.join(missing)}. {AGAIN}")
    arrays = _unpacked(parts[ARRAYS])
    log = MetricsLog()
    for name in SMOOTHED:
        _restore(getattr(log, name), name, arrays)
    for name in PLAIN:
        x, y = _rows(name, arrays, 2)
        if np.any(np.diff(x) <= 0):
            raise CurvesError(f"Expected every epoch of {name} once, in order. Received another order. {AGAIN}")
        getattr(log, name).extend(x, y)
    for name in BRANCHES:
        _restore_branches(getattr(log, name), name, arrays)
    if arrays:
        raise CurvesError(f"Expected the known curves only. Received {sorted(arrays)[0][:60]!r} besides. {AGAIN}")
    log.marks = _unpacked_marks(parts[MARKS])
    return log


# -- packing ----------------------------------------------------------------------------------------------------------


def _arrays(log: MetricsLog) -> Iterator[tuple[str, Array]]:
    """Every array by name: (3, points) with the smoothed values, or (2, points)."""
    for name in SMOOTHED:
        smoothed: SmoothedSeries = getattr(log, name)
        yield name, np.stack([smoothed.x, smoothed.y, smoothed.smoothed.y])
        yield f"{name}.running", np.array(smoothed.running)
    for name in PLAIN:
        series: Series = getattr(log, name)
        yield name, np.stack([series.x, series.y])
    for name in BRANCHES:
        for index, branch in enumerate(getattr(log, name)[-MAX_BRANCHES:]):
            yield f"{name}.{index}", branch


def _packed_marks(marks: list[tuple[float, str]]) -> bytes:
    known = [[float(x), label[:LONGEST_LABEL]] for x, label in marks[:MAX_MARKS]]
    return json.dumps({"marks": known}, allow_nan=False).encode()


# -- unpacking --------------------------------------------------------------------------------------------------------


def _unpacked(content: bytes) -> dict[str, Array]:
    try:
        arrays, _ = unpack_arrays(content)
    except (ValueError, MemoryError) as error:
        raise CurvesError(str(error) or "The curves do not fit into memory.") from error
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise CurvesError(f"Expected {name[:60]} in float64. Received {array.dtype}. {AGAIN}")
    return arrays


def _rows(name: str, arrays: dict[str, Array], rows: int) -> Array:
    """The array of this name, taken out of ``arrays``; its first row is x, finite and never an epoch back.

    Within an epoch x may step back: it counts the batches as they are planned, and another batch size plans others.
    """
    array = arrays.pop(name, None)
    if array is None:
        raise CurvesError(f"Expected the curve {name}. It is not there. {AGAIN}")
    if array.ndim != 2 or len(array) != rows:
        raise CurvesError(f"Expected {name} with {rows} rows. Received the shape {array.shape}. {AGAIN}")
    x = array[0]
    if not np.all((x >= 0) & (x <= FARTHEST)):
        raise CurvesError(f"Expected epochs from 0 to {MAX_EPOCHS:,} in {name}. Received others. {AGAIN}")
    if np.any(np.diff(np.ceil(x - BETWEEN_BATCHES)) < 0):
        raise CurvesError(f"Expected the points of {name} in order. Received an epoch after a later one. {AGAIN}")
    return array


def _restore(series: SmoothedSeries, name: str, arrays: dict[str, Array]) -> None:
    x, y, smoothed = _rows(name, arrays, 3)
    running = arrays.pop(f"{name}.running", np.zeros(0))
    if running.shape != (2,) or not np.all(np.isfinite(running)) or not 0 <= running[1] <= 1:
        raise CurvesError(f"Expected the running mean of {name} and its weight, 0 to 1. Received others. {AGAIN}")
    series.restore(x, y, smoothed, (float(running[0]), float(running[1])))


def _restore_branches(branches: list[Array], name: str, arrays: dict[str, Array]) -> None:
    count = sum(each.startswith(f"{name}.") for each in arrays)
    if count > MAX_BRANCHES:
        raise CurvesError(f"Expected at most {MAX_BRANCHES} branches. Received {count:,}. {AGAIN}")
    branches.extend(_rows(f"{name}.{index}", arrays, 2) for index in range(count))


def _unpacked_marks(content: bytes) -> list[tuple[float, str]]:
    try:
        data = json.loads(content)
        if len(data["marks"]) > MAX_MARKS:
            raise ValueError(f"more than {MAX_MARKS:,} marks")
        return [_mark(*mark) for mark in data["marks"]]
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, MemoryError) as error:
        raise CurvesError(
            f"Expected the marks of a run, each with its place and a label. Received others. {AGAIN}"
        ) from error


def _mark(x: Any, label: Any) -> tuple[float, str]:
    is_number = isinstance(x, (int, float)) and not isinstance(x, bool)
    if not is_number or not math.isfinite(x) or not isinstance(label, str) or len(label) > LONGEST_LABEL:
        raise ValueError(f"no mark: {str((x, label))[:60]}")
    return float(x), "".join(letter for letter in label if letter.isprintable())
