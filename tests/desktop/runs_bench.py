"""The states that keep runs, with and without a window, and what the tests of them do with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.app import Studio
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
    """The states that keep runs, without a window."""

    experiment: ExperimentState
    messages: MessageState
    run_state: RunState
    runs: RunsState

    def close(self) -> bool:
        return self.run_state.shutdown() and self.runs.shutdown(WAIT_MS)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    experiment, messages = ExperimentState(replace(SPEC, epochs=3)), MessageState()
    run_state = RunState(TrainingSession(DataStore(None)), experiment)
    made = Bench(experiment, messages, run_state, RunsState(run_state, experiment, messages, folder()))
    yield made
    assert made.close()


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
