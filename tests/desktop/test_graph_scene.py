"""The drawn graph shows what was recorded, as far as the walk has come; clicks and keys choose ops."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from beras import Tensor
from beras.trace import trace_tensor
from gui.views.backprop.graph_arrows import gradient_color
from gui.views.backprop.graph_items import OpItem
from gui.views.backprop.graph_text import gradient_width, norm_name, number_text
from gui.views.looks.theme import THEMES
from tests.desktop.graph_bench import (
    Bench,
    bench,
    chain_of_ops,
    diamond,
    interrupted,
    nothing_recorded,
    progress,
    scaled,
    summary,
    traced,
)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def full(qtbot: QtBot) -> Bench:
    """A network with two layers, all its arrays, and nothing hidden."""
    return bench(qtbot, traced())


def gradient_texts(made: Bench) -> list[tuple[str, str]]:
    return [edge.backward.text for edge in made.scene.parts.edges if edge.backward is not None]


def drawn(made: Bench) -> list[bool]:
    return [edge.backward.is_drawn for edge in made.scene.parts.edges if edge.backward is not None]


def place_of(made: Bench, item: OpItem) -> QPoint:
    return made.view.mapFromScene(item.rect().center())


# -- what is drawn ----------------------------------------------------------------------------------------------------


def test_ops_edges_and_parameters_are_those_that_were_recorded(full: Bench) -> None:
    trace = full.scene.trace
    parts = full.scene.parts
    assert [item.title for item in parts.ops] == [
        "Dense 1",
        "LeakyReLU",
        "Dense 2",
        "Softmax",
        "CategoricalCrossEntropy",
    ]
    assert [[each.name for each in group] for group in parts.parameters] == [["W₁", "b₁"], [], ["W₂", "b₂"], [], []]
    names = [(edge.name, edge.is_truth) for edge in parts.edges]
    assert names == [("x", False), ("z₁", False), ("a₁", False), ("z₂", False), ("p", False), ("y", True)]
    expected = [
        ("no gradient", "asked for")
        if each.gradient_norm is None
        else (norm_name(name), number_text(each.gradient_norm))
        for (name, truth), each in zip(names, [i for node in trace.nodes for i in node.inputs], strict=True)
        if not truth
    ]
    assert gradient_texts(full) == expected


def test_the_chain_runs_from_left_to_right_and_nothing_overlaps(full: Bench) -> None:
    ops = [item.rect() for item in full.scene.op_items]
    assert all(a.right() < b.left() for a, b in itertools.pairwise(ops))
    boxes = [item.rect() for item in full.scene.parts.boxes()]
    assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.intersects(b)]
    assert all(full.scene.sceneRect().contains(box) for box in boxes)


def test_the_edges_of_a_chain_are_level(full: Bench) -> None:
    for edge in full.scene.parts.edges:
        if not edge.is_truth:
            assert edge.forward.path.boundingRect().height() < 0.01, edge.name


def test_only_numbers_change_while_a_run_goes_on(qtbot: QtBot) -> None:
    made = bench(qtbot, summary())
    items, rect = made.scene.items(), made.scene.sceneRect()
    spy = QSignalSpy(made.scene.laid_out)
    assert not made.scene.show_trace(scaled(summary(), 1e-7))
    assert made.scene.items() == items
    assert made.scene.sceneRect() == rect
    assert spy.count() == 0
    assert "e−" in gradient_texts(made)[1][1]


def test_another_network_is_laid_out_anew(full: Bench) -> None:
    assert full.scene.show_trace(traced((64, 10)))
    assert len(full.scene.op_items) == 3
    assert full.scene.show_trace(None)
    assert full.scene.items() == []


def test_arrays_give_pictures_and_summaries_do_not(full: Bench, qtbot: QtBot) -> None:
    assert [item.tiles is not None for item in full.scene.op_items] == [True, True, True, True, False]
    assert full.scene.parts.edges[0].leaf.has_picture
    live = bench(qtbot, summary())
    assert not any(item.tiles is not None for item in live.scene.op_items)
    assert live.scene.op_items[0].size[1] < full.scene.op_items[0].size[1]


# -- how a gradient changed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "tone"), [(1.2, "same"), (1.4, "grew"), (0.5, "shrank"), (0.85, "same")])
def test_the_colour_says_how_a_norm_compares_with_the_recording_before(qtbot: QtBot, factor: float, tone: str) -> None:
    made = bench(qtbot, summary())
    edge = made.scene.parts.edges[1].backward
    assert edge.tone == "same"
    made.show(scaled(summary(), factor))
    assert edge.tone == tone
    assert f"×{factor:.1f} of the recording before" in edge.toolTip() or factor == 0.85
    made.scene.set_norms(False)
    assert edge.tone == tone, "the same recording drawn again is still compared with the one before"


def test_a_recording_of_other_samples_is_not_compared(qtbot: QtBot) -> None:
    made = bench(qtbot, traced())
    full = scaled(traced(), 3.0)
    nodes = tuple(dataclasses.replace(node, output_shape=(99, *node.output_shape[1:])) for node in full.nodes)
    made.show(dataclasses.replace(full, nodes=nodes))
    assert made.scene.parts.edges[1].backward.tone == "same"


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_colours_of_change_are_three_blues_that_can_be_seen(theme) -> None:  # type: ignore[no-untyped-def]
    colors = [gradient_color(theme, tone) for tone in ("shrank", "same", "grew")]
    assert all(color.blue() > color.red() for color in colors)
    contrasts = [contrast(color, theme.color("panel")) for color in colors]
    assert contrasts == sorted(contrasts)
    assert contrasts[0] >= 3


def contrast(a: QColor, b: QColor) -> float:
    def luminance(color: QColor) -> float:
        channels = [color.redF(), color.greenF(), color.blueF()]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_a_norm_that_is_not_a_number_is_said_and_does_not_break_the_drawing(qtbot: QtBot) -> None:
    made = bench(qtbot, scaled(summary(), math.nan))
    assert gradient_texts(made)[1][1] == "NaN"
    made.show(scaled(summary(), 1.0))
    assert made.scene.parts.edges[1].backward.tone == "same"
    assert gradient_width(math.nan) == gradient_width(0.0) == 1.8


# -- a walk -----------------------------------------------------------------------------------------------------------


def test_a_walk_forward_shows_what_has_run(full: Bench) -> None:
    full.scene.show_progress(progress(2, current=1, sample=2))
    looks = [item.look for item in full.scene.op_items]
    assert [look.is_reached for look in looks] == [True, True, False, False, False]
    assert [look.is_current for look in looks] == [False, True, False, False, False]
    assert not any(drawn(full))
    assert gradient_texts(full) == [("no gradient", "asked for")] + [("later", "")] * 4
    assert [edge.forward.is_drawn for edge in full.scene.parts.edges] == [True, True, True, False, False, True]


def test_a_walk_backward_shows_the_gradients_that_were_sent(full: Bench) -> None:
    full.scene.show_progress(progress(5, {4, 3, 2}, 2, 2))
    assert drawn(full) == [False, False, True, True, True]
    assert [item.look.is_done for item in full.scene.op_items] == [False, False, True, True, True]
    shown = [each.backward.isVisible() for group in full.scene.parts.parameters for each in group]
    assert shown == [False, False, True, True]
    full.scene.show_progress(None)
    assert drawn(full) == [False, True, True, True, True]


def test_the_sample_that_is_looked_at_is_drawn(full: Bench) -> None:
    full.scene.show_progress(progress(5, sample=2))
    values = full.scene.trace.nodes[3].output[2]
    np.testing.assert_array_equal(full.scene.op_items[3].tiles.values, values)
    full.scene.show_progress(progress(5, sample=4))
    np.testing.assert_array_equal(full.scene.op_items[3].tiles.values, full.scene.trace.nodes[3].output[4])


def test_progress_moves_nothing(full: Bench) -> None:
    rect = full.scene.sceneRect()
    places = [item.pos() for item in full.scene.op_items]
    for at in (progress(0), progress(3, current=2), progress(5, {4, 3}, 3, 1), None):
        full.scene.show_progress(at)
        assert [item.pos() for item in full.scene.op_items] == places
        assert full.scene.sceneRect() == rect


def test_progress_survives_another_recording_of_the_network(full: Bench) -> None:
    full.scene.show_progress(progress(2, current=1))
    full.show(traced((64, 16, 10)))
    assert [item.look.is_current for item in full.scene.op_items] == [False, True, False, False, False]


# -- odd recordings ---------------------------------------------------------------------------------------------------


def test_one_op_alone(qtbot: QtBot) -> None:
    made = bench(qtbot, trace_tensor(Tensor([1.0, 2.0]).sum()))
    assert len(made.scene.op_items) == 1
    made.scene.select(0)
    made.scene.pulse(0, "backward", 1)
    made.scene.show_progress(progress(0))


def test_ops_without_parameters_and_shared_ways(qtbot: QtBot) -> None:
    made = bench(qtbot, diamond())
    boxes = [item.rect() for item in made.scene.op_items]
    assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.intersects(b)]
    for edge in made.scene.parts.edges:
        if edge.edge.start is not None:
            assert boxes[edge.edge.start].right() < boxes[edge.edge.end].left()


def test_long_ways_go_round_the_ops_between(qtbot: QtBot) -> None:
    made = bench(qtbot, diamond())
    boxes = {number: item.rect() for number, item in enumerate(made.scene.op_items)}
    for edge in made.scene.parts.edges:
        ends = (edge.edge.start, edge.edge.end)
        crossed = [n for n, box in boxes.items() if n not in ends and passes(edge.forward.path, box)]
        assert crossed == []


def passes(path: QPainterPath, box: QRectF) -> bool:
    return any(box.contains(path.pointAtPercent(share)) for share in np.linspace(0, 1, 200))


def test_a_gap_is_drawn_with_the_sentence_that_explains_it(qtbot: QtBot) -> None:
    made = bench(qtbot, interrupted())
    (gap,) = made.scene.parts.gaps
    assert (gap.start, gap.end) == (1, 2)
    assert gap.item.sentence.startswith("Sigmoid was called with .forward()")
    rect = gap.item.boundingRect()
    assert made.scene.sceneRect().contains(rect)
    assert not [item for item in made.scene.parts.boxes() if item.rect().intersects(rect.adjusted(5, 0, -5, 0))]


def test_nothing_recorded_at_all_is_no_error(qtbot: QtBot) -> None:
    made = bench(qtbot, nothing_recorded())
    assert made.scene.op_items == []
    made.view.grab()


def test_a_very_long_name_is_cut_off_and_said_in_the_tooltip(qtbot: QtBot) -> None:
    shown = traced()
    name = "a layer with a name that nobody would give it but a test " * 3
    nodes = (dataclasses.replace(shown.nodes[0], label=name), *shown.nodes[1:])
    made = bench(qtbot, dataclasses.replace(shown, nodes=nodes))
    item = made.scene.op_items[0]
    assert item.size[0] < 400
    assert item._lines[0].endswith("…")
    assert name in item.toolTip()


def test_a_large_graph_has_plain_boxes_and_one_item_for_its_edges(qtbot: QtBot) -> None:
    made = bench(qtbot, chain_of_ops(1000))
    assert made.scene.parts.is_crowd
    assert len(made.scene.items()) == 1000 + 4  # the edges, and the loss with its two arrows
    assert made.scene.sceneRect().width() < 10 * made.scene.sceneRect().height()
    made.scene.show_progress(progress(500, current=499))
    assert made.scene.op_items[499].look.is_current
    made.view.fit()
    made.view.grab()


# -- looks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_paints_its_own_colours(full: Bench, name: str) -> None:
    full.themes.set_theme(name)
    full.scene.show_progress(progress(5, {4, 3, 2}, 2, 2))
    full.view.fit()
    image = full.view.grab().toImage()
    seen = {QColor(image.pixel(x, y)).name() for x in range(image.width()) for y in range(100, 300, 2)}
    theme = full.themes.theme
    for token in ("selection", "gradient", "parameter_tint", "trouble_tint", "raised"):
        assert theme.color(token).name() in seen, token


def test_a_larger_font_makes_larger_boxes(full: Bench) -> None:
    before = full.scene.op_items[0].size
    full.scene.select(2)
    font = full.view.font()
    font.setPointSizeF(2 * font.pointSizeF())
    full.scene.set_font(font)
    after = full.scene.op_items[0].size
    assert after[0] > 1.7 * before[0]
    assert after[1] > 1.7 * before[1]
    assert [item.key for item in full.scene.selectedItems()] == [2]
