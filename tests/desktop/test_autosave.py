"""What a killed program has left is offered at the next start; an open window, and a closed one, leave nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.session_file import load_session
from gui.state.autosave import INTERVAL_MS, sessions_folder
from tests.desktop.file_steps import WAIT_MS, asks_nothing
from tests.desktop.moments import experiment
from tests.desktop.plain_fit import plain_fit

LEAVE = """
import sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtTest import QTest
from gui.app import build
from tests.desktop.moments import experiment

QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
studio = build(["--preset", "moons"])
studio.experiment.replace(experiment("adam", epochs=6), "another")
for step in range(1, 31):
    studio.run_state.step("batch")
    while studio.run_state.newest < step or studio.run_state.state != "paused":
        QTest.qWait(5)
loop = QEventLoop()
studio.autosave.written.connect(loop.quit)
studio.autosave.save_now()
loop.exec()
print("kept", flush=True)
sys.stdin.read()
"""


def kept() -> list[Path]:
    folder = sessions_folder()
    assert folder is not None
    return sorted(folder.glob("*"))


def keep(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.autosave.written, timeout=WAIT_MS):
        studio.autosave.save_now()
    qtbot.waitUntil(lambda: studio.autosave._queue.is_idle, timeout=WAIT_MS)


@pytest.fixture
def killed(tmp_path: Path) -> None:
    """A program that was killed while its run stood after 30 batches."""
    command = [sys.executable, "-c", LEAVE, str(tmp_path / "settings")]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert program.stdout is not None
    assert program.stdout.readline() == "kept\n"
    program.send_signal(signal.SIGKILL)
    program.communicate()


def offered(studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: studio.autosave.left is not None, timeout=WAIT_MS)
    message = studio.messages.message
    assert message is not None
    assert message.labels == ("Restore", "Forget it")
    assert "“XOR, two hidden layers”, trained for 30 batches, was kept less than a minute ago." in message.text


@pytest.mark.usefixtures("killed")
def test_what_a_killed_program_has_left_is_restored_and_goes_on(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio("--preset", "pen-digits")
    offered(studio, qtbot)
    qtbot.mouseClick(studio.window.message_bar.button(), Qt.MouseButton.LeftButton)
    run = studio.run_state
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    assert run.newest == 30
    assert studio.experiment.spec.optimizer.name == "adam"
    assert studio.experiment.spec.epochs == 6
    assert studio.files.is_modified, "it is in no file"
    qtbot.waitUntil(lambda: studio.autosave._obsolete is None, timeout=WAIT_MS)
    (again,) = [file for file in kept() if file.suffix == ".beras"]
    assert load_session(again).experiment.run is not None, "it is kept again before the old one goes"
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    for one, other in zip(run.weights or (), plain_fit(experiment("adam", epochs=6)), strict=True):
        assert one.tobytes() == other.tobytes()


@pytest.mark.usefixtures("killed")
def test_what_was_left_can_be_forgotten_or_taken_later(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    offered(studio, qtbot)
    command = studio.window.findChild(QAction, "action_restore_session")
    assert command.isEnabled()
    other = open_studio()
    qtbot.wait(300)
    assert other.autosave.left is None, "one window offers it"
    studio.messages.dismiss()
    assert command.isEnabled(), "dismissed, it is still there"
    studio.autosave.forget_left()
    assert not command.isEnabled()
    assert [file for file in kept() if file.suffix == ".beras"] == []


def test_a_window_that_is_open_or_closed_properly_leaves_nothing(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    assert INTERVAL_MS <= 60_000
    studio = open_studio()
    studio.autosave.save_now()
    assert kept() == [], "there is nothing to lose yet"
    studio.experiment.set_epochs(7)
    keep(studio, qtbot)
    assert len(kept()) == 2
    second = open_studio()
    qtbot.wait(300)
    assert second.autosave.left is None
    assert studio.close()
    assert kept() == []


def test_only_what_is_new_is_written_and_nothing_once_it_is_saved(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    studio.experiment.set_epochs(7)
    keep(studio, qtbot)
    (file,) = [file for file in kept() if file.suffix == ".beras"]
    before = file.stat().st_mtime_ns
    studio.autosave.save_now()
    assert studio.autosave._queue.is_idle
    assert file.stat().st_mtime_ns == before
    studio.files.save_as(tmp_path / "saved.beras")
    studio.autosave.save_now()
    assert not file.exists(), "everything is in its file"
    studio.experiment.set_epochs(8)
    keep(studio, qtbot)
    assert load_session(file).path == tmp_path / "saved.beras"


def test_damaged_sessions_are_no_trouble(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    folder = sessions_folder()
    assert folder is not None
    folder.mkdir(parents=True)
    (folder / "0.beras").write_bytes(b"PK\x03\x04 nonsense")
    (folder / "1.beras").write_bytes(b"")
    studio = open_studio()
    qtbot.waitUntil(lambda: not any(file.suffix == ".beras" for file in kept()), timeout=WAIT_MS)
    assert studio.autosave.left is None
    assert asks_nothing(studio)


def test_a_folder_that_cannot_be_written_is_said_once(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    studio.autosave._folder = blocked / "sessions"
    studio.experiment.set_epochs(7)
    studio.autosave.save_now()
    message = studio.messages.message
    assert message is not None
    assert "cannot be kept" in message.text
    assert message.labels == ("Save",)
    studio.messages.dismiss()
    studio.experiment.set_epochs(8)
    studio.autosave.save_now()
    assert studio.messages.message is None
