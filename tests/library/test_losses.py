"""Losses: the true gradient with its 1/B, by hand; finite for confident wrong answers; shapes that do not fit."""

import numpy as np
import pytest

from beras import (
    CategoricalCrossEntropy,
    CategoricalCrossentropy,
    Dense,
    HalfSquaredError,
    MeanSquaredError,
    Softmax,
    Tensor,
)
from beras.gradcheck import assert_gradients

LOSSES = [MeanSquaredError(), HalfSquaredError(), CategoricalCrossEntropy()]


def test_both_spellings_are_one_class():
    assert CategoricalCrossentropy is CategoricalCrossEntropy


def test_mean_squared_error_by_hand():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    value = MeanSquaredError()(t, [[0, 2], [3, 2]])
    assert value.shape == ()
    assert value == 1.25
    value.backward()
    np.testing.assert_allclose(t.grad, [[0.5, 0], [0, 1]])


def test_half_squared_error_by_hand():
    t = Tensor([[1.0, 2.0], [3.0, 4.0]])
    value = HalfSquaredError()(t, [[0, 2], [3, 2]])
    assert value.shape == ()
    assert value == 1.25  # (1/2 + 4/2) / 2
    value.backward()
    np.testing.assert_array_equal(t.grad, [[0.5, 0], [0, 1]])


def test_half_squared_error_of_one_sample_is_the_sum_over_the_outputs():
    t = Tensor([[0.5, 0.25, 1.0]])
    value = HalfSquaredError()(t, [[0, 0, 0]])
    assert value == 0.5 * (0.25 + 0.0625 + 1)
    value.backward()
    np.testing.assert_array_equal(t.grad, t.numpy())


def test_half_squared_error_is_the_mean_squared_error_by_half_the_outputs(rng):
    p, y = rng.uniform(0, 1, (7, 3)), rng.uniform(0, 1, (7, 3))
    half, mean = Tensor(p), Tensor(p)
    HalfSquaredError()(half, y).backward()
    (MeanSquaredError()(mean, y) * 1.5).backward()
    np.testing.assert_allclose(half.grad, mean.grad, rtol=1e-12)


def test_half_squared_error_counts_every_axis_but_the_last_as_samples(rng):
    p, y = rng.uniform(0, 1, (2, 7, 3)), rng.uniform(0, 1, (2, 7, 3))
    loss = HalfSquaredError()
    np.testing.assert_allclose(loss(p, y), loss(p.reshape(14, 3), y.reshape(14, 3)), rtol=1e-12)
    assert HalfSquaredError()(2.0, 0.0) == 2


def test_cross_entropy_by_hand():
    t = Tensor([[0.5, 0.5], [0.25, 0.75]])
    value = CategoricalCrossEntropy()(t, [[1, 0], [0, 1]])
    assert value == pytest.approx(-(np.log(0.5) + np.log(0.75)) / 2)
    value.backward()
    np.testing.assert_allclose(t.grad, [[-1, 0], [0, -1 / 1.5]], rtol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch", [1, 7])
def test_gradient_of_a_batch_is_the_mean_of_the_samples(loss, batch, rng):
    p = rng.uniform(0.1, 0.9, (batch, 3))
    y = np.eye(3)[rng.integers(3, size=batch)]
    whole = Tensor(p)
    loss(whole, y).backward()
    for i in range(batch):
        single = Tensor(p[i : i + 1])
        loss(single, y[i : i + 1]).backward()
        np.testing.assert_allclose(whole.grad[i], single.grad[0] / batch)


@pytest.mark.parametrize("loss", LOSSES)
def test_input_gradients_are_the_gradient_and_zeros(loss, rng):
    p, y = rng.uniform(0.1, 0.9, (7, 3)), np.eye(3)[rng.integers(3, size=7)]
    loss(p, y)
    into_pred, into_true = loss.get_input_gradients()
    assert into_pred.shape == (7, 3)
    np.testing.assert_array_equal(into_true, np.zeros((7, 3)))


def test_cross_entropy_gradient_formula(rng):
    p, y = rng.uniform(0.1, 0.9, (7, 3)), np.eye(3)[rng.integers(3, size=7)]
    loss = CategoricalCrossEntropy()
    loss(p, y)
    np.testing.assert_allclose(loss.get_input_gradients()[0], -(y / p) / 7)


def test_upstream_scales_the_gradient(rng):
    t = Tensor(rng.uniform(0.1, 0.9, (7, 3)))
    y = np.eye(3)[rng.integers(3, size=7)]
    (MeanSquaredError()(t, y) * 3).backward()
    np.testing.assert_allclose(t.grad, 3 * 2 * (t.numpy() - y) / 21)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_and_cross_entropy_stay_finite_for_confident_wrong_answers(dtype):
    logits = Tensor(np.array([[1000.0, -1000.0], [0.0, 200.0]], dtype))
    value = CategoricalCrossEntropy()(Softmax()(logits), [[0, 1], [0, 1]])
    value.backward()
    assert np.isfinite(value)
    assert np.isfinite(logits.grad).all()
    assert value == pytest.approx(-np.log(1e-12) / 2, rel=1e-5)


def test_right_answers_cost_nothing():
    value = CategoricalCrossEntropy()([[1.0, 0.0]], [[1, 0]])
    assert value == pytest.approx(0, abs=1e-6)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_whole_network_has_the_true_gradient(loss, batch, rng):
    layer, softmax = Dense(4, 3, rng=rng), Softmax()
    x, y = Tensor(rng.normal(size=(batch, 4))), np.eye(3)[rng.integers(3, size=batch)]
    assert_gradients(lambda: loss(softmax(layer(x)), y), [x, *layer.weights])


@pytest.mark.parametrize("loss", LOSSES)
def test_shapes_must_be_the_same(loss):
    with pytest.raises(ValueError, match=r"needs predictions and true values of the same shape.*\(7, 3\).*\(7,\)"):
        loss(np.ones((7, 3)), np.ones(7))


@pytest.mark.parametrize("loss", LOSSES)
def test_an_empty_batch_is_refused(loss):
    with pytest.raises(ValueError, match=r"needs at least one sample. Received shape: \(0, 3\)"):
        loss(np.ones((0, 3)), np.ones((0, 3)))


def test_targets_need_no_gradient_and_may_be_a_recorded_tensor():
    t, y = Tensor([[1.0, 2.0]]), Tensor([[0.0, 0.0]])
    MeanSquaredError()(t, y).backward()
    np.testing.assert_array_equal(y.grad, [[0, 0]])


@pytest.mark.parametrize("epsilon", [0, -1, 0.2, float("nan")])
def test_epsilon_out_of_range_is_refused(epsilon):
    with pytest.raises(ValueError, match=r"epsilon must be a finite number, above 0 and at most 0.1"):
        CategoricalCrossEntropy(epsilon)
