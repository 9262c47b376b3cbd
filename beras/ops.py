"""The level beneath the layers: differentiable operations on arrays, forward and backward side by side.

Every class states its derivative next to its value. Broadcasting is undone in backward. Derivatives: any table of
derivatives; the matrix rules are those of Giles, *Collected matrix derivative results for forward and reverse mode AD*,
2008, section 2.2. ``numpy_rules`` points NumPy's own functions and operators at these.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.graph import Array, Node
from beras.operation import Operation, unbroadcast
from beras.shape_ops import Axes, BroadcastTo, Max, Mean, Reshape, Summation, Transpose
from beras.tensor import Tensor

# -- two operands -----------------------------------------------------------------------------------------------------


class Add(Operation):
    """a + b"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return a + b

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        return unbroadcast(out_grad, a.shape), unbroadcast(out_grad, b.shape)


class Sub(Operation):
    """a - b"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return a - b

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        return unbroadcast(out_grad, a.shape), unbroadcast(-out_grad, b.shape)


class Mul(Operation):
    """a * b, entry by entry"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return a * b

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        return unbroadcast(out_grad * b, a.shape), unbroadcast(out_grad * a, b.shape)


class Div(Operation):
    """a / b, entry by entry: d/da = 1/b, d/db = -a/b²"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return a / b

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        return unbroadcast(out_grad / b, a.shape), unbroadcast(-out_grad * a / (b * b), b.shape)


class Pow(Operation):
    """a ** b, entry by entry: d/da = b a^(b-1), d/db = a^b ln a (0 where a <= 0, where the power is not smooth in b)"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return a**b

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        log_a = np.log(np.where(a > 0, a, 1))
        into_a = out_grad * b * a ** np.where(b == 0, 1, b - 1)
        return unbroadcast(into_a, a.shape), unbroadcast(out_grad * node.output * log_a, b.shape)


class MatMul(Operation):
    """a @ b: d/da = J bᵀ, d/db = aᵀ J, over the last two axes; 1-D operands as in ``np.matmul``"""

    def forward(self, a: Array, b: Array) -> Array:  # type: ignore[override]
        return np.matmul(a, b)

    def backward(self, out_grad: Array, node: Node) -> tuple[Array, Array]:
        a, b = node.arrays
        a2 = a[None, :] if a.ndim == 1 else a
        b2 = b[:, None] if b.ndim == 1 else b
        J = np.expand_dims(out_grad, -1) if b.ndim == 1 else out_grad
        J = np.expand_dims(J, -2) if a.ndim == 1 else J
        into_a = unbroadcast(J @ np.swapaxes(b2, -1, -2), a2.shape)
        into_b = unbroadcast(np.swapaxes(a2, -1, -2) @ J, b2.shape)
        return into_a.reshape(a.shape), into_b.reshape(b.shape)


# -- one operand and a constant number --------------------------------------------------------------------------------


class ScalarOperation(Operation):
    """An operation with a constant number, which is part of the operation and no operand."""

    def __init__(self, scalar: float) -> None:
        self.scalar = float(scalar)

    def _constant(self, like: Array) -> Any:
        """The number in the array's dtype, which before NumPy 2 a 0-d array would lose to a plain one."""
        return like.dtype.type(self.scalar) if like.dtype.kind == "f" else self.scalar


class AddScalar(ScalarOperation):
    """a + c"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a + self._constant(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad


class MulScalar(ScalarOperation):
    """a c"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a * self._constant(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * self._constant(out_grad)


class DivScalar(ScalarOperation):
    """a / c"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a / self._constant(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad / self._constant(out_grad)


class PowerScalar(ScalarOperation):
    """a ** c: derivative c a^(c-1)"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a ** self._constant(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        if self.scalar == 0:
            return np.zeros_like(out_grad)
        a = node.arrays[0]
        return out_grad * (self._constant(a) * a ** (self._constant(a) - 1))


# -- one operand ------------------------------------------------------------------------------------------------------


class Negate(Operation):
    """-a"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return -a

    def backward(self, out_grad: Array, node: Node) -> Array:
        return -out_grad


class Log(Operation):
    """ln a: derivative 1/a"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.log(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad / node.arrays[0]


class Exp(Operation):
    """e^a: its own derivative"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.exp(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * node.output


class Sqrt(Operation):
    """√a: derivative 1 / (2√a)"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.sqrt(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad / (2 * node.output)


class Abs(Operation):
    """\\|a\\|: derivative sign(a), 0 at 0"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.abs(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * np.sign(node.arrays[0])


class Relu(Operation):
    """max(a, 0): derivative 1 above 0, 0 below and at 0"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.maximum(a, 0)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * (node.arrays[0] > 0)


class Sigmoid(Operation):
    """1 / (1 + e^-a) = (1 + tanh(a/2)) / 2, which cannot overflow: derivative y (1 - y)"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return 0.5 + 0.5 * np.tanh(0.5 * a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * node.output * (1 - node.output)


class Tanh(Operation):
    """tanh a: derivative 1 - y²"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.tanh(a)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad * (1 - node.output**2)


# -- the same as functions --------------------------------------------------------------------------------------------


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real)


def _constant(value: Any, like: Any) -> Any:
    """A number as an array of the other operand's dtype, so that it does not widen float32."""
    dtype = like.dtype if getattr(like, "dtype", np.dtype(int)).kind == "f" else float
    return np.asarray(value, dtype) if _is_number(value) else value


def add(a: Any, b: Any) -> Tensor:
    """a + b"""
    if _is_number(b):
        return AddScalar(b)(a)
    return AddScalar(a)(b) if _is_number(a) else Add()(a, b)


def subtract(a: Any, b: Any) -> Tensor:
    """a - b"""
    if _is_number(b):
        return AddScalar(-b)(a)
    return Sub()(_constant(a, b), b)


def mul(a: Any, b: Any) -> Tensor:
    """a * b, entry by entry"""
    if _is_number(b):
        return MulScalar(b)(a)
    return MulScalar(a)(b) if _is_number(a) else Mul()(a, b)


def divide(a: Any, b: Any) -> Tensor:
    """a / b, entry by entry"""
    if _is_number(b):
        return DivScalar(b)(a)
    return Div()(_constant(a, b), b)


def power(a: Any, b: Any) -> Tensor:
    """a ** b, entry by entry"""
    if _is_number(b):
        return PowerScalar(b)(a)
    return Pow()(_constant(a, b), b)


def matmul(a: Any, b: Any) -> Tensor:
    """a @ b"""
    return MatMul()(a, b)


def negate(a: Any) -> Tensor:
    """-a"""
    return Negate()(a)


def log(a: Any) -> Tensor:
    """Natural logarithm"""
    return Log()(a)


def exp(a: Any) -> Tensor:
    """e^a"""
    return Exp()(a)


def sqrt(a: Any) -> Tensor:
    """Square root"""
    return Sqrt()(a)


def absolute(a: Any) -> Tensor:
    """Absolute value"""
    return Abs()(a)


def relu(a: Any) -> Tensor:
    """max(a, 0)"""
    return Relu()(a)


def sigmoid(a: Any) -> Tensor:
    """1 / (1 + e^-a)"""
    return Sigmoid()(a)


def tanh(a: Any) -> Tensor:
    """Hyperbolic tangent"""
    return Tanh()(a)


def transpose(a: Any, axes: Sequence[int] | None = None) -> Tensor:
    """The axes permuted; None swaps the last two"""
    return Transpose(axes)(a)


def reshape(a: Any, shape: int | Sequence[int]) -> Tensor:
    """The same entries in another shape"""
    return Reshape(shape)(a)


def broadcast_to(a: Any, shape: Sequence[int]) -> Tensor:
    """The entries repeated to a larger shape"""
    return BroadcastTo(shape)(a)


def summation(a: Any, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The sum over one, several or all axes"""
    return Summation(axes, keepdims)(a)


def mean(a: Any, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The mean over one, several or all axes"""
    return Mean(axes, keepdims)(a)


def maximum(a: Any, axes: Axes = None, keepdims: bool = False) -> Tensor:
    """The largest entry over one, several or all axes"""
    return Max(axes, keepdims)(a)
