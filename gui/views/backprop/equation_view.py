"""The inspector's body: upstream x local = downstream as maps, and one element of the result worked out beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.domain.backprop.decimals import decimal_text
from gui.domain.backprop.equation import Element, Equation, Grid, mark_of
from gui.domain.backprop.update_rule import UpdateEquation
from gui.views.backprop.element_picker import ElementPicker
from gui.views.backprop.formula_view import FormulaView
from gui.views.backprop.graph_scene import shape_text
from gui.views.backprop.matrix_map import MatrixMap
from gui.views.backprop.terms_table import TermsTable
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import CARD_PADDING_PX, GRID_PX, HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, scrolled
from gui.views.widgets.themed import set_style_property, text_label

MOST_GRIDS = 3
NARROWEST = 22.0
LEAST_SIDE = 11.0
TONES = {"gradient": "gradient", "parameter": "parameter", "value": ""}
MEANINGS = {
    "Upstream": "The gradient that arrives at the op’s output: how the loss changes when the output does.",
    "Local": "The op’s own gradient: how its output changes when its input does. It belongs to the op alone.",
    "Downstream": "Upstream times local: what the op passes on. It has the shape of what it belongs to.",
    "Input": "What comes into the op.",
    "Weights": "The op’s own parameters.",
    "Output": "What the op gives.",
}
SIZES: dict[type, tuple[int, int]] = {Equation: (960, 440), UpdateEquation: (740, 660)}
"""Of the maps and of the sum beside them: the lines of an update are longer."""
LETTERS = (
    "s is the loss, n counts samples, i what comes in, j what goes out, k all outputs. ∂s/∂x says how much the loss "
    "changes when x does."
)


class GridColumn(QWidget):
    """One array: its part in the sum, its symbol, its shape and norm, the map, and a sentence."""

    def __init__(self, themes: ThemeProvider, place: int) -> None:
        super().__init__()
        self._title = text_label("", Role.VERDICT)
        self._symbol = text_label("", Role.VERDICT)
        self._shape = text_label("", Role.CAPTION, "secondary")
        self._norm = text_label("", Role.CAPTION, "secondary")
        self._note = text_label("", Role.CAPTION, "secondary")
        self._note.setWordWrap(True)
        self.map = MatrixMap(themes, f"equation_map_{place + 1}")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF_PX)
        for left, right in ((self._title, self._symbol), (self._shape, self._norm)):
            row = QHBoxLayout()
            row.setSpacing(GRID_PX)
            row.addWidget(left)
            row.addWidget(right)
            row.addStretch(1)
            column.addLayout(row)
        column.addWidget(self.map, 1)
        column.addWidget(self._note)

    def show_grid(self, grid: Grid, can_choose: bool, decimals: int) -> None:
        """Show one array of an equation."""
        for label, text in (
            (self._title, grid.title),
            (self._symbol, grid.symbol),
            (self._shape, grid.shape_note or f"shape {shape_text(grid.shape)}"),
            (self._norm, f"norm <b>{decimal_text(grid.norm, 3)}</b>"),
            (self._note, " ".join(part for part in (grid.sampling, grid.note) if part)),
        ):
            label.setText(text)
        for label in (self._title, self._symbol):
            set_style_property(label, "tone", TONES[grid.kind])
        self._title.setToolTip(MEANINGS.get(grid.title, ""))
        self._symbol.setToolTip(_meaning(grid.symbol))
        self.map.set_grid(grid, can_choose, decimals)


class SentenceBox(QFrame):
    """The line to read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sentence_box")
        self.setProperty("sentence", "true")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        row = QHBoxLayout(self)
        row.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, GRID_PX)
        row.addWidget(self._text)

    def set_sentence(self, lead: str, sentence: str) -> None:
        self._text.setText(f"<b>{lead}</b> {sentence}")
        self.setAccessibleName(f"{lead} {sentence}")


class EquationView(QWidget):
    """Shows an ``Equation`` or an ``UpdateEquation``; a click in the last map, or the fields, choose the element."""

    element_chosen = Signal(object)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._equation: Equation | UpdateEquation | None = None
        self._columns = [GridColumn(themes, place) for place in range(MOST_GRIDS)]
        self._signs = [text_label("", Role.RESULT) for _ in range(MOST_GRIDS - 1)]
        self._title = text_label("One element", Role.VERDICT)
        self.picker = ElementPicker()
        self.formula = FormulaView(themes, "element_formula")
        self._numbers = text_label("")
        self._numbers.setWordWrap(True)
        self._local = text_label("", Role.CAPTION, "secondary")
        self.table = TermsTable(themes)
        self._check = text_label("")
        self._check.setWordWrap(True)
        self.sentence = SentenceBox()
        self._maps = QWidget()
        self._side = QWidget()
        self._splitter = AdaptiveSplitter(NARROWEST)
        self._build()
        self.picker.element_chosen.connect(self.element_chosen)
        for column in self._columns:
            column.map.cell_chosen.connect(self._on_cell_chosen)
            column.map.cell_pointed_at.connect(self._on_cell_pointed_at)

    def _build(self) -> None:
        row = QHBoxLayout(self._maps)
        row.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, GRID_PX)
        row.setSpacing(CARD_PADDING_PX)
        for place, column in enumerate(self._columns):
            if place:
                row.addWidget(self._signs[place - 1], 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(column, 1)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, GRID_PX)
        side.setSpacing(GRID_PX)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.picker)
        side.addLayout(head)
        side.addWidget(self.formula)
        side.addWidget(self._numbers)
        side.addWidget(self._local)
        side.addWidget(self.table)
        side.addWidget(self._check)
        side.addStretch(1)
        side.addWidget(self.sentence)
        self._splitter.addWidget(self._maps)
        area = scrolled(self._side)  # in a low window the sum scrolls, and the arrays stay in sight
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for part in (area.viewport(), self._side):
            part.setAutoFillBackground(False)
        set_least_size(area, width=17, height=LEAST_SIDE)
        self._splitter.addWidget(area)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(0, 5)
        self._splitter.setStretchFactor(1, 2)
        self._splitter.setSizes(SIZES[Equation])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._splitter)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_equation(self, equation: Equation, sample: int | None, pictures: Sequence[QPixmap]) -> None:
        """Show the sum of one op."""
        self._show_grids(equation)
        self.picker.show_element(equation.element, equation.shape, equation.element_words, equation.grids[-1])
        found = equation.sum
        for part in (self.formula, self._numbers, self._local, self.table, self._check):
            part.setVisible(found is not None)
        if found is not None:
            self.formula.set_formula(found.formula, LETTERS)
            in_numbers = found.in_numbers(equation.decimals)
            self._numbers.setText(in_numbers)
            self._numbers.setVisible(bool(in_numbers))
            self._local.setText(f"local: {found.local_form}" if found.local_form else "")
            self._local.setVisible(bool(found.local_form))
            self.table.show_sum(found, equation.decimals, sample, pictures)
            self._say_check(found.agrees, found.closed_form, decimal_text(found.recorded, equation.decimals))
        self.sentence.set_sentence(equation.lead, equation.sentence)

    def _show_grids(self, equation: Equation | UpdateEquation) -> None:
        if not isinstance(equation, type(self._equation)):
            self._splitter.setSizes(SIZES[type(equation)])
        self._equation = equation
        count = len(equation.grids)
        for place, column in enumerate(self._columns):
            column.setVisible(place < count)
            if place < count:
                can_choose = place == count - 1 and len(equation.shape) > 0
                column.show_grid(equation.grids[place], can_choose, equation.decimals)
        for place, sign in enumerate(self._signs):
            sign.setVisible(place < count - 1)
            sign.setText(equation.signs[place] if place < count - 1 else "")

    def show_update(self, update: UpdateEquation) -> None:
        """Show what the optimiser does to one weight."""
        self._show_grids(update)
        self.picker.show_update(update)
        for part in (self.formula, self._numbers, self._local):
            part.hide()
        self.table.show()
        self._check.show()
        self.table.show_update(update)
        self._say_check(update.agrees, "", decimal_text(update.new, update.decimals))
        self.sentence.set_sentence(update.lead, update.sentence)

    def _say_check(self, agrees: bool, closed_form: str, recorded: str) -> None:
        same = f"Same as {closed_form}, and as the tape." if closed_form else f"Same as recorded: {recorded}."
        self._check.setText(f"✓ {same}" if agrees else f"✗ Recorded was {recorded}: this op’s backward pass is wrong.")
        set_style_property(self._check, "tone", "parameter" if agrees else "trouble")

    # -- choosing -----------------------------------------------------------------------------------------------------

    @Slot(int, int)
    def _on_cell_chosen(self, row: int, column: int) -> None:
        if self._equation is not None:
            self.element_chosen.emit(_element_of(row, column, self._equation.shape))

    @Slot(object)
    def _on_cell_pointed_at(self, cell: tuple[int, int] | None) -> None:
        """Light up what made the element under the mouse."""
        equation = self._equation
        if equation is None or self.sender() is not self._columns[len(equation.grids) - 1].map:
            return
        element = None if cell is None else _element_of(*cell, equation.shape)
        for column, grid in zip(self._columns, equation.grids, strict=False):
            column.map.set_pointed(None if element is None else mark_of(grid.follows, element))


def _meaning(symbol: str) -> str:
    """What a symbol on the board says, in words."""
    derivative = re.match(r"∂(\S+)/∂(\S+)", symbol)
    if derivative is None:
        return f"{symbol}: an array of the recorded pass"
    above, below = ("the loss s" if name == "s" else name for name in derivative.groups())
    return f"{symbol}: how much {above} changes when {below} changes a little"


def _element_of(row: int, column: int, shape: tuple[int, ...]) -> Element:
    """The element that a cell of the drawn table is: a vector is one row."""
    if len(shape) == 1:
        return (column,)
    return (row, column)[: len(shape)]
