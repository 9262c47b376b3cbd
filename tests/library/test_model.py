"""Models: structure, evaluation, single steps, and messages that help."""

import copy

import numpy as np
import pytest

from beras import (
    Adam,
    BasicOptimizer,
    CategoricalAccuracy,
    CategoricalCrossEntropy,
    Dense,
    LeakyReLU,
    MeanSquaredError,
    Model,
    ReLU,
    Sequential,
    SequentialModel,
    Softmax,
    Tensor,
)
from beras.callbacks import print_stats, update_metric_dict
from tests.library import small
from tests.library.small import fit, weights_of

# -- structure --------------------------------------------------------------------------------------------------------


def test_both_names_are_one_class():
    assert SequentialModel is Sequential


def test_layers_as_arguments_or_as_a_list():
    layers = [Dense(2, 3, rng=0), ReLU()]
    assert Sequential(*layers).layers == SequentialModel(layers).layers == Sequential(tuple(layers)).layers == layers


def test_weights_are_those_of_the_layers_in_order():
    model = small.model()
    assert [w.shape for w in model.weights] == [(3, 4), (4,), (4, 2), (2,)]
    assert all(a is b for a, b in zip(model.weights, model.parameters, strict=True))
    assert len(model.trainable_variables) == 4


def test_a_model_is_its_layers_one_after_the_other():
    model, (x, _) = small.model(), small.data(7)
    expected = x
    for layer in model.layers:
        expected = layer(expected)
    np.testing.assert_array_equal(model(x), expected)


def test_a_function_may_be_a_layer():
    model = Sequential(lambda x: x * 2, Dense(3, 2, rng=0))
    assert model(np.ones((1, 3))).shape == (1, 2)
    assert len(model.weights) == 2


def test_freezing_a_layer_keeps_it_as_it_is():
    model = small.model()
    model.layers[0].trainable = False
    before = weights_of(model)
    fit(model)
    np.testing.assert_array_equal(model.weights[0], before[0])
    assert not np.array_equal(model.weights[2], before[2])


def test_an_own_model_defines_forward_and_layers():
    class TwoWays(Model):
        def __init__(self):
            self.left, self.right = Dense(3, 2, rng=0), Dense(3, 2, rng=1)
            self.softmax = Softmax()
            self.layers = [self.left, self.right, self.softmax]

        def forward(self, x):
            return self.softmax(self.left(x) + self.right(x))

    model = TwoWays()
    model.compile(Adam(0.05), CategoricalCrossEntropy(), CategoricalAccuracy())
    losses = fit(model, epochs=10)["loss"]
    assert losses[-1] < losses[0]


def test_summary_counts_parameters():
    model = small.model()
    model.layers[0].trainable = False
    lines = model.summary().splitlines()
    assert lines[0].split() == ["Layer", "Parameters"]
    assert lines[2].split()[-1] == "16"
    assert lines[-1].endswith("26  (10 trainable)")


def test_model_in_words():
    assert str(small.model()) == "Sequential(Dense(3 → 4, kaiming), LeakyReLU, Dense(4 → 2, kaiming), Softmax)"


# -- evaluate, predict, batch_step ------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 7, 20, 1000])
def test_evaluate_is_the_same_for_every_batch_size(batch_size):
    model, (x, y) = small.model(), small.data()
    metrics, predictions = model.evaluate(x, y, batch_size)
    np.testing.assert_allclose(predictions, model(x), rtol=1e-5)
    assert metrics["loss"] == pytest.approx(float(CategoricalCrossEntropy()(model(x), y)), rel=1e-5)
    assert metrics["acc"] == pytest.approx(CategoricalAccuracy()(model(x), y))
    assert type(predictions) is np.ndarray


def test_evaluate_and_predict_change_nothing():
    model = small.model()
    before = weights_of(model)
    model.evaluate(*small.data(), 10)
    model.predict(small.data()[0])
    for a, b in zip(before, weights_of(model), strict=True):
        np.testing.assert_array_equal(a, b)
    assert all(weight.grad is None for weight in model.weights)


def test_predict_equals_a_call_for_every_batch_size():
    model, (x, _) = small.model(), small.data()
    for batch_size in (1, 7, 1000):
        np.testing.assert_allclose(model.predict(x, batch_size), model(x), rtol=1e-5)
    assert type(model.predict(x)) is np.ndarray


def test_batch_step_when_training_changes_the_weights():
    model, (x, y) = small.model(), small.data(7)
    before = weights_of(model)
    logs = model.batch_step(x, y)
    assert set(logs) == {"loss", "acc"}
    assert all(type(value) is float for value in logs.values())
    assert not np.array_equal(before[0], model.weights[0])


def test_batch_step_without_training_gives_predictions_too():
    model, (x, y) = small.model(), small.data(7)
    before = weights_of(model)
    logs, predictions = model.batch_step(x, y, training=False)
    assert set(logs) == {"loss", "acc"}
    np.testing.assert_allclose(predictions, model(x), rtol=1e-6)
    np.testing.assert_array_equal(before[0], model.weights[0])


@pytest.mark.parametrize("batch", [1, 7])
def test_batch_step_takes_one_step_along_the_true_gradient(batch):
    model, twin, (x, y) = small.model(), small.model(), small.data(batch)
    model.compile(BasicOptimizer(0.1), CategoricalCrossEntropy())
    model.batch_step(x, y)
    CategoricalCrossEntropy()(twin(x), y).backward()
    for stepped, weight in zip(model.weights, twin.weights, strict=True):
        np.testing.assert_allclose(stepped, weight.numpy() - 0.1 * weight.grad, rtol=1e-5, atol=1e-7)


def test_the_courses_helpers_are_methods():
    assert Model.print_stats is print_stats
    assert Model.update_metric_dict is update_metric_dict


def test_deepcopy_of_a_trained_model_is_independent():
    model = small.model()
    fit(model)
    twin = copy.deepcopy(model)
    np.testing.assert_array_equal(twin.predict(small.data()[0]), model.predict(small.data()[0]))
    before = weights_of(model)
    fit(twin)
    np.testing.assert_array_equal(model.weights[0], before[0])
    assert not np.array_equal(twin.weights[0], before[0])


# -- messages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [(), ([],)])
def test_a_network_needs_a_layer(layers):
    with pytest.raises(ValueError, match=r"A network needs at least one layer. Received none."):
        Sequential(*layers)


@pytest.mark.parametrize("layer", [ReLU, 3, None, "relu", np.ones(2)])
def test_a_layer_is_an_object_that_can_be_called(layer):
    with pytest.raises(TypeError, match="A layer must be an object that can be called"):
        Sequential(Dense(2, 3, rng=0), layer)


@pytest.mark.parametrize(
    ("optimizer", "loss", "name"),
    [(Adam, MeanSquaredError(), "optimizer"), (Adam(), MeanSquaredError, "loss_fn"), (None, None, "optimizer")],
)
def test_compile_needs_objects(optimizer, loss, name):
    with pytest.raises(TypeError, match=f"needs an object as {name}"):
        small.model().compile(optimizer, loss)


@pytest.mark.parametrize("use", ["fit", "evaluate", "batch_step"])
def test_an_uncompiled_model_says_so(use):
    model = Sequential(Dense(3, 2, rng=0))
    arguments = {"fit": (1, 10), "evaluate": (10,), "batch_step": ()}[use]
    with pytest.raises(RuntimeError, match=r"Call compile\(optimizer, loss_fn, acc_fn\) first"):
        getattr(model, use)(*small.data(), *arguments)


@pytest.mark.parametrize("value", [0, -1, 2.5, True, "3", None])
@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_epochs_and_batch_size_are_whole_numbers(name, value):
    plan = {"epochs": 1, "batch_size": 10, name: value}
    with pytest.raises(ValueError, match=f"{name} must be a whole number, at least 1. Received: {value!r}"):
        small.model().fit(*small.data(), **plan, verbose=0)


@pytest.mark.parametrize("value", [0, -1, 2.5, None])
def test_batch_size_of_evaluate_and_predict_is_a_whole_number(value):
    x, y = small.data()
    with pytest.raises(ValueError, match="batch_size must be a whole number, at least 1"):
        small.model().evaluate(x, y, value)
    with pytest.raises(ValueError, match="batch_size must be a whole number, at least 1"):
        small.model().predict(x, value)


def test_no_samples_are_refused():
    for use in (lambda m: fit(m, samples=0), lambda m: m.evaluate(*small.data(0), 10), lambda m: m.predict([])):
        with pytest.raises(ValueError, match="at least one sample"):
            use(small.model())


def test_every_sample_needs_a_target():
    x, y = small.data()
    with pytest.raises(ValueError, match=r"Every sample needs a target.*\(20, 3\) and targets \(19, 2\)"):
        small.model().fit(x, y[:-1], 1, 10, verbose=0)


def test_class_numbers_instead_of_rows_are_explained():
    x, y = small.data()
    with pytest.raises(ValueError, match="Class numbers must be one-hot encoded first"):
        small.model().fit(x, y.argmax(axis=1), 1, 10, verbose=0)


def test_inputs_of_a_wrong_width_name_the_layer():
    with pytest.raises(ValueError, match=r"Dense \(3 → 4\) needs inputs of shape \(batch, 3\). Received: \(10, 5\)"):
        small.model().fit(np.ones((10, 5)), np.ones((10, 2)), 1, 10, verbose=0)


def test_text_as_data_is_a_type_error():
    with pytest.raises(TypeError, match="Expected real numbers"):
        small.model().fit(np.array([["a"]]), np.ones((1, 2)), 1, 1, verbose=0)


def test_a_layer_called_by_forward_is_noticed_in_training():
    class Careless(Model):
        def __init__(self):
            self.layers = [Dense(3, 2, rng=0)]

        def forward(self, x):
            return self.layers[0].forward(x)

    model = Careless()
    model.compile(Adam(), MeanSquaredError())
    with pytest.raises(RuntimeError, match=r"Dense was called with \.forward\(\), so nothing was recorded"):
        fit(model)


def test_a_model_without_anything_to_train_says_so():
    model = small.model()
    model.trainable = False
    with pytest.raises(RuntimeError, match="nothing to train"):
        fit(model)


def test_fit_inside_no_grad_says_so():
    with Tensor.no_grad(), pytest.raises(RuntimeError, match="no_grad"):
        fit(small.model())


def test_activation_objects_are_not_shared_state():
    shared = LeakyReLU()
    model = Sequential(Dense(3, 3, rng=0), shared, Dense(3, 2, rng=1), shared)
    model.compile(BasicOptimizer(0.1), MeanSquaredError())
    losses = fit(model, epochs=5)["loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(("part", "value"), [("inputs", np.nan), ("inputs", -np.inf), ("targets", np.nan)])
def test_data_with_gaps_are_refused_and_the_gap_is_named(part, value):
    x, y = small.data()
    {"inputs": x, "targets": y}[part][3, 1] = value
    network = small.model()
    for use in (lambda: network.fit(x, y, 1, 5, verbose=0), lambda: network.evaluate(x, y, 5)):
        with pytest.raises(ValueError, match=rf"The {part} hold {value} at \[3, 1\], and 1 such entries in all"):
            use()


def test_finite_data_whose_sum_is_large_are_accepted():
    x, y = small.data()
    _, predictions = small.model().evaluate(x * 0 + np.finfo(np.float32).max / 1e10, y, 5)
    assert len(predictions) == len(x)
