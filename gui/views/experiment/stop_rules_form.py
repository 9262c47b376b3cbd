"""When to stop before the last epoch: three rules, each switched on and off beside its number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from gui.domain.stop_rules import MAX_MINUTES, MAX_PATIENCE, StopRules
from gui.state.experiment import ExperimentState
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.widgets.number_field import NumberField, NumberKind
from gui.views.widgets.themed import elided_label

FIELD_LINES = 3.5


class _Words(NamedTuple):
    """How a rule reads: "Stop at [95] % accuracy", and what it begins with when it is switched on."""

    before: str
    after: str
    kind: NumberKind
    first: float
    low: float
    high: float
    scale: float
    help: str


RULES = {
    "target_accuracy": _Words(
        "Stop at",
        "% accuracy",
        "float",
        95,
        0,
        100,
        100,
        "The run ends after the first epoch whose validation accuracy is at least this.",
    ),
    "patience": _Words(
        "Stop after",
        "epochs without gain",
        "int",
        3,
        1,
        MAX_PATIENCE,
        1,
        "The run ends when the validation loss has not fallen for this many epochs: training longer would overfit.",
    ),
    "minutes": _Words(
        "Stop after",
        "min",
        "float",
        5,
        0,
        MAX_MINUTES,
        1,
        "The run ends when it has trained this long, pauses left out.",
    ),
}


class StopRulesForm(QWidget):
    """Edits the experiment's stop rules; also while it runs."""

    def __init__(self, experiment: ExperimentState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._rows = {name: _Row(name, words, experiment.set_stop_rule) for name, words in RULES.items()}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, metrics.HALF_PX, 0, 0)
        column.setSpacing(metrics.HALF_PX)
        for row in self._rows.values():
            column.addWidget(row)
        experiment.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        rules: StopRules = self._experiment.spec.stop
        for name, row in self._rows.items():
            row.show_rule(getattr(rules, name))
        self._rows["target_accuracy"].setVisible(bool(self._experiment.shape.class_names))


class _Row(QWidget):
    """One rule: a check box, its number, and the words around it."""

    def __init__(self, name: str, words: _Words, set_rule: Callable[[str, float | None], None]) -> None:
        super().__init__()
        self._name, self._words, self._set_rule = name, words, set_rule
        title = f"{words.before} … {words.after}"
        self._box = QCheckBox(words.before)
        self._box.setObjectName(f"stop_{name}_box")
        self._box.setAccessibleName(title)
        self._box.setToolTip(words.help)
        self._box.setWhatsThis(words.help)
        self._field = NumberField(
            title,
            words.kind,
            words.first,
            words.low,
            words.high,
            open_minimum=words.low == 0,
            help_text=words.help,
        )
        self._field.setObjectName(f"stop_{name}_field")
        set_least_size(self._field, width=FIELD_LINES)
        self._box.toggled.connect(self._on_toggled)
        self._field.value_committed.connect(self._on_value_committed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics.LABEL_GAP_PX)
        line.addWidget(self._box)
        line.addWidget(self._field, 1)
        line.addWidget(elided_label(words.after), 3)

    def show_rule(self, value: float | None) -> None:
        """Show a rule, or that it is off, without a signal; a number that is switched off stays to be seen."""
        self._box.blockSignals(True)
        self._box.setChecked(value is not None)
        self._box.blockSignals(False)
        self._field.setEnabled(value is not None)
        if value is not None:
            self._field.set_value(self._shown(value))

    def _shown(self, value: float) -> float:
        return round(value * self._words.scale, 10) if self._words.scale != 1 else value

    @Slot(bool)
    def _on_toggled(self, on: bool) -> None:
        self._set_rule(self._name, self._number(self._field.value) if on else None)

    @Slot(object)
    def _on_value_committed(self, value: float) -> None:
        self._set_rule(self._name, self._number(value))

    def _number(self, shown: float) -> float:
        return shown / self._words.scale if self._words.scale != 1 else shown
