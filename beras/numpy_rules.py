"""NumPy's functions and operators, pointed at the operations that record them; importing this fills the tables.

A rule gives NotImplemented for arguments it does not know (``out``, ``where``, ``order="F"``): NumPy then computes, and
the result is not recorded and says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.ops import (
    AddScalar,
    PowerScalar,
    absolute,
    add,
    broadcast_to,
    divide,
    exp,
    log,
    matmul,
    mul,
    negate,
    power,
    reshape,
    sqrt,
    subtract,
    tanh,
    transpose,
)
from beras.shape_ops import Axes, Max, Mean, Reduction, Summation
from beras.tensor import FUNCTION_RULES, UFUNC_RULES

UFUNC_RULES.update(
    {
        np.add: add,
        np.subtract: subtract,
        np.multiply: mul,
        np.divide: divide,
        np.power: power,
        np.float_power: power,
        np.matmul: matmul,
        np.negative: negate,
        np.positive: lambda a: AddScalar(0)(a),
        np.log: log,
        np.exp: exp,
        np.sqrt: sqrt,
        np.square: lambda a: PowerScalar(2)(a),
        np.reciprocal: lambda a: divide(1, a),
        np.absolute: absolute,
        np.fabs: absolute,
        np.tanh: tanh,
    }
)


def _reduce(operation: type[Reduction]) -> Any:
    def reduction(a: Any, axis: Axes = None, dtype: Any = None, out: Any = None, keepdims: Any = 0, **rest: Any) -> Any:
        if rest or dtype is not None or out is not None:
            return NotImplemented
        return operation(axis, keepdims in (True, 1))(a)

    return reduction


def _max(a: Any, axis: Axes = None, out: Any = None, keepdims: Any = 0, **rest: Any) -> Any:
    return NotImplemented if rest or out is not None else Max(axis, keepdims in (True, 1))(a)


def _reshape(a: Any, shape: Any, order: str = "C") -> Any:
    return reshape(a, shape) if order == "C" else NotImplemented


def _dot(a: Any, b: Any, out: Any = None) -> Any:
    if out is not None or np.ndim(b) > 2:
        return NotImplemented
    return matmul(a, b) if np.ndim(a) and np.ndim(b) else mul(a, b)


FUNCTION_RULES.update(
    {
        np.sum: _reduce(Summation),
        np.mean: _reduce(Mean),
        np.max: _max,
        np.reshape: _reshape,
        np.ravel: lambda a, order="C": _reshape(a, -1, order),
        np.transpose: lambda a, axes=None: transpose(a, tuple(range(np.ndim(a)))[::-1] if axes is None else axes),
        np.broadcast_to: lambda a, shape, subok=False: broadcast_to(a, shape),
        np.dot: _dot,
    }
)
