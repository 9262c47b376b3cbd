"""Work beside the window: one task at a time (loading, downloading), or a queue of jobs of which none is lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

log = logging.getLogger(__name__)

Task = Callable[[Callable[[int, int], None], Callable[[], bool]], Any]


class _Runner(QObject):
    progressed = Signal(object, object)
    succeeded = Signal(object)
    failed = Signal(object)
    finished = Signal()

    def __init__(self, task: Task, cancelled: threading.Event) -> None:
        super().__init__()
        self._task = task
        self._cancelled = cancelled

    @Slot()
    def run(self) -> None:
        try:
            self.succeeded.emit(self._task(self.progressed.emit, self._cancelled.is_set))
        except Exception as error:
            log.info("A background task ended with an error.", exc_info=True)
            self.failed.emit(error)
        finally:
            self.finished.emit()


class BackgroundTask(QObject):
    """Runs ``task(progress, cancelled)`` in a thread; ``progress(done, total)`` and the result arrive as signals."""

    progressed = Signal(object, object)
    succeeded = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: QThread | None = None
        self._runner: _Runner | None = None
        self._cancelled = threading.Event()

    @property
    def is_active(self) -> bool:
        return self._thread is not None

    def start(self, task: Task) -> None:
        """Begin; ``RuntimeError`` if a task is going on."""
        if self._thread is not None:
            raise RuntimeError("A background task is going on already.")
        self._cancelled = threading.Event()
        self._thread = QThread(self)
        self._thread.setObjectName("background")
        self._runner = _Runner(task, self._cancelled)
        self._runner.moveToThread(self._thread)
        self._thread.started.connect(self._runner.run)
        self._runner.progressed.connect(self._on_progressed)
        self._runner.succeeded.connect(self._on_succeeded)
        self._runner.failed.connect(self._on_failed)
        self._runner.finished.connect(self._thread.quit)
        self._thread.finished.connect(self._on_thread_finished)
        self._thread.start()

    def cancel(self) -> None:
        """Ask the task to give up; it says so itself by failing or succeeding."""
        self._cancelled.set()

    def shutdown(self, limit_ms: int) -> bool:
        """Cancel and wait; False if the thread has not ended within the limit."""
        if self._thread is None:
            return True
        self.cancel()
        self._thread.quit()
        if not self._thread.wait(limit_ms):
            return False
        self._on_thread_finished()
        return True

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progressed.emit(done, total)

    @Slot(object)
    def _on_succeeded(self, result: Any) -> None:
        self.succeeded.emit(result)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)

    @Slot()
    def _on_thread_finished(self) -> None:
        if self._thread is None:
            return
        thread = self._thread
        thread.wait()
        # Dropped, not deleted later: what lives in a thread that has ended would wait for its event loop for ever.
        self._thread = self._runner = None
        thread.deleteLater()
        self.ended.emit()


class BackgroundQueue(QObject):
    """Jobs that must all be done, in order. One with the key of a job that still waits takes its place.

    ``reported`` carries (key, error) of every job that is done, error being None if it went well.
    """

    reported = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[Hashable, Callable[[], object]] = {}
        self._lock = threading.Lock()
        self._is_closing = False
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_done)
        self._task.ended.connect(self._go_on)

    @property
    def is_idle(self) -> bool:
        return not self._task.is_active and not self._jobs

    def put(self, key: Hashable, job: Callable[[], object]) -> None:
        """Have a job done after those that wait already."""
        with self._lock:
            self._jobs[key] = job
        self._go_on()

    def shutdown(self, limit_ms: int) -> bool:
        """Do what is still to be done; False if the job that is going on has not ended within the limit."""
        self._is_closing = True
        if not self._task.shutdown(limit_ms):
            self._is_closing = False
            return False
        self._carry_out()  # a thread that is told to end before it has begun does nothing
        return True

    @Slot()
    def _go_on(self) -> None:
        if self._jobs and not self._is_closing and not self._task.is_active:
            self._task.start(lambda progress, cancelled: self._carry_out())

    def _carry_out(self) -> list[tuple[Hashable, Exception | None]]:
        """In the thread: do all jobs that wait, also those that come meanwhile."""
        reports: list[tuple[Hashable, Exception | None]] = []
        while True:
            with self._lock:
                if not self._jobs:
                    return reports
                key = next(iter(self._jobs))
                job = self._jobs.pop(key)
            try:
                job()
                reports.append((key, None))
            except (OSError, ValueError, MemoryError) as error:
                log.info("A job for the disk could not be done.", exc_info=True)
                reports.append((key, error))

    @Slot(object)
    def _on_done(self, reports: list[tuple[Hashable, Exception | None]]) -> None:
        for key, error in reports:
            self.reported.emit(key, error)
