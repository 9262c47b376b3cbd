"""File ▸ Export ▸ Recorded graph: every kind of file, and what is said where there is no graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.app import Studio
from tests.desktop.file_steps import WAIT_MS, act, choose, file_dialog, said


@pytest.fixture
def trained(studio: Studio, qtbot: QtBot) -> Studio:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    return studio


def exported(studio: Studio, qtbot: QtBot, path: Path) -> bytes:
    act(studio, "export_graph").trigger()
    choose(studio, qtbot, "graph", path)
    qtbot.waitUntil(lambda: f"“{path.name}” is written" in said(studio), timeout=WAIT_MS)
    return path.read_bytes()


def test_every_kind_is_written(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    assert not QImage.fromData(exported(trained, qtbot, tmp_path / "graph.png")).isNull()
    assert QSvgRenderer(exported(trained, qtbot, tmp_path / "graph.svg")).isValid()
    assert exported(trained, qtbot, tmp_path / "graph.PDF").startswith(b"%PDF-")
    dot = exported(trained, qtbot, tmp_path / "graph.dot").decode()
    assert all(node.label in dot for node in trained.run_state.trace.nodes)


def test_the_kind_that_is_wanted_is_offered_first(trained: Studio) -> None:
    trained.exports.want_graph("dot")
    dialog = file_dialog(trained, "graph")
    assert dialog.selectedFiles()[0].endswith("XOR, two hidden layers graph.dot")
    assert dialog.nameFilters()[0].endswith("(*.dot)")
    assert len(dialog.nameFilters()) == 4
    dialog.reject()


def test_without_a_graph_there_is_a_sentence_and_no_file(studio: Studio, tmp_path: Path) -> None:
    assert not act(studio, "export_graph").isEnabled()
    studio.exports.want_graph()
    assert not studio.window.findChildren(QFileDialog)
    assert said(studio).startswith("There is no recorded graph yet.")
    studio.messages.dismiss()
    studio.exports.export_graph(tmp_path / "graph.png", lambda kind: b"")
    assert said(studio).startswith("There is no recorded graph yet.")
    assert list(tmp_path.glob("*.png")) == []


def test_another_ending_is_refused(trained: Studio, tmp_path: Path) -> None:
    trained.exports.export_graph(tmp_path / "graph.gif", lambda kind: b"")
    assert "Expected .png or .svg for a picture, .pdf for a page, .dot for Graphviz. Received .gif." in said(trained)


def test_a_graph_on_no_page_that_is_open_is_that_of_the_last_batch(
    trained: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    trained.window.page_bar.tabs.setCurrentIndex(3)
    trained.window.scene.show_trace(None)
    assert b"loss s" in exported(trained, qtbot, tmp_path / "graph.dot")


def test_pulses_follow_the_setting(studio: Studio) -> None:
    assert studio.window.scene.motion
    studio.settings.reduce_motion = True
    assert not studio.window.scene.motion
    studio.settings.reduce_motion = False
    assert studio.window.scene.motion
