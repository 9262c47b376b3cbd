"""Points that somebody has set by hand, kept in the settings themselves: classes in the plane, a curve, a surface.

A point is a row of numbers: its inputs, what is to be learnt there, and 1 if it is kept for validation. All of it goes
through JSON and comes from files too, so nothing is taken on trust.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras.datasets.dataset import Dataset
from beras.datasets.source import Cancelled, DataSource, never
from beras.registry import DATASETS, Help, SettingError, Structure

PointKind = Literal["classes", "curve", "surface"]
Row = tuple[float, ...]

MOST_POINTS = 3_000
LARGEST = 10.0
FEWEST_CLASSES, MOST_CLASSES = 2, 5
LONGEST_NAME = 60
SHOWN_LETTERS = 40
COLUMNS = {
    "classes": ("x1", "x2", "class", "validation"),
    "curve": ("x", "y", "validation"),
    "surface": ("x1", "x2", "y", "validation"),
}
"""What the numbers of a point mean, by kind: inputs first, then the target, then 0 for training or 1 for validation."""


class PointRows(tuple[Row, ...]):
    """Points that have been checked; they are not looked at again, so that an edit of one among thousands is quick."""

    __slots__ = ()


class PointTable(Structure):
    """The points, as rows of three or four numbers."""

    def check(self, name: str, value: Any) -> PointRows:
        if type(value) is PointRows:
            return value
        if not isinstance(value, (list, tuple)):
            raise SettingError(name, f"{name} must be a list of rows of numbers. Received: {_shown(value)}.")
        if len(value) > MOST_POINTS:
            raise SettingError(name, f"{name} may be at most {MOST_POINTS:,}. Received: {len(value):,} rows.")
        return PointRows(_row(name, number, row) for number, row in enumerate(value, start=1))


class Text(Structure):
    """One line that can be shown."""

    def check(self, name: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > LONGEST_NAME:
            raise SettingError(
                name,
                f"{name} must be a line of 1 to {LONGEST_NAME} letters that can be shown. Received: {_shown(value)}.",
            )
        return value


class Kind(Structure):
    """What the points mean: one of the kinds in ``COLUMNS``."""

    def check(self, name: str, value: Any) -> PointKind:
        if value not in ("classes", "curve", "surface"):
            raise SettingError(name, f"{name} must be one of {', '.join(COLUMNS)}. Received: {_shown(value)}.")
        kind: PointKind = value
        return kind


class Names(Structure):
    """The names of the classes, each of them another."""

    def check(self, name: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not FEWEST_CLASSES <= len(value) <= MOST_CLASSES:
            raise SettingError(
                name, f"{name} must be a list of {FEWEST_CLASSES} to {MOST_CLASSES} names. Received: {_shown(value)}."
            )
        names = tuple(Text().check(name, entry) for entry in value)
        if len(set(names)) < len(names):
            raise SettingError(name, f"{name} must all be different. Received: {_shown(value)}.")
        return names


def _row(name: str, number: int, row: Any) -> Row:
    """A point as it is kept; whole numbers become floats, so that the same points are always written the same."""
    lengths = {len(columns) for columns in COLUMNS.values()}
    if not isinstance(row, (list, tuple)) or len(row) not in lengths:
        raise SettingError(name, f"{name}, row {number:,}, must be 3 or 4 numbers. Received: {_shown(row)}.")
    for entry in row:
        is_number = isinstance(entry, (int, float)) and not isinstance(entry, bool)
        if not is_number or not abs(entry) <= LARGEST:  # NaN is not either
            raise SettingError(
                name,
                f"{name}, row {number:,}, must hold finite numbers from {-LARGEST:g} to {LARGEST:g}. "
                f"Received: {_shown(entry)}.",
            )
    if row[-1] not in (0, 1):
        raise SettingError(
            name,
            f"{name}, row {number:,}, must end with 0 (training) or 1 (validation). Received: {_shown(row[-1])}.",
        )
    return tuple(float(entry) for entry in row)


def _shown(value: Any) -> str:
    text = repr(value[:4] if isinstance(value, (list, tuple)) and len(value) > SHOWN_LETTERS else value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"


@DATASETS.register("own_points", label="Own points")
class OwnPoints(DataSource):
    """Points set by hand in the plot; any generated set becomes one with the first point that is changed.

    ``kind`` says what the points mean: "classes" in the plane, a "curve" y over x, or a "surface", y over the plane.
    Raises ``SettingError`` for points that do not go together with it.
    """

    input_shape = (2,)
    class_names: tuple[str, ...] = ("class A", "class B")

    def __init__(
        self,
        title: Annotated[str, Text(), Help("What the set is called.")] = "Own points",
        kind: Annotated[PointKind, Kind(), Help("What the points mean.")] = "classes",
        names: Annotated[tuple[str, ...], Names(), Help("The names of the classes.")] = ("class A", "class B"),
        points: Annotated[tuple[Row, ...], PointTable(), Help("All points.")] = (),
    ) -> None:
        self.title = title
        self.kind = kind
        self.points = points
        self.task = "classification" if kind == "classes" else "regression"
        self.input_shape = (len(COLUMNS[kind]) - 2,)
        self.class_names = names if kind == "classes" else ()
        self.has_validation = any(row[-1] == 1 for row in points)
        self._refuse_others()

    def _refuse_others(self) -> None:
        """Points of another kind, and classes that there are not."""
        columns = COLUMNS[self.kind]
        for number, row in enumerate(self.points, start=1):
            if len(row) != len(columns):
                raise SettingError(
                    "points",
                    f"points, row {number:,}, must be {len(columns)} numbers ({', '.join(columns)}). "
                    f"Received: {len(row)}.",
                )
            if self.class_names and row[-2] not in range(len(self.class_names)):
                raise SettingError(
                    "points",
                    f"points, row {number:,}, must name a class from 0 to {len(self.class_names) - 1}. "
                    f"Received: {row[-2]:g}.",
                )

    @property
    def train_samples(self) -> int:
        """How many points are for training."""
        return len(self.points) - sum(row[-1] == 1 for row in self.points)

    def load(self, cancelled: Cancelled = never) -> Dataset:
        """The points as arrays, each part in the order of the rows; either part may be empty."""
        rows = np.array(self.points, dtype=np.float64).reshape(len(self.points), len(COLUMNS[self.kind]))
        train, validation = (rows[rows[:, -1] == part] for part in (0, 1))
        return Dataset(
            title=self.title,
            train_inputs=_inputs(train),
            train_targets=self._targets(train),
            validation_inputs=_inputs(validation),
            validation_targets=self._targets(validation),
            class_names=self.class_names,
            task=self.task,
        )

    def _targets(self, rows: NDArray[np.float64]) -> NDArray[Any]:
        if self.task == "classification":
            return rows[:, -2].astype(np.int64)
        return rows[:, -2:-1].astype(np.float32)


def _inputs(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return rows[:, :-2].astype(np.float32)
