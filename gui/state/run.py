"""The run as the window shows it: its state in words, its curves, its recorded graph, its weights, how far it is.

Events of the training session are folded here, once per tick; views listen to ``changed`` and read.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import replace
from itertools import groupby
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from beras.registry import OPTIMIZERS
from beras.trace import GraphTrace
from gui.domain.divergence import STEPS_BACK
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import MAX_SEED, ExperimentSpec
from gui.domain.steering import steer, swap
from gui.domain.stop_rules import RuleFired
from gui.state.experiment import ExperimentState
from gui.training.control import Step
from gui.training.events import (
    BatchEnded,
    Diverged,
    EpochEnded,
    Event,
    GraphRecorded,
    Paused,
    Resumed,
    RuleEnded,
    RunEnded,
    RunFailed,
    RunStarted,
    SettingChanged,
    WeightsPublished,
    WentBack,
)
from gui.training.session import TrainingSession

ETA_AFTER_S = 1.0


class RunState(QObject):
    """``state`` is idle, starting, running, stepping, paused or stopping; ``outcome`` tells how the last run ended."""

    changed = Signal()  # anything, at most once per tick
    state_changed = Signal()
    run_started = Signal()
    graph_recorded = Signal()
    weights_published = Signal()
    run_ended = Signal()
    refused = Signal()  # the experiment has a problem, so it was not started

    def __init__(
        self,
        session: TrainingSession,
        experiment: ExperimentState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._experiment = experiment
        self._start_again = False
        self.state = "idle"
        self.outcome: str | None = None
        self.spec: ExperimentSpec | None = None
        self.run_id = ""  # new with each fresh start, the same when a run is continued
        self.failure: RunFailed | None = None
        self.last_log: MetricsLog | None = None  # of the run before, where its curves can be compared
        self._forget()
        experiment.changed.connect(self._on_experiment_changed)
        session.events_drained.connect(self._on_events)
        session.ended.connect(self._on_ended)

    def _forget(self) -> None:
        self.log = MetricsLog()
        self.trace: GraphTrace | None = None
        self.trace_at = (0, 0)
        self.weights: tuple[NDArray[Any], ...] | None = None
        self.input_size = 0
        self.train_samples = 0
        self.latest: BatchEnded | None = None
        self.final_logs: dict[str, float] = {}
        self.epochs_done = 0
        self.last_change = ""
        self.seconds = 0.0
        self.samples = 0
        self.divergence: Diverged | None = None
        self.rule: RuleFired | None = None

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def is_active(self) -> bool:
        return self._session.is_active

    @property
    def word(self) -> str:
        """The state in one word, or how the last run ended."""
        return self.outcome if self.state == "idle" and self.outcome is not None else self.state

    @property
    def can_run(self) -> bool:
        return self.state in ("idle", "paused")

    @property
    def can_pause(self) -> bool:
        return self.state in ("running", "starting", "stepping")

    @property
    def can_stop(self) -> bool:
        return self.state in ("running", "starting", "stepping", "paused")

    @property
    def progress(self) -> float:
        """The share of the whole run that is done, 0..1."""
        if self.outcome == "completed":
            return 1.0
        latest = self.latest
        if latest is None:
            return 0.0
        return min(1.0, (latest.epoch + (latest.batch + 1) / latest.batches) / latest.epochs)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None while there is none."""
        latest = self.latest
        if not self.is_active or latest is None or latest.seconds < ETA_AFTER_S or self.progress <= 0:
            return None
        left = latest.seconds * (1 - self.progress) / self.progress
        minutes = None if self.spec is None else self.spec.stop.minutes
        return left if minutes is None else max(0.0, min(left, 60 * minutes - latest.seconds))

    @property
    def swap_wanted(self) -> tuple[str, str] | None:
        """The names of the optimiser that trains and of the one that is chosen now, if they differ."""
        if not self.is_active or self.spec is None:
            return None
        old, new = self.spec.optimizer.name, self._experiment.spec.optimizer.name
        return None if old == new else (old, new)

    @property
    def phases_ms(self) -> tuple[float, float, float, float] | None:
        """Milliseconds a batch takes on average: forward, backward, update, and everything else (data, window)."""
        latest = self.latest
        if latest is None or latest.seconds <= 0:
            return None
        steps = len(self.log.batch_loss) + sum(branch.shape[1] - 1 for branch in self.log.abandoned_loss)
        forward, backward, update = (1000 * seconds / steps for seconds in latest.phases)
        return forward, backward, update, max(0.0, 1000 * latest.seconds / steps - forward - backward - update)

    @property
    def samples_per_second(self) -> float | None:
        latest = self.latest
        return None if latest is None or latest.seconds <= 0 else latest.samples / latest.seconds

    @property
    def batches_per_epoch(self) -> int | None:
        return None if self.latest is None else self.latest.batches

    def result(self) -> dict[str, Any]:
        """The run in numbers, as the command line prints them; what was not measured is None."""
        number = {name: self.final_logs.get(name) for name in ("loss", "acc", "val_loss", "val_acc")}
        finite = {name: value if value is not None and math.isfinite(value) else None for name, value in number.items()}
        speed = self.samples / self.seconds if self.seconds > 0 else 0.0
        return {
            "outcome": self.outcome,
            **finite,
            "epochs": self.epochs_done,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(speed, 1),
            "seed": None if self.spec is None else self.spec.seed,
        }

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Go on if paused, otherwise start the experiment as it is now."""
        if self.state == "paused":
            self._session.resume()
        elif not self.is_active:
            self._start(None)

    @Slot()
    def pause(self) -> None:
        if self.can_pause:
            self._session.pause()

    def step(self, step: Step) -> None:
        """Train one batch or epoch and pause; from idle, start with that."""
        if self.state == "paused":
            self._set_state("stepping")
            self._session.step(step)
        elif not self.is_active:
            self._start(step)

    @Slot()
    def stop(self) -> None:
        self._start_again = False
        if self.is_active:
            self._set_state("stopping")
            self._session.stop()

    @Slot()
    def restart(self) -> None:
        """From the beginning with the same first weights (same seed)."""
        if self.is_active:
            self.stop()
            self._start_again = True
        else:
            self._start(None)

    @Slot()
    def new_weights(self) -> None:
        """From the beginning with other first weights: the next seed."""
        self._experiment.set_seed((self._experiment.spec.seed + 1) % (MAX_SEED + 1))
        self.restart()

    def watch(self, watched: bool) -> None:
        """Have weights published while training, because somebody looks at what they predict."""
        self._session.watch(watched)

    def shutdown(self) -> bool:
        """Stop and wait; False if the thread has not ended in time."""
        self._start_again = False
        return self._session.shutdown()

    def _start(self, step: Step | None) -> None:
        if self._experiment.problems:
            self.refused.emit()
            return
        before, self.spec = self.spec, self._experiment.spec
        if before is not None and len(self.log.batch_loss):
            self.last_log = self.log if _comparable(before, self.spec) else None
        self.outcome = self.failure = None
        self.run_id = uuid.uuid4().hex
        self._forget()
        self._set_state("starting")
        self._session.start(self.spec, step)
        self._stepping = step is not None
        self.run_started.emit()
        self.changed.emit()

    _stepping = False

    @Slot()
    def _on_experiment_changed(self) -> None:
        """What can change while the run goes on is changed at the next batch; the rest waits for the next run."""
        wanted = self._experiment.spec
        if not self.is_active or self.spec is None or self._experiment.problems:
            return
        self.spec, changes = steer(self.spec, wanted)
        for change in changes:
            self._session.send(change)
        self._session.set_rules(self.spec.stop)

    def swap_optimizer(self, keep: bool) -> None:
        """Let the optimiser that is chosen now take over; with ``keep`` it goes on from what the old one remembers."""
        if self.swap_wanted is not None and self.spec is not None:
            self.spec, change = swap(self.spec, self._experiment.spec, keep)
            self._session.send(change)

    @Slot()
    def rewind_and_halve(self) -> None:
        """Go back to ten steps before the first number that was not finite, with half the learning rate."""
        event = self.divergence
        if event is None or self.state != "paused" or self.spec is None:
            return
        optimizer = self.spec.optimizer
        rate = optimizer.settings.get("learning_rate", OPTIMIZERS.spec(optimizer.name).defaults()["learning_rate"])
        halved = optimizer.with_setting("learning_rate", rate / 2)
        self._experiment.replace(replace(self._experiment.spec, optimizer=halved), "halving of the learning rate")
        self._session.go_back(max(0, event.step - STEPS_BACK))

    @Slot()
    def ignore_divergence(self) -> None:
        """Go on with what is not finite: somebody may want to see it."""
        if self.state == "paused":
            self._session.ignore_divergence()

    # -- folding ------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_events(self, events: list[Event]) -> None:
        kinds = set()
        for kind, group in groupby(events, type):  # most are batches, thousands of them beside a tiny network
            kinds.add(kind)
            if kind is BatchEnded:
                self._fold_batches([event for event in group if isinstance(event, BatchEnded)])
            else:
                for event in group:
                    self._fold(event)
        if GraphRecorded in kinds:
            self.graph_recorded.emit()
        if kinds & {WeightsPublished, RunStarted}:
            self.weights_published.emit()
        self.changed.emit()

    def _fold_batches(self, batches: list[BatchEnded]) -> None:
        self.latest = batches[-1]
        self.log.add_batches(
            [event.epoch + (event.batch + 1) / event.batches for event in batches],
            [event.loss for event in batches],
            [event.acc for event in batches],
        )

    def _fold(self, event: Event) -> None:
        match event:
            case EpochEnded():
                self.final_logs = event.logs
                self.epochs_done = event.epoch + 1
                self.log.add_epoch(event.epoch, event.logs)
            case GraphRecorded():
                self.trace, self.trace_at = event.trace, (event.epoch, event.batch)
            case WeightsPublished():
                self.weights = event.weights
            case RunStarted():
                self.weights, self.input_size, self.train_samples = event.weights, event.input_size, event.train_samples
                if self.state == "starting":
                    self._set_state("stepping" if self._stepping else "running")
            case SettingChanged():
                self.log.add_mark(event.epoch + (event.batch + 1) / event.batches, event.label)
                self.last_change = f"{event.label} at epoch {event.epoch + 1}, batch {event.batch + 1}"
            case RuleEnded():
                self.rule = event.rule
                self.log.add_mark(event.epoch + (event.batch + 1) / event.batches, event.rule.label)
            case Diverged():
                self.log.add_mark(event.epoch + (event.batch + 1) / event.batches, _loss_text(event.loss))
                self.divergence = event
            case WentBack():
                self.log.go_back(event.epochs)
                self.log.add_mark(event.epochs, f"back {event.steps_back} steps")
                self.last_change = f"back {event.steps_back} steps, to step {event.step:,}"
                self.divergence = None
            case Paused():
                if self.state != "stopping":
                    self._set_state("paused")
            case Resumed():
                if self.state == "paused":
                    self._set_state("running")
            case RunFailed():
                self.failure = event
            case RunEnded():
                self.outcome, self.seconds, self.samples = event.outcome, event.seconds, event.samples
                if event.outcome == "completed" and self.rule is None and self.latest is not None:
                    self.log.add_mark(self.latest.epochs, f"{self.latest.epochs} epochs done")

    @Slot()
    def _on_ended(self) -> None:
        self._set_state("idle")
        self.run_ended.emit()
        self.changed.emit()
        if self._start_again:
            self._start_again = False
            self._start(None)

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()


def _comparable(one: ExperimentSpec, other: ExperimentSpec) -> bool:
    """Whether the curves of two runs mean the same: the same loss on the same data set."""
    return (one.data.name, one.loss.name) == (other.data.name, other.loss.name)


def _loss_text(loss: float) -> str:
    return "loss NaN" if math.isnan(loss) else "loss infinite"
