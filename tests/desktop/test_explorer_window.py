"""The explorer in the window: the lecture walked with the keyboard, and what training makes of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from beras import GradientTape
from gui.app import Studio
from gui.domain.backprop.equation import Equation
from gui.domain.backprop.op_steps import OpStep
from gui.domain.backprop.pass_record import WHOLE
from gui.domain.backprop.unit_diagram import WeightPlace
from gui.domain.build import build_model, order_generator, targets_of
from gui.views.backprop.unit_diagram_view import UnitDiagramView
from gui.views.widgets.number_field import NumberField
from tests.desktop.explorer_steps import WAIT_MS, explored, find, press, step_batch, until_recorded
from tests.desktop.passes import data_of

PRINTED = (0.149780716, 0.19956143, 0.24975114, 0.29950229, 0.35891648, 0.408666186, 0.51130127, 0.561370121)


# -- the lecture, items 4 and 5, with the keyboard alone --------------------------------------------------------------


@pytest.mark.parametrize(
    ("forward", "back"), [(Qt.Key.Key_PageDown, Qt.Key.Key_PageUp), (Qt.Key.Key_Right, Qt.Key.Key_Left)]
)
def test_the_lecture_walks_through_a_pass_and_every_number_is_the_tapes(
    open_studio: Callable[..., Studio], qtbot: QtBot, forward: Qt.Key, back: Qt.Key
) -> None:
    studio = explored(open_studio("--preset", "xor"), qtbot)
    explorer = studio.explorer
    explorer.choose_samples(WHOLE)
    until_recorded(studio, qtbot)
    record = explorer.record
    assert record is not None
    ops = len(record.trace.nodes)
    steps = []
    while not explorer.is_at_end:
        press(studio, qtbot, forward)
        assert explorer.step is not None
        steps.append(explorer.step)
        equation = explorer.equation
        assert equation is not None
        if isinstance(equation, Equation):
            assert equation.sum is not None
            assert equation.sum.agrees
    assert steps == [
        *(OpStep("forward", i) for i in range(ops)),
        *(OpStep("backward", i) for i in reversed(range(ops))),
        OpStep("update", None),
    ]
    assert_gradients_are_the_tapes(studio)
    press(studio, qtbot, back, back)
    assert explorer.position == len(steps) - 2
    press(studio, qtbot, forward)
    assert explorer.step == steps[-2]


def assert_gradients_are_the_tapes(studio: Studio) -> None:
    """The same batch with the course's own tape: first weights, first batch."""
    spec, data, record = studio.experiment.spec, data_of(studio.experiment.spec), studio.explorer.record
    assert record is not None
    model = build_model(spec, data)
    rows = order_generator(spec.seed).permutation(len(data.train_inputs))[: spec.batch_size]
    assert record.rows == tuple(rows)
    with GradientTape() as tape:
        loss = model.loss_fn(model(data.train_inputs[rows]), targets_of(data, data.train_targets[rows]))
    for update, gradient in zip(record.updates, tape.gradient(loss, model.trainable_variables), strict=True):
        np.testing.assert_allclose(update.gradient, gradient, rtol=0, atol=1e-12)


def test_one_weight_is_edited_with_the_keyboard_and_the_walk_goes_on_from_there(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = explored(open_studio("--preset", "worked-example"), qtbot)
    explorer = studio.explorer
    diagram = find(studio, UnitDiagramView, "hand_check")
    assert diagram.isVisible(), "a network of so few weights is drawn unit by unit"
    press(studio, qtbot, *[Qt.Key.Key_PageDown] * 8)
    before = explorer.record
    assert before is not None
    assert before.trace.loss == pytest.approx(0.298371109, abs=5e-10)
    diagram.setFocus()
    press(studio, qtbot, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)
    editor = find(studio, NumberField, "weight_editor")
    assert QApplication.focusWidget() is editor
    qtbot.keyClicks(editor, "0.4")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: explorer.record is not before, timeout=WAIT_MS)
    until_recorded(studio, qtbot)
    after = explorer.record
    assert after is not None
    assert after.updates[0].old[0, 1] == 0.4, "w3 leads from x1 to h2"
    assert after.trace.loss != before.trace.loss
    assert explorer.position == 8, "the walk stands where it stood"
    press(studio, qtbot, Qt.Key.Key_PageUp)
    assert explorer.position == 7
    press(studio, qtbot, Qt.Key.Key_PageDown)
    assert explorer.position == 8
    studio.experiment.undo_stack.undo()
    qtbot.waitUntil(lambda: explorer.record is not None and explorer.record.trace.loss == before.trace.loss)


def test_the_worked_example_is_met_to_nine_digits(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = explored(open_studio("--preset", "worked-example"), qtbot)
    explorer = studio.explorer
    while not explorer.is_at_end:
        press(studio, qtbot, Qt.Key.Key_PageDown)
    shown = find(studio, UnitDiagramView, "hand_check").weights  # type: ignore[attr-defined]
    new = [weight.new for weight in shown if not weight.is_bias]
    assert new == pytest.approx(PRINTED, abs=5e-9)
    assert all(weight.is_held and weight.new is None for weight in shown if weight.is_bias)
    press(studio, qtbot, Qt.Key.Key_PageDown)  # trains this batch
    qtbot.waitUntil(lambda: studio.run_state.newest == 1 and studio.run_state.state == "paused", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: explorer.record is not None and explorer.record.step == 1, timeout=WAIT_MS)
    assert explorer.record is not None
    assert explorer.record.trace.loss == pytest.approx(0.291027774, abs=5e-10)


# -- what training makes of it ----------------------------------------------------------------------------------------


def test_after_the_update_the_next_press_trains_this_very_batch(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    explorer = studio.explorer
    explorer.choose_samples(WHOLE)
    until_recorded(studio, qtbot)
    record = explorer.record
    assert record is not None
    explorer.go_to_end()
    press(studio, qtbot, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: studio.run_state.newest == 1 and studio.run_state.state == "paused", timeout=WAIT_MS)
    weights = studio.run_state.weights
    assert weights is not None
    for place, index in record.weights.items():
        new = next(update.new for update in record.updates if (update.node, update.place) == place)
        assert weights[index].tobytes() == new.tobytes()
    qtbot.waitUntil(lambda: explorer.record is not None and explorer.record.step == 1, timeout=WAIT_MS)
    assert explorer.position == 0


def test_a_weight_set_in_a_paused_run_is_what_training_goes_on_with(studio: Studio, qtbot: QtBot) -> None:
    step_batch(studio, qtbot)
    explored(studio, qtbot)
    explorer = studio.explorer
    record = explorer.record
    assert record is not None
    value = float(record.updates[0].old[0, 0])
    place = WeightPlace("w₁", 1, 0, 0, 0, 0, (0, 0), value, None, None, is_held=False, is_edited=False)
    explorer.edit_weight(place, 0.75)
    qtbot.waitUntil(lambda: explorer.record is not None and bool(explorer.record.edits), timeout=WAIT_MS)
    explorer.choose_samples(WHOLE)
    until_recorded(studio, qtbot)
    edited = explorer.record
    assert edited is not None
    assert edited.updates[0].old[0, 0] == 0.75
    assert explorer.edit_note == "1 weight set by hand: training goes on with it."
    step_batch(studio, qtbot)
    assert studio.run_state.weights is not None
    assert studio.run_state.weights[0].tobytes() == edited.updates[0].new.tobytes()
    assert any("w₁" in label for _, label in studio.run_state.log.marks)
    until_recorded(studio, qtbot)
    assert not explorer.is_edited


def test_weights_set_by_hand_can_be_put_back(studio: Studio, qtbot: QtBot) -> None:
    step_batch(studio, qtbot)
    explored(studio, qtbot)
    explorer = studio.explorer
    before = explorer.record
    assert before is not None
    place = WeightPlace("w₁", 1, 0, 0, 0, 0, (0, 0), 0.0, None, None, is_held=False, is_edited=False)
    explorer.edit_weight(place, 0.75)
    until_recorded(studio, qtbot)
    explorer.put_weights_back()
    until_recorded(studio, qtbot)
    assert explorer.record is not None
    assert explorer.record.trace.loss == before.trace.loss
    studio.run_state.step_back()
    explorer.edit_weight(place, 0.5)


def test_an_earlier_moment_is_walked_through_as_it_was(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    explorer = studio.explorer
    explorer.choose_samples(WHOLE)
    losses = []
    for _ in range(4):
        until_recorded(studio, qtbot)
        assert explorer.record is not None
        losses.append(explorer.record.trace.loss)
        step_batch(studio, qtbot)
    for earlier in (3, 2, 1):
        studio.run_state.step_back()
        qtbot.waitUntil(lambda at=earlier: studio.run_state.moment == at, timeout=WAIT_MS)  # type: ignore[misc]
        until_recorded(studio, qtbot)
        assert explorer.record is not None
        assert explorer.record.trace.loss == losses[earlier]


def test_while_training_goes_on_nothing_is_walked_through(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = explored(open_studio("--preset", "xor", "--epochs", "100000"), qtbot)
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.newest > 0, timeout=WAIT_MS)
    position = studio.explorer.position
    press(studio, qtbot, Qt.Key.Key_Right)
    assert studio.explorer.position == position
    assert not studio.explorer.can_step
    studio.run_state.pause()
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    until_recorded(studio, qtbot)
    press(studio, qtbot, Qt.Key.Key_Right)
    assert studio.explorer.position == 1
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)
