"""The studio's dialogs: never in the way of the window, closed with Esc, as large as when they were last closed."""

from __future__ import annotations

from html import escape
from itertools import groupby

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QLabel, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from gui.state.settings import Settings
from gui.views.looks import metrics
from gui.views.shell.commands import Command, commands_of
from gui.views.shell.screens import bring_back


class StudioDialog(QDialog):
    """Put contents into ``body``. ``lines`` is its first size in lines of text, width and height.

    Its size is remembered in tenths of lines too, so that it fits also when the text has another size.
    """

    def __init__(self, settings: Settings, name: str, title: str, lines: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self._name = name
        self._lines = lines
        self._line = metrics.scaled(self.font(), 1)
        self.setObjectName(f"dialog_{name}")
        self.setAccessibleName(title)
        self.setWindowTitle(title)
        self.setModal(False)
        self.setProperty("panel", "true")
        self.body = QVBoxLayout()
        self.body.setSpacing(metrics.GRID_PX)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setObjectName(f"{name}_close_button")
        close.setAccessibleName(f"Close: {title}")
        close.setToolTip("Close (Esc)")
        close.setWhatsThis("Closes this window. What was changed in it has been applied already.")
        column = QVBoxLayout(self)
        pad = metrics.PAGE_MARGIN_PX
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(metrics.GROUP_GAP_PX)
        column.addLayout(self.body, 1)
        column.addWidget(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        self._line = metrics.scaled(self.font(), 1)
        size = self._settings.dialog_size(self._name)
        tenths = size if size.isValid() else QSize(*self._lines) * 10
        self._resize(tenths * (self._line / 10))
        super().showEvent(event)
        bring_back(self)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.isVisible():
            before, self._line = self._line, metrics.scaled(self.font(), 1)
            self._resize(self.size() * (self._line / before))

    def done(self, result: int) -> None:
        self._remember()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._remember()
        super().closeEvent(event)

    def _resize(self, wanted: QSize) -> None:
        self.resize(wanted.boundedTo(self.screen().availableSize()))

    def _remember(self) -> None:
        if self.isVisible():
            self._settings.set_dialog_size(self._name, self.size() * (10 / self._line))


class TextDialog(StudioDialog):
    """A dialog that shows a text and scrolls where it is too long."""

    def __init__(self, settings: Settings, name: str, title: str, text: str, explanation: str, parent: QWidget) -> None:
        super().__init__(settings, name, title, (34, 30), parent)
        self._text = QLabel(text)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setContentsMargins(*4 * (metrics.GRID_PX,))
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        area.setWidget(self._text)
        area.setObjectName(f"{name}_text")
        area.setAccessibleName(title)
        area.setToolTip("The arrow keys scroll; the mouse selects text to copy")
        area.setWhatsThis(explanation)
        self._text.setProperty("panel", "true")
        self.body.addWidget(area)
        area.setFocus()

    @property
    def text(self) -> str:
        """What it shows, as rich text."""
        return self._text.text()


class KeysDialog(TextDialog):
    """Every command of a window that has a key, menu by menu; read from the commands themselves."""

    def __init__(self, settings: Settings, window: QMainWindow) -> None:
        explanation = "Every command with a key. The list is read from the menus, so it is always complete."
        super().__init__(settings, "keys", "Keys", "", explanation, window)
        self._window = window

    def showEvent(self, event: QShowEvent) -> None:
        self._text.setText(keys_text(commands_of(self._window)))
        super().showEvent(event)


def keys_text(commands: list[Command]) -> str:
    """The commands with keys as rich text, grouped by their menu."""
    rows = []
    for menu, group in groupby((c for c in commands if c.keys), key=lambda each: each.menus[0]):
        rows.append(f"<tr><td colspan='2'><h4 style='margin: 8px 0 2px 0'>{escape(menu)}</h4></td></tr>")
        rows += [
            f"<tr><td style='padding: 2px 20px 2px 0'>{escape(each.name)}</td><td><b>{escape(each.keys)}</b></td></tr>"
            for each in group
        ]
    return f"<table>{''.join(rows)}</table>"
