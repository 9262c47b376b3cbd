"""The explorer under the mouse, playing, and in trouble."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.backprop.equation import Equation
from gui.domain.backprop.op_steps import OpStep
from gui.domain.backprop.pass_record import WHOLE
from gui.domain.backprop.update_rule import UpdateEquation
from gui.views.backprop.matrix_map import MatrixMap
from gui.views.backprop.op_scrubber import OpScrubber
from gui.views.backprop.sample_strip import SampleStrip
from gui.views.backprop.terms_table import TermsTable
from gui.views.backprop.unit_diagram_view import UnitDiagramView
from gui.views.widgets.number_field import NumberField
from tests.desktop.explorer_steps import WAIT_MS, explored, find, press, until_recorded

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
