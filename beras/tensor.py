"""The tensor: a NumPy array that remembers how it was computed.

NumPy functions and operators reach the recorder through ``__array_ufunc__`` and ``__array_function__``; which rule
serves which function is written in ``numpy_rules``, which this module does not know.
"""

from __future__ import annotations

import copy
import numbers
from collections.abc import Callable as AnyCallable
from collections.abc import Iterable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from beras.dtype import default_dtype
from beras.graph import STATE, Array, Node, backpropagate, needs_recording, no_grad, refuse_detached


def floating(array: ArrayLike) -> Array:
    """A plain floating array: float32 and float64 stay as they are, everything else becomes the default dtype."""
    plain = as_array(array) if isinstance(array, (Tensor, np.ndarray)) else np.asarray(array)
    if plain.dtype.kind == "f" and plain.dtype.itemsize >= 4:
        return plain
    if plain.dtype.kind not in "fiub":
        raise TypeError(
            f"Expected real numbers. Received an array of dtype {plain.dtype}; convert it to float32 first."
        )
    return plain.astype(default_dtype())


def as_array(value: Any) -> Any:
    """The plain array behind a tensor (sharing its memory); lists and numbers become arrays, the rest stays."""
    if isinstance(value, Tensor):
        return value.view(np.ndarray)
    if isinstance(value, (list, tuple, numbers.Number)) and not isinstance(value, bool):
        return np.asarray(value, dtype=None if _is_array_like(value) else default_dtype())
    return value


def _is_array_like(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(isinstance(item, (np.ndarray, np.generic)) for item in value)


# Recorded operations by name, and NumPy functions -> recorded functions; `operation` and `numpy_rules` fill them.
OPERATIONS: dict[str, AnyCallable[..., Any]] = {}
UFUNC_RULES: dict[np.ufunc, AnyCallable[..., Tensor]] = {}
FUNCTION_RULES: dict[Any, AnyCallable[..., Any]] = {}

_WITHOUT_GRADIENT = frozenset(
    """
    greater greater_equal less less_equal equal not_equal logical_and logical_or logical_xor logical_not
    isfinite isinf isnan signbit sign floor ceil rint trunc fmod remainder floor_divide bitwise_and bitwise_or
    bitwise_xor invert left_shift right_shift nextafter spacing
    """.split()  # noqa: SIM905  a list of words reads better
)
_FUNCTIONS_WITHOUT_GRADIENT = frozenset(
    """
    allclose isclose array_equal array_equiv argmax argmin argsort argwhere nonzero flatnonzero count_nonzero
    any all shape ndim size unique searchsorted digitize histogram bincount round around fix isreal iscomplex
    result_type can_cast array_repr array_str array2string save savez savez_compressed savetxt zeros_like
    ones_like empty_like full_like may_share_memory shares_memory copyto isin in1d sort lexsort min_scalar_type
    common_type iscomplexobj isrealobj nan_to_num
    """.split()  # noqa: SIM905  a list of words reads better
)


class Tensor(np.ndarray):
    """An array that remembers how it was computed.

    ``Tensor(data, name=None, dtype=None)`` copies ``data``; a Tensor is returned as it is. Python numbers become the
    default floating dtype, arrays keep theirs. Every array derived from a tensor is born detached, because what a
    tensor knows lives in its own attributes and the class holds the defaults.
    """

    requires_grad: bool = False
    grad: Array | None = None
    node: Node | None = None
    name: str | None = None
    version: int = 0
    detached_by: str | None = None

    def __new__(cls, data: Any, name: str | None = None, dtype: DTypeLike | None = None) -> Tensor:
        if isinstance(data, Tensor) and isinstance(data, cls) and (dtype is None or data.dtype == np.dtype(dtype)):
            return data
        array = np.array(data, dtype=dtype)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"A {cls.__name__} holds real numbers. Received data of dtype {array.dtype}; "
                "check that all rows have the same length and all entries are numbers."
            )
        if dtype is None and array.dtype.kind == "f" and (array.dtype.itemsize < 4 or not hasattr(data, "dtype")):
            array = array.astype(default_dtype())
        tensor = array.view(cls)
        tensor.requires_grad = True
        tensor.name = name
        return tensor

    # -- what a tensor knows ------------------------------------------------------------------------------------------

    @property
    def trainable(self) -> bool:
        """The same flag as ``requires_grad``."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.requires_grad = bool(value)

    @property
    def _op(self) -> Any:
        """The operation or layer that computed this tensor, or None for a leaf."""
        return None if self.node is None else self.node.op

    @property
    def _inputs(self) -> list[Any]:
        """The inputs of the operation that computed this tensor."""
        return [] if self.node is None else list(self.node.inputs)

    def numpy(self) -> Array:
        """The plain array, sharing this tensor's memory."""
        return self.view(np.ndarray)

    def detach(self) -> Tensor:
        """The same values, cut off from the graph on purpose; shares memory."""
        return self.view(Tensor)

    def assign(self, value: ArrayLike) -> Tensor:
        """Write new values in place; the shape must be the same."""
        new = np.asarray(value)
        if new.shape != self.shape:
            raise ValueError(
                f"assign() needs values of shape {self.shape}{f' for {self.name}' if self.name else ''}. "
                f"Received: {new.shape}."
            )
        if self.dtype.kind in "iub" and new.dtype.kind == "f":
            raise TypeError(f"This tensor holds {self.dtype} and cannot take fractions. Make it with dtype=float.")
        self.about_to_write()
        self.view(np.ndarray)[...] = new
        return self

    def about_to_write(self) -> None:
        """Note a write in place; a recorded intermediate refuses it, because its consumers remember its values."""
        if self.node is not None:
            raise RuntimeError(
                f"This tensor was recorded as the output of {self.node.label}; writing into it makes its gradients "
                "wrong. Compute a new tensor instead, or write into .detach().copy()."
            )
        self.version += 1

    # -- gradients ----------------------------------------------------------------------------------------------------

    @staticmethod
    def no_grad() -> no_grad:
        """The context in which nothing is recorded in this thread."""
        return no_grad()

    def backward(self, grad: ArrayLike | None = None) -> None:
        """Add d(self)/d(leaf) to ``.grad`` of every leaf that requires a gradient.

        ``grad`` is the upstream gradient with this tensor's shape; without it ones are used, which is the gradient of
        the sum of all entries. One recorded result can be swept once; run the forward pass again for another sweep.
        """
        refuse_detached(self)
        assert self.node is not None
        if self.node.swept:
            raise RuntimeError(
                "backward() has run on this result already, and would add the same gradients twice. "
                "Run the forward pass again first."
            )
        for leaf, gradient in backpropagate(self, seed_like(self, grad)):
            if gradient is not None:
                leaf.grad = gradient if leaf.grad is None else leaf.grad + gradient  # type: ignore[attr-defined]
        self.node.swept = True

    # -- the gateway to the recorder ----------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        if out is not None or method == "at":
            return _write(ufunc, method, inputs, out or (), kwargs)
        if ufunc.__name__ in _WITHOUT_GRADIENT:
            return getattr(ufunc, method)(*map(plain, inputs), **kwargs)
        rule = UFUNC_RULES.get(ufunc)
        if method == "__call__" and rule is not None and not kwargs:
            return rule(*inputs)
        values = getattr(ufunc, method)(*map(plain, inputs), **kwargs)
        return _without_rule(f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}"), values, inputs)

    def __array_function__(self, func: Any, types: Iterable[type], args: Any, kwargs: Any) -> Any:
        for target in (kwargs.get("out"), args[0] if func.__name__ in _WRITING_FUNCTIONS else None):
            if isinstance(target, Tensor):
                target.about_to_write()
        rule = FUNCTION_RULES.get(func)
        recorded = NotImplemented if rule is None else rule(*args, **kwargs)
        if recorded is not NotImplemented:
            return recorded
        values = func(*plain_tree(args), **plain_tree(kwargs))
        if func.__name__ in _FUNCTIONS_WITHOUT_GRADIENT:
            return values
        return _without_rule(f"np.{func.__name__}", values, list(leaves_of((args, kwargs))))

    def __getitem__(self, index: Any) -> Any:
        if needs_recording((self,)):
            return OPERATIONS["GetItem"](index)(self)
        return derived(self.view(np.ndarray)[plain_tree(index)], (self,))

    def __setitem__(self, index: Any, value: Any) -> None:
        self.about_to_write()
        if needs_recording((value,)):
            self.detached_by = "A recorded tensor was written into another by item assignment, which is not recorded."
        self.view(np.ndarray)[plain_tree(index)] = plain(value)

    # -- explicit methods: those of NumPy, recorded -------------------------------------------------------------------

    def sum(self, axis: Any = None, *args: Any, **kwargs: Any) -> Any:
        return np.sum(self, axis, *args, **kwargs)

    def mean(self, axis: Any = None, *args: Any, **kwargs: Any) -> Any:
        return np.mean(self, axis, *args, **kwargs)

    def max(self, axis: Any = None, *args: Any, **kwargs: Any) -> Any:
        return np.max(self, axis, *args, **kwargs)

    def reshape(self, *shape: Any, order: str = "C") -> Any:  # type: ignore[override]
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def flatten(self, order: str = "C") -> Any:  # type: ignore[override]
        return self.reshape(-1, order=order)

    ravel = flatten  # type: ignore[assignment]

    def transpose(self, *axes: Any) -> Any:
        """Permute the axes; without arguments the last two are swapped (as the op-level chapter defines it)."""
        chosen = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return OPERATIONS["Transpose"](chosen)(self)

    @property
    def T(self) -> Any:
        """All axes reversed, as in NumPy; for a matrix that is ``transpose()``."""
        return self.transpose(tuple(reversed(range(self.ndim)))) if self.ndim > 1 else self

    def broadcast_to(self, shape: Sequence[int]) -> Any:
        return OPERATIONS["BroadcastTo"](shape)(self)

    def dot(self, other: Any, out: Any = None) -> Any:
        return np.dot(self, other, out)

    # -- copies keep what was set by hand -----------------------------------------------------------------------------

    def __deepcopy__(self, memo: dict[int, Any] | None) -> Tensor:
        twin = self.view(np.ndarray).copy().view(type(self))
        twin.__dict__.update(requires_grad=self.requires_grad, name=self.name, grad=copy.deepcopy(self.grad))
        if memo is not None:
            memo[id(self)] = twin
        return twin

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self.numpy(), self.requires_grad, self.name)


class Variable(Tensor):
    """A tensor meant as a parameter: ``Variable(data, name=None, dtype=None)``. Integers become the default dtype."""

    def __new__(cls, data: Any, name: str | None = None, dtype: DTypeLike | None = None) -> Variable:
        if dtype is None and np.asarray(data).dtype.kind in "iub":
            dtype = default_dtype()
        return super().__new__(cls, data, name, dtype)  # type: ignore[return-value]


def _rebuild(cls: type[Tensor], array: Array, requires_grad: bool, name: str | None) -> Tensor:
    tensor = array.view(cls)
    tensor.requires_grad, tensor.name = requires_grad, name
    return tensor


def plain(value: Any) -> Any:
    """A tensor's plain array; anything else as it is."""
    return value.view(np.ndarray) if isinstance(value, Tensor) else value


def plain_tree(value: Any) -> Any:
    """The same nest of tuples, lists and dicts with every tensor replaced by its plain array."""
    if isinstance(value, (tuple, list)) and type(value) in (tuple, list):
        return type(value)(plain_tree(item) for item in value)
    if isinstance(value, dict):
        return {key: plain_tree(item) for key, item in value.items()}
    return plain(value)


def leaves_of(value: Any) -> Iterable[Any]:
    """Every item in a nest of tuples, lists and dicts."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from leaves_of(item)
    else:
        yield value


def seed_like(tensor: Tensor, grad: ArrayLike | None) -> Array:
    """The upstream gradient to start a sweep with: ``grad`` checked against the tensor's shape, or ones."""
    dtype = tensor.dtype if tensor.dtype.kind == "f" else default_dtype()
    if grad is None:
        return np.ones(tensor.shape, dtype)
    seed = np.array(grad, dtype=dtype)
    if seed.shape != tensor.shape:
        raise ValueError(f"The upstream gradient must have the tensor's shape {tensor.shape}. Received: {seed.shape}.")
    return seed


def derived(values: Any, origins: Iterable[Any]) -> Any:
    """Unrecorded values as a tensor that still knows of a gradient lost on the way to ``origins``."""
    tensor = np.asarray(values).view(Tensor)
    lost = next((o.detached_by for o in origins if isinstance(o, Tensor) and o.detached_by), None)
    if lost is not None:
        tensor.detached_by = lost
    return tensor


def _without_rule(name: str, values: Any, inputs: Sequence[Any]) -> Any:
    """What a NumPy function without a gradient rule gives: detached, and able to say so later."""
    if not isinstance(values, (np.ndarray, np.generic)) or values.dtype.kind != "f":
        return values
    tensor = derived(values, inputs)
    if needs_recording(inputs):
        message = (
            f"{name} has no gradient rule in BERAS, so the gradient is lost there. Use the recorded operations "
            "(beras.ops), write one as a class with forward and backward, or wrap the call in no_grad()."
        )
        if STATE.tape is not None:
            raise RuntimeError(message)
        tensor.detached_by = message
    return tensor


def _write(ufunc: np.ufunc, method: str, inputs: Sequence[Any], out: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A ufunc with ``out=`` (or ``.at``): compute in place, allowed only where no gradient can become wrong."""
    targets = [target for target in out or inputs[:1] if isinstance(target, Tensor)]
    for target in targets:
        target.about_to_write()
    if needs_recording([value for value in inputs if not any(value is target for target in targets)]):
        message = (
            f"np.{ufunc.__name__} wrote a recorded tensor into another in place, and its gradient is lost there. "
            "Use the form without out= (a = a + b instead of a += b), or write inside no_grad()."
        )
        if STATE.tape is not None:
            raise RuntimeError(message)
        for target in targets:
            target.detached_by = message
    if out:
        kwargs = {**kwargs, "out": tuple(map(plain, out))}
    result = getattr(ufunc, method)(*map(plain, inputs), **kwargs)
    return out[0] if len(out) == 1 else result


_METHODS_WITHOUT_RULE = tuple(
    """
    min std var prod cumsum cumprod clip squeeze swapaxes repeat take diagonal trace ptp compress choose round
    """.split()  # noqa: SIM905  a list of words reads better
)
_COPYING_METHODS = ("copy", "astype", "__copy__")
_WRITING_METHODS = ("fill", "sort", "put", "partition", "setfield", "resize", "byteswap")
_WRITING_FUNCTIONS = ("copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis")


def _method_without_rule(name: str) -> AnyCallable[..., Any]:
    base = getattr(np.ndarray, name)

    @wraps(base, assigned=("__name__",))  # not NumPy's docstring: its examples are no tensors
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        values = base(self.view(np.ndarray), *map(plain, args), **{key: plain(v) for key, v in kwargs.items()})
        if name in _COPYING_METHODS and self.node is None:
            return derived(values, (self,))  # a copy of a leaf is a new leaf
        return _without_rule(f"Tensor.{name}", values, (self,))

    return method


def _writing_method(name: str) -> AnyCallable[..., Any]:
    base = getattr(np.ndarray, name)

    @wraps(base, assigned=("__name__",))  # not NumPy's docstring: its examples are no tensors
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        self.about_to_write()
        return base(self.view(np.ndarray), *map(plain, args), **{key: plain(v) for key, v in kwargs.items()})

    return method


for _name in _WRITING_METHODS:
    setattr(Tensor, _name, _writing_method(_name))

for _name in (*_METHODS_WITHOUT_RULE, *_COPYING_METHODS):
    if hasattr(np.ndarray, _name):
        setattr(Tensor, _name, _method_without_rule(_name))
