"""The functions that a line may call, by name: what they take, and the operation of ``beras`` that each of them is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from beras import ops
from beras.tensor import Tensor
from gui.domain.scratchpad.tree import Setting

Kind = Literal["entrywise", "matmul", "reduction", "transpose", "reshape", "broadcast"]
REDUCTION = ("axis", "keepdims")


@dataclass(frozen=True, slots=True)
class Function:
    """``settings`` are what stands behind the tensors; ``is_method`` whether a script writes it as x.name(...)."""

    name: str
    kind: Kind
    apply: Callable[..., Tensor]
    meaning: str
    operands: int = 1
    settings: tuple[str, ...] = ()
    is_method: bool = False
    written: str = ""

    @property
    def in_script(self) -> str:
        """What the function is called in ``beras.ops``."""
        return self.written or self.name


def _entrywise(name: str, apply: Callable[[Any], Tensor], meaning: str, written: str = "") -> Function:
    return Function(name, "entrywise", apply, meaning, written=written)


def _reduction(name: str, apply: Callable[..., Tensor], meaning: str) -> Function:
    return Function(name, "reduction", apply, meaning, settings=REDUCTION, is_method=True)


_ALL = (
    _entrywise("exp", ops.exp, "e to the power of every entry"),
    _entrywise("log", ops.log, "the natural logarithm of every entry"),
    _entrywise("sqrt", ops.sqrt, "the square root of every entry"),
    _entrywise("abs", ops.absolute, "every entry without its sign", "absolute"),
    _entrywise("relu", ops.relu, "every entry, 0 in place of a negative one"),
    _entrywise("sigmoid", ops.sigmoid, "1 / (1 + e^−x) of every entry"),
    _entrywise("tanh", ops.tanh, "the hyperbolic tangent of every entry"),
    Function("matmul", "matmul", ops.matmul, "the matrix product, as @", operands=2),
    _reduction("sum", lambda a, axis=None, keepdims=False: a.sum(axis=axis, keepdims=keepdims), "the sum of entries"),
    _reduction("mean", lambda a, axis=None, keepdims=False: a.mean(axis=axis, keepdims=keepdims), "their mean"),
    _reduction("max", lambda a, axis=None, keepdims=False: a.max(axis=axis, keepdims=keepdims), "the largest of them"),
    Function("transpose", "transpose", lambda a: a.transpose(), "rows and columns swapped", is_method=True),
    Function("T", "transpose", lambda a: a.T, "all axes reversed", is_method=True),
    Function(
        "reshape",
        "reshape",
        lambda a, shape: a.reshape(shape),
        "the same entries in another shape",
        settings=("shape",),
        is_method=True,
    ),
    Function("flatten", "reshape", lambda a: a.flatten(), "all entries in one row", is_method=True),
    Function(
        "broadcast_to",
        "broadcast",
        lambda a, shape: a.broadcast_to(shape),
        "the entries repeated to a larger shape",
        settings=("shape",),
        is_method=True,
    ),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _ALL}
PARAMETER = "param"
RESERVED = frozenset(
    {*FUNCTIONS, *(each.in_script for each in _ALL), "param", "beras", "ops", "constant", "print", "Tensor", "Variable"}
)
"""Names that a line cannot give to a tensor, because here or in the script they mean something else."""


def known_functions() -> str:
    """For a message: what can be called."""
    return ", ".join(name for name in FUNCTIONS if name != "T")


def applied(function: Function, tensors: tuple[Tensor, ...], settings: tuple[tuple[str, Setting], ...]) -> Tensor:
    """Record the operation."""
    return function.apply(*tensors, **dict(settings))
