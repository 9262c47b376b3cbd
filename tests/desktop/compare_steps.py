"""The Compare page with four runs, with and without a studio, and what the tests of it do with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.kept_run import KeptRun
from gui.domain.metrics_log import MetricsLog
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.runs import RunsState
from gui.training.data_store import DataStore
from gui.training.session import TrainingSession
from gui.views.compare.compare_page import ComparePage
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.compare.runs_model import NAME_COLUMN
from gui.views.compare.runs_table import RunsTable
from gui.views.looks.theme import ThemeProvider
from tests.desktop.file_steps import front
from tests.desktop.kept_run_steps import SPEC, made_log, made_run, spec_with

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
    qtbot.keyClick(studio.window, Qt.Key.Key_4, CONTROL)
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
