"""The gradient check op by op: which agree with central differences, and at which entry the first wrong one does not.

A window rather than a card: it is wanted now and then, beside whichever page is open, and belongs to none of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableWidget, QTableWidgetItem, QWidget

from gui.domain.gradient_check import CheckRow
from gui.domain.health.rules import Level
from gui.state.gradient_check import GradientCheckState
from gui.state.settings import Settings
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.dialogs import StudioDialog
from gui.views.train.health_lights import paint_light
from gui.views.widgets.themed import text_label

NAME, TITLE = "gradient_check", "Gradient check"
HEADS = ("Op", "Result", "Worst error", "Gradient of", "Entry", "Stated", "Measured", "Compared")
NUMBER_COLUMNS = frozenset({2, 5, 6, 7})
LIGHTS: dict[str, Level] = {"right": "healthy", "wrong": "trouble", "nothing to compare": "unknown"}
FIRST = "first wrong one"


class GradientCheckWindow(StudioDialog):
    """Follows the check; ``fault_wanted`` carries the row whose place in the explorer somebody wants to see."""

    fault_wanted = Signal(object)

    def __init__(self, themes: ThemeProvider, check: GradientCheckState, settings: Settings, parent: QWidget) -> None:
        super().__init__(settings, NAME, TITLE, (60, 28), parent)
        self._themes, self._check = themes, check
        self._shown: Sequence[CheckRow] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # the keys stay those of the window
        self.sentence_label = text_label()
        self.sentence_label.setObjectName("gradient_check_sentence")
        self.sentence_label.setWordWrap(True)
        self.sentence_label.setToolTip("What the check found, and what it was made with")
        self.sentence_label.setWhatsThis(
            "Whether all gradients agree with central differences, or which op is the first wrong one on the way back."
        )
        self.table = self._new_table()
        self._show_button = QPushButton("Show in the explorer")
        self._show_button.setObjectName("gradient_check_show_button")
        self._show_button.setAutoDefault(False)
        self._show_button.setAccessibleName("Show in the explorer")
        self._show_button.setToolTip(
            "Go to the backward step of this op on the Backprop page, with the wrong entry chosen"
        )
        self._show_button.setWhatsThis(
            "Opens the Backprop page at the backward step of the op that is chosen in the table (at first the wrong "
            "one) and works out the entry of the table there."
        )
        self.body.addWidget(self.sentence_label)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._show_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_button.clicked.connect(self._on_show_clicked)
        self.table.itemSelectionChanged.connect(self._enable)
        self.table.itemActivated.connect(self._on_show_clicked)
        for signal in (check.started, check.finished, themes.theme_changed, themes.font_changed):
            signal.connect(self._on_changed)

    @staticmethod
    def _new_table() -> QTableWidget:
        table = QTableWidget(0, len(HEADS))
        table.setObjectName("gradient_check_table")
        table.setAccessibleName("Ops of the network")
        table.setToolTip("Every recorded op by itself: what its backward pass states, and what was measured")
        table.setWhatsThis(
            "One row for each recorded op, in forward order. The worst error is that of the entry whose gradient is "
            "stated farthest from the measured one, relative to the largest entry; above 1e-6 an op is wrong."
        )
        table.setHorizontalHeaderLabels(HEADS)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setStretchLastSection(True)
        return table

    # -- showing ------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show what the check has found."""
        self.sentence_label.setText(self._check.sentence)
        self._shown = self._check.rows
        self.table.setRowCount(len(self._shown))
        for place, row in enumerate(self._shown):
            result = FIRST if row.is_first_wrong else row.verdict
            for column, text in enumerate((row.label, result, *row.cells)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(
                    Qt.AlignmentFlag.AlignVCenter
                    | (Qt.AlignmentFlag.AlignRight if column in NUMBER_COLUMNS else Qt.AlignmentFlag.AlignLeft)
                )
                if column == 1:
                    item.setIcon(self._light(LIGHTS[row.verdict]))
                if row.verdict == "wrong":
                    item.setForeground(self._themes.theme.color("trouble_text"))
                self.table.setItem(place, column, item)
            if row.is_first_wrong:
                self.table.selectRow(place)
        self._enable()

    def _light(self, level: Level) -> QIcon:
        side = metrics.icon_side(self.font())
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        paint_light(painter, QRectF(1, 1, side - 2, side - 2), level, self._themes.theme)
        painter.end()
        return QIcon(picture)

    # -- going there --------------------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> CheckRow | None:
        rows = {index.row() for index in self.table.selectedIndexes()}
        place = next(iter(rows), None)
        return self._shown[place] if place is not None and place < len(self._shown) else None

    @Slot()
    def _enable(self) -> None:
        chosen = self._chosen
        self._show_button.setEnabled(chosen is not None and chosen.error is not None)

    @Slot()
    def _on_show_clicked(self) -> None:
        chosen = self._chosen
        if chosen is not None and chosen.error is not None:
            self.fault_wanted.emit(chosen)
