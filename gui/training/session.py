"""The window's end of a run: starts the worker's thread, drains the channel on a timer, and ends it safely."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from gui.domain.spec import ExperimentSpec
from gui.domain.steering import Change
from gui.domain.stop_rules import StopRules
from gui.domain.time_limits import DEFAULT_LIMIT_BYTES
from gui.domain.training_state import TrainingState
from gui.training.channel import Channel
from gui.training.control import RunControl, Step
from gui.training.data_store import DataStore
from gui.training.worker import Begin, Past, Return, TrainingWorker

DRAIN_INTERVAL_MS = 100  # what the window does takes as much from the training: both need the interpreter
MANY_INTERVAL_MS, MANY_PER_S = 60, 1000  # curves that grow by so many points are drawn more often
CLOSE_INTERVAL_MS, CLOSE_S = 48, 0.1  # where somebody wants to see the weights ten times a second
SHUTDOWN_LIMIT_MS = 2000


class TrainingSession(QObject):
    """At most one run at a time. ``events_drained`` carries a list of events; ``ended`` comes after the last."""

    events_drained = Signal(object)
    ended = Signal()
    _woken = Signal()

    def __init__(self, store: DataStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._channel = Channel(self._woken.emit)
        self._control = RunControl()
        self._thread: QThread | None = None
        self._worker: TrainingWorker | None = None
        self._past: Past | None = None
        self._weights_interval_s = math.inf
        self._timeline_bytes = DEFAULT_LIMIT_BYTES
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_INTERVAL_MS)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._drain)

    @property
    def is_active(self) -> bool:
        return self._thread is not None

    @property
    def past(self) -> Past | None:
        """What the last run has left, so that it can be opened again; None while a run goes on, or without one."""
        return self._past

    def forget_past(self) -> None:
        """Another experiment: there is no way back any more, and its memory is free."""
        self._past = None

    def start(self, spec: ExperimentSpec, step: Step | None = None, state: TrainingState | None = None) -> None:
        """Begin a run, with ``step`` only its first batch or epoch; from a ``state``, stand still there.

        ``RuntimeError`` if a run is going on.
        """
        self._begin(spec, step, state)

    def reopen(self, spec: ExperimentSpec, moment: int) -> None:
        """Open the last run again, standing still at the moment after ``moment`` batches."""
        if self._past is None:
            raise RuntimeError("There is no run to open again.")
        self._begin(spec, None, Return(self._past, moment))

    def _begin(self, spec: ExperimentSpec, step: Step | None, begin: Begin) -> None:
        if self._thread is not None:
            raise RuntimeError("A run is going on already. Stop it first.")
        self._past = None
        self._control = RunControl(spec.stop)
        self._control.weights_interval_s = self._weights_interval_s
        self._control.timeline_bytes = self._timeline_bytes
        if begin is not None:
            self._control.pause()
        if step is not None:
            self._control.step(step)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._worker = TrainingWorker(spec, self._store, self._channel, self._control, begin)
        self._worker.moveToThread(self._thread)
        self._thread.started.connect(self._worker.run)
        self._worker.finished.connect(self._thread.quit)
        self._thread.finished.connect(self._on_thread_finished)
        self._timer.start()
        self._thread.start()

    def pause(self) -> None:
        self._control.pause()

    def resume(self) -> None:
        self._control.resume()

    def step(self, step: Step) -> None:
        self._control.step(step)

    def stop(self) -> None:
        self._control.stop()

    def watch(self, interval_s: float) -> None:
        """Say how often somebody wants to see the weights while the run goes on; infinite for never."""
        self._weights_interval_s = self._control.weights_interval_s = interval_s

    def set_timeline_bytes(self, limit: int) -> None:
        """How much memory the moments of a run may take, from now on."""
        self._timeline_bytes = self._control.timeline_bytes = limit

    def send(self, change: Change) -> None:
        """Have a change carried out between two batches of the run that is going on."""
        self._control.send(change)

    def set_rules(self, rules: StopRules) -> None:
        """The stop rules that hold from the next batch on."""
        self._control.rules = rules

    def look_at(self, step: int) -> None:
        """Stand still and show the moment after ``step`` batches."""
        self._control.look_at(step)

    def go_back(self, step: int) -> None:
        """Put the run back to where it was after ``step`` batches, and run on from there."""
        self._control.go_back(step)

    def ask_for_state(self) -> None:
        """Have the newest moment sent, as soon as a batch is done."""
        self._control.ask_for_state()

    def ask_for_shown(self) -> None:
        """Have the moment sent at which the run stands."""
        self._control.ask_for_shown()

    def ignore_divergence(self) -> None:
        """Go on with numbers that are not finite, as long as this run lasts."""
        self._control.guarded = False
        self._control.resume()

    def shutdown(self, limit_ms: int = SHUTDOWN_LIMIT_MS) -> bool:
        """Stop and wait for the thread; False if it has not ended within the limit (try again later)."""
        if self._thread is None:
            return True
        self._control.stop()
        self._thread.quit()  # called directly: the queued one would wait for the loop that waits here
        if not self._thread.wait(limit_ms):
            return False
        self._on_thread_finished()
        return True

    @Slot()
    def _drain(self) -> None:
        events = self._channel.drain()
        self._set_pace(len(events))
        if events:
            self.events_drained.emit(events)

    def _set_pace(self, count: int) -> None:
        per_second = 1000 * count / self._timer.interval()
        interval = MANY_INTERVAL_MS if per_second >= MANY_PER_S else DRAIN_INTERVAL_MS
        if self._weights_interval_s < CLOSE_S:
            interval = CLOSE_INTERVAL_MS
        if interval != self._timer.interval():
            self._timer.setInterval(interval)

    @Slot()
    def _on_thread_finished(self) -> None:
        if self._thread is None:
            return
        thread = self._thread
        self._timer.stop()
        thread.wait()
        self._past = None if self._worker is None else self._worker.past
        # Dropped, not deleted later: what lives in a thread that has ended would wait for its event loop for ever.
        self._thread = self._worker = None
        self._drain()
        thread.deleteLater()
        self.ended.emit()
