"""What there is to read of a run: its state in words, its curves, its recorded graph, its weights, how far it is.

The events of its session are folded into it; who may steer it is ``RunState``.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QObject

from beras.trace import GraphTrace
from gui.domain.health.log import HealthLog
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import POINTS_EDITED
from gui.domain.stop_rules import RuleFired
from gui.domain.training_state import TrainingState
from gui.training.events import (
    BatchEnded,
    Diverged,
    EpochEnded,
    Event,
    GraphRecorded,
    HealthMeasured,
    MomentShown,
    RuleEnded,
    RunEnded,
    RunFailed,
    RunStarted,
    SettingChanged,
    WeightsPublished,
    WentBack,
)

ETA_AFTER_S = 1.0

RunMark = tuple[str, int, int]
"""Which run, after how many batches, of how many branches."""


class RunReadings(QObject):
    """``state`` is idle, starting, running, stepping, paused or stopping; ``outcome`` tells how the last run ended.

    ``moment`` is the number of batches after which the run stands and is looked at, None while that is the newest;
    ``first_moment`` is the earliest there is a way back to.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = "idle"
        self.run_id = ""  # new with each fresh start, the same when a run is continued
        self.outcome: str | None = None
        self.spec: ExperimentSpec | None = None
        self.failure: RunFailed | None = None
        self.last_log: MetricsLog | None = None  # of the run before, where its curves can be compared
        self._forget()

    def _forget(self) -> None:
        self.log = MetricsLog()
        self.health = HealthLog()
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
        self.moment: int | None = None
        self.first_moment = 0
        self._steps_before, self._seconds_before = 0, 0.0  # it was opened again: its phases are counted from there on

    # -- state --------------------------------------------------------------------------------------------------------

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
    def mark(self) -> RunMark:
        """Another one whenever something was trained."""
        return self.run_id, self.newest, len(self.log.abandoned_loss)

    # -- where it is --------------------------------------------------------------------------------------------------

    @property
    def newest(self) -> int:
        """How many batches the run has trained."""
        return self.log.steps

    @property
    def shown_step(self) -> int:
        """After how many batches the weights are that are on show."""
        return self.newest if self.moment is None else self.moment

    @property
    def shown_place(self) -> tuple[int, int] | None:
        """The epoch and the batch in it, counted from 0, that the weights on show come after; None at the beginning."""
        step = self.shown_step
        return self.log.place(step) if 0 < step <= self.newest else None

    @property
    def progress(self) -> float:
        """The share of the whole run that is done, 0..1."""
        if self.outcome == "completed":
            return 1.0
        return 0.0 if self.latest is None else min(1.0, self.latest.done / self.latest.epochs)

    @property
    def batches_per_epoch(self) -> int | None:
        return None if self.latest is None else self.latest.batches

    # -- what it takes ------------------------------------------------------------------------------------------------

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the pace so far; None while there is none."""
        latest = self.latest
        is_active = self.state != "idle"
        if not is_active or latest is None or latest.seconds < ETA_AFTER_S or not 0 < self.progress < 1:
            return None
        left = latest.seconds * (1 - self.progress) / self.progress
        minutes = None if self.spec is None else self.spec.stop.minutes
        return left if minutes is None else max(0.0, min(left, 60 * minutes - latest.seconds))

    @property
    def _steps_trained(self) -> int:
        """Those of the branches that were left too."""
        return self.newest + sum(int(branch.shape[1]) - 1 for branch in self.log.abandoned_loss)

    @property
    def phases_ms(self) -> tuple[float, float, float, float] | None:
        """Milliseconds a batch takes on average: forward, backward, update, and everything else (data, window)."""
        latest = self.latest
        steps = self._steps_trained - self._steps_before
        if latest is None or latest.seconds <= 0 or steps <= 0:
            return None
        forward, backward, update = (1000 * seconds / steps for seconds in latest.phases)
        whole = 1000 * (latest.seconds - self._seconds_before) / steps
        return forward, backward, update, max(0.0, whole - forward - backward - update)

    @property
    def samples_per_second(self) -> float | None:
        latest = self.latest
        return None if latest is None or latest.seconds <= 0 else latest.samples / latest.seconds

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

    # -- folding ------------------------------------------------------------------------------------------------------

    def fold_batches(self, batches: list[BatchEnded]) -> None:
        """Some batches in a row."""
        self.latest = batches[-1]
        self.log.add_batches(
            [event.done for event in batches],
            [event.loss for event in batches],
            [event.acc for event in batches],
        )

    def fold(self, event: Event) -> None:
        """One event that is no batch, in the order in which they happened."""
        match event:
            case EpochEnded():
                self.final_logs = event.logs
                self.epochs_done = event.epoch + 1
                self.log.add_epoch(event.epoch, event.logs)
            case GraphRecorded():
                self.trace, self.trace_at = event.trace, (event.epoch, event.batch)
            case HealthMeasured():
                self.health.add(event.record)
            case WeightsPublished():
                self.weights = event.weights
            case RunStarted():
                self.weights, self.input_size, self.train_samples = event.weights, event.input_size, event.train_samples
            case SettingChanged():
                self.log.add_mark(event.done, event.label, once=event.label == POINTS_EDITED)
                self.health.note_change(event.step)
                self.last_change = f"{event.label} at epoch {event.epoch + 1}, batch {event.batch + 1}"
            case RuleEnded():
                self.rule = event.rule
                self.log.add_mark(event.done, event.rule.label)
            case Diverged():
                self.log.add_mark(event.done, "loss NaN" if math.isnan(event.loss) else "loss infinite")
                self.divergence = event
            case MomentShown():
                self.moment = None if event.step == self.newest else event.step
                if not event.has_graph:
                    self.trace = None
            case WentBack():
                self._begin_branch(event)
            case RunFailed():
                self.failure = event
            case RunEnded():
                self.outcome, self.seconds, self.samples = event.outcome, event.seconds, event.samples
                if event.outcome == "completed" and self.rule is None and self.latest is not None:
                    self.log.add_mark(self.latest.epochs, f"{self.latest.epochs} epochs done")

    def _begin_branch(self, event: WentBack) -> None:
        """The run goes on from an earlier moment."""
        log, at = self.log, self.log.done(event.step)
        log.go_back(event.step)
        self.health.go_back(event.step)
        back = f"back {event.steps_back:,} step{'' if event.steps_back == 1 else 's'}"
        log.add_mark(at, back)
        self.last_change = f"{back}, to step {event.step:,}"
        self.divergence = self.moment = None
        self.epochs_done = len(log.epoch_loss)
        names = (("loss", log.epoch_loss), ("acc", log.epoch_acc), ("val_loss", log.val_loss), ("val_acc", log.val_acc))
        self.final_logs = {name: series.last for name, series in names if series.last is not None}
        if self.latest is not None:
            epoch, batch = log.place(event.step) if event.step else (0, -1)
            self.latest = self.latest._replace(epoch=epoch, batch=batch, done=at)


def latest_of(state: TrainingState, log: MetricsLog) -> BatchEnded | None:
    """The last batch of a run that comes from a file."""
    if not log.steps:
        return None
    epoch, batch = log.place(log.steps)
    done = log.done(log.steps)
    batches = max(batch + 1, round(log.steps / done))
    loss, acc = log.batch_loss.last or 0.0, log.batch_acc.last
    counts = (epoch, state.spec.epochs, batch, batches)
    return BatchEnded(*counts, done, state.samples, state.seconds, loss, acc, (0.0, 0.0, 0.0))
