"""Files dropped on the window. What opens them is decided by the state of the files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QGraphicsView, QWidget


def files_of(mime: QMimeData) -> list[Path]:
    """The files of this computer among what is dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def give_files_to_window(part: QWidget) -> None:
    """Let what is dropped on a part reach its window: plots and graphs would take it and do nothing with it."""
    for view in part.findChildren(QGraphicsView):
        view.setAcceptDrops(False)
