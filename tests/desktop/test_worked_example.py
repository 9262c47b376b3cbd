"""The worked example in the studio: the published numbers by stepping, and a set of one sample shown sensibly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.backprop.backward_equations import backward_equation
from gui.domain.backprop.forward_equations import forward_equation
from gui.domain.backprop.op_steps import Walk
from gui.domain.backprop.pass_record import WHOLE, record_next
from gui.domain.build import build_model, load_data, targets_of, validation_of
from gui.domain.check import check, data_shape, with_data
from gui.domain.presets import load_preset
from gui.domain.script import script_of
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import steer
from tests.desktop.file_steps import WAIT_MS
from tests.desktop.test_script import assert_as_plain_fit, carry_out
from tests.library.test_worked_example import ERROR_AFTER, ERROR_BEFORE, NEW_W1, NEW_W2, by_hand

EXAMPLE = load_preset("worked-example")


def learning(spec: ExperimentSpec, train_bias: bool = True) -> ExperimentSpec:
    """The example with biases that learn, or that are held as the preset has them."""
    rows = (replace(row, layer=row.layer.with_setting("train_bias", train_bias)) for row in spec.layers)
    return replace(spec, layers=tuple(rows))


@pytest.fixture
def studio(open_studio: Callable[..., Studio]) -> Studio:
    return open_studio("--preset", "worked-example")


def stepped(studio: Studio, qtbot: QtBot, steps: int = 1) -> list[np.ndarray]:
    """The weights after so many batches, taken one by one with the button."""
    for step in range(1, steps + 1):
        studio.window.findChild(QAction, "action_step").trigger()
        qtbot.waitUntil(
            lambda step=step: studio.run_state.newest == step and studio.run_state.state == "paused",  # type: ignore[misc]
            timeout=WAIT_MS,
        )
    assert studio.run_state.weights is not None
    return list(studio.run_state.weights)


# -- the numbers ------------------------------------------------------------------------------------------------------


def test_one_step_of_the_preset_gives_the_published_numbers() -> None:
    assert check(EXAMPLE) == ()
    data = load_data(EXAMPLE.data, None)
    model = build_model(EXAMPLE, data)
    inputs, targets = data.train_inputs, targets_of(data, data.train_targets)
    history = model.fit(inputs, targets, 1, 1, validation_data=validation_of(data), shuffle=True, verbose=0)
    assert history["loss"][0] == pytest.approx(ERROR_BEFORE, abs=5e-10)
    np.testing.assert_allclose(model.weights[0], NEW_W1, rtol=0, atol=5e-9)
    np.testing.assert_allclose(model.weights[2], NEW_W2, rtol=0, atol=5e-9)
    assert model.evaluate(inputs, targets, 1)[0]["loss"] == pytest.approx(ERROR_AFTER, abs=5e-10)


def test_one_step_in_the_window_gives_the_published_numbers(studio: Studio, qtbot: QtBot) -> None:
    assert studio.experiment.spec == EXAMPLE
    w1, b1, w2, b2 = stepped(studio, qtbot)
    np.testing.assert_allclose(w1, NEW_W1, rtol=0, atol=5e-9)
    np.testing.assert_allclose(w2, NEW_W2, rtol=0, atol=5e-9)
    assert (b1.tolist(), b2.tolist()) == ([0.35, 0.35], [0.60, 0.60])
    assert studio.run_state.log.batch_loss.y[0] == pytest.approx(ERROR_BEFORE, abs=5e-10)
    stepped_again = stepped_on(studio, qtbot)
    assert stepped_again == pytest.approx(ERROR_AFTER, abs=5e-10)


def stepped_on(studio: Studio, qtbot: QtBot) -> float:
    """The loss that the second batch measures: the error after one step."""
    studio.window.findChild(QAction, "action_step").trigger()
    qtbot.waitUntil(
        lambda: studio.run_state.newest == 2 and studio.run_state.state == "paused",
        timeout=WAIT_MS,
    )
    return float(studio.run_state.log.batch_loss.y[1])


@pytest.mark.parametrize("train_bias", [True, False])
def test_a_run_in_the_window_is_the_sum_by_hand(studio: Studio, qtbot: QtBot, train_bias: bool) -> None:
    studio.experiment.replace(replace(learning(EXAMPLE, train_bias), epochs=20), "test")
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    weights, _ = by_hand(20, train_bias)
    assert studio.run_state.weights is not None
    for mine, theirs in zip(studio.run_state.weights, weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=0)
    losses = studio.run_state.log.batch_loss.y
    assert losses[1] == pytest.approx(by_hand(1, train_bias)[1], rel=1e-12)
    assert losses[19] == pytest.approx(by_hand(19, train_bias)[1], rel=1e-12)


@pytest.mark.parametrize("train_bias", [True, False])
def test_the_script_trains_to_the_same_losses(tmp_path: Path, train_bias: bool) -> None:
    spec = replace(learning(EXAMPLE, train_bias), epochs=5)
    assert_as_plain_fit(spec, tmp_path)
    script = script_of(spec)
    assert "model = in_float64(model)" in script
    assert f"train_bias={train_bias}" in script
    assert "    [[0.15, 0.25], [0.2, 0.3]],\n" in script
    assert "validation = None" in script
    assert carry_out(script, tmp_path).returncode == 0


# -- what is recorded -------------------------------------------------------------------------------------------------


def test_the_recorded_pass_has_no_gradient_and_no_update_for_a_held_bias() -> None:
    record = record_next(EXAMPLE, load_data(EXAMPLE.data, None), None, {}, WHOLE)
    assert [(update.node, update.place) for update in record.updates] == [(0, 0), (2, 0)]
    assert record.weights == {(0, 0): 0, (0, 1): 1, (2, 0): 2, (2, 1): 3}
    np.testing.assert_allclose(record.updates[0].new, NEW_W1, rtol=0, atol=5e-9)
    np.testing.assert_allclose(record.updates[1].new, NEW_W2, rtol=0, atol=5e-9)
    trained = record_next(learning(EXAMPLE), load_data(EXAMPLE.data, None), None, {}, WHOLE)
    assert [(update.node, update.place) for update in trained.updates] == [(0, 0), (0, 1), (2, 0), (2, 1)]


def test_every_op_of_it_can_be_explained() -> None:
    record = record_next(EXAMPLE, load_data(EXAMPLE.data, None), None, {}, WHOLE)
    assert len(Walk(record.trace, True)) == 11
    for node in record.trace.nodes:
        forward, backward = forward_equation(record, node.index), backward_equation(record, node.index)
        for equation in (forward, backward):
            assert equation.sum is not None
            assert equation.sum.total == pytest.approx(equation.sum.recorded, rel=1e-12)


def test_a_bias_that_learns_waits_for_the_next_run() -> None:
    steered, changes = steer(EXAMPLE, learning(EXAMPLE))
    assert (steered, changes) == (EXAMPLE, ())


# -- a set of one sample ----------------------------------------------------------------------------------------------


def test_what_the_set_says_of_itself() -> None:
    shape = data_shape(EXAMPLE)
    assert (shape.inputs, shape.outputs, shape.train_samples, shape.has_validation) == (2, 2, 1, False)
    assert validation_of(load_data(EXAMPLE.data, None)) is None


def test_an_experiment_on_other_data_is_mended_for_it() -> None:
    spec, said = with_data(load_preset("xor"), "worked_example"), []
    while problems := check(spec):
        said.append(problems[0].message)
        assert problems[0].fix is not None
        spec = problems[0].fix.spec
    assert said == [
        "Cross-entropy compares classes, but Worked example, 2-2-2 asks for numbers.",
        "The batch size 30 is larger than the 1 training sample.",
    ]
    other = check(with_data(load_preset("mnist"), "worked_example"))
    assert other[0].message.startswith("Cross-entropy") or "2 values to predict" in other[0].message


def test_a_last_layer_that_does_not_fit_is_told_how_many_values_there_are() -> None:
    layers = (
        EXAMPLE.layers[0],
        replace(EXAMPLE.layers[1], layer=EXAMPLE.layers[1].layer.with_setting("output_size", 3)),
    )
    problem = check(replace(EXAMPLE, layers=layers))[0]
    assert problem.message == "Dense 2 gives 3 numbers, but Worked example, 2-2-2 has 2 values to predict."
    assert problem.fix is not None
    assert check(problem.fix.spec) == ()


def test_the_window_shows_the_graph_and_no_plane_and_no_accuracy(studio: Studio, qtbot: QtBot) -> None:
    studio.window.show()
    page = studio.window.train_page
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert studio.run_state.outcome == "completed"
    assert len(studio.run_state.log.val_loss) == 0
    assert not studio.playground.is_drawable
    assert page.playground is None
    assert page.accuracy.isHidden()
    assert page.loss.isVisible()
    labels = [label.text() for label in studio.window.findChildren(QLabel)]
    assert "1 train, 0 validation, 2 inputs, 2 outputs" in labels
    (kept,) = studio.runs.runs
    assert kept.results.best_val_loss is None


def test_looking_at_the_data_tells_the_sample_in_numbers(studio: Studio, qtbot: QtBot) -> None:
    studio.window.show()
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)
    studio.window.findChild(QPushButton, "look_button").click()
    nothing = next(label for label in studio.application.allWidgets() if label.objectName() == "look_nothing")
    assert isinstance(nothing, QLabel)
    assert "sample 1: (0.05, 0.1) → (0.01, 0.99)" in nothing.text()


def test_going_from_a_plane_to_the_example_and_back_leaves_nothing_behind(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio()
    studio.window.show()
    page = studio.window.train_page
    qtbot.waitUntil(lambda: studio.playground.points is not None, timeout=WAIT_MS)
    for _ in range(2):
        studio.experiment.set_data("worked_example")
        qtbot.waitUntil(lambda: page.playground is not None and page.playground.isHidden(), timeout=WAIT_MS)
        assert (studio.playground.points, studio.playground.answer) == (None, None)
        assert page.accuracy.isHidden()
        studio.experiment.set_data("xor")
        qtbot.waitUntil(lambda: page.playground is not None and page.playground.isVisible(), timeout=WAIT_MS)
        assert not page.accuracy.isHidden()


def test_the_biases_can_be_let_learn_in_the_panel(studio: Studio) -> None:
    action = studio.window.findChild(QAction, "layer_0_train_bias")
    assert action is not None
    assert action.isCheckable()
    assert not action.isChecked()
    labels = [label.text() for label in studio.window.findChildren(QLabel) if not label.isHidden()]
    assert labels.count("bias learns: off") == 2
    action.trigger()
    assert studio.experiment.spec.layers[0].layer.settings["train_bias"] is True
    labels = [label.text() for label in studio.window.findChildren(QLabel) if not label.isHidden()]
    assert labels.count("bias learns: off") == 1
    studio.experiment.undo_stack.undo()
    assert studio.experiment.spec == EXAMPLE
    assert not action.isChecked()
