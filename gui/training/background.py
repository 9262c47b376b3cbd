"""One task at a time beside the window: loading data for a preview, downloading a data set."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
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
