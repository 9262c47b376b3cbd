"""The runs as a table model: follows the state row by row, so that what is marked stays marked; sorted and filtered."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Slot

from gui.domain.kept_run import KeptRun
from gui.domain.run_table import COLUMNS, describe, matches
from gui.state.runs import RunsState

AnyIndex = QModelIndex | QPersistentModelIndex
RUN = Qt.ItemDataRole.UserRole
IS_BASELINE = Qt.ItemDataRole.UserRole + 1
SHOWN_COLUMN, NAME_COLUMN = 0, 1
RISING, FALLING = "▲", "▼"
SHOWN_TIP = "Whether the curves of the run are drawn below"
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RunsModel(QAbstractTableModel):
    """One row per run; the first column is a check box, the others are ``COLUMNS``."""

    def __init__(self, state: RunsState, parent: Any = None) -> None:
        super().__init__(parent)
        self._state = state
        self.runs: list[KeptRun] = []
        self._texts: dict[str, tuple[KeptRun, tuple[str, ...]]] = {}
        self._shown: frozenset[str] = frozenset()
        self._baseline: str | None = None
        self.version = 0  # counts the changes, for who keeps what was worked out
        state.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Follow the state, and say no more than what has changed: a table that is sorted sorts again what it hears."""
        wanted, shown, baseline = self._state.runs, frozenset(self._state.shown), self._state.baseline
        other_looks = (shown ^ self._shown) | ({baseline, self._baseline} if baseline != self._baseline else set())
        self._shown, self._baseline = shown, baseline
        self.version += 1
        if not self.runs:
            self.beginResetModel()
            self.runs = list(wanted)
            self.endResetModel()
        else:
            self._follow(wanted)
        for row, run in enumerate(self.runs):
            if run.id in other_looks:
                self.dataChanged.emit(self.index(row, SHOWN_COLUMN), self.index(row, NAME_COLUMN))
        self._texts = {run.id: self._texts[run.id] for run in self.runs if run.id in self._texts}

    def _follow(self, wanted: tuple[KeptRun, ...]) -> None:
        """Take rows out and put rows in; both lists are in the order in which the runs began."""
        kept = {run.id for run in wanted}
        for row in reversed(range(len(self.runs))):
            if self.runs[row].id not in kept:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self.runs[row]
                self.version += 1
                self.endRemoveRows()
        for row, run in enumerate(wanted):
            if row < len(self.runs) and self.runs[row].id == run.id:
                if self.runs[row] is not run:
                    self.runs[row] = run
                    self.version += 1
                    self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS)))
            else:
                self.beginInsertRows(QModelIndex(), row, row)
                self.runs.insert(row, run)
                self.version += 1
                self.endInsertRows()

    def texts(self, run: KeptRun) -> tuple[str, ...]:
        """What the columns show of a run; kept, because painting asks for it again and again."""
        known = self._texts.get(run.id)
        if known is None or known[0] is not run:
            known = (run, tuple(column.text(run) for column in COLUMNS))
            self._texts[run.id] = known
        return known[1]

    def longest_texts(self) -> list[str]:
        """Of each of ``COLUMNS`` the text with most letters."""
        rows = [self.texts(run) for run in self.runs]
        return [max((row[place] for row in rows), key=len, default="") for place in range(len(COLUMNS))]

    def sort_keys(self, column: int, is_rising: bool) -> list[tuple[bool, Any]]:
        """What the rows are sorted by; a value that is missing comes last in either direction."""
        if column == SHOWN_COLUMN:
            return [(True, run.id not in self._shown) for run in self.runs]
        values = [COLUMNS[column - 1].value(run) for run in self.runs]
        texts = [value.casefold() if isinstance(value, str) else value for value in values]
        return [((value is None) == is_rising, "" if value is None else value) for value in texts]

    # -- what Qt asks -------------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS) + 1

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.column() == SHOWN_COLUMN:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME_COLUMN else flags

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        run, place = self.runs[index.row()], index.column() - 1
        if role == RUN:
            return run
        if role == IS_BASELINE:
            return run.id == self._baseline
        if place < 0:
            return self._shown_data(run, role)
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole | Qt.ItemDataRole.AccessibleTextRole:
                return self.texts(run)[place]
            case Qt.ItemDataRole.ToolTipRole:
                return describe(run) if place == 0 else f"{COLUMNS[place].tip}: {self.texts(run)[place]}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if COLUMNS[place].is_number else LEFT
        return None

    def _shown_data(self, run: KeptRun, role: int) -> Any:
        is_shown = run.id in self._shown
        match role:
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{run.name} is {'' if is_shown else 'not '}drawn"
            case Qt.ItemDataRole.ToolTipRole:
                return SHOWN_TIP
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run = self.runs[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self._state.set_shown(run.id, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and index.column() == NAME_COLUMN:
            self._state.rename(run.id, str(value))
            return True
        return False

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section - 1] if section else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return "" if column is None else column.title
            case Qt.ItemDataRole.ToolTipRole:
                return SHOWN_TIP if column is None else f"{column.tip}. A click sorts by it."
            case Qt.ItemDataRole.AccessibleTextRole:
                return "drawn" if column is None else column.name
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if column is not None and column.is_number else LEFT
        return None


class SortedRuns(QSortFilterProxyModel):
    """Numbers are sorted as numbers; what is missing comes last in either direction. Every word must be found."""

    def __init__(self, model: RunsModel, parent: Any = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setSourceModel(model)
        self.setDynamicSortFilter(True)
        self._words = ""
        self._keys: tuple[Any, list[tuple[bool, Any]]] | None = None

    @Slot(str)
    def set_words(self, words: str) -> None:
        """Show only runs in which every word is found in some column."""
        self._words = words
        self.invalidate()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The heads of the table; the one that is sorted by has an arrow."""
        text = super().headerData(section, orientation, role)
        if (
            role == Qt.ItemDataRole.DisplayRole
            and orientation == Qt.Orientation.Horizontal
            and section == self.sortColumn()
        ):
            return f"{text} {RISING if self.sortOrder() == Qt.SortOrder.AscendingOrder else FALLING}".strip()
        return text

    def filterAcceptsRow(self, row: int, parent: AnyIndex) -> bool:
        return matches(self._model.texts(self._model.runs[row]), self._words) if self._words else True

    def lessThan(self, left: AnyIndex, right: AnyIndex) -> bool:
        """Called thousands of times for one click, so the keys are worked out once."""
        order = self.sortOrder()
        made_for = (left.column(), order, self._model.version)
        if self._keys is None or self._keys[0] != made_for:
            is_rising = order == Qt.SortOrder.AscendingOrder
            self._keys = made_for, self._model.sort_keys(left.column(), is_rising)
        keys = self._keys[1]
        return bool(keys[left.row()] < keys[right.row()])
