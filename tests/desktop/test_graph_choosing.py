"""Ops are chosen with mouse and keys, folded into blocks, and dots travel along their arrows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.domain.backprop.graph_folding import groups_of, runs_to_fold
from gui.views.backprop.graph_items import OpItem
from tests.desktop.graph_bench import Bench, bench, diamond, progress, traced

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def full(qtbot: QtBot) -> Bench:
    """A network with two layers, all its arrays, and nothing hidden."""
    return bench(qtbot, traced())


def place_of(made: Bench, item: OpItem) -> QPoint:
    return made.view.mapFromScene(item.rect().center())


# -- choosing ---------------------------------------------------------------------------------------------------------


def test_a_click_chooses_an_op(full: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(full.scene.op_chosen) as chosen:
        qtbot.mouseClick(full.view.viewport(), LEFT, pos=place_of(full, full.scene.op_items[3]))
    assert chosen.args == [3]
    assert [item.key for item in full.scene.selectedItems()] == [3]


def test_a_click_beside_the_ops_chooses_none(full: Bench, qtbot: QtBot) -> None:
    spy = QSignalSpy(full.scene.op_chosen)
    qtbot.mouseClick(full.view.viewport(), LEFT, pos=QPoint(3, 3))
    assert spy.count() == 0


def test_tab_walks_the_ops_and_enter_chooses(full: Bench, qtbot: QtBot) -> None:
    full.view.activateWindow()
    full.view.clearFocus()
    full.view.setFocus(Qt.FocusReason.TabFocusReason)
    assert full.scene.focusItem() is full.scene.op_items[0]
    qtbot.keyClick(full.view, Qt.Key.Key_Tab)
    qtbot.keyClick(full.view, Qt.Key.Key_Tab)
    qtbot.keyClick(full.view, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert full.scene.focusItem() is full.scene.op_items[1]
    assert "LeakyReLU" in full.view.accessibleDescription()
    with qtbot.waitSignal(full.scene.op_chosen) as chosen:
        qtbot.keyClick(full.view, Qt.Key.Key_Return)
    assert chosen.args == [1]


def test_left_and_right_are_left_to_the_page(full: Bench, qtbot: QtBot) -> None:
    class Page(QWidget):
        keys: list[int]

        def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]
            self.keys.append(event.key())

    page = Page()
    page.keys = []
    qtbot.addWidget(page)
    full.view.setParent(page)
    full.view.zoom(4)
    before = full.view.horizontalScrollBar().value()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
        qtbot.keyClick(full.view, key)
    assert page.keys == [Qt.Key.Key_Left, Qt.Key.Key_Right]
    assert full.view.horizontalScrollBar().value() == before
    full.view.setParent(None)


def test_select_brings_an_op_into_view_and_tells_nobody(full: Bench) -> None:
    spy = QSignalSpy(full.scene.op_chosen)
    full.view.zoom(5)
    for index in (4, 0):
        full.scene.select(index)
        assert [item.key for item in full.scene.selectedItems()] == [index]
        assert full.view.seen_rect().intersects(full.scene.op_items[index].rect())
    full.scene.select(99)
    assert spy.count() == 0


# -- pulses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("index", "direction", "arrows"), [(0, "forward", 3), (1, "forward", 1), (2, "backward", 3)])
def test_three_dots_travel_along_every_arrow_of_an_op(
    full: Bench, qtbot: QtBot, index: int, direction: str, arrows: int
) -> None:
    before = len(full.scene.items())
    with qtbot.waitSignal(full.scene.pulse_ended, timeout=5000):
        full.scene.pulse(index, direction, 40)
        assert len(full.scene.items()) == before + 3 * arrows
    assert len(full.scene.items()) == before
    assert not full.scene.is_pulsing


def test_pulses_stop_at_once(full: Bench) -> None:
    before = len(full.scene.items())
    full.scene.pulse(2, "backward", 60_000)
    assert full.scene.is_pulsing
    full.scene.stop_pulses()
    assert len(full.scene.items()) == before
    assert not full.scene.is_pulsing


def test_a_drawing_made_anew_ends_its_pulses(full: Bench) -> None:
    full.scene.pulse(2, "backward", 60_000)
    full.show(traced((64, 10)))
    assert not full.scene.is_pulsing


def test_reduced_motion_has_no_pulses(qtbot: QtBot) -> None:
    made = bench(qtbot, traced(), motion=False)
    made.scene.pulse(2, "backward", 1000)
    assert not made.scene.is_pulsing
    made.scene.set_motion(True)
    made.scene.pulse(2, "backward", 1000)
    made.scene.set_motion(False)
    assert not made.scene.is_pulsing


# -- folding ----------------------------------------------------------------------------------------------------------


def test_a_layer_and_what_follows_it_alone_are_one_run() -> None:
    assert runs_to_fold(traced((6, 5, 4, 3))) == ((0, 1), (2, 3), (4, 5))
    assert runs_to_fold(diamond()) == ()


def test_folding_keeps_the_recorded_edges_and_norms(full: Bench) -> None:
    trace = full.scene.trace
    full.scene.set_folded(True)
    assert [item.title for item in full.scene.op_items] == [
        "Dense 1 + LeakyReLU",
        "Dense 2 + Softmax",
        "CategoricalCrossEntropy",
    ]
    edges = [(each.name, each.edge.node, each.edge.source) for each in full.scene.parts.edges if not each.is_truth]
    assert edges == [("x", 0, None), ("a₁", 2, 1), ("p", 4, 3)]
    assert [[each.name for each in group] for group in full.scene.parts.parameters] == [["W₁", "b₁"], ["W₂", "b₂"], []]
    assert [group.last for group in groups_of(trace, {0, 2})] == [1, 3, 4]
    full.scene.set_folded(False)
    assert len(full.scene.op_items) == 5


def test_one_layer_is_folded_with_a_double_click_and_unfolded_with_a_key(full: Bench, qtbot: QtBot) -> None:
    qtbot.mouseDClick(full.view.viewport(), LEFT, pos=place_of(full, full.scene.op_items[2]))
    assert [item.title for item in full.scene.op_items] == [
        "Dense 1",
        "LeakyReLU",
        "Dense 2 + Softmax",
        "CategoricalCrossEntropy",
    ]
    full.view.setFocus()
    assert full.scene.focusItem() is full.scene.op_items[2]
    qtbot.keyClick(full.view, Qt.Key.Key_F)
    assert len(full.scene.op_items) == 5
    assert full.scene.focusItem() is full.scene.op_items[2]


def test_what_cannot_be_folded_stays(full: Bench) -> None:
    assert not full.scene.toggle_fold(4)
    assert len(full.scene.op_items) == 5


def test_a_block_is_current_while_any_of_its_ops_is(full: Bench) -> None:
    full.scene.set_folded(True)
    full.scene.show_progress(progress(2, current=0))
    assert full.scene.op_items[0].look.is_current
    full.scene.show_progress(progress(5, {4, 3}, 3))
    assert [item.look.is_current for item in full.scene.op_items] == [False, True, False]
    assert [item.look.is_done for item in full.scene.op_items] == [False, False, True]
    full.scene.select(3)
    assert [item.key for item in full.scene.selectedItems()] == [2]


def test_folding_stays_for_the_next_network(full: Bench) -> None:
    full.scene.set_folded(True)
    full.show(traced((64, 20, 20, 10)))
    assert len(full.scene.op_items) == 4
