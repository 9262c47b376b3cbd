"""What the scratchpad computes: values, gradients, shapes before anything is allocated, the check, the script."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from beras import ops
from beras.dtype import default_dtype
from gui.domain.scratchpad.check import CheckCancelled, checked
from gui.domain.scratchpad.differentiate import Evaluation, evaluated
from gui.domain.scratchpad.examples import EXAMPLES, example
from gui.domain.scratchpad.op_graph import op_graph
from gui.domain.scratchpad.script import printed_by, script_of
from gui.domain.scratchpad.tree import ScratchpadError

EVERYTHING = """w = param([[1, 2], [3, 4]])
a = [1, 2] * w - (-w)**2 + abs(w) / 2**-1
b = a[0, ::-1].reshape(2, 1) @ w[0:1]
c = exp(2) * b.T.transpose() + 1/w + relu(w) - sqrt(w + 1)
d = w.broadcast_to((3, 2, 2)).max(axis=(0, 1)) - 3**0.5
e = -(c.flatten() @ w.flatten() * 0.01) ** 2
k = [1, 2] + [3, 4]
f = tanh(e) + mean(d * k, axis=0) + sigmoid(log(w)).sum(axis=1, keepdims=True).sum()
"""
CASES = [pytest.param(each.text, id=each.name) for each in EXAMPLES] + [pytest.param(EVERYTHING, id="everything")]


def line_of(evaluation: Evaluation, name: str):  # type: ignore[no-untyped-def]
    return next(line for line in evaluation.lines if line.name == name)


def said(text: str) -> str:
    with pytest.raises(ScratchpadError) as caught:
        evaluated(text)
    return str(caught.value)


def test_the_neuron_by_hand() -> None:
    found = evaluated(example("neuron").text)
    p = 1 / (1 + np.exp(-0.6))
    slope = 2 * (p - 1) * p * (1 - p)
    assert line_of(found, "p").value == pytest.approx(p)
    assert line_of(found, "w1").gradient == pytest.approx(slope * 0.5 + 0.1 * 2 * 2.0)
    assert line_of(found, "w2").gradient == pytest.approx(-slope)
    assert line_of(found, "x1").gradient is None
    assert [line.kind for line in found.lines[:3]] == ["constant", "constant", "parameter"]
    assert found.lines[-1].kind == "target"


def test_two_paths_add() -> None:
    found = evaluated(example("diamond").text)
    assert line_of(found, "a").gradient == pytest.approx(3 * np.exp(2) + 6 * np.exp(2))


def test_softmax_and_cross_entropy_are_p_minus_y() -> None:
    found = evaluated(example("softmax").text)
    p, y = line_of(found, "p").value, line_of(found, "y").value
    assert np.allclose(line_of(found, "z").gradient, (p - y) / 2, atol=1e-12)


@pytest.mark.parametrize("text", CASES)
def test_every_gradient_has_the_shape_of_its_value(text: str) -> None:
    for line in evaluated(text).lines:
        assert line.gradient is None or line.gradient.shape == line.value.shape


@pytest.mark.parametrize("text", CASES)
def test_the_numbers_are_float64_whatever_the_studio_trains_in(text: str) -> None:
    assert default_dtype() == np.float32
    found = evaluated(text)
    assert {line.value.dtype for line in found.lines} == {np.dtype(np.float64)}


def test_an_array_at_the_end_is_summed() -> None:
    found = evaluated("w = param([1, 2, 3])\ny = w * w")
    assert found.is_summed
    assert found.target == "Σy"
    assert np.array_equal(line_of(found, "w").gradient, [2, 4, 6])


@pytest.mark.parametrize(
    ("text", "note"),
    [("", "Type a line"), ("a = 2\nb = a * 3", "Nothing asks"), ("a = param(2)", "No line computes")],
)
def test_what_is_missing_is_said(text: str, note: str) -> None:
    found = evaluated(text)
    assert found.recording is None
    assert note in found.note


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1 / a", "Line 2, column 5: Division by zero."),
        ("log(a)", "log of 0"),
        ("log(a - 2)", "log of -2"),
        ("sqrt(a - 2)", "square root"),
        ("(a - 8) ** 0.5", "no such power"),
        ("(a - 8) ** (a + 0.5)", "no such power"),
        ("a ** -1", "Division by zero"),
        ("exp(a + 1000)", "too large"),
        ("9**9**9", "too large"),
        ("2 / 0", "Division by zero"),
        ("(-8) ** 0.5", "no such power"),
        ("a @ a", "vectors and matrices"),
        ("m + [1, 2, 3]", "Line 2, column 5: Shapes (2, 2) and (3,)"),
        ("m @ [[1, 2, 3]]", "the left has 2 columns, the right 1 row"),
        ("m.sum(axis=2)", "no axis 2"),
        ("m.sum(axis=(0, 0))", "named twice"),
        ("m.reshape(3, -1)", "do not fill"),
        ("m.broadcast_to(3)", "do not go together"),
        ("m[2]", "no position 2"),
        ("m[0, 0, 0]", "3 positions"),
        ("m[5:]", "Nothing is left"),
        ("m.broadcast_to((100000, 2, 2))", "more than 100,000 entries"),
    ],
)
def test_what_cannot_be_computed_is_said(formula: str, message: str) -> None:
    first = "m = param([[1, 2], [3, 4]])" if formula.startswith("m") else "a = param(0)"
    assert message in said(f"{first}\nb = {formula}")


def test_nothing_is_allocated_that_would_be_too_large() -> None:
    wide = "a = param([1])\nb = a.broadcast_to(300, 300)\n"
    assert "multiplications" in said(wide + "c = b @ b")
    many = "\n".join(f"c{i} = b * {i}" for i in range(20))
    assert "All tensors together" in said(wide + many)


def test_a_gradient_that_is_not_finite_is_shown_and_named() -> None:
    found = evaluated("a = param(0)\nb = sqrt(a)")
    assert np.isinf(line_of(found, "a").gradient)
    assert "Sqrt (line 2)" in found.note


# -- the graph --------------------------------------------------------------------------------------------------------


def test_a_tensor_used_twice_is_one_box_with_two_edges() -> None:
    graph = op_graph(evaluated(example("neuron").text))
    assert graph is not None
    w1 = [leaf.name for leaf in graph.leaves].index("w1")
    assert [edge.local for edge in graph.edges if edge.start == w1] == ["0.5", "4"]
    assert graph.leaves[w1].kind == "parameter"
    assert [(box.op, box.name) for box in graph.boxes][-1] == ("Add", "L")


def test_no_gradient_flows_to_what_did_not_ask() -> None:
    graph = op_graph(evaluated(example("neuron").text))
    assert graph is not None
    flows = {graph.leaves[edge.start].name: edge.flows for edge in graph.edges if edge.start < len(graph.leaves)}
    assert flows == {"w1": True, "x1": False, "w2": True, "x2": False, "b": True}


def test_the_undoing_of_broadcasting_is_said_in_words() -> None:
    graph = op_graph(evaluated(example("broadcasting").text))
    assert graph is not None
    said = {edge.undone for edge in graph.edges if edge.undone}
    assert said == {"(4, 3) → (3,): summed over 4 rows", "(4, 3) → (): all 12 summed"}


# -- the check --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", CASES)
def test_gradients_agree_with_central_differences(text: str) -> None:
    found = evaluated(text)
    report = checked(found.program, found.target)
    assert report.is_right
    assert report.rows
    assert {row.word for row in report.rows} <= {"agree", "kink"}
    tape = {line.name: line.gradient for line in found.lines}
    for row in report.rows:
        if row.entries:
            assert row.tape == pytest.approx(float(tape[row.name][row.index]))


def test_the_first_wrong_op_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops.Sigmoid, "backward", lambda self, out_grad, node: out_grad * node.output)
    found = evaluated(example("neuron").text)
    report = checked(found.program, found.target)
    assert not report.is_right
    assert report.wrong_label == "Sigmoid"
    assert found.recording is not None
    assert found.recording.trace.nodes[report.wrong or 0].op == "Sigmoid"
    assert "first wrong op on the way back is Sigmoid" in report.sentence


def test_a_kink_is_no_error() -> None:
    found = evaluated("a = param(0)\nb = relu(a)")
    report = checked(found.program, found.target)
    assert report.is_right
    assert [row.word for row in report.rows] == ["kink"]


def test_a_check_can_be_given_up() -> None:
    found = evaluated(example("two_layers").text)
    with pytest.raises(CheckCancelled):
        checked(found.program, found.target, lambda: True)


# -- the script -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", CASES)
def test_the_script_prints_the_same_numbers(text: str, tmp_path: Path) -> None:
    found = evaluated(text)
    path = tmp_path / "scratchpad.py"
    path.write_text(script_of(found), encoding="utf-8")
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == printed_by(found)
