"""The other ways to a file: the list of recent ones, the mouse, the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QGraphicsView, QMenu, QWidget

from gui.app import Studio
from gui.domain.experiment_file import save_experiment
from gui.domain.presets import load_preset
from gui.views.shell.commands import commands_of
from tests.desktop.file_steps import (
    LEFT,
    act,
    path,
    recent,
    said,
)

__all__ = ["path"]  # a fixture


# -- recent files -----------------------------------------------------------------------------------------------------


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
    "graph": lambda window: window.backprop_page.findChild(QWidget, "graph_view").viewport(),
    "scratchpad": lambda window: window.backprop_page.scratchpad.findChild(QGraphicsView).viewport(),
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
