"""Opening and saving in the window, with keys, menus and the dialog; the mark of changes that are not saved."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QSpinBox
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.experiment_file import load_experiment
from gui.domain.presets import DEFAULT_PRESET, PRESET_FOLDER, load_preset
from tests.desktop.file_steps import (
    CONTROL,
    LEFT,
    SHIFT,
    WAIT_MS,
    act,
    asks_nothing,
    choose,
    file_dialog,
    front,
    path,
    press,
    question,
    said,
)
from tests.desktop.test_hostile_files import ARCHIVES, CONTENTS

__all__ = ["path"]  # a fixture


# -- opening ----------------------------------------------------------------------------------------------------------


def test_ctrl_o_opens_a_file(studio: Studio, qtbot: QtBot, path: Path) -> None:
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_O, CONTROL)
    choose(studio, qtbot, "open", path)
    assert studio.experiment.spec == load_preset("moons")
    assert studio.files.path == path
    assert studio.window.windowTitle() == "lecture[*] – BERAS Studio"


def test_the_dialog_opens_once_and_in_the_last_folder(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    act(studio, "open").trigger()
    act(studio, "open").trigger()
    assert len(studio.window.findChildren(QFileDialog)) == 1
    assert file_dialog(studio, "open").directory().absolutePath() == str(path.parent)
    assert studio.application.activeModalWidget() is file_dialog(studio, "open")  # over this window only, and no loop
    assert file_dialog(studio, "open").windowModality() is Qt.WindowModality.WindowModal


def test_esc_leaves_the_dialog_without_a_change(studio: Studio, qtbot: QtBot) -> None:
    before = studio.experiment.spec
    act(studio, "open").trigger()
    qtbot.keyClick(file_dialog(studio, "open"), Qt.Key.Key_Escape)
    assert studio.experiment.spec == before
    assert said(studio) == ""


def test_opening_is_no_edit_and_cannot_be_undone(studio: Studio, path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.experiment.undo_stack.undo()
    studio.files.open(path)
    assert not studio.files.is_modified
    assert not studio.experiment.undo_stack.canUndo()
    assert not studio.experiment.undo_stack.canRedo()


def test_a_preset_from_a_file_is_a_beginning_that_save_does_not_touch(studio: Studio) -> None:
    studio.files.open(PRESET_FOLDER / "moons.json")
    assert studio.experiment.spec == load_preset("moons")
    assert studio.files.path is None
    act(studio, "save").trigger()
    assert file_dialog(studio, "save").selectedFiles()[0].endswith(".beras")


def test_ctrl_n_begins_with_the_default_preset(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_N, CONTROL)
    assert studio.experiment.spec == load_preset(DEFAULT_PRESET)
    assert studio.files.path is None
    assert asks_nothing(studio)


def test_a_wrong_file_is_one_message_and_changes_nothing(studio: Studio, path: Path) -> None:
    studio.experiment.set_epochs(77)
    spec, title = studio.experiment.spec, studio.window.windowTitle()
    messages: list[str] = []
    studio.messages.changed.connect(lambda: messages.append(said(studio)))
    for what, (content, *_) in (ARCHIVES | CONTENTS).items():
        studio.messages.dismiss()
        messages.clear()
        path.write_bytes(content)
        studio.files.open(path)
        assert len(messages) == 1, what
        assert messages[0].startswith("“lecture.beras” cannot be opened. "), what
        assert (studio.experiment.spec, studio.window.windowTitle(), studio.files.path) == (spec, title, None), what
        assert studio.files.is_modified, what
        assert studio.experiment.undo_stack.canUndo(), what
        assert asks_nothing(studio), what


def test_a_wrong_file_offers_to_choose_another(studio: Studio, qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    studio.files.open(tmp_path / "gone.beras")
    qtbot.mouseClick(studio.window.message_bar.button(), LEFT)
    choose(studio, qtbot, "open", path)
    assert studio.files.path == path
    assert said(studio) == ""


def test_a_very_long_name_does_not_widen_the_window(studio: Studio, tmp_path: Path) -> None:
    width = studio.window.minimumSizeHint().width()
    studio.files.open(tmp_path / ("x" * 240 + ".beras"))
    assert studio.window.message_bar.minimumSizeHint().width() < studio.window.width() / 2
    assert studio.window.minimumSizeHint().width() <= max(width, studio.window.width())


# -- saving -----------------------------------------------------------------------------------------------------------


def test_ctrl_s_asks_for_a_place_once_and_then_saves_there(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    front(studio, qtbot)
    studio.experiment.set_epochs(8)
    assert studio.window.isWindowModified()
    qtbot.keyClick(studio.window, Qt.Key.Key_S, CONTROL)
    choose(studio, qtbot, "save", tmp_path / "mine")
    place = tmp_path / "mine.beras"
    assert load_experiment(place).spec == studio.experiment.spec
    assert studio.window.windowTitle() == "mine[*] – BERAS Studio"
    assert not studio.window.isWindowModified()
    studio.experiment.set_epochs(9)
    assert studio.window.isWindowModified()
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_S, CONTROL)
    assert load_experiment(place).spec.epochs == 9
    assert not studio.window.isWindowModified()


def test_save_as_goes_on_with_the_new_file(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_S, CONTROL | SHIFT)
    choose(studio, qtbot, "save", path.with_name("copy.beras"))
    studio.experiment.set_epochs(9)
    studio.files.save()
    assert load_experiment(path.with_name("copy.beras")).spec.epochs == 9
    assert load_experiment(path).spec == load_preset("moons")


@pytest.mark.parametrize("replaces", [True, False])
def test_another_file_is_replaced_only_after_a_yes(studio: Studio, qtbot: QtBot, path: Path, replaces: bool) -> None:
    act(studio, "save_as").trigger()
    choose(studio, qtbot, "save", path)
    assert question(studio, "replace").text() == "“lecture.beras” is there already. What it holds is replaced."
    press(studio, qtbot, "replace", "confirm" if replaces else "cancel")
    assert load_experiment(path).spec.data.name == ("xor" if replaces else "moons")
    assert studio.files.path == (path if replaces else None)


def test_its_own_file_is_replaced_without_a_question(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    act(studio, "save_as").trigger()
    choose(studio, qtbot, "save", path)
    assert asks_nothing(studio)
    assert load_experiment(path).spec.epochs == 9


def test_closing_waits_for_the_question_about_replacing(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.window.close()
    press(studio, qtbot, "close", "save")
    choose(studio, qtbot, "save", path)
    assert studio.window.isVisible()
    with qtbot.waitSignal(studio.window.closed):
        press(studio, qtbot, "replace", "confirm")
    assert load_experiment(path).spec.epochs == 9


def test_a_number_that_is_being_typed_is_saved_too(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    front(studio, qtbot)
    field = studio.window.findChild(QSpinBox, "epochs_spin")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "321")
    qtbot.keyClick(field, Qt.Key.Key_S, CONTROL)
    assert load_experiment(path).spec.epochs == 321
    assert QApplication.focusWidget() is field
    assert not studio.files.is_modified


def test_a_save_that_fails_says_so_and_stays_unsaved(
    studio: Studio, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    studio.files.open(path)
    studio.experiment.set_epochs(9)
    monkeypatch.setattr(os, "fsync", full_disk)
    act(studio, "save").trigger()
    assert "No space left on device" in said(studio)
    assert studio.messages.message is not None
    assert studio.messages.message.labels == ("Save as…",)
    assert studio.files.is_modified
    assert load_experiment(path).spec == load_preset("moons")


# -- the mark of unsaved changes --------------------------------------------------------------------------------------


def test_undo_back_to_what_was_saved_takes_the_mark_away(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    studio.files.save()
    studio.experiment.set_epochs(10)
    assert studio.window.isWindowModified()
    studio.experiment.undo_stack.undo()
    assert not studio.window.isWindowModified()
    studio.experiment.undo_stack.undo()
    assert studio.window.isWindowModified()


def test_a_drag_that_goes_on_after_saving_is_another_edit(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.begin_drag()
    studio.experiment.set_optimizer_setting("learning_rate", 0.2)
    studio.files.save()
    studio.experiment.set_optimizer_setting("learning_rate", 0.3)
    assert studio.window.isWindowModified()


def test_opening_a_preset_and_running_is_no_edit(studio: Studio, qtbot: QtBot) -> None:
    act(studio, "preset_moons").trigger()
    studio.experiment.open(load_preset("xor"))
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        act(studio, "run").trigger()
        qtbot.waitUntil(lambda: studio.run_state.state == "running", timeout=WAIT_MS)
        studio.run_state.stop()
    assert not studio.window.isWindowModified()
    assert studio.window.close()


@pytest.mark.parametrize("name", ["pen-digits", "mnist", "moons", "xor"])
def test_looking_at_an_experiment_is_no_edit(open_studio: Callable[..., Studio], qtbot: QtBot, name: str) -> None:
    studio = open_studio("--preset", name)
    qtbot.waitUntil(lambda: studio.data.status in ("ready", "missing"), timeout=WAIT_MS)
    front(studio, qtbot)
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget() or studio.window, Qt.Key.Key_Tab)
    assert not studio.files.is_modified


def test_a_title_with_qts_own_mark_is_shown_as_it_is(studio: Studio, path: Path) -> None:
    odd = path.with_name("a[*]b & c.beras")
    studio.files.save_as(odd)
    assert studio.window.windowTitle() == "a[*][*]b & c[*] – BERAS Studio"
