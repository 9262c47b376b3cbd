"""Nothing is lost without a question: closing, opening another experiment, replacing a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.experiment_file import load_experiment
from gui.domain.presets import load_preset
from tests.desktop.file_steps import (
    WAIT_MS,
    act,
    choose,
    file_dialog,
    front,
    path,
    press,
    question,
    running,
    said,
)

__all__ = ["path"]  # a fixture


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
    outcomes: list[str | None] = []
    studio.run_state.run_ended.connect(lambda: outcomes.append(studio.run_state.outcome))
    studio.files.open(path)
    assert question(studio, "open").text() == "A run is going on. It ends when another experiment is opened."
    press(studio, qtbot, "open", "confirm")
    qtbot.waitUntil(lambda: studio.files.path == path, timeout=WAIT_MS)
    assert not studio.run_state.is_active
    assert outcomes == ["stopped"]
    assert studio.run_state.spec is None, "the run was of another experiment, which is not on show any more"


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
