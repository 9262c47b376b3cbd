"""Everything on the screen explains itself: a name for screen readers, a tooltip, and a text for "What's this?"."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QGraphicsView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.shell.commands import commands_of
from gui.views.shell.docks import DockTitle
from gui.views.widgets.themed import ThemedWidget

WAIT_MS = 20_000
SHORTEST_EXPLANATION = 40
EXPLAINED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    DockTitle,
    QGraphicsView,
    QLineEdit,
    QProgressBar,
    QTabBar,
    ThemedWidget,
)
PARTS_OF_OTHERS = (QScrollBar, QHeaderView)  # they belong to a list or a table that is explained


def must_explain_itself(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    if isinstance(widget, PARTS_OF_OTHERS) or widget.objectName().startswith("qt_"):
        return False
    if isinstance(parent, QComboBox | QAbstractSpinBox | QTabBar | QHeaderView):
        return False
    is_named_label = isinstance(widget, QLabel) and bool(widget.objectName())
    return isinstance(widget, EXPLAINED) or is_named_label


def missing(widget: QWidget) -> list[str]:
    name, text = widget.accessibleName(), widget.whatsThis()
    if isinstance(widget, QLabel | QAbstractButton) and not name:
        name = getattr(widget, "text", str)()
    lacks = []
    if not name.strip():
        lacks.append("accessible name")
    if not widget.toolTip() and not isinstance(widget, QDockWidget):
        lacks.append("tooltip")
    if len(text) < SHORTEST_EXPLANATION or text == name or not text.endswith("."):
        lacks.append(f"explanation ({text!r})")
    return lacks


def unexplained(root: QWidget) -> dict[str, list[str]]:
    found = {}
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and must_explain_itself(widget) and missing(widget):
            parent = widget.parentWidget()
            place = parent.objectName() or type(parent).__name__ if parent is not None else ""
            found[f"{place}/{widget.objectName() or type(widget).__name__} {widget.accessibleName()}"] = missing(widget)
    return found


def trained(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)


def test_everything_on_every_page_and_dock_is_explained(studio: Studio, qtbot: QtBot) -> None:
    tabs = studio.window.page_bar.tabs
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)
    found = unexplained(studio.window)
    trained(studio, qtbot)
    for page in range(tabs.count()):
        tabs.setCurrentIndex(page)
        found |= unexplained(studio.window)
    assert not found, "\n".join(f"{place}: {lacks}" for place, lacks in found.items())


def test_images_and_every_optimiser_are_explained(open_studio, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio = open_studio("--preset", "pen-digits")
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)
    found = unexplained(studio.window)
    for name in ("sgd", "rmsprop", "adam"):
        studio.experiment.set_optimizer(name)
        found |= unexplained(studio.window)
    assert not found, "\n".join(f"{place}: {lacks}" for place, lacks in found.items())


def test_messages_are_explained(studio: Studio) -> None:
    studio.messages.show("warning", "Something is not as it should be.", "Mend it", lambda: None)
    assert unexplained(studio.window.message_bar) == {}


@pytest.mark.parametrize("name", ["preferences", "keys", "about", "palette"])
def test_dialogs_are_explained(studio: Studio, qtbot: QtBot, name: str) -> None:
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)
    studio.window.findChild(QAction, f"action_{name}").trigger()
    assert unexplained(studio.window) == {}


def test_every_command_says_what_it_does(studio: Studio) -> None:
    commands = commands_of(studio.window)
    assert len(commands) > 25
    for command in commands:
        action = command.action
        assert action.objectName().startswith("action_"), command.path
        assert action.statusTip(), command.path
        assert len(action.whatsThis()) >= SHORTEST_EXPLANATION, command.path
        assert action.whatsThis().endswith("."), command.path
    for menu in studio.window.menuBar().actions():
        assert menu.statusTip(), menu.text()
        assert menu.whatsThis(), menu.text()
