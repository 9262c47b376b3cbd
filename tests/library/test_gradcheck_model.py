"""Whole models under the checker: what is right passes, and each planted fault is blamed on the layer that has it."""

import re

import numpy as np
import pytest

from beras import (
    Adam,
    CategoricalCrossEntropy,
    Dense,
    Diffable,
    Dropout,
    LeakyReLU,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Variable,
)
from beras.gradcheck import check_model
from beras.losses import Loss


class Affine(Diffable):
    """A student's own layer, right; the faults below change one line of it."""

    def __init__(self, inputs, outputs, seed=0):
        self.w = Variable(np.random.default_rng(seed).normal(size=(inputs, outputs)), name="W")
        self.b = Variable(np.full(outputs, 0.1), name="b")

    @property
    def weights(self):
        return [self.w, self.b]

    def forward(self, x):
        return x @ self.w.numpy() + self.b.numpy()

    def get_input_gradients(self):
        return [self.w.numpy()]

    def get_weight_gradients(self):
        x = self._arrays()[0]
        return [np.repeat(x[:, :, None], self.b.size, axis=2), np.ones(self.b.size)]


class WrongSign(Affine):
    def compose_weight_gradients(self, J=None):
        into_w, into_b = super().compose_weight_gradients(J)
        return [into_w, -into_b]


class MissingTranspose(Affine):
    def compose_input_gradients(self, J=None):
        return [J[0] @ self.w.numpy()]


class FactorB(Affine):
    def compose_weight_gradients(self, J=None):
        return [gradient * len(J[0]) for gradient in super().compose_weight_gradients(J)]


class DividesByB(Affine):
    def compose_weight_gradients(self, J=None):
        return [gradient / len(J[0]) for gradient in super().compose_weight_gradients(J)]


class WrongBroadcast(Affine):
    def compose_weight_gradients(self, J=None):
        return [super().compose_weight_gradients(J)[0], J[0]]


class OneRowOnly(Affine):
    def compose_weight_gradients(self, J=None):
        return [super().compose_weight_gradients(J)[0], J[0][0]]


class OneInAThousand(Affine):
    def get_input_gradients(self):
        return [self.w.numpy() * 1.001]


class ForgottenDerivative(Sigmoid):
    def compose_input_gradients(self, J=None):
        return [J[0]]


class LossWithoutB(Loss):
    def value(self, y_pred, y_true):
        return np.mean(np.square(y_pred - y_true))

    def gradient(self, y_pred, y_true):
        return 2 * (y_pred - y_true) / y_pred.shape[1]


def network(middle=None, activation=None):
    """Three layers, the one under test in the middle (4 -> 4)."""
    return Sequential(Affine(3, 4, 1), Sigmoid(), middle or Affine(4, 4, 2), activation or Sigmoid(), Affine(4, 2, 3))


def check(model, loss_fn=None, batch=7):
    rng = np.random.default_rng(5)
    return check_model(model, rng.normal(size=(batch, 3)), rng.normal(size=(batch, 2)), loss_fn or MeanSquaredError())


@pytest.mark.parametrize("batch", [1, 7])
def test_a_right_network_is_right(batch):
    report = check(network(), batch=batch)
    assert report.is_right
    assert report.first_wrong is None
    assert max(error.relative for error in report.parameters) < 1e-7
    assert [error.name for error in report.parameters] == [
        f"Affine {i} {name}" for i in (1, 2, 3) for name in ("W", "b")
    ]
    assert ("A batch of 1 cannot show" in report.verdict) == (batch == 1)


@pytest.mark.parametrize(
    ("fault", "tensor"),
    [
        (WrongSign, "b"),
        (MissingTranspose, "x"),
        (FactorB, "W"),
        (DividesByB, "W"),
        (OneRowOnly, "b"),
        (OneInAThousand, "x"),
    ],
)
def test_a_planted_fault_is_blamed_on_its_layer(fault, tensor):
    report = check(network(fault(4, 4, 2)))
    assert not report.is_right
    assert report.first_wrong.label == fault.__name__
    assert [layer.label for layer in report.layers if not layer.is_right(1e-6)] == [fault.__name__]
    wrong = [error.name for error in report.first_wrong.errors if error.relative > 1e-6]
    assert tensor in wrong
    assert f"{fault.__name__} is wrong: " in report.verdict


def test_a_wrong_input_gradient_in_the_last_layer_is_not_blamed_on_those_before():
    report = check(Sequential(Affine(3, 4), Sigmoid(), Affine(4, 4), Sigmoid(), MissingTranspose(4, 4), Affine(4, 2)))
    assert report.first_wrong.label == "MissingTranspose"
    assert max(error.relative for error in report.parameters) > 1e-2  # although all before it are off


def test_a_forgotten_derivative():
    report = check(network(activation=ForgottenDerivative()))
    assert report.first_wrong.label == "ForgottenDerivative"


def test_a_factor_b_in_the_loss():
    assert check(network(), LossWithoutB()).first_wrong.label == "LossWithoutB"
    assert check(network(), LossWithoutB(), batch=1).is_right  # invisible there, and the verdict says so


def test_several_faults_begin_with_the_last_layer():
    model = Sequential(WrongSign(3, 4), Sigmoid(), OneRowOnly(4, 2))
    assert check(model).first_wrong.label == "OneRowOnly"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (lambda: WrongBroadcast(4, 5), r"gives an array of shape \(7, 5\) as the gradient of an operand \(5,\)"),
        (lambda: MissingTranspose(4, 5), "s backward pass fails with ValueError: .*matmul"),
        (lambda: NoGradient(4, 5), "s backward pass fails with NotImplementedError: .*must define"),
    ],
)
def test_a_backward_pass_that_fails_is_named_too(fault, problem):
    layer = fault()
    report = check(Sequential(Affine(3, 4), Sigmoid(), layer, Affine(5, 2)))
    assert report.first_wrong.label == type(layer).__name__
    assert re.search(f"{type(layer).__name__} is wrong: it.*{problem}", report.verdict)
    assert report.parameters == ()


class NoGradient(Affine):
    def get_input_gradients(self):
        raise NotImplementedError("You must define this.")


def test_a_fault_between_the_layers_is_found():
    class Forgets(Sequential):
        """Uses its first layer's weights outside the graph too."""

        def forward(self, x):
            return super().forward(x) + self.layers[0].w.numpy().sum()

    report = check(Forgets(Affine(3, 2)))
    assert report.first_wrong is None
    assert not report.is_right
    assert report.verdict.startswith("Every op is right by itself, yet the whole model differs: Affine W[")


def test_the_model_stays_as_it_is():
    model = Sequential(Dense(3, 4, rng=0), LeakyReLU(), Dropout(0.5, rng=1), Dense(4, 2, rng=2))
    model.compile(Adam(0.01), MeanSquaredError())
    model.layers[2].training = True
    weights, before = [w.numpy() for w in model.weights], [w.numpy().copy() for w in model.weights]
    state = model.layers[2].rng.bit_generator.state
    x = np.ones((7, 3), np.float32)
    assert check_model(model, x, np.ones((7, 2), np.float32)).is_right
    assert all(w.dtype == np.float32 and w.grad is None for w in model.weights)
    assert all(np.shares_memory(a, w) for a, w in zip(weights, model.weights, strict=True))
    np.testing.assert_equal([w.numpy() for w in model.weights], before)
    assert model.layers[2].rng.bit_generator.state == state
    assert model.layers[2].training
    assert model.layers[0].inputs == []


def test_kinks_are_left_out_and_counted():
    model = Sequential(Dense(3, 4, "zero"), ReLU(), Dense(4, 2, rng=1))
    report = check(model)
    (relu,) = report.layers[1].errors
    assert (relu.entries, relu.kinks) == (0, 28)
    assert report.is_right
    assert "Not checked, because the function has a kink or a clip there: ReLU x (28 of 28)." in report.verdict


def test_a_large_network_is_sampled():
    rng = np.random.default_rng(0)
    model = Sequential(Dense(784, 128, "kaiming", rng=rng), LeakyReLU(), Dense(128, 10, "kaiming", rng=rng), Softmax())
    x, y = rng.random((7, 784)), np.eye(10)[rng.integers(10, size=7)]
    report = check_model(model, x, y, CategoricalCrossEntropy())
    assert report.is_right
    assert max(error.entries for layer in report.layers for error in layer.errors) == 200
    again = check_model(model, x, y, CategoricalCrossEntropy())
    assert again == report
    assert check_model(model, x, y, CategoricalCrossEntropy(), seed=1, entries=5) != report


def test_the_report_reads_well():
    lines = str(check(network(WrongSign(4, 4, 2)))).splitlines()
    assert lines[0].startswith("WrongSign is wrong: b[")
    assert lines[1].split() == ["op", "gradient", "of", "checked", "kinks", "error", "worst", "at"]
    assert any(line.startswith("WrongSign") and "2.0e+00" in line for line in lines)
    assert any(line.startswith("whole model") for line in lines)


def test_without_a_loss_or_a_recording():
    with pytest.raises(RuntimeError, match=r"check_model\(\) needs a loss"):
        check_model(network(), np.ones((1, 3)), np.ones((1, 2)))

    class Skips(Sequential):
        def forward(self, x):
            return self.layers[0].forward(x)

    with pytest.raises(RuntimeError, match=r"called with \.forward\(\)"):
        check(Skips(Affine(3, 2)))
