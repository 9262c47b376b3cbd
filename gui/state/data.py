"""The chosen data set as the window shows it: loaded beside the window for a preview, downloaded when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from beras.datasets import FAMILIES, Dataset, Family, download
from beras.datasets.mnist_download import DownloadCancelled
from beras.datasets.source import LoadingCancelled
from beras.registry import DATASETS
from gui.domain.data_view import first_of_each_class
from gui.domain.spec import Choice
from gui.state.experiment import ExperimentState
from gui.state.look import LookState
from gui.state.messages import MessageState
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore

PREVIEWED_CLASSES = 10
SLOW_AFTER_MS = 150  # a set that is made faster than this takes the place of the old one without a word in between


class DataState(QObject):
    """``status`` is loading, ready, missing, failed or downloading; ``data`` is the loaded set, or None.

    While the same set is made anew with other settings, ``data`` is still the old one; ``is_slow`` says that this takes
    so long that the old one must not be shown as if it were current.
    """

    changed = Signal()

    def __init__(
        self, store: DataStore, experiment: ExperimentState, messages: MessageState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._experiment = experiment
        self._messages = messages
        self._wanted: Choice | None = None
        self.status = "loading"
        self.reason = ""
        self.data: Dataset | None = None
        self.is_slow = False
        self.downloaded = (0, 0)
        self.look = LookState(self)
        self._loaded: Choice | None = None
        self._loading: Choice | None = None
        self._seen: set[str] = set()
        self._slow_timer = QTimer(self)
        self._slow_timer.setSingleShot(True)
        self._slow_timer.setInterval(SLOW_AFTER_MS)
        self._slow_timer.timeout.connect(self._on_slow)
        self._loader = BackgroundTask(self)
        self._loader.succeeded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_load_failed)
        self._loader.ended.connect(self._on_loader_ended)
        self._downloader = BackgroundTask(self)
        self._coming: Family | None = None
        self._downloader.progressed.connect(self._on_download_progressed)
        self._downloader.succeeded.connect(self._on_downloaded)
        self._downloader.failed.connect(self._on_download_failed)
        experiment.changed.connect(self._on_experiment_changed)

    def is_available(self, name: str) -> bool:
        """Whether a data set is on this computer (generated ones always are)."""
        source: Any = DATASETS.spec(name).cls
        return bool(source.available(self._store.data_dir))

    @property
    def family(self) -> Family | None:
        """The downloadable family of the chosen data set, if it is one."""
        return FAMILIES.get(self._experiment.spec.data.name)

    @property
    def is_current(self) -> bool:
        """Whether ``data`` is what the experiment asks for now."""
        return self.status == "ready" and self._loaded == self._experiment.spec.data

    @property
    def has_chosen(self) -> bool:
        """Whether ``data`` is the chosen set, also while it is being looked for again."""
        return self.data is not None and self._loaded == self._experiment.spec.data

    def preview(self) -> list[tuple[int, NDArray[np.float32]]]:
        """For each class its number and its first training image; empty if the data are no images."""
        return [] if self.data is None else first_of_each_class(self.data, PREVIEWED_CLASSES)

    # -- loading ------------------------------------------------------------------------------------------------------

    @Slot()
    def load(self) -> None:
        """Load the chosen data set beside the window; what is asked for meanwhile is loaded next."""
        choice = self._experiment.spec.data
        if self._experiment.has_wrong_data:
            self._forget()
            self._wanted = None
            self._set_status("failed")
            return
        if self._wanted != choice:
            self._loader.cancel()  # what was being made is not wanted any more
        self._wanted = choice
        if self._loaded is None or self._loaded.name != choice.name:
            self._forget()
        if self._is_missing(choice.name):
            self._forget()
            self._set_status("downloading" if self._is_coming else "missing")
            self.offer_download()
            return
        self._messages.withdraw("download")
        self._set_status("loading")
        if not self._loader.is_active:
            self._load_now(choice)

    @Slot()
    def retry(self) -> None:
        """Look for the chosen data set again: files may have come back."""
        self._messages.withdraw("data")
        self.load()

    @Slot()
    def recheck(self) -> None:
        """A run could not go on: if that is because files have gone or changed, say so and say what can be done."""
        if self.family is not None and self.status == "ready":
            self.load()

    def _is_missing(self, name: str) -> bool:
        """Whether nothing is there to load, and a download would help; with a folder of one's own, loading says why."""
        return self._store.data_dir is None and not self.is_available(name)

    @property
    def _is_coming(self) -> bool:
        """Whether the chosen family is being downloaded."""
        return self._coming is not None and self._coming is self.family

    def _forget(self) -> None:
        self.data = self._loaded = None

    def _load_now(self, choice: Choice) -> None:
        self._loading = choice
        store = self._store
        self._loader.start(lambda progress, cancelled: store.load(choice, cancelled))

    @Slot()
    def _on_experiment_changed(self) -> None:
        if self._experiment.spec.data != self._wanted:
            self.load()

    @Slot()
    def _on_slow(self) -> None:
        self.is_slow = True
        self._say_changed()

    @Slot(object)
    def _on_loaded(self, data: Dataset) -> None:
        if self._loading is not None and self._loading == self._wanted:
            self.data, self._loaded = data, self._loading
            self._seen.add(self._loaded.name)
            self._messages.withdraw("data")
            self._set_status("ready")

    @Slot(object)
    def _on_load_failed(self, error: Exception) -> None:
        if self._loading == self._wanted and not isinstance(error, LoadingCancelled):
            self._forget()
            self._set_status("failed", str(error))
            self._messages.show("error", str(error), "Use pen digits", self._use_pen_digits, topic="data")

    @Slot()
    def _on_loader_ended(self) -> None:
        if self._wanted is not None and self.status == "loading":  # the one that has ended was given up
            self._load_now(self._wanted)

    def _use_pen_digits(self) -> None:
        self._experiment.set_data("pen_digits")

    # -- downloading --------------------------------------------------------------------------------------------------

    @Slot()
    def offer_download(self) -> None:
        """Ask whether to download the chosen family, saying what it is, how large and under which licence."""
        family = self.family
        if family is None or self._downloader.is_active:
            return
        megabytes = family.download_size / 2**20
        where = "not on this computer any more" if family.name in self._seen else "not on this computer"
        text = (
            f"{family.title} is {where}. Download it, {megabytes:.0f} MB (licence: {family.licence})? "
            "The synthetic pen digits need no network."
        )
        self._messages.show(
            "info", text, f"Download {family.title}, {megabytes:.0f} MB", self.start_download, "download"
        )

    @Slot()
    def start_download(self) -> None:
        """Fetch the chosen family; the user has been told its size and licence."""
        family = self.family
        if family is None or self._downloader.is_active:
            return
        self.downloaded = (0, family.download_size)
        self._coming = family
        self._set_status("downloading")
        self._messages.show("info", f"Downloading {family.title}…", "Cancel", self.cancel_download, topic="download")
        self._downloader.start(lambda progress, cancelled: download(family, progress, cancelled))

    @Slot()
    def cancel_download(self) -> None:
        self._downloader.cancel()

    @Slot(object, object)
    def _on_download_progressed(self, done: int, total: int) -> None:
        self.downloaded = (done, total)
        self.changed.emit()

    @Slot(object)
    def _on_downloaded(self, result: object) -> None:
        self._coming = None  # also while its thread has not quite ended
        self._messages.withdraw("download")
        self.load()

    @Slot(object)
    def _on_download_failed(self, error: Exception) -> None:
        self._coming = None
        if self.status == "downloading":
            self._set_status("missing")
        if isinstance(error, DownloadCancelled):
            self._messages.show("info", "The download was cancelled; nothing half-written is left.", topic="download")
        else:
            self._messages.show("error", str(error), "Try again", self.start_download, topic="download")

    def shutdown(self, limit_ms: int) -> bool:
        """End both tasks; False if one has not ended in time."""
        self._wanted = None
        self._slow_timer.stop()
        return self._downloader.shutdown(limit_ms) and self._loader.shutdown(limit_ms)

    def _set_status(self, status: str, reason: str = "") -> None:
        self.status, self.reason = status, reason
        if status != "loading":
            self.is_slow = False
            self._slow_timer.stop()
        elif not self.is_slow and not self._slow_timer.isActive():
            self._slow_timer.start()
        self._say_changed()

    def _say_changed(self) -> None:
        self.look.show(None if self.is_slow else self.data)
        self.changed.emit()
