"""Going back and forth in the window: everything shows the moment, and no command at any moment breaks it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from beras import Callback
from beras.snapshot import Snapshot, restore, take
from gui.app import Studio
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import POINTS_EDITED, Change
from gui.training.events import BatchEnded, Event, SettingChanged, WentBack
from gui.training.newest_settings import NewestSettings
from gui.training.session import TrainingSession
from tests.desktop.moments import OPTIMIZERS, Moments, experiment
from tests.desktop.plain_fit import plain_fit
from tests.desktop.test_divergence import WAIT_MS

COMMANDS, PAUSE_MS = 100, 20


def paused_studio(open_studio: Callable[..., Studio], qtbot: QtBot, spec: ExperimentSpec, steps: int) -> Studio:
    """A run that stands still after at least so many batches."""
    studio = open_studio()
    studio.experiment.replace(spec, "test")
    run = studio.run_state
    run.run()
    qtbot.waitUntil(lambda: run.newest >= steps, timeout=WAIT_MS)
    run.pause()
    qtbot.waitUntil(lambda: run.state in ("paused", "idle"), timeout=WAIT_MS)
    return studio


def look(studio: Studio, step: int, qtbot: QtBot) -> None:
    run = studio.run_state
    run.look_at(step)
    at = None if step == run.newest else step
    qtbot.waitUntil(lambda: run.state == "paused" and run.moment == at, timeout=WAIT_MS)


def test_everything_shows_the_moment(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    spec = experiment("adam", epochs=100_000)
    studio = paused_studio(open_studio, qtbot, spec, 60)
    run = studio.run_state
    moments = Moments()
    plain_fit(replace(spec, epochs=3), moments)
    look(studio, 50, qtbot)
    assert run.weights is not None
    for shown, then in zip(run.weights, moments.at[50].weights, strict=True):
        assert shown.tobytes() == then.tobytes()
    assert run.trace_at == (2, 50 - 2 * 23 - 1)
    assert run.shown_place == (2, 50 - 2 * 23 - 1)
    run.step("batch")
    qtbot.waitUntil(lambda: run.moment == 51, timeout=WAIT_MS)
    run.step_back()
    qtbot.waitUntil(lambda: run.moment == 50, timeout=WAIT_MS)
    run.step("epoch")
    newest = run.newest
    qtbot.waitUntil(lambda: run.moment == 69 or (newest <= 69 and run.moment is None), timeout=WAIT_MS)
    look(studio, 0, qtbot)
    assert run.trace is None
    assert run.newest == newest, "nothing was trained, and nothing lost"


def test_a_run_that_has_ended_is_opened_again_and_trained_on(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    spec = experiment("rmsprop", epochs=3)
    studio = open_studio()
    studio.experiment.replace(spec, "test")
    run = studio.run_state
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    losses = run.log.batch_loss.y.copy()
    look(studio, 30, qtbot)
    assert run.outcome is None
    assert np.array_equal(run.log.batch_loss.y, losses), "looking changes no curve"
    look(studio, 69, qtbot)
    studio.experiment.set_epochs(5)
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    assert run.newest == 5 * 23
    assert run.epochs_done == 5
    assert not run.log.abandoned_loss, "from its newest moment there is no branch"
    expected = plain_fit(replace(spec, epochs=5))
    assert run.weights is not None
    for one, other in zip(run.weights, expected, strict=True):
        assert one.tobytes() == other.tobytes()


def test_a_branch_of_a_run_that_has_ended(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    spec = experiment("adam", epochs=3)
    studio = open_studio()
    studio.experiment.replace(spec, "test")
    run = studio.run_state
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    look(studio, 23, qtbot)
    studio.experiment.set_optimizer_setting("learning_rate", 0.05)
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    assert run.newest == 69
    assert [branch.shape[1] for branch in run.log.abandoned_loss] == [69 - 23 + 1]
    assert len(run.log.epoch_loss) == 3
    rate = Change("rate", lambda model: setattr(model.optimizer, "learning_rate", 0.05))
    expected = plain_fit(spec, Moments({23: rate}))
    assert run.weights is not None
    for one, other in zip(run.weights, expected, strict=True):
        assert one.tobytes() == other.tobytes()


class AllAgain(Callback):
    """Does what a run did, the plain way: every moment is kept, and gone back to where the run went back."""

    def __init__(self, story: list[tuple[str, int, object]]) -> None:
        self.story = list(story)  # ("change" | "back" | "end", after how many batches, what)
        self.wanted = {what for kind, _, what in story if kind == "back"}
        self.moments: dict[int, Snapshot] = {}

    def on_train_begin(self) -> None:
        self.moments[0] = take(self.model)

    def on_batch_end(self, batch: int, logs: object) -> None:
        progress = self.model.progress
        if progress.step in self.wanted:
            self.moments[progress.step] = take(self.model)
        if progress.position < progress.samples:
            self._between()

    def on_epoch_end(self, epoch: int, logs: object) -> None:
        self._between()

    def _between(self) -> None:
        while self.story and self.story[0][1] == self.model.progress.step:
            kind, _, what = self.story.pop(0)
            if kind == "change":
                assert isinstance(what, Change)
                what.apply(self.model)
            elif kind == "end":
                self.model.stop_training = True
            else:
                assert isinstance(what, int)
                newest = NewestSettings.of(self.model)
                restore(self.model, self.moments[what])
                newest.change.apply(self.model)


class Story:
    """Notes what happens to a run: (kind, after how many batches, what), as ``AllAgain`` takes it."""

    def __init__(self, session: TrainingSession) -> None:
        self.told: list[tuple[str, int, object]] = []
        self.step = 0
        self._sent: list[Change] = []
        self._send = session.send
        session.send = self._on_sent  # type: ignore[method-assign]
        session.events_drained.connect(self._on_events)

    def _on_sent(self, change: Change) -> None:
        self._sent.append(change)
        self._send(change)

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, BatchEnded):
                self.step += 1
            elif isinstance(event, SettingChanged):
                self.told.append(("change", self.step, self._sent.pop(0)))
            elif isinstance(event, WentBack):
                self.told.append(("back", self.step, event.step))
                self.step = event.step


def commands(studio: Studio, rng: random.Random) -> list[Callable[[], object]]:
    """What can be done to a run while it goes on; what is there more than once is done more often."""
    run, experiment = studio.run_state, studio.experiment
    rates = [0.001, 0.01, 0.02, 0.05]
    return [
        *3 * [lambda: run.look_at(rng.randrange(run.newest + 1))],
        run.step_back,
        *2 * [run.run],
        run.pause,
        lambda: run.step(rng.choice(["batch", "epoch"])),
        lambda: experiment.set_optimizer_setting("learning_rate", rng.choice(rates)),
        lambda: experiment.set_batch_size(rng.randrange(20, 60)),
        lambda: experiment.set_optimizer(rng.choice(OPTIMIZERS)),
        lambda: run.swap_optimizer(keep=rng.random() < 0.5),
        *2 * [lambda: studio.playground.add(rng.uniform(-1, 1), rng.uniform(-1, 1), rng.random() < 0.2)],
        experiment.undo_stack.undo,
    ]


def last_weights(studio: Studio, qtbot: QtBot) -> list[np.ndarray]:
    """The weights of the newest moment; the run is over then."""
    run = studio.run_state
    run.pause()
    qtbot.waitUntil(lambda: run.state == "paused" and not run.is_travelling, timeout=WAIT_MS)
    look(studio, run.newest, qtbot)
    weights = [weight.copy() for weight in run.weights or ()]
    run.stop()
    qtbot.waitUntil(lambda: not run.is_active, timeout=WAIT_MS)
    return weights


@pytest.mark.parametrize("seed", [1, 2])
def test_hundreds_of_commands_with_time_travel_end_in_the_right_weights(
    seed: int, open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    rng, studio = random.Random(seed), open_studio()
    spec = experiment("adam", epochs=100_000)
    studio.experiment.open(spec)  # so that no undo leads to before it
    run, story = studio.run_state, Story(studio.session)
    run.run()
    qtbot.waitUntil(lambda: run.newest > 20, timeout=WAIT_MS)
    possible = commands(studio, rng)
    for _ in range(COMMANDS):
        rng.choice(possible)()
        qtbot.wait(PAUSE_MS)
    weights = last_weights(studio, qtbot)
    assert story.step == run.newest
    assert any(kind == "back" for kind, _, _ in story.told)
    assert any(isinstance(what, Change) and what.label == POINTS_EDITED for _, _, what in story.told)
    again = AllAgain([*story.told, ("end", run.newest, None)])
    for one, other in zip(weights, plain_fit(spec, again, validate=False), strict=True):
        assert one.tobytes() == other.tobytes()
    assert not again.story


def test_dragging_the_time_slider_shows_the_moment_and_the_ways_back(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = paused_studio(open_studio, qtbot, experiment("adam", epochs=3), 69)
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)
    run, page = studio.run_state, studio.window.train_page
    slider = page.time_bar.slider
    assert slider.isEnabled()
    assert (slider.minimum(), slider.maximum(), slider.value()) == (0, 69, 69)
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 9, middle.y()))
    qtbot.mouseMove(slider, middle)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: run.state == "paused" and run.moment == slider.value(), timeout=WAIT_MS)
    assert 25 < slider.value() < 45
    assert f"Step {slider.value()} of 69" in page.time_bar.text
    for card in (page.loss, page.accuracy):
        assert card.plot.moment.x_at == run.log.done(slider.value())
        assert card.plot.moment.isVisible()
    before = slider.value()
    qtbot.keyClick(studio.window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: run.moment == before - 1, timeout=WAIT_MS)
    qtbot.keyClick(studio.window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: run.moment == before, timeout=WAIT_MS)
    qtbot.keyClick(studio.window, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: run.moment == 23, timeout=WAIT_MS)
    assert slider.value() == 23
    qtbot.keyClick(studio.window, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: run.moment == 0, timeout=WAIT_MS)
    qtbot.keyClick(studio.window, Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: run.moment is None and not run.is_travelling, timeout=WAIT_MS)
    assert slider.value() == 69
    assert not page.loss.plot.moment.isVisible()


def test_a_click_on_a_curve_goes_there_and_a_double_click_does_not(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = paused_studio(open_studio, qtbot, experiment("adam", epochs=100_000), 60)
    studio.window.show()
    run, plot = studio.run_state, studio.window.train_page.loss.plot
    view = plot.getPlotItem().getViewBox()
    place = plot.mapFromScene(view.mapViewToScene(QPointF(run.log.done(40), view.viewRange()[1][0] + 1e-3)))
    place.setY(plot.mapFromScene(view.sceneBoundingRect().center()).y())
    qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not plot.clicks._timer.isActive()
    assert run.moment is None
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: run.moment is not None, timeout=WAIT_MS)
    assert abs((run.moment or 0) - 40) <= 1 + run.newest // 100


def test_the_memory_for_going_back_is_a_setting(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio()
    assert studio.session._timeline_bytes == 256 << 20
    studio.settings.time_memory_mb = 16
    assert studio.session._timeline_bytes == 16 << 20
