"""The scratchpad reads its lines into a small tree, executes nothing, and says what is wrong and where."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gui.domain.scratchpad import parse
from gui.domain.scratchpad.differentiate import evaluated
from gui.domain.scratchpad.examples import EXAMPLES
from gui.domain.scratchpad.parse import read_program
from gui.domain.scratchpad.tree import MOST_CHARACTERS, MOST_LINES, MOST_OPS, ScratchpadError, Statement

LIMIT_S = 5.0
FOLDER = Path(parse.__file__).parent


def fault_of(text: str):  # type: ignore[no-untyped-def]
    with pytest.raises(ScratchpadError) as caught:
        evaluated(text)
    return caught.value.faults[0]


def statement(line: str) -> Statement:
    return read_program(line).statements[-1]


def test_a_number_is_a_constant_and_param_a_parameter() -> None:
    program = read_program("x = 0.5\nw = param([[1, -2], [3, 4]])")
    assert [each.is_parameter for each in program.statements] == [False, True]


def test_comments_and_empty_lines_say_nothing() -> None:
    program = read_program("\n# weights, if any\n  w = param(2)  # “two”\n\n")
    assert [(each.line, each.name) for each in program.statements] == [(2, "w")]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("a = ", 2, "missing"),
        ("a = (1 + 2", 4, "never closed"),
        ("a = 1 +* 2", 7, "missing"),
        ("a b = 2", 2, "missing"),
        ("a = 2; b = 3", 5, "no place"),
        ("a = 'two'", 4, "no place"),
        ("a = {1: 2}", 4, "no place"),
        ("import os", 0, "imported"),
        ("a = [x for x in y]", 7, "comprehensions"),
        ("a = (lambda: 1)()", 5, "Functions"),
        ("a = 1 if 2 else 3", 6, "conditions"),
        ("a = 9or 3", 5, "Python"),
        ("a = 1 < 2", 6, "no place"),
        ("a = 1 == 2", 4, "compared"),
        ("a = (b := 2)", 5, "one name"),
        ("1 + 2", 0, "no name"),
        ("a += 1", 0, "new name"),
        ("a = b = 1", 0, "one name"),
        ("a, b = 1, 2", 0, "one name"),
        ("f(x) = 2", 0, "one name"),
        ("a: x = 2", 0, "no formula"),
        ("a = q", 4, "No line gives the name “q”"),
        ("a = b\nb = 2", 4, "line 2 gives it"),
        ("a = 1\na = 2", 0, "line 1 already"),
        ("exp = 2", 0, "means something"),
        ("__a = 2", 0, "underscores"),
        ("a = exp", 4, "is a function"),
        ("a = param(2).T", 4, "stands alone"),
        ("a = param(exp(2))", 10, "in numbers"),
        ("a = nothing(2)", 4, "No function “nothing”"),
        ("a = exp()", 4, "needs"),
        ("a = exp(1, 2)", 11, "no more"),
        ("a = (1).__class__", 4, "follow a point"),
        ("a = (1).item()", 4, "is not known"),
        ("a = [1, [2]]", 8, "same length"),
        ("a = []", 4, "empty"),
        ("a = [1, 2 + 3]", 8, "holds numbers"),
        ("a = True", 4, "number"),
        ("a = 2j", 4, "number"),
        ("a = 1e999", 4, "too large"),
        ("a = not_there.T", 4, "No line"),
        ("a = [1, 2].sum(axis=0.5)", 20, "whole number"),
        ("a = [1, 2].sum(dtype=1)", 21, "no setting"),
        ("a = [1, 2].reshape()", 4, "needs a shape"),
        ("a = 7 // 2", 4, "Known signs"),
        ("a = x" + "x" * 30, 4, "at most 24 letters"),
        ("é = 2\nb = é + q", 8, "No line gives the name “q”"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_column(text: str, column: int, said: str) -> None:
    fault = fault_of(text)
    assert said in fault.message
    assert fault.column == column
    assert fault.line == text.count("\n") - (text == "a = b\nb = 2")


def test_every_wrong_line_is_marked_and_none_because_of_another() -> None:
    with pytest.raises(ScratchpadError) as caught:
        read_program("a = 1 +\nb = a * 2\nc = d\ne = b")
    assert [fault.line for fault in caught.value.faults] == [0, 2]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\n" + "\n" * MOST_LINES, f"room for {MOST_LINES} lines"),
        ("a = " + "1" * MOST_CHARACTERS, "at most 10,000 characters"),
        ("a = 1" + "0" * 5000, "too long"),
        ("a = " + "-" * 9000 + "1", "operations"),
        ("a = " + "(" * 3000 + "1" + ")" * 3000, "Brackets"),
        ("a = 0\nb = a" + "[0]" * 3000, "nested"),
        ("a = 1\nb = a" + ".T" * 3000, "operations"),
        ("a = 1\nb = " + "exp(" * 39 + "a" + ")" * 39 + " + a" * 121, "operations"),
        ("a0 = 1\n" + "\n".join(f"a{i} = a0{' + a0' * 100}" for i in range(1, 5)), f"at most {MOST_OPS} fit"),
    ],
    ids=["lines", "characters", "digits", "signs", "brackets", "indices", "attributes", "one_line", "operations"],
)
def test_what_is_too_much_is_refused_before_it_is_read(text: str, said: str) -> None:
    begin = time.perf_counter()
    assert said in fault_of(text).message
    assert time.perf_counter() - begin < LIMIT_S


def test_the_places_of_parts_are_those_in_the_line() -> None:
    found = statement("w = param(2)\n  y = w * (w + 0.5)  # é")
    assert found.text_of(found.expression) == "w * (w + 0.5)"


def test_nothing_is_executed() -> None:
    """The parser is the only part of Python's own that is used, and it builds trees."""
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"eval", "exec", "compile", "__import__", "globals", "locals", "vars", "setattr"}, path


# -- whatever is typed ------------------------------------------------------------------------------------------------

GOOD = st.sampled_from([each.text for each in EXAMPLES])
PLAIN = (
    "a b w x 0 1 2.5 1e9 ( ) [ ] , . : = + - * / ** @ exp( log( .sum( .T .reshape( param( axis= keepdims=True lambda "
    "for import 9**9**9 1e308 -1 [0] [::-1] max( ; { _ 0x 1_0 True None not == :="
)
PIECES = st.sampled_from([*PLAIN.split(), "\n", "# ", "é", "'", "\\", "\t", "\0", chr(0xD800)])


def refused_or_evaluated(text: str) -> None:
    begin = time.perf_counter()
    try:
        evaluated(text)
    except ScratchpadError as error:
        lines = text.split("\n")
        for fault in error.faults:
            assert fault.message.endswith(".")
            assert 0 <= fault.line <= len(lines)
            assert 0 <= fault.column <= max(map(len, lines))
    assert time.perf_counter() - begin < LIMIT_S


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
@example("a = \\")
@example("\ufeffa = 1")
@example("a = 1\r\nb = a")
@example("a\x0c= 2")
@example("a = ٣")
@example("ﬁ = 2\nb = fi")
def test_any_text_is_refused_or_evaluated(text: str) -> None:
    refused_or_evaluated(text)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=40))
def test_any_string_of_pieces_is_refused_or_evaluated(pieces: list[str]) -> None:
    refused_or_evaluated("w = param([[1, 2], [3, 4]])\nx = " + " ".join(pieces))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GOOD, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), PIECES), min_size=1, max_size=6))
def test_a_good_program_that_is_spoiled_is_refused_or_evaluated(text: str, changes: list[tuple[int, int, str]]) -> None:
    for place, length, piece in changes:
        at = place % (len(text) + 1)
        text = text[:at] + piece + text[at + length :]
    refused_or_evaluated(text)
