"""First weights set by hand: read strictly, put in exactly, kept in files, and given up when they do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from beras.registry import SettingError
from gui.app import Studio
from gui.domain.build import build_network, first_weights
from gui.domain.check import Problem, check, weight_shapes, with_data
from gui.domain.experiment_file import EXPERIMENT, load_experiment, save_experiment
from gui.domain.first_weights import MOST_NUMBERS, misfit, plain_weights, read_weights, shapes_of, summary, with_entry
from gui.domain.presets import load_preset
from gui.domain.run_comparison import compare
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.zip_parts import write_parts
from tests.desktop.file_steps import WAIT_MS
from tests.desktop.kept_run_steps import made_run

EXAMPLE = load_preset("worked-example")
WEIGHTS = EXAMPLE.weights
assert WEIGHTS is not None
XOR = load_preset("xor")


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, problems
    return problems[0]


def by_hand(spec: ExperimentSpec, inputs: int = 2) -> ExperimentSpec:
    """The same experiment with its drawn weights written down."""
    return replace(spec, weights=first_weights(spec, inputs))


# -- reading ----------------------------------------------------------------------------------------------------------


def test_plain_numbers_are_read_as_nested_tuples_of_floats() -> None:
    assert read_weights(None) is None
    assert read_weights([[[1, 2.5], [0, -3]], [0.1, 2]]) == (((1.0, 2.5), (0.0, -3.0)), (0.1, 2.0))
    assert shapes_of((((1.0, 2.5), (0.0, -3.0)), (0.1, 2.0))) == ((2, 2), (2,))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x", "must be a list of arrays"),
        ([], "must be a list of arrays"),
        ({"W": 1}, "must be a list of arrays"),
        ([1.0], "weights, array 1, must be a list of numbers"),
        ([[]], "weights, array 1, must be a list of numbers"),
        ([[1.0], "x"], "weights, array 2, must be a list of numbers"),
        ([[[1.0, 2.0], [3.0]]], "rows of the same length"),
        ([[[1.0], 2.0]], "rows of the same length"),
        ([[[[1.0]]]], "rows of the same length"),
        ([[1.0, float("nan")]], "must hold finite numbers. Received: nan"),
        ([[float("inf")]], "must hold finite numbers"),
        ([[10**400]], "must hold finite numbers"),
        ([[True]], "must hold finite numbers. Received: True"),
        ([["1"]], "must hold finite numbers"),
        ([[None]], "must hold finite numbers"),
        ([[0.0] * (MOST_NUMBERS + 1)], "at most 1,000 numbers"),
    ],
)
def test_wrong_weights_are_a_sentence(value: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words) as found:
        ExperimentSpec.from_dict({**EXAMPLE.to_dict(), "weights": value})
    assert found.value.name == "weights"


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), min_size=1))
def test_every_float_comes_back_from_json_exactly(arrays: list[list[float]]) -> None:
    found = read_weights(json.loads(json.dumps(arrays, allow_nan=False)))
    assert found is not None
    for mine, theirs in zip(found, arrays, strict=True):
        assert np.array(mine).tobytes() == np.array(theirs).tobytes()


def test_other_weights_are_summed_up_in_other_words() -> None:
    assert summary(None) == "drawn"
    assert summary(WEIGHTS) == "by hand: 0.15, 0.25, 0.2, 0.3, 0.35, 0.35, … (12 numbers, sum 4.7)"
    assert summary(((0.5, 1.0),)) == "by hand: 0.5, 1 (2 numbers, sum 1.5)"


# -- the network ------------------------------------------------------------------------------------------------------


def test_the_network_begins_with_them() -> None:
    for mine, theirs in zip(build_network(EXAMPLE, 2).weights, WEIGHTS or (), strict=True):
        np.testing.assert_array_equal(mine, np.array(theirs))
        assert mine.dtype == np.float64


def test_drawn_weights_that_are_written_down_are_the_same_network() -> None:
    layers = (dense(5), LayerSpec(Choice("dropout", {"rate": 0.5})), dense(2, "softmax"))
    spec = replace(XOR, layers=layers)
    drawn, written = build_network(spec, 2), build_network(by_hand(spec), 2)
    for mine, theirs in zip(drawn.weights, written.weights, strict=True):
        assert mine.numpy().tobytes() == theirs.numpy().tobytes()
    assert drawn.layers[2].rng.random() == written.layers[2].rng.random(), "a dropout draws the same"


def test_one_number_is_set_and_no_other_is_touched() -> None:
    assert WEIGHTS is not None
    changed = with_entry(with_entry(WEIGHTS, 0, (0, 1), 0.1), 3, (1,), -2)
    assert changed == (((0.15, 0.1), (0.2, 0.3)), (0.35, 0.35), WEIGHTS[2], (0.6, -2.0))
    assert read_weights(changed) == changed
    for index, entry in ((9, (0, 0)), (0, (5, 0)), (0, (0,)), (1, (0, 0))):
        with pytest.raises(IndexError):
            with_entry(WEIGHTS, index, entry, 1.0)
    with pytest.raises(SettingError, match="finite"):
        with_entry(WEIGHTS, 0, (0, 1), float("inf"))


def test_the_weights_to_set_by_hand_are_those_that_a_run_would_begin_with() -> None:
    assert first_weights(EXAMPLE, 2) == WEIGHTS
    with pytest.raises(SettingError, match="at most 1,000 numbers"):
        first_weights(load_preset("pen-digits"), 784)


def test_weights_that_do_not_fit_are_refused_when_a_network_is_built() -> None:
    with pytest.raises(SettingError, match="weight 1 is 2 × 2, and the network needs 2 × 8"):
        build_network(replace(XOR, weights=WEIGHTS, layers=XOR.layers[:2]), 2)


def test_the_shapes_are_those_of_the_model() -> None:
    spec = replace(XOR, layers=(dense(5), LayerSpec(Choice("dropout")), dense(2, "softmax")))
    shapes = weight_shapes(spec.layers, 2)
    assert list(shapes) == ["Dense 1 W", "Dense 1 b", "Dense 2 W", "Dense 2 b"]
    assert list(shapes.values()) == [weight.shape for weight in build_network(spec, 2).weights]


def test_what_does_not_fit_is_named() -> None:
    assert WEIGHTS is not None
    assert misfit(WEIGHTS, weight_shapes(EXAMPLE.layers, 2)) == ""
    assert misfit(WEIGHTS, {"W": (2, 2)}) == "they are 4 arrays, and the network has 1"
    assert misfit(((1.0,),), {"b": (3,)}) == "b is 1, and the network needs 3"


# -- judging ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        replace(EXAMPLE, layers=(dense(3, "sigmoid"), EXAMPLE.layers[1])),
        replace(EXAMPLE, layers=(*EXAMPLE.layers, EXAMPLE.layers[1])),
        replace(EXAMPLE, layers=EXAMPLE.layers[1:]),
        with_data(EXAMPLE, "regression_sine"),
        replace(EXAMPLE, weights=((0.5,),)),
        replace(EXAMPLE, weights=((float("nan"),),)),
        replace(EXAMPLE, weights=((0.0,) * (MOST_NUMBERS + 1),)),
    ],
)
def test_weights_that_do_not_fit_any_more_are_drawn_with_one_click(changed: ExperimentSpec) -> None:
    problem = only(check(changed))
    assert problem.place == "weights"
    assert problem.message.startswith("The first weights that were set by hand do not fit this network: ")
    assert problem.fix is not None
    assert problem.fix.label == "Draw the first weights"
    assert check(problem.fix.spec) == ()
    assert problem.fix.spec == replace(changed, weights=None)


def test_other_activations_optimisers_and_initialisers_keep_them() -> None:
    layers = (dense(2, "tanh", "zero"), dense(2, None))
    assert check(replace(EXAMPLE, layers=layers, optimizer=Choice("adam"), precision="float32")) == ()


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_file_keeps_them_exactly(tmp_path: Path) -> None:
    spec = replace(by_hand(XOR), precision="float64")
    save_experiment(tmp_path / "mine.beras", spec)
    assert load_experiment(tmp_path / "mine.beras").spec == spec


def test_a_file_of_version_1_is_opened(tmp_path: Path) -> None:
    """As the program wrote them before there were first weights, a precision and biases that do not learn."""
    data = XOR.to_dict()
    for name in ("weights", "precision"):
        del data[name]
    for layer in data["layers"]:
        del layer["layer"]["settings"]["train_bias"]
    about = {"schema": 1, "program": "0.1.0", "experiment": data}
    path = tmp_path / "old.beras"
    path.write_bytes(write_parts({EXPERIMENT: json.dumps(about).encode()}))
    loaded = load_experiment(path).spec
    assert loaded == XOR
    assert (loaded.weights, loaded.precision) == (None, "float32")


# -- comparing --------------------------------------------------------------------------------------------------------


def test_runs_with_the_same_weights_by_hand_are_compared_fairly() -> None:
    one, other = made_run(1, spec=by_hand(XOR)), made_run(2, spec=replace(by_hand(XOR), optimizer=Choice("sgd")))
    verdict = compare(one, other).verdict
    assert verdict.is_fair
    assert "same first weights" in verdict.reasons


def test_runs_with_other_weights_by_hand_are_told_apart() -> None:
    drawn, written = made_run(1), made_run(2, spec=by_hand(XOR))
    assert (drawn.initializers, written.initializers) == (("xavier",), ("by hand",))
    comparison = compare(drawn, written)
    assert [each.setting for each in comparison.differences] == ["first weights"]
    assert comparison.differences[0].first == "drawn"
    assert "Other first weights: they were set by hand." in comparison.verdict.reasons
    reseeded = made_run(3, spec=replace(by_hand(XOR), seed=9))
    assert "Other batch order: seed 7 against 9." in compare(written, reseeded).verdict.reasons


def test_layers_made_in_code_are_as_they_come_back_from_a_file() -> None:
    spec = replace(XOR, layers=(dense(5), dense(2, "softmax")))
    assert ExperimentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


# -- the window -------------------------------------------------------------------------------------------------------


@pytest.fixture
def example(open_studio: Callable[..., Studio]) -> Studio:
    return open_studio("--preset", "worked-example")


def words(studio: Studio) -> str:
    return " ".join(label.text() for label in studio.window.findChildren(QLabel) if not label.isHidden())


def test_the_panel_says_that_they_were_set_by_hand(example: Studio) -> None:
    assert "the first ones set by hand" in words(example)
    example.experiment.set_first_weights(None)
    assert "the first ones set by hand" not in words(example)
    example.experiment.undo_stack.undo()
    assert example.experiment.spec.weights == WEIGHTS


def test_setting_them_is_an_edit_that_can_be_undone(studio: Studio) -> None:
    spec = by_hand(studio.experiment.spec)
    studio.experiment.set_first_weights(spec.weights)
    assert studio.experiment.spec == spec
    assert studio.experiment.undo_stack.undoText() == "change of the first weights"
    studio.experiment.undo_stack.undo()
    assert studio.experiment.spec.weights is None
    with pytest.raises(SettingError):
        studio.experiment.set_first_weights(((float("nan"),),))


def test_a_network_that_they_do_not_fit_offers_to_draw_them(example: Studio, qtbot: QtBot) -> None:
    example.experiment.set_layer_setting(0, "output_size", 5)
    fix = example.window.findChild(QPushButton, "network_fix_button")
    assert fix is not None
    assert fix.text() == "Draw the first weights"
    assert "Dense 1 W is 2 × 2, and the network needs 2 × 5" in words(example)
    example.run_state.run()
    assert example.run_state.state == "idle"
    fix.click()
    assert example.experiment.problems == ()
    with qtbot.waitSignal(example.run_state.run_ended, timeout=WAIT_MS):
        example.run_state.run()
    assert example.run_state.outcome == "completed"


def test_no_change_of_data_or_layers_crashes_with_them(example: Studio) -> None:
    for name in ("xor", "regression_sine", "pen_digits", "own_points", "worked_example"):
        example.experiment.set_data(name)
        assert example.experiment.spec.weights == WEIGHTS
    example.experiment.add_layer()
    example.experiment.move_layer(0, 2)
    for _ in range(3):
        example.experiment.remove_layer(0)
    while example.experiment.undo_stack.canUndo():
        example.experiment.undo_stack.undo()
    assert example.experiment.problems == ()


def test_new_weights_are_drawn_and_undo_brings_those_by_hand_back(example: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(example.run_state.run_ended, timeout=WAIT_MS):
        example.run_state.new_weights()
    assert example.experiment.spec.weights is None
    assert example.experiment.spec.seed == 1
    example.experiment.undo_stack.undo()
    assert example.experiment.spec == EXAMPLE


def test_the_same_seed_again_keeps_them(example: Studio) -> None:
    example.experiment.set_seed(0)
    assert example.experiment.spec.weights == WEIGHTS


def test_the_plane_is_asked_with_them_before_the_first_run(studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: studio.playground.points is not None)
    studio.playground.watch(True)
    spec = by_hand(studio.experiment.spec)
    assert spec.weights is not None
    zeros = plain_weights([np.zeros(np.shape(array)) for array in spec.weights])
    studio.experiment.set_first_weights(zeros)
    answer = studio.playground.answer
    assert answer is not None
    assert not any(matrix.any() for matrix in answer.matrices)
