"""What the tests of the explorer's page share: open it, wait for a pass, press keys, find widgets."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio

Kind = TypeVar("Kind", bound=QWidget)
WAIT_MS = 20_000


def explored(studio: Studio, qtbot: QtBot) -> Studio:
    """The Backprop page is on show and a pass is recorded."""
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow, timeout=WAIT_MS)
    qtbot.keyClick(studio.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    until_recorded(studio, qtbot)
    return studio


def until_recorded(studio: Studio, qtbot: QtBot) -> None:
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.record is not None and not explorer.is_busy and explorer.is_fresh, timeout=WAIT_MS)


def press(studio: Studio, qtbot: QtBot, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or studio.window, key)


def find(studio: Studio, kind: type[Kind], name: str) -> Kind:
    found = studio.window.findChild(kind, name)
    assert found is not None, name
    return found


def step_batch(studio: Studio, qtbot: QtBot) -> None:
    newest = studio.run_state.newest
    studio.run_state.step("batch")
    qtbot.waitUntil(
        lambda: studio.run_state.newest == newest + 1 and studio.run_state.state == "paused", timeout=WAIT_MS
    )
