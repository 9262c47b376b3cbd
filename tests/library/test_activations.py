"""Activations by hand: values, derivatives, kinks, and what keeps them finite."""

import numpy as np
import pytest

from beras import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh, Tensor
from beras.registry import SettingError


def gradient_of(activation, values, upstream=None):
    t = Tensor(np.array(values, float))
    activation(t).backward(upstream)
    return t.grad


def test_leaky_relu_by_hand():
    activation = LeakyReLU(0.1)
    np.testing.assert_allclose(activation([[-2.0, 0.0, 3.0]]), [[-0.2, 0, 3]])
    np.testing.assert_allclose(gradient_of(activation, [[-2, 0, 3]]), [[0.1, 0, 1]])


def test_leaky_relu_default_slope():
    assert LeakyReLU().alpha == 0.3


def test_leaky_relu_with_slope_zero_is_relu(rng):
    x = rng.normal(size=(7, 3))
    np.testing.assert_array_equal(LeakyReLU(0)(x), ReLU()(x))


def test_leaky_relu_with_a_slope_above_one(rng):
    np.testing.assert_allclose(LeakyReLU(2)([-1.0, 1.0]), [-2, 1])


def test_relu_by_hand():
    np.testing.assert_array_equal(ReLU()([[-2.0, 0.0, 3.0]]), [[0, 0, 3]])
    np.testing.assert_array_equal(gradient_of(ReLU(), [[-2, 0, 3]]), [[0, 0, 1]])


def test_sigmoid_by_hand():
    np.testing.assert_allclose(Sigmoid()([0.0, np.log(3)]), [0.5, 0.75], rtol=1e-6)
    np.testing.assert_allclose(gradient_of(Sigmoid(), [0, np.log(3)]), [0.25, 0.1875])


@pytest.mark.parametrize("activation", [Sigmoid(), Tanh(), Softmax(), ReLU(), LeakyReLU()])
def test_far_out_everything_is_finite(activation):
    t = Tensor([[-1000.0, 0.0, 1000.0], [1e30, -1e30, 0.0]])
    y = activation(t)
    y.backward()
    assert np.isfinite(y).all()
    assert np.isfinite(t.grad).all()


def test_sigmoid_far_out_is_zero_and_one():
    np.testing.assert_array_equal(Sigmoid()([-1000.0, 1000.0]), [0, 1])


def test_tanh_by_hand():
    np.testing.assert_allclose(Tanh()([0.0, 0.5]), [0, np.tanh(0.5)], rtol=1e-6)
    np.testing.assert_allclose(gradient_of(Tanh(), [0, 0.5]), [1, 1 - np.tanh(0.5) ** 2])


def test_softmax_by_hand():
    np.testing.assert_allclose(Softmax()([[0.0, np.log(3)]]), [[0.25, 0.75]], rtol=1e-6)
    np.testing.assert_allclose(gradient_of(Softmax(), [[0, np.log(3)]], [[1, 0]]), [[0.1875, -0.1875]])


def test_softmax_rows_add_up_to_one(rng):
    y = Softmax()(rng.normal(0, 50, (7, 10)))
    np.testing.assert_allclose(y.sum(axis=1), 1)
    assert np.all(y >= 0)


def test_softmax_does_not_change_when_a_constant_is_added(rng):
    x = rng.normal(size=(7, 4))
    np.testing.assert_allclose(Softmax()(x + 100), Softmax()(x), rtol=1e-6)


def test_softmax_of_a_single_row():
    np.testing.assert_allclose(Softmax()([0.0, 0.0]), [0.5, 0.5])


def test_softmax_local_gradient_is_one_matrix_per_sample(rng):
    softmax = Softmax()
    y = softmax(rng.normal(size=(7, 3))).numpy()
    (local,) = softmax.get_input_gradients()
    assert local.shape == (7, 3, 3)
    np.testing.assert_allclose(local[4], np.diag(y[4]) - np.outer(y[4], y[4]), atol=1e-12)


@pytest.mark.parametrize("shape", [(), (3,), (1, 3), (7, 2, 3), (2, 2, 2, 3)])
@pytest.mark.parametrize("activation", [LeakyReLU(), ReLU(), Sigmoid(), Tanh()])
def test_any_number_of_dimensions(activation, shape, rng):
    x = rng.normal(size=shape)
    assert activation(x).shape == shape
    assert gradient_of(activation, x).shape == shape


@pytest.mark.parametrize("shape", [(3,), (1, 3), (7, 2, 3)])
def test_softmax_works_over_the_last_axis(shape, rng):
    x = rng.normal(size=shape)
    np.testing.assert_allclose(Softmax()(x).sum(axis=-1), np.ones(shape[:-1]))
    assert gradient_of(Softmax(), x).shape == shape


@pytest.mark.parametrize("alpha", [-0.1, 11, float("nan")])
def test_slope_out_of_range_is_refused(alpha):
    with pytest.raises(SettingError, match="alpha must be a finite number, at least 0 and at most 10"):
        LeakyReLU(alpha)
