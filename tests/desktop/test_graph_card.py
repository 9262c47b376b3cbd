"""The card round the graph: switches, find, overview, key, and pictures of all of it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QRegularExpression, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from beras.trace import GraphTrace
from gui.domain.backprop.graph_dot import dot_of, quoted
from gui.domain.backprop.graph_search import find_ops
from gui.views.backprop.graph_card import GraphCard
from gui.views.backprop.graph_legend import ENTRIES
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.theme import THEMES, ThemeProvider
from tests.desktop.graph_bench import chain_of_ops, diamond, interrupted, nothing_recorded, summary, traced
from tests.desktop.test_explained import unexplained

LEFT = Qt.MouseButton.LeftButton
DEEP = (16,) + (8,) * 14 + (10,)


@dataclass(frozen=True)
class Made:
    themes: ThemeProvider
    scene: GraphScene
    card: GraphCard
    window: QWidget


@pytest.fixture
def make(qtbot: QtBot):  # type: ignore[no-untyped-def]
    kept: list[Made] = []

    def one(shown: GraphTrace | None, width: int = 1200, height: int = 420) -> Made:
        themes = ThemeProvider("light")
        window = QWidget()
        scene = GraphScene(themes, window.font(), window)
        card = GraphCard(themes, scene, "graph_view")
        themes.setParent(window)
        QVBoxLayout(window).addWidget(card)
        qtbot.addWidget(window)
        window.resize(width, height)
        window.show()
        qtbot.waitExposed(window)
        scene.show_trace(shown)
        QApplication.processEvents()
        kept.append(Made(themes, scene, card, window))
        return kept[-1]

    return one


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, LEFT)
    QApplication.processEvents()


# -- switches ---------------------------------------------------------------------------------------------------------


def test_shapes_and_norms_can_be_left_out(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    edge = made.scene.parts.edges[1]
    assert edge.forward.text == ("z₁", "(8, 32)")
    click(qtbot, made.card.switches["shapes"])
    assert edge.forward.text == ("z₁", "")
    click(qtbot, made.card.switches["norms"])
    assert edge.backward.text == ("", "")
    click(qtbot, made.card.switches["shapes"])
    assert edge.forward.text == ("z₁", "(8, 32)")


def test_collapse_follows_the_graph(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    click(qtbot, made.card.switches["collapse"])
    assert len(made.scene.op_items) == 3
    made.scene.set_folded(False)
    assert not made.card.switches["collapse"].isChecked()
    made.scene.toggle_fold(1)
    assert made.card.switches["collapse"].isChecked()
    click(qtbot, made.card.switches["collapse"])
    assert len(made.scene.op_items) == 5


def test_controls_go_below_the_title_where_there_is_no_room(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    assert not made.card.is_wrapped
    made.window.resize(420, 420)
    QApplication.processEvents()
    assert made.card.is_wrapped
    for button in made.card.switches.values():
        assert button.width() >= button.sizeHint().width()
    made.window.resize(1200, 420)
    QApplication.processEvents()
    assert not made.card.is_wrapped


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_every_control_is_whole_beside_a_long_caption(make, percent: int) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(), width=1400, height=600)
    application = QApplication.instance()
    made.themes.apply(application)
    made.themes.dress()
    try:
        made.themes.set_font_percent(percent)
        made.card.set_caption("5 ops on the tape, weights after batch 200, 8 of the next 100 samples, and more words")
        for width in (1400, 1100, 900, 700, 1400):
            made.window.resize(width, 600)
            QApplication.processEvents()
            buttons = [
                *made.card.switches.values(),
                *made.card.findChildren(QToolButton, QRegularExpression("(fit|export)_button$")),
            ]
            for button in buttons:
                inside = QRect(button.mapTo(made.card, QPoint(0, 0)), button.size())
                holder = button.parentWidget()
                assert made.card.rect().contains(inside), (width, button.objectName())
                assert holder.rect().contains(button.geometry()), (width, button.objectName())
    finally:
        made.themes.set_font_percent(100)
        application.setStyleSheet("")


def test_a_control_of_the_page_stands_before_the_title(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    label = QLabel("This network")
    made.card.add_leading_widget(label)
    QApplication.processEvents()
    title = next(each for each in made.card.findChildren(QLabel) if each.text() == "Recorded graph")
    assert label.mapTo(made.card, QPoint(0, 0)).x() < title.mapTo(made.card, QPoint(0, 0)).x()


def test_everything_in_the_card_explains_itself(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(DEEP))
    made.card.find_bar.open()
    assert made.card.minimap.isVisible()
    assert unexplained(made.window) == {}


def test_a_large_graph_says_how_it_is_drawn(make) -> None:  # type: ignore[no-untyped-def]
    made = make(chain_of_ops(500))
    made.card.set_caption("500 ops")
    assert "plain boxes" in made.card._caption.text()
    made.scene.show_trace(traced())
    assert made.card._caption.text() == "500 ops"


def test_nothing_recorded_is_said_in_place_of_the_graph(make) -> None:  # type: ignore[no-untyped-def]
    made = make(nothing_recorded())
    assert made.card.is_empty
    assert any(each.text().startswith("Nothing was recorded") for each in made.card.findChildren(QLabel))
    made.card.set_empty(None)
    assert made.card.is_empty
    made.scene.show_trace(traced())
    assert not made.card.is_empty


def test_the_key_has_all_its_lines_and_gives_way_to_the_graph(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(), width=500, height=500)
    legend = made.card.legend
    assert len(legend.lines(legend.width())) > 1
    assert legend.height() == legend.height_for(legend.width())
    assert sum(len(line) for line in legend.lines(legend.width())) == len(ENTRIES)
    made.window.resize(500, 230)
    QApplication.processEvents()
    assert not legend.isVisible()
    made.window.resize(500, 500)
    QApplication.processEvents()
    assert legend.isVisible()


# -- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dense 2", (2,)),
        ("DENSE", (0, 2)),
        ("W2", (2,)),
        ("w₂", (2,)),
        ("softmax", (3,)),
        ("10", (2, 3)),
        ("p", (3,)),
        ("z1", (0,)),
        ("x", (0,)),
        ("nobody", ()),
        ("  ", ()),
    ],
)
def test_ops_are_found_by_what_is_written_at_them(text: str, found: tuple[int, ...]) -> None:
    assert find_ops(summary((64, 32, 10)), text) == found


def test_find_goes_round_the_hits_and_outlines_them(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(DEEP))
    made.card.view.setFocus()
    qtbot.keyClick(made.card.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    bar = made.card.find_bar
    assert bar.isVisible()
    assert QApplication.focusWidget() is bar.field
    qtbot.keyClicks(bar.field, "dense")
    assert bar.count.text() == "1 of 15"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert bar.count.text() == "3 of 15"
    item = made.scene.item_of(bar.hits[2])
    assert made.card.view.seen_rect().contains(item.rect())
    assert [each.title for each in made.scene.op_items if each.is_found] == [item.title]
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == "2 of 15"
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not [each for each in made.scene.op_items if each.is_found]
    assert QApplication.focusWidget() is made.card.view


def test_what_is_not_there_is_said(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    made.card.find_bar.open()
    qtbot.keyClicks(made.card.find_bar.field, "conv")
    assert made.card.find_bar.count.text() == "nothing found"
    qtbot.keyClick(made.card.find_bar.field, Qt.Key.Key_Return)
    made.scene.show_trace(None)
    assert made.card.find_bar.count.text() == "nothing found"


def test_hits_are_those_of_the_graph_on_show(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    made.card.find_bar.open()
    qtbot.keyClicks(made.card.find_bar.field, "dense")
    made.scene.show_trace(traced(DEEP))
    assert made.card.find_bar.count.text() == "1 of 15"
    made.scene.set_folded(True)
    qtbot.keyClick(made.card.find_bar.field, Qt.Key.Key_Return)
    assert [each.title for each in made.scene.op_items if each.is_found] == ["Dense 1 + LeakyReLU 1"]


# -- overview ---------------------------------------------------------------------------------------------------------


def test_the_overview_is_there_for_large_graphs_that_are_not_all_in_sight(make) -> None:  # type: ignore[no-untyped-def]
    assert not make(traced()).card.minimap.isVisible()
    made = make(traced(DEEP))
    assert made.card.minimap.isVisible()
    made.card.view.fit()
    assert not made.card.minimap.isVisible()
    made.card.view.zoom(3)
    assert made.card.minimap.isVisible()


def test_a_click_in_the_overview_goes_there(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(DEEP))
    minimap, view = made.card.minimap, made.card.view
    ends = (QPoint(minimap.width() - 6, minimap.height() // 2), QPoint(6, minimap.height() // 2))
    for place, item in zip(ends, (made.scene.op_items[-1], made.scene.op_items[0]), strict=True):
        qtbot.mouseClick(minimap, LEFT, pos=place)
        assert view.seen_rect().intersects(item.rect())
        assert minimap.rect().contains(minimap.frame().center().toPoint())
    qtbot.mousePress(minimap, LEFT, pos=ends[1])
    qtbot.mouseMove(minimap, ends[0])
    qtbot.mouseRelease(minimap, LEFT, pos=ends[0])


def test_the_wheel_zooms_and_home_shows_all(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    view = made.card.view
    view.fit()
    whole = view.transform().m11()
    place = view.viewport().rect().center()
    wheel = QWheelEvent(
        place,
        view.viewport().mapToGlobal(place),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    assert wheel.type() == QEvent.Type.Wheel
    assert view.transform().m11() > whole
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.transform().m11() == pytest.approx(whole)
    assert view.seen_rect().adjusted(-2, -2, 2, 2).contains(made.scene.sceneRect())


# -- pictures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", THEMES)
def test_a_picture_shows_the_whole_graph_on_the_themes_background(make, name: str) -> None:  # type: ignore[no-untyped-def]
    made = make(traced(DEEP), width=400)
    made.themes.set_theme(name)
    image = QImage.fromData(made.card.picture("png"))
    rect = made.scene.sceneRect()
    assert image.width() > 2 * rect.width()
    assert image.height() > 2 * rect.height()
    corners = [(0, 0), (image.width() - 1, image.height() - 1)]
    assert {image.pixelColor(*corner).name().upper() for corner in corners} == {made.themes.theme.panel.upper()}


def test_a_drawing_of_lines_can_be_read_back(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    content = made.card.picture("svg", "Digits & more")
    texts = " ".join(ET.fromstring(content).itertext())
    for text in ("Dense 1", "CategoricalCrossEntropy", "W₁", "Digits & more"):
        assert text in texts
    assert QSvgRenderer(content).isValid()


def test_a_page_is_as_large_as_the_graph(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    content = made.card.picture("pdf")
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    width, height = (float(each) for each in re.search(rb"MediaBox \[0 0 ([\d.]+) ([\d.]+)", content).groups())
    rect: QRectF = made.scene.sceneRect()
    assert width / height == pytest.approx((rect.width() + 24) / (rect.height() + 24), rel=0.03)


def test_a_very_large_picture_stays_in_bounds(make) -> None:  # type: ignore[no-untyped-def]
    image = QImage.fromData(make(chain_of_ops(3000)).card.picture("png"))
    assert max(image.width(), image.height()) <= 16_000
    assert image.width() * image.height() <= 51_000_000


def test_without_a_graph_there_is_no_picture(make) -> None:  # type: ignore[no-untyped-def]
    made = make(None)
    assert not made.card.export_button.isEnabled()
    with pytest.raises(ValueError, match="no graph to draw"):
        made.card.picture("png")
    made.scene.show_trace(traced())
    assert made.card.export_button.isEnabled()
    with pytest.raises(ValueError, match="Unknown kind"):
        made.card.picture("gif")


def test_the_picture_can_be_copied(make, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    QGuiApplication.clipboard().clear()
    made.card.view.setFocus()
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(made.card.view, Qt.Key.Key_C, modifiers)
    copied = QGuiApplication.clipboard().image()
    assert copied.width() > 2 * made.scene.sceneRect().width()


def test_the_menu_asks_for_a_place(make) -> None:  # type: ignore[no-untyped-def]
    made = make(traced())
    spy = QSignalSpy(made.card.export_wanted)
    for action in made.card.export_button.menu().actions()[:4]:
        action.trigger()
    assert [spy.at(i)[0] for i in range(spy.count())] == ["png", "svg", "pdf", "dot"]


# -- DOT --------------------------------------------------------------------------------------------------------------


def test_dot_has_every_op_edge_and_norm() -> None:
    shown = traced()
    text = dot_of(shown, name="my graph")
    assert text.startswith('digraph "my graph" {')
    assert text.rstrip().endswith("}")
    for node in shown.nodes:
        assert quoted(f"{node.label}\n{node.detail}") in text
    assert len(re.findall(r"^  op\d+ -> op\d+", text, re.M)) == 2 * 4  # forward and back
    assert f"‖∂s/∂W₁‖ {shown.nodes[0].parameters[0].gradient_norm:.4g}" in text


def test_dot_quotes_what_names_hold() -> None:
    shown = traced()
    nodes = (replace(shown.nodes[0], label='a "b"\\ {c}'), *shown.nodes[1:])
    assert r'label="a \"b\"\\ {c}\n64 → 32"' in dot_of(replace(shown, nodes=nodes))


def test_dot_of_folded_odd_and_interrupted_graphs() -> None:
    assert "Dense 1 + LeakyReLU" in dot_of(traced(), {0})
    assert dot_of(diamond()).count("->") > 10
    assert "not recorded: Sigmoid was called" in dot_of(interrupted())
    assert dot_of(nothing_recorded()).count("->") == 0
