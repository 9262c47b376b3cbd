"""One-hot rows and back: only the labels present, sorted; exact; an unseen label is named."""

import numpy as np
import pytest

from beras import OneHotEncoder, Tensor


def test_encodes_by_hand():
    encoder = OneHotEncoder().fit([5, 2, 9])
    np.testing.assert_array_equal(encoder.labels, [2, 5, 9])
    np.testing.assert_array_equal(encoder([9, 2, 2]), [[0, 0, 1], [1, 0, 0], [1, 0, 0]])


def test_fits_on_first_use_and_keeps_to_it():
    encoder = OneHotEncoder()
    encoder([3, 1])
    np.testing.assert_array_equal(encoder([1]), [[1, 0]])


@pytest.mark.parametrize("labels", [[3, 1, 3], ["cat", "ant", "cat"], [0.5, -1.5, 0.5], [True, False, True]])
def test_inverse_is_exact(labels):
    encoder = OneHotEncoder()
    rows = encoder(labels)
    np.testing.assert_array_equal(encoder.inverse(rows), labels)
    np.testing.assert_array_equal(encoder.inverse(rows * 0.6 + 0.1), labels)


def test_result_is_data_in_the_default_dtype():
    rows = OneHotEncoder()([1, 2])
    assert isinstance(rows, Tensor)
    assert not rows.requires_grad
    assert rows.dtype == np.float32


def test_tensors_and_columns_of_labels_are_accepted():
    assert OneHotEncoder()(Tensor(np.array([[1], [2]]))).shape == (2, 2)


@pytest.mark.parametrize(("fitted", "label"), [([0, 1], 7), ([0, 1], -1), (["a", "b"], "c"), ([1, 3], 2)])
def test_unseen_label_is_named(fitted, label):
    with pytest.raises(ValueError, match=f"The label {label!r} was not among those the encoder was fitted to"):
        OneHotEncoder().fit(fitted)([label])


def test_nothing_to_fit_is_refused():
    with pytest.raises(ValueError, match="at least one label to fit"):
        OneHotEncoder().fit([])


def test_inverse_before_fit_is_refused():
    with pytest.raises(RuntimeError, match=r"Call fit\(labels\) first"):
        OneHotEncoder().inverse([[1, 0]])


@pytest.mark.parametrize("rows", [[[1, 0, 0]], [1, 0], []])
def test_inverse_needs_rows_of_its_width(rows):
    with pytest.raises(ValueError, match=r"needs rows of shape \(N, 2\)"):
        OneHotEncoder().fit([0, 1]).inverse(rows)
