"""The checker under test: right gradients pass, and every kind of planted fault is caught and named."""

import numpy as np
import pytest

from beras import Dense, Diffable, MeanSquaredError, Operation, Sequential, Sigmoid, Tensor
from beras.gradcheck import assert_gradients, check_gradients, check_ops
from beras.ops import relu, sigmoid

pytestmark = pytest.mark.usefixtures("float64")


def network_loss(dense, activation, rng, batch=7):
    """A two-layer network around the layer under test, and its tensors by name."""
    first, last = dense(3, 4, rng=rng), Dense(4, 2, rng=rng)
    first.w.name, first.b.name, last.w.name, last.b.name = "W1", "b1", "W2", "b2"
    model, loss_fn = Sequential(first, activation, last), MeanSquaredError()
    x, y = Tensor(rng.normal(size=(batch, 3)), name="x"), rng.normal(size=(batch, 2))
    return (lambda: loss_fn(model(x), y)), [x, *model.weights]


@pytest.mark.parametrize("batch", [1, 7])
def test_a_right_network_passes(rng, batch):
    function, tensors = network_loss(Dense, Sigmoid(), rng, batch)
    assert_gradients(function, tensors)
    assert max(error.relative for error in check_gradients(function, tensors)) < 1e-7


class WrongSign(Dense):
    def compose_weight_gradients(self, J=None):
        into_w, into_b = super().compose_weight_gradients(J)
        return [-into_w, into_b]


class MissingTranspose(Dense):
    def compose_input_gradients(self, J=None):
        square = np.zeros((4, 4))
        square[:3] = self.w.numpy()
        return [(J[0] @ square)[:, :3]]


class AveragesOverTheBatch(Dense):
    def compose_weight_gradients(self, J=None):
        return [gradient / len(J[0]) for gradient in super().compose_weight_gradients(J)]


class WrongByOneInAThousand(Dense):
    def compose_weight_gradients(self, J=None):
        into_w, into_b = super().compose_weight_gradients(J)
        return [into_w, into_b * 1.001]


class OneEntryWrong(Dense):
    def compose_weight_gradients(self, J=None):
        into_w, into_b = super().compose_weight_gradients(J)
        into_w[2, 1] *= 1.001
        return [into_w, into_b]


class ForgottenDerivative(Sigmoid):
    def compose_input_gradients(self, J=None):
        return [J[0]]


@pytest.mark.parametrize(
    ("dense", "activation", "wrong"),
    [
        (WrongSign, Sigmoid, {"W1"}),
        (MissingTranspose, Sigmoid, {"x"}),
        (AveragesOverTheBatch, Sigmoid, {"W1", "b1"}),
        (WrongByOneInAThousand, Sigmoid, {"b1"}),
        (OneEntryWrong, Sigmoid, {"W1"}),
        (Dense, ForgottenDerivative, {"x", "W1", "b1"}),
    ],
)
def test_a_planted_fault_is_caught_and_its_tensors_are_named(rng, dense, activation, wrong):
    function, tensors = network_loss(dense, activation(), rng)
    errors = check_gradients(function, tensors)
    assert {error.name for error in errors if error.relative > 1e-6} == wrong
    with pytest.raises(AssertionError, match=rf"^({'|'.join(wrong)})\[.*stated .* measured .* relative error"):
        assert_gradients(function, tensors)


def test_a_factor_of_the_batch_hides_at_batch_one_only(rng):
    function, tensors = network_loss(AveragesOverTheBatch, Sigmoid(), rng, batch=1)
    assert_gradients(function, tensors)


def test_the_place_of_a_wrong_entry_is_named(rng):
    function, tensors = network_loss(OneEntryWrong, Sigmoid(), rng)
    error = next(e for e in check_gradients(function, tensors) if e.name == "W1")
    assert error.index == (2, 1)
    assert error.stated == pytest.approx(error.measured * 1.001)
    assert str(error).startswith("W1[2, 1]: stated ")


def test_a_wrong_broadcast_is_caught(rng):
    class AddsRow(Operation):
        def forward(self, a, row):
            return a + row

        def backward(self, out_grad, node):
            return out_grad, out_grad[0]  # the first row instead of the sum of all rows

    a, row = Tensor(rng.normal(size=(7, 3)), name="a"), Tensor(rng.normal(size=3), name="row")
    with pytest.raises(AssertionError, match=r"^row\["):
        assert_gradients(lambda: AddsRow()(a, row), [a, row])


def test_a_wrong_operation_is_caught(rng):
    class Square(Operation):
        def forward(self, a):
            return a**2

        def backward(self, out_grad, node):
            return out_grad * node.arrays[0]  # without the 2

    t = Tensor(rng.normal(size=3), name="t")
    with pytest.raises(AssertionError, match=r"^t\["):
        assert_gradients(lambda: Square()(t), [t])


def test_a_gradient_that_is_not_finite_is_caught(rng):
    class NotANumber(Operation):
        def forward(self, a):
            return a * 2

        def backward(self, out_grad, node):
            return np.where(np.arange(out_grad.size) == 1, np.nan, 2 * out_grad)

    t = Tensor(rng.normal(size=3), name="t")
    with pytest.raises(AssertionError, match=r"^t\[1\]: stated nan"):
        assert_gradients(lambda: NotANumber()(t), [t])
    right = Tensor(rng.normal(size=3), name="right")
    with pytest.raises(AssertionError, match=r"^t\[1\]: stated nan"):
        assert_gradients(lambda: NotANumber()(t) + right, [right, t])


def test_a_gradient_that_was_lost_is_caught(rng):
    t, other = Tensor(rng.normal(size=3), name="t"), Tensor(rng.normal(size=3))
    with pytest.raises((AssertionError, RuntimeError)):
        assert_gradients(lambda: t.detach() * other, [other, t])


def test_entries_cannot_hide_behind_each_other(rng):
    class Reverses(Diffable):
        """Softmax-like: its outputs add up to a constant, so a plain sum would see nothing."""

        def forward(self, x):
            return x - x.mean(axis=-1, keepdims=True)

        def get_input_gradients(self):
            return [np.zeros_like(self.inputs[0])]

    x = Tensor(rng.normal(size=(7, 3)), name="x")
    with pytest.raises(AssertionError, match=r"^x\["):
        assert_gradients(lambda: Reverses()(x), [x])


def test_the_tensors_are_left_as_they_were(rng):
    function, tensors = network_loss(Dense, Sigmoid(), rng)
    before = [tensor.numpy().copy() for tensor in tensors]
    check_gradients(function, tensors)
    for tensor, old in zip(tensors, before, strict=True):
        np.testing.assert_array_equal(tensor, old)
        assert tensor.grad is None


def test_float32_is_refused():
    t = Tensor(np.ones(2, np.float32))
    with pytest.raises(TypeError, match="Gradient checks need float64, in float32 they prove nothing"):
        check_gradients(lambda: t * 2, [t])


def test_an_unnamed_tensor_is_named_by_its_place(rng):
    a, b = Tensor(rng.normal(size=2)), Tensor(rng.normal(size=2))
    assert [error.name for error in check_gradients(lambda: a * b, [a, b])] == ["tensor 0", "tensor 1"]


def test_an_empty_tensor_has_nothing_to_check():
    t = Tensor(np.zeros((0, 3)))
    assert_gradients(lambda: t * 2, [t])


def test_a_chosen_upstream_gradient_gives_the_gradients_themselves():
    a = Tensor(np.array([1.0, 2.0]), name="a")
    (error,) = check_gradients(lambda: (a * a).sum(), [a], upstream=1.0)
    assert error.stated == pytest.approx(2 * a.numpy()[error.index])


def test_some_entries_are_enough_and_kinks_are_left_out():
    a = Tensor(np.linspace(-1, 1, 101), name="a")
    (error,) = check_gradients(lambda: relu(a).sum(), [a], entries=101)
    assert (error.entries, error.kinks) == (100, 1)
    (error,) = check_gradients(lambda: relu(a).sum(), [a], entries=10)
    assert error.entries + error.kinks == 10
    assert error.relative < 1e-6


def test_every_op_is_checked_by_itself():
    a = Tensor(np.array([1.0, 2.0]), name="a")
    found = check_ops((sigmoid(a) * a).sum())
    assert [check.label for check in found] == ["Sigmoid", "Mul", "Summation"]
    assert all(check.is_right(1e-6) for check in found)
