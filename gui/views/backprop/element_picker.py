"""The fields that say which element is worked out: one number or one class for each index."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.domain.backprop.equation import Element, Grid
from gui.domain.backprop.update_rule import UpdateEquation
from gui.views.experiment.component_form import choice_combo
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.metrics import GRID_PX, Role
from gui.views.widgets.count_spin import CountSpin
from gui.views.widgets.themed import text_label

MOST_INDICES = 2
TIP = "Which element is worked out"


class ElementPicker(QWidget):
    """One field for each index, counted from 1; an index over classes is chosen by name."""

    element_chosen = Signal(object)
    parameter_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._element: Element = ()
        self._words = [text_label("", Role.CAPTION, "secondary") for _ in range(MOST_INDICES)]
        self._spins = [CountSpin(TIP, 1, 1) for _ in range(MOST_INDICES)]
        self._names = [choice_combo(TIP, []) for _ in range(MOST_INDICES)]
        self._parameters = choice_combo("Which parameter is updated", [])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID_PX)
        row.addWidget(self._parameters)
        self._describe(self._parameters, "update_parameter", "Which parameter is updated")
        self._parameters.activated.connect(self.parameter_chosen)
        for place in range(MOST_INDICES):
            spin, names = self._spins[place], self._names[place]
            row.addWidget(self._words[place])
            row.addWidget(spin)
            row.addWidget(names)
            self._describe(spin, f"element_spin_{place + 1}", TIP)
            self._describe(names, f"element_combo_{place + 1}", TIP)
            fix_size(spin, width=3.6)
            spin.value_committed.connect(self._on_changed)
            names.activated.connect(self._on_changed)

    @staticmethod
    def _describe(widget: QWidget, name: str, tip: str) -> None:
        widget.setObjectName(name)
        widget.setAccessibleName(tip)
        widget.setToolTip(tip)
        widget.setWhatsThis(
            "The element of the result whose sum is written out below. A click in the map chooses one too."
        )

    def show_element(self, element: Element, shape: tuple[int, ...], words: tuple[str, ...], result: Grid) -> None:
        """Show where the element stands; ``words`` say what the indices count, ``result`` names what has names."""
        self._parameters.hide()
        self._element = element
        for place in range(MOST_INDICES):
            used = place < min(len(element), len(shape))
            axis = place if len(shape) > 1 else 1
            names = (result.row_names, result.column_names)[axis] if used else ()
            self._show(place, used, element, shape, words[place] if place < len(words) else "", names)

    def show_update(self, update: UpdateEquation) -> None:
        """Show which parameter is updated, and which entry of it."""
        self._parameters.blockSignals(True)
        self._parameters.clear()
        self._parameters.addItems(update.names)
        self._parameters.setCurrentIndex(update.chosen)
        self._parameters.blockSignals(False)
        self._parameters.show()
        self._element = update.element
        words = ("row", "column") if len(update.shape) > 1 else ("entry",)
        for place in range(MOST_INDICES):
            used = place < len(update.element)
            self._show(place, used, update.element, update.shape, words[place] if used else "", ())

    def _show(
        self, place: int, used: bool, element: Element, shape: tuple[int, ...], word: str, names: tuple[str, ...]
    ) -> None:
        spin, combo, label = self._spins[place], self._names[place], self._words[place]
        label.setVisible(used)
        spin.setVisible(used and not names)
        combo.setVisible(used and bool(names))
        if not used:
            return
        label.setText(word)
        if names:
            combo.blockSignals(True)
            if [combo.itemText(i) for i in range(combo.count())] != list(names):
                combo.clear()
                combo.addItems(names)
            combo.setCurrentIndex(element[place])
            combo.blockSignals(False)
        else:
            spin.blockSignals(True)
            spin.setRange(1, shape[place])
            spin.blockSignals(False)
            spin.set_value(element[place] + 1)

    @Slot()
    def _on_changed(self) -> None:
        element = tuple(
            self._spins[place].value() - 1 if not self._spins[place].isHidden() else self._names[place].currentIndex()
            for place in range(len(self._element))
        )
        if element != self._element:
            self.element_chosen.emit(element)
