"""The Compare page under real clicks and keys: curves over each other, what changed, empty states."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.spec import Choice
from gui.views.compare.compare_page import ComparePage
from gui.views.compare.runs_model import NAME_COLUMN
from gui.views.compare.runs_plot import RunsPlot
from tests.desktop.compare_steps import (
    CONTROL,
    LEFT,
    WAIT_MS,
    Desk,
    button,
    cell,
    click,
    desk,
    keep,
    opened,
    page,
)
from tests.desktop.kept_run_steps import SPEC, made_log, made_run, nan_log

__all__ = ["desk", "opened", "page"]  # fixtures


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


def test_settings_that_differed_before_are_not_left_in_the_table(page: ComparePage, desk: Desk) -> None:
    log = made_log()
    keep(desk, (made_run(9, log, made_run(3).begun), log), (made_run(10, log, made_run(3).begun), log))
    desk.runs.select([made_run(9).id, made_run(10).id])
    assert [cell(page, 1, column) for column in range(3)] == ["Every setting is the same.", "", ""]


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
    studio.window.page_bar.tabs.setCurrentIndex(3)
    page = studio.window.compare_page
    assert page.runs_card.is_empty
    run = next(each for each in page.runs_card.findChildren(QPushButton) if each.text() == "Run")
    qtbot.mouseClick(run, LEFT)
    qtbot.waitUntil(lambda: not page.runs_card.is_empty, timeout=WAIT_MS)
    labels = [label.text() for label in page.difference.findChildren(QLabel) if label.isVisible()]
    assert "One run so far. A second one makes a comparison." in labels


def test_the_page_is_not_made_before_it_is_opened(studio: Studio) -> None:
    assert not studio.window.compare_page.is_built
    studio.window.page_bar.tabs.setCurrentIndex(3)
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
