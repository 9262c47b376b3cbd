"""The arithmetic of one element, line by line, to be added up on the board or copied into a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.domain.backprop.equation import ElementSum
from gui.domain.backprop.table_text import Table, sum_table, update_table
from gui.domain.backprop.update_rule import UpdateEquation
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.action_button import copy_menu

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
FORMS: tuple[tuple[str, Callable[[Table], str]], ...] = (
    ("Copy as text", Table.as_text),
    ("Copy as CSV", Table.as_csv),
    ("Copy as LaTeX", Table.as_latex),
)
LEAST_ROWS = 5
GRADIENT_HEADS = frozenset({"upstream", "product"})


class TermsTable(QTableWidget):
    """Shows the sum of one element, or the lines of an update. Ctrl+C copies it as text, its menu in other forms."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._table: Table | None = None
        self._blue: frozenset[int] = frozenset()
        self._highlighted: frozenset[int] = frozenset()
        self._bold: frozenset[int] = frozenset()
        self.setObjectName("terms_table")
        self.setAccessibleName("The sum of one element, term by term")
        self.setToolTip("Every term of the sum with its real numbers; right-click to copy the table")
        self.setWhatsThis(
            "Each line is one product: an upstream number times a local one. The last line is their sum, which "
            "must be the number that was recorded. Right-click copies the table as text, CSV or LaTeX."
        )
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        themes.theme_changed.connect(self._on_theme_changed)
        themes.font_changed.connect(self._on_font_changed)
        self._on_font_changed()

    @property
    def table(self) -> Table | None:
        """What is shown."""
        return self._table

    def show_sum(self, found: ElementSum, decimals: int, sample: int | None, pictures: Sequence[QPixmap]) -> None:
        """Show a sum; the term of ``sample`` is set off, and terms that are samples have their pictures."""
        self._blue = frozenset(i for i, head in enumerate(found.heads) if head in GRADIENT_HEADS)
        self._highlighted = frozenset(i for i, term in enumerate(found.terms) if term.sample == sample is not None)
        self._show(sum_table(found, decimals))
        for row, term in enumerate(found.terms):
            if term.sample is not None and term.sample < len(pictures):
                self.item(row, 0).setIcon(QIcon(pictures[term.sample]))

    def show_update(self, found: UpdateEquation) -> None:
        """Show the lines of an update."""
        self._blue, self._highlighted = frozenset(), frozenset()
        self._show(update_table(found))

    def _show(self, table: Table) -> None:
        self._table = table
        self._bold = frozenset({len(table.rows) - 1})
        self.clear()
        self.setColumnCount(len(table.heads))
        self.setRowCount(len(table.rows))
        last = len(table.heads) - 1
        numeric = [all(_is_number(row[column]) for row in table.rows) for column in range(last + 1)]
        for column, head in enumerate(table.heads):
            item = QTableWidgetItem(head)
            item.setTextAlignment(RIGHT if numeric[column] and column else LEFT)
            self.setHorizontalHeaderItem(column, item)
        for row, texts in enumerate(table.rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                item.setTextAlignment(RIGHT if numeric[column] and column else LEFT)
                self.setItem(row, column, item)
        header, modes = self.horizontalHeader(), QHeaderView.ResizeMode
        header.setSectionResizeMode(modes.ResizeToContents)
        header.setSectionResizeMode(max(i for i in range(last + 1) if not numeric[i]), modes.Stretch)
        self._paint_cells()
        self.updateGeometry()

    def _paint_cells(self) -> None:
        theme = self._themes.theme
        bold = metrics.tabular(metrics.role_font(self.font(), Role.TITLE))
        plain = metrics.tabular(QFont(self.font()))
        for row in range(self.rowCount()):
            for column in range(self.columnCount()):
                item = self.item(row, column)
                item.setFont(bold if row in self._bold else plain)
                item.setForeground(QColor(theme.gradient_text if column in self._blue else theme.ink))
                item.setBackground(QColor(theme.selection if row in self._highlighted else theme.panel))

    def sizeHint(self) -> QSize:
        rows = self.rowCount() * self.verticalHeader().defaultSectionSize()
        return QSize(metrics.scaled(self.font(), 18), self.horizontalHeader().sizeHint().height() + rows + 2)

    def minimumSizeHint(self) -> QSize:
        rows = min(self.rowCount(), LEAST_ROWS) * self.verticalHeader().defaultSectionSize()
        return QSize(metrics.scaled(self.font(), 14), self.horizontalHeader().sizeHint().height() + rows + 2)

    # -- copying ------------------------------------------------------------------------------------------------------

    @property
    def ways_to_copy(self) -> list[tuple[str, Callable[[], None]]]:
        """What each is called, and what does it."""
        return [(text, partial(self.copy, form)) for text, form in FORMS]

    def copy(self, form: Callable[[Table], str] = Table.as_text) -> None:
        """Put the table into the clipboard."""
        if self._table is not None:
            QGuiApplication.clipboard().setText(form(self._table))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    @Slot(QPoint)
    def _on_menu_requested(self, place: QPoint) -> None:
        menu = copy_menu(self, "terms", self.ways_to_copy)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(place))

    @Slot()
    def _on_font_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(metrics.scaled(self.font(), 1.5))
        side = metrics.icon_side(self.font())
        self.setIconSize(QSize(side, side))
        self._paint_cells()
        self.updateGeometry()

    @Slot(object)
    def _on_theme_changed(self, _theme: Theme) -> None:
        self._paint_cells()


def _is_number(text: str) -> bool:
    return text == "" or text == "∞" or text[-1].isdigit() or text == "NaN"
