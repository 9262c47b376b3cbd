"""Closing at any moment: asks once in the middle of a run, ends the thread, leaves nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from tests.desktop.file_steps import said

WAIT_MS = 10_000
LONG = ("--preset", "xor", "--epochs", "100000")


def running(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    studio = open_studio(*LONG)
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.state == "running", timeout=WAIT_MS)
    return studio


def question(studio: Studio) -> QMessageBox:
    found = studio.window.findChild(QMessageBox, "close_question")
    assert found is not None
    return found


def test_closing_when_idle_asks_nothing(studio: Studio) -> None:
    assert studio.window.close()


def test_closing_in_the_middle_of_a_run_asks_once(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = running(open_studio, qtbot)
    assert not studio.window.close()
    assert not studio.window.close()
    assert len(studio.window.findChildren(QMessageBox, "close_question")) == 1
    assert studio.run_state.is_active
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        qtbot.mouseClick(question(studio).findChild(QPushButton, "close_confirm_button"), Qt.MouseButton.LeftButton)
    assert not studio.session.is_active


def test_cancel_lets_the_run_go_on(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = running(open_studio, qtbot)
    studio.window.close()
    qtbot.keyClick(question(studio), Qt.Key.Key_Escape)
    assert studio.window.isVisible()
    batches = len(studio.run_state.log.batch_loss)
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > batches, timeout=WAIT_MS)


def test_closing_while_paused(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = running(open_studio, qtbot)
    studio.run_state.pause()
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    assert studio.close()
    assert not studio.session.is_active


def test_closing_while_data_are_being_made(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "pen-digits")
    studio.run_state.run()
    assert studio.run_state.state == "starting"
    assert studio.close()
    assert not studio.session.is_active


def bring_to(studio: Studio, qtbot: QtBot, state: str) -> None:
    """Bring a run into a state in which the window is then closed."""
    run = studio.run_state
    if state == "loading data":
        studio.experiment.set_data("pen_digits")
        return
    run.run()
    if state == "starting":
        return
    qtbot.waitUntil(lambda: len(run.log.batch_loss) > 10, timeout=WAIT_MS)
    match state:
        case "paused":
            run.pause()
            qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
        case "stepping":
            run.pause()
            qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
            run.step("epoch")
        case "stopping":
            run.stop()
        case "restarting":
            run.restart()
        case "diverged":
            studio.experiment.set_optimizer("sgd")
            run.swap_optimizer(keep=False)
            studio.experiment.set_loss("mean_squared_error")
            studio.experiment.set_optimizer_setting("learning_rate", 1000.0)
        case "asking for a swap":
            studio.experiment.set_optimizer("sgd")


@pytest.mark.parametrize(
    "state",
    [
        "loading data",
        "starting",
        "running",
        "paused",
        "stepping",
        "stopping",
        "restarting",
        "diverged",
        "asking for a swap",
    ],
)
def test_closing_in_every_state_ends_every_thread(state: str, open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio(*LONG)
    bring_to(studio, qtbot, state)
    assert studio.close()
    assert not studio.session.is_active
    assert not studio.window.isVisible()


@pytest.mark.parametrize("slow", ["training", "disk"])
def test_what_takes_too_long_keeps_the_window_open_and_is_told(
    slow: str, studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gui.app.SHUTDOWN_LIMIT_MS", 20)
    may_end = threading.Event()
    if slow == "disk":
        monkeypatch.setattr("gui.state.exports.write_whole", lambda path, content: may_end.wait())
        studio.exports.export_table(tmp_path / "runs.csv", [])
    else:
        monkeypatch.setattr(studio.run_state, "shutdown", may_end.is_set)
    assert not studio.window.close()
    assert studio.window.isVisible()
    assert said(studio) == "Something is still being trained, read or written. Wait until it is done, then close again."
    may_end.set()
    assert studio.window.close()


def test_what_is_destroyed_after_closing_says_nothing_any_more(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_epochs(7)
    assert studio.close()
    with qtbot.captureExceptions() as exceptions:
        shiboken6.delete(studio.experiment.undo_stack)
    assert not exceptions
