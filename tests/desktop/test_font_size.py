"""One font size for everything: controls, plots, graph, icons and docks grow together, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFontInfo
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.appearance import FONT_PERCENTS
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.shell.run_bar import RunBar
from gui.views.widgets.themed import set_style_property
from gui.views.widgets.wrap_row import WrapRow

CONTROL = Qt.KeyboardModifier.ControlModifier
WAIT_MS = 20_000


def height_of(widget: QWidget) -> int:
    return QFontInfo(widget.font()).pixelSize()


def label(studio: Studio, name: str) -> QLabel:
    found = studio.window.findChild(QLabel, name)
    assert found is not None
    return found


def settle(studio: Studio, qtbot: QtBot, percent: int, size: QSize) -> None:
    studio.settings.font_percent = percent
    studio.window.resize(size)
    qtbot.waitUntil(lambda: studio.window.size() == size)


def test_keys_make_the_text_larger_smaller_and_normal(studio: Studio, qtbot: QtBot) -> None:
    studio.window.activateWindow()
    for key, percent in (
        (Qt.Key.Key_Equal, 110),
        (Qt.Key.Key_Plus, 120),
        (Qt.Key.Key_Minus, 110),
        (Qt.Key.Key_Minus, 100),
        (Qt.Key.Key_Minus, 90),
        (Qt.Key.Key_0, 100),
    ):
        qtbot.keyClick(studio.window, key, CONTROL)
        assert studio.settings.font_percent == studio.themes.font_percent == percent


def test_the_commands_end_where_the_sizes_end(studio: Studio) -> None:
    larger, smaller, normal = (
        studio.window.findChild(QAction, f"action_font_{name}") for name in ("larger", "smaller", "normal")
    )
    studio.settings.font_percent = FONT_PERCENTS[-2]
    for _ in range(3):
        larger.trigger()
    assert studio.settings.font_percent == FONT_PERCENTS[-1]
    assert not larger.isEnabled()
    studio.settings.font_percent = FONT_PERCENTS[1]
    for _ in range(3):
        smaller.trigger()
    assert studio.settings.font_percent == FONT_PERCENTS[0]
    assert not smaller.isEnabled()
    normal.trigger()
    assert not normal.isEnabled()


def test_everything_grows_with_the_text(studio: Studio) -> None:
    window = studio.window
    button, field = window.findChild(QPushButton, "add_layer_button"), window.findChild(QLineEdit)
    plot = window.train_page.loss.plot
    axis = plot.getPlotItem().getAxis("left")
    caption = label(studio, "run_facts_label")

    def measured() -> list[float]:
        return [
            height_of(window.menuBar()),
            height_of(caption),
            height_of(label(studio, "epoch_readout")),
            height_of(field),
            button.iconSize().width(),
            axis.style["tickFont"].pointSizeF(),
            axis.label.font().pointSizeF(),
            window.experiment_dock.titleBarWidget().height(),
        ]

    before = measured()
    studio.settings.font_percent = 200
    assert [now / then for now, then in zip(measured(), before, strict=True)] == pytest.approx([2] * 8, rel=0.15)
    studio.settings.font_percent = 100
    assert measured() == before


def test_graph_text_grows_with_the_text(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    item = studio.window.scene.op_items[1]
    item.setSelected(True)
    before = item.size
    studio.settings.font_percent = 200
    items = studio.window.scene.op_items
    assert items[1].size[1] > 1.4 * before[1]
    assert [each.key for each in items if each.isSelected()] == [1]
    view = studio.window.findChild(GraphView, "train_graph_view")
    view.fit()
    assert view.sceneRect().height() > 0


def test_labels_keep_their_size_when_theme_or_tone_change(studio: Studio) -> None:
    studio.settings.font_percent = 200
    caption = label(studio, "run_facts_label")
    large = height_of(caption)
    studio.settings.theme = "dark"
    assert height_of(caption) == large
    set_style_property(caption, "tone", "trouble")
    assert height_of(caption) == large


def test_the_size_is_kept_for_the_next_start(open_studio: Callable[..., Studio]) -> None:
    first = open_studio()
    first.settings.font_percent = 150
    usual = QApplication.font().pointSizeF() / 1.5
    assert first.close()
    again = open_studio()
    assert again.themes.font_percent == 150
    assert QApplication.font().pointSizeF() == pytest.approx(1.5 * usual)
    assert height_of(label(again, "epoch_readout")) == height_of(again.window)


def shown_width(button: QAbstractButton) -> int:
    """What a button must have room for at least: its text, or its icon if that is all it shows."""
    has_icon_only = (
        isinstance(button, QToolButton) and button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    )
    if has_icon_only and not button.icon().isNull():
        return button.iconSize().width()
    return button.fontMetrics().horizontalAdvance(button.text())


@pytest.mark.parametrize("size", [QSize(1280, 720), QSize(1920, 1080)])
@pytest.mark.parametrize("percent", [80, 100, 150, 200])
def test_no_control_is_cut_off(studio: Studio, qtbot: QtBot, percent: int, size: QSize) -> None:
    settle(studio, qtbot, percent, size)
    window = studio.window
    for page in range(window.page_bar.tabs.count()):
        window.page_bar.tabs.setCurrentIndex(page)
        QApplication.sendPostedEvents()
        for button in window.findChildren(QToolButton) + window.findChildren(QPushButton):
            if button.isVisible() and not button.objectName().startswith("qt_"):
                assert button.width() >= min(shown_width(button), button.minimumSizeHint().width()), button.text()
                scrolls = _inside_scroll_area(button)
                place = button.mapTo(window, button.rect().bottomRight())
                assert scrolls or window.rect().contains(place), (button.text(), place)
        for area in window.findChildren(QScrollArea):
            if area.isVisible() and area.widget() is not None:
                hidden = area.widget().width() - area.viewport().width()
                assert hidden <= area.horizontalScrollBar().maximum(), area.widget().objectName()


def _inside_scroll_area(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent is not None


@pytest.mark.parametrize(("percent", "wrapped"), [(80, False), (100, False), (200, True)])
def test_the_run_bar_goes_on_in_a_second_line_only_where_it_must(
    studio: Studio, qtbot: QtBot, percent: int, wrapped: bool
) -> None:
    settle(studio, qtbot, percent, QSize(1280, 720))
    row = studio.window.findChild(RunBar).findChild(WrapRow)
    qtbot.waitUntil(lambda: row.is_wrapped == wrapped)


def test_docks_leave_the_centre_its_room_at_any_size(studio: Studio, qtbot: QtBot) -> None:
    for percent in (80, 100, 150, 200):
        settle(studio, qtbot, percent, QSize(1280, 720))
        docks = (studio.window.experiment_dock, studio.window.pad_dock)
        assert sum(dock.minimumWidth() for dock in docks) <= 0.6 * 1280
        assert all(dock.minimumWidth() >= 250 for dock in docks)


def test_icons_are_drawn_in_sizes_that_are_crisp() -> None:
    font = QApplication.font()
    for points in (7, 9, 11, 14, 18, 24, 40):
        font.setPointSizeF(points)
        assert metrics.icon_side(font) in metrics.ICON_SIDES_PX


def test_no_layout_is_left_without_room(studio: Studio, qtbot: QtBot) -> None:
    settle(studio, qtbot, 200, QSize(1280, 720))
    panel = studio.window.experiment_dock.widget()
    assert isinstance(panel, QScrollArea)
    inside = panel.widget()
    assert isinstance(inside.layout(), QLayout)
    assert inside.height() >= inside.layout().totalHeightForWidth(inside.width()) - 1
