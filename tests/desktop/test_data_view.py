"""What is looked at in a data set: which points, which images, in what order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beras.datasets import Dataset
from beras.registry import DATASETS
from gui.domain.check import data_shape
from gui.domain.data_view import (
    Selection,
    chosen_numbers,
    class_counts,
    first_of_each_class,
    is_drawable,
    points_of,
    samples_text,
    view_of,
)
from gui.domain.presets import load_preset


def load(name: str, **settings: object) -> Dataset:
    data: Dataset = DATASETS.create(name, settings).load()
    return data


def images(labels: list[int], classes: int = 4) -> Dataset:
    """A set of 2 x 3 images whose pixels say which image they are."""
    inputs = np.repeat(np.arange(len(labels), dtype=np.float32)[:, None] / 100, 6, axis=1)
    targets = np.array(labels, np.int64)
    names = tuple("abcdefgh"[:classes])
    return Dataset("Tiny", inputs, targets, inputs[:2], targets[:2], names, image_shape=(2, 3))


@pytest.mark.parametrize(
    "spec",
    [s for s in DATASETS if s.name not in ("mnist", "fashion", "own_points", "worked_example")],
    ids=lambda s: s.name,
)
def test_every_set_can_be_looked_at(spec) -> None:  # type: ignore[no-untyped-def]
    data = load(spec.name, **({"train_size": 20, "validation_size": 10} if spec.name == "pen_digits" else {}))
    assert view_of(data) == ("images" if spec.name == "pen_digits" else "points")


def test_a_regression_with_two_values_is_told_in_numbers() -> None:
    """A point has one colour or one height, so a picture would leave a value out."""
    data = load("worked_example")
    assert view_of(data) == "none"
    assert not is_drawable(data_shape(load_preset("worked-example")))
    assert samples_text(data) == "2 inputs and 2 outputs: not drawn in a plane.\nsample 1: (0.05, 0.1) → (0.01, 0.99)"
    with pytest.raises(ValueError, match="has 2 inputs, 2 outputs: it cannot be drawn in the plane"):
        points_of(data, 10)


def test_samples_that_are_not_drawn_are_counted() -> None:
    wide = replace(images([0, 1]), image_shape=None)
    assert samples_text(wide) == "Samples of 6 numbers cannot be drawn in a plane."
    long = replace(load("worked_example"), train_inputs=np.ones((9, 12)), train_targets=np.zeros((9, 2)))
    lines = samples_text(long).splitlines()
    assert lines[0] == "12 inputs and 2 outputs: not drawn in a plane."
    assert len(lines) == 9
    assert lines[1] == "sample 1: (1, 1, 1, 1, 1, 1, 1, 1, …) → (0, 0)"


def test_points_of_classes() -> None:
    data = load("blobs", samples=100, classes=4)
    points = points_of(data, 1000)
    assert (points.kind, points.axis_names, points.total, points.thinning) == ("classes", ("x₁", "x₂"), 100, "")
    np.testing.assert_array_equal(points.x[~points.in_validation], data.train_inputs[:, 0])
    np.testing.assert_array_equal(points.y[points.in_validation], data.validation_inputs[:, 1])
    np.testing.assert_array_equal(points.labels[points.in_validation], data.validation_targets)
    np.testing.assert_array_equal(points.numbers[points.in_validation], np.arange(30))


def test_points_of_a_curve_are_its_targets_over_x() -> None:
    data = load("regression_sine", samples=50)
    points = points_of(data, 1000, "train")
    assert (points.kind, points.axis_names) == ("curve", ("x", "y"))
    np.testing.assert_array_equal(points.y, data.train_targets[:, 0])
    assert not points.has_validation


def test_points_of_a_surface_have_values() -> None:
    data = load("regression_plane", samples=50)
    points = points_of(data, 1000, "validation")
    np.testing.assert_array_equal(points.values, data.validation_targets[:, 0])
    assert points.limit == pytest.approx(np.abs(data.validation_targets).max())
    assert points.in_validation.all()


def test_too_many_points_are_thinned_evenly_and_always_alike() -> None:
    data = load("moons", samples=20_000)
    points, again = points_of(data, 1000), points_of(data, 1000)
    assert len(points) == 1000
    assert points.thinning == "1,000 of 20,000 shown"
    np.testing.assert_array_equal(points.x, again.x)
    assert int(points.in_validation.sum()) == 300
    assert np.bincount(points.labels).min() > 440


def test_a_set_of_many_numbers_is_no_scatter() -> None:
    data = images([0, 1, 2])
    with pytest.raises(ValueError, match="Tiny has 6 inputs: it cannot be drawn in the plane"):
        points_of(data, 10)


def test_selection_by_part_class_and_seed() -> None:
    data = images([3, 1, 0, 1, 1, 2])
    assert chosen_numbers(data, Selection()).tolist() == [0, 1, 2, 3, 4, 5]
    assert chosen_numbers(data, Selection(label=1)).tolist() == [1, 3, 4]
    assert chosen_numbers(data, Selection(part="validation", label=1)).tolist() == [1]
    assert chosen_numbers(data, Selection(part="validation", label=2)).tolist() == []
    shuffled = chosen_numbers(data, Selection(seed=1)).tolist()
    assert sorted(shuffled) == [0, 1, 2, 3, 4, 5]
    assert shuffled == chosen_numbers(data, Selection(seed=1)).tolist()
    assert shuffled != chosen_numbers(data, Selection(seed=2)).tolist()
    assert class_counts(data, "train") == (1, 3, 1, 1)


def test_the_first_of_each_class_skips_a_class_without_images() -> None:
    found = first_of_each_class(images([3, 1, 1, 3], classes=4), 10)
    assert [label for label, _ in found] == [1, 3]
    np.testing.assert_array_equal(found[0][1], np.full((2, 3), np.float32(0.01)))
    assert len(first_of_each_class(images([0, 1, 2, 3]), 2)) == 2
    assert first_of_each_class(load("xor"), 10) == []
