"""Data that are not on this computer: offered, downloaded beside the window, cancelled; what fails is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from beras.datasets import DownloadCancelled, DownloadError
from gui.app import Studio

WAIT_MS = 10_000


@pytest.fixture
def no_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home without any data set in it."""
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def open_mnist(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    studio = open_studio("--preset", "xor")
    studio.experiment.set_data("mnist")
    qtbot.waitUntil(lambda: studio.data.status == "missing", timeout=WAIT_MS)
    return studio


@pytest.mark.usefixtures("no_mnist")
def test_a_missing_set_is_offered_with_its_size(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_mnist(open_studio, qtbot)
    assert "MNIST is not on this computer" in studio.window.message_bar.text
    button = studio.window.findChild(QPushButton, "download_button")
    assert button is not None
    assert button.isVisible()
    assert button.text() == "Download (11 MB)"


@pytest.mark.usefixtures("no_mnist")
def test_a_run_without_the_data_says_so(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_mnist(open_studio, qtbot)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert studio.run_state.outcome == "failed"
    assert "MNIST is not on this computer" in studio.window.message_bar.text


@pytest.mark.usefixtures("no_mnist")
def test_a_download_shows_progress_and_can_be_cancelled(
    open_studio: Callable[..., Studio], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(family: Any, progress: Any, cancelled: Any) -> None:
        progress(5, 10)
        while not cancelled():
            pass
        raise DownloadCancelled

    monkeypatch.setattr("gui.state.data.download", slow)
    studio = open_mnist(open_studio, qtbot)
    button = studio.window.findChild(QPushButton, "download_button")
    assert button is not None
    studio.messages.dismiss()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert studio.data.status == "missing", "the button asks before anything is fetched"
    qtbot.mouseClick(studio.window.message_bar.findChild(QPushButton), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.data.downloaded == (5, 10), timeout=WAIT_MS)
    assert studio.data.status == "downloading"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.data.status == "missing", timeout=WAIT_MS)
    assert "cancelled" in studio.window.message_bar.text


@pytest.mark.usefixtures("no_mnist")
def test_looking_again_while_a_cancelled_download_ends_waits_for_nothing(
    open_studio: Callable[..., Studio], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_at_once(family: Any, progress: Any, cancelled: Any) -> None:
        raise DownloadCancelled

    monkeypatch.setattr("gui.state.data.download", cancelled_at_once)
    studio = open_mnist(open_studio, qtbot)
    seen: list[str] = []

    def look_again() -> None:
        message = studio.messages.message
        if message is not None and "cancelled" in message.text:  # it is said before the thread has ended
            studio.data.load()
            seen.append(studio.data.status)

    studio.messages.changed.connect(look_again)
    studio.data.start_download()
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    assert seen[0] == "missing"


@pytest.mark.usefixtures("no_mnist")
def test_a_failed_download_says_why_and_offers_another_try(
    open_studio: Callable[..., Studio], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(family: Any, progress: Any, cancelled: Any) -> None:
        raise DownloadError("No mirror could be reached.")

    monkeypatch.setattr("gui.state.data.download", unreachable)
    studio = open_mnist(open_studio, qtbot)
    studio.data.start_download()
    qtbot.waitUntil(lambda: "No mirror could be reached." in studio.window.message_bar.text, timeout=WAIT_MS)
    assert studio.messages.message is not None
    assert studio.messages.message.labels[0] == "Try again"


def test_a_damaged_file_is_said_and_pen_digits_are_offered(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").write_bytes(b"not a digit")
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    studio = open_studio("--preset", "xor", "--data-dir", str(folder.parent))
    studio.experiment.set_data("mnist")
    qtbot.waitUntil(lambda: studio.data.status == "failed", timeout=WAIT_MS)
    assert "train-images-idx3-ubyte.gz" in studio.window.message_bar.text
    studio.messages.trigger_action()
    assert studio.experiment.spec.data.name == "pen_digits"
