"""Points set by hand: the same bytes after JSON, empty parts, and a sentence for every hostile value."""

import json

import numpy as np
import pytest

from beras.datasets.own_points import LARGEST, MOST_POINTS, OwnPoints, PointRows
from beras.registry import DATASETS, SettingError

SPEC = DATASETS.spec("own_points")
CLASSES = [[0.5, -0.25, 0, 0], [1, 0.125, 1, 1], [-1, 0.5, 1, 0]]


def own(**settings):
    return SPEC.create(settings)


def arrays(dataset):
    return dataset.train_inputs, dataset.train_targets, dataset.validation_inputs, dataset.validation_targets


def test_classes_in_the_plane_in_the_order_of_the_rows():
    data = own(points=CLASSES, names=["red", "green"], title="Mine").load()
    assert (data.title, data.class_names, data.task) == ("Mine", ("red", "green"), "classification")
    np.testing.assert_array_equal(data.train_inputs, np.array([[0.5, -0.25], [-1, 0.5]], np.float32))
    np.testing.assert_array_equal(data.train_targets, [0, 1])
    assert (data.train_inputs.dtype, data.train_targets.dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(data.validation_inputs, np.array([[1, 0.125]], np.float32))
    np.testing.assert_array_equal(data.validation_targets, [1])


@pytest.mark.parametrize(
    ("kind", "rows", "inputs", "targets"),
    [
        ("curve", [[0.5, -1.5, 0], [0.25, 1, 0]], [[0.5], [0.25]], [[-1.5], [1]]),
        ("surface", [[0.5, 1, -2, 0]], [[0.5, 1]], [[-2]]),
    ],
)
def test_regressions(kind, rows, inputs, targets):
    source = own(kind=kind, points=rows)
    data = source.load()
    assert (data.task, data.class_names, data.output_size) == ("regression", (), 1)
    assert source.input_shape == (data.input_size,) == (len(inputs[0]),)
    np.testing.assert_array_equal(data.train_inputs, np.array(inputs, np.float32))
    np.testing.assert_array_equal(data.train_targets, np.array(targets, np.float32))
    assert data.train_targets.dtype == np.float32


@pytest.mark.parametrize("kind", ["classes", "curve", "surface"])
def test_no_points_are_a_set_with_two_empty_parts(kind):
    source = own(kind=kind)
    data = source.load()
    assert source.train_samples == 0
    assert data.train_inputs.shape == data.validation_inputs.shape == (0, source.input_shape[0])
    assert len(data.train_targets) == len(data.validation_targets) == 0
    assert data.output_size == (2 if kind == "classes" else 1)


def test_the_same_settings_give_the_same_bytes_also_after_json():
    settings = SPEC.check({"points": CLASSES})
    again = SPEC.check(json.loads(json.dumps(settings)))
    assert again == settings
    assert json.dumps(again) == json.dumps(settings)
    for one, other in zip(arrays(SPEC.create(settings).load()), arrays(SPEC.create(again).load()), strict=True):
        assert one.tobytes() == other.tobytes()
        assert one.dtype == other.dtype


def test_checked_points_are_not_looked_at_again():
    checked = SPEC.check({"points": CLASSES})["points"]
    assert type(checked) is PointRows
    assert SPEC.check({"points": checked})["points"] is checked
    assert type(SPEC.check({"points": tuple(checked)})["points"]) is PointRows


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"points": "0 0 1 0"}, "must be a list of rows"),
        ({"points": None}, "must be a list of rows"),
        ({"points": {"0": [0, 0, 0, 0]}}, "must be a list of rows"),
        ({"points": [[0, 0]]}, "row 1, must be 3 or 4 numbers"),
        ({"points": ["abcd"]}, "row 1, must be 3 or 4 numbers"),
        ({"points": [[0, 0, 0, 0], [0, "1", 0, 0]]}, "row 2, must hold finite numbers"),
        ({"points": [[0, True, 0, 0]]}, "must hold finite numbers"),
        ({"points": [[0, float("nan"), 0, 0]]}, "must hold finite numbers"),
        ({"points": [[float("inf"), 0, 0, 0]]}, "must hold finite numbers"),
        ({"points": [[10**400, 0, 0, 0]]}, "must hold finite numbers"),
        ({"points": [[2 * LARGEST, 0, 0, 0]]}, "from -10 to 10"),
        ({"points": [[[0], 0, 0, 0]]}, "must hold finite numbers"),
        ({"points": [[0, 0, 0, 0.5]]}, "must end with 0 .training. or 1"),
        ({"points": [[0, 0, 2, 0]]}, "must name a class from 0 to 1. Received: 2"),
        ({"points": [[0, 0, 0.5, 0]]}, "must name a class"),
        ({"points": [[0, 0, -1, 0]]}, "must name a class"),
        ({"points": [[0, 0, 0]]}, r"must be 4 numbers \(x1, x2, class, validation\). Received: 3"),
        ({"points": [[0, 0, 0, 0]], "kind": "curve"}, "must be 3 numbers"),
        ({"points": [[0, 0, 0]] * (MOST_POINTS + 1)}, "may be at most 3,000. Received: 3,001 rows"),
        ({"kind": "images"}, "must be one of classes, curve, surface"),
        ({"kind": ["classes"]}, "must be one of"),
        ({"names": ["one"]}, "must be a list of 2 to 5 names"),
        ({"names": ["a", "b", "c", "d", "e", "f"]}, "must be a list of 2 to 5 names"),
        ({"names": ["a", "a"]}, "must all be different"),
        ({"names": "ab"}, "must be a list"),
        ({"names": ["a", "b\n"]}, "letters that can be shown"),
        ({"names": ["a", 3]}, "letters that can be shown"),
        ({"title": ""}, "1 to 60 letters"),
        ({"title": 61 * "x"}, "1 to 60 letters"),
        ({"title": 7}, "1 to 60 letters"),
    ],
)
def test_hostile_settings_are_refused_with_a_sentence(settings, message):
    with pytest.raises(SettingError, match=message) as caught:
        own(**settings)
    assert "Received: " in str(caught.value)
    assert len(str(caught.value)) < 200


def test_the_constructor_checks_as_the_registry_does():
    with pytest.raises(SettingError, match="must name a class"):
        OwnPoints(points=((0.0, 0.0, 4.0, 0.0),))
    assert OwnPoints(names=("a", "b", "c", "d", "e"), points=((0.0, 0.0, 4.0, 0.0),)).train_samples == 1
