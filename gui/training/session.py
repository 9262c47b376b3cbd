"""The window's end of a run: starts the worker's thread, drains the channel on a timer, and ends it safely."""

from __future__ import annotations

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from gui.domain.spec import ExperimentSpec
from gui.domain.steering import Change
from gui.domain.stop_rules import StopRules
from gui.training.channel import Channel
from gui.training.control import RunControl, Step
from gui.training.data_store import DataStore
from gui.training.worker import TrainingWorker

DRAIN_INTERVAL_MS = 100  # what the window does takes as much from the training: both need the interpreter
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
        self._watched = False
        self._timer = QTimer(self)
        self._timer.setInterval(DRAIN_INTERVAL_MS)
        self._timer.timeout.connect(self._drain)
        self._woken.connect(self._drain)

    @property
    def is_active(self) -> bool:
        return self._thread is not None

    def start(self, spec: ExperimentSpec, step: Step | None = None) -> None:
        """Begin a run, with ``step`` only its first batch or epoch; ``RuntimeError`` if one is going on."""
        if self._thread is not None:
            raise RuntimeError("A run is going on already. Stop it first.")
        self._control = RunControl(spec.stop)
        self._control.watch(self._watched)
        if step is not None:
            self._control.step(step)
        self._thread = QThread(self)
        self._thread.setObjectName("training")
        self._worker = TrainingWorker(spec, self._store, self._channel, self._control)
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

    def watch(self, watched: bool) -> None:
        """Say whether somebody looks at the weights while the run goes on."""
        self._watched = watched
        self._control.watch(watched)

    def send(self, change: Change) -> None:
        """Have a change carried out between two batches of the run that is going on."""
        self._control.send(change)

    def set_rules(self, rules: StopRules) -> None:
        """The stop rules that hold from the next batch on."""
        self._control.rules = rules

    def go_back(self, step: int) -> None:
        """Put the run back to where it was after ``step`` batches, and run on from there."""
        self._control.go_back(step)

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
        if events:
            self.events_drained.emit(events)

    @Slot()
    def _on_thread_finished(self) -> None:
        if self._thread is None:
            return
        thread = self._thread
        self._timer.stop()
        thread.wait()
        # Dropped, not deleted later: what lives in a thread that has ended would wait for its event loop for ever.
        self._thread = self._worker = None
        self._drain()
        thread.deleteLater()
        self.ended.emit()
