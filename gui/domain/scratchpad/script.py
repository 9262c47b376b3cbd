"""A program as a Python script of plain BERAS calls. Run as it is, it prints the very numbers of the scratchpad."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gui.domain.scratchpad.differentiate import Evaluation
from gui.domain.scratchpad.functions import FUNCTIONS
from gui.domain.scratchpad.tree import (
    Binary,
    Call,
    Expression,
    IndexPart,
    Listing,
    Name,
    Negative,
    Number,
    Pick,
    Statement,
    is_number,
)

Array = NDArray[np.float64]

_HEAD = '''"""Made by BERAS Studio from the autograd scratchpad. Needs the package beras; prints all numbers."""

import beras
from beras import Tensor, Variable{functions}

beras.set_default_dtype("float64")


def constant(value, name=None):
    """A tensor that asks for no gradient."""
    tensor = Tensor(value, name=name)
    tensor.requires_grad = False
    return tensor


'''


def script_of(evaluation: Evaluation) -> str:
    """The script of a program that has been evaluated."""
    writer = _Writer()
    lines = [writer.line(statement) for statement in evaluation.program.statements]
    lines.append("")
    if evaluation.recording is not None:
        last = next(line.name for line in evaluation.lines if line.kind == "target")
        lines += [f"{last}{'.sum()' if evaluation.is_summed else ''}.backward()", ""]
    for line in evaluation.lines:
        lines.append(f'print("{line.name} =", {line.name}.numpy().tolist())')
    for name in _with_gradient(evaluation):
        lines.append(f'print("d{evaluation.target}/d{name} =", {name}.grad.tolist())')
    functions = ", ".join(sorted(writer.functions))
    return _HEAD.format(functions=f"\nfrom beras.ops import {functions}" if functions else "") + "\n".join(lines) + "\n"


def printed_by(evaluation: Evaluation) -> str:
    """What the script prints, from the numbers that are at hand."""
    lines = [f"{line.name} = {line.value.tolist()}" for line in evaluation.lines]
    gradients = _with_gradient(evaluation)
    lines += [f"d{evaluation.target}/d{name} = {gradient.tolist()}" for name, gradient in gradients.items()]
    return "\n".join(lines) + "\n"


def _with_gradient(evaluation: Evaluation) -> dict[str, Array]:
    """The parameters that a gradient reaches."""
    return {
        line.name: line.gradient
        for line, statement in zip(evaluation.lines, evaluation.program.statements, strict=True)
        if statement.is_parameter and line.gradient is not None
    }


class _Writer:
    """Writes formulas; ``functions`` collects what has to be imported."""

    def __init__(self) -> None:
        self.functions: set[str] = set()

    def line(self, statement: Statement) -> str:
        name, expression = statement.name, statement.expression
        if isinstance(expression, Listing) or is_number(expression):
            made = "Variable" if statement.is_parameter else "constant"
            return f'{name} = {made}({self._literal(expression)}, name="{name}")'
        return f"{name} = {self._written(expression)}"

    def _literal(self, part: Expression) -> str:
        if isinstance(part, Listing):
            return _rows(part.entries, part.shape)
        return self._written(part)

    def _written(self, part: Expression) -> str:
        """A formula; numbers are written so that they are floats."""
        if isinstance(part, Number):
            return repr(part.value)
        if isinstance(part, Name):
            return part.name
        if isinstance(part, Listing):
            return f"constant({_rows(part.entries, part.shape)})"
        if isinstance(part, Negative):
            return f"-{self._inside(part.operand)}"
        if isinstance(part, Binary):
            return f"{self._inside(part.left)} {part.sign} {self._inside(part.right)}"
        return self._call(part) if isinstance(part, Call) else self._pick(part)

    def _inside(self, part: Expression) -> str:
        """With brackets where the order of operations could be another."""
        written = self._written(part)
        return f"({written})" if isinstance(part, Binary | Negative) else written

    def _operand(self, part: Expression) -> str:
        return f"constant({self._written(part)})" if is_number(part) else self._written(part)

    def _call(self, part: Call) -> str:
        function = FUNCTIONS[part.function]
        if not function.is_method:
            self.functions.add(function.in_script)
            return f"{function.in_script}({', '.join(map(self._operand, part.operands))})"
        receiver = part.operands[0]
        written = f"({self._written(receiver)})" if isinstance(receiver, Binary | Negative) else self._written(receiver)
        written = f"constant({self._written(receiver)})" if is_number(receiver) else written
        if function.name == "T":
            return f"{written}.T"
        settings = ", ".join(repr(value) if name == "shape" else f"{name}={value!r}" for name, value in part.settings)
        return f"{written}.{function.in_script}({settings})"

    def _pick(self, part: Pick) -> str:
        return f"{self._inside(part.operand)}[{', '.join(map(_position, part.index))}]"


def _position(part: IndexPart) -> str:
    if isinstance(part, int):
        return str(part)
    first, last, step = ("" if each is None else str(each) for each in part)
    return f"{first}:{last}" + (f":{step}" if step else "")


def _rows(entries: tuple[float, ...], shape: tuple[int, ...]) -> str:
    """Nested lists of numbers that Python reads back as the same."""
    if len(shape) == 1:
        return f"[{', '.join(map(repr, entries))}]"
    step = len(entries) // shape[0]
    rows = (_rows(entries[i : i + step], shape[1:]) for i in range(0, len(entries), step))
    return f"[{', '.join(rows)}]"
