"""The command palette: a field near the top of the window that finds any command by a few letters of its name.

It lies over the window as a transparent sheet with a card on it. It stops nothing: runs and plots go on beneath it.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListView, QMainWindow, QVBoxLayout, QWidget
from shiboken6 import isValid

from gui.domain.command_search import Match, ranked
from gui.state.settings import Settings
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.command_delegate import COMMAND, MATCH, CommandDelegate
from gui.views.shell.commands import Command, commands_of
from gui.views.widgets.themed import text_label

WIDTH_IN_LINES = 38
SHOWN_ROWS = 10
WIDEST_SHARE = 0.9
HIGHEST_SHARE = 0.7
STEPS: dict[int, int] = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: SHOWN_ROWS,
    Qt.Key.Key_PageUp: -SHOWN_ROWS,
}

Index = QModelIndex | QPersistentModelIndex


class CommandModel(QAbstractListModel):
    """The commands that fit a query, best first. What is possible is read from the actions while they are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands: list[Command] = []
        self._recent: list[int] = []
        self._shown: list[tuple[int, Match]] = []

    def set_commands(self, commands: list[Command], recent: tuple[str, ...]) -> None:
        """Offer these; ``recent`` are names of actions, the latest first."""
        for command in self._commands:
            if isValid(command.action):
                command.action.changed.disconnect(self._on_action_changed)
        self._commands = commands
        names = [command.action.objectName() for command in commands]
        self._recent = [names.index(name) for name in recent if name in names]
        for command in commands:
            command.action.changed.connect(self._on_action_changed)

    def search(self, query: str) -> None:
        self.beginResetModel()
        texts = [(command.path, len(command.path) - len(command.name)) for command in self._commands]
        self._shown = ranked(query, texts, self._recent)
        self.endResetModel()

    def command(self, row: int) -> Command:
        return self._commands[self._shown[row][0]]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        command, match = self.command(index.row()), self._shown[index.row()][1]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{command.path}   {command.keys}".strip()
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole):
            return command.action.statusTip()
        if role == Qt.ItemDataRole.WhatsThisRole:
            return command.action.whatsThis()
        return {COMMAND: command, MATCH: match}.get(role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        enabled = index.isValid() and self.command(index.row()).action.isEnabled()
        return flags | Qt.ItemFlag.ItemIsEnabled if enabled else flags

    @Slot()
    def _on_action_changed(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))


class CommandPalette(QWidget):
    """Made once for a window; ``open`` shows it. Enter or a click carries a command out, Esc closes."""

    def __init__(self, themes: ThemeProvider, settings: Settings, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._before: QWidget | None = None
        self.setObjectName("command_palette")
        self.setAccessibleName("Command palette")
        self.setToolTip("Click beside the list to close it")
        self.setWhatsThis("Finds commands by name. Type, choose with the arrow keys, press Enter; Esc closes it.")
        self._card = QFrame(self)
        self._card.setProperty("card", "true")
        self._field = QLineEdit()
        self._list = QListView()
        self._model = CommandModel(self)
        self._none = text_label("No command has these letters.", Role.BODY, "caption")
        self._make(themes)
        self.hide()

    def _make(self, themes: ThemeProvider) -> None:
        self._field.setObjectName("palette_field")
        self._field.setPlaceholderText("Type a few letters of a command")
        self._field.setAccessibleName("Search commands")
        self._field.setToolTip("Arrow keys choose, Enter carries out, Esc closes")
        self._field.setWhatsThis("Type letters of any words of a command, in any order: “ep st” finds “Step epoch”.")
        self._field.textChanged.connect(self._on_text_changed)
        self._field.installEventFilter(self)
        self._list.setObjectName("palette_list")
        self._list.setAccessibleName("Commands")
        self._list.setToolTip("Click a command to carry it out")
        self._list.setWhatsThis("The commands that fit, the last used first. Grey ones are not possible at the moment.")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        self._list.setUniformItemSizes(True)
        self._list.setModel(self._model)
        self._list.setItemDelegate(CommandDelegate(themes, self._list))
        self._list.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self._card)
        pad = metrics.GRID_PX
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(metrics.GRID_PX)
        for widget in (self._field, self._none, self._list):
            column.addWidget(widget)

    @Slot()
    def open(self) -> None:
        """Show it over the window, empty, with the commands as they are now; where the focus was is remembered."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self._model.set_commands(commands_of(self._window), self._settings.recent_commands)
        self._field.clear()
        self._search("")
        self._window.installEventFilter(self)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self._field.setFocus()

    @Slot()
    def dismiss(self) -> None:
        """Close it; the focus goes back where it was."""
        if self.isHidden():
            return
        self._window.removeEventFilter(self)
        before = self._before if self._before is not None and isValid(self._before) else None
        self._before = None
        (before if before is not None and before.isVisible() else self._window).setFocus()
        self.hide()
        self._model.set_commands([], ())
        self._model.search("")

    # -- events -------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        elif watched is self._field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._on_key(event.key())
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.dismiss()

    def _on_key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._carry_out(self._list.currentIndex())
        elif key in STEPS:
            self._move(STEPS[key])
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)  # there is nothing else to go to
        return True

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        if self.isVisible():
            self._search(text)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._carry_out(index)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        self._model.search(text)
        count = self._model.rowCount()
        self._none.setVisible(count == 0)
        self._list.setVisible(count > 0)
        if text or self._settings.recent_commands:  # without, Enter would carry out whatever stands first
            self._move(0)
        self._place()

    def _move(self, steps: int) -> None:
        """Go so many rows on; greyed ones may be read but not carried out. From the last row on it begins again."""
        count = self._model.rowCount()
        if count == 0:
            return
        row = self._list.currentIndex().row()
        if row < 0 or steps == 0:
            row = count - 1 if steps < 0 else 0
        elif abs(steps) == 1:
            row = (row + steps) % count
        else:
            row = min(max(row + steps, 0), count - 1)
        self._list.setCurrentIndex(self._model.index(row))

    def _carry_out(self, index: QModelIndex) -> None:
        """Close first, so that the command finds window and focus as they were."""
        if not index.isValid():
            return
        action = self._model.command(index.row()).action
        if not action.isEnabled():
            return
        self._settings.remember_command(action.objectName())
        self.dismiss()
        action.trigger()

    def _place(self) -> None:
        """In the middle near the top, as high as its rows and no higher than the window allows."""
        font = self.font()
        width = min(metrics.scaled(font, WIDTH_IN_LINES), round(WIDEST_SHARE * self.width()))
        rows = min(SHOWN_ROWS, max(self._model.rowCount(), 1))
        height = metrics.field_height(font) + rows * metrics.row_height(font) + 3 * metrics.GRID_PX + 4
        height = min(height, round(HIGHEST_SHARE * self.height()))
        self._card.setGeometry((self.width() - width) // 2, metrics.scaled(font, 3), width, height)
