"""The explorer in the window: walked with the keyboard and the mouse, always with the numbers of the tape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from beras import GradientTape
from gui.app import Studio
from gui.domain.backprop.equation import Equation
from gui.domain.backprop.op_steps import OpStep
from gui.domain.backprop.pass_record import WHOLE
from gui.domain.backprop.unit_diagram import WeightPlace
from gui.domain.backprop.update_rule import UpdateEquation
from gui.domain.build import build_model, order_generator, targets_of
from gui.views.backprop.matrix_map import MatrixMap
from gui.views.backprop.op_scrubber import OpScrubber
from gui.views.backprop.sample_strip import SampleStrip
from gui.views.backprop.terms_table import TermsTable
from gui.views.backprop.unit_diagram_view import UnitDiagramView
from gui.views.widgets.number_field import NumberField
from tests.desktop.passes import data_of

WAIT_MS = 20_000
PRINTED = (0.149780716, 0.19956143, 0.24975114, 0.29950229, 0.35891648, 0.408666186, 0.51130127, 0.561370121)


def explored(studio: Studio, qtbot: QtBot) -> Studio:
    """The Backprop page is on show and a pass is recorded."""
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow, timeout=WAIT_MS)
    qtbot.keyClick(studio.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    until_recorded(studio, qtbot)
    return studio


def until_recorded(studio: Studio, qtbot: QtBot) -> None:
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.record is not None and not explorer.is_busy and explorer.is_fresh, timeout=WAIT_MS)


def press(studio: Studio, qtbot: QtBot, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or studio.window, key)


def find(studio: Studio, kind: type[QWidget], name: str) -> QWidget:
    found = studio.window.findChild(kind, name)
    assert found is not None, name
    return found


def step_batch(studio: Studio, qtbot: QtBot) -> None:
    newest = studio.run_state.newest
    studio.run_state.step("batch")
    qtbot.waitUntil(
        lambda: studio.run_state.newest == newest + 1 and studio.run_state.state == "paused", timeout=WAIT_MS
    )


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


# -- playing ----------------------------------------------------------------------------------------------------------


def test_playing_walks_to_the_end_and_stands_still(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    player, explorer = studio.player, studio.explorer
    player.set_speed(1e9)
    assert player.is_unlimited
    qtbot.mouseClick(find(studio, QWidget, "play_ops_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: explorer.is_at_end, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not player.is_playing, timeout=WAIT_MS)
    assert studio.run_state.newest == 0, "8 samples are not the batch that training takes"


def test_playing_the_whole_batch_is_training_in_slow_motion(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    studio.explorer.choose_samples(WHOLE)
    until_recorded(studio, qtbot)
    studio.player.set_speed(1e9)
    studio.player.toggle()
    qtbot.waitUntil(lambda: studio.run_state.newest >= 3, timeout=WAIT_MS)
    studio.player.set_speed(2.0)
    assert studio.player.interval_ms == 500
    studio.player.stop()
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    assert not studio.player.is_playing
    x = np.array(studio.run_state.log.batch_loss.x)
    assert (np.diff(x) > 0).all(), "no batch twice"
    assert len(x) == studio.run_state.newest, "and none left out"


def test_leaving_the_page_stops_playing(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    studio.player.toggle()
    assert studio.player.is_playing
    qtbot.keyClick(studio.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert not studio.player.is_playing
    position = studio.explorer.position
    press(studio, qtbot, Qt.Key.Key_Right)
    assert studio.explorer.position == position, "the arrows belong to the page on show"


# -- the mouse --------------------------------------------------------------------------------------------------------


def test_clicks_choose_op_sample_operand_and_element(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = explored(open_studio("--preset", "moons"), qtbot)
    studio.window.resize(1440, 900)
    explorer = studio.explorer
    scrubber = find(studio, OpScrubber, "op_scrubber")
    assert isinstance(scrubber, OpScrubber)
    place = QPoint(round(scrubber.place_of(9)), 10)
    qtbot.mouseClick(scrubber, Qt.MouseButton.LeftButton, pos=place)
    assert explorer.position == 9
    strip = find(studio, SampleStrip, "sample_strip")
    assert isinstance(strip, SampleStrip)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(3).center().toPoint())
    assert explorer.sample == 3
    assert explorer.record is not None
    explorer.find_step(OpStep("backward", 4))
    equation = explorer.equation
    assert isinstance(equation, Equation)
    assert equation.operand == 1
    qtbot.mouseClick(find(studio, QPushButton, "operand_button_1"), Qt.MouseButton.LeftButton)
    equation = explorer.equation
    assert isinstance(equation, Equation)
    assert equation.operand == 0
    assert equation.element[0] == 3, "the sample that was chosen"
    result = find(studio, MatrixMap, "equation_map_3")
    assert isinstance(result, MatrixMap)
    area = result.cells_rect()
    cell = QPointF(area.left() + 2.5 / 8 * area.width(), area.top() + 5.5 / 8 * area.height())
    qtbot.mouseClick(result, Qt.MouseButton.LeftButton, pos=cell.toPoint())
    equation = explorer.equation
    assert isinstance(equation, Equation)
    assert equation.element == (5, 2)
    assert explorer.sample == 5
    qtbot.keyClick(result, Qt.Key.Key_Down)
    equation = explorer.equation
    assert isinstance(equation, Equation)
    assert equation.element == (6, 2)


def test_pointing_at_an_element_lights_up_what_made_it(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = explored(open_studio("--preset", "moons"), qtbot)
    studio.window.resize(1440, 900)
    studio.explorer.find_step(OpStep("backward", 4))
    maps = [find(studio, MatrixMap, f"equation_map_{i}") for i in (1, 2, 3)]
    result = maps[2]
    assert isinstance(result, MatrixMap)
    area = result.cells_rect()
    qtbot.mouseMove(
        result, QPointF(area.left() + 0.5 * area.width() / 2, area.top() + 3.5 / 8 * area.height()).toPoint()
    )
    result.cell_pointed_at.emit((3, 0))
    pointed = [each._pointed for each in maps if isinstance(each, MatrixMap)]
    assert pointed == [(None, 0), (3, None), (3, 0)]
    result.cell_pointed_at.emit(None)
    assert [each._pointed for each in maps if isinstance(each, MatrixMap)] == [None] * 3


def test_a_click_on_an_op_of_the_graph_goes_there(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    page = studio.window.backprop_page
    page.scene.op_chosen.emit(2)
    assert studio.explorer.step == OpStep("forward", 2)
    assert page.scene.progress is not None
    assert page.scene.progress.current == 2


def test_the_table_is_copied(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    studio.explorer.go_to(len(studio.explorer.record.trace.nodes) + 2)  # type: ignore[union-attr]
    table = find(studio, TermsTable, "terms_table")
    assert isinstance(table, TermsTable)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "upstream" in QGuiApplication.clipboard().text()
    menu = find(studio, QMenu, "copy_table_menu")
    assert isinstance(menu, QMenu)
    for action in menu.actions():
        action.trigger()
    assert QGuiApplication.clipboard().text().startswith(r"\begin{tabular}")


# -- trouble ----------------------------------------------------------------------------------------------------------


def test_an_experiment_that_cannot_run_says_why(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    studio.experiment.remove_layer(len(studio.experiment.spec.layers) - 1)
    assert studio.experiment.problems
    qtbot.waitUntil(lambda: studio.explorer.record is None, timeout=WAIT_MS)
    assert studio.explorer.problem == studio.experiment.problems[0].message
    press(studio, qtbot, Qt.Key.Key_Right)
    assert studio.explorer.position == 0
    studio.experiment.undo_stack.undo()
    until_recorded(studio, qtbot)


@pytest.mark.parametrize("typed", ["abc", "nan", "inf", "1e999", ""])
def test_a_weight_that_is_no_number_is_refused_with_a_reason(
    open_studio: Callable[..., Studio], qtbot: QtBot, typed: str
) -> None:
    studio = explored(open_studio("--preset", "worked-example"), qtbot)
    record = studio.explorer.record
    diagram = find(studio, UnitDiagramView, "hand_check")
    assert isinstance(diagram, UnitDiagramView)
    qtbot.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=diagram.rect_of("w₁").center().toPoint())
    editor = find(studio, NumberField, "weight_editor")
    assert isinstance(editor, NumberField)
    editor.clear()
    qtbot.keyClicks(editor, typed)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.isVisible()
    assert editor.reason
    assert studio.explorer.record is record
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert studio.explorer.record is record


def test_a_sample_that_is_not_there_is_none_to_look_at(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    for sample in (-1, 8, 10**9):
        studio.explorer.choose_sample(sample)
        assert studio.explorer.sample == 0
    studio.explorer.choose_sample(None)
    assert studio.explorer.sample is None


def test_closing_in_the_middle_of_a_recording_leaves_nothing(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor")
    qtbot.keyClick(studio.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    studio.explorer.look_again()
    studio.player.toggle()


def test_the_update_shows_old_gradient_and_new(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    studio.explorer.go_to_end()
    found = studio.explorer.equation
    assert isinstance(found, UpdateEquation)
    studio.explorer.choose_operand(2)
    found = studio.explorer.equation
    assert isinstance(found, UpdateEquation)
    assert found.chosen == 2
    studio.explorer.choose_element((0, 1))
    found = studio.explorer.equation
    assert isinstance(found, UpdateEquation)
    assert found.element == (0, 1)


def test_other_samples_can_be_walked_through_and_the_next_batch_comes_back(studio: Studio, qtbot: QtBot) -> None:
    explored(studio, qtbot)
    explorer = studio.explorer
    assert explorer.record is not None
    rows = explorer.record.rows
    seen = {rows}
    for _ in range(3):
        qtbot.mouseClick(find(studio, QWidget, "other_samples_button"), Qt.MouseButton.LeftButton)
        until_recorded(studio, qtbot)
        assert explorer.record.is_drawn
        assert not explorer.record.is_whole
        seen.add(explorer.record.rows)
    assert len(seen) == 4
    explorer.choose_samples(explorer.samples_wanted)
    until_recorded(studio, qtbot)
    assert explorer.record.rows == rows


def test_a_network_without_weights_has_no_update(studio: Studio, qtbot: QtBot) -> None:
    for row in reversed(range(len(studio.experiment.spec.layers))):
        studio.experiment.remove_layer(row)
    explored_or_refused(studio, qtbot)
    press(studio, qtbot, *[Qt.Key.Key_Right] * 4)
    assert studio.window.backprop_page.isVisible()


def explored_or_refused(studio: Studio, qtbot: QtBot) -> None:
    studio.window.page_bar.tabs.setCurrentIndex(1)
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.record is not None or bool(explorer.problem), timeout=WAIT_MS)
