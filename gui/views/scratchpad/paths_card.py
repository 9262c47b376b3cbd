"""The card of one tensor: the paths on which its gradient comes back, and their sum."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.domain.scratchpad.paths import Selected
from gui.state.scratchpad import ScratchpadState
from gui.views.backprop.equation_view import SentenceBox
from gui.views.backprop.formula_view import FormulaView
from gui.views.looks.metrics import HALF_PX, Role, role_font
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.tall_card import TallCard

NOTHING = "Select a box of the graph, or a line, to see on which paths its gradient comes back."
MEANING = "Each path is the gradient that arrives at one op, times that op’s own slope. The paths add up."
MOST_FORMULAS = 3


class PathsCard(TallCard):
    """Follows what is selected in the graph or in the editor."""

    def __init__(self, themes: ThemeProvider, state: ScratchpadState) -> None:
        super().__init__(themes, "Selected")
        self._state = state
        self.setObjectName("scratchpad_paths_card")
        self.formulas = [FormulaView(themes, f"scratchpad_formula_{place + 1}") for place in range(MOST_FORMULAS)]
        self.sentence = SentenceBox()
        self.sentence.setObjectName("scratchpad_paths_sentence")
        self._indents = [QWidget() for _ in self.formulas]
        for indent, formula in zip(self._indents, self.formulas, strict=True):
            row = QHBoxLayout()
            row.setSpacing(0)
            row.addWidget(indent)
            row.addWidget(formula, 1)
            self.body.addLayout(row)
        self.body.setSpacing(0)
        self.body.addStretch(1)
        self.body.addWidget(self.sentence)
        state.selection_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the tensor that is looked at."""
        found = self._state.selection
        self.set_empty(NOTHING if found is None else None)
        self.set_title("Selected" if found is None else f"Selected: {found.name}")
        self.set_caption("" if found is None else found.caption)
        if found is None:
            return
        formulas = found.formulas
        for place, view in enumerate(self.formulas):
            view.setVisible(place < len(formulas))
            if place < len(formulas):
                view.set_formula(formulas[place], MEANING)
                self._indents[place].setFixedWidth(self._head_width(found) if place else 0)
        self.sentence.set_sentence(*found.sentence)

    def _head_width(self, found: Selected) -> int:
        """So far the lines below stand to the right, sign under sign."""
        letters = QFontMetrics(role_font(self.font(), Role.FORMULA))
        place = letters.horizontalAdvance("".join(str(i) for i in found.entry) + "[,]") if found.entry else 0
        return letters.horizontalAdvance(f"∂{found.name} ") + 2 * HALF_PX + round(0.72 * place)
