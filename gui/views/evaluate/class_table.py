"""Every class by itself: how many samples, precision, recall, F1, and what it is mostly taken for. Sortable."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from gui.domain.evaluation import ClassFigures, Evaluation
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider

HEADS = ("class", "samples", "precision", "recall", "F1", "taken for")
RECALL = 3
BAR_FROM = 0.8
"""Bars of recall begin here, because most of them would look full; it is said in the caption."""
LEAST_BAR_PX, BAR_GAP_PX = 16, 8
LEAST_COLUMN = 2.5
VALUE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class _Item(QTableWidgetItem):
    """Sorted by its number, what has none last."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        mine, theirs = self.data(VALUE), other.data(VALUE)
        return bool((-1.0 if mine is None else mine) < (-1.0 if theirs is None else theirs))


class _RecallBar(QStyledItemDelegate):
    """A bar before the number."""

    def __init__(self, themes: ThemeProvider, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        value = index.data(VALUE)
        if value is None:
            return
        theme = self._themes.theme
        box = QRectF(option.rect)
        height = box.height() * 0.26
        text = option.fontMetrics.horizontalAdvance("100.0 %") + 2 * BAR_GAP_PX
        track = QRectF(box.left() + BAR_GAP_PX, box.center().y() - height / 2, box.width() - text - BAR_GAP_PX, height)
        if track.width() < LEAST_BAR_PX:
            return
        painter.fillRect(track, theme.color("grid"))
        share = min(max((value - BAR_FROM) / (1 - BAR_FROM), 0.0), 1.0)
        painter.fillRect(QRectF(track.left(), track.top(), track.width() * share, height), theme.color("train"))


class ClassTable(QTableWidget):
    """``class_chosen`` when a row is clicked or Enter is pressed on it."""

    class_chosen = Signal(int)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADS), parent)
        self._themes = themes
        self.setObjectName("class_table")
        self.setAccessibleName("Every class by itself")
        self.setToolTip("Click a heading to sort, a class to see its images; the last column is its commonest mistake")
        self.setWhatsThis(
            "Precision: of the samples that the network said to be of a class, the share that is. Recall: of the "
            "samples that are of the class, the share that was found. F1 is the harmonic mean of both."
        )
        self.setHorizontalHeaderLabels(HEADS)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setItemDelegateForColumn(RECALL, _RecallBar(themes, self))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(RECALL, QHeaderView.ResizeMode.Stretch)
        for column in range(len(HEADS)):
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            self.horizontalHeaderItem(column).setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorShown(False)  # its arrow would take room in every column
        self.cellClicked.connect(self._on_row_chosen)
        self.cellActivated.connect(self._on_row_chosen)
        themes.font_changed.connect(self._on_font_changed)
        self._on_font_changed()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show every class, in the order that is chosen."""
        self.setSortingEnabled(False)
        self.setRowCount(len(evaluation.classes))
        for row, figures in enumerate(evaluation.classes):
            for column, (text, value) in enumerate(self._cells(evaluation, row, figures)):
                item = _Item(text)
                item.setData(VALUE, value)
                item.setToolTip(text)
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorShown(False)

    @staticmethod
    def _cells(evaluation: Evaluation, row: int, figures: ClassFigures) -> tuple[tuple[str, float | None], ...]:
        taken = evaluation.confusion[row].copy()
        taken[row] = 0
        most = int(taken.argmax())
        mostly = f"{evaluation.class_names[most]} ({taken[most]:,})" if taken[most] else "–"
        return (
            (figures.name, float(row)),
            (f"{figures.support:,}", float(figures.support)),
            (_percent(figures.precision), figures.precision),
            (_percent(figures.recall), figures.recall),
            ("–" if figures.f1 is None else f"{figures.f1:.3f}", figures.f1),
            (mostly, float(taken[most])),
        )

    @Slot(int, int)
    def _on_row_chosen(self, row: int, _column: int) -> None:
        self.class_chosen.emit(int(self.item(row, 0).data(VALUE)))

    @Slot()
    def _on_font_changed(self) -> None:
        self.verticalHeader().setDefaultSectionSize(metrics.row_height(self.font()))
        self.horizontalHeader().setMinimumSectionSize(metrics.scaled(self.font(), LEAST_COLUMN))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
