"""The two drawings of one pass, ops or units, with the buttons that lead from one to the other."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from gui.domain.backprop.unit_diagram import why_no_diagram
from gui.state.explorer import ExplorerState
from gui.views.backprop.graph_card import GraphCard, Switch
from gui.views.backprop.hand_check_card import HandCheckCard

GRAPH, UNITS, SCRATCHPAD = 0, 1, 2
NAMES = (
    ("This network", "drawing_graph_button", "The recorded ops, as they stand on the tape"),
    ("Hand check", "drawing_units_button", "Every unit and every weight in its place, to be set with a click (H)"),
    (
        "Scratchpad",
        "drawing_scratchpad_button",
        "Formulas of your own, op by op, with value and gradient in every node",
    ),
)
SAME_PASS = (
    "Both drawings of the network show the same pass; the walk stands where it stood. The scratchpad is for formulas."
)


def drawing_buttons(where: str) -> tuple[QWidget, QButtonGroup]:
    """The buttons that lead from one drawing to the others; ``where`` tells those of one place from another's."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    group = QButtonGroup(holder)
    for place, (text, name, tip) in enumerate(NAMES):
        button = Switch(text)
        button.setObjectName(f"{name}_{where}")
        button.setCheckable(True)
        button.setProperty("small", "true")
        button.setProperty("segment", ("first", "middle", "last")[place])
        button.setAccessibleName(text)
        button.setToolTip(tip)
        button.setWhatsThis(f"{tip}. {SAME_PASS}")
        group.addButton(button, place)
        row.addWidget(button)
    return holder, group


class DrawingSwitch(QStackedWidget):
    """Small networks are shown unit by unit at first; whoever chooses a drawing keeps it."""

    switched = Signal()
    scratchpad_wanted = Signal()

    def __init__(self, explorer: ExplorerState, graph: GraphCard, units: HandCheckCard) -> None:
        super().__init__()
        self._explorer, self._units = explorer, units
        self._groups: list[QButtonGroup] = []
        self._has_chosen = False
        for card in (graph, units):
            self.addWidget(card)
        graph.add_leading_widget(self._buttons("graph"))
        units.add_leading_widget(self._buttons("units"))
        explorer.record_changed.connect(self._on_record_changed)
        self._on_record_changed()

    def _buttons(self, where: str) -> QWidget:
        holder, group = drawing_buttons(where)
        group.idClicked.connect(self.choose)
        self._groups.append(group)
        return holder

    @Slot(int)
    def choose(self, drawing: int) -> None:
        """Show ops or units, from now on; the scratchpad is another page."""
        if drawing == SCRATCHPAD:
            self._show(self.currentIndex())
            self.scratchpad_wanted.emit()
            return
        self._has_chosen = True
        self._show(drawing)

    @Slot()
    def toggle(self) -> None:
        """The other drawing."""
        self.choose(UNITS if self.currentIndex() == GRAPH else GRAPH)

    def _show(self, drawing: int) -> None:
        wide, ignored = QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored
        for place in range(self.count()):  # the one that is not on show needs no room
            policy = wide if place == drawing else ignored
            self.widget(place).setSizePolicy(policy, policy)
        self.setCurrentIndex(drawing)
        for group in self._groups:
            group.button(drawing).setChecked(True)
        self._units.refresh()
        self.switched.emit()

    @Slot()
    def _on_record_changed(self) -> None:
        if not self._has_chosen:
            self._show(GRAPH if why_no_diagram(self._explorer.record) else UNITS)
