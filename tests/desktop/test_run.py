"""The run through the real window: real clicks and keys, a real worker thread, real training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.widgets.progress_line import ProgressLine
from gui.views.widgets.run_state_label import RunStateLabel
from tests.desktop.plain_fit import plain_fit

WAIT_MS = 20_000


def action(studio: Studio, name: str) -> QAction:
    found = studio.window.findChild(QAction, f"action_{name}")
    assert found is not None, name
    return found


def button(studio: Studio, name: str) -> QToolButton:
    wanted = action(studio, name)
    return next(b for b in studio.window.findChildren(QToolButton) if b.defaultAction() is wanted)


def wait_for_state(qtbot: QtBot, studio: Studio, state: str) -> None:
    qtbot.waitUntil(lambda: studio.run_state.state == state, timeout=WAIT_MS)


def test_one_click_on_run_trains_to_the_end(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        qtbot.mouseClick(button(studio, "run"), Qt.MouseButton.LeftButton)
    assert studio.run_state.outcome == "completed"
    assert len(studio.run_state.log.val_loss) == 3
    label = studio.window.findChild(RunStateLabel, "run_state_label")
    assert label is not None
    assert label.text == "Completed"


def test_run_in_the_window_equals_a_plain_fit_bit_for_bit(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    assert studio.run_state.weights is not None
    for shown, plain in zip(studio.run_state.weights, plain_fit(studio.run_state.spec), strict=True):
        np.testing.assert_array_equal(shown, plain)


def test_pausing_and_stepping_change_no_weight(studio: Studio, qtbot: QtBot) -> None:
    action(studio, "step").trigger()
    for _ in range(4):
        wait_for_state(qtbot, studio, "paused")
        action(studio, "step").trigger()
        qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    assert studio.run_state.weights is not None
    for shown, plain in zip(studio.run_state.weights, plain_fit(studio.run_state.spec), strict=True):
        np.testing.assert_array_equal(shown, plain)


def test_step_batch_trains_exactly_one_batch(studio: Studio, qtbot: QtBot) -> None:
    action(studio, "step").trigger()
    wait_for_state(qtbot, studio, "paused")
    assert len(studio.run_state.log.batch_loss) == 1
    action(studio, "step").trigger()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) == 2, timeout=WAIT_MS)
    wait_for_state(qtbot, studio, "paused")


def test_step_epoch_trains_to_the_end_of_the_epoch(studio: Studio, qtbot: QtBot) -> None:
    action(studio, "step_epoch").trigger()
    wait_for_state(qtbot, studio, "paused")
    latest = studio.run_state.latest
    assert latest is not None
    assert (latest.epoch, latest.batch + 1) == (0, latest.batches)


def test_pause_acts_within_one_batch(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    action(studio, "run").trigger()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > 50, timeout=WAIT_MS)
    studio.run_state.pause()
    wait_for_state(qtbot, studio, "paused")
    batches = len(studio.run_state.log.batch_loss)
    assert studio.session._channel.drain() == []
    qtbot.wait(100)
    assert len(studio.run_state.log.batch_loss) == batches


def test_paused_graph_is_that_of_the_last_batch(studio: Studio, qtbot: QtBot) -> None:
    action(studio, "step").trigger()
    wait_for_state(qtbot, studio, "paused")
    latest, trace = studio.run_state.latest, studio.run_state.trace
    assert latest is not None
    assert trace is not None
    assert studio.run_state.trace_at == (latest.epoch, latest.batch)
    assert trace.loss == pytest.approx(latest.loss)


def test_stop_while_paused_ends_the_thread(studio: Studio, qtbot: QtBot) -> None:
    action(studio, "step").trigger()
    wait_for_state(qtbot, studio, "paused")
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "stop").trigger()
    assert studio.run_state.outcome == "stopped"
    assert not studio.session.is_active


def test_space_runs_and_pauses(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.window.setFocus()
    qtbot.keyClick(studio.window, Qt.Key.Key_Space)
    wait_for_state(qtbot, studio, "running")
    qtbot.keyClick(studio.window, Qt.Key.Key_Space)
    wait_for_state(qtbot, studio, "paused")


def test_restart_begins_with_the_same_weights_and_new_weights_with_others(studio: Studio, qtbot: QtBot) -> None:
    first = []
    for name in ("run", "restart", "new_weights"):
        with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
            action(studio, name).trigger()
        first.append((studio.run_state.spec, list(studio.run_state.log.batch_loss.y)))
    assert first[0][1] == first[1][1]
    assert first[0][1] != first[2][1]
    assert first[2][0] is not None
    assert first[0][0] is not None
    assert first[2][0].seed == first[0][0].seed + 1


def test_restart_during_a_run_starts_again(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    action(studio, "run").trigger()
    wait_for_state(qtbot, studio, "running")
    with qtbot.waitSignal(studio.run_state.run_started, timeout=WAIT_MS):
        action(studio, "restart").trigger()
    wait_for_state(qtbot, studio, "running")
    assert studio.run_state.latest is None or studio.run_state.latest.epoch < 1000


def test_a_second_start_is_refused(studio: Studio, qtbot: QtBot) -> None:
    studio.run_state.run()
    with pytest.raises(RuntimeError, match="going on already"):
        studio.session.start(studio.experiment.spec)


def test_curves_graph_and_progress_show_the_run(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    page = studio.window.train_page
    x, y = page.loss.plot._validation.getData()
    assert list(x) == [1, 2, 3]
    np.testing.assert_allclose(y, studio.run_state.log.val_loss.y)
    assert len(studio.window.scene.op_items) == 7
    progress = studio.window.findChild(ProgressLine, "run_progress")
    assert progress is not None
    assert progress.share == 1
    epoch = studio.window.findChild(QLabel, "epoch_readout")
    assert epoch is not None
    assert epoch.text() == "3 of 3"


def test_a_run_that_fails_says_so_and_the_window_goes_on(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("The data went away.")

    monkeypatch.setattr("gui.training.worker.build_model", broken)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    assert studio.run_state.outcome == "failed"
    assert "The data went away." in studio.window.message_bar.text
    assert action(studio, "run").isEnabled()
    monkeypatch.undo()
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    assert studio.run_state.outcome == "completed"


def test_a_diverging_run_reaches_its_end(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_optimizer("sgd")
    studio.experiment.set_optimizer_setting("learning_rate", 1000.0)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        action(studio, "run").trigger()
    assert studio.run_state.outcome == "completed"
