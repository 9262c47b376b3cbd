"""The card that holds the gradients of the tape against central differences, parameter by parameter."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableWidget, QTableWidgetItem

from gui.domain.backprop.decimals import decimal_text
from gui.domain.scratchpad.check import CheckReport, CheckRow
from gui.state.scratchpad import ScratchpadState
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.tall_card import TallCard
from gui.views.widgets.themed import text_label

HEADS = ("parameter", "value", "tape", "central difference", "relative error", "result")
WORDS = {"agree": "✓ agree", "differ": "✗ differs", "kink": "– kink"}
LEAST_ROWS = 3
DIGITS = 8


class CheckTable(QTableWidget):
    """One row for every parameter: the entry that disagrees most."""

    def __init__(self, themes: ThemeProvider) -> None:
        super().__init__()
        self._themes = themes
        self._rows: tuple[CheckRow, ...] = ()
        self.setObjectName("scratchpad_check_table")
        self.setAccessibleName("Gradients against central differences")
        self.setToolTip("For every parameter what the tape says, what the slope is when it is moved, and how far apart")
        self.setWhatsThis(
            "Every parameter is moved a little up and a little down, and the change of the result is measured. The "
            "slope from that must be the gradient of the tape. Of an array the entry is shown that disagrees most."
        )
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setColumnCount(len(HEADS))
        self.setHorizontalHeaderLabels(list(HEADS))
        for column in range(len(HEADS)):
            self.horizontalHeaderItem(column).setTextAlignment(_alignment(column))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        themes.theme_changed.connect(self._on_looks_changed)
        themes.font_changed.connect(self._on_looks_changed)
        self._on_looks_changed()

    def show_rows(self, rows: tuple[CheckRow, ...]) -> None:
        self._rows = rows
        self.setRowCount(len(rows))
        theme = self._themes.theme
        for number, row in enumerate(rows):
            place = f"[{', '.join(str(i + 1) for i in row.index)}]" if row.index else ""
            tone = {"agree": theme.parameter_text, "differ": theme.trouble_text}.get(row.word, theme.ink_2)
            texts = (
                (f"{row.name}{place}", theme.parameter_text, Role.TITLE),
                (decimal_text(row.value), theme.ink, Role.BODY),
                (_digits(row.tape, row), theme.gradient_text, Role.TITLE),
                (_digits(row.measured, row), theme.ink, Role.BODY),
                (f"{row.relative:.0e}".replace("-0", "\N{MINUS SIGN}").replace("e+00", "") if row.entries else "–",
                 theme.ink, Role.BODY),
                (WORDS[row.word], tone, Role.BODY),
            )  # fmt: skip
            for column, (text, color, role) in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(column))
                item.setForeground(QColor(color))
                item.setFont(metrics.tabular(metrics.role_font(self.font(), role)))
                item.setToolTip(f"{row.entries} entries compared, {row.kinks} at a kink left out.")
                self.setItem(number, column, item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = max(self.rowCount(), LEAST_ROWS) * self.verticalHeader().defaultSectionSize()
        return QSize(metrics.scaled(self.font(), 30), self.horizontalHeader().sizeHint().height() + rows + 4)

    def minimumSizeHint(self) -> QSize:
        rows = LEAST_ROWS * self.verticalHeader().defaultSectionSize()
        return QSize(metrics.scaled(self.font(), 18), self.horizontalHeader().sizeHint().height() + rows + 4)

    @Slot()
    def _on_looks_changed(self, _: object = None) -> None:
        self.verticalHeader().setDefaultSectionSize(metrics.scaled(self.font(), 1.7))
        self.show_rows(self._rows)


class CheckCard(TallCard):
    """Follows the state; the gradient check's key checks again."""

    def __init__(self, themes: ThemeProvider, state: ScratchpadState) -> None:
        super().__init__(themes, "Check against central differences")
        self._state = state
        self.setObjectName("scratchpad_check_card")
        self.table = CheckTable(themes)
        self.chip = text_label("", Role.CAPTION)
        self.chip.setProperty("chip", "gradient")
        self.sentence = text_label("", tone="secondary")
        self.sentence.setWordWrap(True)
        self.button = QPushButton("Check again")
        self.button.setObjectName("scratchpad_check_button")
        self.button.setProperty("small", "true")
        self.button.setAccessibleName("Check again")
        self.button.setToolTip("Compare every gradient with central differences again (G)")
        self.button.setWhatsThis(
            "Moves every parameter a little up and down in float64 and measures how the result changes. It is done "
            "after every change of the program as well."
        )
        self.add_header_widget(self.chip)
        self.add_header_widget(self.button)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.sentence)
        self.button.clicked.connect(state.check)
        state.checked.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the report, or why there is none."""
        state, report = self._state, self._state.report
        if report is None:
            self.chip.hide()
            recorded = state.evaluation is not None and state.evaluation.recording is not None
            if state.check_problem:
                self.table.show_rows(())
                self.sentence.setText(state.check_problem)
            elif not state.is_checking:
                self.table.show_rows(())
                self.sentence.setText("" if recorded else "There is no gradient to check yet.")
            return
        self.chip.setVisible(bool(report.rows))
        self.chip.setText(chip_text(report))
        self.table.show_rows(report.rows)
        self.sentence.setText(report.sentence)


def chip_text(report: CheckReport) -> str:
    """ "3 of 3 agree"."""
    mark = "✓" if report.is_right else "✗"
    return f"{mark} {report.agreeing} of {len(report.rows)} agree"


def _digits(value: float, row: CheckRow) -> str:
    return decimal_text(value, DIGITS) if row.entries else "–"


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
