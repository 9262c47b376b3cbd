"""How the time machine, kept runs, painting and files go together: one run is one run, whatever is done to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from beras import Callback
from gui.app import Studio
from gui.domain.build import load_data, targets_of, validation_of
from gui.domain.spec import Choice
from gui.domain.steering import POINTS_EDITED
from tests.desktop.file_steps import WAIT_MS
from tests.desktop.moments import advance, experiment
from tests.desktop.plain_fit import plain_fit


def completed(open_studio: Callable[..., Studio], qtbot: QtBot, epochs: int = 3) -> Studio:
    studio = open_studio()
    studio.experiment.open(experiment("adam", epochs=epochs))
    studio.run_state.run()
    ended(studio, qtbot, "completed")
    return studio


def ended(studio: Studio, qtbot: QtBot, outcome: str) -> None:
    run = studio.run_state
    qtbot.waitUntil(lambda: run.outcome == outcome and not run.is_active, timeout=WAIT_MS)


def look(studio: Studio, step: int, qtbot: QtBot) -> None:
    studio.run_state.look_at(step)
    qtbot.waitUntil(lambda: studio.run_state.moment == step, timeout=WAIT_MS)


def test_looking_back_keeps_no_other_run_and_going_on_goes_on_with_the_same(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = completed(open_studio, qtbot)
    (kept,) = studio.runs.runs
    assert (kept.outcome, kept.results.epochs) == ("completed", 3)
    look(studio, 30, qtbot)
    studio.run_state.stop()
    ended(studio, qtbot, "stopped")
    assert studio.runs.runs == (kept,), "nothing was trained, so nothing is another"
    look(studio, 46, qtbot)
    studio.experiment.set_optimizer_setting("learning_rate", 0.05)
    studio.run_state.run()
    ended(studio, qtbot, "completed")
    (again,) = studio.runs.runs
    assert again.id == kept.id
    assert again.results != kept.results
    assert any("back" in label for _, label in again.changes)


def test_a_run_from_a_file_is_kept_only_when_it_was_trained_on(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    studio = completed(open_studio, qtbot)
    path = tmp_path / "run.beras"
    studio.files.save_as(path)
    qtbot.waitUntil(lambda: not studio.files.is_saving, timeout=WAIT_MS)
    studio.files.open(path)
    run = studio.run_state
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    run.stop()
    ended(studio, qtbot, "stopped")
    assert len(studio.runs.runs) == 1
    studio.files.open(path)
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    studio.experiment.set_epochs(4)
    run.run()
    ended(studio, qtbot, "completed")
    assert len(studio.runs.runs) == 2
    assert run.log.steps == 4 * 23
    assert not run.log.abandoned_loss


def test_a_point_that_is_painted_is_learnt_from_the_next_batch_on(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio()
    spec = experiment("adam", epochs=3)
    studio.experiment.open(spec)
    run = studio.run_state
    advance(studio, 30, qtbot)
    qtbot.waitUntil(lambda: studio.playground.points is not None, timeout=WAIT_MS)
    studio.playground.add(0.25, -0.25)
    painted = studio.experiment.spec.data
    assert painted.name == "own_points"
    run.run()
    ended(studio, qtbot, "completed")
    assert [label for _, label in run.log.marks if label == POINTS_EDITED] == [POINTS_EDITED]
    for one, other in zip(run.weights or (), plain_fit(spec, Painted(30, painted)), strict=True):
        assert one.tobytes() == other.tobytes()


class Painted(Callback):
    """The same points, put in after the same batch."""

    def __init__(self, step: int, choice: Choice) -> None:
        self.step = step
        self.choice = choice

    def on_batch_end(self, batch: int, logs: object) -> None:
        if self.model.progress.step == self.step:
            data = load_data(self.choice, None)
            assert len(data.train_inputs) == 701
            self.model.change_data(data.train_inputs, targets_of(data, data.train_targets), validation_of(data))


def test_undone_points_are_those_of_the_set_again(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    studio.experiment.open(experiment("sgd", epochs=100_000))
    run = studio.run_state
    qtbot.waitUntil(lambda: studio.playground.points is not None, timeout=WAIT_MS)
    run.run()
    qtbot.waitUntil(lambda: run.newest > 5, timeout=WAIT_MS)
    studio.playground.add(0.25, -0.25)
    studio.experiment.undo_stack.undo()
    assert run.spec is not None
    assert run.spec.data.name == "xor"
    run.pause()
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    original = load_data(run.spec.data, None)
    qtbot.waitUntil(lambda: run.newest > 5, timeout=WAIT_MS)
    worker = studio.session._worker
    assert worker is not None
    progress = worker._callback.model.progress
    assert np.array_equal(progress.inputs, original.train_inputs)
    assert np.array_equal(progress.validation_data[0], original.validation_inputs)
