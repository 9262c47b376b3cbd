"""Opening and saving in the window: with keys, menus, the dialog and the mouse; nothing is lost without a question."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QMessageBox, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.experiment_file import load_experiment, save_experiment
from gui.domain.presets import DEFAULT_PRESET, PRESET_FOLDER, load_preset
from gui.views.commands import commands_of
from tests.desktop.test_experiment_file import ARCHIVES, CONTENTS

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


@pytest.mark.parametrize("what", [*ARCHIVES, *CONTENTS])
def test_a_wrong_file_is_one_message_and_changes_nothing(
    open_studio: Callable[..., Studio], path: Path, what: str
) -> None:
    studio = open_studio()
    studio.experiment.set_epochs(77)
    spec, title = studio.experiment.spec, studio.window.windowTitle()
    messages: list[str] = []
    studio.messages.changed.connect(lambda: messages.append(said(studio)))
    path.write_bytes((ARCHIVES | CONTENTS)[what][0])
    studio.files.open(path)
    assert len(messages) == 1
    assert messages[0].startswith("“lecture.beras” cannot be opened. ")
    assert (studio.experiment.spec, studio.window.windowTitle(), studio.files.path) == (spec, title, None)
    assert studio.files.is_modified
    assert studio.experiment.undo_stack.canUndo()
    assert asks_nothing(studio)


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


# -- before something is lost -----------------------------------------------------------------------------------------


def test_closing_with_changes_asks_once(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    assert not studio.window.close()
    assert not studio.window.close()
    assert len(studio.window.findChildren(QMessageBox)) == 1
    assert question(studio, "close").text() == (
        "“lecture” has changes that are not saved. Without saving they are lost when the window closes."
    )


def test_save_on_closing_saves_and_closes(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    studio.window.close()
    with qtbot.waitSignal(studio.window.closed):
        qtbot.keyClick(question(studio, "close"), Qt.Key.Key_Return)
    assert load_experiment(path).spec.epochs == 9


def test_save_on_closing_asks_for_the_place_if_there_is_none(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.window.close()
    press(studio, qtbot, "close", "save")
    with qtbot.waitSignal(studio.window.closed):
        choose(studio, qtbot, "save", tmp_path / "mine.beras")
    assert load_experiment(tmp_path / "mine.beras").spec.epochs == 9


def test_without_a_place_the_window_stays(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.window.close()
    press(studio, qtbot, "close", "save")
    qtbot.keyClick(file_dialog(studio, "save"), Qt.Key.Key_Escape)
    assert studio.window.isVisible()
    studio.files.save_as(tmp_path / "later.beras")
    assert studio.window.isVisible(), "a later save has nothing to do with the question"


def test_a_save_that_fails_on_closing_keeps_the_window(
    studio: Studio, qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    path.unlink()
    path.mkdir()
    studio.window.close()
    press(studio, qtbot, "close", "save")
    assert studio.window.isVisible()
    assert "cannot be saved" in said(studio)
    assert studio.files.is_modified


def test_dont_save_closes_and_leaves_the_file(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    studio.window.close()
    with qtbot.waitSignal(studio.window.closed):
        press(studio, qtbot, "close", "confirm")
    assert load_experiment(path).spec == load_preset("moons")


def test_cancel_and_esc_keep_everything(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    studio.window.close()
    press(studio, qtbot, "close", "cancel")
    assert studio.window.isVisible()
    act(studio, "new").trigger()
    qtbot.keyClick(question(studio, "open"), Qt.Key.Key_Escape)
    assert studio.experiment.spec.epochs == 9
    assert studio.files.path == path


def test_a_number_that_is_being_typed_counts_when_closing(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    field = studio.window.findChild(QSpinBox, "epochs_spin")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "321")
    assert not studio.window.close()
    assert question(studio, "close").isVisible()


def test_one_question_covers_changes_and_a_run(open_studio: Callable[..., Studio], qtbot: QtBot, path: Path) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    running(studio, qtbot)
    studio.experiment.set_seed(5)
    studio.window.close()
    assert "changes that are not saved, and a run is going on" in question(studio, "close").text()
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        press(studio, qtbot, "close", "confirm")
    assert not studio.session.is_active


def test_closing_by_program_never_asks(studio: Studio) -> None:
    studio.experiment.set_epochs(9)
    assert studio.close()


def test_opening_with_changes_asks(studio: Studio, qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.files.open(path)
    assert studio.experiment.spec.data.name == "xor"
    press(studio, qtbot, "open", "save")
    choose(studio, qtbot, "save", tmp_path / "xor.beras")
    assert load_experiment(tmp_path / "xor.beras").spec.epochs == 9
    assert studio.experiment.spec == load_preset("moons")
    assert studio.files.path == path


def test_opening_without_saving(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.experiment.set_epochs(9)
    act(studio, "preset_moons").trigger()
    press(studio, qtbot, "open", "confirm")
    assert studio.experiment.spec == load_preset("moons")
    assert not studio.files.is_modified


def test_opening_the_same_file_after_saving_it_shows_what_was_saved(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.files.open(path)
    studio.experiment.set_epochs(9)
    studio.files.open(path)
    press(studio, qtbot, "open", "save")
    assert studio.experiment.spec.epochs == 9
    assert not studio.files.is_modified


def test_a_file_that_goes_while_one_is_asked_changes_nothing(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.files.open(path)
    path.unlink()
    press(studio, qtbot, "open", "confirm")
    assert studio.experiment.spec.epochs == 9
    assert "There is no such file" in said(studio)
    assert studio.files.is_modified


def test_opening_in_the_middle_of_a_run_ends_it_first(
    open_studio: Callable[..., Studio], qtbot: QtBot, path: Path
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    running(studio, qtbot)
    before = studio.run_state.spec
    studio.files.open(path)
    assert question(studio, "open").text() == "A run is going on. It ends when another experiment is opened."
    press(studio, qtbot, "open", "confirm")
    qtbot.waitUntil(lambda: studio.files.path == path, timeout=WAIT_MS)
    assert not studio.run_state.is_active
    assert studio.run_state.outcome == "stopped"
    assert studio.run_state.spec == before, "the run was steered by an experiment it had nothing to do with"


def test_another_question_takes_the_place_of_the_first(studio: Studio, qtbot: QtBot, path: Path) -> None:
    studio.experiment.set_epochs(9)
    studio.files.open(path)
    assert not studio.window.close()
    assert [box.objectName() for box in studio.window.findChildren(QMessageBox) if box.isVisible()] == [
        "close_question"
    ]
    press(studio, qtbot, "close", "cancel")
    assert studio.experiment.spec.epochs == 9


@pytest.mark.parametrize("edited", [True, False])
def test_the_question_explains_its_buttons(open_studio: Callable[..., Studio], qtbot: QtBot, edited: bool) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    running(studio, qtbot)
    if edited:
        studio.experiment.set_seed(5)
    studio.window.close()
    buttons = question(studio, "close").findChildren(QPushButton)
    assert len(buttons) == (3 if edited else 2)
    for button in buttons:
        assert button.accessibleName()
        assert button.toolTip()
        assert len(button.whatsThis()) > 40
        assert button.whatsThis().endswith(".")


# -- recent files -----------------------------------------------------------------------------------------------------


def recent(studio: Studio) -> list[QAction]:
    menu = studio.window.findChild(QMenu, "menu_recent")
    menu.aboutToShow.emit()
    return [each for each in menu.actions() if each.objectName().startswith("action_recent") and each.isVisible()]


def test_recent_files_are_at_most_ten_the_latest_first_and_kept(
    open_studio: Callable[..., Studio], tmp_path: Path
) -> None:
    studio = open_studio()
    for number in range(12):
        studio.files.save_as(tmp_path / f"{number}.beras")
    studio.files.save_as(tmp_path / "5.beras")
    names = ["5.beras", *(f"{number}.beras" for number in (11, 10, 9, 8, 7, 6, 4, 3, 2))]
    assert [each.text() for each in recent(studio)] == names
    assert studio.close()
    again = open_studio()
    assert [each.text() for each in recent(again)] == names
    recent(again)[1].trigger()
    assert again.files.path == tmp_path / "11.beras"


def test_a_recent_file_that_has_gone_is_grey_with_the_reason(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    path.unlink()
    (gone,) = recent(studio)
    assert gone.text() == "lecture.beras (not found)"
    assert not gone.isEnabled()
    assert "may have been moved" in gone.statusTip()
    save_experiment(path, load_preset("moons"))
    assert recent(studio)[0].isEnabled()


def test_names_that_are_there_twice_say_their_folder(studio: Studio, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        studio.files.save_as(tmp_path / folder / "x & y.beras")
    assert [each.text() for each in recent(studio)] == ["x && y.beras – b", "x && y.beras – a"]


def test_the_list_can_be_cleared(studio: Studio, path: Path) -> None:
    menu = studio.window.findChild(QMenu, "menu_recent").menuAction()
    assert not menu.isEnabled()
    studio.files.open(path)
    assert menu.isEnabled()
    act(studio, "clear_recent").trigger()
    assert recent(studio) == []
    assert not menu.isEnabled()
    assert path.exists()


def test_the_palette_offers_recent_files_that_are_there_only(studio: Studio, path: Path) -> None:
    studio.files.open(path)
    offered = [each.path for each in commands_of(studio.window) if "recent" in each.action.objectName()]
    assert offered == ["File ▸ Open recent ▸ lecture.beras", "File ▸ Open recent ▸ Clear list"]


# -- dropping a file --------------------------------------------------------------------------------------------------


def drop(target: QWidget, *urls: QUrl) -> bool:
    """What Qt sends when something is dragged onto a widget and let go; False if nobody wants it."""
    mime = QMimeData()
    mime.setUrls(list(urls))
    place = QPoint(target.width() // 2, target.height() // 2)
    actions, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, actions, mime, LEFT, none)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    move = QDragMoveEvent(place, actions, mime, LEFT, none)
    move.accept()  # as Qt does when the entering was accepted
    QApplication.sendEvent(target, move)
    let_go = QDropEvent(QPointF(place), actions, mime, LEFT, none)
    QApplication.sendEvent(target, let_go)
    return move.isAccepted() and let_go.isAccepted()


PLACES = {
    "window": lambda window: window,
    "plot": lambda window: window.train_page.loss.plot.viewport(),
    "graph": lambda window: window.findChild(QWidget, "graph_view").viewport(),
    "pad": lambda window: window.findChild(QWidget, "digit_canvas"),
    "panel": lambda window: window.findChild(QWidget, "layer_list"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_file_dropped_anywhere_on_the_window_is_opened(studio: Studio, path: Path, place: str) -> None:
    assert drop(PLACES[place](studio.window), QUrl.fromLocalFile(str(path)))
    assert studio.files.path == path


def test_several_files_are_too_many(studio: Studio, path: Path) -> None:
    url = QUrl.fromLocalFile(str(path))
    assert drop(studio.window, url, url)
    assert "Expected one file, received 2" in said(studio)
    assert studio.files.path is None


def test_what_is_no_file_is_not_taken(studio: Studio) -> None:
    assert not drop(studio.window, QUrl("https://example.org/a.beras"))
    assert not drop(studio.window)
    assert said(studio) == ""


def test_a_wrong_file_that_is_dropped_is_said(studio: Studio, tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert drop(studio.window, QUrl.fromLocalFile(str(picture)))
    assert "“cat.png” cannot be opened" in said(studio)


# -- from the command line --------------------------------------------------------------------------------------------


def test_a_file_on_the_command_line_is_opened(open_studio: Callable[..., Studio], path: Path) -> None:
    studio = open_studio(str(path))
    assert studio.experiment.spec == load_preset("moons")
    assert studio.files.path == path
    assert not studio.window.isWindowModified()
    assert [each.text() for each in recent(studio)] == ["lecture.beras"]


def test_options_on_top_of_a_file_are_changes_to_it(open_studio: Callable[..., Studio], path: Path) -> None:
    studio = open_studio(str(path), "--epochs", "3")
    assert studio.experiment.spec.epochs == 3
    assert studio.window.isWindowModified()
    studio.experiment.undo_stack.undo()
    assert studio.experiment.spec == load_preset("moons")
