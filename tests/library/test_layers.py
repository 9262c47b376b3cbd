"""Dense, Dropout and Flatten: values and gradients by hand, initial weights, and messages that name both shapes."""

import copy

import numpy as np
import pytest

from beras import (
    Adam,
    BasicOptimizer,
    Dense,
    Dropout,
    Flatten,
    Linear,
    MeanSquaredError,
    ReLU,
    RMSProp,
    Sequential,
    Sigmoid,
    Tensor,
    Variable,
)
from beras.registry import SettingError


def hand_made():
    layer = Dense(2, 3, "zero")
    layer.w.assign([[1, 2, 3], [4, 5, 6]])
    layer.b.assign([10, 20, 30])
    return layer


# -- Dense ------------------------------------------------------------------------------------------------------------


def test_linear_is_dense():
    assert Linear is Dense


def test_dense_by_hand():
    np.testing.assert_array_equal(hand_made()([[1.0, -1.0], [2.0, 0.0]]), [[7, 17, 27], [12, 24, 36]])


def test_dense_gradients_by_hand():
    layer, x = hand_made(), Tensor([[1.0, -1.0], [2.0, 0.0]])
    layer(x).backward([[1, 0, 0], [0, 1, 1]])
    np.testing.assert_array_equal(layer.w.grad, [[1, 2, 2], [-1, 0, 0]])
    np.testing.assert_array_equal(layer.b.grad, [1, 1, 1])
    np.testing.assert_array_equal(x.grad, [[1, 4], [5, 11]])


def test_local_gradients_are_those_of_the_course(rng):
    layer, x = Dense(2, 3, rng=rng), rng.normal(size=(7, 2)).astype(np.float32)
    layer(x)
    (into_input,) = layer.get_input_gradients()
    into_w, into_b = layer.get_weight_gradients()
    np.testing.assert_array_equal(into_input, layer.w)
    assert into_w.shape == (7, 2, 3)
    np.testing.assert_array_equal(into_w[4], np.repeat(x[4][:, None], 3, axis=1))
    np.testing.assert_array_equal(into_b, np.ones(3))


def test_weight_gradients_are_summed_over_the_batch(rng):
    layer = Dense(2, 3, rng=rng)
    x, J = rng.normal(size=(7, 2)), rng.normal(size=(7, 3))
    layer(x)
    into_w, into_b = layer.compose_weight_gradients(J)
    np.testing.assert_allclose(into_w, sum(np.outer(x[i], J[i]) for i in range(7)))
    np.testing.assert_allclose(into_b, J.sum(axis=0))


def test_dense_on_one_row_and_on_three_dimensions(rng):
    layer = Dense(2, 3, rng=0)
    for shape in ((2,), (4, 7, 2)):
        x = Tensor(rng.normal(size=shape))
        y = layer(x)
        y.sum().backward()
        assert y.shape == (*shape[:-1], 3)
        assert x.grad.shape == shape
        assert layer.w.grad.shape == (2, 3)
        layer.w.grad = None


def test_weights_are_variables_that_know_their_names():
    layer = Dense(2, 3, rng=0)
    assert [(w.name, type(w), w.dtype) for w in layer.weights] == [
        ("W", Variable, np.dtype("float32")),
        ("b", Variable, np.dtype("float32")),
    ]
    assert layer.weights[0] is layer.w
    assert layer.weights[1] is layer.b


def test_a_held_bias_is_added_but_not_trained(rng):
    held, learning = Dense(2, 3, rng=0, train_bias=False), Dense(2, 3, rng=0)
    assert (held.train_bias, learning.train_bias) == (False, True)
    np.testing.assert_array_equal(held.w, learning.w)
    held.b.assign([1, 2, 3])
    np.testing.assert_allclose(held([[0.0, 0.0]]), [[1, 2, 3]])
    assert held.trainable_variables == [held.w]
    held([[1.0, 2.0]]).sum().backward()
    assert held.w.grad is not None
    assert held.b.grad is None


@pytest.mark.parametrize("optimizer", [BasicOptimizer(0.1), RMSProp(0.1), Adam(0.1)])
def test_no_optimiser_changes_a_held_bias(optimizer, rng):
    model = Sequential(Dense(2, 3, rng=0, train_bias=False), Sigmoid(), Dense(3, 1, rng=1))
    model.compile(optimizer, MeanSquaredError())
    before = [np.array(weight) for weight in model.weights]
    model.fit(rng.normal(size=(20, 2)), rng.normal(size=(20, 1)), 3, 4, verbose=0)
    changed = [not np.array_equal(was, now) for was, now in zip(before, model.weights, strict=True)]
    assert changed == [True, False, True, True]
    assert len(optimizer.parameters) == 3


def test_train_bias_is_whether_the_bias_requires_a_gradient():
    layer = Dense(2, 3, rng=0)
    layer.b.requires_grad = False
    assert not layer.train_bias
    layer.trainable = True
    assert layer.train_bias


def test_train_bias_is_true_or_false():
    with pytest.raises(TypeError, match=r"train_bias must be True or False. Received: 1"):
        Dense(2, 3, train_bias=1)


def test_initialize_weight_is_static_and_returns_both():
    w, b = Dense._initialize_weight("xavier", 4, 5)
    assert (w.shape, b.shape) == ((4, 5), (5,))
    assert w.any()
    assert not b.any()


@pytest.mark.parametrize("name", ["XAVIER", "Kaiming Uniform", "Zero"])
def test_initialiser_names_are_case_insensitive(name):
    assert Dense(2, 3, name).initializer == name.lower()


@pytest.mark.parametrize(
    "make", [lambda: Dense(2, 3, "glorot"), lambda: Dense._initialize_weight("glorot", 2, 3)], ids=["Dense", "static"]
)
def test_unknown_initialiser_lists_the_known(make):
    with pytest.raises(SettingError, match=r"Unknown initializer 'glorot'. Known: zero, normal, xavier"):
        make()


def test_initialiser_may_be_a_function():
    layer = Dense(2, 3, lambda shape, rng: np.full(shape, 0.5))
    np.testing.assert_array_equal(layer.w, np.full((2, 3), 0.5))
    assert (layer.w.dtype, layer.b.dtype) == (np.float64, np.float64)


def test_same_seed_same_weights():
    np.testing.assert_array_equal(Dense(2, 3, rng=4).w, Dense(2, 3, rng=np.random.default_rng(4)).w)
    assert not np.array_equal(Dense(2, 3, rng=4).w, Dense(2, 3, rng=5).w)


@pytest.mark.parametrize("size", [0, -1, 2.5, "3", True, None])
def test_input_size_is_a_whole_number(size):
    with pytest.raises((ValueError, TypeError), match=r"input_size must be a whole number, at least 1. Received"):
        Dense(size, 3)


@pytest.mark.parametrize("size", [0, -1, 65_537, 2.5, float("nan")])
def test_output_size_is_a_whole_number_in_range(size):
    with pytest.raises(SettingError, match="output_size must be a whole number, at least 1 and at most 65536"):
        Dense(3, size)


@pytest.mark.parametrize("shape", [(7, 4), (4,), (), (2, 3, 4), (7, 0)])
def test_wrong_input_size_names_the_layer_and_the_shape(shape):
    with pytest.raises(ValueError, match=r"Dense \(3 → 2\) needs inputs of shape \(batch, 3\)") as refused:
        Dense(3, 2)(np.zeros(shape))
    assert f"Received: {shape}" in str(refused.value)


def test_sizes_that_do_not_meet_name_both_layers():
    model = Sequential(Dense(2, 5, name="first", rng=0), ReLU(), Dense(4, 3, name="second", rng=0))
    with pytest.raises(ValueError, match=r"second \(4 → 3\) needs .* Received: \(7, 5\)\. It comes from ReLU, whose"):
        model(Tensor(np.zeros((7, 2))))


def test_dense_in_words():
    assert str(Dense(2, 3)) == "Dense(2 → 3, normal)"
    assert str(Dense(2, 3, lambda shape, rng: np.zeros(shape))).startswith("Dense(2 → 3, ")


def test_empty_batch_gives_empty_output():
    assert Dense(2, 3)(np.zeros((0, 2))).shape == (0, 3)


# -- Dropout ----------------------------------------------------------------------------------------------------------


def test_dropout_passes_everything_on_outside_training(rng):
    x = rng.normal(size=(7, 3))
    np.testing.assert_array_equal(Dropout(0.9)(x), x)


def test_dropout_drops_a_share_and_scales_the_rest():
    layer = Dropout(0.25, rng=0)
    layer.training = True
    y = layer(np.ones((100, 100)))
    assert set(np.unique(y)) == {0, 4 / 3}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.01)


def test_dropout_gradient_uses_the_recorded_mask():
    layer = Dropout(0.5, rng=0)
    layer.training = True
    x = Tensor(np.ones((7, 3)))
    first = layer(x)
    layer(x)
    first.sum().backward()
    np.testing.assert_array_equal(x.grad, first)


def test_dropout_is_seeded():
    masks = []
    for _ in range(2):
        layer = Dropout(0.5, rng=3)
        layer.training = True
        masks.append(layer(np.ones((4, 4))).numpy())
    np.testing.assert_array_equal(*masks)


def test_dropout_of_nothing_is_the_input():
    layer = Dropout(0, rng=0)
    layer.training = True
    np.testing.assert_array_equal(layer(np.ones((4, 4))), np.ones((4, 4)))


def test_dropout_after_forward_can_still_be_called():
    layer = Dropout(0.5, rng=0)
    layer.forward(np.ones((2, 2)))
    x = Tensor(np.ones((2, 2)))
    layer(x).sum().backward()
    np.testing.assert_array_equal(x.grad, np.ones((2, 2)))


@pytest.mark.parametrize("rate", [1, -0.1, float("nan")])
def test_dropout_rate_is_a_share_below_one(rate):
    with pytest.raises(SettingError, match="rate must be a finite number, at least 0 and below 1"):
        Dropout(rate)


def test_dropout_draws_again_after_a_copy_in_its_own_stream():
    layer = Dropout(0.5, rng=0)
    layer.training = True
    twin = copy.deepcopy(layer)
    np.testing.assert_array_equal(layer(np.ones((4, 4))), twin(np.ones((4, 4))))


# -- Flatten ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(7, 2, 3), (1, 4), (7, 1, 1, 5)])
def test_flatten_and_its_gradient(shape, rng):
    x = Tensor(rng.normal(size=shape))
    y = Flatten()(x)
    assert y.shape == (shape[0], int(np.prod(shape[1:])))
    y.backward(np.arange(y.size).reshape(y.shape))
    np.testing.assert_array_equal(x.grad, np.arange(y.size).reshape(shape))


def test_flatten_of_an_empty_batch():
    assert Flatten()(np.zeros((0, 2, 3))).shape == (0, 6)


def test_flatten_needs_a_batch():
    with pytest.raises(ValueError, match=r"Flatten needs inputs of shape \(batch, …\). Received: \(\)"):
        Flatten()(np.zeros(()))
