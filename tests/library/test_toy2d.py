"""The generated sets of points: balance, split, noise, shape, and the same bytes for the same seed."""

import hashlib

import numpy as np
import pytest

import beras.datasets  # noqa: F401, it registers the data sets
from beras.datasets.toy2d import RING_RADII, Blobs, Checker, Circles, Sine, ToyClasses, ToyRegression, ToySet, wave
from beras.registry import DATASETS, SettingError

TOYS = [spec for spec in DATASETS if issubclass(spec.cls, ToySet)]
CLASSES = [spec for spec in TOYS if issubclass(spec.cls, ToyClasses)]
REGRESSIONS = [spec for spec in TOYS if issubclass(spec.cls, ToyRegression)]
ALL_NAMES = {
    *("blobs", "xor", "circles", "moons", "spiral", "spiral3", "checker", "sine"),
    *("regression_sine", "regression_plane", "regression_bump"),
}

every_toy = pytest.mark.parametrize("spec", TOYS, ids=lambda spec: spec.name)
every_class_set = pytest.mark.parametrize("spec", CLASSES, ids=lambda spec: spec.name)
every_regression = pytest.mark.parametrize("spec", REGRESSIONS, ids=lambda spec: spec.name)


def digest(dataset):
    arrays = dataset.train_inputs, dataset.train_targets, dataset.validation_inputs, dataset.validation_targets
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


def whole(dataset):
    inputs = np.concatenate([dataset.train_inputs, dataset.validation_inputs])
    return inputs, np.concatenate([dataset.train_targets, dataset.validation_targets])


def test_all_sets_are_registered():
    assert {spec.name for spec in TOYS} == ALL_NAMES


@every_toy
def test_what_is_known_before_loading_is_what_is_loaded(spec):
    source = spec.create()
    dataset = source.load()
    assert dataset.train_inputs.shape[1:] == source.input_shape
    assert dataset.class_names == source.class_names
    assert dataset.task == source.task
    assert dataset.image_shape is None
    assert dataset.title == spec.label
    assert spec.cls.available()


@every_toy
def test_same_seed_same_bytes_and_another_seed_others(spec):
    assert digest(spec.create({"seed": 3}).load()) == digest(spec.create({"seed": 3}).load())
    assert digest(spec.create({"seed": 3}).load()) != digest(spec.create({"seed": 4}).load())


@every_toy
@pytest.mark.parametrize(("samples", "share", "kept"), [(1000, 0.3, 300), (21, 0.1, 2), (20, 0.5, 10)])
def test_sizes_and_split(spec, samples, share, kept):
    dataset = spec.create({"samples": samples, "validation_share": share}).load()
    assert len(dataset.validation_inputs) == len(dataset.validation_targets) == kept
    assert len(dataset.train_inputs) == len(dataset.train_targets) == samples - kept


@every_toy
def test_inputs_are_float32_within_the_plane(spec):
    inputs, _ = whole(spec.create({"samples": 5000}).load())
    assert inputs.dtype == np.float32
    assert np.mean(np.abs(inputs) <= 1.2) > 0.99
    assert np.abs(inputs).max() < 1.7


@every_class_set
def test_both_parts_are_balanced_and_shuffled(spec):
    dataset = spec.create({"samples": 997}).load()
    for targets in (dataset.train_targets, dataset.validation_targets):
        assert targets.dtype == np.int64
        counts = np.bincount(targets, minlength=len(dataset.class_names))
        assert counts.max() - counts.min() <= 1
        assert 0.2 < np.mean(targets[1:] == targets[:-1]) < 0.7


@every_class_set
def test_noise_moves_points_by_its_standard_deviation(spec):
    source = spec.create({"samples": 4000, "noise": 0.2})
    labels = np.arange(4000) % len(source.class_names)
    clean = source.place(labels, np.random.default_rng(0))
    noisy, _ = source.generate(np.random.default_rng(0))
    assert np.std(noisy - clean) == pytest.approx(0.2, rel=0.05)


@every_regression
def test_targets_are_the_function_plus_noise(spec):
    source = spec.create({"samples": 4000, "noise": 0.2})
    inputs, targets = whole(source.load())
    assert targets.shape == (4000, 1)
    assert targets.dtype == np.float32
    errors = targets[:, 0] - source.function(inputs.astype(np.float64))
    assert np.std(errors) == pytest.approx(0.2, rel=0.05)
    assert np.mean(errors) == pytest.approx(0, abs=0.02)


@every_regression
def test_without_noise_targets_are_the_function(spec):
    source = spec.create({"noise": 0})
    inputs, targets = whole(source.load())
    np.testing.assert_allclose(targets[:, 0], source.function(inputs.astype(np.float64)), atol=1e-6)


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_blobs_have_as_many_classes_as_asked(classes):
    dataset = Blobs(classes=classes, noise=0).load()
    assert dataset.output_size == classes
    assert len(np.unique(dataset.train_inputs, axis=0)) == classes


def nearest_neighbour_accuracy(dataset):
    distances = np.linalg.norm(dataset.validation_inputs[:, None] - dataset.train_inputs, axis=2)
    return np.mean(dataset.train_targets[distances.argmin(axis=1)] == dataset.validation_targets)


@every_class_set
def test_classes_can_be_told_apart(spec):
    assert nearest_neighbour_accuracy(spec.create({"samples": 3000, "noise": 0.01}).load()) > 0.93


@pytest.mark.parametrize("name", ["xor", "circles", "checker", "spiral"])
def test_no_straight_line_parts_the_classes(name):
    inputs, targets = whole(DATASETS.create(name, {"samples": 2000}).load())
    features = np.column_stack([inputs, np.ones(len(inputs))])
    line = np.linalg.lstsq(features, 2.0 * targets - 1, rcond=None)[0]
    assert np.mean((features @ line > 0) == targets) < 0.7


def test_circles_have_their_radii():
    inputs, targets = whole(Circles(noise=0).load())
    np.testing.assert_allclose(np.linalg.norm(inputs, axis=1), np.array(RING_RADII)[targets], atol=1e-6)


def test_sine_border_parts_below_from_above():
    inputs, targets = whole(Sine(noise=0).load())
    np.testing.assert_array_equal(inputs[:, 1] > wave(inputs[:, 0].astype(np.float64)), targets == 1)


def test_checker_fields_alternate():
    inputs, targets = whole(Checker(noise=0).load())
    np.testing.assert_array_equal(np.floor((inputs + 1) * 2).sum(axis=1) % 2, targets)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("samples", 19, "samples must be a whole number, at least 20 and at most 20000. Received: 19."),
        ("noise", -0.1, "noise must be a finite number, at least 0 and at most 0.5. Received: -0.1."),
        ("validation_share", 0.6, "validation_share must be a finite number, at least 0.1 and at most 0.5."),
        ("seed", -1, "seed must be a whole number, at least 0"),
        ("classes", 6, "classes must be a whole number, at least 2 and at most 5. Received: 6."),
    ],
)
def test_a_setting_out_of_range_is_refused(setting, value, message):
    with pytest.raises(SettingError, match=message):
        Blobs(**{setting: value})


@every_toy
def test_settings_have_words_for_people(spec):
    assert all(param.help and param.label and param.range for param in spec.settings if param.name != "data_dir")
