"""The chosen data set as the window shows it: loaded beside the window for a preview, downloaded when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from beras.datasets import FAMILIES, Dataset, Family, download
from beras.datasets.mnist_download import DownloadCancelled
from beras.datasets.source import LoadingCancelled
from beras.registry import DATASETS
from gui.domain.spec import Choice
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore

PREVIEWED_CLASSES = 10


class DataState(QObject):
    """``status`` is loading, ready, missing, failed or downloading; ``data`` is the loaded set, or None."""

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
        self.downloaded = (0, 0)
        self._loader = BackgroundTask(self)
        self._loader.succeeded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_load_failed)
        self._loader.ended.connect(self._on_loader_ended)
        self._downloader = BackgroundTask(self)
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

    def preview(self) -> list[NDArray[np.float32]]:
        """The first training image of each class, (rows, columns) in 0..1; empty if the data are no images."""
        data = self.data
        if data is None or data.image_shape is None:
            return []
        shown = range(min(PREVIEWED_CLASSES, data.output_size))
        first = [np.flatnonzero(data.train_targets == label)[:1] for label in shown]
        return [data.train_inputs[index[0]].reshape(data.image_shape) for index in first if len(index)]

    # -- loading ------------------------------------------------------------------------------------------------------

    @Slot()
    def load(self) -> None:
        """Load the chosen data set beside the window; what is asked for meanwhile is loaded next."""
        choice = self._experiment.spec.data
        if any(problem.place.startswith("data") for problem in self._experiment.problems):
            return
        if self._wanted != choice:
            self._loader.cancel()  # what was being made is not wanted any more
        self._wanted = choice
        if not self.is_available(choice.name):
            self.data = None
            self._set_status("missing")
            self.offer_download()
            return
        self._messages.withdraw("download")
        self._set_status("loading")
        if not self._loader.is_active:
            self._load_now(choice)

    def _load_now(self, choice: Choice) -> None:
        self._loading = choice
        store = self._store
        self._loader.start(lambda progress, cancelled: store.load(choice, cancelled))

    _loading: Choice | None = None

    @Slot()
    def _on_experiment_changed(self) -> None:
        if self._experiment.spec.data != self._wanted:
            self.load()

    @Slot(object)
    def _on_loaded(self, data: Dataset) -> None:
        if self._loading == self._wanted:
            self.data = data
            self._set_status("ready")

    @Slot(object)
    def _on_load_failed(self, error: Exception) -> None:
        if self._loading == self._wanted and not isinstance(error, LoadingCancelled):
            self.data = None
            self._set_status("failed", str(error))
            self._messages.show("error", str(error), "Use pen digits", self._use_pen_digits, topic="data")

    @Slot()
    def _on_loader_ended(self) -> None:
        if self._wanted is not None and self._loading != self._wanted and self.status == "loading":
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
        text = (
            f"{family.title} is not on this computer. Download it, {megabytes:.0f} MB (licence: {family.licence})? "
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
        self._messages.withdraw("download")
        self.load()

    @Slot(object)
    def _on_download_failed(self, error: Exception) -> None:
        self._set_status("missing")
        if isinstance(error, DownloadCancelled):
            self._messages.show("info", "The download was cancelled; nothing half-written is left.", topic="download")
        else:
            self._messages.show("error", str(error), "Try again", self.start_download, topic="download")

    def shutdown(self, limit_ms: int) -> bool:
        """End both tasks; False if one has not ended in time."""
        self._wanted = None
        return self._downloader.shutdown(limit_ms) and self._loader.shutdown(limit_ms)

    def _set_status(self, status: str, reason: str = "") -> None:
        self.status, self.reason = status, reason
        self.changed.emit()
