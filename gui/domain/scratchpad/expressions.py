"""Turns what Python's parser made of a formula into the small tree of ``tree``, or says what has no place in it."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from typing import Any

from gui.domain.scratchpad.functions import FUNCTIONS, PARAMETER, Function, known_functions
from gui.domain.scratchpad.tree import (
    DEEPEST,
    MOST_IN_A_LINE,
    At,
    Binary,
    Call,
    Expression,
    IndexPart,
    Listing,
    Name,
    Negative,
    Number,
    Pick,
    Setting,
    is_number,
)

_SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.MatMult: "@",
}
_REFUSED: Mapping[type[ast.expr], str] = {
    ast.Attribute: "Only x.T and the known methods can follow a point",
    ast.Lambda: "Functions are not made here",
    ast.ListComp: "There are no comprehensions here",
    ast.GeneratorExp: "There are no comprehensions here",
    ast.Compare: "Nothing is compared here",
    ast.NamedExpr: "One line gives one name",
    ast.Starred: "Nothing is unpacked here",
    ast.Tuple: "Write a list in square brackets",
}
LARGEST_WHOLE = 1_000_000
MOST_AXES = 6
DEEPEST_TREE = DEEPEST + MOST_IN_A_LINE


class LineFault(Exception):  # noqa: N818  it becomes a Fault
    """What is wrong with the line that is being read."""

    def __init__(self, column: int, length: int, message: str) -> None:
        super().__init__(message)
        self.column, self.length, self.message = column, length, message


class ExpressionReader:
    """Reads one formula. ``known`` are the names of the lines above; ``ops`` counts the operations."""

    def __init__(self, code: str, lead: int, known: Mapping[str, int], later: Mapping[str, int]) -> None:
        self._code, self._lead, self._known, self._later = code, lead, known, later
        self._bytes = None if code.isascii() else code[lead:].encode()
        self.ops = 0

    def read(self, node: ast.expr, depth: int = 0) -> Expression:
        if depth > DEEPEST_TREE:
            raise self._fault(node, "This line is nested too deeply.")
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.UnaryOp):
            return self._signed(node, depth)
        if isinstance(node, ast.BinOp):
            return self._binary(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Attribute) and node.attr == "T":
            return self._counted(Call("T", (self.read(node.value, depth + 1),), (), self._at(node)))
        if isinstance(node, ast.Subscript):
            return self._pick(node, depth)
        if isinstance(node, ast.List):
            return self._listing(node)
        raise self._fault(node, f"{_REFUSED.get(type(node), 'This has no place here')}.")

    def parameter(self, node: ast.Call) -> Expression:
        """The numbers in param(...)."""
        if node.keywords or len(node.args) != 1:
            raise self._fault(node, "param takes one number or list: w = param([1, 2]).")
        return self.read(node.args[0])

    # -- numbers, names, lists ----------------------------------------------------------------------------------------

    def _number(self, node: ast.Constant) -> Number:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._fault(node, "A number is meant to stand here.")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._fault(node, "This number is too large. The largest is about 1.8e308.")
        return Number(number, self._at(node))

    def _name(self, node: ast.Name) -> Name:
        name = node.id
        if name in self._known:
            return Name(name, self._at(node))
        if name in FUNCTIONS:
            raise self._fault(node, f"{name} is a function. Write {name}(...).")
        if name == PARAMETER:
            raise self._fault(node, "param stands alone behind =: w = param(2.0).")
        line = self._later.get(name)
        if line is not None:
            raise self._fault(
                node, f"“{name}” is not there yet: line {line + 1} gives it. Names come before their use."
            )
        raise self._fault(node, f"No line gives the name “{name}”.")

    def _listing(self, node: ast.List) -> Listing:
        entries: list[float] = []
        shape = self._fill(node, entries, 0)
        return Listing(tuple(entries), shape, self._at(node))

    def _fill(self, node: ast.List, entries: list[float], depth: int) -> tuple[int, ...]:
        """Append the entries of a list, row by row; returns its shape."""
        if not node.elts:
            raise self._fault(node, "An empty list is no tensor.")
        if depth >= MOST_AXES:
            raise self._fault(node, f"A tensor has at most {MOST_AXES} axes.")
        shapes = []
        for element in node.elts:
            if isinstance(element, ast.List):
                shapes.append(self._fill(element, entries, depth + 1))
            else:
                entries.append(self._entry(element))
                shapes.append(())
            if shapes[-1] != shapes[0]:
                raise self._fault(element, "The rows of a list have the same length.")
        return len(shapes), *shapes[0]

    def _entry(self, node: ast.expr) -> float:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._entry(node.operand) if isinstance(node.operand, ast.Constant) else self._no_entry(node)
        return self._number(node).value if isinstance(node, ast.Constant) else self._no_entry(node)

    def _no_entry(self, node: ast.expr) -> float:
        raise self._fault(node, "A list holds numbers, no names and no arithmetic.")

    # -- operations ---------------------------------------------------------------------------------------------------

    def _signed(self, node: ast.UnaryOp, depth: int) -> Expression:
        if isinstance(node.op, ast.UAdd):
            return self.read(node.operand, depth + 1)
        if not isinstance(node.op, ast.USub):
            raise self._fault(node, "This sign has no place here.")
        return self._counted(Negative(self.read(node.operand, depth + 1), self._at(node)))

    def _binary(self, node: ast.BinOp, depth: int) -> Expression:
        sign = _SIGNS.get(type(node.op))
        if sign is None:
            raise self._fault(node, "Known signs are + - * / ** and @.")
        left, right = self.read(node.left, depth + 1), self.read(node.right, depth + 1)
        return self._counted(Binary(sign, left, right, self._at(node)))

    def _call(self, node: ast.Call, depth: int) -> Expression:
        if isinstance(node.func, ast.Attribute):
            name, place = node.func.attr, node.func
            function = FUNCTIONS.get(name)
            if function is None or not function.is_method or name == "T":
                methods = ", ".join(f".{each.name}()" for each in FUNCTIONS.values() if each.is_method)
                raise self._fault(place, f"“.{name}” is not known here. Known are {methods}.")
            return self._called(function, [node.func.value, *node.args], node, depth)
        if not isinstance(node.func, ast.Name):
            raise self._fault(node, "Only a function with a name can be called.")
        name = node.func.id
        if name == PARAMETER:
            raise self._fault(node, "param stands alone behind =: w = param(2.0).")
        function = FUNCTIONS.get(name)
        if function is None or name == "T":
            raise self._fault(node.func, f"No function “{name}” is known here. Known are {known_functions()}.")
        return self._called(function, node.args, node, depth)

    def _called(self, function: Function, arguments: Sequence[ast.expr], node: ast.Call, depth: int) -> Expression:
        if len(arguments) < function.operands:
            raise self._fault(node, f"{function.name} needs {_many(function.operands)}.")
        operands = tuple(self.read(each, depth + 1) for each in arguments[: function.operands])
        settings = self._settings(function, arguments[function.operands :], node)
        return self._counted(Call(function.name, operands, settings, self._at(node)))

    def _settings(
        self, function: Function, rest: Sequence[ast.expr], node: ast.Call
    ) -> tuple[tuple[str, Setting], ...]:
        """What stands in a call behind its tensors, by name."""
        if function.settings == ("shape",) and len(rest) > 1:
            return (("shape", tuple(self._whole(each) for each in rest)),)
        if len(rest) > len(function.settings):
            raise self._fault(rest[len(function.settings)], f"{function.name} takes no more than this.")
        given = dict(zip(function.settings, rest, strict=False))
        for word in node.keywords:
            if word.arg is None or word.arg not in function.settings:
                raise self._fault(word.value, f"{function.name} has no setting “{word.arg or '**'}”.")
            if word.arg in given:
                raise self._fault(word.value, f"“{word.arg}” is given twice.")
            given[word.arg] = word.value
        if "shape" in function.settings and "shape" not in given:
            raise self._fault(node, f"{function.name} needs a shape: x.{function.name}(2, 3).")
        return tuple((name, self._setting(name, value)) for name, value in given.items())

    def _setting(self, name: str, node: ast.expr) -> Setting:
        if name == "keepdims":
            if isinstance(node, ast.Constant) and isinstance(node.value, bool):
                return node.value
            raise self._fault(node, "keepdims is True or False.")
        if name == "axis" and isinstance(node, ast.Constant) and node.value is None:
            return None
        if isinstance(node, ast.Tuple):
            if len(node.elts) > MOST_AXES:
                raise self._fault(node, f"A tensor has at most {MOST_AXES} axes.")
            return tuple(self._whole(each) for each in node.elts)
        return self._whole(node) if name == "axis" else (self._whole(node),)

    def _pick(self, node: ast.Subscript, depth: int) -> Expression:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        index = tuple(self._part(each) for each in parts)
        return self._counted(Pick(self.read(node.value, depth + 1), index, self._at(node)))

    def _part(self, node: ast.expr) -> IndexPart:
        if isinstance(node, ast.Slice):
            first, last, step = (None if each is None else self._whole(each) for each in
                                 (node.lower, node.upper, node.step))  # fmt: skip
            if step == 0:
                raise self._fault(node, "The step of a slice is not 0.")
            return first, last, step
        return self._whole(node)

    def _whole(self, node: ast.expr) -> int:
        """A whole number, with its sign."""
        value: Any = node
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value, sign = node.operand, -1
        number = getattr(value, "value", None)
        if isinstance(number, int) and not isinstance(number, bool) and number <= LARGEST_WHOLE:
            return sign * number
        raise self._fault(node, f"A whole number up to {LARGEST_WHOLE:,} is meant to stand here.")

    # -- places -------------------------------------------------------------------------------------------------------

    def _counted(self, found: Expression) -> Expression:
        if not is_number(found):
            self.ops += 1
        return found

    def _at(self, node: ast.expr) -> At:
        begin, end = node.col_offset, node.end_col_offset or node.col_offset + 1
        if self._bytes is not None:  # Python counts bytes
            begin, end = (len(self._bytes[:offset].decode(errors="ignore")) for offset in (begin, end))
        return At(self._lead + begin, self._lead + end)

    def _fault(self, node: ast.expr, message: str) -> LineFault:
        at = self._at(node)
        return LineFault(at.begin, max(at.end - at.begin, 1), message)


def _many(count: int) -> str:
    return "a tensor in its brackets" if count == 1 else f"{count} tensors in its brackets"
