"""What gives way where there is little room: rows that go on below, parts that stand below, text that ends in dots."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter
from gui.views.widgets.elided_label import ElidedLabel
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.wrap_row import WrapRow


def box(width: int, height: int = 20, grows: bool = False) -> QWidget:
    widget = QWidget()
    widget.setMinimumSize(width, height)
    policy = QSizePolicy.Policy.Expanding if grows else QSizePolicy.Policy.Fixed
    widget.setSizePolicy(policy, QSizePolicy.Policy.Fixed)
    return widget


def shown(qtbot: QtBot, *widgets: QWidget, width: int = 300) -> tuple[QWidget, FlowLayout]:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(10, holder)
    for widget in widgets:
        flow.addWidget(widget)
    holder.resize(width, 200)
    holder.show()
    return holder, flow


def test_what_fits_stands_in_one_line(qtbot: QtBot) -> None:
    boxes = [box(90), box(90), box(90)]
    holder, _ = shown(qtbot, *boxes)
    assert holder.isVisible()
    assert [each.x() for each in boxes] == [0, 100, 200]
    assert len({each.y() for each in boxes}) == 1


def test_what_does_not_fit_goes_on_below(qtbot: QtBot) -> None:
    boxes = [box(90), box(90), box(90)]
    _holder, flow = shown(qtbot, *boxes, width=200)
    assert [each.x() for each in boxes] == [0, 100, 0]
    assert boxes[2].y() == 30
    assert flow.heightForWidth(200) == 50
    assert flow.heightForWidth(300) == 20
    assert flow.minimumSize().width() == 90


def test_what_can_grow_takes_the_rest_of_its_line(qtbot: QtBot) -> None:
    boxes = [box(50), box(50, grows=True), box(50)]
    holder, _ = shown(qtbot, *boxes)
    assert holder.isVisible()
    assert [each.width() for each in boxes] == [50, 180, 50]


def test_hidden_widgets_take_no_room_and_come_back(qtbot: QtBot) -> None:
    boxes = [box(90), box(90)]
    _holder, flow = shown(qtbot, *boxes, width=100)
    assert flow.heightForWidth(100) == 50
    boxes[0].hide()
    qtbot.waitUntil(lambda: flow.heightForWidth(100) == 20)
    boxes[0].show()
    qtbot.waitUntil(lambda: flow.heightForWidth(100) == 50)


def test_a_stretch_pushes_to_the_right_and_layouts_may_be_inside(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(0, holder)
    inner = QHBoxLayout()
    last = box(40)
    inner.addWidget(last)
    flow.addWidget(box(40))
    flow.add_stretch()
    flow.addLayout(inner)
    holder.resize(300, 50)
    holder.show()
    assert last.mapTo(holder, last.rect().topRight()).x() == 299
    assert flow.count() == 3
    assert flow.itemAt(9) is None


@pytest.mark.parametrize(("width", "orientation"), [(400, Qt.Orientation.Horizontal), (150, Qt.Orientation.Vertical)])
def test_parts_stand_below_each_other_where_it_is_narrow(qtbot: QtBot, width: int, orientation: Qt.Orientation) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    splitter = AdaptiveSplitter(2, holder)
    splitter.addWidget(box(90, 20, grows=True))
    splitter.addWidget(box(90, 20, grows=True))
    holder.show()
    splitter.resize(width, 300)
    assert splitter.orientation() == orientation


def test_two_groups_wrap_and_unwrap(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    row = WrapRow((0, 0, 0, 0), holder)
    row.first.addWidget(box(200))
    row.second.addWidget(box(200))
    holder.show()
    for width, wrapped in ((500, False), (300, True), (500, False)):
        row.resize(width, 80)
        assert row.is_wrapped == wrapped


def test_a_cut_text_is_whole_in_the_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("A rather long sentence that nobody has room for")
    qtbot.addWidget(label)
    label.show()
    label.resize(60, 20)
    assert label.toolTip() == label.text()
    label.resize(2000, 20)
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < 80


def test_buttons_of_a_layer_stay_together(studio: Studio, qtbot: QtBot) -> None:
    studio.settings.font_percent = 150
    studio.window.resize(1280, 720)
    names = ("up", "down", "duplicate", "remove")
    buttons = [studio.window.findChild(QWidget, f"layer_0_{name}") for name in names]
    qtbot.waitUntil(lambda: len({button.y() for button in buttons}) == 1)
    assert not isinstance(buttons[0], QPushButton)


@pytest.mark.parametrize("change", ["font", "theme", "none"])
def test_the_loss_axis_shows_the_loss_itself(studio: Studio, qtbot: QtBot, change: str) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=20_000)
    plot = studio.window.train_page.loss.plot
    plot.getPlotItem().setYRange(0, 0.6)
    if change == "font":
        studio.settings.font_percent = 120
    elif change == "theme":
        studio.settings.theme = "dark"
    plot.getPlotItem().setYRange(0, 0.5)
    for side in ("left", "bottom"):
        assert plot.getPlotItem().getAxis(side).autoSIPrefixScale == 1.0
