"""Accuracy: the share of rows whose largest entries are in the same place."""

import numpy as np
import pytest

from beras import CategoricalAccuracy, GradientTape, Tensor


def test_accuracy_by_hand():
    probs = [[0.7, 0.2, 0.1], [0.1, 0.2, 0.7], [0.3, 0.4, 0.3], [0.1, 0.8, 0.1]]
    labels = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert CategoricalAccuracy()(probs, labels) == 0.5
    assert CategoricalAccuracy().forward(np.array(probs), np.array(labels)) == 0.5


@pytest.mark.parametrize("batch", [1, 7])
def test_of_itself_it_is_one(batch, rng):
    probs = rng.random((batch, 4))
    result = CategoricalAccuracy()(probs, probs)
    assert result == 1
    assert type(result) is float


def test_recorded_tensors_are_accepted_inside_a_tape():
    with GradientTape():
        assert CategoricalAccuracy()(Tensor([[1.0, 2.0]]) * 2, [[0, 1]]) == 1


def test_shapes_must_be_the_same():
    with pytest.raises(ValueError, match=r"two arrays of the same shape .* Received: \(2, 3\) and \(2,\)"):
        CategoricalAccuracy()(np.ones((2, 3)), np.ones(2))


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match=r"at least one row. Received: \(0, 3\)"):
        CategoricalAccuracy()(np.ones((0, 3)), np.ones((0, 3)))
