"""Points set, moved and removed by hand, with real mouse and keys; every edit can be undone and survives JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.data_view import Points
from gui.domain.experiment_file import load_experiment, save_experiment
from gui.domain.spec import ExperimentSpec
from gui.views.playground.boundary_plot import BoundaryPlot
from gui.views.playground.playground import Playground
from gui.views.widgets.number_field import NumberField

WAIT_MS = 20_000
FREE = (0.0, 0.0)  # between the rings of the circles there is no point here
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def painter(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    """A studio with two rings of few points."""
    studio = open_studio("--preset", "moons", "--dataset", "circles", "--epochs", "3")
    studio.experiment.set_data_setting("samples", 40)
    studio.experiment.set_batch_size(10)
    studio.experiment.undo_stack.clear()
    ready(studio, qtbot)
    return studio


def ready(studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: studio.data.is_current and studio.playground.points is not None, timeout=WAIT_MS)


def plot_of(studio: Studio) -> BoundaryPlot:
    found = studio.window.findChild(BoundaryPlot, "boundary_plot")
    assert found is not None
    return found


def pixel(studio: Studio, x: float, y: float) -> QPoint:
    """Where a place of the plane is in the plot's own pixels."""
    plot = plot_of(studio)
    return plot.mapFromScene(plot.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)))


def click(studio: Studio, qtbot: QtBot, x: float, y: float, button: Qt.MouseButton = LEFT, **more: object) -> None:
    qtbot.mouseClick(plot_of(studio).viewport(), button, pos=pixel(studio, x, y), **more)  # type: ignore[arg-type]


def drag(studio: Studio, qtbot: QtBot, start: QPoint, *stops: QPoint) -> None:
    viewport = plot_of(studio).viewport()
    qtbot.mousePress(viewport, LEFT, pos=start)
    for stop in stops:
        qtbot.mouseMove(viewport, stop)
    qtbot.mouseRelease(viewport, LEFT, pos=stops[-1])


def points(studio: Studio) -> Points:
    found = studio.playground.points
    assert found is not None
    return found


def survives_json(spec: ExperimentSpec) -> bool:
    return ExperimentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


# -- the mouse --------------------------------------------------------------------------------------------------------


def test_a_click_sets_a_point_and_makes_the_set_ones_own(painter: Studio, qtbot: QtBot) -> None:
    before, names = points(painter), painter.experiment.shape.class_names
    click(painter, qtbot, *FREE)
    spec, after = painter.experiment.spec, points(painter)
    assert spec.data.name == "own_points"
    assert painter.experiment.shape.title == "Circles, edited"
    assert painter.experiment.shape.class_names == after.class_names == names
    assert len(after) == len(before) + 1
    np.testing.assert_allclose(after.x[:-1], before.x, atol=1e-5)
    np.testing.assert_array_equal(after.labels[:-1], before.labels)
    np.testing.assert_array_equal(after.in_validation[:-1], before.in_validation)
    assert (after.x[-1], after.y[-1]) == pytest.approx(FREE, abs=0.02)
    assert (after.labels[-1], after.in_validation[-1]) == (0, False)
    assert painter.experiment.problems == ()
    assert survives_json(spec)
    assert painter.experiment.undo_stack.count() == 1
    painter.experiment.undo_stack.undo()
    ready(painter, qtbot)
    assert (painter.experiment.spec.data.name, len(points(painter))) == ("circles", 40)
    painter.experiment.undo_stack.redo()
    assert painter.experiment.spec == spec
    assert len(points(painter)) == 41


def test_the_data_that_train_are_those_on_show(painter: Studio, qtbot: QtBot) -> None:
    click(painter, qtbot, *FREE)
    ready(painter, qtbot)
    data = painter.data.data
    assert data is not None
    assert len(data.train_inputs) == 29
    np.testing.assert_allclose(data.train_inputs[-1], FREE, atol=0.02)


def test_the_brush_says_the_class(painter: Studio, qtbot: QtBot) -> None:
    button = painter.window.findChild(QToolButton, "brush_1")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    click(painter, qtbot, *FREE)
    assert points(painter).labels[-1] == 1
    assert button.isChecked()
    assert "outer ring" in button.toolTip()


def test_shift_sets_a_validation_point(painter: Studio, qtbot: QtBot) -> None:
    click(painter, qtbot, *FREE, stateKey=Qt.KeyboardModifier.ShiftModifier)
    assert points(painter).in_validation[-1]


def test_a_drag_moves_a_point_as_one_edit(painter: Studio, qtbot: QtBot) -> None:
    before = points(painter)
    start = pixel(painter, before.x[5], before.y[5])
    drag(painter, qtbot, start, pixel(painter, 0.1, 0.1), pixel(painter, 0.05, 0.05), pixel(painter, 0.0, 0.1))
    after = points(painter)
    assert len(after) == len(before)
    assert painter.experiment.undo_stack.count() == 1
    moved = np.flatnonzero(np.hypot(after.x - before.x, after.y - before.y) > 0.01)
    assert len(moved) == 1
    assert (after.x[moved[0]], after.y[moved[0]]) == pytest.approx((0.0, 0.1), abs=0.02)
    assert survives_json(painter.experiment.spec)
    painter.experiment.undo_stack.undo()
    ready(painter, qtbot)
    assert painter.experiment.spec.data.name == "circles"


def test_a_point_stays_inside_the_axes(painter: Studio, qtbot: QtBot) -> None:
    before = points(painter)
    drag(painter, qtbot, pixel(painter, before.x[0], before.y[0]), QPoint(5000, -5000), QPoint(9000, -9000))
    (left, right), (bottom, top) = plot_of(painter).getPlotItem().getViewBox().viewRange()
    after = points(painter)
    assert (after.x.max(), after.y.max()) == pytest.approx((right, top), abs=1e-4)
    assert left <= after.x.min()
    assert bottom <= after.y.min()


def test_the_right_button_removes(painter: Studio, qtbot: QtBot) -> None:
    before = points(painter)
    click(painter, qtbot, before.x[7], before.y[7], RIGHT)
    assert len(points(painter)) == len(before) - 1
    click(painter, qtbot, *FREE, RIGHT)
    assert len(points(painter)) == len(before) - 1, "there is nothing to remove in the middle"
    painter.experiment.undo_stack.undo()
    ready(painter, qtbot)
    assert len(points(painter)) == len(before)


def test_clicks_outside_the_axes_do_nothing(painter: Studio, qtbot: QtBot) -> None:
    viewport = plot_of(painter).viewport()
    for button in (LEFT, RIGHT):
        for place in (
            QPoint(2, 2),
            QPoint(3, viewport.height() - 3),
            QPoint(viewport.width() - 2, viewport.height() - 2),
        ):
            qtbot.mouseClick(viewport, button, pos=place)
    assert painter.experiment.undo_stack.count() == 0
    assert painter.experiment.spec.data.name == "circles"


def test_an_undo_in_the_middle_of_a_drag_is_no_trouble(painter: Studio, qtbot: QtBot) -> None:
    click(painter, qtbot, *FREE)
    viewport = plot_of(painter).viewport()
    qtbot.mousePress(viewport, LEFT, pos=pixel(painter, *FREE))
    painter.experiment.undo_stack.undo()
    ready(painter, qtbot)
    qtbot.mouseMove(viewport, pixel(painter, 0.2, 0.2))
    qtbot.mouseRelease(viewport, LEFT, pos=pixel(painter, 0.2, 0.2))
    assert len(points(painter)) == 40


def test_validation_points_can_be_hidden_and_are_then_out_of_reach(painter: Studio, qtbot: QtBot) -> None:
    before = points(painter)
    hidden = int(np.flatnonzero(before.in_validation)[0])
    button = painter.window.findChild(QPushButton, "validation_button")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    assert not painter.playground.shows_validation
    plot = plot_of(painter)
    assert len(plot._places) == int((~before.in_validation).sum())
    where = float(before.x[hidden]), float(before.y[hidden])
    near = np.hypot(before.x - where[0], before.y - where[1])[~before.in_validation].min()
    if near > 0.1:
        click(painter, qtbot, *where, RIGHT)
        assert len(points(painter)) == 40
    qtbot.mouseClick(button, LEFT)
    click(painter, qtbot, *where, RIGHT)
    assert len(points(painter)) == 39


# -- the keys ---------------------------------------------------------------------------------------------------------


def test_everything_with_the_keys(painter: Studio, qtbot: QtBot) -> None:
    plot = plot_of(painter)
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_2, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    (left, right), _ = plot.getPlotItem().getViewBox().viewRange()
    added = points(painter)
    assert len(added) == 41
    assert added.x[-1] == pytest.approx((right - left) / 40, abs=1e-3)
    assert added.y[-1] > 0
    assert added.labels[-1] == 1
    qtbot.keyClick(plot, Qt.Key.Key_Delete)
    assert len(points(painter)) == 40
    qtbot.keyClick(plot, Qt.Key.Key_Enter, Qt.KeyboardModifier.ShiftModifier)
    assert points(painter).in_validation[-1]
    assert "inner ring" in plot.accessibleDescription() or "outer ring" in plot.accessibleDescription()
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.cursor_item.place is None
    qtbot.keyClick(plot, Qt.Key.Key_9)
    assert painter.playground.brush == 1, "there is no ninth class"


def test_the_cursor_stays_inside_and_space_still_runs(painter: Studio, qtbot: QtBot) -> None:
    plot = plot_of(painter)
    plot.setFocus()
    for _ in range(10):
        qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    (left, _), _ = plot.getPlotItem().getViewBox().viewRange()
    assert plot.cursor_item.place is not None
    assert plot.cursor_item.place.x() == pytest.approx(left)
    qtbot.keyClick(plot, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: painter.run_state.outcome == "completed", timeout=WAIT_MS)


# -- other kinds ------------------------------------------------------------------------------------------------------


def test_a_curve_is_painted_as_y_over_x(painter: Studio, qtbot: QtBot) -> None:
    painter.experiment.set_data("regression_sine")
    painter.experiment.set_data_setting("samples", 20)
    ready(painter, qtbot)
    qtbot.waitUntil(lambda: points(painter).kind == "curve", timeout=WAIT_MS)
    click(painter, qtbot, 0.0, -1.0)
    after = points(painter)
    assert after.kind == "curve"
    assert (after.x[-1], after.y[-1]) == pytest.approx((0.0, -1.0), abs=0.03)
    assert painter.experiment.shape.inputs == 1
    assert painter.window.findChild(QToolButton, "brush_0").isHidden()
    assert survives_json(painter.experiment.spec)


def test_a_surface_has_a_brush_of_values(painter: Studio, qtbot: QtBot) -> None:
    painter.experiment.set_data("regression_bump")
    painter.experiment.set_data_setting("samples", 20)
    ready(painter, qtbot)
    qtbot.waitUntil(lambda: points(painter).kind == "surface", timeout=WAIT_MS)
    field = painter.window.findChild(NumberField, "brush_value")
    assert field is not None
    assert field.isVisible()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "-0.75")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    click(painter, qtbot, 1.15, 1.15)
    assert points(painter).values[-1] == -0.75
    field.selectAll()
    qtbot.keyClicks(field, "11")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.reason
    assert painter.playground.brush_value == -0.75


def test_from_an_empty_plane_to_a_trained_network(painter: Studio, qtbot: QtBot) -> None:
    button = painter.window.findChild(QToolButton, "data_own_points")
    assert button is not None
    qtbot.mouseClick(button, LEFT)
    ready(painter, qtbot)
    assert len(points(painter)) == 0
    assert plot_of(painter).words.text == "Click to set the first point."
    assert "no training point" in painter.experiment.problems[0].message
    run = painter.window.findChild(QAction, "action_run")
    assert run is not None
    run.trigger()
    assert not painter.run_state.is_active
    click(painter, qtbot, 0.5, 0.5)
    assert painter.experiment.problems == ()
    run.trigger()
    qtbot.waitUntil(lambda: painter.run_state.outcome == "completed", timeout=WAIT_MS)
    assert not len(painter.run_state.log.val_loss), "there is no validation point"
    assert painter.run_state.log.best_epoch is None
    assert painter.run_state.result()["val_loss"] is None
    click(painter, qtbot, 0.5, 0.5, RIGHT)
    assert len(points(painter)) == 0
    assert painter.run_state.weights is not None, "nothing that was learnt is lost"


def test_points_are_painted_while_the_network_trains(painter: Studio, qtbot: QtBot) -> None:
    painter.experiment.set_epochs(100_000)
    painter.run_state.run()
    qtbot.waitUntil(lambda: len(painter.run_state.log.batch_loss) > 5, timeout=WAIT_MS)
    click(painter, qtbot, *FREE)
    assert painter.run_state.is_active
    assert len(points(painter)) == 41
    answer = painter.playground.answer
    assert answer is not None
    assert answer.is_trained
    assert len(answer.responses.at_points) == 41
    painter.run_state.stop()
    qtbot.waitUntil(lambda: not painter.run_state.is_active, timeout=WAIT_MS)
    assert painter.playground.answer is not None
    assert painter.playground.answer.is_trained, "the trained network is not forgotten with an edited point"


def test_too_many_points_are_left_as_they_are_with_a_sentence(painter: Studio, qtbot: QtBot) -> None:
    painter.experiment.set_data_setting("samples", 20_000)
    ready(painter, qtbot)
    qtbot.waitUntil(lambda: len(points(painter)) == 20_000, timeout=WAIT_MS)
    click(painter, qtbot, *FREE)
    assert painter.experiment.spec.data.name == "circles"
    assert painter.messages.message is not None
    assert "At most 3,000 points" in painter.messages.message.text


def test_an_edited_set_is_saved_and_opened(painter: Studio, qtbot: QtBot, tmp_path) -> None:  # type: ignore[no-untyped-def]
    click(painter, qtbot, *FREE)
    save_experiment(tmp_path / "edited.beras", painter.experiment.spec)
    assert load_experiment(tmp_path / "edited.beras").spec == painter.experiment.spec


def test_the_playground_is_only_watched_while_it_is_seen(painter: Studio, qtbot: QtBot) -> None:
    playground = painter.window.findChild(Playground, "playground")
    assert playground is not None
    assert painter.playground._is_watched
    painter.window.page_bar.tabs.setCurrentIndex(1)
    assert not painter.playground._is_watched
    before = painter.playground.answer
    painter.experiment.set_seed(99)
    assert painter.playground.answer is before, "nobody looks"
    painter.window.page_bar.tabs.setCurrentIndex(0)
    assert painter.playground.answer is not before
    assert painter.playground._is_watched
