"""The synthetic digits: the same bytes for the same arguments, balanced, placed and inked as MNIST's are."""

import hashlib

import numpy as np
import pytest

from beras.datasets.pen_digits import PenDigits, Skeleton, centre, fit, pen_digits
from beras.datasets.pen_strokes import STYLES, WOBBLE
from beras.datasets.source import LoadingCancelled
from beras.registry import DATASETS, SettingError


def digest(images, labels):
    return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def digits():
    return pen_digits(7000, 0)


def test_bytes_never_change(digits):
    assert digest(*digits).startswith("044a0a1f632b6682")


@pytest.mark.parametrize(
    ("n", "seed", "untidy", "expected"),
    [
        (300, 1, 1, "3c9196ebc4249efb"),
        (300, 2, 0.6, "561e8c3e0f458301"),
        (300, 3, 1.4, "f271c886cbf13303"),
        (7, 0, 1, "528a087e34af95ba"),
        (1, 5, 1, "9bdef7aeb1d7e91a"),
    ],
)
def test_bytes_never_change_for_other_arguments(n, seed, untidy, expected):
    assert digest(*pen_digits(n, seed, untidy)).startswith(expected)


def test_shapes_types_and_balance(digits):
    images, labels = digits
    assert images.shape == (7000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, 700))
    assert 0.05 < np.mean(labels[1:] == labels[:-1]) < 0.15


def test_no_digit_asked_for_gives_none():
    images, labels = pen_digits(0)
    assert images.shape == (0, 28, 28)
    assert labels.shape == (0,)


def test_every_digit_has_ink_and_blank_paper(digits):
    ink = (digits[0] > 127).mean(axis=(1, 2))
    assert ink.min() > 0.01
    assert ink.max() < 0.45
    assert digits[0].max() == 255


def curves_of_random_points(n):
    rng = np.random.default_rng(0)
    points = np.cumsum(rng.normal(0, 0.1, (n, 40, 2)), axis=1)
    return points, np.linalg.norm(np.gradient(points, axis=1), axis=2), rng.uniform(0.75, 2.5, (n, 1, 1))


def test_curves_fill_the_box_with_the_pen():
    points, length, radius = curves_of_random_points(200)
    curve, _ = fit(points, length, radius)
    low, high = curve.min(axis=1), curve.max(axis=1)
    np.testing.assert_allclose((high - low).max(axis=1) + 2 * radius[:, 0, 0], 20)
    np.testing.assert_allclose((low + high) / 2, 10)


def test_lengths_are_scaled_with_the_curve():
    points, length, radius = curves_of_random_points(5)
    curve, scaled = fit(points, length, radius)
    np.testing.assert_allclose(scaled, np.linalg.norm(np.gradient(curve, axis=1), axis=2))


def centres_of_mass(images):
    """The centre of mass of each image in pixel indices: rows (n, 2) of (x, y)."""
    weight, index = images.astype(np.float64), np.arange(images.shape[1])
    total = weight.sum(axis=(1, 2))
    return np.stack([weight.sum(axis=1) @ index, weight.sum(axis=2) @ index], axis=1) / total[:, None]


def test_ink_is_centred_to_half_a_pixel_unless_the_box_is_at_the_edge(digits):
    images, _ = digits
    off = np.abs(centres_of_mass(images) - 14).max(axis=1) > 0.5 + 1e-9
    at_edge = np.max([images[:, side].any(axis=1) | images[:, :, side].any(axis=1) for side in (0, -1)], axis=0)
    assert np.all(at_edge[off])
    assert off.mean() < 0.002


def test_ink_is_centred_on_average(digits):
    np.testing.assert_allclose(centres_of_mass(digits[0]).mean(axis=0), 14, atol=0.02)


def test_centre_moves_one_dot_to_the_middle():
    box = np.zeros((2, 20, 20), np.uint8)
    box[0, 8, 13] = 255
    box[1, 8, 12], box[1, 8, 13] = 200, 100
    images = centre(box)
    assert images[0, 14, 14] == 255
    np.testing.assert_array_equal(np.argwhere(images[1]), [[14, 14], [14, 15]])
    np.testing.assert_array_equal(images.sum(axis=(1, 2)), [255, 300])


def test_centre_never_pushes_ink_off_the_image():
    box = np.zeros((1, 20, 20), np.uint8)
    box[0, 0] = 255
    box[0, 19, 0] = 9
    assert centre(box).sum() == box.sum(dtype=int)


def test_longer_side_of_the_ink_is_twenty_pixels(digits):
    ink = digits[0] > 0
    longer = np.maximum(*(length_of_ink(ink.any(axis=axis)) for axis in (1, 2)))
    np.testing.assert_array_equal(longer, 20)


def length_of_ink(line):
    return 28 - line.argmax(axis=1) - line[:, ::-1].argmax(axis=1)


def test_untidier_writing_spreads_more():
    neat, _ = pen_digits(500, 0, 0.0)
    untidy, _ = pen_digits(500, 0, 2.0)
    assert neat.astype(float).std(axis=0).mean() < untidy.astype(float).std(axis=0).mean()


def test_parse_reads_points_corners_and_strokes():
    skeleton = Skeleton.parse("30,22 50,0! / 50,-8")
    np.testing.assert_array_equal(skeleton.points, [[0.3, 0.22], [0.5, 0.0], [0.5, -0.08]])
    np.testing.assert_array_equal(skeleton.smooth, [True, False, True])
    np.testing.assert_array_equal(skeleton.stroke, [0, 0, 1])


def test_every_digit_has_styles_that_can_be_drawn():
    assert set(STYLES) == set(range(10))
    assert set(WOBBLE) <= set(STYLES)
    for styles in STYLES.values():
        for often, strokes in styles:
            assert often > 0
            assert np.bincount(Skeleton.parse(strokes).stroke).min() >= 2


def test_source_loads_both_parts():
    source = DATASETS.create("pen_digits", {"train_size": 100, "validation_size": 20, "seed": 4})
    dataset = source.load()
    assert (source.input_shape, source.task, source.available()) == ((28, 28), "classification", True)
    assert dataset.train_inputs.shape == (100, 784)
    assert dataset.train_inputs.dtype == np.float32
    assert dataset.train_inputs.min() == 0
    assert dataset.train_inputs.max() == 1
    assert dataset.train_targets.dtype == np.int64
    assert dataset.class_names == source.class_names == tuple("0123456789")
    assert dataset.image_shape == (28, 28)
    for targets, each in ((dataset.train_targets, 10), (dataset.validation_targets, 2)):
        np.testing.assert_array_equal(np.bincount(targets), np.full(10, each))


def test_training_part_is_the_plain_series_whatever_the_validation_size():
    images, labels = pen_digits(50, 9)
    dataset = PenDigits(50, 10, seed=9).load()
    np.testing.assert_array_equal(np.round(dataset.train_inputs * 255), images.reshape(50, 784))
    np.testing.assert_array_equal(dataset.train_targets, labels)
    np.testing.assert_array_equal(dataset.train_inputs, PenDigits(50, 300, seed=9).load().train_inputs)


def test_validation_digits_are_new_ones():
    dataset = PenDigits(200, 200).load()
    training = {image.tobytes() for image in dataset.train_inputs}
    assert not any(image.tobytes() in training for image in dataset.validation_inputs)


@pytest.mark.parametrize("setting", [{"train_size": 9}, {"validation_size": 10_001}, {"untidiness": 2.1}, {"seed": -1}])
def test_a_setting_out_of_range_is_refused(setting):
    with pytest.raises(SettingError, match=f"{next(iter(setting))} must be .*Received"):
        PenDigits(**setting)


def test_writing_can_be_cancelled_after_a_few_hundred_digits():
    answers = iter([False, True])
    with pytest.raises(LoadingCancelled):
        PenDigits(2000, 10).load(cancelled=lambda: next(answers))
