"""Dialogs: beside the window and not in its way, closed with Esc, as large as they were, and applying at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from gui.about import LICENCES, installed_versions
from gui.app import Studio
from gui.views.shell.commands import commands_of
from gui.views.shell.dialogs import StudioDialog, TextDialog

DIALOGS = ("preferences", "keys", "about")


def opened(studio: Studio, name: str) -> StudioDialog:
    studio.window.findChild(QAction, f"action_{name}").trigger()
    dialog = studio.window.findChild(StudioDialog, f"dialog_{name}")
    assert dialog is not None
    assert dialog.isVisible()
    return dialog


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_is_not_in_the_way_and_esc_closes_it(studio: Studio, qtbot: QtBot, name: str) -> None:
    dialog = opened(studio, name)
    assert not dialog.isModal()
    assert QApplication.activeModalWidget() is None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_opens_once_and_again_after_closing(studio: Studio, qtbot: QtBot, name: str) -> None:
    assert opened(studio, name) is opened(studio, name)
    assert len(studio.window.findChildren(StudioDialog, f"dialog_{name}")) == 1
    opened(studio, name).close()
    opened(studio, name)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_remembers_its_size(open_studio: Callable[..., Studio], qtbot: QtBot, name: str) -> None:
    studio = open_studio()
    dialog = opened(studio, name)
    dialog.resize(555, 444)
    qtbot.mouseClick(dialog.findChild(QPushButton, f"{name}_close_button"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    assert studio.close()
    again = opened(open_studio(), name)
    assert (again.width(), again.height()) == (pytest.approx(555, abs=2), pytest.approx(444, abs=2))


def test_a_dialog_grows_with_the_text(studio: Studio) -> None:
    dialog = opened(studio, "preferences")
    before = dialog.size()
    studio.settings.font_percent = 150
    assert dialog.width() == pytest.approx(1.5 * before.width(), rel=0.1)


def test_an_open_dialog_closes_with_the_window(studio: Studio) -> None:
    dialogs = [opened(studio, name) for name in DIALOGS]
    assert studio.window.close()
    assert not any(dialog.isVisible() for dialog in dialogs)


def test_keys_lists_every_shortcut_of_every_command_by_menu(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, "keys")
    assert isinstance(dialog, TextDialog)
    text = dialog.text
    for command in commands_of(studio.window):
        for keys in command.action.shortcuts():
            assert keys.toString(QKeySequence.SequenceFormat.NativeText) in text, command.path
    menus = [text.index(f">{menu}<") for menu in ("File", "Edit", "View", "Run", "Help")]
    assert menus == sorted(menus)
    assert "Space" in text


def test_keys_follow_the_commands(studio: Studio) -> None:
    studio.window.findChild(QAction, "action_about").setShortcut(QKeySequence("Ctrl+Alt+B"))
    dialog = opened(studio, "keys")
    assert isinstance(dialog, TextDialog)
    assert "Ctrl+Alt+B" in dialog.text


def test_about_names_every_package_with_version_and_licence(studio: Studio) -> None:
    dialog = opened(studio, "about")
    assert isinstance(dialog, TextDialog)
    for name, number in installed_versions().items():
        assert name in dialog.text
        assert number in dialog.text
        assert LICENCES[name] in dialog.text


# -- preferences ------------------------------------------------------------------------------------------------------


def test_the_theme_applies_at_once_and_follows_the_menu(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, "preferences")
    combo = dialog.findChild(QComboBox, "theme_combo")
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_End)
    assert studio.themes.choice == combo.currentData() == "high_contrast"
    assert studio.window.findChild(QAction, "action_theme_high_contrast").isChecked()
    studio.window.findChild(QAction, "action_theme_dark").trigger()
    assert combo.currentData() == "dark"


def test_the_font_size_applies_at_once_and_follows_the_keys(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, "preferences")
    slider = dialog.findChild(QSlider, "font_size_slider")
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert studio.themes.font_percent == 110
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert studio.themes.font_percent == 200
    studio.window.findChild(QAction, "action_font_normal").trigger()
    assert slider.value() == 2


def test_reduced_motion_is_kept(studio: Studio, qtbot: QtBot) -> None:
    dialog = opened(studio, "preferences")
    box = dialog.findChild(QCheckBox, "reduce_motion_check")
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert studio.settings.reduce_motion
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert not studio.settings.reduce_motion


def test_restore_window_layout_brings_the_docks_back(studio: Studio, qtbot: QtBot) -> None:
    window = studio.window
    window.experiment_dock.close()
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.pad_dock)
    dialog = opened(studio, "preferences")
    qtbot.mouseClick(dialog.findChild(QPushButton, "restore_layout_button"), Qt.MouseButton.LeftButton)
    assert window.experiment_dock.isVisible()
    assert window.dockWidgetArea(window.pad_dock) == Qt.DockWidgetArea.RightDockWidgetArea


def test_reset_all_settings_can_be_undone(studio: Studio, qtbot: QtBot) -> None:
    studio.settings.theme, studio.settings.font_percent, studio.settings.reduce_motion = "dark", 120, True
    dialog = opened(studio, "preferences")
    qtbot.mouseClick(dialog.findChild(QPushButton, "reset_settings_button"), Qt.MouseButton.LeftButton)
    assert (studio.themes.choice, studio.themes.font_percent) == ("system", 100)
    assert not dialog.findChild(QCheckBox, "reduce_motion_check").isChecked()
    studio.messages.trigger_action()
    assert (studio.themes.choice, studio.themes.font_percent) == ("dark", 120)
    assert dialog.findChild(QCheckBox, "reduce_motion_check").isChecked()


def test_a_dialog_is_never_larger_than_the_screen(studio: Studio) -> None:
    studio.settings.set_dialog_size("keys", QSize(9000, 9000))
    dialog = opened(studio, "keys")
    room = dialog.screen().availableSize()
    assert dialog.width() <= room.width()
    assert dialog.height() <= room.height()
