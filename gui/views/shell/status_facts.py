"""The right end of the status bar: how the network is computed, and what was changed last while it trained."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Slot
from PySide6.QtWidgets import QLabel, QStatusBar

from gui.state.experiment import ExperimentState
from gui.state.run import RunState
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.phase_bar import PhaseBar
from gui.views.widgets.themed import elided_label

PHASES_INTERVAL_MS = 500  # numbers that change faster than this cannot be read


class StatusFacts(QObject):
    """Keeps the labels of a status bar up to date."""

    def __init__(self, themes: ThemeProvider, bar: QStatusBar, experiment: ExperimentState, run: RunState) -> None:
        super().__init__(bar)
        self._bar, self._experiment, self._run = bar, experiment, run
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(0, 0, metrics.PAGE_MARGIN_PX, 0)
        bar.setAccessibleName("Status")
        bar.setWhatsThis("At the left what the pointer is on; at the right facts about how the network is trained.")
        self._change = self._label(
            "last_change_label",
            "The last change during the run",
            "What was changed last while the network trained, and at which batch the change took effect.",
        )
        self._phases = PhaseBar(themes)
        self._phases_shown = QElapsedTimer()
        bar.addPermanentWidget(self._phases)
        self._facts = self._label(
            "run_facts_label",
            "How the network is computed",
            "The number of threads that multiply matrices, the kind of numbers, and the seed: the same seed gives the "
            "same run again.",
        )
        experiment.changed.connect(self._on_experiment_changed)
        run.changed.connect(self._on_run_changed)
        self._on_experiment_changed()

    def _label(self, name: str, tip: str, explanation: str) -> QLabel:
        label = elided_label("", tone="caption")
        label.setObjectName(name)
        label.setAccessibleName(tip)
        label.setToolTip(tip)
        label.setWhatsThis(explanation)
        self._bar.addPermanentWidget(label)
        return label

    @Slot()
    def _on_experiment_changed(self) -> None:
        spec = self._experiment.spec
        self._facts.setText(f"BLAS threads 1     {spec.precision}     seed {spec.seed}")

    @Slot()
    def _on_run_changed(self) -> None:
        change = self._run.last_change
        text = f"last change: {change}" if change else ""
        if text != self._change.text():
            self._change.setText(text)
        if not self._phases_shown.isValid() or self._phases_shown.elapsed() > PHASES_INTERVAL_MS:
            self._phases_shown.start()
            self._phases.set_phases(self._run.phases_ms)
