"""The session is kept while its window is open; what a killed program has left is offered at the next start."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from gui.domain.curves_file import CurvesError, pack_curves
from gui.domain.experiment_file import SUFFIX, ExperimentFileError, SavedRun, reason_of
from gui.domain.session_file import LeftSession, load_session, save_session
from gui.domain.training_state import TrainingState
from gui.state.experiment import ExperimentState
from gui.state.files import FilesState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.user_data import user_folder
from gui.training.background import BackgroundQueue

FOLDER = "sessions"
INTERVAL_MS = 30_000
TOPIC, OFFER_TOPIC = "autosave", "recovery"


def sessions_folder() -> Path | None:
    """Where sessions are kept."""
    return user_folder(FOLDER)


class AutosaveState(QObject):
    """Writes at most every ``INTERVAL_MS``, and only what has changed. ``left`` is a session that can be restored.

    A lock beside each session says that its window is still open, also in another program.
    """

    changed = Signal()
    written = Signal()

    def __init__(
        self,
        files: FilesState,
        experiment: ExperimentState,
        run: RunState,
        messages: MessageState,
        folder: Path | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._files, self._experiment, self._run, self._messages = files, experiment, run, messages
        self._folder = folder
        self._file: Path | None = None
        self._lock: QLockFile | None = None
        self.left: LeftSession | None = None
        self._left_lock: QLockFile | None = None
        self._first = self._content
        self._kept: Any = None
        self._waits_for_state = False
        self._has_complained = False
        self._obsolete: Path | None = None  # a session that was restored, until it is kept again
        self._queue = BackgroundQueue(self)
        self._queue.reported.connect(self._on_written)
        run.state_taken.connect(self._on_state_taken)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.save_now)

    @property
    def _content(self) -> Any:
        """Another one whenever there is something new to keep."""
        return self._experiment.spec, self._run.mark, self._files.path

    # -- keeping ------------------------------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """From now on, keep the session; and look for what another one has left."""
        self._timer.start()
        self._look_for_left()

    @Slot()
    def save_now(self) -> None:
        """Keep what there is, if there is anything that could be lost."""
        content = self._content
        if self._files.path is not None and not self._files.is_modified:
            self._forget_own()
            return
        if content in (self._first, self._kept) or self._folder is None:
            return
        self._waits_for_state = True
        if not self._run.ask_for_state():
            self._waits_for_state = False
            self._write(None)

    def _forget_own(self) -> None:
        """Everything is saved, so there would be nothing to restore."""
        if self._file is not None and self._kept is not None and self._queue.is_idle:
            self._remove(self._file)
            self._kept = None

    @Slot(object)
    def _on_state_taken(self, state: TrainingState) -> None:
        if self._waits_for_state:
            self._waits_for_state = False
            with suppress(CurvesError):  # far too many batches to be kept
                self._write(SavedRun(state, pack_curves(self._run.log)))

    def _write(self, run: SavedRun | None) -> None:
        spec, path = self._experiment.spec, self._files.path
        self._kept = self._content
        try:
            file = self._own_file()
        except OSError as error:
            self._complain(error)
            return
        self._queue.put(FOLDER, lambda: save_session(file, path, spec, run))

    def _own_file(self) -> Path:
        """The session's file, locked; ``OSError`` if that is not possible."""
        if self._file is None and self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = self._folder / f"{uuid.uuid4().hex}{SUFFIX}"
            lock = _lock(file)
            if not lock.tryLock(0):
                raise PermissionError(13, f"{self._folder} cannot be written to")
            self._file, self._lock = file, lock
        if self._file is None:
            raise FileNotFoundError(2, "there is no folder for the data of programs")
        return self._file

    @Slot(object, object)
    def _on_written(self, key: object, error: Exception | None) -> None:
        if error is not None:
            self._complain(error)
            return
        self._has_complained = False
        obsolete, self._obsolete = self._obsolete, None
        if obsolete is not None:
            self._remove(obsolete)
        self.written.emit()

    def _complain(self, error: Exception) -> None:
        """Once, until it works again."""
        if not self._has_complained:
            self._has_complained = True
            self._messages.show(
                "warning",
                f"Your work cannot be kept in case the program is killed. {reason_of(error)}. Save it yourself.",
                "Save",
                self._files.save,
                TOPIC,
            )

    def shutdown(self, limit_ms: int) -> bool:
        """The window closes properly, so nothing has to be kept; False if the disk does not answer in time."""
        self._timer.stop()
        if not self._queue.shutdown(limit_ms):
            return False
        if self._file is not None:
            self._remove(self._file)
        for lock in (self._lock, self._left_lock):
            if lock is not None:
                lock.unlock()
        self._file = self._lock = self._left_lock = None
        return True

    # -- restoring ----------------------------------------------------------------------------------------------------

    def _look_for_left(self) -> None:
        """The newest session that no open window holds; damaged ones are done away with."""
        found: list[tuple[LeftSession, QLockFile]] = []
        for file in self._files_of_sessions():
            lock = _lock(file)
            if not lock.tryLock(0):
                continue  # its window is open
            try:
                found.append((load_session(file), lock))
            except (ExperimentFileError, OSError):
                self._remove(file)
                lock.unlock()
        found.sort(key=lambda pair: pair[0].written)
        for _, lock in found[:-1]:
            lock.unlock()
        if found:
            self.left, self._left_lock = found[-1]
            self._offer(self.left)
            self.changed.emit()

    def _files_of_sessions(self) -> list[Path]:
        with suppress(OSError):
            if self._folder is not None:
                return sorted(self._folder.glob(f"*{SUFFIX}"))
        return []

    def _offer(self, left: LeftSession) -> None:
        self._messages.show(
            "info", left.sentence, "Restore", self.restore, OFFER_TOPIC, (("Forget it", self.forget_left),)
        )

    @Slot()
    def restore(self) -> None:
        """Take the session that was left; what it replaces is asked about first, if anything would be lost."""
        left = self.left
        if left is not None:
            self._files.restore(left.experiment, left.path, self._on_restored)

    def _on_restored(self) -> None:
        left = self.left
        if left is None:
            return
        self._messages.withdraw(OFFER_TOPIC)
        self._obsolete = left.file
        self._let_go()
        self.save_now()

    @Slot()
    def forget_left(self) -> None:
        """Do away with the session that was left."""
        if self.left is not None:
            self._remove(self.left.file)
            self._let_go()

    def _let_go(self) -> None:
        if self._left_lock is not None:
            self._left_lock.unlock()
        self.left = self._left_lock = None
        self.changed.emit()

    @staticmethod
    def _remove(file: Path) -> None:
        with suppress(OSError):
            os.unlink(file)


def _lock(file: Path) -> QLockFile:
    """The lock of a session: held as long as its window is open, and void when the program is gone."""
    lock = QLockFile(str(file.with_suffix(".lock")))
    lock.setStaleLockTime(0)
    return lock
