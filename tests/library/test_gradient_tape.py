"""The tape: its scope, what it answers, and what it refuses."""

import threading
import warnings

import numpy as np
import pytest

from beras import Dense, GradientTape, LeakyReLU, MeanSquaredError, Sequential, Tensor
from beras.graph import STATE


@pytest.fixture
def model():
    return Sequential(Dense(3, 4, "xavier", rng=0), LeakyReLU(), Dense(4, 2, "xavier", rng=1))


def data(rng, batch=7):
    return rng.normal(size=(batch, 3)).astype(np.float32), rng.normal(size=(batch, 2)).astype(np.float32)


@pytest.mark.parametrize("batch", [1, 7])
def test_gradients_are_aligned_with_the_sources_and_equal_backward(model, rng, batch):
    x, y = data(rng, batch)
    with GradientTape() as tape:
        loss = MeanSquaredError()(model(x), y)
    gradients = tape.gradient(loss, model.trainable_variables)
    MeanSquaredError()(model(x), y).backward()
    for weight, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert type(gradient) is np.ndarray
        np.testing.assert_array_equal(gradient, weight.grad)


def test_forward_of_a_model_is_recorded_as_well(model, rng):
    x, y = data(rng)
    with GradientTape() as tape:
        loss = MeanSquaredError()(model.forward(x), y)
        gradients = tape.gradient(loss, model.trainable_variables)
    assert all(np.any(gradient) for gradient in gradients)


def test_tape_leaves_grad_alone(model, rng):
    x, y = data(rng)
    with GradientTape() as tape:
        loss = MeanSquaredError()(model(x), y)
    tape.gradient(loss, model.trainable_variables)
    assert [weight.grad for weight in model.weights] == [None] * 4


def test_gradient_may_be_asked_for_more_than_once(model, rng):
    x, y = data(rng)
    with GradientTape() as tape:
        loss = MeanSquaredError()(model(x), y)
    first, second = (tape.gradient(loss, model.weights) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_single_source_gives_a_single_array():
    t = Tensor([3.0])
    with GradientTape() as tape:
        y = t**2
    np.testing.assert_array_equal(tape.gradient(y, t), [6])


def test_target_that_is_its_own_source_has_gradient_one():
    t = Tensor([3.0])
    with GradientTape() as tape:
        pass
    np.testing.assert_array_equal(tape.gradient(t, [t])[0], [1])


def test_previous_layers_tell_who_made_an_output(model, rng):
    x, _ = data(rng)
    with GradientTape() as tape:
        hidden = model.layers[0](x)
        y = model.layers[1](hidden)
    assert tape.previous_layers[id(hidden)] is model.layers[0]
    assert tape.previous_layers[id(y)] is model.layers[1]


def test_ids_of_dropped_outputs_are_not_reused():
    t = Tensor([1.0])
    with GradientTape() as tape:
        for _ in range(100):
            t * 2
    assert len(tape.previous_layers) == 100


def test_unreached_source_gives_zeros_and_a_warning_that_names_it():
    t, other = Tensor([1.0]), Tensor(np.ones((2, 3)), name="embedding")
    with GradientTape() as tape:
        y = t * 2
    with pytest.warns(UserWarning, match="The target does not depend on embedding; its gradient is zero") as caught:
        gradients = tape.gradient(y, [t, other])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(gradients[0], [2])
    np.testing.assert_array_equal(gradients[1], np.zeros((2, 3)))


def test_unreached_source_without_name_is_named_by_place_and_shape():
    t = Tensor([1.0])
    with GradientTape() as tape:
        y = t * 2
    with pytest.warns(UserWarning, match=r"does not depend on source 1 of shape \(4,\)"):
        tape.gradient(y, [t, Tensor(np.ones(4))])


def test_unreached_integer_source_gives_floating_zeros():
    t = Tensor([1.0])
    with GradientTape() as tape:
        y = t * 2
    with pytest.warns(UserWarning, match="does not depend"):
        (gradient,) = tape.gradient(y, [Tensor(np.array([1, 2]))])
    assert gradient.dtype == np.float32


def test_nested_tapes_are_refused_and_the_outer_one_goes_on():
    t = Tensor([1.0])
    with GradientTape() as tape:
        with pytest.raises(RuntimeError, match="tapes cannot be nested"), GradientTape():
            pass
        y = t * 2
    np.testing.assert_array_equal(tape.gradient(y, t), [2])


def test_tape_is_closed_after_an_error():
    with pytest.raises(ZeroDivisionError), GradientTape():
        raise ZeroDivisionError
    assert STATE.tape is None


def test_target_computed_before_the_tape_is_refused():
    t = Tensor([1.0])
    y = t * 2
    with GradientTape() as tape:
        pass
    with pytest.raises(RuntimeError, match="The target was not computed inside this tape"):
        tape.gradient(y, [t])


def test_target_that_nothing_recorded_is_refused():
    with GradientTape() as tape:
        y = Dense(2, 2, rng=0).forward(np.ones((1, 2)))
    with pytest.raises(RuntimeError, match=r"Dense was called with \.forward\(\)"):
        tape.gradient(y, [Tensor([1.0])])


@pytest.mark.parametrize("target", [1.5, np.ones(2), None])
def test_target_must_be_a_tensor(target):
    with GradientTape() as tape:
        pass
    with pytest.raises(TypeError, match="The target must be a Tensor computed inside the tape"):
        tape.gradient(target, [])


def test_two_tapes_in_two_threads_on_one_model_at_once(model, rng):
    batches = [data(rng) for _ in range(2)]
    expected = []
    for x, y in batches:
        with GradientTape() as tape:
            loss = MeanSquaredError()(model(x), y)
        expected.append(tape.gradient(loss, model.weights))
    found = [[], []]
    both_ready = threading.Barrier(2, timeout=10)

    def work(number):
        x, y = batches[number]
        for _ in range(20):
            with GradientTape() as tape:
                both_ready.wait()
                predictions = model(x)
                both_ready.wait()  # both threads have called every layer before either looks back
                loss = MeanSquaredError()(predictions, y)
                found[number].append(tape.gradient(loss, model.weights))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    for number in range(2):
        assert len(found[number]) == 20
        for gradients in found[number]:
            for gradient, true in zip(gradients, expected[number], strict=True):
                np.testing.assert_array_equal(gradient, true)


def test_another_threads_tape_records_nothing_of_this_one():
    t = Tensor([1.0])
    with GradientTape() as tape:
        other = threading.Thread(target=lambda: t * 2)
        other.start()
        other.join()
    assert tape.nodes == []


def test_no_warning_when_everything_is_reached(model, rng):
    x, y = data(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with GradientTape() as tape:
            loss = MeanSquaredError()(model(x), y)
        gradients = tape.gradient(loss, model.weights)
    assert all(gradient.any() for gradient in gradients)
