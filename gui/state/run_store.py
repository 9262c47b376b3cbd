"""The kept runs' way to the disk and back, in threads of their own: nothing here makes the window wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.kept_run import KeptRun
from gui.domain.kept_run_file import Listing, PageMemory, RunFileError, RunShelf
from gui.domain.metrics_log import MetricsLog
from gui.domain.run_curves import RunCurves
from gui.state.user_data import user_folder
from gui.training.background import BackgroundQueue, BackgroundTask

FOLDER = "runs"
CURVES_AT_ONCE = 8  # so that the first ones are drawn before the last ones are read

RUN, LOOK, PAGE, REMOVAL = "run", "look", "page", "removal"
Key = tuple[str, str]


def runs_folder() -> Path | None:
    """Where runs are kept."""
    return user_folder(FOLDER)


class Loaded(NamedTuple):
    """What one look at the disk has found."""

    listing: Listing | None
    curves: dict[str, RunCurves]
    unreadable: dict[str, str]


class RunStore(QObject):
    """Reads and writes kept runs. ``written`` carries the kind and the name of a file and its error or None."""

    loaded = Signal(object)  # Loaded
    written = Signal(str, str, object)

    def __init__(self, folder: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = None if folder is None else RunShelf(folder)
        self._wants_listing = False
        self._wanted_curves: dict[str, None] = {}
        self._reader = BackgroundTask(self)
        self._reader.succeeded.connect(self._on_loaded)
        self._reader.ended.connect(self._go_on)
        self._is_closing = False
        self._queue = BackgroundQueue(self)
        self._queue.reported.connect(self._on_reported)

    @property
    def is_idle(self) -> bool:
        return self._queue.is_idle and not self._reader.is_active

    # -- reading ------------------------------------------------------------------------------------------------------

    def list_runs(self) -> bool:
        """Look what is on the disk; False if there is nothing to look at."""
        if self._shelf is None or not os.path.isdir(self._shelf.folder):
            return False
        self._wants_listing = True
        self._go_on()
        return True

    def read_curves(self, run_ids: Iterable[str]) -> None:
        """Read the curves of these runs, and no longer of those that were wanted before and are not yet read."""
        self._wanted_curves = dict.fromkeys(run_ids)
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        shelf = self._shelf
        if self._is_closing or self._reader.is_active or shelf is None:
            return
        if self._wants_listing or self._wanted_curves:
            lists, self._wants_listing = self._wants_listing, False
            ids = [] if lists else list(self._wanted_curves)[:CURVES_AT_ONCE]
            for run_id in ids:
                del self._wanted_curves[run_id]
            self._reader.start(lambda progress, cancelled: _load(shelf, lists, ids, cancelled))

    @Slot(object)
    def _on_loaded(self, loaded: Loaded) -> None:
        self.loaded.emit(loaded)

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, run: KeptRun, log: MetricsLog) -> None:
        """Keep a run; ``log`` must not change any more."""
        self._put(RUN, run.id, lambda shelf: shelf.write(run, log))

    def write_look(self, run: KeptRun) -> None:
        self._put(LOOK, run.id, lambda shelf: shelf.write_look(run))

    def write_page(self, page: PageMemory) -> None:
        self._put(PAGE, "", lambda shelf: shelf.write_page(page))

    def remove(self, run_id: str) -> None:
        self._put(REMOVAL, run_id, lambda shelf: shelf.remove(run_id))

    def _put(self, kind: str, name: str, job: Callable[[RunShelf], None]) -> None:
        shelf = self._shelf
        if shelf is not None:
            self._queue.put((kind, name), lambda: job(shelf))

    @Slot(object, object)
    def _on_reported(self, key: Key, error: Exception | None) -> None:
        self.written.emit(*key, error)

    def shutdown(self, limit_ms: int) -> bool:
        """Write what is not yet written, and read no more; False if that takes longer."""
        self._is_closing = True
        ended = self._reader.shutdown(limit_ms) and self._queue.shutdown(limit_ms)
        self._is_closing = ended
        return ended


def _load(shelf: RunShelf, lists: bool, ids: list[str], cancelled: Callable[[], bool]) -> Loaded:
    """In the thread."""
    listing = shelf.listing(cancelled) if lists else None
    curves: dict[str, RunCurves] = {}
    unreadable: dict[str, str] = {}
    for run_id in ids:
        if cancelled():
            break
        try:
            curves[run_id] = RunCurves.of(shelf.log(run_id))
        except RunFileError as error:
            unreadable[run_id] = str(error)
    return Loaded(None if cancelled() else listing, curves, unreadable)
