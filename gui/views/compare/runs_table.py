"""The table of runs: rows are marked by mouse and keys, a check box draws a run's curves, names change in place."""

from __future__ import annotations

import math

from PySide6.QtCore import QItemSelection, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.domain.kept_run import KeptRun
from gui.domain.run_table import COLUMNS
from gui.state.runs import RunsState
from gui.views.compare.runs_delegate import PAD, RunsDelegate
from gui.views.compare.runs_model import NAME_COLUMN, RUN, SHOWN_COLUMN, RunsModel, SortedRuns
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider

SORTED_FIRST = "best_val_loss"
HEAD_SCALE = 2.6
NAME_LINES = (20.0, 12.0)  # at most, and where there is little room
WIDEST_LINES, NARROWEST_LINES = 10.0, 5.0
SHOWN_LINES = 1.9
LEAST_LINES = 9.5
HORIZONTAL = Qt.Orientation.Horizontal
ROW_TIP = "Mark two rows to see what differs. Space draws the curves of the marked runs, F2 renames, Del deletes."


class RunsTable(QTableView):
    """``sorting_changed`` when another column is sorted by."""

    sorting_changed = Signal()

    def __init__(self, themes: ThemeProvider, state: RunsState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._state = themes, state
        self.setObjectName("runs_table")
        self.setAccessibleName("Runs")
        self.setToolTip(ROW_TIP)
        self.setWhatsThis(
            "Every run that was kept, one in a row. A click on a head sorts by that column. The check box draws a "
            "run’s curves; marking two rows compares them; a double click on a name changes it."
        )
        self.runs_model = RunsModel(state, self)
        self.sorted_runs = SortedRuns(self.runs_model, self)
        self._delegate = RunsDelegate(themes, self)
        self.setModel(self.sorted_runs)
        self.setItemDelegate(self._delegate)
        self._configure()
        self._configure_head()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        state.changed.connect(self.fit_columns)
        self.sorting_changed.connect(self.fit_columns)
        themes.font_changed.connect(self._on_font_changed)
        themes.theme_changed.connect(self._on_theme_changed)
        self._on_font_changed()

    def _configure(self) -> None:
        view = QAbstractItemView
        self.setSelectionBehavior(view.SelectionBehavior.SelectRows)
        self.setSelectionMode(view.SelectionMode.ExtendedSelection)
        self.setEditTriggers(view.EditTrigger.DoubleClicked)
        self.setHorizontalScrollMode(view.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        set_least_size(self, height=LEAST_LINES)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _configure_head(self) -> None:
        head = self.horizontalHeader()
        head.setObjectName("runs_table_head")
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setFirstSectionMovable(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sortIndicatorChanged.connect(self.sorting_changed)
        self.setSortingEnabled(True)
        first = next(place for place, column in enumerate(COLUMNS) if column.key == SORTED_FIRST) + 1
        self.sortByColumn(first, Qt.SortOrder.AscendingOrder)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @property
    def sorted_by(self) -> str:
        """The name of the column that is sorted by."""
        place = self.horizontalHeader().sortIndicatorSection()
        return COLUMNS[place - 1].name if place > SHOWN_COLUMN else "what is drawn"

    @property
    def visible_ids(self) -> list[str]:
        """The runs that the filter leaves, in the order of the table."""
        rows = range(self.sorted_runs.rowCount())
        return [self.sorted_runs.index(row, NAME_COLUMN).data(RUN).id for row in rows]

    @Slot(QItemSelection, QItemSelection)
    def _on_selection_changed(self) -> None:
        self._state.select(self.marked_ids)
        self.viewport().update()

    @property
    def marked_ids(self) -> list[str]:
        """The runs whose rows are marked."""
        return [index.data(RUN).id for index in self.selectionModel().selectedRows()]

    def row_of(self, run_id: str) -> int:
        """The row of a run in the order of the table; -1 where the filter hides it."""
        ids = self.visible_ids
        return ids.index(run_id) if run_id in ids else -1

    @Slot()
    def fit_columns(self) -> None:
        """Let each column be as wide as its head and its longest text; where there is no room, texts are cut off."""
        wanted, least = self._column_widths()
        missing = sum(wanted) - self.viewport().width()
        spare = sum(wanted) - sum(least)
        share = min(1.0, missing / spare) if missing > 0 and spare else 0.0
        widths = [math.floor(most - share * (most - fewest)) for most, fewest in zip(wanted, least, strict=True)]
        widths[-1] += max(0, self.viewport().width() - sum(widths))
        for column, width in enumerate(widths):
            if width != self.columnWidth(column):
                self.setColumnWidth(column, width)

    def _column_widths(self) -> tuple[list[int], list[int]]:
        """How wide the columns would best be, and how narrow those with texts may become."""
        font = self.font()
        head, body = QFontMetrics(metrics.role_font(font, Role.TITLE)), QFontMetrics(metrics.tabular(font))
        widest, narrowest = metrics.scaled(font, WIDEST_LINES), metrics.scaled(font, NARROWEST_LINES)
        wanted = [metrics.scaled(font, SHOWN_LINES)]
        least = list(wanted)
        for place, text in enumerate(self.runs_model.longest_texts(), start=1):
            column, lines = COLUMNS[place - 1], str(self.sorted_runs.headerData(place, HORIZONTAL)).split("\n")
            title = max(head.horizontalAdvance(line) for line in lines) + 2 * PAD
            full = max(title, body.horizontalAdvance(text) + 2 * PAD)
            wanted.append(full if column.is_number else min(full, widest))
            least.append(full if column.is_number else min(wanted[-1], max(title, narrowest)))
        names = self._delegate.name_widths(font, self._state.runs, self._state.baseline)
        most, fewest = (metrics.scaled(font, lines) for lines in NAME_LINES)
        wanted[NAME_COLUMN] = min(most, max(names, default=fewest))
        least[NAME_COLUMN] = min(fewest, wanted[NAME_COLUMN])
        return wanted, least

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    @Slot()
    def _on_font_changed(self, _font: QFont | None = None) -> None:
        self.verticalHeader().setDefaultSectionSize(metrics.row_height(self.font()))
        self.verticalHeader().setMinimumSectionSize(metrics.row_height(self.font()))
        self.horizontalHeader().setFont(metrics.role_font(self.font(), Role.TABLE_HEAD))
        self.horizontalHeader().setFixedHeight(metrics.scaled(self.font(), HEAD_SCALE))
        self.fit_columns()

    @Slot(object)
    def _on_theme_changed(self) -> None:
        self.viewport().update()

    # -- mouse and keys -----------------------------------------------------------------------------------------------

    def edit_name(self) -> None:
        """Let the name of the current row be typed."""
        index = self.currentIndex()
        if index.isValid():
            self.edit(index.siblingAtColumn(NAME_COLUMN))

    def _toggle(self, indexes: list[QModelIndex]) -> None:
        """Draw these runs, or no longer if the first of them is drawn."""
        runs = [index.data(RUN) for index in indexes]
        wanted = bool(runs) and runs[0].id not in self._state.shown
        for run in runs:
            if isinstance(run, KeptRun):
                self._state.set_shown(run.id, wanted)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a check box marks no row."""
        index = self.indexAt(event.position().toPoint())
        if index.column() == SHOWN_COLUMN and event.button() == Qt.MouseButton.LeftButton:
            self._toggle([index])
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.column() == SHOWN_COLUMN:
            self._toggle([index])
        else:
            super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._toggle(self.selectionModel().selectedRows())
        else:
            super().keyPressEvent(event)
