"""The guard: the first number that is not finite stops the run, is named, and can be undone."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from beras import Callback
from beras.trace import NonFinite
from gui.app import Studio
from gui.domain.divergence import sentences
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.steering import steer
from gui.training.callback import ChannelCallback
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.events import BatchEnded, Diverged, EpochEnded, Event, GraphRecorded, Paused, WentBack
from tests.desktop.plain_fit import plain_fit

WAIT_MS = 20_000


def exploding(rate: float, batch_size: int = 30) -> ExperimentSpec:
    """A network without a bound on its output, with a squared error and far too large a learning rate."""
    layers = (dense(8), LayerSpec(dense(2).layer))
    loss, optimizer = Choice("mean_squared_error"), Choice("sgd", {"learning_rate": rate})
    return replace(load_preset("xor"), layers=layers, loss=loss, optimizer=optimizer, epochs=3, batch_size=batch_size)


class Search(Callback):
    """The same question asked the plain way: every batch is looked at closely, and every moment is kept."""

    def __init__(self, steps: int = 10**9) -> None:
        self.steps = steps
        self.weights: list[list[np.ndarray]] = []
        self.finding: tuple[int, str] | None = None

    def on_backward_end(self, batch: int, backward: object) -> None:
        found = backward.first_non_finite()  # type: ignore[attr-defined]
        if found is not None and self.finding is None:
            self.finding = (self.model.progress.step + 1, str(found))

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        if self.finding is None and not math.isfinite(logs["val_loss"]):
            self.finding = (self.model.progress.step, "the validation samples (forward)")

    def on_batch_end(self, batch: int, logs: object) -> None:
        step = self.model.progress.step
        self.weights.append([np.array(weight) for weight in self.model.weights])
        if self.finding is None and any(not np.isfinite(w).all() for w in self.weights[-1]):
            self.finding = (step, "update")
        if step >= self.steps:
            self.model.stop_training = True


class Watched:
    """A run in a thread; ``until`` waits for an event, ``end`` for its end."""

    def __init__(self, spec: ExperimentSpec, listener: type[ChannelCallback] = ChannelCallback) -> None:
        self.control = RunControl()
        self.channel = Channel()
        self.callback = listener(self.channel, self.control)
        self.events: list[Event] = []
        self.weights: list[np.ndarray] = []
        self._thread = threading.Thread(target=self._run, args=(spec,), daemon=True)
        self._thread.start()

    def _run(self, spec: ExperimentSpec) -> None:
        self.weights = plain_fit(spec, self.callback)

    def until_paused(self, qtbot: QtBot) -> None:
        def paused() -> bool:
            self.events += self.channel.drain()
            return isinstance(self.events[-1], Paused) if self.events else False

        qtbot.waitUntil(paused, timeout=WAIT_MS)

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [event for event in self.events if isinstance(event, kind)]

    def end(self) -> None:
        self._thread.join(WAIT_MS / 1000)
        self.events += self.channel.drain()

    @property
    def model_weights(self) -> list[np.ndarray]:
        return [np.array(weight) for weight in self.callback.model.weights]


@pytest.mark.parametrize("rate", [1.9, 3.0, 30.0, 1e3])
@pytest.mark.parametrize("batch_size", [30, 700])
def test_the_run_stands_still_and_names_what_a_close_look_finds(rate: float, batch_size: int, qtbot: QtBot) -> None:
    spec = replace(exploding(rate, batch_size), epochs=3 if batch_size < 700 else 60)
    search = Search()
    plain_fit(spec, search)
    if search.finding is None:
        pytest.skip("this one does not explode")
    run = Watched(spec)
    run.until_paused(qtbot)
    (found,) = run.of(Diverged)
    step, place = search.finding
    assert found.step == step
    assert place in (found.finding.direction, str(found.finding))
    if found.finding.label != "the validation samples":
        shown = run.of(GraphRecorded)[-1].trace.nodes[found.finding.index]
        assert shown.label == found.finding.label
        assert shown.parameters or found.finding.direction != "update"
    batches = len(run.of(BatchEnded))
    assert batches - step <= 1, "more than one batch after the first number that was not finite"
    for kept, now in zip(search.weights[batches - 1], run.model_weights, strict=True):
        np.testing.assert_array_equal(kept, now)
    run.control.stop()
    run.end()


KICK_AT, CALM, KICKED = 25, 0.05, 30.0


class Kicked(ChannelCallback):
    """Somebody drags the learning rate far too high after 25 steps."""

    was_kicked = False

    def on_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        if self.model.progress.step == KICK_AT and not self.was_kicked:
            self.was_kicked = True
            for change in steer(exploding(CALM), exploding(KICKED))[1]:
                self.control.send(change)
        super().on_batch_end(batch, logs)


class StoppedInSearch(ChannelCallback):
    """Somebody presses stop while the last steps are trained again for a close look."""

    def on_batch_begin(self, batch: int) -> None:
        if self._errand is not None:
            self.control.stop()
        super().on_batch_begin(batch)


def test_a_stop_during_the_close_look_keeps_the_newest_moment() -> None:
    run = Watched(exploding(1e3), StoppedInSearch)
    run.end()
    timeline = run.callback.timeline
    assert len(run.of(BatchEnded)) == timeline.newest
    assert timeline.latest(timeline.newest).step == timeline.newest


def test_going_back_ten_steps_is_exact_and_so_is_what_follows(qtbot: QtBot) -> None:
    run = Watched(exploding(CALM), Kicked)
    run.until_paused(qtbot)
    (found,) = run.of(Diverged)
    target = found.step - 10
    assert 0 < target < KICK_AT < found.step, "the way back leads to before the learning rate was changed"
    run.control.guarded = False
    for change in steer(exploding(KICKED), exploding(0.01))[1]:
        run.control.send(change)
    run.control.go_back(target)
    run.end()
    (back,) = run.of(WentBack)
    assert back.step == target

    class Expected(Search):
        def on_batch_end(self, batch: int, logs: object) -> None:
            super().on_batch_end(batch, logs)
            if self.model.progress.step == target:
                self.model.optimizer.learning_rate = 0.01

    # at the target itself the panel's settings hold again, and the change sent meanwhile comes before the next batch
    expected = plain_fit(exploding(CALM), Expected())
    for one, other in zip(run.weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    assert [event.epoch for event in run.of(EpochEnded)][-3:] == [0, 1, 2]


def test_keep_going_asks_no_second_time(qtbot: QtBot) -> None:
    run = Watched(exploding(1e3))
    run.until_paused(qtbot)
    run.control.guarded = False
    run.control.resume()
    run.end()
    assert len(run.of(Diverged)) == 1
    assert len(run.of(EpochEnded)) == 3


def open_exploding(open_studio: Callable[..., Studio]) -> Studio:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.experiment.replace(replace(exploding(CALM), epochs=100_000), "test")
    return studio


def kick(studio: Studio, qtbot: QtBot) -> None:
    """Run, and after a while set the learning rate far too high."""
    studio.run_state.run()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > 50, timeout=WAIT_MS)
    studio.experiment.set_optimizer_setting("learning_rate", KICKED)
    qtbot.waitUntil(lambda: studio.messages.message is not None, timeout=WAIT_MS)


def test_the_message_offers_three_ways_on_and_rewinding_keeps_the_explosion(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_exploding(open_studio)
    kick(studio, qtbot)
    run, message = studio.run_state, studio.messages.message
    assert message is not None
    assert message.level == "error"
    assert "at step" in message.text
    assert "Learning rate 30 is too large for SGD" in message.text
    assert message.labels == ("Rewind 10 steps and halve the learning rate", "Show", "Keep going")
    assert run.state == "paused"
    qtbot.mouseClick(studio.window.message_bar.button(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(run.log.abandoned_loss) == 1, timeout=WAIT_MS)
    assert 10 <= run.log.abandoned_loss[0].shape[1] <= 12
    assert not np.isfinite(run.log.abandoned_loss[0][1]).all(), "the explosion is kept"
    assert studio.experiment.spec.optimizer.settings["learning_rate"] == pytest.approx(KICKED / 2)
    assert any("back" in label for _, label in run.log.marks)


def test_rewinding_again_and_again_ends_in_a_run_that_learns(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_exploding(open_studio)
    kick(studio, qtbot)
    run = studio.run_state
    for _ in range(12):
        branches, seen = len(run.log.abandoned_loss), len(run.log.batch_loss)
        run.rewind_and_halve()
        qtbot.waitUntil(lambda n=branches: len(run.log.abandoned_loss) > n, timeout=WAIT_MS)  # type: ignore[misc]
        assert (np.diff(run.log.batch_loss.x) > 0).all()
        qtbot.waitUntil(
            lambda n=seen: (run.divergence is not None and run.state == "paused") or len(run.log.batch_loss) > n + 300,  # type: ignore[misc]
            timeout=WAIT_MS,
        )
        if run.divergence is None:
            break
    assert run.state == "running"
    assert np.isfinite(run.log.batch_loss.y).all()
    assert len(run.log.abandoned_loss) > 1
    qtbot.waitUntil(lambda: studio.messages.message is None, timeout=WAIT_MS)


def test_without_anybody_to_ask_the_run_ends_and_says_why(
    open_studio: Callable[..., Studio], qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = open_studio("--preset", "xor", "--quit-when-done")
    studio.experiment.replace(exploding(KICKED), "test")
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        studio.run_state.run()
    printed = capsys.readouterr()
    assert studio.exit_code == 1
    assert "at step" in printed.err
    assert '"outcome": "stopped"' in printed.out


def test_show_leads_to_the_op_in_the_graph(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_exploding(open_studio)
    kick(studio, qtbot)
    qtbot.mouseClick(studio.window.message_bar.button(1), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(studio.window.backprop_page.isVisible, timeout=WAIT_MS)
    divergence = studio.run_state.divergence
    assert divergence is not None
    index = divergence.finding.index
    scene = studio.window.backprop_page.scene
    assert [item.key for item in scene.op_items if item.isSelected()] == [index]
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.record is not None and explorer.step is not None, timeout=WAIT_MS)
    assert explorer.step is not None
    assert explorer.step.node == (None if divergence.finding.direction == "update" else index)
    assert studio.messages.message is not None, "the question stays"
    assert studio.run_state.state == "paused"


def test_rewinding_halves_the_rate_that_trains_also_when_another_optimiser_is_chosen(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_exploding(open_studio)
    kick(studio, qtbot)
    studio.experiment.set_optimizer("adam")
    studio.run_state.rewind_and_halve()
    chosen = studio.experiment.spec.optimizer
    assert (chosen.name, chosen.settings["learning_rate"]) == ("sgd", KICKED / 2)
    qtbot.waitUntil(lambda: len(studio.run_state.log.abandoned_loss) == 1, timeout=WAIT_MS)


def test_space_keeps_going_and_stop_ends(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_exploding(open_studio)
    kick(studio, qtbot)
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    seen = len(studio.run_state.log.batch_loss)
    qtbot.keyClick(studio.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > seen, timeout=WAIT_MS)
    assert studio.messages.message is None
    qtbot.waitUntil(lambda: studio.run_state.state == "running", timeout=WAIT_MS)
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)


def test_the_sentence_names_step_op_tensor_direction_and_rate() -> None:
    spec = exploding(10.0)
    text = sentences(spec, NonFinite(3, "Softmax", "output", "forward"), 412, math.nan)
    assert text == (
        "The loss became NaN. First at step 412: the output of Softmax (forward). "
        "Learning rate 10 is too large for SGD here."
    )
    assert "∂loss/∂W of Dense 1 (backward)" in sentences(spec, NonFinite(0, "Dense 1", "W", "backward"), 3, math.inf)
    assert "became infinite" in sentences(spec, NonFinite(0, "Dense 1", "W", "update"), 3, math.inf)
