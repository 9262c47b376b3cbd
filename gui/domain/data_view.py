"""What there is to see in a data set: its points for a scatter, thinned evenly, and which of its images, in what order.

It judges and selects; it paints nothing.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras.datasets import Dataset
from beras.datasets.own_points import PointKind
from beras.datasets.toy2d import ToySet
from beras.registry import DATASETS
from gui.domain.check import DataShape, counted

Part = Literal["both", "train", "validation"]

View = Literal["images", "points", "none"]

PICTURE_SAMPLES = 90
LISTED = 8  # samples, and numbers of each
AXIS_NAMES: dict[str, tuple[str, str]] = {"classes": ("x₁", "x₂"), "curve": ("x", "y"), "surface": ("x₁", "x₂")}


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points to draw, all arrays ``(n,)``: classes in the plane, a curve y over x, or values over the plane.

    ``labels`` are class numbers (0 for a regression), ``values`` the targets of a surface (else 0), ``numbers`` say
    which sample of its part a point is, counted from 0. ``total`` counts the samples before thinning.
    """

    kind: PointKind
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    labels: NDArray[np.int64]
    values: NDArray[np.float64]
    in_validation: NDArray[np.bool_]
    numbers: NDArray[np.int64]
    class_names: tuple[str, ...]
    total: int

    def __len__(self) -> int:
        return len(self.x)

    @property
    def axis_names(self) -> tuple[str, str]:
        return AXIS_NAMES[self.kind]

    @property
    def has_validation(self) -> bool:
        return bool(self.in_validation.any())

    @property
    def limit(self) -> float:
        """The largest size of a value: where a signed map ends."""
        return float(np.abs(self.values).max(initial=0.0))

    @property
    def thinning(self) -> str:
        """How many of the points are shown; empty while it is all of them."""
        return "" if len(self) == self.total else f"{len(self):,} of {self.total:,} shown"


def view_of(data: Dataset) -> View:
    """How a data set can be looked at: as images, as points, or not at all.

    Of a regression with more than one value no picture is made: a point has one colour, or one height.
    """
    if data.image_shape is not None:
        return "images"
    has_one_answer = data.task == "classification" or data.output_size == 1
    return "points" if data.input_size <= 2 and has_one_answer else "none"


def samples_text(data: Dataset) -> str:
    """What there is to say of samples that are not drawn: how many numbers they are, and the first ones of them."""
    lines = [f"Samples of {counted(data.input_size, 'number')} cannot be drawn in a plane."]
    if data.task == "regression":
        lines = [
            f"{counted(data.input_size, 'input')} and {counted(data.output_size, 'output')}: not drawn in a plane."
        ]
        rows = zip(data.train_inputs[:LISTED], data.train_targets[:LISTED], strict=True)
        lines += [f"sample {i}: {_row_text(x)} → {_row_text(y)}" for i, (x, y) in enumerate(rows, start=1)]
    return "\n".join(lines)


def _row_text(row: NDArray[Any]) -> str:
    more = ", …" if len(row) > LISTED else ""
    return f"({', '.join(f'{float(value):g}' for value in row[:LISTED])}{more})"


def is_drawable(shape: DataShape) -> bool:
    """Whether the samples of a set are points in the plane, or y over x, told before it is loaded."""
    has_one_answer = bool(shape.class_names) or shape.outputs == 1
    is_plane = shape.inputs == 2 or (shape.inputs == 1 and not shape.class_names)
    return len(shape.input_shape) == 1 and is_plane and has_one_answer


def picture_names() -> tuple[str, ...]:
    """The generated sets that can be told by a small picture of their points."""
    return tuple(spec.name for spec in DATASETS if isinstance(spec.cls, type) and issubclass(spec.cls, ToySet))


@functools.cache
def picture_points(name: str) -> Points:
    """Some points of a generated set, for a small picture of it; made once."""
    data = DATASETS.create(name, {"samples": PICTURE_SAMPLES}).load()
    return points_of(data, PICTURE_SAMPLES)


def points_of(data: Dataset, most: int, part: Part = "both") -> Points:
    """At most ``most`` points of a set, taken evenly; the same set always gives the same ones.

    ``ValueError`` for a set that cannot be drawn in the plane.
    """
    if view_of(data) != "points" or (data.task == "classification" and data.input_size != 2):
        outputs = "" if data.task == "classification" else f", {counted(data.output_size, 'output')}"
        raise ValueError(f"{data.title} has {data.input_size} inputs{outputs}: it cannot be drawn in the plane.")
    inputs, targets, in_validation, numbers = _samples(data, part)
    total = len(inputs)
    if total > most:
        chosen = np.arange(most) * total // most
        inputs, targets = inputs[chosen], targets[chosen]
        in_validation, numbers = in_validation[chosen], numbers[chosen]
    is_class = data.task == "classification"
    kind: PointKind = "classes" if is_class else "curve" if data.input_size == 1 else "surface"
    value = np.zeros(len(inputs)) if is_class else targets[:, 0].astype(np.float64)
    return Points(
        kind=kind,
        x=inputs[:, 0].astype(np.float64),
        y=value if kind == "curve" else inputs[:, 1].astype(np.float64),
        labels=targets.astype(np.int64) if is_class else np.zeros(len(inputs), np.int64),
        values=value if kind == "surface" else np.zeros(len(inputs)),
        in_validation=in_validation,
        numbers=numbers,
        class_names=data.class_names,
        total=total,
    )


def _samples(data: Dataset, part: Part) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_], NDArray[np.int64]]:
    """The inputs and targets of a part, whether each is for validation, and its number in its part."""
    train, validation = len(data.train_inputs), len(data.validation_inputs)
    if part == "train":
        return data.train_inputs, data.train_targets, np.zeros(train, np.bool_), np.arange(train)
    if part == "validation":
        return data.validation_inputs, data.validation_targets, np.ones(validation, np.bool_), np.arange(validation)
    return (
        np.concatenate([data.train_inputs, data.validation_inputs]),
        np.concatenate([data.train_targets, data.validation_targets]),
        np.repeat(np.array([False, True]), (train, validation)),
        np.concatenate([np.arange(train), np.arange(validation)]),
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which samples are looked at: a part, one class or all (None), in their own order (None) or shuffled by a seed."""

    part: Part = "train"
    label: int | None = None
    seed: int | None = None


def part_of(data: Dataset, part: Part) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """Inputs and targets of the training or the validation part."""
    if part == "validation":
        return data.validation_inputs, data.validation_targets
    return data.train_inputs, data.train_targets


def chosen_numbers(data: Dataset, selection: Selection) -> NDArray[np.int64]:
    """The numbers ``(n,)`` of the selected samples in their part, in the order they are to be shown."""
    _, targets = part_of(data, selection.part)
    numbers = np.arange(len(targets), dtype=np.int64)
    if selection.label is not None:
        numbers = np.flatnonzero(targets == selection.label)
    if selection.seed is not None:
        numbers = np.random.default_rng(selection.seed).permutation(numbers)
    return numbers


def class_counts(data: Dataset, part: Part) -> tuple[int, ...]:
    """How many samples of each class a part holds."""
    _, targets = part_of(data, part)
    return tuple(np.bincount(targets, minlength=len(data.class_names)).tolist())


def first_of_each_class(data: Dataset, most: int) -> list[tuple[int, NDArray[np.float32]]]:
    """The first training image ``(rows, columns)`` of each of the first ``most`` classes that has one, with its class.

    Empty if the data are no images.
    """
    if data.image_shape is None:
        return []
    labels, first = np.unique(data.train_targets, return_index=True)
    found = zip(labels[:most].tolist(), first[:most].tolist(), strict=True)
    return [(label, data.train_inputs[at].reshape(data.image_shape)) for label, at in found]
