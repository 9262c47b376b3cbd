"""A student's code, in both dialects and at the op level, written the way a student writes it."""

import numpy as np
import pytest

import beras
from beras import (
    Adam,
    BasicOptimizer,
    CategoricalAccuracy,
    CategoricalCrossEntropy,
    Dense,
    Diffable,
    GradientTape,
    LeakyReLU,
    Linear,
    MeanSquaredError,
    OneHotEncoder,
    ReLU,
    RMSProp,
    Sequential,
    SequentialModel,
    Softmax,
    Tensor,
    Variable,
)
from beras.gradcheck import assert_gradients
from tests.library.small import data

# -- the tape generation ----------------------------------------------------------------------------------------------


def test_tape_generation_trains_by_hand():
    x, y = data(60)
    model = SequentialModel([Dense(3, 8, initializer="xavier", rng=0), LeakyReLU(), Dense(8, 2, rng=1), Softmax()])
    loss_fn, optimizer, accuracy = CategoricalCrossEntropy(), RMSProp(0.02), CategoricalAccuracy()
    for _ in range(60):
        with GradientTape() as tape:
            predictions = model(x)
            loss = loss_fn(predictions, y)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(model.trainable_variables, grads)
    assert accuracy(model(x), y) > 0.9


def test_tape_generation_trains_with_fit(capsys):
    x, y = data(60)
    model = SequentialModel([Dense(3, 8, rng=0), LeakyReLU(), Dense(8, 2, rng=1), Softmax()])
    model.compile(optimizer=Adam(0.02), loss_fn=CategoricalCrossEntropy(), acc_fn=CategoricalAccuracy())
    history = model.fit(x, y, epochs=40, batch_size=10)
    metrics, predictions = model.evaluate(x, y, batch_size=10)
    assert history["acc"][-1] > 0.9
    assert metrics["acc"] > 0.9
    assert predictions.shape == (60, 2)
    assert "Average Stats" in capsys.readouterr().out


def test_tape_generation_reads_local_gradients():
    layer, x = Dense(3, 2, rng=0), data(7)[0]
    with GradientTape():
        out = layer(x)
    assert layer.gradient_tape is None
    assert layer.outputs[0] is out
    (into_input,) = layer.get_input_gradients()
    np.testing.assert_array_equal(into_input, layer.w)
    J = np.ones((7, 2), np.float32)
    np.testing.assert_allclose(layer.compose_input_gradients([J])[0], J @ layer.w.numpy().T)
    np.testing.assert_allclose(layer.compose_weight_gradients([J])[0], x.T @ J, rtol=1e-5)


def test_layers_without_weights_have_no_weight_gradients():
    activation = LeakyReLU()
    activation(np.ones((2, 3)))
    assert activation.weights == []
    assert activation.get_weight_gradients() == []
    assert activation.compose_weight_gradients([np.ones((2, 3))]) == []


# -- the backward generation ------------------------------------------------------------------------------------------


def test_backward_generation_trains():
    x, y = data(60)
    model = Sequential(Linear(3, 8, rng=0), ReLU(), Linear(8, 2, rng=1), Softmax())
    optimizer, loss_fn = Adam(model.parameters, 0.02), CategoricalCrossEntropy()
    for _ in range(60):
        optimizer.zero_grad()
        loss = loss_fn(model(Tensor(x)), Tensor(y))
        loss.backward()
        optimizer.step()
    assert np.mean(model(x).argmax(axis=1) == y.argmax(axis=1)) > 0.9


def test_backward_generation_accumulates_without_zero_grad():
    t = Tensor([1.0])
    for _ in range(3):
        (t * 2).backward()
    np.testing.assert_array_equal(t.grad, [6])


def test_backward_generation_trains_without_an_optimiser():
    w = Tensor([5.0])
    for _ in range(100):
        loss = ((w - 2) ** 2).sum()
        loss.backward()
        with Tensor.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    assert w[0] == pytest.approx(2, abs=1e-4)


def test_both_generations_find_the_same_weights():
    x, y = data(20)
    tape_model, backward_model = (Sequential(Dense(3, 2, rng=0), Softmax()) for _ in range(2))
    tape_optimizer, backward_optimizer = Adam(0.05), Adam(backward_model.parameters, 0.05)
    loss_fn = CategoricalCrossEntropy()
    for _ in range(5):
        with GradientTape() as tape:
            loss = loss_fn(tape_model(x), y)
        grads = tape.gradient(loss, tape_model.trainable_variables)
        tape_optimizer.apply_gradients(tape_model.trainable_variables, grads)
        backward_optimizer.zero_grad()
        loss_fn(backward_model(x), y).backward()
        backward_optimizer.step()
    for a, b in zip(tape_model.weights, backward_model.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_names_of_both_generations_are_the_same_things():
    assert beras.Linear is beras.Dense
    assert beras.SequentialModel is beras.Sequential
    assert beras.CategoricalCrossentropy is beras.CategoricalCrossEntropy
    assert Dense.ins is Dense.input_dict
    assert beras.core.Tensor is beras.Tensor
    assert beras.core.Variable is beras.Variable


# -- the op level -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("batch", [1, 7])
def test_op_level_loss_equals_the_loss_of_the_library(batch, rng):
    x, y = rng.normal(size=(batch, 3)), rng.normal(size=(batch, 2))
    by_ops, by_loss = (Sequential(Dense(3, 4, rng=0), LeakyReLU(), Dense(4, 2, rng=1)) for _ in range(2))
    ((by_ops(x) - y) ** 2).mean().backward()
    MeanSquaredError()(by_loss(x), y).backward()
    for a, b in zip(by_ops.weights, by_loss.weights, strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-12)


@pytest.mark.usefixtures("float64")
def test_op_level_network_without_any_layer(rng):
    x, y = rng.normal(size=(7, 3)), np.eye(2)[rng.integers(2, size=7)]
    w, b = Tensor(rng.normal(size=(3, 2)), name="w"), Tensor(np.zeros(2), name="b")

    def loss():
        scores = x @ w + b
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        log_p = np.log(powers / powers.sum(axis=1, keepdims=True))
        return -(log_p * y).sum() / len(x)

    assert_gradients(loss, [w, b])


# -- a layer of one's own ---------------------------------------------------------------------------------------------


class MyDense(Diffable):
    """A student's layer with only forward and the two local gradients, (B, in, out) for W."""

    def __init__(self, n, m, rng=0):
        self.w = Variable(np.random.default_rng(rng).normal(size=(n, m)) / n, name="w", dtype=beras.default_dtype())
        self.b = Variable(np.zeros(m), name="b", dtype=beras.default_dtype())

    @property
    def weights(self):
        return [self.w, self.b]

    def forward(self, x):
        return x @ self.w + self.b

    def get_input_gradients(self):
        return [self.w]

    def get_weight_gradients(self):
        x = self.inputs[0]
        return [np.stack([x] * self.w.shape[1], axis=-1), np.ones_like(self.b)]


class BatchedJacobian(MyDense):
    def get_input_gradients(self):
        return [np.stack([self.w.numpy()] * len(self.inputs[0]))]


class StretchedWeightGradient(MyDense):
    """Gives (B, in, 1) and leaves the rest to broadcasting."""

    def get_weight_gradients(self):
        return [np.expand_dims(self.inputs[0], -1), np.ones((len(self.inputs[0]), len(self.b)))]


class MySigmoid(Diffable):
    """Elementwise: the local gradient has the shape of the input."""

    def forward(self, x):
        return 1 / (1 + np.exp(-x))

    def get_input_gradients(self):
        y = self.outputs[0]
        return [y * (1 - y)]


class MySoftmax(Diffable):
    """One Jacobian (n, n) per sample."""

    def forward(self, x):
        powers = np.exp(x - np.max(x, axis=1, keepdims=True))
        return powers / np.sum(powers, axis=1, keepdims=True)

    def get_input_gradients(self):
        return [np.stack([np.diag(y) - np.outer(y, y) for y in np.asarray(self.outputs[0])])]


class MyLoss(Diffable):
    def forward(self, y_pred, y_true):
        return np.mean((y_pred - y_true) ** 2)

    def get_input_gradients(self):
        y_pred, y_true = self.inputs
        return [2 * (y_pred - y_true) / y_pred.size, np.zeros_like(y_true)]


OWN = [MyDense, BatchedJacobian, StretchedWeightGradient]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("size", [(3, 2), (2, 2), (7, 7), (3, 7), (7, 3)])
@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("layer", OWN)
def test_own_layer_has_the_true_gradient_in_every_form(layer, batch, size, rng):
    own, x = layer(*size), Tensor(rng.normal(size=(batch, size[0])), name="x")
    assert_gradients(lambda: own(x), [x, own.w, own.b])
    with GradientTape() as tape:
        out = own(x)
    into_x, into_w = tape.gradient(out, [x, own.w])
    np.testing.assert_allclose(into_x, np.ones((batch, size[1])) @ own.w.numpy().T)
    np.testing.assert_allclose(into_w, x.numpy().T @ np.ones((batch, size[1])))


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("shape", [(1, 3), (7, 3), (3, 3), (1, 1), (7, 7), (4,), (2, 3, 4), (2, 2, 2)])
def test_own_elementwise_function_has_the_true_gradient(shape, rng):
    x = Tensor(rng.normal(size=shape), name="x")
    own = MySigmoid()
    assert_gradients(lambda: own(x), [x])


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("shape", [(1, 3), (7, 3), (3, 3), (1, 1), (7, 7)])
def test_own_jacobian_per_sample_has_the_true_gradient(shape, rng):
    x, own = Tensor(rng.normal(size=shape), name="x"), MySoftmax()
    assert_gradients(lambda: own(x), [x])


@pytest.mark.usefixtures("float64")
def test_square_batch_of_a_dense_layer_and_of_an_elementwise_one_are_told_apart(rng):
    """B == in == out: (B, n) factors and an (n, m) Jacobian have the same shape."""
    x = Tensor(rng.normal(size=(5, 5)), name="x")
    dense, sigmoid = MyDense(5, 5), MySigmoid()
    assert_gradients(lambda: sigmoid(dense(x)), [x, dense.w, dense.b])


@pytest.mark.parametrize("layer", OWN)
def test_own_parts_train_in_both_dialects(layer):
    x, y = data(60)
    by_tape, by_backward = (Sequential(layer(3, 8, 0), MySigmoid(), layer(8, 2, 1), MySoftmax()) for _ in range(2))
    tape_optimizer, loss_fn = Adam(0.1), MyLoss()
    backward_optimizer = Adam(by_backward.parameters, 0.1)
    for _ in range(40):
        with GradientTape() as tape:
            loss = loss_fn(by_tape(x), y)
        tape_optimizer.apply_gradients(by_tape.trainable_variables, tape.gradient(loss, by_tape.trainable_variables))
        backward_optimizer.zero_grad()
        loss_fn(by_backward(x), y).backward()
        backward_optimizer.step()
    assert CategoricalAccuracy()(by_tape(x), y) > 0.9
    np.testing.assert_array_equal(by_tape.weights[0], by_backward.weights[0])


def test_own_parts_equal_those_of_the_library():
    x, y = data(7)
    own = Sequential(MyDense(3, 2, 0), MySoftmax())
    library = Sequential(Dense(3, 2, lambda shape, rng: own.layers[0].w.numpy()), Softmax())
    MyLoss()(own(x), y).backward()
    MeanSquaredError()(library(x), y).backward()
    for a, b in zip(own.weights, library.weights, strict=True):
        np.testing.assert_allclose(a.grad, b.grad, rtol=1e-4)


# -- a class that defines call ----------------------------------------------------------------------------------------


class OldDense(Diffable):
    """The oldest course texts define ``call``."""

    def __init__(self, n, m):
        self.w = Variable(np.full((n, m), 0.5), name="w", dtype=beras.default_dtype())

    @property
    def weights(self):
        return [self.w]

    def call(self, x):
        return x @ self.w

    def get_input_gradients(self):
        return [self.w]

    def get_weight_gradients(self):
        return [np.stack([self.inputs[0]] * self.w.shape[1], axis=-1)]


def test_a_class_that_defines_call_trains():
    x, y = data(60)
    layer = OldDense(3, 2)
    model = SequentialModel([layer, Softmax()])
    model.compile(BasicOptimizer(0.5), CategoricalCrossEntropy(), CategoricalAccuracy())
    assert model.fit(x, y, 30, 10, verbose=0)["acc"][-1] > 0.9
    assert layer.argnames == ["x"]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("batch", [1, 7])
def test_a_class_that_defines_call_has_the_true_gradient(batch, rng):
    x, layer = Tensor(rng.normal(size=(batch, 3)), name="x"), OldDense(3, 2)
    assert_gradients(lambda: layer(x), [x, layer.w])


def test_an_own_model_may_define_call():
    class OldModel(SequentialModel):
        def call(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    x, y = data(20)
    model = OldModel([Dense(3, 2, rng=0), Softmax()])
    model.compile(Adam(0.05), CategoricalCrossEntropy(), CategoricalAccuracy())
    assert model.fit(x, y, 1, 10, verbose=0)["loss"][0] > 0


# -- a whole assignment -----------------------------------------------------------------------------------------------


def test_labels_to_accuracy_from_end_to_end():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=90)
    x = np.eye(3)[labels] + rng.normal(0, 0.2, (90, 3))
    encoder = OneHotEncoder()
    y = encoder(labels)
    model = Sequential(Dense(3, 3, "xavier", rng=0), Softmax())
    model.compile(Adam(0.1), CategoricalCrossEntropy(), CategoricalAccuracy())
    model.fit(x, y, epochs=20, batch_size=30, shuffle=True, rng=0, verbose=0)
    assert np.mean(encoder.inverse(model.predict(x)) == labels) > 0.95
