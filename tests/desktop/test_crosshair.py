"""The crosshair: exact values of one batch, in every plot at once, wherever the mouse is."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.metrics_log import MetricsLog, Reading
from gui.views.train.curve_plot import CurvePlot

WAIT_MS = 20_000
BATCHES = 4


@pytest.fixture
def log() -> MetricsLog:
    """Three epochs of four batches; the loss of the second batch of the second epoch is not a number."""
    made = MetricsLog()
    ends = [(i + 1) / BATCHES for i in range(3 * BATCHES)]
    losses = [float(12 - i) for i in range(3 * BATCHES)]
    losses[5] = math.nan
    made.add_batches(ends, losses, [0.5] * len(ends))
    for epoch, loss in enumerate((9.0, 6.0, 3.0)):
        made.add_epoch(epoch, {"val_loss": loss})
    return made


@pytest.mark.parametrize(
    ("x", "epoch", "batch", "raw", "validation"),
    [
        (-5.0, 0, 0, 12.0, None),
        (0.3, 0, 0, 12.0, None),
        (0.4, 0, 1, 11.0, None),
        (1.0, 0, 3, 9.0, (1, 9.0)),
        (1.2, 1, 0, 8.0, (1, 9.0)),
        (2.74, 2, 2, 2.0, (2, 6.0)),
        (99.0, 2, 3, 1.0, (3, 3.0)),
    ],
)
def test_a_reading_is_that_of_the_nearest_batch(
    log: MetricsLog, x: float, epoch: int, batch: int, raw: float, validation: tuple[int, float] | None
) -> None:
    reading = Reading.at(x, log.batch_loss, log.val_loss)
    assert reading is not None
    assert (reading.epoch, reading.batch, reading.raw, reading.validation) == (epoch, batch, raw, validation)
    assert reading.smoothed == log.batch_loss.smoothed.y[epoch * BATCHES + batch]


def test_batches_are_counted_right_also_where_their_number_changes() -> None:
    log = MetricsLog()
    log.add_batches([0.5, 1.0, 1.1, 1.2, 1.3], [1.0, 2.0, 3.0, 4.0, 5.0], [None] * 5)
    reading = Reading.at(1.21, log.batch_loss, log.val_loss)
    assert reading is not None
    assert (reading.epoch, reading.batch, reading.raw) == (1, 1, 4.0)


def test_without_a_batch_there_is_nothing_to_read() -> None:
    assert Reading.at(0.5, MetricsLog().batch_loss, MetricsLog().val_loss) is None


def point(plot: CurvePlot, x: float, qtbot: QtBot) -> None:
    """Move the mouse to x epochs, at half the height."""
    view = plot.getPlotItem().getViewBox()
    low, high = view.viewRange()[1]
    scene = view.mapViewToScene(QPointF(x, (low + high) / 2))
    qtbot.mouseMove(plot.viewport(), QPoint(0, 0))
    qtbot.mouseMove(plot.viewport(), plot.mapFromScene(scene))


def trained(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    studio = open_studio()
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    return studio


def test_the_mouse_on_one_plot_reads_all_of_them(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = trained(open_studio, qtbot)
    page, log = studio.window.train_page, studio.run_state.log
    point(page.loss.plot, 1.5, qtbot)
    loss, accuracy = page.loss.plot.crosshair, page.accuracy.plot.crosshair
    assert loss.reading is not None
    assert accuracy.reading is not None
    assert loss.isVisible()
    assert loss.title == accuracy.title
    assert loss.title.startswith("Epoch 2, batch ")
    index = int(np.searchsorted(log.batch_loss.x, loss.reading.x - 1e-9))
    assert loss.reading.raw == log.batch_loss.y[index]
    assert accuracy.reading.raw == log.batch_acc.y[index]
    assert [row.name for row in accuracy.rows()] == ["train, smoothed", "train, this batch", "validation, epoch 1"]
    assert all(row.value.endswith(" %") for row in accuracy.rows())
    assert not page.loss.plot.toolTip(), "a tooltip would cover the values"
    QApplication.sendEvent(page.loss.plot, QEvent(QEvent.Type.Leave))
    assert not loss.isVisible()
    assert not accuracy.isVisible()
    assert page.loss.plot.toolTip()


def test_the_values_stay_right_on_a_logarithmic_axis_and_for_nan(
    open_studio: Callable[..., Studio], qtbot: QtBot, log: MetricsLog
) -> None:
    studio = trained(open_studio, qtbot)
    plot = studio.window.train_page.loss.plot
    plot.set_log_scale(True)
    plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
    plot.point_at(1.5)
    assert [row.value for row in plot.crosshair.rows()][1:] == ["NaN", "9.000"]
    assert not studio.window.grab().isNull(), "it can be painted where the curve is not"


def test_the_reading_follows_the_run(open_studio: Callable[..., Studio], qtbot: QtBot, log: MetricsLog) -> None:
    studio = trained(open_studio, qtbot)
    plot = studio.window.train_page.loss.plot
    plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
    plot.point_at(99.0)
    assert plot.crosshair.title == "Epoch 3, batch 4"
    log.add_batches([3.25], [0.5], [None])
    plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
    assert plot.crosshair.title == "Epoch 4, batch 1"


def test_what_no_curve_can_show_is_marked_at_the_edges(
    open_studio: Callable[..., Studio], qtbot: QtBot, log: MetricsLog
) -> None:
    studio = trained(open_studio, qtbot)
    plot = studio.window.train_page.loss.plot
    log.add_batches([3.25, 3.5, 3.75], [math.inf, 0.0, -1.0], [None] * 3)

    def marks() -> list[tuple[float, str]]:
        plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
        return [(x, "above" if y > sum(plot.viewRange()[1]) / 2 else "below") for x, y, _ in plot.unseen.points]

    plot.set_epochs(4)
    plot.follow()
    found = marks()
    assert [edge for _, edge in found] == ["above", "above"], "NaN and infinity"
    np.testing.assert_allclose([x for x, _ in found], [1.5, 3.25], atol=0.05)
    plot.set_log_scale(True)
    found = marks()
    assert [edge for _, edge in found] == ["above", "above", "below", "below"]
    np.testing.assert_allclose([x for x, _ in found], [1.5, 3.25, 3.5, 3.75], atol=0.05)
    studio.window.grab()
    plot.set_log_scale(False)
    assert len(marks()) == 2


def test_the_run_before_stays_as_a_ghost_until_other_data_come(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = trained(open_studio, qtbot)
    run, page = studio.run_state, studio.window.train_page
    assert run.last_log is None
    first = run.log
    for rate, last in ((0.001, first), (0.002, None)):
        if last is None:
            last = run.log
        studio.experiment.set_optimizer_setting("learning_rate", rate)
        with qtbot.waitSignal(run.run_ended, timeout=WAIT_MS):
            run.run()
        assert run.last_log is last
    page.loss.plot.point_at(1.5)
    reading = page.loss.plot.crosshair.reading
    assert reading is not None
    assert reading.last_run == last.batch_loss.smoothed.y[last.batch_loss.nearest(reading.x)]
    assert page.loss.plot.crosshair.rows()[-1].name == "last run, smoothed"
    assert "the run before" in page.loss.legend.toolTip()
    studio.experiment.set_data("moons")
    with qtbot.waitSignal(run.run_ended, timeout=WAIT_MS):
        run.run()
    assert run.last_log is None
    page.loss.plot.point_at(1.5)
    assert [row.name for row in page.loss.plot.crosshair.rows()][-1] == "validation, epoch 1"


def test_the_star_is_there_however_many_epochs_there_are(studio: Studio) -> None:
    plot = studio.window.train_page.loss.plot
    for epochs in (3, 200):
        log = MetricsLog()
        log.add_batches([epoch + 1.0 for epoch in range(epochs)], [1.0] * epochs, [None] * epochs)
        for epoch in range(epochs):
            log.add_epoch(epoch, {"loss": 1.0, "val_loss": 0.5 if epoch == 1 else 1.0})
        plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
        assert [(x, look.symbol) for x, _, look in plot._points.points if look.symbol == "star"] == [(2.0, "star")]
