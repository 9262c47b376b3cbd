"""Computes the lines of a program with the recorded operations of ``beras``, in float64, by walking its small tree.

Shapes are worked out before anything is computed (``shapes``). A number that is not finite is a fault of the line.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.tensor import Tensor, Variable
from gui.domain.scratchpad import shapes
from gui.domain.scratchpad.functions import FUNCTIONS, applied
from gui.domain.scratchpad.shapes import Budget, ShapeFault
from gui.domain.scratchpad.tree import (
    Binary,
    Call,
    Expression,
    Fault,
    Listing,
    Name,
    Negative,
    Number,
    Pick,
    Program,
    ScratchpadError,
    Statement,
)

Array = NDArray[Any]
Value = float | Tensor
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
}
LONGEST_LABEL = 18
LARGEST = "The largest number a computer holds is about 1.8e308."


@dataclass(slots=True)
class Run:
    """The tensors of a program that has been computed, by name; ``given`` are parameters that are at hand already.

    ``texts`` says for every recorded result, by the identity of its node, what was typed for it.
    """

    program: Program
    given: Mapping[str, Tensor] = field(default_factory=dict)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    _budget: Budget = field(default_factory=Budget)

    @property
    def parameters(self) -> dict[str, Tensor]:
        """The tensors that ask for a gradient, in the order of their lines."""
        return {each.name: self.tensors[each.name] for each in self.program.statements if each.is_parameter}

    @property
    def last(self) -> Statement | None:
        """The last line whose result depends on a parameter: where the gradient starts."""
        found = (s for s in reversed(self.program.statements) if self.tensors[s.name].node is not None)
        return next(found, None)


def computed(program: Program, given: Mapping[str, Tensor] | None = None) -> Run:
    """Compute every line; ``ScratchpadError`` at the first one that cannot be computed."""
    run = Run(program, given or {})
    with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
        for statement in program.statements:
            run.tensors[statement.name] = _Line(statement, run).tensor()
    return run


class _Line:
    """Computes one line."""

    def __init__(self, statement: Statement, run: Run) -> None:
        self._statement, self._tensors, self._texts, self._budget = statement, run.tensors, run.texts, run._budget
        self._given = run.given.get(statement.name)

    def tensor(self) -> Tensor:
        statement = self._statement
        if self._given is not None:
            return self._given
        value = self._value(statement.expression)
        if statement.is_parameter:
            array = np.array(value if isinstance(value, float) else value.numpy())
            return Variable(array, name=statement.name)
        if isinstance(value, float):
            return constant(value, statement.name)
        if not any(value is known for known in self._tensors.values()):
            value.name = statement.name
        return value

    # -- the kinds of parts -------------------------------------------------------------------------------------------

    def _value(self, part: Expression) -> Value:
        if isinstance(part, Number):
            return part.value
        if isinstance(part, Name):
            return self._tensors[part.name]
        if isinstance(part, Listing):
            self._take(part, part.shape)
            return constant(np.array(part.entries).reshape(part.shape), self._label(part))
        if isinstance(part, Negative):
            operand = self._value(part.operand)
            if isinstance(operand, float):
                return -operand
            return self._recorded(part, operand.shape, lambda: -operand)
        if isinstance(part, Binary):
            return self._binary(part)
        return self._call(part) if isinstance(part, Call) else self._pick(part)

    def _binary(self, part: Binary) -> Value:
        left, right = self._value(part.left), self._value(part.right)
        if isinstance(left, float) and isinstance(right, float):
            return self._arithmetic(part, left, right)
        shape = self._checked(part, lambda: self._binary_shape(part.sign, np.shape(left), np.shape(right)))
        return self._recorded(part, shape, lambda: OPERATORS[part.sign](left, right))

    def _binary_shape(self, sign: str, left: shapes.Shape, right: shapes.Shape) -> shapes.Shape:
        if sign != "@":
            return shapes.together(left, right)
        shape, products = shapes.multiplied(left, right)
        self._budget.multiply(products)
        return shape

    def _arithmetic(self, part: Binary, left: float, right: float) -> float:
        """Numbers alone."""
        if part.sign == "@":
            raise self._fault(part, "@ multiplies vectors and matrices. Use * for single numbers.")
        try:
            result = OPERATORS[part.sign](left, right)
        except ZeroDivisionError:
            raise self._fault(part, "Division by zero.") from None
        except OverflowError:
            result = math.inf
        if isinstance(result, complex):
            raise self._fault(part, "A negative number has no such power among the real numbers.")
        if not math.isfinite(result):
            raise self._fault(part, f"This becomes too large. {LARGEST}")
        return float(result)

    def _call(self, part: Call) -> Tensor:
        function = FUNCTIONS[part.function]
        tensors = tuple(self._as_tensor(each) for each in part.operands)
        shape = self._checked(part, lambda: self._call_shape(part, *(each.shape for each in tensors)))
        return self._recorded(part, shape, lambda: applied(function, tensors, part.settings))

    def _call_shape(self, part: Call, *given: shapes.Shape) -> shapes.Shape:
        kind, settings = FUNCTIONS[part.function].kind, dict(part.settings)
        if kind == "matmul":
            return self._binary_shape("@", *given)
        if kind == "reduction":
            return shapes.reduced(given[0], settings.get("axis"), settings.get("keepdims") is True)
        if kind == "reshape":
            return shapes.reshaped(given[0], settings.get("shape", (-1,)))
        if kind == "broadcast":
            return shapes.stretched(given[0], settings["shape"])
        return given[0]  # a transposed tensor is as large

    def _pick(self, part: Pick) -> Tensor:
        tensor = self._as_tensor(part.operand)
        shape = self._checked(part, lambda: shapes.picked(tensor.shape, part.index))
        index = tuple(slice(*each) if isinstance(each, tuple) else each for each in part.index)
        return self._recorded(part, shape, lambda: tensor[index])

    def _as_tensor(self, part: Expression) -> Tensor:
        value = self._value(part)
        return constant(value, self._label(part)) if isinstance(value, float) else value

    # -- limits and errors --------------------------------------------------------------------------------------------

    def _take(self, part: Expression, shape: shapes.Shape) -> None:
        self._checked(part, lambda: self._budget.take(shape))

    def _checked(self, part: Expression, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except ShapeFault as error:
            raise self._fault(part, str(error)) from None

    def _recorded(self, part: Expression, shape: shapes.Shape, work: Callable[[], Tensor]) -> Tensor:
        """Do an operation of which the shape is known; what is not recorded is called as it is written."""
        self._take(part, shape)
        try:
            tensor = work()
        except FloatingPointError:
            raise self._fault(part, self._what_went_wrong(part)) from None
        if not np.isfinite(tensor.numpy()).all():
            raise self._fault(part, self._what_went_wrong(part))
        if tensor.node is None:
            tensor.name = self._label(part)
        else:
            self._texts[id(tensor.node)] = self._statement.text_of(part)
        return tensor

    def _what_went_wrong(self, part: Expression) -> str:
        """Look at the operands again for the reason."""
        if isinstance(part, Call) and part.function in ("log", "sqrt"):
            smallest = float(np.min(self._plain(part.operands[0])))
            above = "above 0" if part.function == "log" else "from 0 on"
            name = "logarithm" if part.function == "log" else "square root"
            return f"{part.function} of {smallest:g}: the {name} is there for numbers {above} only."
        if isinstance(part, Binary) and part.sign == "/" and not np.all(self._plain(part.right)):
            return "Division by zero."
        if isinstance(part, Binary) and part.sign == "**":
            base, power = self._plain(part.left), self._plain(part.right)
            if np.any((base == 0) & (power < 0)):
                return "Division by zero: 0 to a negative power."
            if np.any((base < 0) & (power != np.round(power))):
                return "A negative number has no such power among the real numbers."
        return f"This becomes too large. {LARGEST}"

    def _plain(self, part: Expression) -> Array:
        value = self._value(part)
        return np.asarray(value if isinstance(value, float) else value.numpy())

    def _label(self, part: Expression) -> str:
        text = self._statement.text_of(part)
        return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"

    def _fault(self, part: Expression, message: str) -> ScratchpadError:
        at = part.at
        return ScratchpadError(Fault(self._statement.line, at.begin, max(at.end - at.begin, 1), message))


def constant(value: float | Array, name: str | None) -> Tensor:
    """A tensor that asks for no gradient."""
    tensor = Tensor(np.array(value, np.float64), name=name)
    tensor.requires_grad = False
    return tensor
