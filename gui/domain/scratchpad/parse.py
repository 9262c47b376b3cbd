"""Reads the lines of the scratchpad with Python's own parser into the small tree of ``tree``; nothing is executed.

Before the parser sees a line its length, its characters, its brackets and its operators are counted, so that no text
takes long or needs much memory. What the tree has no form for is refused with a sentence and a column.
"""

from __future__ import annotations

import ast
import keyword
import re

from gui.domain.scratchpad.expressions import ExpressionReader, LineFault
from gui.domain.scratchpad.functions import PARAMETER, RESERVED
from gui.domain.scratchpad.tree import (
    DEEPEST,
    LONGEST_NAME,
    MOST_CHARACTERS,
    MOST_IN_A_LINE,
    MOST_LINES,
    MOST_OPS,
    Fault,
    Program,
    ScratchpadError,
    Statement,
    is_literal,
)

_CHARACTERS = re.compile(r"[^\w \t+\-*/@=().,\[\]:]")
_WORD = re.compile(r"(?<![\w.])(\d*)([^\W\d]\w*)")
_NUMBER_AND_WORD = re.compile(rf"\d({'|'.join(map(re.escape, keyword.kwlist))})(?!\w)")
_KEYWORDS = frozenset(keyword.kwlist) - {"True", "False", "None"}  # those three can be settings
_SIGN_OF_A_NUMBER = re.compile(r"[\[(,]\s*-")
_OPERATORS = re.compile(r"\*\*|[+\-*/@]|\.\s*[^\W\d]")
_TARGET = re.compile(r"\s*([^\W\d]\w*)\s*=(?!=)")
_WHAT = {
    "import": "Nothing is imported here",
    "from": "Nothing is imported here",
    "lambda": "Functions are not made here",
    "def": "Functions are not made here",
    "for": "There are no loops and no comprehensions here",
    "while": "There are no loops here",
    "if": "There are no conditions here",
}
SHAPE_OF_A_LINE = "A line is a name, =, and a formula: c = a * b + exp(a)."
MOST_TEXT = MOST_LINES * (MOST_CHARACTERS + 1)


def read_program(text: str) -> Program:
    """Every line of ``text``; ``ScratchpadError`` with what is wrong with each line that cannot be read."""
    lines = text.split("\n") if len(text) <= 10 * MOST_TEXT else [text]
    faults: list[Fault] = []
    if len(lines) > MOST_LINES:
        raise ScratchpadError(Fault(MOST_LINES, 0, 1, f"There is room for {MOST_LINES} lines. Take some out."))
    later = _names_by_line(lines)
    known: dict[str, int] = {}
    statements: list[Statement] = []
    ops = 0
    for number, line in enumerate(lines):
        try:
            found = _bounded(line, number, known, later)
            if found is not None:
                statement, count = found
                ops += count
                if ops > MOST_OPS:
                    raise LineFault(0, len(line), f"With this line there are {ops} operations; at most {MOST_OPS} fit.")
                statements.append(statement)
                known[statement.name] = number
        except LineFault as fault:
            faults.append(Fault(number, fault.column, max(fault.length, 1), fault.message))
            known.update({name: number for name, at in later.items() if at == number})
    if faults:
        raise ScratchpadError(*faults)
    return Program(tuple(statements), ops)


def _names_by_line(lines: list[str]) -> dict[str, int]:
    """The name that each line seems to give, with the first line that does."""
    names: dict[str, int] = {}
    for number, line in enumerate(lines):
        found = _TARGET.match(line[:MOST_CHARACTERS])
        if found is not None:
            names.setdefault(found[1], number)
    return names


def _bounded(line: str, number: int, known: dict[str, int], later: dict[str, int]) -> tuple[Statement, int] | None:
    """The line, whatever it costs the parser: what is too deep for it is a fault like any other."""
    try:
        return _read_line(line, number, known, later)
    except (RecursionError, MemoryError):
        raise LineFault(0, len(line), "This line is nested too deeply to be read.") from None


def _read_line(line: str, number: int, known: dict[str, int], later: dict[str, int]) -> tuple[Statement, int] | None:
    """The statement of a line and how many operations it asks for; None if the line says nothing."""
    if len(line) > MOST_CHARACTERS:
        raise LineFault(
            MOST_CHARACTERS, 1, f"A line has at most {MOST_CHARACTERS:,} characters. This one has {len(line):,}."
        )
    code = line.partition("#")[0].rstrip()
    if not code.strip():
        return None
    _refuse_text(code)
    lead = len(code) - len(code.lstrip())
    assignment = _assignment(_parsed(code, lead), lead, code)
    target, value = assignment.targets[0], assignment.value
    assert isinstance(target, ast.Name)
    _refuse_name(target.id, lead, known)
    reader = ExpressionReader(code, lead, known, later)
    is_parameter = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == PARAMETER
    expression = reader.parameter(value) if isinstance(value, ast.Call) and is_parameter else reader.read(value)
    if not is_literal(expression) and is_parameter:
        raise LineFault(
            expression.at.begin, expression.at.end - expression.at.begin, "A parameter is given in numbers."
        )
    return Statement(number, target.id, expression, is_parameter, code), reader.ops


# -- before the parser ------------------------------------------------------------------------------------------------


def _refuse_text(code: str) -> None:
    """Refuse what has no place here or would be too much, from the text alone."""
    wrong = _CHARACTERS.search(code)
    if wrong is not None:
        raise LineFault(wrong.start(), 1, f"“{_shown(wrong[0])}” has no place here. {SHAPE_OF_A_LINE}")
    for word in _WORD.finditer(code):
        if word[2] in _KEYWORDS:
            raise LineFault(word.start(2), len(word[2]), f"{_WHAT.get(word[2], 'This word belongs to Python')}. "
                            f"{SHAPE_OF_A_LINE}")  # fmt: skip
        if len(word[2]) > LONGEST_NAME:
            raise LineFault(word.start(2), len(word[2]), f"A name has at most {LONGEST_NAME} letters.")
    glued = _NUMBER_AND_WORD.search(code)
    if glued is not None:
        raise LineFault(glued.start(), len(glued[0]), f"A number and a word run together. {SHAPE_OF_A_LINE}")
    _refuse_depth(code)
    operators = list(_OPERATORS.finditer(_SIGN_OF_A_NUMBER.sub(lambda sign: " " * len(sign[0]), code)))
    if len(operators) > MOST_IN_A_LINE:
        where = operators[MOST_IN_A_LINE].start()
        raise LineFault(where, 1, f"A line has at most {MOST_IN_A_LINE} operations. Divide it into several lines.")


def _refuse_depth(code: str) -> None:
    depth = 0
    for column, character in enumerate(code):
        depth += (character in "([") - (character in ")]")
        if depth > DEEPEST:
            raise LineFault(column, 1, f"Brackets go at most {DEEPEST} deep.")


def _shown(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"


# -- the parser -------------------------------------------------------------------------------------------------------


def _parsed(code: str, lead: int) -> list[ast.stmt]:
    try:
        return ast.parse(code[lead:]).body
    except SyntaxError as error:
        column = min(lead + max(error.offset or 1, 1) - 1, len(code) - 1)
        raise LineFault(column, 1, _said(error.msg)) from None
    except (ValueError, OverflowError):
        raise LineFault(lead, len(code) - lead, "This line cannot be read.") from None


def _said(message: str) -> str:
    """What Python says about a line it cannot read, as a sentence of ours."""
    if "digits" in message:
        return "This number is too long."
    if message.startswith("invalid syntax"):
        return f"Something is missing or too much here. {SHAPE_OF_A_LINE}"
    if message.startswith("cannot assign") or "Maybe you meant" in message:
        return f"On the left of = stands one name. {SHAPE_OF_A_LINE}"
    return f"This cannot be read: {message.rstrip('.?')}."


def _assignment(body: list[ast.stmt], lead: int, code: str) -> ast.Assign:
    """The one assignment of a line to one name."""
    if len(body) != 1:
        raise LineFault(lead, len(code) - lead, "One line holds one formula.")
    found = body[0]
    if isinstance(found, ast.Expr):
        raise LineFault(lead, len(code) - lead, f"The result has no name. {SHAPE_OF_A_LINE}")
    if isinstance(found, ast.AugAssign):
        raise LineFault(lead, len(code) - lead, "A tensor does not change. Give the result a new name.")
    if not isinstance(found, ast.Assign):
        raise LineFault(lead, len(code) - lead, f"This is no formula. {SHAPE_OF_A_LINE}")
    if len(found.targets) != 1 or not isinstance(found.targets[0], ast.Name):
        raise LineFault(lead, len(code) - lead, f"On the left of = stands one name. {SHAPE_OF_A_LINE}")
    return found


def _refuse_name(name: str, lead: int, known: dict[str, int]) -> None:
    if name in RESERVED:
        raise LineFault(lead, len(name), f"“{name}” means something here already. Choose another name.")
    if name.startswith("__"):
        raise LineFault(lead, len(name), "A name does not begin with two underscores.")
    if name in known:
        raise LineFault(lead, len(name), f"“{name}” is given in line {known[name] + 1} already. A name stands for one "
                        "tensor; give this one another.")  # fmt: skip
