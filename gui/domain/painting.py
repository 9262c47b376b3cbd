"""Setting, moving and removing points by hand: each edit makes another choice of data, the old one stays as it was.

A generated set becomes one of own points with the first edit, holding all its points and the names of its classes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from beras.datasets import Dataset
from beras.datasets.own_points import LARGEST, LONGEST_NAME, MOST_CLASSES, MOST_POINTS, PointKind, PointRows, Row
from beras.registry import DATASETS
from gui.domain.check import OWN_POINTS
from gui.domain.data_view import Points, points_of
from gui.domain.spec import Choice

LARGEST_NUMBER, MOST_BRUSHES = LARGEST, MOST_CLASSES  # as the views know them
DECIMALS = 5
EDITED = ", edited"


class PaintingError(ValueError):
    """A set that cannot be edited by hand; the message says why, and what to do."""


def points_to_edit(choice: Choice, data: Dataset | None) -> Points | None:
    """The points of a choice, in the order in which edits count them; None while they are not there yet.

    Own points are at hand at once, a generated set when it has been made (``data``).
    """
    if choice.name == OWN_POINTS:
        return _own(choice)
    return None if data is None else points_of(data, max(len(data.train_inputs) + len(data.validation_inputs), 1))


def _own(choice: Choice) -> Points:
    settings = DATASETS.spec(OWN_POINTS).check(choice.settings)
    kind: PointKind = settings["kind"]
    rows = np.array(settings["points"], np.float64).reshape(len(settings["points"]), 3 if kind == "curve" else 4)
    in_validation = rows[:, -1] == 1
    numbers = np.where(in_validation, np.cumsum(in_validation), np.cumsum(~in_validation)) - 1
    none = np.zeros(len(rows))
    return Points(
        kind=kind,
        x=rows[:, 0],
        y=rows[:, 1],
        labels=(rows[:, 2] if kind == "classes" else none).astype(np.int64),
        values=rows[:, 2] if kind == "surface" else none,
        in_validation=in_validation,
        numbers=numbers,
        class_names=settings["names"] if kind == "classes" else (),
        total=len(rows),
    )


def as_own_points(choice: Choice, points: Points, title: str) -> Choice:
    """The choice as one of own points; ``PaintingError`` if it has too many points or classes for that."""
    if choice.name == OWN_POINTS:
        return choice
    if len(points) > MOST_POINTS:
        raise PaintingError(
            f"At most {MOST_POINTS:,} points can be edited by hand. {title} has {len(points):,}: ask for fewer samples."
        )
    if len(points.class_names) > MOST_CLASSES:
        raise PaintingError(
            f"At most {MOST_CLASSES} classes can be edited by hand. {title} has {len(points.class_names):,}."
        )
    places = np.concatenate([points.x, points.y, points.values])
    if not (np.abs(places) <= LARGEST).all():
        raise PaintingError(
            f"Points can be edited by hand within {LARGEST:g} of the origin. {title} reaches "
            f"{np.abs(places).max():.3g}: scale it down first."
        )
    rows = (
        _row(points.kind, x, y, label if points.kind == "classes" else value, kept)
        for x, y, label, value, kept in zip(
            points.x.tolist(),
            points.y.tolist(),
            points.labels.tolist(),
            points.values.tolist(),
            points.in_validation.tolist(),
            strict=True,
        )
    )
    settings: dict[str, Any] = {
        "title": f"{title[: LONGEST_NAME - len(EDITED)]}{EDITED}",
        "kind": points.kind,
        "points": PointRows(rows),
    }
    if points.kind == "classes":
        settings["names"] = points.class_names
    return Choice(OWN_POINTS, DATASETS.spec(OWN_POINTS).check(settings))


def _row(kind: PointKind, x: float, y: float, what: float, in_validation: bool) -> Row:
    place = (_held(x), _held(y)) if kind == "curve" else (_held(x), _held(y), _held(what))
    return (*place, float(in_validation))


def _held(value: float) -> float:
    """A number inside the limits, with as many digits as can be seen."""
    return round(min(max(float(value), -LARGEST), LARGEST), DECIMALS)


def with_point(choice: Choice, x: float, y: float, what: float, in_validation: bool) -> Choice:
    """Own points with one more, at the end; ``what`` is its class or, on a surface, its value."""
    rows = _rows(choice)
    if len(rows) >= MOST_POINTS:
        raise PaintingError(f"There are {MOST_POINTS:,} points, which is as many as can be. Remove some first.")
    return _with_rows(choice, (*rows, _row(_kind(choice), x, y, what, in_validation)))


def with_moved(choice: Choice, place: int, x: float, y: float) -> Choice:
    """Own points with the one at ``place`` moved to (x, y)."""
    rows = list(_rows(choice))
    rows[place] = (_held(x), _held(y), *rows[place][2:])
    return _with_rows(choice, rows)


def without_point(choice: Choice, place: int) -> Choice:
    """Own points without the one at ``place``."""
    rows = _rows(choice)
    return _with_rows(choice, (*rows[:place], *rows[place + 1 :]))


def _kind(choice: Choice) -> PointKind:
    kind: PointKind = choice.settings.get("kind", "classes")
    return kind


def _rows(choice: Choice) -> PointRows:
    rows: PointRows = DATASETS.spec(OWN_POINTS).check(choice.settings)["points"]
    return rows


def _with_rows(choice: Choice, rows: Any) -> Choice:
    return replace(choice, settings={**choice.settings, "points": PointRows(rows)})
