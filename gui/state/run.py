"""The run: started, paused, steered, put to another moment, stopped; its events folded into what the window shows."""

from __future__ import annotations

import math
import uuid
from dataclasses import replace
from itertools import groupby

from PySide6.QtCore import QObject, Signal, Slot

from beras.registry import OPTIMIZERS
from gui.domain.divergence import STEPS_BACK
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import MAX_SEED, ExperimentSpec
from gui.domain.steering import Change, steer, swap
from gui.domain.training_state import TrainingState
from gui.state.experiment import ExperimentState
from gui.state.run_readings import latest_of
from gui.state.run_travels import RunTravels
from gui.training.control import Step
from gui.training.events import (
    BatchEnded,
    Event,
    GraphRecorded,
    MomentShown,
    Paused,
    Resumed,
    RunStarted,
    StateTaken,
    WeightsPublished,
    WentBack,
)
from gui.training.session import TrainingSession


class RunState(RunTravels):
    """What can be done with a run. Events of its session are folded once per tick; views listen and read."""

    run_started = Signal()
    graph_recorded = Signal()
    weights_published = Signal()
    moment_changed = Signal()  # another moment of the run is looked at
    run_ended = Signal()
    refused = Signal()  # the experiment has a problem, so it was not started

    def __init__(
        self,
        session: TrainingSession,
        experiment: ExperimentState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(session, parent)
        self._experiment = experiment
        self._start_again = False
        self._stepping = False
        self._watchers: dict[str, float] = {}
        experiment.changed.connect(self._on_experiment_changed)
        session.events_drained.connect(self._on_events)
        session.ended.connect(self._on_ended)

    @property
    def is_under_way(self) -> bool:
        """Whether ending it would lose something: not when it was only opened again, to be looked at."""
        return self.is_active and not self._reopening

    @property
    def swap_wanted(self) -> tuple[str, str] | None:
        """The names of the optimiser that trains and of the one that is chosen now, if they differ."""
        if not self.is_active or self.spec is None:
            return None
        old, new = self.spec.optimizer.name, self._experiment.spec.optimizer.name
        return None if old == new else (old, new)

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot()
    def run(self) -> None:
        """Go on if paused, otherwise start the experiment as it is now."""
        if self.state == "paused":
            self._set_state("running")
            self._send_waiting()
            self._session.resume()
        elif not self.is_active:
            self._start(None)

    @Slot()
    def pause(self) -> None:
        if self.can_pause:
            self._session.pause()

    def step(self, step: Step) -> None:
        """Train one batch or epoch and pause; from idle, start with that.

        At an earlier moment go one batch or epoch on in what was trained already.
        """
        if self.state == "paused" and self.moment is not None:
            self.look_at(self.moment + 1 if step == "batch" else self._end_of_epoch(self.moment))
        elif self.state == "paused":
            self._set_state("stepping")
            self._send_waiting()
            self._session.step(step)
        elif not self.is_active:
            self._start(step)

    @Slot()
    def stop(self) -> None:
        self._start_again = False
        self._wanted_moment = None
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

    def watch(self, who: str, interval_s: float | None) -> None:
        """Have weights published while training, so often, because somebody looks at them; None: they look away."""
        self._watchers.pop(who, None)
        if interval_s is not None:
            self._watchers[who] = interval_s
        self._session.watch(min(self._watchers.values(), default=math.inf))

    # -- from a file, and waiting -------------------------------------------------------------------------------------

    def wait_with(self, changes: tuple[Change, ...]) -> None:
        """Changes to make when the run goes on from the moment on show; they take the place of those that waited."""
        self._waiting = changes

    def open_state(self, state: TrainingState, log: MetricsLog, go_on: bool = False) -> None:
        """Take a run from a file: it stands still where it was saved, or goes on. No run may be going on."""
        self._forget()
        self.outcome = self.failure = self.last_log = None
        self.run_id = uuid.uuid4().hex
        self.spec, self.log = state.spec, log
        self.first_moment = state.step
        self.epochs_done = len(state.epochs)
        self.final_logs = dict(state.epochs[-1][2]) if state.epochs else {}
        self.seconds, self.samples, self._opened = state.seconds, state.samples, state
        self.latest = latest_of(state, log)
        self._begin_again()
        self._session.start(state.spec, state=state)
        if go_on:
            self._reopening = False
            self._session.resume()
        self.run_started.emit()
        self._on_experiment_changed()
        self.changed.emit()

    def forget_run(self) -> None:
        """Another experiment is on show: nothing is left of the run of the last one. No run may be going on."""
        self._session.forget_past()
        self.run_id, self._opened = "", None
        self.outcome = self.failure = self.last_log = self.spec = None
        self._forget()
        self.run_started.emit()
        self.changed.emit()

    def _send_waiting(self) -> None:
        for change in self._waiting:
            self._session.send(change)
        self._waiting = ()

    def shutdown(self) -> bool:
        """Stop and wait; False if the thread has not ended in time."""
        self._start_again = False
        self._wanted_moment = None
        return self._session.shutdown()

    def _start(self, step: Step | None) -> None:
        if self._experiment.problems:
            self.refused.emit()
            return
        before, self.spec = self.spec, self._experiment.spec
        if before is not None and len(self.log.batch_loss):
            self.last_log = self.log if _comparable(before, self.spec) else None
        self.outcome = self.failure = None
        self._forget()
        self.run_id = uuid.uuid4().hex
        self._opened, self._waiting = None, ()
        self._reopening, self._stepping = False, step is not None
        self._set_state("starting")
        self._session.start(self.spec, step)
        self.run_started.emit()
        self.changed.emit()

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
                self.fold_batches([event for event in group if isinstance(event, BatchEnded)])
            else:
                for event in group:
                    self._fold(event)
        if kinds & {GraphRecorded, MomentShown}:
            self.graph_recorded.emit()
        if kinds & {WeightsPublished, RunStarted}:
            self.weights_published.emit()
        if kinds & {MomentShown, WentBack}:
            self.moment_changed.emit()
        self.changed.emit()

    def _fold(self, event: Event) -> None:
        match event:
            case RunStarted():
                self.fold(event)
                if self.state == "starting" and not self._reopening:
                    self._set_state("stepping" if self._stepping else "running")
            case StateTaken():
                if event.is_shown:
                    self._say_shown(event)
                else:
                    self._say_state(event)
            case MomentShown():
                self.fold(event)
                if event.step == self._wanted_moment:
                    self._wanted_moment = None
            case Paused():
                if self.state != "stopping":
                    self._set_state("paused")
            case Resumed():
                self._reopening = False
                if self.state == "paused":
                    self._set_state("running")
            case _:
                self.fold(event)

    @Slot()
    def _on_ended(self) -> None:
        self._reopening = False
        self._set_state("idle")
        if self._state_wanted:
            self.ask_for_state()
        wanted, self._wanted_moment = self._wanted_moment, None
        self.run_ended.emit()
        self.changed.emit()
        if self._start_again:
            self._start_again = False
            self._start(None)
        elif wanted is not None:
            self.look_at(wanted)


def _comparable(one: ExperimentSpec, other: ExperimentSpec) -> bool:
    """Whether the curves of two runs mean the same: the same loss on the same data set."""
    return (one.data.name, one.loss.name) == (other.data.name, other.loss.name)
