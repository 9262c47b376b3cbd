"""Where a file is chosen: the system's dialog if it has one, open beside the window, beginning in the last folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QToolButton, QWidget

from gui.domain.experiment_file import SUFFIX
from gui.state.files import FilesState
from gui.views.looks import metrics
from gui.views.widgets.themed import set_style_property

TO_OPEN = f"Experiments and presets (*{SUFFIX} *.json);;All files (*)"
WIDTH_IN_LINES, HEIGHT_IN_LINES = 52, 30
TO_SAVE = f"Experiments (*{SUFFIX})"


class FileDialogs(QObject):
    """Opens a dialog when the state wants a file, and tells it which was chosen."""

    def __init__(self, files: FilesState, window: QWidget) -> None:
        super().__init__(window)
        self._files = files
        self._window = window
        self._dialog: QFileDialog | None = None
        files.open_place_wanted.connect(self._on_open_place_wanted)
        files.save_place_wanted.connect(self._on_save_place_wanted)

    @Slot()
    def _on_open_place_wanted(self) -> None:
        if self._dialog is None:
            dialog = QFileDialog(self._window, "Open an experiment", str(self._files.folder), TO_OPEN)
            dialog.setObjectName("dialog_open")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._show(dialog)

    @Slot()
    def _on_save_place_wanted(self) -> None:
        if self._dialog is None:
            place = self._files.suggested_path
            dialog = QFileDialog(self._window, "Save the experiment", str(place.parent), TO_SAVE)
            dialog.setObjectName("dialog_save")
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it would wait for the answer; the state asks
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(SUFFIX.removeprefix("."))
            dialog.selectFile(place.name)
            self._show(dialog)

    def _show(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(self._on_finished)
        self._dialog = dialog
        open_beside(dialog)

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None:
            return
        chosen = dialog.selectedFiles() if result == QDialog.DialogCode.Accepted else []
        saves = dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
        dialog.deleteLater()
        if saves and not chosen:
            self._files.give_up_saving()
        elif saves:
            self._files.save_to(Path(chosen[0]))
        elif chosen:
            self._files.open(Path(chosen[0]))


def open_beside(dialog: QFileDialog) -> None:
    """Open a file dialog without waiting for it, in the studio's looks."""
    dialog.setAccessibleName(dialog.windowTitle())
    dialog.open()
    for button in dialog.findChildren(QToolButton):  # Qt's own dialog has some, the system's none
        set_style_property(button, "square", "true")
    dialog.resize(metrics.scaled(dialog.font(), WIDTH_IN_LINES), metrics.scaled(dialog.font(), HEIGHT_IN_LINES))
