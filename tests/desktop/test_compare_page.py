"""The Compare page under real clicks and keys: its table, the commands for the marked runs, the docks beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.compare.compare_page import ComparePage
from gui.views.compare.runs_model import NAME_COLUMN, SHOWN_COLUMN
from tests.desktop.compare_steps import (
    CONTROL,
    LEFT,
    Desk,
    button,
    click,
    click_head,
    desk,
    keep,
    names,
    opened,
    page,
)
from tests.desktop.file_steps import choose, said
from tests.desktop.kept_run_steps import made_log, made_run, spec_with

__all__ = ["desk", "opened", "page"]  # fixtures


# -- the table --------------------------------------------------------------------------------------------------------


def test_runs_are_sorted_by_any_column_with_a_click(page: ComparePage, qtbot: QtBot) -> None:
    table = page.runs_card.table
    assert names(table) == ["Run 3", "Run 1", "Run 2", "Run 0"]
    click_head(qtbot, table, "best\nval. loss")
    assert names(table) == ["Run 0", "Run 2", "Run 1", "Run 3"]
    click_head(qtbot, table, "learning\nrate")
    assert names(table) == ["Run 3", "Run 2", "Run 1", "Run 0"]
    click_head(qtbot, table, "optimiser")
    assert names(table)[-1] == "Run 0"


def test_what_is_missing_comes_last_in_either_direction(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    log = made_log(validated=False)
    keep(desk, (made_run(9, log), log))
    table = page.runs_card.table
    assert names(table)[-1] == "Run 9"
    click_head(qtbot, table, "best\nval. loss")
    assert names(table)[-1] == "Run 9"


def test_numbers_are_sorted_as_numbers(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    keep(desk, *((made_run(n, made_log(n), name=f"{n} epochs"), made_log(n)) for n in (9, 10, 100)))
    click_head(qtbot, page.runs_card.table, "epochs")
    assert names(page.runs_card.table)[-3:] == ["9 epochs", "10 epochs", "100 epochs"]


def test_the_filter_leaves_rows_in_which_every_word_is_found(page: ComparePage, qtbot: QtBot) -> None:
    field = page.runs_card.filter
    qtbot.keyClicks(field, "ADAM 0.05")
    assert names(page.runs_card.table) == ["Run 1"]
    field.clear()
    assert len(names(page.runs_card.table)) == 4


def test_a_row_that_is_marked_stays_marked_when_runs_come_and_go(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    table = page.runs_card.table
    click(qtbot, table, 1, NAME_COLUMN)
    log = made_log(loss=0.01)
    keep(desk, (made_run(9, log), log))
    assert [run.name for run in desk.runs.runs if run.id in table.marked_ids] == ["Run 1"]


def test_a_check_box_draws_curves_and_marks_no_row(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    table = page.runs_card.table
    assert len(page.loss._curves) == 4
    click(qtbot, table, 0, SHOWN_COLUMN)
    assert table.marked_ids == []
    assert len(page.loss._curves) == 3
    assert made_run(3).id not in desk.runs.shown
    click(qtbot, table, 0, SHOWN_COLUMN)
    qtbot.waitUntil(lambda: len(page.loss._curves) == 4)


def test_space_draws_the_marked_runs_and_trains_nothing(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    table = page.runs_card.table
    click(qtbot, table, 0, NAME_COLUMN)
    click(qtbot, table, 1, NAME_COLUMN, CONTROL)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert len(desk.runs.shown) == 2
    assert not desk.run_state.is_active


@pytest.mark.parametrize("way", ["double click", "key", "button"])
def test_a_name_is_changed_in_place(page: ComparePage, desk: Desk, qtbot: QtBot, way: str) -> None:
    table = page.runs_card.table
    click(qtbot, table, 1, NAME_COLUMN)
    table.setFocus()
    if way == "double click":
        place = table.visualRect(table.model().index(1, NAME_COLUMN)).center()
        qtbot.mouseDClick(table.viewport(), LEFT, pos=place)
    elif way == "key":
        qtbot.keyClick(table, Qt.Key.Key_F2)
    else:
        qtbot.mouseClick(button(page, "rename_run"), LEFT)
    field = table.findChild(QLineEdit, "run_name_field")
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "best of all")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(table)[1] == "best of all")
    assert "best of all" in {label.name for label in page.loss.labels.labels}


def test_a_name_that_is_being_typed_stays_when_its_run_is_kept_anew(
    page: ComparePage, desk: Desk, qtbot: QtBot
) -> None:
    table = page.runs_card.table
    click(qtbot, table, 1, NAME_COLUMN)
    table.edit_name()
    field = table.findChild(QLineEdit, "run_name_field")
    assert field is not None
    qtbot.keyClicks(field, "half a na")
    run = desk.runs.run_of(made_run(1).id)
    assert run is not None
    keep(desk, (replace(run, outcome="stopped"), made_log(3, 0.3, 0.7)))
    assert field.text() == "half a na"


def test_escape_leaves_the_old_name(page: ComparePage, qtbot: QtBot) -> None:
    table = page.runs_card.table
    click(qtbot, table, 1, NAME_COLUMN)
    table.edit_name()
    field = table.findChild(QLineEdit, "run_name_field")
    assert field is not None
    qtbot.keyClicks(field, "nothing")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert names(table)[1] == "Run 1"


def test_delete_key_and_undo(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    table = page.runs_card.table
    click(qtbot, table, 0, NAME_COLUMN)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert names(table) == ["Run 1", "Run 2", "Run 0"]
    desk.messages.trigger_action()
    assert names(table) == ["Run 3", "Run 1", "Run 2", "Run 0"]


def test_the_baseline_is_thicker_and_can_be_taken_off(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    click(qtbot, page.runs_card.table, 0, NAME_COLUMN)
    qtbot.mouseClick(button(page, "pin_baseline"), LEFT)
    best = made_run(3).id
    assert desk.runs.baseline == best
    widths = {run_id: curve.opts["pen"].widthF() for run_id, curve in page.loss._curves.items()}
    assert max(widths, key=lambda run_id: widths[run_id]) == best
    assert [label.name for label in page.loss.labels.labels if label.is_first] == ["Run 3"]
    qtbot.mouseClick(button(page, "pin_baseline"), LEFT)
    assert desk.runs.baseline is None


def test_a_colour_stays_with_the_run(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    click(qtbot, page.runs_card.table, 0, NAME_COLUMN)
    desk.actions.colors.aboutToShow.emit()
    actions = desk.actions.colors.actions()
    assert [action.isChecked() for action in actions].index(True) == made_run(3).color
    actions[8].trigger()
    run = desk.runs.run_of(made_run(3).id)
    assert run is not None
    assert run.color == 8


def test_buttons_say_what_is_possible(page: ComparePage, qtbot: QtBot) -> None:
    table = page.runs_card.table
    possible = {
        count: (button(page, "pin_baseline").isEnabled(), button(page, "delete_runs").isEnabled())
        for count in (0, 1, 2)
        if count == 0 or click(qtbot, table, count - 1, NAME_COLUMN, CONTROL) is None
    }
    assert possible == {0: (False, False), 1: (True, True), 2: (False, True)}


def test_settings_are_loaded_with_one_click(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    click(qtbot, page.runs_card.table, 3, NAME_COLUMN)
    qtbot.mouseClick(button(page, "load_run_settings"), LEFT)
    assert desk.experiment.spec.optimizer == spec_with("sgd", 0.1).optimizer
    assert desk.experiment.undo_stack.canUndo()


def test_the_table_is_exported_as_sorted_and_filtered(opened: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened.window.compare_page
    qtbot.keyClicks(page.runs_card.filter, "adam")
    qtbot.mouseClick(button(page, "export_runs"), LEFT)
    choose(opened, qtbot, "table", tmp_path / "out")  # the ending comes by itself
    qtbot.waitUntil(lambda: "“out.csv” is written" in said(opened))
    lines = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["run", "Run 3", "Run 1"]


# -- docks ------------------------------------------------------------------------------------------------------------


def test_docks_make_room_so_that_every_column_fits_at_1280_and_come_back(opened: Studio, qtbot: QtBot) -> None:
    window = opened.window
    window.resize(1280, 720)
    table = window.compare_page.runs_card.table
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)
    docks = (window.experiment_dock, window.pad_dock)
    assert not any(dock.isVisible() for dock in docks)
    window.page_bar.tabs.setCurrentIndex(0)
    assert all(dock.isVisible() for dock in docks)


def test_a_dock_that_is_opened_beside_the_table_stays(opened: Studio) -> None:
    window = opened.window
    dock, tabs = window.experiment_dock, window.page_bar.tabs
    dock.toggleViewAction().trigger()
    assert dock.isVisible()
    for index in (0, 2):
        tabs.setCurrentIndex(index)
        assert dock.isVisible()
    assert not window.pad_dock.isVisible()


def test_closing_on_the_page_remembers_the_docks(opened: Studio, open_studio: Callable[..., Studio]) -> None:
    assert opened.close()
    assert open_studio().window.experiment_dock.isVisible()
