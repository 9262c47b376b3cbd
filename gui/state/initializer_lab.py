"""The initialiser lab: what every initialiser does to the network as it is set up, worked out beside the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from beras.datasets.source import LoadingCancelled
from beras.registry import INITIALIZERS
from gui.domain.health.initializer_lab import InitializerSpread, compare_initializers
from gui.domain.health.suggestion import with_initializer
from gui.domain.spec import ExperimentSpec
from gui.state.experiment import ExperimentState
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore


class InitializerLabState(QObject):
    """``results`` are those of the experiment as it was measured last; nothing is measured unless somebody looks."""

    changed = Signal()

    def __init__(self, store: DataStore, experiment: ExperimentState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._experiment = store, experiment
        self.results: tuple[InitializerSpread, ...] = ()
        self.problem = ""
        self._is_watched = False
        self._key: Any = None
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_succeeded)
        self._task.failed.connect(self._on_failed)
        self._task.ended.connect(self._look)
        experiment.changed.connect(self._look)

    @property
    def is_busy(self) -> bool:
        return self._task.is_active

    @property
    def chosen(self) -> str | None:
        """The initialiser that all layers have now; None if they differ."""
        spec = self._experiment.spec
        names = {layer.layer.settings.get("initializer") for layer in spec.layers} - {None}
        return str(next(iter(names))) if len(names) == 1 and spec.weights is None else None

    def watch(self, is_watched: bool) -> None:
        """Somebody looks, or nobody does any more."""
        self._is_watched = is_watched
        if is_watched:
            self._look()
        else:
            self._task.cancel()

    def use(self, name: str) -> None:
        """Give all layers this initialiser, as one edit that can be undone."""
        wanted = with_initializer(self._experiment.spec, name)
        self._experiment.replace(wanted, f"use of {INITIALIZERS.spec(name).label} in every layer")

    def shutdown(self, limit_ms: int) -> bool:
        """Give up what is being worked out; False if it has not ended in time."""
        self._is_watched = False
        return self._task.shutdown(limit_ms)

    @property
    def _wanted_key(self) -> ExperimentSpec:
        """Everything that the result depends on; which initialiser is chosen does not count."""
        spec = with_initializer(self._experiment.spec, "zero")
        return replace(spec, title="", epochs=1, batch_size=1, optimizer=spec.loss)

    @Slot()
    def _look(self) -> None:
        if not self._is_watched:
            return
        if self._experiment.problems:
            self._key, self.results, self.problem = None, (), self._experiment.problems[0].message
        elif self._key != self._wanted_key and not self.is_busy:
            self._key = self._wanted_key
            spec, store = self._experiment.spec, self._store
            self._task.start(
                lambda progress, cancelled: compare_initializers(spec, store.load(spec.data, cancelled), cancelled)
            )
        self.changed.emit()

    @Slot(object)
    def _on_succeeded(self, results: tuple[InitializerSpread, ...]) -> None:
        self.results, self.problem = results, ""
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._key, self.results = None if isinstance(error, LoadingCancelled) else self._key, ()
        memory = "There is not enough memory to compare the initialisers of this network."
        self.problem = memory if isinstance(error, MemoryError) else str(error) or type(error).__name__
        if isinstance(error, LoadingCancelled):
            self.problem = ""
        self.changed.emit()
