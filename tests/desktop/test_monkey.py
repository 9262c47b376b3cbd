"""Five hundred commands at any moment: nothing is lost or repeated, and the weights are the right ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from beras import Callback
from gui.app import Studio
from gui.domain.build import build_model, load_data
from gui.domain.spec import ExperimentSpec, dense
from gui.domain.steering import Change
from gui.training.events import BatchEnded, Event, RunEnded, RunFailed, RunStarted, SettingChanged, WeightsPublished
from tests.desktop.plain_fit import plain_fit

ACTIONS = 500
LONGEST_WAIT_MS = 5
WAIT_MS = 20_000


@dataclass
class Run:
    """One run as its events tell it, and the changes that were sent to it."""

    spec: ExperimentSpec
    sent: list[Change] = field(default_factory=list)
    batches: list[tuple[int, int]] = field(default_factory=list)
    changed_after: list[int] = field(default_factory=list)
    weights: tuple[np.ndarray, ...] = ()
    outcome: str = ""


class Witness(QObject):
    """Writes down every run."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.runs: list[Run] = []
        self.failures: list[str] = []
        self._studio = studio
        self._send = studio.session.send
        studio.session.send = self._on_sent  # type: ignore[method-assign]
        studio.run_state.run_started.connect(self._on_run_started)
        studio.session.events_drained.connect(self._on_events)

    def _on_sent(self, change: Change) -> None:
        self.runs[-1].sent.append(change)
        self._send(change)

    @Slot()
    def _on_run_started(self) -> None:
        assert self._studio.run_state.spec is not None
        self.runs.append(Run(self._studio.run_state.spec))

    @Slot(object)
    def _on_events(self, events: list[Event]) -> None:
        run = self.runs[-1]
        for event in events:
            match event:
                case RunStarted() | WeightsPublished():
                    run.weights = event.weights
                case BatchEnded():
                    run.batches.append((event.epoch, event.batch))
                case SettingChanged():
                    run.changed_after.append(len(run.batches))
                case RunFailed():
                    self.failures.append(event.traceback)
                case RunEnded():
                    run.outcome = event.outcome


class SameChanges(Callback):
    """Makes the changes of a run after the same batches, and stops where it was stopped."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def on_batch_end(self, batch: int, logs: object) -> None:
        progress = self.model.progress
        if progress.position < progress.samples:
            self._between_batches()

    def on_epoch_end(self, epoch: int, logs: object) -> None:
        self._between_batches()

    def _between_batches(self) -> None:
        step = self.model.progress.step
        for change, after in zip(self.run.sent, self.run.changed_after, strict=False):
            if after == step:
                change.apply(self.model)
        if step == len(self.run.batches):
            self.model.stop_training = True


def expected_weights(run: Run) -> list[np.ndarray]:
    if run.batches:
        return plain_fit(run.spec, SameChanges(run), validate=False)
    return [np.array(weight) for weight in build_model(run.spec, load_data(run.spec.data, None)).weights]


def monkey(studio: Studio, rng: random.Random) -> list[Callable[[], object]]:
    """Everything that can be done to a run, the commonest things several times."""
    experiment, window = studio.experiment, studio.window

    def command(name: str) -> Callable[[], object]:
        return window.findChild(QAction, f"action_{name}").trigger

    return [
        *[command(name) for name in ("run", "pause", "run", "pause", "step", "step", "step_epoch", "stop", "restart")],
        command("new_weights"),
        *2 * [lambda: experiment.set_optimizer_setting("learning_rate", rng.choice([0.001, 0.01, 0.02, 0.05]))],
        lambda: experiment.set_batch_size(rng.randrange(50, 300)),
        lambda: experiment.set_epochs(rng.randrange(1, 200)),
        lambda: experiment.set_activation_setting(0, "alpha", rng.choice([0.0, 0.1, 0.3])),
        lambda: experiment.set_optimizer(rng.choice(["sgd", "adam", "rmsprop"])),
        lambda: studio.run_state.swap_optimizer(keep=rng.random() < 0.5),
        lambda: experiment.set_stop_rule("patience", rng.choice([None, 50])),
        experiment.undo_stack.undo,
        experiment.undo_stack.redo,
        lambda: window.page_bar.tabs.setCurrentIndex(rng.randrange(2)),
        studio.messages.trigger_action,
    ]


def test_five_hundred_actions(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    rng = random.Random(20261121)
    studio = open_studio("--preset", "xor", "--epochs", "100")
    spec = studio.experiment.spec
    studio.experiment.replace(replace(spec, layers=(dense(256), dense(128), spec.layers[-1])), "test")
    studio.experiment.undo_stack.clear()
    witness = Witness(studio)
    actions = monkey(studio, rng)
    for _ in range(ACTIONS):
        rng.choice(actions)()
        qtbot.wait(rng.randrange(LONGEST_WAIT_MS))
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)

    assert witness.failures == []
    assert {run.outcome for run in witness.runs} <= {"completed", "stopped"}
    assert len(witness.runs) > 10
    for run in witness.runs:
        epochs = [epoch for epoch, _ in run.batches]
        assert epochs == sorted(epochs)
        for epoch in set(epochs):
            numbers = [batch for at, batch in run.batches if at == epoch]
            assert numbers == list(range(len(numbers))), "a batch was lost or came twice"
        for trained, expected in zip(run.weights, expected_weights(run), strict=True):
            np.testing.assert_array_equal(trained, expected)
    assert sum(len(run.changed_after) for run in witness.runs) > 30
    assert studio.window.isVisible()


def test_a_run_started_twice_is_one_run(studio: Studio, qtbot: QtBot) -> None:
    started: list[int] = []
    studio.run_state.run_started.connect(lambda: started.append(1))
    studio.run_state.run()
    studio.run_state.run()
    qtbot.keyClick(studio.window, Qt.Key.Key_Space)
    qtbot.keyClick(studio.window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not studio.run_state.is_active or studio.run_state.state == "paused", timeout=WAIT_MS)
    assert started == [1]
