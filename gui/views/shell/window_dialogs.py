"""Which dialogs the window has. Each opens once, beside the window and not in its way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMainWindow

from gui.state.messages import MessageState
from gui.state.settings import Settings
from gui.views.shell.app_actions import AppActions
from gui.views.shell.dialogs import KeysDialog, StudioDialog, TextDialog
from gui.views.shell.screens import bring_back

ABOUT = "What BERAS Studio is, the versions of everything it uses, and their licences. Select text to copy it."


class WindowDialogs(QObject):
    """Opens preferences, keys and the about text for their commands."""

    def __init__(
        self,
        window: QMainWindow,
        actions: AppActions,
        settings: Settings,
        messages: MessageState,
        about: Callable[[], str],
    ) -> None:
        super().__init__(window)
        self._window, self._actions = window, actions
        self._settings, self._messages, self._about = settings, messages, about
        self._dialogs: dict[str, StudioDialog] = {}
        actions.preferences.triggered.connect(self._on_preferences)
        actions.keys.triggered.connect(self._on_keys)
        actions.about.triggered.connect(self._on_about)

    def bring_back(self) -> None:
        """Put dialogs that are off every screen where one can reach them."""
        for dialog in self._dialogs.values():
            bring_back(dialog)

    def close(self) -> None:
        for dialog in self._dialogs.values():
            dialog.close()

    @Slot()
    def _on_preferences(self) -> None:
        from gui.views.shell.preferences import PreferencesDialog  # here, so that the studio starts without it

        layout = self._actions.restore_layout
        self._show("preferences", lambda: PreferencesDialog(self._settings, self._messages, layout, self._window))

    @Slot()
    def _on_keys(self) -> None:
        self._show("keys", lambda: KeysDialog(self._settings, self._window))

    @Slot()
    def _on_about(self) -> None:
        title = "About BERAS Studio"
        self._show("about", lambda: TextDialog(self._settings, "about", title, self._about(), ABOUT, self._window))

    def _show(self, name: str, make: Callable[[], StudioDialog]) -> None:
        """Show a dialog, or bring it to the front if it is open already."""
        dialog = self._dialogs.get(name) or make()
        self._dialogs[name] = dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
