"""Edits of points as data: they hold the set they come from, stay within the limits, and leave the old one alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from beras.datasets.own_points import MOST_POINTS
from beras.registry import DATASETS
from gui.domain.data_view import Points, points_of
from gui.domain.experiment_file import load_experiment, save_experiment
from gui.domain.painting import PaintingError, as_own_points, points_to_edit, with_moved, with_point, without_point
from gui.domain.spec import Choice, ExperimentSpec


def own(name: str, **settings: object) -> Choice:
    data = DATASETS.create(name, settings).load()
    return as_own_points(Choice(name, settings), points_of(data, 100_000), data.title)


@pytest.mark.parametrize("name", ["blobs", "spiral3", "regression_sine", "regression_plane"])
def test_own_points_hold_the_data_they_come_from(name: str) -> None:
    before = DATASETS.create(name).load()
    after = DATASETS.create("own_points", own(name).settings).load()
    for part in ("train_inputs", "train_targets", "validation_inputs", "validation_targets"):
        np.testing.assert_allclose(getattr(after, part), getattr(before, part), atol=1e-5)
    assert (after.title, after.class_names, after.task) == (f"{before.title}, edited", before.class_names, before.task)


def test_as_many_points_as_can_be_are_saved(tmp_path: Path) -> None:
    spec = ExperimentSpec.from_dict(
        {
            "data": own("circles", samples=MOST_POINTS).to_dict(),
            "layers": [],
            "optimizer": {"name": "sgd"},
            "loss": {"name": "mean_squared_error"},
        }
    )
    save_experiment(tmp_path / "many.beras", spec)
    assert load_experiment(tmp_path / "many.beras").spec == spec
    with pytest.raises(PaintingError, match="as many as can be"):
        with_point(spec.data, 0, 0, 0, False)


def test_edits_leave_the_old_choice_as_it_was() -> None:
    choice = own("circles", samples=20)
    before = points_to_edit(choice, None)
    changed = without_point(with_moved(with_point(choice, 99, -99, 1, True), 0, 0.5, 0.25), 3)
    after = points_to_edit(changed, None)
    assert before is not None
    assert after is not None
    assert (len(before), len(after)) == (20, 20)
    assert (after.x[0], after.y[0]) == (0.5, 0.25)
    assert (after.x[-1], after.y[-1], after.labels[-1], after.in_validation[-1]) == (10, -10, 1, True)


def test_a_set_that_reaches_too_far_or_has_too_many_classes_is_refused() -> None:
    cloud = points_of(DATASETS.create("blobs").load(), 1000)
    cloud.x[0] = 50
    with pytest.raises(PaintingError, match="reaches 50: scale it down"):
        as_own_points(Choice("blobs"), cloud, "Blobs")
    many = Points(
        **{name: getattr(cloud, name) for name in Points.__dataclass_fields__} | {"class_names": tuple("abcdef")}
    )
    with pytest.raises(PaintingError, match="At most 5 classes"):
        as_own_points(Choice("blobs"), many, "Blobs")


def test_long_titles_stay_within_what_a_title_may_be() -> None:
    cloud = points_of(DATASETS.create("blobs").load(), 1000)
    title = as_own_points(Choice("blobs"), cloud, 80 * "x").settings["title"]
    assert (len(title), title[-8:]) == (60, ", edited")
