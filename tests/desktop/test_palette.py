"""The command palette: opened, searched and left with real keys; it carries out the window's own actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListView, QSpinBox
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.shell.command_delegate import COMMAND
from gui.views.shell.command_palette import CommandPalette
from gui.views.shell.commands import Command, commands_of

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def palette_of(studio: Studio) -> CommandPalette:
    found = studio.window.findChild(CommandPalette, "command_palette")
    assert found is not None
    return found


def field_of(studio: Studio) -> QLineEdit:
    found = studio.window.findChild(QLineEdit, "palette_field")
    assert found is not None
    return found


def list_of(studio: Studio) -> QListView:
    found = studio.window.findChild(QListView, "palette_list")
    assert found is not None
    return found


def opened(studio: Studio, qtbot: QtBot) -> QLineEdit:
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    qtbot.keyClick(QApplication.focusWidget() or studio.window, Qt.Key.Key_P, CONTROL_SHIFT)
    assert palette_of(studio).isVisible()
    assert QApplication.focusWidget() is field_of(studio)
    return field_of(studio)


def shown(studio: Studio) -> list[Command]:
    model = list_of(studio).model()
    return [model.index(row, 0).data(COMMAND) for row in range(model.rowCount())]


def test_it_offers_every_action_of_the_window_itself(studio: Studio, qtbot: QtBot) -> None:
    opened(studio, qtbot)
    offered = {id(command.action) for command in shown(studio)}
    for name in ("run", "pause", "stop", "step", "step_epoch", "restart", "new_weights", "log_axis", "quit", "undo"):
        assert id(studio.window.findChild(QAction, f"action_{name}")) in offered, name
    assert id(studio.window.experiment_dock.toggleViewAction()) in offered
    assert len(offered) == len(shown(studio)) == len(commands_of(studio.window))


def test_a_command_is_found_and_carried_out_with_the_keyboard(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "dark")
    assert shown(studio)[0].path == "View ▸ Theme ▸ Dark"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not palette_of(studio).isVisible()
    assert studio.themes.theme.name == "dark"


def test_arrow_keys_choose_and_begin_again_at_the_ends(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "theme")
    rows = list_of(studio)
    assert rows.currentIndex().row() == 0
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert rows.currentIndex().row() == len(shown(studio)) - 1
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert rows.currentIndex().row() == 1
    wanted = shown(studio)[1].action
    with qtbot.waitSignal(wanted.triggered):
        qtbot.keyClick(field, Qt.Key.Key_Enter)


def test_a_click_carries_out(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "logarithmic")
    rows = list_of(studio)
    place = rows.visualRect(rows.model().index(0, 0)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert studio.window.train_page.loss.log_button.isChecked()
    assert not palette_of(studio).isVisible()


def test_a_click_beside_closes_it(studio: Studio, qtbot: QtBot) -> None:
    opened(studio, qtbot)
    palette = palette_of(studio)
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(5, palette.height() - 5))
    assert not palette.isVisible()


def test_what_is_not_possible_is_grey_and_not_carried_out(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "run stop")
    index = list_of(studio).model().index(0, 0)
    assert index.data(COMMAND).action.objectName() == "action_stop"
    assert not index.flags() & Qt.ItemFlag.ItemIsEnabled
    triggered: list[bool] = []
    index.data(COMMAND).action.triggered.connect(triggered.append)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert palette_of(studio).isVisible()
    assert triggered == []
    assert studio.settings.recent_commands == ()


def test_what_becomes_possible_turns_black_while_it_is_open(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "run stop")
    index = list_of(studio).model().index(0, 0)
    studio.run_state.run()
    qtbot.waitUntil(lambda: bool(index.flags() & Qt.ItemFlag.ItemIsEnabled))


@pytest.mark.parametrize("name", ["dataset_combo", "epochs_spin"])
def test_esc_gives_the_focus_back(studio: Studio, qtbot: QtBot, name: str) -> None:
    before = studio.window.findChild(QComboBox, name) or studio.window.findChild(QSpinBox, name)
    assert before is not None
    studio.window.activateWindow()
    before.setFocus()
    field = opened(studio, qtbot)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not palette_of(studio).isVisible()
    assert QApplication.focusWidget() is before


def test_the_last_used_command_comes_first_also_after_a_restart(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio()
    for text in ("light", "dark"):
        field = opened(studio, qtbot)
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    opened(studio, qtbot)
    assert [command.name for command in shown(studio)[:2]] == ["Dark", "Light"]
    qtbot.keyClick(field_of(studio), Qt.Key.Key_Escape)
    assert studio.close()
    again = open_studio()
    opened(again, qtbot)
    assert [command.name for command in shown(again)[:2]] == ["Dark", "Light"]


def test_enter_on_a_fresh_palette_carries_nothing_out(studio: Studio, qtbot: QtBot) -> None:
    before = studio.experiment.spec
    field = opened(studio, qtbot)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert palette_of(studio).isVisible()
    assert studio.experiment.spec == before


def test_it_says_when_nothing_fits(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "zzzz")
    assert shown(studio) == []
    assert not list_of(studio).isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert palette_of(studio).isVisible()


def test_it_follows_the_window_and_stays_within_it(studio: Studio, qtbot: QtBot) -> None:
    opened(studio, qtbot)
    studio.window.resize(1100, 720)
    assert palette_of(studio).size() == studio.window.size()
    studio.settings.font_percent = 200
    qtbot.keyClick(field_of(studio), Qt.Key.Key_A)
    card = field_of(studio).parentWidget()
    assert palette_of(studio).rect().contains(card.geometry())


def test_typing_a_letter_with_a_shortcut_is_only_a_letter(studio: Studio, qtbot: QtBot) -> None:
    field = opened(studio, qtbot)
    qtbot.keyClicks(field, "RL l")
    assert field.text() == "RL l"
    assert studio.run_state.state == "idle"
    assert not studio.window.train_page.loss.log_button.isChecked()
