"""The Compare page under real clicks and keys: table, curves over each other, what changed, empty states."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.kept_run import KeptRun
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import Choice
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.runs import RunsState
from gui.training.data_store import DataStore
from gui.training.session import TrainingSession
from gui.views.compare.compare_page import ComparePage
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.compare.runs_model import NAME_COLUMN, SHOWN_COLUMN
from gui.views.compare.runs_plot import RunsPlot
from gui.views.compare.runs_table import RunsTable
from gui.views.looks.theme import ThemeProvider
from tests.desktop.file_steps import choose, front, said
from tests.desktop.kept_run_steps import SPEC, made_log, made_run, nan_log, spec_with

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
WAIT_MS = 20_000
LOSSES = (0.5, 0.3, 0.4, 0.2)


def keep(desk: Desk | Studio, *runs: tuple[KeptRun, MetricsLog]) -> None:
    for run, log in runs:
        desk.runs._keep(run, log)


def four_runs() -> list[tuple[KeptRun, MetricsLog]]:
    optimizers = ("sgd", "adam", "rmsprop", "adam")
    logs = [made_log(3, loss, 1 - loss) for loss in LOSSES]
    return [
        (made_run(number, log, spec_with(optimizers[number], 0.1 / (number + 1))), log)
        for number, log in enumerate(logs)
    ]


@dataclass
class Desk:
    """The page with what it needs, and without a studio round it."""

    page: ComparePage
    runs: RunsState
    messages: MessageState
    experiment: ExperimentState
    run_state: RunState
    themes: ThemeProvider
    actions: KeptRunActions


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    """The page on show, with four runs: the losses are 0.5, 0.3, 0.4, 0.2."""
    themes, messages, experiment = ThemeProvider("light"), MessageState(), ExperimentState(SPEC)
    session = TrainingSession(DataStore(None))
    run_state = RunState(session, experiment)
    runs = RunsState(run_state, experiment, messages, tmp_path / "runs")
    actions = KeptRunActions(themes, runs)
    page = ComparePage(themes, runs, actions, QAction(actions))
    qtbot.addWidget(page)
    shown = Desk(page, runs, messages, experiment, run_state, themes, actions)
    keep(shown, *four_runs())
    page.resize(1260, 560)
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    yield shown
    assert runs.shutdown(WAIT_MS)
    page.hide()


@pytest.fixture
def page(desk: Desk) -> ComparePage:
    return desk.page


@pytest.fixture
def opened(studio: Studio, qtbot: QtBot) -> Studio:
    """A studio that shows the page, with the four runs."""
    keep(studio, *four_runs())
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_3, CONTROL)
    assert studio.window.compare_page.isVisible()
    return studio


def names(table: RunsTable) -> list[str]:
    return [str(table.model().index(row, NAME_COLUMN).data()) for row in range(table.model().rowCount())]


def click(qtbot: QtBot, table: RunsTable, row: int, column: int, modifier: Qt.KeyboardModifier | None = None) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), LEFT, modifier or Qt.KeyboardModifier.NoModifier, place)


def click_head(qtbot: QtBot, table: RunsTable, title: str) -> None:
    head = table.horizontalHeader()
    titles = [str(table.runs_model.headerData(c, Qt.Orientation.Horizontal)) for c in range(head.count())]
    column = titles.index(title)
    table.scrollTo(table.model().index(0, column))
    qtbot.mouseClick(
        head.viewport(),
        LEFT,
        pos=QPoint(head.sectionViewportPosition(column) + head.sectionSize(column) // 2, head.height() // 2),
    )


def button(page: ComparePage, name: str) -> QToolButton:
    found = page.findChild(QToolButton, f"{name}_button")
    assert found is not None
    return found


def cell(page: ComparePage, row: int, column: int) -> str:
    item = page.difference.table.item(row, column)
    return "" if item is None else item.text()


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
    assert desk.experiment.spec.optimizer == four_runs()[0][0].begun.optimizer
    assert desk.experiment.undo_stack.canUndo()


def test_the_table_is_exported_as_sorted_and_filtered(opened: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    page = opened.window.compare_page
    qtbot.keyClicks(page.runs_card.filter, "adam")
    qtbot.mouseClick(button(page, "export_runs"), LEFT)
    choose(opened, qtbot, "export", tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "out.csv" in said(opened))
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


# -- the curves -------------------------------------------------------------------------------------------------------


def point(plot: RunsPlot, x: float, qtbot: QtBot) -> None:
    view = plot.getPlotItem().getViewBox()
    middle = sum(plot.viewRange()[1]) / 2
    qtbot.mouseMove(plot.viewport(), plot.mapFromScene(view.mapViewToScene(QPointF(x, middle))))


def test_the_crosshair_reads_every_run_in_both_plots_the_best_first(page: ComparePage, qtbot: QtBot) -> None:
    point(page.loss, 2.1, qtbot)
    qtbot.waitUntil(lambda: page.accuracy.crosshair.x == 2.0)
    assert page.loss.crosshair.title == "Epoch 2"
    assert [reading.name for reading in page.loss.crosshair.readings] == ["Run 3", "Run 1", "Run 2", "Run 0"]
    values = [reading.value for reading in page.loss.crosshair.readings]
    assert values == pytest.approx([0.3, 0.4, 0.5, 0.6])
    assert page.accuracy.crosshair.rows(9, 500)[0].value == "80.0 %"
    page.loss.pointed_at.emit(None)
    assert not page.accuracy.crosshair.isVisible()


def test_labels_of_lines_that_end_together_lie_apart(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    keep(desk, *((made_run(n, made_log(loss=0.2)), made_log(loss=0.2)) for n in (10, 11)))
    middles = sorted(middle for _, _, middle in page.loss.labels.places())
    assert len(middles) == 6
    assert min(b - a for a, b in itertools.pairwise(middles)) > 8


@pytest.mark.parametrize("way", ["key", "double click"])
def test_the_zoom_of_the_user_is_not_taken_away(opened: Studio, qtbot: QtBot, way: str) -> None:
    plot = opened.window.compare_page.loss
    item = plot.getPlotItem()
    usual = item.viewRange()
    item.getViewBox().sigRangeChangedManually.emit([True, True])
    item.setYRange(0.3, 0.4, padding=0)
    keep(opened, (made_run(9, made_log(3, 9.0)), made_log(3, 9.0)))
    assert item.viewRange()[1] == pytest.approx([0.3, 0.4])
    if way == "key":
        plot.setFocus()
        qtbot.keyClick(plot, Qt.Key.Key_Home)
    else:
        qtbot.mouseDClick(plot.viewport(), LEFT, pos=plot.viewport().rect().center())
    assert item.viewRange()[1][1] > usual[1][1]


def test_a_logarithmic_axis_shows_what_it_can(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    log = made_log(2, 0.0)
    keep(desk, (made_run(9, log), log), (made_run(10, nan_log()), nan_log()))
    qtbot.mouseClick(page.findChild(QPushButton, "compare_log_button"), LEFT)
    low, high = page.loss.viewRange()[1]
    assert low < math.log10(0.2) < high
    assert all(math.isfinite(label.y) for label in page.loss.labels.labels)
    page.loss.point_at(2.0)
    texts = {row.name: row.value for row in page.loss.crosshair.rows(20, 500)}
    assert (texts["Run 9"], texts["Run 10"]) == ("0.000", "NaN")


def test_a_run_without_validation_is_drawn_thin(page: ComparePage, desk: Desk) -> None:
    log = made_log(validated=False)
    keep(desk, (made_run(9, log), log))
    widths = {run_id: curve.opts["pen"].widthF() for run_id, curve in page.loss._curves.items()}
    assert min(widths, key=lambda run_id: widths[run_id]) == made_run(9).id
    assert len(page.loss._curves[made_run(9).id].xData) == 12


def test_runs_of_other_data_are_drawn_and_said_to_mean_something_else(page: ComparePage, desk: Desk) -> None:
    note = page.findChild(QLabel, "compare_note")
    assert not note.isVisible()
    keep(desk, (made_run(9, spec=replace(SPEC, data=Choice("moons"))), made_log()))
    assert note.isVisible()
    assert note.text() == "Not comparable: these runs are of 2 data sets (XOR, Moons)."


# -- what changed -----------------------------------------------------------------------------------------------------


def test_two_marked_rows_show_what_differs(page: ComparePage, qtbot: QtBot) -> None:
    table = page.runs_card.table
    click(qtbot, table, 1, NAME_COLUMN)
    click(qtbot, table, 0, NAME_COLUMN, CONTROL)
    assert [cell(page, 0, column) for column in range(3)] == ["setting", "Run 1", "Run 3"]
    assert [cell(page, 1, column) for column in range(3)] == ["learning rate", "0.05", "0.025"]
    assert page.difference.table.rowCount() == 2
    assert page.findChild(QLabel, "difference_loss").text() == "−0.1000"
    assert page.findChild(QLabel, "difference_accuracy").text() == "+10.0 points"
    assert page.difference.verdict.accessibleName().startswith("Fair comparison. Same data")


def test_one_click_compares_with_the_baseline(page: ComparePage, desk: Desk, qtbot: QtBot) -> None:
    desk.runs.pin(made_run(0).id)
    click(qtbot, page.runs_card.table, 0, NAME_COLUMN)
    assert [cell(page, 0, column) for column in (1, 2)] == ["Run 0", "Run 3"]


def test_the_runs_change_sides_and_are_copied_as_text(page: ComparePage, qtbot: QtBot) -> None:
    assert [cell(page, 0, column) for column in (1, 2)] == ["Run 2", "Run 3"]
    qtbot.mouseClick(button(page, "difference_swap"), LEFT)
    assert [cell(page, 0, column) for column in (1, 2)] == ["Run 3", "Run 2"]
    assert page.findChild(QLabel, "difference_loss").text() == "+0.2000"
    qtbot.mouseClick(button(page, "difference_copy"), LEFT)
    text = QApplication.clipboard().text()
    assert text.splitlines()[0].split() == ["setting", "Run", "3", "Run", "2"]
    assert "Fair comparison." in text


def test_more_than_two_are_not_compared(page: ComparePage, qtbot: QtBot) -> None:
    page.runs_card.table.selectAll()
    assert page.difference.is_empty
    assert not button(page, "difference_swap").isEnabled()


# -- empty states, looks ----------------------------------------------------------------------------------------------


def test_the_page_without_runs_offers_one(studio: Studio, qtbot: QtBot) -> None:
    studio.window.page_bar.tabs.setCurrentIndex(2)
    page = studio.window.compare_page
    assert page.runs_card.is_empty
    run = next(each for each in page.runs_card.findChildren(QPushButton) if each.text() == "Run")
    qtbot.mouseClick(run, LEFT)
    qtbot.waitUntil(lambda: not page.runs_card.is_empty, timeout=WAIT_MS)
    labels = [label.text() for label in page.difference.findChildren(QLabel) if label.isVisible()]
    assert "One run so far. A second one makes a comparison." in labels


def test_the_page_is_not_made_before_it_is_opened(studio: Studio) -> None:
    assert not studio.window.compare_page.is_built
    studio.window.page_bar.tabs.setCurrentIndex(2)
    assert studio.window.compare_page.is_built


def test_a_file_that_cannot_be_read_is_named_when_the_page_is_opened(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.waitUntil(lambda: desk.runs.is_settled)
    (tmp_path / "runs" / "strange.run").write_bytes(b"nonsense")
    desk.page.hide()
    desk.page.show()
    label = desk.page.findChild(QLabel, "runs_unreadable_label")
    qtbot.waitUntil(label.isVisible)
    assert label.toolTip().startswith("“strange.run” cannot be read.")


@pytest.mark.parametrize("theme", ["dark", "high_contrast"])
def test_curves_follow_the_theme(page: ComparePage, desk: Desk, theme: str) -> None:
    before = {run_id: curve.opts["pen"].color().name() for run_id, curve in page.loss._curves.items()}
    desk.themes.set_theme(theme)
    after = {run_id: curve.opts["pen"].color().name() for run_id, curve in page.loss._curves.items()}
    assert all(before[run_id] != after[run_id] for run_id in before)


def test_commands_for_kept_runs_are_in_a_menu(open_studio: Callable[..., Studio]) -> None:
    window = open_studio().window
    menu = window.findChild(QAction, "action_menu_kept_runs").menu()
    assert [action.isEnabled() for action in menu.actions()] == [False] * 6
