"""The commands of the File menu that open and save. What they do is decided by the state of the files."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from gui.domain.presets import preset_names, preset_title
from gui.state.autosave import AutosaveState
from gui.state.files import FilesState
from gui.state.settings import MAX_RECENT_FILES
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import CommandGroup


class FileActions(CommandGroup):
    """New, open, recent files, presets, save. ``follow`` keeps a menu with the recent files up to date."""

    def __init__(self, themes: ThemeProvider, files: FilesState, autosave: AutosaveState, window: QWidget) -> None:
        super().__init__(themes, window, typed_in=window)
        self._files, self._autosave = files, autosave
        self._recent_menu: QMenu | None = None
        self._make_opening()
        self._make_saving()
        self._make_restore()
        self._make_recent()
        self.presets = [self._preset(name) for name in preset_names()]
        files.changed.connect(self.refresh)
        autosave.changed.connect(self.refresh)
        self.refresh()

    # -- making -------------------------------------------------------------------------------------------------------

    def _make_opening(self) -> None:
        self.new = self._action(
            "new",
            "&New",
            "Begin with the experiment that the program begins with",
            "Opens a fresh experiment, the one on the pen digits. If the one on show has changes that are not saved, "
            "you are asked first.",
            self._files.new,
            "Ctrl+N",
        )
        self.open = self._action(
            "open",
            "&Open…",
            "Open an experiment or a preset from a file",
            "Chooses a .beras file, or a preset in JSON, and sets everything up as it says. You can also drop a file "
            "on the window.",
            self._files.open_place_wanted.emit,
            "Ctrl+O",
            icon="open",
        )

    def _make_saving(self) -> None:
        self.save = self._action(
            "save",
            "&Save",
            "Save the experiment to its file",
            "Writes data, network, optimiser and training settings to the experiment's file. The first time you "
            "choose where it goes.",
            self._files.save,
            "Ctrl+S",
            icon="save",
        )
        self.save_as = self._action(
            "save_as",
            "Save &as…",
            "Save the experiment to another file",
            "Chooses a file to write the experiment to. From then on Save writes to that file.",
            self._files.save_place_wanted.emit,
            "Ctrl+Shift+S",
        )

    def _make_restore(self) -> None:
        self.restore = self._action(
            "restore_session",
            "&Restore session",
            "Take what was kept when the program did not end properly",
            "While the window is open its experiment and its run are kept every half minute. If the program is "
            "killed, this brings them back; it is grey if nothing was left behind.",
            self._autosave.restore,
            icon="restart",
        )

    def _make_recent(self) -> None:
        self.recent = [self._recent(index) for index in range(MAX_RECENT_FILES)]
        self.clear_recent = self._action(
            "clear_recent",
            "&Clear list",
            "Forget which files were open",
            "Empties the list of recent files. The files themselves stay where they are.",
            self._files.forget_recent,
        )

    def _preset(self, name: str) -> QAction:
        title = preset_title(name)
        return self._action(
            f"preset_{name.replace('-', '_')}",
            title,
            f"Open the ready experiment “{title}”",
            f"Sets data, network, optimiser and training up as in “{title}”. If the experiment on show has changes "
            "that are not saved, you are asked first.",
            lambda: self._files.open_preset(name),
        )

    def _recent(self, index: int) -> QAction:
        return self._action(
            f"recent_{index + 1}",
            "",
            "Open a file that was open before",
            "Opens this file again. It is grey if it is not found where it was; it may have been moved or renamed.",
            lambda: self._files.open(self._files.recent[index].path),
        )

    # -- keeping up to date -------------------------------------------------------------------------------------------

    def follow(self, menu: QMenu) -> None:
        """Look for the recent files anew whenever this menu opens."""
        self._recent_menu = menu
        menu.aboutToShow.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the recent files as they are now. One without a name is in no list of commands."""
        recent = self._files.recent
        for index, action in enumerate(self.recent):
            file = recent[index] if index < len(recent) else None
            action.setVisible(file is not None)
            action.setEnabled(file is not None and not file.reason)
            label = "" if file is None else file.label.replace("&", "&&")
            action.setText(f"{label} ({file.reason})" if file is not None and file.reason else label)
            action.setStatusTip("Open a file that was open before" if file is None else _tip(file.reason, file.place))
        self.clear_recent.setEnabled(bool(recent))
        self.restore.setEnabled(self._autosave.left is not None)
        if self._recent_menu is not None:
            self._recent_menu.menuAction().setEnabled(bool(recent))


def _tip(reason: str, place: str) -> str:
    return f"{place} is {reason}: it may have been moved or renamed" if reason else f"Open {place}"
