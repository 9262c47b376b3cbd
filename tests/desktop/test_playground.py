"""The plane and the network on the Train page: they follow the run, the data, the mouse and the looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.data_view import picture_names
from gui.domain.responses import TOO_LARGE
from gui.domain.spec import dense
from gui.state.playground import PREPARING
from gui.views.looks.class_styles import class_style
from gui.views.playground.network_picture import NetworkPicture
from gui.views.playground.playground import Playground
from gui.views.playground.weight_lines import MOST_LINES, steps_of, weight_at
from tests.desktop.test_data_preview import has_color

WAIT_MS = 20_000


def shown(studio: Studio) -> Playground:
    found = studio.window.findChild(Playground, "playground")
    assert found is not None
    return found


def picture_of(studio: Studio) -> NetworkPicture:
    return shown(studio).network.picture


def ready(studio: Studio, qtbot: QtBot, name: str = "") -> None:
    qtbot.waitUntil(lambda: studio.data.is_current and studio.playground.answer is not None, timeout=WAIT_MS)
    assert not name or studio.experiment.spec.data.name == name


def trained(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.state == "idle", timeout=WAIT_MS)
    assert studio.run_state.outcome == "completed"


def mended(studio: Studio) -> None:
    for _ in range(4):
        if studio.experiment.problems:
            studio.experiment.mend(studio.experiment.problems[0])
    assert studio.experiment.problems == ()


def words(studio: Studio) -> str:
    """What the status bar says at its left."""
    return studio.window.statusBar().currentMessage()


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_follows_the_kind_of_data(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "pen-digits")
    page = studio.window.train_page
    assert page.playground is None, "it is made when it is needed"
    assert page._graph.isVisible()
    studio.experiment.set_data("moons")
    ready(studio, qtbot, "moons")
    playground = page.playground
    assert playground is not None
    assert playground.isVisible()
    assert not page._graph.isVisible()
    assert page.accuracy.isVisible()
    assert playground.height() > page.loss.height()
    studio.experiment.set_data("regression_sine")
    mended(studio)
    ready(studio, qtbot, "regression_sine")
    assert not page.accuracy.isVisible(), "there is no accuracy to see"
    assert shown(studio).boundary.accessibleName() == "Fitted curve"
    studio.experiment.set_data("pen_digits")
    qtbot.waitUntil(lambda: not playground.isVisible(), timeout=WAIT_MS)
    assert page._graph.isVisible()
    assert page.accuracy.isVisible()


@pytest.mark.parametrize("name", ["blobs", "spiral3", "regression_sine", "regression_bump"])
def test_the_answer_follows_the_run(studio: Studio, qtbot: QtBot, name: str) -> None:
    studio.experiment.set_data(name)
    mended(studio)
    ready(studio, qtbot, name)
    first = studio.playground.answer
    assert first is not None
    assert not first.is_trained
    trained(studio, qtbot)
    after = studio.playground.answer
    assert after is not None
    assert after.is_trained
    assert not np.array_equal(first.responses.outputs, after.responses.outputs)
    assert studio.run_state.weights is not None
    np.testing.assert_array_equal(after.matrices[0], studio.run_state.weights[0])
    assert shown(studio).boundary.plot.answer_item.line is not None or name == "regression_bump"


def test_first_weights_are_drawn_before_the_first_run(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    before = studio.playground.answer
    assert before is not None
    assert shown(studio).boundary._caption.text() == "not trained yet"
    studio.experiment.set_seed(studio.experiment.spec.seed + 1)
    after = studio.playground.answer
    assert after is not None
    assert not np.array_equal(before.matrices[0], after.matrices[0]), "another seed, other weights"
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.state == "idle", timeout=WAIT_MS)
    assert shown(studio).boundary._caption.text() == ""


def test_another_network_or_set_is_not_trained_yet(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    trained(studio, qtbot)
    studio.experiment.add_layer()
    answer = studio.playground.answer
    assert answer is not None
    assert (answer.is_trained, len(answer.columns)) == (False, 5)
    studio.experiment.undo_stack.undo()
    assert studio.playground.answer is not None
    assert studio.playground.answer.is_trained, "the trained network is still there"
    studio.experiment.set_data("moons")
    ready(studio, qtbot, "moons")
    assert not studio.playground.answer.is_trained


def test_wrong_points_wear_rings_and_are_counted(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    plot, label = shown(studio).boundary.plot, studio.window.findChild(QLabel, "wrong_label")
    assert plot.wrong_count == 0, "an untrained network is not wrong yet"
    assert not label.isVisible()
    trained(studio, qtbot)
    assert label.isVisible()
    wrong = int(studio.playground.wrong().sum())
    assert plot.wrong_count == wrong
    assert label.text() == f"wrong: {wrong}"
    answer, points = studio.playground.answer, studio.playground.points
    assert answer is not None
    assert points is not None
    assert wrong == int((answer.responses.at_points.argmax(axis=1) != points.labels).sum())
    assert 1 - wrong / 1000 == pytest.approx(
        0.7 * studio.run_state.final_logs["acc"] + 0.3 * studio.run_state.final_logs["val_acc"], abs=0.05
    )


def test_the_brushes_are_there_however_often_they_move(studio: Studio, qtbot: QtBot) -> None:
    """Beside the title or below it, as there is room: on the way from one to the other they must not be lost."""
    ready(studio, qtbot)
    card = shown(studio).boundary
    wide = card.size()
    for width in (300, 900, 310, 890, 320):
        card.resize(width, wide.height())
        assert card.is_narrow == (width < 600)
        assert card.brushes.isVisible()
    qtbot.waitUntil(card.brushes.isVisible)
    card.resize(wide)
    assert studio.window.findChild(QToolButton, "brush_0").isVisible()


def test_what_cannot_be_drawn_says_why(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    spec = studio.experiment.spec
    studio.experiment.replace(replace(spec, layers=(dense(3000), dense(3000), spec.layers[-1])), "large")
    assert studio.playground.note == TOO_LARGE
    assert studio.playground.answer is None
    assert shown(studio).boundary.plot.words.text == TOO_LARGE
    assert picture_of(studio).accessibleDescription() == TOO_LARGE
    studio.experiment.replace(replace(spec, layers=()), "none")
    assert studio.playground.note == "A network needs at least one layer. Add one."
    studio.window.grab()
    studio.experiment.undo_stack.undo()
    studio.experiment.undo_stack.undo()
    assert studio.playground.note == ""


def test_no_number_is_said_and_not_drawn(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    trained(studio, qtbot)
    weights = [weight.copy() for weight in studio.run_state.weights or ()]
    weights[0][:] = np.nan
    studio.run_state.weights = tuple(weights)
    studio.run_state.weights_published.emit()
    assert shown(studio).boundary._caption.text() == "The network gives numbers that are not finite."
    assert shown(studio).boundary.plot.answer_item.line is None
    assert picture_of(studio).unit_text(1, 0).endswith("not finite everywhere")
    studio.window.grab()


@pytest.mark.parametrize("weight", [1e37, 3e38])
def test_a_network_on_its_way_to_infinity_is_drawn(studio: Studio, qtbot: QtBot, weight: float) -> None:
    """Its largest response is near the largest number there is, and the end of the colours is a rounder one."""
    ready(studio, qtbot)
    answer = studio.playground.answer
    assert answer is not None
    huge = tuple(np.full_like(column, np.float32(weight)) for column in answer.responses.columns)
    picture_of(studio).show_answer(replace(answer, responses=replace(answer.responses, columns=huge)))
    assert not picture_of(studio).grab().isNull()


def test_data_that_are_not_there_yet(studio: Studio, qtbot: QtBot) -> None:
    studio.playground.points = None
    studio.playground.watch(False)
    studio.playground.watch(True)
    assert (studio.playground.note, studio.playground.answer) == (PREPARING, None)


def test_points_of_the_set_before_are_never_asked_about(studio: Studio, qtbot: QtBot) -> None:
    """While another set is being made or is missing, the plane may still change its size."""
    ready(studio, qtbot)
    points = studio.playground.points
    for name in ("mnist", "regression_sine", "regression_bump"):
        studio.experiment.set_data(name)
        mended(studio)
        studio.playground.points = points
        studio.playground.set_plane(studio.playground._plane._replace(left=-3.0 - len(name)))
        assert (studio.playground.answer, studio.playground.note) == (None, PREPARING)
        studio.experiment.set_data("xor")
        mended(studio)
        ready(studio, qtbot)


@pytest.mark.parametrize("theme", ["light", "dark", "high_contrast"])
def test_the_plane_is_painted_in_the_colours_of_its_classes(studio: Studio, qtbot: QtBot, theme: str) -> None:
    studio.themes.set_theme(theme)
    studio.experiment.set_data("circles")
    studio.experiment.set_data_setting("samples", 60)
    ready(studio, qtbot, "circles")
    image = shown(studio).boundary.plot.grab().toImage()
    for number in (0, 1):
        assert has_color(image, class_style(studio.themes.theme, number).fill)


# -- pointing ---------------------------------------------------------------------------------------------------------


def test_the_status_bar_says_what_is_under_the_mouse(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    trained(studio, qtbot)
    plot, points = shown(studio).boundary.plot, studio.playground.points
    assert points is not None
    view = plot.getPlotItem().getViewBox()
    at = plot.mapFromScene(view.mapViewToScene(QPointF(points.x[0], points.y[0])))
    qtbot.mouseMove(plot.viewport(), at)
    name = points.class_names[int(points.labels[0])]
    assert words(studio).startswith("x₁ ")
    assert " %; training point of " in words(studio)
    assert name in words(studio)
    qtbot.mouseMove(plot.viewport(), QPoint(1, 1))
    assert words(studio) == ""


def test_hovering_names_units_and_weights(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    picture, answer = picture_of(studio), studio.playground.answer
    layout = picture.layout_of_units
    assert layout is not None
    assert answer is not None
    qtbot.mouseMove(picture, picture.area_of(1, 2).center().toPoint())
    assert words(studio).startswith("Dense 1, unit 3: from ")
    qtbot.mouseMove(picture, picture.area_of(0, 1).center().toPoint())
    assert words(studio).startswith("x₂: from −")
    last = len(layout.columns) - 1
    qtbot.mouseMove(picture, picture.area_of(last, 1).center().toPoint())
    assert words(studio).startswith("opposite signs: from ")
    left, right = layout.columns[0], layout.columns[1]
    start, end = left.x + layout.side / 2, right.x - layout.side / 2
    middle = QPointF((start + end) / 2, (left.middles[0] + right.middles[0]) / 2)
    assert weight_at(layout, middle.x(), middle.y()) == (0, 0, 0)
    assert picture.text_at(middle).startswith("x₁ → Dense 1, unit 1: w = ")
    assert picture.text_at(QPointF(0, 0)) == ""


def test_the_arrow_keys_go_from_unit_to_unit(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    picture = picture_of(studio)
    picture.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(picture, key)
    assert picture.accessibleDescription().startswith("Dense 1, unit 2: from ")
    for _ in range(9):
        qtbot.keyClick(picture, Qt.Key.Key_Right)
    assert picture.accessibleDescription().startswith("opposite signs: from ")
    picture.clearFocus()
    assert picture.accessibleDescription() == ""


def test_only_strong_weights_are_drawn(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    layout = picture_of(studio).layout_of_units
    assert layout is not None
    left, right = layout.columns[1], layout.columns[2]
    rng = np.random.default_rng(0)
    matrix = rng.normal(0, 1, (left.units, right.units)).astype(np.float32)
    matrix[0, :2] = (0.001, -9)
    steps = steps_of(matrix, left, right)
    assert (steps[0, 0], steps[0, 1]) == (0, -5)
    assert (np.sign(steps) * np.sign(matrix) >= 0).all()
    assert (steps != 0).sum() <= MOST_LINES
    assert not steps_of(np.zeros_like(matrix), left, right).any()
    assert not steps_of(np.full_like(matrix, np.nan), left, right).any()


def test_more_units_than_fit_are_drawn_as_words(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    spec = studio.experiment.spec
    studio.experiment.replace(replace(spec, layers=(dense(100), spec.layers[-1])), "wide")
    layout = picture_of(studio).layout_of_units
    assert layout is not None
    assert layout.columns[1].hidden > 50
    studio.window.grab()


# -- the pictures of the data sets ------------------------------------------------------------------------------------


def test_one_click_on_a_picture_chooses_a_set(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    for name in (*picture_names(), "own_points"):
        button = studio.window.findChild(QToolButton, f"data_{name}")
        assert button is not None
        assert button.isVisible()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert studio.experiment.spec.data.name == name
        assert button.isChecked()
        assert (
            sum(each.isChecked() for each in studio.window.findChildren(QToolButton) if each.group() is button.group())
            == 1
        )
    assert studio.experiment.undo_stack.count() == len(picture_names()) + 1
    studio.experiment.set_data("pen_digits")
    assert not button.isVisible()


def test_every_set_has_a_picture_of_its_own(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    pictures = []
    for name in picture_names():
        button = studio.window.findChild(QToolButton, f"data_{name}")
        image = button.icon().pixmap(button.iconSize()).toImage()
        assert not image.isNull()
        assert image not in pictures
        pictures.append(image)
