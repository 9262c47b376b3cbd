"""What differs between two runs: their settings side by side, the results, and what the comparison is worth."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.domain.run_comparison import Comparison
from gui.state.runs import RunsState
from gui.views.compare.run_styles import sample_icon
from gui.views.compare.verdict_box import VerdictBox
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.adaptive_splitter import scrolled
from gui.views.widgets.card import Card
from gui.views.widgets.themed import set_style_property, text_label

NO_PAIR = "Two runs at a time: mark two rows of the table."
ONE_RUN = "One run so far. A second one makes a comparison."
NO_RUN = "Two runs make a comparison."
LONGEST_NAME = 16  # in letters; a whole one would fill the card
LEAST_LINES = (15.0, 9.0)
ROW_LINES = 1.65
SAMPLE_PX = 22


class DifferenceCard(Card):
    """Follows the pair that the state compares."""

    def __init__(self, themes: ThemeProvider, state: RunsState, parent: QWidget | None = None) -> None:
        super().__init__(themes, "What changed?", parent=parent)
        self.setObjectName("difference_card")
        self._state = state
        self._comparison: Comparison | None = None
        self.swap = self._button("swap", "difference_swap_button", "Let the two runs change sides")
        self.swap.clicked.connect(lambda _=False: state.swap())
        self.copy = self._button("duplicate", "difference_copy_button", "Copy the comparison as text")
        self.copy.clicked.connect(self._on_copy)
        self.table = self._table()
        self._loss = self._result("difference_loss", "best val. loss")
        self._acc = self._result("difference_accuracy", "best val. accuracy")
        self.verdict = VerdictBox(themes)
        self.chance = text_label("", Role.CAPTION, "secondary")
        self._fill()
        state.pair_changed.connect(self.refresh)
        themes.theme_changed.connect(self._on_look_changed)
        themes.font_changed.connect(self._on_look_changed)
        self.refresh()

    # -- making -------------------------------------------------------------------------------------------------------

    def _button(self, icon: str, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("flat", "true")
        button.setProperty("square", "true")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setWhatsThis(f"{tip}. The runs themselves are not changed.")
        bind_icon(button, icon, self._themes)
        self.add_header_widget(button)
        return button

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setObjectName("difference_table")
        table.setAccessibleName("Settings that differ")
        table.setToolTip("Only the settings that the two runs do not share")
        table.setWhatsThis(
            "The settings in which the two runs differ, one in a row. What is not listed is the same in both."
        )
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return table

    def _result(self, name: str, title: str) -> tuple[QLabel, QLabel]:
        caption, value = text_label(title, Role.CAPTION, "caption"), text_label("", Role.VERDICT)
        value.setObjectName(name)
        value.setAccessibleDescription(f"Difference of the {title}")
        value.setToolTip(f"Difference of the {title}, the right run less the left one")
        value.setWhatsThis(f"The {title} of the right run less that of the left one, over all epochs of each.")
        return caption, value

    def _fill(self) -> None:
        """Everything in a column that scrolls: large text in a small window is never cut off."""
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.GRID_PX)
        column.addWidget(self.table)
        results = QGridLayout()
        results.setHorizontalSpacing(metrics.GROUP_GAP_PX)
        results.setVerticalSpacing(0)
        for place, labels in enumerate((self._loss, self._acc)):
            for row, label in enumerate(labels):
                results.addWidget(label, row, place)
        results.setColumnStretch(2, 1)
        column.addLayout(results)
        column.addWidget(self.verdict)
        self.chance.setObjectName("difference_chance")
        self.chance.setToolTip("How large the difference is beside what chance alone does")
        self.chance.setWhatsThis(
            "An accuracy that is measured on few samples is uncertain. Its standard error is the square root of "
            "p (1 − p) n samples, for a share p of n that is right."
        )
        self.chance.setWordWrap(True)
        column.addWidget(self.chance)
        column.addStretch(1)
        area = scrolled(inside)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_style_property(inside, "panel", "true")
        set_least_size(area, width=LEAST_LINES[0], height=LEAST_LINES[1])
        self.body.addWidget(area)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the two runs that are compared now."""
        comparison = self._state.comparison
        if comparison is None or comparison != self._comparison:
            self._comparison = comparison
            self._show()

    def _show(self) -> None:
        comparison = self._comparison
        for button in (self.swap, self.copy):
            button.setEnabled(comparison is not None)
        if comparison is None:
            count = len(self._state.runs)
            self.set_caption("")
            self.set_empty(NO_PAIR if count > 1 else ONE_RUN if count else NO_RUN)
            return
        self.set_empty(None)
        self.set_caption(comparison.count_text)
        self._show_rows(comparison)
        self._loss[1].setText(comparison.loss_text)
        self._acc[1].setText(comparison.acc_text)
        self.verdict.show_verdict(comparison.verdict)
        self.chance.setText(comparison.chance)
        self.chance.setVisible(bool(comparison.chance))

    def _show_rows(self, comparison: Comparison) -> None:
        """The names of the two runs with pieces of their lines, then a row for each setting."""
        rows, table = comparison.differences, self.table
        table.clearSpans()
        table.clearContents()  # or what differed before stays beneath a row that spans all columns
        table.setIconSize(QSize(SAMPLE_PX, metrics.scaled(self.font(), 1)))
        table.setRowCount(1 + max(1, len(rows)))
        self._put(0, 0, "setting", Role.TABLE_HEAD)
        for column, run in ((1, comparison.first), (2, comparison.second)):
            name = run.name if len(run.name) <= LONGEST_NAME else f"{run.name[: LONGEST_NAME - 1].rstrip()}…"
            item = self._put(0, column, name, Role.TABLE_HEAD)
            item.setToolTip(run.name)
            item.setIcon(sample_icon(self._themes.theme, run.color, table.iconSize(), self.devicePixelRatioF()))
        for row, each in enumerate(rows, start=1):
            for column, text in enumerate((each.setting, each.first, each.second)):
                item = self._put(row, column, text, Role.TITLE if column else Role.BODY)
                item.setToolTip(f"{each.setting}: {each.first} against {each.second}")
        if not rows:
            table.setSpan(1, 0, 1, 3)
            self._put(1, 0, "Every setting is the same.", Role.BODY)
        self._fit_heights()

    def _put(self, row: int, column: int, text: str, role: Role) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        item.setFont(metrics.tabular(metrics.role_font(self.font(), role)))
        self.table.setItem(row, column, item)
        return item

    def _fit_heights(self) -> None:
        """The table is as high as its rows."""
        table = self.table
        table.verticalHeader().setMinimumSectionSize(metrics.scaled(self.font(), ROW_LINES))
        table.resizeRowsToContents()
        table.setFixedHeight(sum(table.rowHeight(row) for row in range(table.rowCount())) + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_heights()

    @Slot()
    def _on_look_changed(self) -> None:
        self._show()

    @Slot()
    def _on_copy(self) -> None:
        if self._comparison is not None:
            QGuiApplication.clipboard().setText(self._comparison.text)
