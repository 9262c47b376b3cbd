"""The gradient check as a command: it runs beside the window and says in one message what it found."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from beras.datasets.source import LoadingCancelled
from beras.gradcheck import ModelCheck
from gui.domain.gradient_check import CheckRow, check_experiment, check_rows, sentence
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.run_messages import say_problem
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore

TOPIC = "gradient check"
COMPARING = "Gradient check: comparing with central differences…"


class GradientCheckState(QObject):
    """Checks the network as it is set up now; ``result`` is what the last check found."""

    finished = Signal()
    started = Signal()

    def __init__(
        self,
        store: DataStore,
        experiment: ExperimentState,
        run: RunState,
        messages: MessageState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._experiment = experiment
        self._run = run
        self._messages = messages
        self.result: ModelCheck | None = None
        self.sentence = ""
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_succeeded)
        self._task.failed.connect(self._on_failed)
        self._task.ended.connect(self.finished)

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        """What the last check found, op by op."""
        return () if self.result is None else check_rows(self.result)

    @property
    def is_busy(self) -> bool:
        return self._task.is_active

    @Slot()
    def start(self) -> None:
        """Begin, unless a check is going on already."""
        if self.is_busy:
            return
        if self._experiment.problems:
            say_problem(self._messages, self._experiment)
            return
        store, spec, weights = self._store, self._experiment.spec, self._run.weights
        self.result, self.sentence = None, COMPARING
        self._messages.show("info", COMPARING, topic=TOPIC)
        self._task.start(
            lambda progress, cancelled: check_experiment(spec, store.load(spec.data, cancelled), weights, cancelled)
        )
        self.started.emit()

    def shutdown(self, limit_ms: int) -> bool:
        """Give a check up; False if it has not ended in time."""
        return self._task.shutdown(limit_ms)

    @Slot(object)
    def _on_succeeded(self, found: tuple[ModelCheck, str]) -> None:
        self.result, what = found
        self.sentence = sentence(self.result, what)
        self._messages.show("info" if self.result.is_right else "error", self.sentence, topic=TOPIC)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, LoadingCancelled):
            self._messages.withdraw(TOPIC)
        elif isinstance(error, MemoryError):
            self._messages.show("error", "Gradient check: there is not enough memory for this network.", topic=TOPIC)
        else:
            self._messages.show("error", str(error) or type(error).__name__, topic=TOPIC)
        message = self._messages.message
        self.sentence = message.text if message is not None and message.topic == TOPIC else ""
