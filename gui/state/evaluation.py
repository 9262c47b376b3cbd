"""The Evaluate page's state: the newest weights asked about all validation samples, and which samples are looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from beras.datasets import Dataset
from beras.datasets.source import LoadingCancelled
from gui.domain.build import build_model, set_weights, targets_of
from gui.domain.spec import ExperimentSpec
from gui.state.run import RunState
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore

if TYPE_CHECKING:
    from gui.domain.evaluation import Evaluation, Sort, Which

NO_WEIGHTS = "Train first, or open a model."
NO_CLASSES = "These data have no classes, so there is nothing to confuse. The loss is on the Train page."
WATCH_INTERVAL_S = 2.0


@dataclass(frozen=True, slots=True)
class Selection:
    """Which samples are looked at: ``which`` of them, of a cell of the confusion matrix or of a class where given."""

    which: Which = "wrong"
    true_class: int | None = None
    said_class: int | None = None
    is_hardest: bool = False


class EvaluationState(QObject):
    """``evaluation`` and ``data`` belong together; ``problem`` says why there is none. Nothing is computed unless
    somebody looks (``watch``).
    """

    changed = Signal()
    selection_changed = Signal()
    image_sent = Signal(object)  # (rows, columns) in 0..1: onto the pad

    def __init__(self, store: DataStore, run: RunState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._run = store, run
        self.evaluation: Evaluation | None = None
        self.data: Dataset | None = None
        self.title = ""
        self.problem = NO_WEIGHTS
        self.selection = Selection()
        self._is_watched = False
        self._seen: Any = None
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_evaluated)
        self._task.failed.connect(self._on_failed)
        self._task.ended.connect(self.look_again)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._refresh)
        run.weights_published.connect(self.look_again)
        run.run_started.connect(self.look_again)

    @property
    def is_busy(self) -> bool:
        return self._task.is_active

    @property
    def shown(self) -> NDArray[np.intp]:
        """The samples that are looked at, in the order in which they are shown."""
        found, chosen = self.evaluation, self.selection
        if found is None:
            return np.empty(0, np.intp)
        sort: Sort = "hardest" if chosen.is_hardest else "confident"
        return found.select(chosen.which, chosen.true_class, chosen.said_class, sort)

    # -- intents ------------------------------------------------------------------------------------------------------

    def watch(self, is_watched: bool) -> None:
        """Somebody looks at the page, or nobody does any more."""
        self._is_watched = is_watched
        self._run.watch("evaluation", WATCH_INTERVAL_S if is_watched else None)
        if is_watched:
            self.look_again()

    @Slot()
    def look_again(self) -> None:
        """There may be other weights than those that were asked."""
        if self._is_watched:
            self._later.start(0)

    def select(self, selection: Selection) -> None:
        """Look at other samples."""
        if selection != self.selection:
            self.selection = selection
            self.selection_changed.emit()

    def select_cell(self, true_class: int, said_class: int) -> None:
        """Look at the samples of one cell of the confusion matrix."""
        self.select(Selection("all", true_class, said_class))

    def set_hardest(self, is_hardest: bool) -> None:
        """The hardest first, or the most confident answers first."""
        self.select(replace(self.selection, is_hardest=is_hardest))

    def send(self, number: int) -> None:
        """Put one image onto the pad."""
        if self.data is not None and self.data.image_shape is not None:
            self.image_sent.emit(self.data.validation_inputs[number].reshape(self.data.image_shape))

    # -- evaluating ---------------------------------------------------------------------------------------------------

    @Slot()
    def _refresh(self) -> None:
        run = self._run
        spec, weights = run.spec, run.weights
        if self.is_busy or not self._is_watched:
            return
        if spec is None or weights is None:
            self._forget(NO_WEIGHTS)
            return
        if weights is self._seen:
            return
        self._seen = weights
        title = _when(run)
        self._task.start(lambda progress, cancelled: (title, *_evaluate(self._store, spec, weights, cancelled)))
        self.changed.emit()

    @Slot(object)
    def _on_evaluated(self, found: tuple[str, Dataset, Evaluation | None]) -> None:
        title, data, evaluation = found
        if evaluation is None:
            self._forget(NO_CLASSES)
            return
        is_other = self.evaluation is None or self.evaluation.class_names != evaluation.class_names
        self.title, self.data, self.evaluation, self.problem = title, data, evaluation, ""
        if is_other:
            self.selection = Selection()
        self.changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, LoadingCancelled):
            self._forget(str(error) or type(error).__name__)

    def _forget(self, problem: str) -> None:
        self.evaluation = self.data = None
        self.problem, self._seen = problem, self._seen if problem != NO_WEIGHTS else None
        self.changed.emit()

    def shutdown(self, limit_ms: int) -> bool:
        """Give an evaluation up; False if it has not ended in time."""
        self._is_watched = False
        self._later.stop()
        return self._task.shutdown(limit_ms)


def _when(run: RunState) -> str:
    """Which weights these are, in words."""
    place = run.shown_place
    return "first weights" if place is None else f"epoch {place[0] + 1}, batch {place[1] + 1}"


def _evaluate(
    store: DataStore, spec: ExperimentSpec, weights: tuple[NDArray[Any], ...], cancelled: Any
) -> tuple[Dataset, Evaluation | None]:
    from gui.domain.evaluation import evaluate  # here, so that the studio starts without it

    data = store.load(spec.data, cancelled)
    if data.task != "classification":
        return data, None
    model = build_model(spec, data)
    set_weights(model, weights)
    labels = data.validation_targets
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        targets = targets_of(data, labels)
        return data, evaluate(model, data.validation_inputs, targets, labels, data.class_names, cancelled)
