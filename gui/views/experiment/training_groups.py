"""How the network is trained: the optimiser with all its settings, epochs, batch size and seed."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from beras.registry import OPTIMIZERS
from gui.domain.spec import MAX_BATCH_SIZE, MAX_EPOCHS, MAX_SEED, PRECISIONS
from gui.state.experiment import ExperimentState
from gui.state.run import RunState
from gui.views.experiment.component_form import ComponentForm, choice_combo, show_choice
from gui.views.experiment.stop_rules_form import StopRulesForm
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.collapsible import Collapsible
from gui.views.widgets.count_spin import CountSpin
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.themed import text_label

DIGITS = {"float32": "about 7 digits", "float64": "about 16 digits"}
PRECISION_HELP = (
    "The kind of number that weights, values and gradients are computed in. float32 is fast and as exact as training "
    "needs; float64 takes twice the memory and has digits enough to compare with sums by hand. Both begin with the "
    "same weights."
)


class OptimizerGroup(Collapsible):
    """The optimiser, its settings, and the way back to their defaults."""

    def __init__(self, themes: ThemeProvider, experiment: ExperimentState, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Optimiser", parent=parent)
        self._experiment = experiment
        reset = QPushButton("reset to default")
        reset.setProperty("flat", "true")
        reset.setProperty("small", "true")
        reset.setObjectName("optimizer_reset_button")
        reset.setAccessibleName("Reset the optimiser's settings")
        reset.setToolTip("All settings of this optimiser back to their defaults")
        reset.setWhatsThis(
            "Gives learning rate and all other settings of this optimiser the values that suit most networks. Undo "
            "brings yours back."
        )
        reset.clicked.connect(lambda _=False: experiment.reset_optimizer())
        self.add_header_widget(reset)
        self._combo = choice_combo("Optimiser", [(spec.label, spec.name) for spec in OPTIMIZERS], "How weights change.")
        self._combo.setObjectName("optimizer_combo")
        self._combo.setWhatsThis(
            "The rule that turns gradients into new weights. SGD follows the gradient, RMSProp divides it by its usual "
            "size, Adam also remembers the direction of the last steps."
        )
        self._combo.activated.connect(lambda index: experiment.set_optimizer(self._combo.itemData(index)))
        self._formula = text_label("", Role.CAPTION, "secondary")
        self._formula.setWordWrap(True)
        self._form = ComponentForm(themes, slider_for="learning_rate")
        self._form.setObjectName("optimizer_form")
        self._form.setting_changed.connect(experiment.set_optimizer_setting)
        self._form.drag_began.connect(experiment.begin_drag)
        self._form.drag_ended.connect(experiment.end_drag)
        for widget in (self._combo, self._formula, self._form):
            self.body.addWidget(widget)
        experiment.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        choice = self._experiment.spec.optimizer
        spec = OPTIMIZERS.spec(choice.name)
        show_choice(self._combo, choice.name)
        self._formula.setText(spec.summary)
        self._form.show_component(spec, choice.settings)


class TrainingGroup(Collapsible):
    """Epochs, batch size, seed, stop rules, precision."""

    def __init__(
        self, themes: ThemeProvider, experiment: ExperimentState, run: RunState, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, "Training", parent=parent)
        self._experiment = experiment
        self._run = run
        self._epochs = CountSpin("Epochs", 1, MAX_EPOCHS, "How often all training samples are seen.")
        self._epochs.setObjectName("epochs_spin")
        self._epochs.value_committed.connect(experiment.set_epochs)
        self._batch = CountSpin("Batch size", 1, MAX_BATCH_SIZE, "How many samples one step averages over.")
        self._batch.setObjectName("batch_size_spin")
        self._batch.value_committed.connect(experiment.set_batch_size)
        self._seed = CountSpin(
            "Seed",
            0,
            MAX_SEED,
            "Same seed, same first weights and same order of the samples. Another seed draws other first weights, also "
            "where they were set by hand.",
        )
        self._seed.setObjectName("seed_spin")
        self._seed.value_committed.connect(experiment.set_seed)
        entries = [(f"{name}, {DIGITS[name]}", name) for name in PRECISIONS]
        self._precision = choice_combo("Precision", entries, "The kind of number that the network computes in.")
        self._precision.setObjectName("precision_combo")
        self._precision.setWhatsThis(PRECISION_HELP)
        self._precision.activated.connect(lambda index: experiment.set_precision(self._precision.itemData(index)))
        self._problem = text_label("", Role.CAPTION, "trouble")
        self._problem.setWordWrap(True)
        self._fix = QPushButton()
        self._fix.setProperty("small", "true")
        self._fix.setObjectName("training_fix_button")
        self._fix.setToolTip("Change the setting so that it fits the data")
        self._fix.setWhatsThis("Changes the setting that is complained about to the nearest value that works.")
        self._fix.clicked.connect(lambda _=False: self._on_fix_clicked())
        self._note = text_label("", Role.CAPTION, "caption")
        self._note.setWordWrap(True)
        self._fill()
        experiment.changed.connect(self.refresh)
        run.state_changed.connect(self.refresh)
        self.refresh()

    def _fill(self) -> None:
        counts = FlowLayout(metrics.GRID_PX)
        for text, field in (("Epochs", self._epochs), ("Batch size", self._batch), ("Seed", self._seed)):
            label = text_label(text, Role.CAPTION, "secondary")
            label.setBuddy(field)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            group = QVBoxLayout()
            group.setSpacing(metrics.HALF_PX)
            group.addWidget(label)
            group.addWidget(field)
            counts.addLayout(group)
        self.body.addLayout(counts)
        for widget in (self._problem, self._fix, StopRulesForm(self._experiment)):
            self.body.addWidget(widget)
        precision = FlowLayout(metrics.LABEL_GAP_PX)
        label = text_label("Precision")
        label.setBuddy(self._precision)
        precision.addWidget(label)
        precision.addWidget(self._precision)
        self.body.addLayout(precision)
        self.body.addWidget(self._note)

    @Slot()
    def refresh(self) -> None:
        spec = self._experiment.spec
        self._epochs.set_value(spec.epochs)
        self._batch.set_value(spec.batch_size)
        self._seed.set_value(spec.seed)
        show_choice(self._precision, spec.precision)
        problem = self._experiment.problem_at("batch_size")
        self._problem.setText("" if problem is None else problem.message)
        self._problem.setVisible(problem is not None)
        self._fix.setVisible(problem is not None and problem.fix is not None)
        if problem is not None and problem.fix is not None:
            self._fix.setText(problem.fix.label)
            self._fix.setAccessibleName(problem.fix.label)
        edited = self._run.is_active and self._run.spec != spec
        self._note.setText(self._note_text(edited))
        self._note.setVisible(self._run.is_active)

    @staticmethod
    def _note_text(edited: bool) -> str:
        if edited:
            return "Data, network, loss, seed and precision take effect with the next run."
        return "Settings, epochs, batch size and stop rules take effect at the next batch."

    def _on_fix_clicked(self) -> None:
        problem = self._experiment.problem_at("batch_size")
        if problem is not None:
            self._experiment.mend(problem)
