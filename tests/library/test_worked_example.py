"""The published 2-2-2 example of back-propagation (Mazur, 2015), met to nine digits by training itself."""

import numpy as np
import pytest

from beras import BasicOptimizer, Dense, HalfSquaredError, Sequential, Sigmoid, in_float64
from beras.datasets import WorkedExample
from beras.registry import DATASETS
from beras.trace import trace

RATE = 0.5
W1, B1 = [[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35]
W2, B2 = [[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60]
NEW_W1 = [[0.149780716, 0.24975114], [0.19956143, 0.29950229]]
NEW_W2 = [[0.35891648, 0.51130127], [0.408666186, 0.561370121]]
ERROR_BEFORE, ERROR_AFTER = 0.298371109, 0.291027774


def example(train_bias):
    """The network of the example, ready to be trained."""
    model = in_float64(
        Sequential(Dense(2, 2, train_bias=train_bias), Sigmoid(), Dense(2, 2, train_bias=train_bias), Sigmoid())
    )
    for weight, values in zip(model.weights, (W1, B1, W2, B2), strict=True):
        weight.assign(values)
    model.compile(BasicOptimizer(RATE), HalfSquaredError())
    return model


def by_hand(steps, train_bias):
    """The same in plain NumPy, formula by formula: the weights after so many steps, and the error they make."""

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward():
        h = sigmoid(x @ w1 + b1)
        return h, sigmoid(h @ w2 + b2)

    x, y = np.array([0.05, 0.10]), np.array([0.01, 0.99])
    w1, b1, w2, b2 = (np.array(values) for values in (W1, B1, W2, B2))
    for _ in range(steps):
        h, o = forward()
        delta_o = (o - y) * o * (1 - o)
        delta_h = (w2 @ delta_o) * h * (1 - h)
        w2 = w2 - RATE * np.outer(h, delta_o)
        w1 = w1 - RATE * np.outer(x, delta_h)
        if train_bias:
            b2, b1 = b2 - RATE * delta_o, b1 - RATE * delta_h
    return [w1, b1, w2, b2], 0.5 * np.sum((y - forward()[1]) ** 2)


@pytest.fixture
def data():
    return DATASETS.create("worked_example").load()


def error_of(model, data):
    return model.evaluate(data.train_inputs, data.train_targets, 1)[0]["loss"]


def fit(model, data, steps=1):
    model.fit(data.train_inputs, data.train_targets, steps, 1, verbose=0)


def test_the_data_are_the_one_sample_exactly(data):
    assert data.train_inputs.tolist() == [[0.05, 0.10]]
    assert data.train_targets.tolist() == [[0.01, 0.99]]
    assert (data.validation_inputs.shape, data.validation_targets.shape) == ((0, 2), (0, 2))
    assert {array.dtype for array in (data.train_inputs, data.train_targets)} == {np.dtype("float64")}
    assert (data.input_size, data.output_size, data.task, data.class_names) == (2, 2, "regression", ())


def test_what_is_known_before_loading_is_what_is_loaded(data):
    source = WorkedExample()
    assert (source.input_shape, source.output_size, source.train_samples) == ((2,), 2, 1)
    assert not source.has_validation
    assert (source.title, source.class_names, source.task) == (data.title, data.class_names, data.task)
    assert DATASETS.spec("worked_example").settings == ()


def test_the_error_before_training(data):
    assert error_of(example(True), data) == pytest.approx(ERROR_BEFORE, abs=5e-10)


def test_one_step_gives_the_published_weights(data):
    model = example(train_bias=False)
    fit(model, data)
    w1, b1, w2, b2 = model.weights
    np.testing.assert_allclose(w1, NEW_W1, rtol=0, atol=5e-9)
    np.testing.assert_allclose(w2, NEW_W2, rtol=0, atol=5e-9)
    assert float(w1[0, 0]) == pytest.approx(0.149780716, abs=5e-10)
    assert float(w2[1, 0]) == pytest.approx(0.408666186, abs=5e-10)
    assert float(w2[1, 1]) == pytest.approx(0.561370121, abs=5e-10)
    assert (b1.tolist(), b2.tolist()) == (B1, B2)
    assert error_of(model, data) == pytest.approx(ERROR_AFTER, abs=5e-10)


def test_with_biases_that_learn_the_same_step_changes_the_same_weights(data):
    """Every gradient is taken at the old weights, so W gets the same step; only the biases and the error differ."""
    held, learning = example(False), example(True)
    fit(held, data)
    fit(learning, data)
    for i in (0, 2):
        np.testing.assert_array_equal(held.weights[i], learning.weights[i])
    assert (learning.weights[1].numpy() < B1).all()
    assert error_of(learning, data) == pytest.approx(by_hand(1, True)[1], rel=1e-12)
    assert error_of(learning, data) < error_of(held, data) - 0.001


@pytest.mark.parametrize("train_bias", [True, False])
@pytest.mark.parametrize("steps", [1, 50])
def test_training_is_the_sum_by_hand(data, steps, train_bias):
    model = example(train_bias)
    fit(model, data, steps)
    weights, error = by_hand(steps, train_bias)
    for mine, theirs in zip(model.weights, weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=0)
    assert error_of(model, data) == pytest.approx(error, rel=1e-12)


def test_a_held_bias_is_recorded_without_a_gradient(data):
    record = trace(example(False), data.train_inputs, data.train_targets)
    weight, bias = record.nodes[0].parameters
    assert weight.gradient is not None
    assert (bias.name, bias.gradient, bias.gradient_norm) == ("b", None, None)
    assert [total.name for total in record.gradients] == ["Dense 1 W", "Dense 2 W"]
    assert record.loss == pytest.approx(ERROR_BEFORE, abs=5e-10)
