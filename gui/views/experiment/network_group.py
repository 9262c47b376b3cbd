"""The network as a list of layers: add, remove, reorder by mouse and keyboard; what does not fit is said in place."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from beras.registry import LOSSES
from gui.domain.check import Problem, largest_jacobian
from gui.state.experiment import ExperimentState
from gui.views.experiment.component_form import choice_combo, show_choice
from gui.views.experiment.layer_row import LayerRow
from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.collapsible import Collapsible
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.themed import set_style_property, text_label

BYTES_PER_WEIGHT = {"float32": 4, "float64": 8}
BY_HAND = "the first ones set by hand"


def bytes_text(count: int) -> str:
    """A size for people: 456 B, 398 KiB, 1.2 MiB."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.0f} KiB" if count < 2**20 else f"{count / 2**20:.1f} MiB"


class LayerList(QListWidget):
    """As high as its rows. Drag, Alt+Up and Alt+Down reorder, Delete removes."""

    move_wanted = Signal(int, int)
    removal_wanted = Signal(int)
    copy_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_list")
        self.setAccessibleName("Layers")
        self.setWhatsThis(
            "The layers from input to output; each gets what the one above it gives. Drag one to another place; the "
            "sizes that follow from it are worked out for you."
        )
        self.setToolTip("Drag a layer to another place, or press Alt+Up, Alt+Down; Ctrl+D copies, Delete removes.")
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSpacing(metrics.HALF_PX - 1)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QListWidget { background: transparent; } QListWidget::item { background: transparent; }")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit_rows()

    def fit_rows(self) -> None:
        """Give every row the height it asks for, and the list the height of all rows."""
        total, width = 0, self.viewport().width() - 2 * self.spacing()
        for i in range(self.count()):
            row = self.itemWidget(self.item(i))
            height = row.heightForWidth(width) if row is not None else 0
            self.item(i).setSizeHint(QSize(width, height))
            total += height + 2 * self.spacing()
        self.setFixedHeight(total)

    def dropEvent(self, event: QDropEvent) -> None:
        """A row was let go: say where it should go; the list itself changes only with the experiment."""
        start = self.currentRow()
        target = self.indexAt(event.position().toPoint())
        to = target.row() if target.isValid() else self.count() - 1
        if self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem and to < start:
            to += 1
        elif self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.AboveItem and to > start:
            to -= 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if start >= 0 and to != start:
            self.move_wanted.emit(start, to)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentRow()
        if row >= 0 and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removal_wanted.emit(row)
        elif row >= 0 and event.key() == Qt.Key.Key_D and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.copy_wanted.emit(row)
        elif row >= 0 and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if step and 0 <= row + step < self.count():
                self.move_wanted.emit(row, row + step)
        else:
            super().keyPressEvent(event)


class NetworkGroup(Collapsible):
    """Input, layers, loss; and how many weights that comes to."""

    def __init__(
        self,
        themes: ThemeProvider,
        experiment: ExperimentState,
        initializers: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, "Network", parent=parent)
        self._initializers = initializers
        self._themes = themes
        self._experiment = experiment
        self._input = text_label("", Role.CAPTION, "secondary")
        self._input.setWordWrap(True)
        self._list = LayerList()
        self._list.move_wanted.connect(self._on_move_wanted)
        self._list.removal_wanted.connect(experiment.remove_layer)
        self._list.copy_wanted.connect(experiment.duplicate_layer)
        self._loss = choice_combo("Loss", [(spec.label, spec.name) for spec in LOSSES], "What the network is to lower.")
        self._loss.setObjectName("loss_combo")
        self._loss.setWhatsThis(
            "The number that training makes smaller: how far the answers are from the truth, averaged over a batch. "
            "Cross-entropy is for classes and needs Softmax before it, the squared error is for numbers."
        )
        self._loss.activated.connect(lambda index: experiment.set_loss(self._loss.itemData(index)))
        self._verdict = text_label("", Role.CAPTION)
        self._verdict.setWordWrap(True)
        self._fix = QPushButton()
        self._fix.setProperty("small", "true")
        self._fix.setObjectName("network_fix_button")
        self._fix.setWhatsThis("Makes the change that its words name, so that network, data and loss fit together.")
        self._fix.clicked.connect(self._on_fix_clicked)
        self._total = text_label("", Role.CAPTION, "parameter")
        self._total.setWordWrap(True)
        self._jacobian = text_label("", Role.CAPTION, "caption")
        self._jacobian.setObjectName("largest_jacobian_label")
        self._jacobian.setWordWrap(True)
        self._jacobian.setToolTip("(batch, inputs, outputs) of the op with the largest local gradient")
        self._jacobian.setWhatsThis(
            "The local gradient of every output with respect to every input or weight, for every sample of a batch. "
            "The library multiplies without building it; the size says why."
        )
        self._fill()
        experiment.changed.connect(self.refresh)
        themes.font_changed.connect(self._on_font_changed)
        self.refresh()

    @Slot()
    def _on_font_changed(self) -> None:
        self._list.fit_rows()

    def _fill(self) -> None:
        self.body.addWidget(self._input)
        self.body.addWidget(self._list)
        loss = FlowLayout(metrics.LABEL_GAP_PX)
        loss.addWidget(text_label("Loss"))
        loss.addWidget(self._loss)
        self.body.addLayout(loss)
        self.body.addWidget(self._verdict)
        self.body.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignLeft)
        add = QPushButton("Add layer")
        add.setObjectName("add_layer_button")
        add.setProperty("small", "true")
        add.setAccessibleName("Add layer")
        add.setToolTip("Put a new layer before the last one")
        add.setWhatsThis(
            "Adds a hidden layer in front of the last one. More layers can learn more, but gradients have a longer way."
        )
        bind_icon(add, "add", self._themes)
        add.clicked.connect(lambda _=False: self._experiment.add_layer())
        self.body.addWidget(self._total)
        self.body.addWidget(self._jacobian)
        buttons = FlowLayout(metrics.LABEL_GAP_PX)
        buttons.addWidget(add)
        if self._initializers is not None:
            buttons.addWidget(self._lab_button(self._initializers))
        self.body.addLayout(buttons)

    @staticmethod
    def _lab_button(action: QAction) -> QPushButton:
        button = QPushButton("Initialisers…")
        button.setProperty("small", "true")
        button.setObjectName("initializers_button")
        button.setAccessibleName("Compare initialisers")
        button.setToolTip(action.toolTip())
        button.setWhatsThis(action.whatsThis())
        button.clicked.connect(lambda _=False: action.trigger())
        return button

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the experiment as it is now."""
        experiment = self._experiment
        shape = experiment.shape
        size = " × ".join(map(str, shape.input_shape)) + (
            ", flattened" if shape.is_image else " input" if shape.inputs == 1 else " inputs"
        )
        self._input.setText(f"Input   {size}   (B, {shape.inputs:,})")
        kinds = [layer.layer.name for layer in experiment.spec.layers]
        rows = self._rows()
        if [row.kind for row in rows] != kinds:
            self._rebuild()
            rows = self._rows()
        for i, row in enumerate(rows):
            row.show_layer(
                experiment.spec.layers[i], experiment.layer_titles[i], experiment.layer_shapes[i], self._row_problem(i)
            )
        self._list.fit_rows()
        show_choice(self._loss, experiment.spec.loss.name)
        count, each = experiment.parameter_count, BYTES_PER_WEIGHT[experiment.spec.precision]
        by_hand = "" if experiment.spec.weights is None else f", {BY_HAND}"
        self._total.setText(f"<b>{count:,}</b> weights, {bytes_text(count * each)}{by_hand}")
        batch, inputs, outputs = largest_jacobian(experiment.spec, experiment.shape.inputs)
        size = bytes_text(batch * inputs * outputs * each)
        self._jacobian.setText(f"Largest local Jacobian ({batch}, {inputs}, {outputs}): {size}, never built")
        self._show_verdict()

    def _rows(self) -> list[LayerRow]:
        widgets = (self._list.itemWidget(self._list.item(i)) for i in range(self._list.count()))
        return [widget for widget in widgets if isinstance(widget, LayerRow)]

    def _row_problem(self, index: int) -> Problem | None:
        return next((p for p in self._experiment.problems if p.place.startswith(f"layers.{index}.")), None)

    def _network_problem(self) -> Problem | None:
        return next((p for p in self._experiment.problems if p.place.startswith(("layers", "loss", "weights"))), None)

    def _show_verdict(self) -> None:
        problem = self._network_problem()
        in_a_row = problem is not None and problem.place.count(".") == 2
        text = "✓ fits the data and the loss" if problem is None else "" if in_a_row else problem.message
        self._verdict.setText(text)
        self._verdict.setVisible(bool(text))
        set_style_property(self._verdict, "tone", "parameter" if problem is None else "trouble")
        fix = None if problem is None else problem.fix
        self._fix.setVisible(fix is not None)
        if fix is not None:
            self._fix.setText(fix.label)
            self._fix.setAccessibleName(fix.label)
            self._fix.setToolTip("Change the network so that it fits")

    def _rebuild(self) -> None:
        current = self._list.currentRow()
        self._list.clear()
        for i, layer in enumerate(self._experiment.spec.layers):
            row = LayerRow(self._themes, layer, i)
            row.setting_wanted.connect(lambda name, value, i=i: self._experiment.set_layer_setting(i, name, value))
            row.activation_wanted.connect(lambda name, i=i: self._experiment.set_activation(i, name))
            row.activation_setting_wanted.connect(
                lambda name, value, i=i: self._experiment.set_activation_setting(i, name, value)
            )
            row.move_wanted.connect(lambda step, i=i: self._on_move_wanted(i, i + step))
            row.removal_wanted.connect(lambda i=i: self._experiment.remove_layer(i))
            row.copy_wanted.connect(lambda i=i: self._experiment.duplicate_layer(i))
            item = QListWidgetItem()
            self._list.addItem(item)
            self._list.setItemWidget(item, row)
        self._list.setCurrentRow(min(current, self._list.count() - 1))

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot(int, int)
    def _on_move_wanted(self, index: int, to: int) -> None:
        if 0 <= to < len(self._experiment.spec.layers):
            self._experiment.move_layer(index, to)
            self._list.setCurrentRow(to)

    @Slot()
    def _on_fix_clicked(self) -> None:
        problem = self._network_problem()
        if problem is not None:
            self._experiment.mend(problem)
