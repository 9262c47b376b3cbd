"""Which dialogs the window has. Each opens once, beside the window and not in its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMainWindow

from gui.domain.gradient_check import CheckRow
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.app_actions import AppActions
from gui.views.shell.dialogs import KeysDialog, StudioDialog, TextDialog
from gui.views.shell.screens import bring_back

if TYPE_CHECKING:
    from gui.views.shell.states import States

ABOUT = "What BERAS Studio is, the versions of everything it uses, and their licences. Select text to copy it."


class WindowDialogs(QObject):
    """Opens preferences, keys and the about text for their commands."""

    def __init__(
        self,
        window: QMainWindow,
        themes: ThemeProvider,
        actions: AppActions,
        states: States,
        about: Callable[[], str],
        show_backprop: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._window, self._themes, self._actions, self._states = window, themes, actions, states
        self._settings, self._messages, self._about = states.settings, states.messages, about
        self._show_backprop = show_backprop
        self._dialogs: dict[str, StudioDialog] = {}
        actions.preferences.triggered.connect(self._on_preferences)
        actions.keys.triggered.connect(self._on_keys)
        actions.about.triggered.connect(self._on_about)
        actions.initializers.triggered.connect(self._on_initializers)
        states.gradient_check.started.connect(self._on_check_started)

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

    @Slot()
    def _on_initializers(self) -> None:
        from gui.views.health.initializer_window import InitializerWindow  # here, as above

        themes, lab = self._themes, self._states.initializer_lab
        self._show("initializers", lambda: InitializerWindow(themes, lab, self._settings, self._window))

    @Slot()
    def _on_check_started(self) -> None:
        """Opened without taking the keys from the window."""
        if "gradient_check" not in self._dialogs:
            from gui.views.health.gradient_check_window import GradientCheckWindow  # here, as above

            check = self._states.gradient_check
            window = GradientCheckWindow(self._themes, check, self._settings, self._window)
            window.fault_wanted.connect(self._on_fault_wanted)
            self._dialogs["gradient_check"] = window
        self._dialogs["gradient_check"].show()

    @Slot(object)
    def _on_fault_wanted(self, row: CheckRow) -> None:
        """Go to the op that the gradient check blames, with the wrong entry chosen."""
        self._show_backprop()
        if row.error is not None:
            self._states.fault_guide.lead_to(row.node, row.error)

    def _show(self, name: str, make: Callable[[], StudioDialog]) -> None:
        """Show a dialog, or bring it to the front if it is open already."""
        dialog = self._dialogs.get(name) or make()
        self._dialogs[name] = dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
