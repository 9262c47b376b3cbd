"""What the tests of files do with the window: commands, the dialog, the questions."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.experiment_file import save_experiment
from gui.domain.presets import load_preset

WAIT_MS = 20_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A saved experiment on the moons."""
    place = tmp_path / "lecture.beras"
    save_experiment(place, load_preset("moons"))
    return place


def front(studio: Studio, qtbot: QtBot) -> None:
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)


def act(studio: Studio, name: str) -> QAction:
    action = studio.window.findChild(QAction, f"action_{name}")
    assert action is not None
    return action


def file_dialog(studio: Studio, name: str) -> QFileDialog:
    found = studio.window.findChild(QFileDialog, f"dialog_{name}")
    assert found is not None
    assert found.isVisible()
    return found


def choose(studio: Studio, qtbot: QtBot, name: str, path: Path) -> None:
    """Give the dialog a file name; pasted, as typing opens a list of completions over the field."""
    dialog = file_dialog(studio, name)
    field = dialog.findChild(QLineEdit, "fileNameEdit")
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    field.setFocus()
    field.selectAll()
    QApplication.clipboard().setText(str(path))
    qtbot.keyClick(field, Qt.Key.Key_V, CONTROL)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not studio.window.findChildren(QFileDialog))


def question(studio: Studio, leaving: str) -> QMessageBox:
    found = studio.window.findChild(QMessageBox, f"{leaving}_question")
    assert found is not None
    assert found.isVisible()
    return found


def press(studio: Studio, qtbot: QtBot, leaving: str, name: str) -> None:
    button = question(studio, leaving).findChild(QPushButton, f"{leaving}_{name}_button")
    qtbot.mouseClick(button, LEFT)


def asks_nothing(studio: Studio) -> bool:
    return not studio.window.findChildren(QMessageBox)


def running(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.state == "running", timeout=WAIT_MS)


def said(studio: Studio) -> str:
    message = studio.messages.message
    return "" if message is None else message.text


def recent(studio: Studio) -> list[QAction]:
    menu = studio.window.findChild(QMenu, "menu_recent")
    menu.aboutToShow.emit()
    return [each for each in menu.actions() if each.objectName().startswith("action_recent") and each.isVisible()]
