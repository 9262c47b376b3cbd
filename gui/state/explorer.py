"""The backprop explorer: one batch recorded where training stands, and the walk through it, op by op."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot

from beras.datasets.source import LoadingCancelled
from gui.domain.backprop.op_steps import OpStep
from gui.domain.first_weights import plain_weights, with_entry
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import number_text, steer, weight_edits
from gui.domain.training_state import TrainingState
from gui.state.experiment import ExperimentState
from gui.state.pass_walk import PassWalk
from gui.state.run import RunState
from gui.training.background import BackgroundTask
from gui.training.data_store import DataStore

if TYPE_CHECKING:
    from gui.domain.backprop.equation import Element
    from gui.domain.backprop.next_batch import OwnSample
    from gui.domain.backprop.pass_record import PassRecord
    from gui.domain.backprop.unit_diagram import WeightPlace

FEW_SAMPLES = 8
"""As many samples as can be read from the back row; that is what is recorded first."""


class ExplorerState(PassWalk):
    """The walk through the batch that training takes next. Nothing is recorded unless somebody looks."""

    def __init__(
        self, store: DataStore, experiment: ExperimentState, run: RunState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._experiment, self._run = store, experiment, run
        self.samples_wanted = FEW_SAMPLES
        self.draw = 0
        self._own: OwnSample | None = None
        self._is_watched = False
        self._sought: OpStep | None = None
        self._edits: dict[tuple[int, Element], float] = {}
        self._labels: dict[tuple[int, Element], str] = {}
        self._edited_at: Any = None
        self._key: Any = None
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_recorded)
        self._task.failed.connect(self._on_failed)
        self._task.ended.connect(self._on_task_ended)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._refresh)
        run.shown_taken.connect(self._on_shown_taken)
        for signal in (run.state_changed, run.moment_changed, run.run_started, run.run_ended, experiment.changed):
            signal.connect(self.look_again)

    # -- what there is to see -----------------------------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether training goes on, so that there is nothing to walk through but norms that move."""
        return self._run.state in ("running", "starting", "stepping", "stopping")

    @property
    def is_busy(self) -> bool:
        return self._task.is_active

    @property
    def is_fresh(self) -> bool:
        """Whether what is recorded is what training stands at now."""
        return self._key is not None and self._key == self._wanted_key

    @property
    def can_train(self) -> bool:
        """Whether the run can take the batch whose pass is over."""
        return self._run.can_run and not self._experiment.problems

    def train(self) -> None:
        self._run.step("batch")

    # -- going to a step ----------------------------------------------------------------------------------------------

    def find_step(self, step: OpStep) -> None:
        """Stand after this step of the pass that is recorded now or will be recorded next."""
        self._sought = step
        if self.walk is not None and not self.is_live and not self.is_busy and self.is_fresh:
            self._go_to_sought()

    def _go_to_sought(self) -> None:
        sought, self._sought = self._sought, None
        if sought is not None and self.walk is not None and sought in self.walk.steps:
            self.go_to(self.walk.steps.index(sought) + 1)

    def choose_samples(self, count: int) -> None:
        """Record so many samples of the next batch, ``WHOLE`` for all of them."""
        if count != self.samples_wanted or self.draw or self._own is not None:
            self.samples_wanted, self.draw, self._own = count, 0, None
            self.look_again()

    @Slot()
    def draw_samples(self) -> None:
        """Record other samples than those of the next batch, drawn at random; each time others."""
        self.draw, self._own = self.draw + 1, None
        self.look_again()

    def explore(self, sample: OwnSample) -> None:
        """Record this sample, which is in no data set; another size of batch leads back to the next batch."""
        self._own = sample
        self.look_again()

    # -- weights by hand ----------------------------------------------------------------------------------------------

    @property
    def is_edited(self) -> bool:
        """Whether weights were set by hand that training has not seen."""
        return bool(self._edits)

    @property
    def edit_note(self) -> str:
        """What becomes of the weights that were set by hand, as a sentence; empty without any."""
        if not self._edits:
            return ""
        count = f"{len(self._edits)} weight{'s' if len(self._edits) > 1 else ''} set by hand"
        if self._run.state == "paused":
            return f"{count}: training goes on with {'them' if len(self._edits) > 1 else 'it'}."
        return f"{count}: for looking only, because this run is over."

    def edit_weight(self, place: WeightPlace, value: float) -> None:
        """Set one weight. Before a run it is a first weight of the experiment, and can be undone; later training goes
        on with it.
        """
        record = self.record
        if record is None or self.is_live or not math.isfinite(value) or value == place.value:
            return
        index = record.weights[place.node, place.parameter]
        if not self._run.newest and not self._run.is_active:
            arrays = sorted(
                (at, record.trace.nodes[node].parameters[i].value) for (node, i), at in record.weights.items()
            )
            first = plain_weights(array for _, array in arrays if array is not None)
            self._experiment.set_first_weights(with_entry(first, index, place.entry, value), f"{place.name} by hand")
            return
        self._edits = {**self._edits, (index, place.entry): value}
        self._labels[index, place.entry] = f"{place.name} {number_text(place.value)} → {number_text(value)}"
        self._run.wait_with(weight_edits(self._edits, self._labels))
        self.look_again()

    @Slot()
    def put_weights_back(self) -> None:
        """Forget the weights that were set by hand since training stands still."""
        if self._edits:
            self._edits = {}
            self._run.wait_with(())
            self.look_again()

    # -- recording ----------------------------------------------------------------------------------------------------

    def watch(self, is_watched: bool) -> None:
        """Somebody looks at the explorer, or nobody does any more."""
        self._is_watched = is_watched
        if is_watched:
            self.look_again()

    @Slot()
    def look_again(self) -> None:
        """Something may have changed: see soon whether another pass has to be recorded."""
        if self._is_watched:
            self._later.start(0)

    @Slot()
    def _refresh(self) -> None:
        if self.is_live or self.is_busy or not self._is_watched:
            self.busy_changed.emit()
            return
        self._drop_old_edits()
        if self.is_fresh:
            return
        if self._experiment.problems and not self._run.is_active:
            self._key = self._wanted_key
            self.forget(self._experiment.problems[0].message)
        else:
            self._run.ask_for_shown()

    @property
    def _spec(self) -> ExperimentSpec:
        """What training would go on with."""
        wanted = self._experiment.spec
        return self._run.spec if self._run.is_active and self._run.spec is not None else wanted

    @property
    def _wanted_key(self) -> Any:
        spec = replace(self._spec, title="", epochs=1)
        return (
            self._run.mark,
            self._run.shown_step,
            spec,
            self.samples_wanted,
            self.draw,
            self._own,
            tuple(self._edits.items()),
        )

    def _drop_old_edits(self) -> None:
        """Weights that were set by hand belong to the moment they were set at."""
        moment = self._run.mark, self._run.shown_step
        if moment != self._edited_at:
            self._edited_at, self._edits, self._labels = moment, {}, {}

    @Slot(object)
    def _on_shown_taken(self, state: TrainingState | None) -> None:
        if self.is_busy or not self._is_watched or self.is_live:
            return
        from gui.domain.backprop.pass_record import record_next  # here, so that the studio starts without it

        key = self._key = self._wanted_key
        spec, store, samples, edits = self._spec, self._store, self.samples_wanted, dict(self._edits)
        draw, own = self.draw, self._own
        state = state if state is not None and _goes_on(state.spec, spec) else None
        self._task.start(
            lambda progress, cancelled: (
                key,
                record_next(spec, store.load(spec.data, cancelled), state, edits, samples, draw, own),
            )
        )
        self.busy_changed.emit()

    @Slot(object)
    def _on_recorded(self, found: tuple[Any, PassRecord]) -> None:
        key, record = found
        if key == self._key:
            self.take(record)
            self._go_to_sought()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, LoadingCancelled):
            return
        memory = "There is not enough memory to record a pass of this network."
        self.forget(memory if isinstance(error, MemoryError) else str(error) or type(error).__name__)

    @Slot()
    def _on_task_ended(self) -> None:
        self.busy_changed.emit()
        self.look_again()

    def shutdown(self, limit_ms: int) -> bool:
        """Give a recording up; False if it has not ended in time."""
        self._is_watched = False
        self._later.stop()
        return self._task.shutdown(limit_ms)


def _goes_on(trained: ExperimentSpec, wanted: ExperimentSpec) -> bool:
    """Whether training with ``wanted`` would go on with what ``trained`` has reached: the same network and data."""
    steered = steer(replace(trained, optimizer=wanted.optimizer), wanted)[0]
    return replace(steered, title="", seed=0) == replace(wanted, title="", seed=0)
