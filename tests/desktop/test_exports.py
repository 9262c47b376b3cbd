"""File ▸ Export, with real keys and files: scripts, pictures, tables, and what is said if one cannot be written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.spec import Choice, dense
from gui.views.shell.commands import commands_of
from gui.views.train.curve_plot import CurvePlot
from tests.desktop.compare_steps import names, opened
from tests.desktop.file_steps import LEFT, WAIT_MS, act, asks_nothing, choose, file_dialog, press, question, said

__all__ = ["opened"]  # a fixture
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def trained(studio: Studio, qtbot: QtBot) -> Studio:
    """A studio with a short run, and settled."""
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    return studio


def export(studio: Studio, qtbot: QtBot, name: str, path: Path) -> None:
    act(studio, f"export_{name}").trigger()
    choose(studio, qtbot, name, path)


def written(studio: Studio, qtbot: QtBot, path: Path) -> None:
    qtbot.waitUntil(lambda: f"“{path.name}” is written" in said(studio), timeout=WAIT_MS)
    assert list(path.parent.glob(".beras-*")) == []


def plots(studio: Studio) -> list[CurvePlot]:
    page = studio.window.train_page
    return [page.loss.plot, page.accuracy.plot]


def test_the_commands_stand_in_a_menu_of_their_own(studio: Studio) -> None:
    paths = [command.path for command in commands_of(studio.window)]
    assert "File ▸ Export ▸ Python script" in paths
    assert "File ▸ Export ▸ Export curves" in paths
    assert not act(studio, "export_curves").isEnabled()


def test_a_script_is_exported_with_the_settings_of_the_window(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "xor.py"
    act(studio, "export_script").trigger()
    assert file_dialog(studio, "script").selectedFiles()[0].endswith("xor_two_hidden_layers.py")
    choose(studio, qtbot, "script", path)
    written(studio, qtbot, path)
    script = path.read_text(encoding="utf-8")
    compile(script, str(path), "exec")
    assert "\nEPOCHS = 3\n" in script
    assert "edited after" not in script
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    studio.experiment.set_seed(99)
    export(studio, qtbot, "script", tmp_path / "edited.py")
    written(studio, qtbot, tmp_path / "edited.py")
    assert "edited after the last run" in (tmp_path / "edited.py").read_text(encoding="utf-8")


def test_an_experiment_that_cannot_run_is_no_script(studio: Studio) -> None:
    studio.experiment.replace(replace(studio.experiment.spec, layers=()), "test")
    assert studio.experiment.problems
    act(studio, "export_script").trigger()
    assert not studio.window.findChildren(QFileDialog)
    assert said(studio) == studio.experiment.problems[0].message


def test_a_picture_has_twice_the_pixels_and_the_colours_of_the_theme(
    trained: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "curves.png"
    export(trained, qtbot, "curves", path)
    written(trained, qtbot, path)
    image = QImage(str(path))
    assert image.width() > 1200
    assert image.height() > 1000
    for theme in ("light", "dark"):
        trained.themes.set_theme(theme)
        image = QImage.fromData(trained.window.train_page.picture("png", "Title"))
        panel, ink = trained.themes.theme.color("panel"), trained.themes.theme.color("train")
        assert image.pixelColor(2, 2) == panel
        pixels = np.array(image.convertToFormat(QImage.Format.Format_RGB32).constBits()).reshape(image.height(), -1, 4)
        expected = np.array([ink.blue(), ink.green(), ink.red()])
        assert (np.abs(pixels[:, :, :3].astype(int) - expected).max(axis=2) < 3).sum() > 1000


def test_an_svg_is_a_drawing_of_lines_with_titles_axes_and_key(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "curves.SVG"
    export(trained, qtbot, "curves", path)
    written(trained, qtbot, path)
    tree = ElementTree.parse(path)
    assert not list(tree.iter(f"{SVG}image"))
    assert len(list(tree.iter(f"{SVG}path"))) + len(list(tree.iter(f"{SVG}polyline"))) > 30
    texts = ["".join(each.itertext()).strip() for each in tree.iter(f"{SVG}text")]
    for wanted in (
        *("XOR, two hidden layers", "Loss", "Accuracy", "Categorical cross-entropy", "Epoch (24 batches each)"),
        *("train, smoothed", "train, every batch", "validation", "best epoch", "mean of an epoch", "3 epochs done"),
    ):
        assert wanted in texts, texts
    assert any(text.endswith(" %") for text in texts)
    assert QSvgRenderer(str(path)).isValid()


def test_a_picture_is_of_what_is_on_show(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    """Smoothing, the logarithmic axis and the user's zoom are in it; a page that is hidden may be exported too."""
    page = trained.window.train_page
    page.loss.log_button.click()
    page.loss.smooth_button.click()
    page.accuracy.plot.getPlotItem().getViewBox().sigRangeChangedManually.emit([True, True])
    page.accuracy.plot.getPlotItem().setRange(xRange=(1.0, 2.0), yRange=(0.25, 0.75), padding=0)
    trained.window.page_bar.tabs.setCurrentIndex(1)
    path = tmp_path / "curves.svg"
    export(trained, qtbot, "curves", path)
    written(trained, qtbot, path)
    texts = ["".join(each.itertext()).strip() for each in ElementTree.parse(path).iter(f"{SVG}text")]
    assert "train, smoothed" not in texts
    assert "1.5" in texts
    assert "guessing" in texts


def test_a_regression_has_one_plot(open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "2")
    layers = (dense(4, "tanh"), dense(1, None))
    data, loss = Choice("regression_sine"), Choice("mean_squared_error")
    studio.experiment.replace(replace(studio.experiment.spec, layers=layers, data=data, loss=loss), "test")
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    path = tmp_path / "curves.svg"
    export(studio, qtbot, "curves", path)
    written(studio, qtbot, path)
    texts = ["".join(each.itertext()).strip() for each in ElementTree.parse(path).iter(f"{SVG}text")]
    assert "Loss" in texts
    assert "Accuracy" not in texts


def test_a_table_holds_every_batch(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    export(trained, qtbot, "curves", path)
    written(trained, qtbot, path)
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    losses = [float(row["loss"]) for row in rows if row["what"] == "batch"]
    assert losses == trained.run_state.log.batch_loss.y.tolist()
    assert [row["event"] for row in rows if row["what"] == "event"] == ["3 epochs done"]
    assert trained.exports.suggested_script.parent == tmp_path  # the next export begins in the same folder
    act(trained, "export_curves").trigger()
    dialog = file_dialog(trained, "curves")
    kind = dialog.nameFilters()[2]
    dialog.selectNameFilter(kind)
    dialog.filterSelected.emit(kind)
    choose(trained, qtbot, "curves", tmp_path / "numbers")
    written(trained, qtbot, tmp_path / "numbers.csv")  # the ending follows the kind that is chosen


def test_another_ending_is_refused_and_another_name_asked_for(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "curves.beras"
    path.write_text("something")
    export(trained, qtbot, "curves", path)
    assert f"Received {path.suffix}." in said(trained)
    assert "Expected .png or .svg for a picture, .csv for a table." in said(trained)
    assert path.read_text() == "something"
    trained.messages.trigger_action()
    assert file_dialog(trained, "curves")


def test_a_file_that_is_there_is_replaced_only_after_a_yes(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_text("precious")
    export(trained, qtbot, "curves", path)
    assert "“curves.csv” is there already" in question(trained, "replace").text()
    press(trained, qtbot, "replace", "cancel")
    qtbot.waitUntil(lambda: asks_nothing(trained))
    assert path.read_text() == "precious"
    export(trained, qtbot, "curves", path)
    press(trained, qtbot, "replace", "confirm")
    written(trained, qtbot, path)
    assert path.read_text(encoding="utf-8-sig").startswith("what,")


def test_what_cannot_be_written_is_said_with_a_way_out(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    for name, ending in (("script", "py"), ("curves", "csv"), ("curves", "png")):
        folder = tmp_path / f"taken.{ending}"
        folder.mkdir()
        if name == "script":
            trained.exports.export_script(folder)
        else:
            trained.exports.export_curves(folder, lambda kind: kind.encode())
        press(trained, qtbot, "replace", "confirm")
        qtbot.waitUntil(lambda: "cannot be written" in said(trained), timeout=WAIT_MS)
        assert "it is a folder" in said(trained)
        assert list(folder.iterdir()) == []
        trained.messages.trigger_action()
        file_dialog(trained, name).reject()
        qtbot.waitUntil(lambda: not trained.window.findChildren(QFileDialog))


def test_the_context_menu_of_a_plot_offers_it(trained: Studio, qtbot: QtBot) -> None:
    plot = plots(trained)[0]
    centre = plot.viewport().rect().center()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=centre)
    menus = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible()]
    actions = [action for menu in menus for action in menu.actions()]
    assert act(trained, "export_curves") in actions
    assert not [action for action in actions if action.text() == "Export..."]  # pyqtgraph's own
    for menu in menus:
        menu.close()


def test_pictures_leave_no_plot_behind(trained: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    def count() -> int:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return sum(isinstance(each, CurvePlot) for each in QApplication.allWidgets())

    before = count()
    trained.window.train_page.picture("png", "Title")
    assert count() == before


def test_the_export_goes_on_while_the_run_does(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.experiment.set_epochs(100_000)
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.newest > 30, timeout=WAIT_MS)
    for ending in ("png", "csv"):
        export(studio, qtbot, "curves", tmp_path / f"curves.{ending}")
        written(studio, qtbot, tmp_path / f"curves.{ending}")
    assert studio.run_state.state == "running"


# -- compared runs ----------------------------------------------------------------------------------------------------


def test_compared_runs_are_a_picture_and_a_table(opened: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    table = opened.window.compare_page.runs_card.table
    action = act(opened, "export_compared")
    shown = opened.runs.shown_runs
    assert action.isEnabled() == bool(shown)
    for run in opened.runs.runs:
        opened.runs.set_shown(run.id, True)
    qtbot.waitUntil(lambda: len(opened.runs.curves) == 4, timeout=WAIT_MS)
    opened.window.page_bar.tabs.setCurrentIndex(0)
    for ending in ("svg", "csv"):
        export(opened, qtbot, "compared", tmp_path / f"runs.{ending}")
        written(opened, qtbot, tmp_path / f"runs.{ending}")
    texts = ["".join(each.itertext()).strip() for each in ElementTree.parse(tmp_path / "runs.svg").iter(f"{SVG}text")]
    assert {"Compared runs", "Validation loss", "Validation accuracy", *names(table)} <= set(texts)
    with open(tmp_path / "runs.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    run = opened.runs.runs[2]
    mine = [row for row in rows if row["id"] == run.id and row["what"] == "validation"]
    curves = opened.runs.curves[run.id]
    assert [float(row["loss"]) for row in mine] == curves.loss.validation.y.tolist()
    assert [float(row["accuracy"]) for row in mine] == curves.acc.validation.y.tolist()
    for each in opened.runs.runs:
        opened.runs.set_shown(each.id, False)
    assert not action.isEnabled()


# -- smoothing --------------------------------------------------------------------------------------------------------


def test_menu_key_and_button_of_smoothing_are_one_and_reach_both_plots(trained: Studio, qtbot: QtBot) -> None:
    page, action = trained.window.train_page, trained.window.findChild(QAction, "action_smoothing")
    trained.window.activateWindow()
    qtbot.waitUntil(trained.window.isActiveWindow)
    assert action.isChecked()
    qtbot.mouseClick(page.loss.smooth_button, LEFT)
    assert not action.isChecked()
    assert [plot.is_smoothed for plot in plots(trained)] == [False, False]
    qtbot.keyClick(trained.window, Qt.Key.Key_S)
    assert page.loss.smooth_button.isChecked()
    assert [plot.is_smoothed for plot in plots(trained)] == [True, True]
    action.trigger()
    assert not page.loss.smooth_button.isChecked()


def test_without_smoothing_legend_and_crosshair_have_the_batch_itself(trained: Studio, qtbot: QtBot) -> None:
    page, log = trained.window.train_page, trained.run_state.log
    card, (plot, _) = page.accuracy, plots(trained)
    with_mean = card.legend.accessibleName()
    page.loss.smooth_button.click()
    assert f"train {100 * log.batch_acc.y[-1]:.1f} %" in card.legend.accessibleName()
    assert card.legend.accessibleName() != with_mean
    assert "every batch" in card.legend.toolTip()
    centre = plot.viewport().rect().center()
    qtbot.mouseMove(plot.viewport(), centre + QPoint(3, 3))
    plot.point_at(1.0)
    assert "train, smoothed" not in [row.name for row in plot.crosshair.rows()]
    page.loss.smooth_button.click()
    plot.point_at(1.0)
    assert plot.crosshair.rows()[0].name == "train, smoothed"
    assert card.legend.accessibleName() == with_mean
