"""The card of the hand check: a small network unit by unit, and its table to copy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from gui.domain.backprop.decimals import decimal_text, decimals_for
from gui.domain.backprop.table_text import Table
from gui.domain.backprop.unit_diagram import WeightPlace, unit_diagram, why_no_diagram
from gui.state.explorer import ExplorerState
from gui.views.backprop.terms_table import FORMS
from gui.views.backprop.unit_diagram_view import UnitDiagramView
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.action_button import copy_button
from gui.views.widgets.card import Card
from gui.views.widgets.themed import elided_label, text_label

LEGEND = "Black goes forward, blue is the gradient on its way back, green is a weight and what it becomes."
LIVE = "Training goes on. Pause (Space) to look at single weights."


class HandCheckCard(Card):
    """Follows the explorer; a weight that is set makes it record the pass again."""

    def __init__(self, themes: ThemeProvider, explorer: ExplorerState, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Hand check", parent=parent)
        self.setObjectName("hand_check_card")
        self._explorer = explorer
        self.diagram_view = UnitDiagramView(themes)
        self.body.addWidget(self.diagram_view, 1)
        self.body.addWidget(elided_label(LEGEND, Role.CAPTION, "secondary"))
        self._note = elided_label("", Role.CAPTION, "secondary")
        self.back_button = QPushButton("Put back")
        self.copy_button = copy_button(
            "copy_weights",
            "all weights",
            "Puts the table of all weights into the clipboard, with gradients and new values as far as the walk is.",
            [(text, partial(self._copy, form)) for text, form in FORMS],
        )
        self._make_buttons()
        self._loss = text_label("", Role.TITLE, "trouble")
        for widget in (self._loss, self._note, self.back_button, self.copy_button):
            self.add_header_widget(widget)
        self.diagram_view.weight_set.connect(self._on_weight_set)
        self.back_button.clicked.connect(explorer.put_weights_back)
        for signal in (
            explorer.record_changed,
            explorer.position_changed,
            explorer.choice_changed,
            explorer.busy_changed,
        ):
            signal.connect(self.refresh)

    def _make_buttons(self) -> None:
        self.back_button.setObjectName("put_weights_back_button")
        self.back_button.setProperty("small", "true")
        self.back_button.setAccessibleName("Put back the weights that were set by hand")
        self.back_button.setToolTip("Take back the weights that were set since training stands still")
        self.back_button.setWhatsThis(
            "Forgets the weights that were set by hand here and shows those of the run again."
        )

    @Slot()
    def refresh(self) -> None:
        """Show the network as far as the walk has come."""
        if not self.isVisible():
            return
        explorer = self._explorer
        record, walk = explorer.record, explorer.walk
        why = LIVE if explorer.is_live else why_no_diagram(record) if record is not None else explorer.problem
        has = record is not None and walk is not None and not why
        self.set_empty(None if has else why or "Nothing is recorded yet.")
        self._note.setText(explorer.edit_note)
        self.back_button.setVisible(explorer.is_edited)
        self.copy_button.setEnabled(has)
        if record is not None and walk is not None and has:
            which = "" if record.samples == 1 else f"sample {(explorer.sample or 0) + 1} of {record.samples}, "
            self.set_caption(f"{which}{'weights after batch ' + str(record.step) if record.step else 'first weights'}")
            diagram = unit_diagram(record, walk, explorer.position, explorer.sample)
            decimals = decimals_for(record.trace)
            self.diagram_view.show_diagram(diagram, decimals)
            self._loss.setText("" if diagram.loss is None else f"loss s = {decimal_text(diagram.loss, decimals)}")

    @Slot(object, float)
    def _on_weight_set(self, place: WeightPlace, value: float) -> None:
        self._explorer.edit_weight(place, value)

    def _copy(self, form: Callable[[Table], str]) -> None:
        record, walk = self._explorer.record, self._explorer.walk
        if record is not None and walk is not None:
            table = unit_diagram(record, walk, self._explorer.position, self._explorer.sample)
            QGuiApplication.clipboard().setText(form(table.as_table(decimals_for(record.trace))))
