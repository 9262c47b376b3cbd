"""The window's own keys, full screen, and its way back onto a screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QSpinBox, QWhatsThis, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.backprop.graph_view import GraphView
from gui.views.shell.commands import commands_of
from gui.views.shell.screens import bring_back
from gui.views.widgets.number_field import NumberField

WAIT_MS = 20_000


def front(studio: Studio, qtbot: QtBot) -> None:
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)


def trained(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)


# -- keys -------------------------------------------------------------------------------------------------------------


def test_single_letters_act_where_no_field_has_the_focus(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_L)
    assert studio.window.train_page.loss.log_button.isChecked()
    qtbot.keyClick(studio.window, Qt.Key.Key_R)
    assert studio.run_state.is_active


@pytest.mark.parametrize("kind", [QSpinBox, NumberField])
def test_letters_typed_into_a_field_do_nothing_else(studio: Studio, qtbot: QtBot, kind: type[QWidget]) -> None:
    front(studio, qtbot)
    field = next(each for each in studio.window.findChildren(kind) if each.isVisible())
    field.setFocus()
    seed = studio.experiment.spec.seed
    for letters in ("R", "L", "r", "l", "RRLL"):
        qtbot.keyClicks(QApplication.focusWidget(), letters)
        assert studio.run_state.state == "idle", letters
        assert not studio.window.train_page.loss.log_button.isChecked(), letters
        assert studio.experiment.spec.seed == seed, letters


def test_home_typed_into_a_field_moves_its_cursor(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    field = next(each for each in studio.window.findChildren(NumberField) if each.isVisible())
    field.setFocus()
    field.end(False)
    qtbot.keyClick(field, Qt.Key.Key_Home)
    assert field.cursorPosition() == 0


def test_menu_command_key_and_button_of_the_log_axis_are_one(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    action = studio.window.findChild(QAction, "action_log_axis")
    button = studio.window.train_page.loss.log_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert action.isChecked()
    qtbot.keyClick(studio.window, Qt.Key.Key_L)
    assert not button.isChecked()
    action.trigger()
    assert button.isChecked()


def test_pages_have_keys(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert studio.window.backprop_page.isVisible()
    qtbot.keyClick(studio.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert studio.window.train_page.isVisible()


def test_home_fits_the_graph_that_has_the_focus(studio: Studio, qtbot: QtBot) -> None:
    trained(studio, qtbot)
    front(studio, qtbot)
    studio.window.page_bar.tabs.setCurrentIndex(1)
    view = studio.window.findChild(GraphView, "graph_view")
    view.setFocus()
    view.fit()
    whole = view.transform().m11()
    view.zoom(2.0)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.transform().m11() == pytest.approx(whole)


@pytest.mark.parametrize("way", ["key", "double click", "command"])
def test_a_zoomed_plot_follows_its_run_again(studio: Studio, qtbot: QtBot, way: str) -> None:
    trained(studio, qtbot)
    front(studio, qtbot)
    plot = studio.window.train_page.loss.plot
    item = plot.getPlotItem()
    qtbot.waitUntil(lambda: plot._validation.xData is not None and len(plot._validation.xData) == 3)
    usual = item.viewRange()
    item.getViewBox().sigRangeChangedManually.emit([True, True])
    item.setXRange(0.2, 0.4, padding=0)
    assert item.viewRange()[0] == pytest.approx([0.2, 0.4])
    if way == "key":
        plot.setFocus()
        qtbot.keyClick(plot, Qt.Key.Key_Home)
    elif way == "double click":
        qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.viewport().rect().center())
    else:
        studio.window.findChild(QAction, "action_fit_view").trigger()
    assert item.viewRange()[0] == pytest.approx(usual[0])


def test_space_runs_also_while_a_plot_has_the_focus(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    plot = studio.window.train_page.loss.plot
    plot.setFocus()
    qtbot.keyClick(QApplication.focusWidget() or studio.window, Qt.Key.Key_Space)
    assert studio.run_state.is_active


def test_shift_f1_asks_what_is_this(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    qtbot.keyClick(studio.window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert QWhatsThis.inWhatsThisMode()
    QWhatsThis.leaveWhatsThisMode()


def test_f11_gives_the_whole_screen_and_takes_it_back(studio: Studio, qtbot: QtBot) -> None:
    front(studio, qtbot)
    action = studio.window.findChild(QAction, "action_full_screen")
    qtbot.keyClick(studio.window, Qt.Key.Key_F11)
    assert studio.window.isFullScreen()
    assert action.isChecked()
    qtbot.keyClick(studio.window, Qt.Key.Key_F11)
    assert not studio.window.isFullScreen()
    assert not action.isChecked()


def test_no_two_commands_share_a_key(studio: Studio) -> None:
    taken: dict[str, str] = {}
    for command in commands_of(studio.window):
        for keys in command.action.shortcuts():
            other = taken.setdefault(keys.toString(), command.path)
            assert other == command.path or keys.toString() == "Space", (other, command.path)


# -- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("corner", [(10_000, 10_000), (-9000, 40), (40, -9000), (40, 100_000), (-5000, -5000)])
def test_a_window_off_every_screen_is_brought_back(qtbot: QtBot, corner: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    window.move(*corner)
    bring_back(window)
    area = QGuiApplication.primaryScreen().availableGeometry()
    assert area.contains(QRect(window.pos(), window.size()))


@pytest.mark.parametrize("corner", [(0, 0), (100, 100), (-100, 20), (400, 500)])
def test_a_window_that_can_be_reached_stays(qtbot: QtBot, corner: tuple[int, int]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    window.move(*corner)
    bring_back(window)
    assert window.pos() == QPoint(*corner)


def test_a_window_too_large_for_the_screen_is_made_smaller(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(5000, 4000)
    window.show()
    window.move(-8000, -8000)
    bring_back(window)
    area = QGuiApplication.primaryScreen().availableGeometry()
    assert window.width() <= area.width()
    assert area.contains(window.pos())


def test_docks_are_remembered(open_studio: Callable[..., Studio]) -> None:
    first = open_studio()
    first.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, first.window.experiment_dock)
    first.window.pad_dock.close()
    assert first.close()
    again = open_studio()
    assert again.window.dockWidgetArea(again.window.experiment_dock) == Qt.DockWidgetArea.RightDockWidgetArea
    assert not again.window.pad_dock.isVisible()


def test_a_dock_saved_off_every_screen_is_brought_back(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    first = open_studio()
    dock = first.window.pad_dock
    dock.setFloating(True)
    dock.move(12_000, 9000)
    assert first.close()
    again = open_studio()
    dock = again.window.pad_dock
    assert dock.isFloating()
    area = QGuiApplication.primaryScreen().availableGeometry()
    qtbot.waitUntil(lambda: area.contains(dock.frameGeometry().topLeft()))


def test_a_dock_is_made_a_window_and_put_back(studio: Studio, qtbot: QtBot) -> None:
    dock = studio.window.pad_dock
    for floating in (True, False):
        button = dock.titleBarWidget().findChild(QWidget, "dock_pad_title_float")
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert dock.isFloating() == floating
    hide = dock.titleBarWidget().findChild(QWidget, "dock_pad_title_close")
    qtbot.mouseClick(hide, Qt.MouseButton.LeftButton)
    assert not dock.isVisible()


def test_the_curves_follow_the_axis_also_when_no_run_goes_on(studio: Studio, qtbot: QtBot) -> None:
    """The curves hold what they were given for one axis, so another axis or range needs them drawn again."""
    trained(studio, qtbot)
    front(studio, qtbot)
    plot, losses = studio.window.train_page.loss.plot, studio.run_state.log.val_loss.y
    qtbot.waitUntil(lambda: plot._validation.yData is not None and len(plot._validation.yData) == 3)
    np.testing.assert_allclose(plot._validation.yData, losses)
    qtbot.keyClick(studio.window, Qt.Key.Key_L)
    np.testing.assert_allclose(plot._validation.yData, np.log10(losses))
    np.testing.assert_allclose(plot._smoothed.yData[-1], np.log10(studio.run_state.log.batch_loss.smoothed.last))
    qtbot.keyClick(studio.window, Qt.Key.Key_L)
    np.testing.assert_allclose(plot._validation.yData, losses)
    plot.getPlotItem().setYRange(100, 101, padding=0)
    plot.getPlotItem().getViewBox().sigRangeChangedManually.emit([True, True])
    plot.getPlotItem().setYRange(0, 101, padding=0)
    plot.getPlotItem().getViewBox().sigRangeChangedManually.emit([True, True])
    np.testing.assert_allclose(plot._validation.yData, losses)
