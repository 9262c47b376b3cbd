"""Where the program keeps what belongs to the user and is in no file of theirs: kept runs, sessions."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths


def user_folder(name: str) -> Path | None:
    """The folder of this name in the user's data of this program; None where the system names no such place."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    return Path(place) / name if place else None
