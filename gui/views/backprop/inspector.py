"""The inspector: the op that was done last, its gradients in the course's words, one element worked out."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from gui.domain.backprop.update_rule import UpdateEquation
from gui.state.pass_walk import PassWalk
from gui.views.backprop.equation_view import EquationView
from gui.views.backprop.graph_card import Switch
from gui.views.backprop.sample_pictures import sample_pictures
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.action_button import copy_button
from gui.views.widgets.card import Card
from gui.views.widgets.themed import text_label

NOTHING_YET = "Nothing is computed yet. The next op is the first one: press the right arrow key."
LIVE = "Training goes on. Pause (Space) to walk through a pass op by op."
RECORDING = "Recording the next batch…"


class Inspector(Card):
    """Follows the explorer; redraws when another op, sample, operand or element is looked at."""

    def __init__(self, themes: ThemeProvider, explorer: PassWalk) -> None:
        super().__init__(themes, "Inspector")
        self._themes, self._explorer = themes, explorer
        self.setObjectName("inspector")
        self._chip = text_label("", Role.CAPTION)
        self._chip.setProperty("chip", "gradient")
        self._operand_word = text_label("Gradient", tone="secondary")
        self._operands = QWidget()
        self._operand_row = QHBoxLayout(self._operands)
        self._operand_row.setContentsMargins(0, 0, 0, 0)
        self._operand_row.setSpacing(0)
        self._group = QButtonGroup(self)
        self._shown_operands: tuple[tuple[int, str], ...] = ()
        self.equation_view = EquationView(themes)
        self._fill()
        self.equation_view.element_chosen.connect(explorer.choose_element)
        self.equation_view.picker.parameter_chosen.connect(explorer.choose_operand)
        self._group.idClicked.connect(explorer.choose_operand)
        for signal in (
            explorer.record_changed,
            explorer.position_changed,
            explorer.choice_changed,
            explorer.busy_changed,
        ):
            signal.connect(self.refresh)
        themes.theme_changed.connect(self.refresh)
        self.refresh()

    def _fill(self) -> None:
        copy = copy_button(
            "copy_table",
            "the sum",
            "Puts the terms of the sum into the clipboard: as text, for a spreadsheet, or for a paper.",
            self.equation_view.table.ways_to_copy,
        )
        self._header.insertWidget(2, self._chip)
        for widget in (self._operand_word, self._operands, copy):
            self.add_header_widget(widget)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(self.equation_view)

    @Slot()
    def refresh(self) -> None:
        """Show the op that was done last."""
        if not self.isVisible():
            return
        explorer = self._explorer
        equation, record = explorer.equation, explorer.record
        if record is None or equation is None or explorer.is_live:
            self._show_nothing()
            return
        self.set_empty(None)
        total = 0 if explorer.walk is None else len(explorer.walk)
        self._chip.setText(f"op {explorer.position} of {total}")
        self._chip.show()
        if isinstance(equation, UpdateEquation):
            self.set_title(f"{record.optimizer_title}, update")
            self._show_operands((), None)
            self.equation_view.show_update(equation)
            return
        self.set_title(equation.heading)
        self._show_operands(equation.operands, equation.operand)
        pictures = sample_pictures(record, self._themes.theme)
        self.equation_view.show_equation(equation, explorer.sample, pictures)

    def _show_nothing(self) -> None:
        explorer = self._explorer
        self.set_title("Inspector")
        self._chip.hide()
        self._show_operands((), None)
        sentence = NOTHING_YET
        if explorer.is_live:
            sentence = LIVE
        elif explorer.record is None:
            sentence = explorer.problem or RECORDING
        self.set_empty(sentence)

    def _show_operands(self, operands: tuple[tuple[int, str], ...], chosen: int | None) -> None:
        self._operand_word.setVisible(bool(operands))
        self._operands.setVisible(bool(operands))
        if operands != self._shown_operands:
            self._shown_operands = operands
            for button in self._group.buttons():
                self._group.removeButton(button)
                self._operand_row.removeWidget(button)
                button.hide()
                button.setObjectName("")
                button.deleteLater()
            for i, (place, name) in enumerate(operands):
                button = self._operand_button(name, i, len(operands))
                self._group.addButton(button, place)
                self._operand_row.addWidget(button)
        if chosen is not None and self._group.button(chosen) is not None:
            self._group.button(chosen).setChecked(True)

    @staticmethod
    def _operand_button(name: str, place: int, count: int) -> QPushButton:
        button = Switch(name)
        button.setObjectName(f"operand_button_{place + 1}")
        button.setCheckable(True)
        button.setProperty("small", "true")
        if count > 1:
            button.setProperty("segment", "first" if place == 0 else "last" if place == count - 1 else "middle")
        button.setAccessibleName(f"Gradient {name}")
        button.setToolTip(f"Look at the gradient that this op sends {name}")
        button.setWhatsThis(
            "An op sends a gradient to its input and to each of its parameters. Choose which to look at."
        )
        return button
