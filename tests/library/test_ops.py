"""Every operation: its value by hand, and its derivative against central differences in float64."""

import numpy as np
import pytest

from beras import Dense, Operation, Sigmoid, Tensor, ops
from beras.gradcheck import assert_gradients
from beras.operation import unbroadcast

pytestmark = pytest.mark.usefixtures("float64")


def tensor(rng, *shape, low=-2.0, high=2.0, name=None):
    """Random entries, none within 0.05 of 0, where some operations have kinks or poles."""
    values = rng.uniform(low, high, shape)
    return Tensor(np.where(np.abs(values) < 0.05, 0.05, values), name=name)


# -- two operands -----------------------------------------------------------------------------------------------------

BINARY = {
    "add": (ops.add, ops.Add, lambda a, b: a + b),
    "subtract": (ops.subtract, ops.Sub, lambda a, b: a - b),
    "mul": (ops.mul, ops.Mul, lambda a, b: a * b),
    "divide": (ops.divide, ops.Div, lambda a, b: a / b),
    "power": (ops.power, ops.Pow, lambda a, b: a**b),
}
BROADCASTS = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((2, 3), ()),
    ((), (2, 3)),
    ((4, 1, 3), (2, 1)),
    ((1,), (1,)),
    ((7, 3), (1, 3)),
    ((1, 3), (7, 3)),
    ((1, 1), (1,)),
]


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize(("left", "right"), BROADCASTS)
def test_binary_operations_with_broadcasting(rng, name, left, right):
    function, operation, by_numpy = BINARY[name]
    a, b = tensor(rng, *left, low=0.2), tensor(rng, *right)
    result = function(a, b)
    assert type(result.node.op) is operation
    np.testing.assert_allclose(result, by_numpy(a.numpy(), b.numpy()))
    assert_gradients(lambda: function(a, b), [a, b])


def test_power_of_negative_base_has_the_base_gradient():
    a, b = Tensor([-2.0]), Tensor([3.0])
    (a**b).backward()
    np.testing.assert_allclose(a.grad, [12])
    np.testing.assert_allclose(b.grad, [0])


def test_power_zero_has_gradient_zero_even_at_zero():
    a, b = Tensor([0.0]), Tensor([0.0])
    (a**b).backward()
    np.testing.assert_array_equal(a.grad, [0])


MATRICES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 4)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((7, 3), (3, 2)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((6, 1, 2, 3), (5, 3, 4)),
]


@pytest.mark.parametrize(("left", "right"), MATRICES)
def test_matmul_of_every_rank(rng, left, right):
    a, b = tensor(rng, *left), tensor(rng, *right)
    np.testing.assert_allclose(a @ b, a.numpy() @ b.numpy())
    assert_gradients(lambda: a @ b, [a, b])


def test_matmul_by_hand():
    a, b = Tensor([[1.0, 2.0]]), Tensor([[3.0], [4.0]])
    y = ops.matmul(a, b)
    np.testing.assert_array_equal(y, [[11]])
    y.backward()
    np.testing.assert_array_equal(a.grad, [[3, 4]])
    np.testing.assert_array_equal(b.grad, [[1], [2]])


# -- one operand ------------------------------------------------------------------------------------------------------

UNARY = {
    "negate": (ops.negate, np.negative, -2),
    "log": (ops.log, np.log, 0.1),
    "exp": (ops.exp, np.exp, -2),
    "sqrt": (ops.sqrt, np.sqrt, 0.1),
    "absolute": (ops.absolute, np.abs, -2),
    "relu": (ops.relu, lambda a: np.maximum(a, 0), -2),
    "sigmoid": (ops.sigmoid, lambda a: 1 / (1 + np.exp(-a)), -2),
    "tanh": (ops.tanh, np.tanh, -2),
    "add scalar": (lambda a: ops.add(a, 3), lambda a: a + 3, -2),
    "mul scalar": (lambda a: ops.mul(a, 3), lambda a: a * 3, -2),
    "divide scalar": (lambda a: ops.divide(a, 4), lambda a: a / 4, -2),
    "subtract scalar": (lambda a: ops.subtract(a, 4), lambda a: a - 4, -2),
    "power scalar": (lambda a: ops.power(a, 3), lambda a: a**3, -2),
    "power -1.5": (lambda a: ops.power(a, -1.5), lambda a: a**-1.5, 0.1),
    "power 0": (lambda a: ops.power(a, 0), lambda a: a**0, -2),
    "scalar + a": (lambda a: ops.add(3, a), lambda a: a + 3, -2),
    "scalar - a": (lambda a: ops.subtract(3, a), lambda a: 3 - a, -2),
    "scalar * a": (lambda a: ops.mul(3, a), lambda a: 3 * a, -2),
    "scalar / a": (lambda a: ops.divide(3, a), lambda a: 3 / a, 0.1),
    "scalar ** a": (lambda a: ops.power(3, a), lambda a: 3**a, -2),
}


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("shape", [(), (1,), (7, 3), (2, 1, 3)])
def test_unary_operations(rng, name, shape):
    function, by_numpy, low = UNARY[name]
    a = tensor(rng, *shape, low=low)
    np.testing.assert_allclose(function(a), by_numpy(a.numpy()))
    assert_gradients(lambda: function(a), [a])


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (lambda a: a + 1, ops.AddScalar),
        (lambda a: a * 2, ops.MulScalar),
        (lambda a: a / 2, ops.DivScalar),
        (lambda a: a**2, ops.PowerScalar),
        (lambda a: -a, ops.Negate),
    ],
)
def test_scalar_forms_are_operations_of_their_own(function, operation):
    assert type(function(Tensor([1.0])).node.op) is operation


def test_sigmoid_stays_finite_far_out():
    t = Tensor([-1000.0, 1000.0])
    y = ops.sigmoid(t)
    y.backward()
    np.testing.assert_array_equal(y, [0, 1])
    np.testing.assert_array_equal(t.grad, [0, 0])


def test_kinks_have_gradient_zero():
    for function in (ops.relu, ops.absolute):
        t = Tensor([0.0])
        function(t).backward()
        np.testing.assert_array_equal(t.grad, [0])


# -- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "axes", "expected"),
    [
        ((3,), None, (3,)),
        ((2, 3), None, (3, 2)),
        ((4, 2, 3), None, (4, 3, 2)),
        ((4, 2, 3), (2, 0, 1), (3, 4, 2)),
        ((4, 2, 3), (-1, 0, 1), (3, 4, 2)),
        ((4, 2, 3), (0, 2), (3, 2, 4)),
        ((5, 4, 2, 3), (3, 1, 0, 2), (3, 4, 5, 2)),
        ((2, 3), (0, 1), (2, 3)),
        ((2, 3), (1, 0), (3, 2)),
    ],
)
def test_transpose(rng, shape, axes, expected):
    a = tensor(rng, *shape)
    assert ops.transpose(a, axes).shape == expected
    assert_gradients(lambda: ops.transpose(a, axes) * 1, [a])


@pytest.mark.parametrize("axes", [(0, 0, 1), (0, 3), (0,), (0, 1, 2, 3)])
def test_transpose_refuses_axes_that_do_not_fit(axes):
    with pytest.raises((ValueError, IndexError)):
        ops.transpose(Tensor(np.zeros((2, 3, 4))), axes)


def test_transpose_of_three_axes_is_numpys(rng):
    a = tensor(rng, 2, 3, 4)
    np.testing.assert_array_equal(ops.transpose(a, (2, 0, 1)), np.transpose(a.numpy(), (2, 0, 1)))
    np.testing.assert_array_equal(a.T, a.numpy().T)


@pytest.mark.parametrize("shape", [6, (6,), (2, -1), (1, 3, 2), [3, 2]])
def test_reshape(rng, shape):
    a = tensor(rng, 2, 3)
    np.testing.assert_array_equal(ops.reshape(a, shape), a.numpy().reshape(shape))
    assert_gradients(lambda: ops.reshape(a, shape), [a])


@pytest.mark.parametrize(
    ("shape", "wider"), [((3,), (2, 3)), ((1, 3), (4, 3)), ((2, 1), (5, 2, 3)), ((), (2,)), ((2,), (2,))]
)
def test_broadcast_to(rng, shape, wider):
    a = tensor(rng, *shape)
    np.testing.assert_array_equal(ops.broadcast_to(a, wider), np.broadcast_to(a.numpy(), wider))
    assert_gradients(lambda: ops.broadcast_to(a, wider), [a])


@pytest.mark.parametrize(
    "index",
    [
        0,
        -1,
        slice(1, 3),
        (slice(None), 1),
        (..., None),
        [0, 0, 2],
        (np.array([0, 0, 1]), np.array([2, 2, 0])),
        np.array([[0, 1], [1, 0]]),
        np.array([True, False, True, False]),
        (slice(None, None, -1), [1, 1]),
        (2, 1),
    ],
)
def test_indexing(rng, index):
    a = tensor(rng, 4, 3)
    np.testing.assert_array_equal(a[index], a.numpy()[index])
    assert_gradients(lambda: a[index], [a])


def test_entries_taken_twice_collect_both_gradients():
    t = Tensor([1.0, 2.0])
    t[[0, 0, 1]].backward([1, 10, 100])
    np.testing.assert_array_equal(t.grad, [11, 100])


def test_boolean_mask_from_a_comparison():
    t = Tensor([1.0, -2.0, 3.0])
    t[t > 0].sum().backward()
    np.testing.assert_array_equal(t.grad, [1, 0, 1])


def test_indexing_by_a_tensor():
    t, index = Tensor([1.0, 2.0]), Tensor(np.array([1, 1]))
    t[index].sum().backward()
    np.testing.assert_array_equal(t.grad, [0, 2])


# -- reductions -------------------------------------------------------------------------------------------------------

AXES = [None, 0, 1, -1, (0, 1), (0, -1), [1, 2], (0, 1, 2), ()]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axes", AXES, ids=str)
@pytest.mark.parametrize("name", ["summation", "mean", "maximum"])
def test_reductions(rng, name, axes, keepdims):
    function = getattr(ops, name)
    by_numpy = {"summation": np.sum, "mean": np.mean, "maximum": np.max}[name]
    a = tensor(rng, 2, 3, 4)
    expected = by_numpy(a.numpy(), axis=tuple(axes) if isinstance(axes, list) else axes, keepdims=keepdims)
    result = function(a, axes, keepdims)
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected)
    assert_gradients(lambda: function(a, axes, keepdims), [a])


def test_equal_maxima_share_the_gradient():
    t = Tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    t.max(axis=1).backward([6, 6])
    np.testing.assert_array_equal(t.grad, [[0, 3, 3], [2, 2, 2]])


def test_mean_by_hand():
    t = Tensor([[1.0, 2.0], [3.0, 6.0]])
    y = t.mean(axis=0)
    np.testing.assert_array_equal(y, [2, 4])
    y.backward()
    np.testing.assert_array_equal(t.grad, np.full((2, 2), 0.5))


@pytest.mark.parametrize(
    ("wide", "shape"), [((2, 3), (3,)), ((2, 3), (1, 3)), ((4, 2, 3), (2, 1)), ((2, 3), ()), ((1, 1), (1,))]
)
def test_unbroadcast_adds_up_what_broadcasting_repeated(wide, shape):
    ones = np.ones(wide)
    result = unbroadcast(ones, shape)
    assert result.shape == shape
    assert result.sum() == ones.sum()


# -- own operations, and operations among layers ----------------------------------------------------------------------


class Cube(Operation):
    def forward(self, a):
        return a**3

    def backward(self, out_grad, node):
        (a,) = node.arrays
        return 3 * a**2 * out_grad


class Mix(Operation):
    """t a + (1 - t) b"""

    def __init__(self, t):
        self.t = t

    def forward(self, a, b):
        return self.t * a + (1 - self.t) * b

    def backward(self, out_grad, node):
        return self.t * out_grad, (1 - self.t) * out_grad


def test_a_custom_operation_is_recorded(rng):
    a, b = tensor(rng, 7, 2), tensor(rng, 7, 2)
    np.testing.assert_allclose(Mix(0.25)(Cube()(a), b), 0.25 * a.numpy() ** 3 + 0.75 * b.numpy())
    assert_gradients(lambda: Mix(0.25)(Cube()(a), b), [a, b])


def test_an_operation_needs_forward_and_backward():
    class Half(Operation):
        def forward(self, a):
            return a / 2

    with pytest.raises(TypeError, match="backward"):
        Half()


def test_a_custom_operation_does_not_replace_one_of_the_library():
    class Mean(Operation):
        def forward(self, a):
            return a * 0

        def backward(self, out_grad, node):
            return out_grad * 0

    assert Tensor([2.0, 4.0]).mean() == 3


@pytest.mark.parametrize("batch", [1, 7])
def test_operations_and_layers_mix_in_one_graph(rng, batch):
    x, y = tensor(rng, batch, 3, name="x"), rng.normal(size=(batch, 2))
    layer, activation = Dense(3, 2, rng=rng), Sigmoid()

    def loss():
        hidden = activation(layer(x * 2) + 0.5)
        return ((hidden - y) ** 2).mean() + (layer.w**2).sum() * 0.01

    assert_gradients(loss, [x, *layer.weights])


def test_operands_are_real_numbers():
    with pytest.raises(TypeError, match="Expected real numbers"):
        Tensor([1.0]) + np.array(["a"])
