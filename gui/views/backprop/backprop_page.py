"""The Backprop page: the recorded graph large, and an inspector with the numbers of one op."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from beras.trace import NodeTrace
from gui.domain.backprop.graph_layout import output_names, parameter_names
from gui.state.run import RunState
from gui.views.backprop.graph_items import BoxItem, number_text
from gui.views.backprop.graph_scene import GraphScene, norm_name, shape_text
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.card import Card
from gui.views.widgets.themed import text_label

NOTHING = "Nothing recorded yet. Train, and the graph of the last batch appears here."
LEAST_LINES = 7.0
COLUMNS = ("gradient", "of the loss s", "shape", "norm")
NORM_COLUMN = 3
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class BackpropPage(QWidget):
    """Select an op to read its upstream, downstream and weight gradients; every number was recorded."""

    def __init__(self, themes: ThemeProvider, run: RunState, scene: GraphScene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_backprop")
        self._run = run
        self._scene = scene
        self._selected: int | None = None
        self._card = Card(themes, "Recorded graph")
        self.view = GraphView(scene, "graph_view")
        self._card.body.addWidget(self.view)
        self._inspector = Card(themes, "Inspector", "select an op in the graph")
        self._inspector.setObjectName("inspector")
        self._table = QTableWidget(0, len(COLUMNS))
        self._sentence = text_label("", tone="secondary")
        self._build(themes)
        run.graph_recorded.connect(self.refresh)
        run.run_started.connect(self.refresh)
        scene.selectionChanged.connect(self._on_selection_changed)
        self.refresh()

    def _build(self, themes: ThemeProvider) -> None:
        table = self._table
        table.setHorizontalHeaderLabels(COLUMNS)
        table.setAccessibleName("Gradients of the selected op")
        table.setToolTip("The recorded gradients of the op that is selected in the graph")
        table.setWhatsThis(
            "Upstream is the gradient that arrives at the op's output, downstream what the op passes on to "
            "its inputs and weights: upstream times the op's own, local gradient. The norm says how large it is."
        )
        table.verticalHeader().hide()
        table.horizontalHeader().setDefaultAlignment(LEFT)
        table.setShowGrid(False)
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.horizontalHeaderItem(NORM_COLUMN).setTextAlignment(RIGHT)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setMinimumSectionSize(metrics.scaled(self.font(), 4))
        set_least_size(table, height=LEAST_LINES)
        themes.font_changed.connect(self._on_font_changed)
        self._on_font_changed()
        self._sentence.setWordWrap(True)
        self._inspector.body.addWidget(table, 1)
        self._inspector.body.addWidget(self._sentence)
        rows = QSplitter(Qt.Orientation.Vertical)
        rows.addWidget(self._card)
        rows.addWidget(self._inspector)
        rows.setStretchFactor(0, 3)
        rows.setStretchFactor(1, 2)
        rows.setHandleWidth(metrics.CARD_GAP_PX)
        rows.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        margin = metrics.CARD_GAP_PX
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(rows)

    @Slot()
    def _on_font_changed(self) -> None:
        self._table.verticalHeader().setDefaultSectionSize(metrics.row_height(self.font()))

    @Slot()
    def refresh(self) -> None:
        """Show the trace as it is now, if somebody can see it."""
        trace = self._run.trace
        if trace is not None and not self.isVisible():
            return
        self._card.set_empty(NOTHING if trace is None else None)
        self._inspector.set_empty(NOTHING if trace is None else None)
        if trace is None:
            return
        epoch, batch = self._run.trace_at
        self._card.set_caption(f"{len(trace.nodes)} ops, epoch {epoch + 1}, batch {batch + 1}, loss {trace.loss:.4f}")
        index = self._selected if self._selected is not None and self._selected < len(trace.nodes) else 0
        self._show_node(trace.nodes[index])

    def select(self, index: int) -> None:
        """Select an op, and bring it into view."""
        for item in self._scene.op_items:
            item.setSelected(item.key == index)
            if item.key == index:
                self.view.ensureVisible(item)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not isValid(self._scene):  # a scene that is being destroyed gives its selection up
            return
        chosen = [item for item in self._scene.selectedItems() if isinstance(item, BoxItem)]
        if chosen and isinstance(chosen[0].key, int):
            self._selected = chosen[0].key
            self.refresh()

    def _show_node(self, node: NodeTrace) -> None:
        self._inspector.set_title(node.label)
        self._inspector.set_caption(node.detail)
        rows = self._rows(node)
        self._table.setRowCount(len(rows))
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setTextAlignment(RIGHT if j == NORM_COLUMN else LEFT)
                self._table.setItem(i, j, item)
        self._sentence.setText(self._sentence_of(node))

    def _rows(self, node: NodeTrace) -> list[tuple[str, str, str, str]]:
        trace = self._run.trace
        if trace is None:
            return []
        outputs, parameters = output_names(trace), parameter_names(trace)[node.index]
        name = outputs[node.index]
        rows = [("upstream", norm_name(name), shape_text(node.output_shape), number_text(node.upstream_norm))]
        for place, source in enumerate(node.inputs):
            of = outputs[source.source] if source.source is not None else "y" if node.is_target and place else "x"
            norm = "not asked for" if source.gradient_norm is None else number_text(source.gradient_norm)
            rows.append(("downstream", norm_name(of), shape_text(source.shape), norm))
        for label, parameter in zip(parameters, node.parameters, strict=True):
            shape = shape_text(parameter.shape)
            rows.append(("downstream", norm_name(label), shape, number_text(parameter.gradient_norm)))
            rows.append(("value", f"‖{label}‖", shape, number_text(parameter.value_norm)))
        return rows

    @staticmethod
    def _sentence_of(node: NodeTrace) -> str:
        if node.parameters:
            return "Weight gradients are summed over the batch, because every sample used the same weights."
        if node.is_target:
            return "The loss divides by the batch size, so the gradients that flow back are already averaged."
        return "Input gradients stay one per sample: nothing is summed over the batch here."
