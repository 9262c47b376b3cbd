"""A network in float64: the same numbers, shared parts still shared, nothing of the original touched."""

import numpy as np

from beras import Adam, Dense, Dropout, MeanSquaredError, Sequential, Sigmoid, Variable, in_float64


def test_weights_keep_their_values_and_names():
    model = Sequential(Dense(3, 4, rng=0), Sigmoid(), Dense(4, 2, rng=1))
    wide = in_float64(model)
    for before, after in zip(model.weights, wide.weights, strict=True):
        assert (before.dtype, after.dtype) == (np.float32, np.float64)
        assert (type(after), after.name) == (Variable, before.name)
        np.testing.assert_array_equal(before, after)
    assert wide.layers[0].w is wide.weights[0]


def test_it_computes_in_float64_and_trains_by_itself():
    model = Sequential(Dense(3, 2, rng=0), Sigmoid())
    wide = in_float64(model)
    before = [np.array(weight) for weight in model.weights]
    wide.compile(Adam(0.1), MeanSquaredError())
    wide.fit(np.ones((2, 3), np.float32), [[0, 1], [1, 0]], 2, 1, verbose=0)
    assert wide.predict(np.ones((1, 3), np.float32)).dtype == np.float64
    assert all(slot.dtype == np.float64 for slot in wide.optimizer.m)
    for weight, values in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight, values)


def test_what_is_shared_stays_shared():
    rng = np.random.default_rng(0)
    layer = Dense(3, 3, rng=rng)
    wide = in_float64(Sequential(layer, Dropout(0.5, rng=rng), Dropout(0.2, rng=rng), layer))
    first, one, other, last = wide.layers
    assert first is last
    assert one.rng is other.rng is not rng
    assert one.rng.random() == rng.random()


def test_weights_that_are_not_trained_are_not_trained_in_the_copy():
    model = Sequential(Dense(3, 2, rng=0))
    model.layers[0].b.requires_grad = False
    assert [weight.requires_grad for weight in in_float64(model).weights] == [True, False]


def test_an_optimiser_is_left_out_and_the_original_keeps_it():
    model = Sequential(Dense(3, 2, rng=0))
    model.compile(Adam(0.1), MeanSquaredError())
    wide, loss = in_float64(model, model.loss_fn)
    assert wide.optimizer is None
    assert isinstance(loss, MeanSquaredError)
    assert loss is not model.loss_fn
    assert model.optimizer is not None


def test_a_model_in_float64_stays_what_it_is():
    model = in_float64(Sequential(Dense(3, 2, rng=0)))
    again = in_float64(model)
    assert again.weights[0] is not model.weights[0]
    np.testing.assert_array_equal(again.weights[0], model.weights[0])
