"""The states that keep runs, with and without a window, and what the tests of them do with them."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.collector import GuiThreadCollector
from gui.domain.kept_run_file import RunShelf
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.run_store import runs_folder
from gui.state.runs import RunsState
from gui.training.data_store import DataStore
from gui.training.session import TrainingSession
from tests.desktop.kept_run_steps import SPEC, made_log, made_run

WAIT_MS = 20_000


@dataclass
class Bench:
    """The states that keep runs, without a window; they, and what else is made beside them, go with their owner."""

    owner: QObject
    experiment: ExperimentState
    messages: MessageState
    run_state: RunState
    runs: RunsState

    def close(self) -> bool:
        return self.run_state.shutdown() and self.runs.shutdown(WAIT_MS)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """As in a studio: the states have an owner, with whom they go in the GUI thread and in an order of Qt's."""
    owner, collector = QObject(), GuiThreadCollector()
    collector.start()
    experiment, messages = ExperimentState(replace(SPEC, epochs=3), owner), MessageState(owner)
    run_state = RunState(TrainingSession(DataStore(None), owner), experiment, owner)
    runs = RunsState(run_state, experiment, messages, folder(), owner)
    made = Bench(owner, experiment, messages, run_state, runs)
    yield made
    closed = made.close()
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()  # what waits must not go while Qt is just destroying something: both may want the same lock
    collector.stop()
    assert closed


def told(bench: Bench) -> str:
    """The message on show."""
    message = bench.messages.message
    return "" if message is None else message.text


def folder() -> Path:
    place = runs_folder()
    assert place is not None
    return place


def shelf_with(count: int) -> RunShelf:
    shelf = RunShelf(folder())
    for number in range(count):
        shelf.write(made_run(number), made_log())
    return shelf


def trained(studio: Bench | Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome is not None and not studio.run_state.is_active, timeout=WAIT_MS)


def settled(studio: Bench | Studio, qtbot: QtBot) -> RunsState:
    qtbot.waitUntil(lambda: studio.runs.is_settled and not studio.runs.is_loading, timeout=WAIT_MS)
    return studio.runs


def loaded(studio: Bench | Studio, qtbot: QtBot) -> RunsState:
    studio.runs.load()
    return settled(studio, qtbot)


def files() -> list[str]:
    return sorted(path.name for path in folder().iterdir() if path.suffix == ".run") if folder().is_dir() else []
