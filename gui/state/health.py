"""The health of the run on show: which layers learn, what is wrong with those that do not, and what to try."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.health.log import HealthColumns
from gui.domain.health.rules import Finding, evidence, judge, summary, worst
from gui.domain.health.suggestion import Suggestion, suggest
from gui.domain.steering import steer
from gui.state.experiment import ExperimentState
from gui.state.run import RunState

AT_NEXT_BATCH, AT_RESTART = "takes effect at the next batch", "takes a restart"


class HealthState(QObject):
    """Follows the run and the moment on show. ``changed`` comes with everything that is measured."""

    changed = Signal()

    def __init__(self, run: RunState, experiment: ExperimentState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run, self._experiment = run, experiment
        self._key: Any = None
        self.columns: HealthColumns = run.health.columns()
        self.findings: tuple[Finding, ...] = ()
        self.finding: Finding | None = None
        for signal in (run.changed, run.run_started, run.moment_changed, experiment.changed):
            signal.connect(self._on_changed)
        self._look()

    # -- what there is to see -----------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been measured in this run."""
        return not len(self._run.health)

    @property
    def all_columns(self) -> HealthColumns:
        """Also what was measured after the moment on show."""
        return self._run.health.columns()

    def done(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many epochs were done after so many steps."""
        x = self._run.log.batch_loss.x
        return x[np.clip(steps, 1, len(x)) - 1] if len(x) else np.zeros(len(steps))

    @property
    def moment_done(self) -> float | None:
        """The earlier moment on show, in epochs; None at the newest."""
        return None if self._run.moment is None else self._run.log.done(self._run.moment)

    @property
    def newest_done(self) -> float:
        return self._run.log.done(self._run.newest)

    @property
    def is_running(self) -> bool:
        return self._run.state == "running"

    def sentence(self, layer: int | None = None) -> str:
        """What is wrong with a layer, with the first cause of all (None), or by which numbers it is well."""
        found = self.finding if layer is None else self.findings[layer]
        if found is not None and found.sentence:
            return found.sentence
        return summary(self.columns, self.findings) if layer is None else evidence(self.columns, layer)

    @property
    def headline(self) -> str:
        """The verdict in a few words; empty where the sentence says it."""
        found = self.finding
        return "" if found is None else f"{found.label}: {found.word}."

    # -- what can be tried --------------------------------------------------------------------------------------------

    @property
    def awaits_restart(self) -> bool:
        """Whether the experiment has changed in a way that this run cannot follow."""
        running, wanted = self._run.spec, self._experiment.spec
        if running is None:
            return False
        running = replace(running, title=wanted.title)
        return steer(running, wanted)[0] != wanted

    @property
    def suggestion(self) -> Suggestion | None:
        """One experiment against what is wrong, as an edit of the experiment on show."""
        if self.finding is None or self._experiment.problems or self.awaits_restart:
            return None
        return suggest(self._experiment.spec, self.finding)

    @property
    def effect(self) -> str:
        """When the suggestion would show, in words."""
        suggestion, running = self.suggestion, self._run.spec
        if suggestion is None or running is None:
            return ""
        is_hot = self._run.is_active and suggestion.is_hot(replace(running, title=suggestion.spec.title))
        return AT_NEXT_BATCH if is_hot else AT_RESTART

    @Slot()
    def try_suggestion(self) -> None:
        """Make the suggested change as one edit, which can be undone."""
        suggestion = self.suggestion
        if suggestion is not None:
            label = suggestion.label
            self._experiment.replace(suggestion.spec, label[0].lower() + label[1:])

    @Slot()
    def restart(self) -> None:
        """Begin again with what has been changed."""
        self._run.restart()

    # -- following ----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_changed(self) -> None:
        run = self._run
        steps = run.health.columns().steps
        last = int(steps[-1]) if len(steps) else 0
        key = (run.run_id, len(steps), last, run.moment, run.state, run.spec, self._experiment.spec)
        if key != self._key:
            self._key = key
            self._look()
            self.changed.emit()

    def _look(self) -> None:
        self.columns = self._run.health.columns(self._run.moment)
        self.findings = judge(self.columns)
        self.finding = worst(self.findings)
