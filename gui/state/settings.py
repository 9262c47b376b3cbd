"""What the window remembers. Damaged or newer settings give defaults, and a sentence that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSettings, QSize, Signal

from gui.domain.appearance import DEFAULT_THEME, FONT_PERCENTS, NORMAL_FONT_PERCENT, THEME_CHOICES
from gui.domain.time_limits import DEFAULT_MEMORY_MB, MEMORY_CHOICES_MB

SCHEMA = 1
ORGANISATION, APPLICATION = "BERAS", "BERAS Studio"
MAX_RECENT_COMMANDS = 8
MAX_RECENT_FILES = 10
LARGEST_DIALOG_PX = 10_000
FLAGS = {"true": True, "false": False}

THEME, FONT_PERCENT, REDUCE_MOTION, TIME_MEMORY = "theme", "font_percent", "reduce_motion", "time_memory_mb"
GEOMETRY, DOCKS, RECENT_COMMANDS = "window/geometry", "window/docks", "palette/recent"
RECENT_FILES, FOLDER = "files/recent", "files/folder"
NAMES = {
    THEME: "theme",
    FONT_PERCENT: "font size",
    REDUCE_MOTION: "reduced motion",
    TIME_MEMORY: "memory for going back",
    GEOMETRY: "place of the window",
    DOCKS: "places of the docks",
}


class Settings(QObject):
    """A thin, checked layer over one INI file in the user's configuration folder.

    ``changed`` names the setting that has another value now: ``THEME``, ``FONT_PERCENT``, ``REDUCE_MOTION`` or
    ``TIME_MEMORY``.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        scope = QSettings.Scope.UserScope
        self._store = QSettings(QSettings.Format.IniFormat, scope, ORGANISATION, APPLICATION)
        self.complaint = self._check()

    def _check(self) -> str:
        if self._store.status() != QSettings.Status.NoError:
            self._store.clear()
            return "The saved settings could not be read, so the window starts with its defaults."
        schema = self._store.value("schema", SCHEMA)
        if str(schema) != str(SCHEMA):
            self.reset()
            return "The saved settings are of another version of BERAS Studio, so the window starts with its defaults."
        damaged = [name for key, name in NAMES.items() if self._is_damaged(key)]
        return f"Damaged settings were left out: {', '.join(damaged)}." if damaged else ""

    def reset(self) -> None:
        """Forget everything."""
        self.restore({})

    def snapshot(self) -> dict[str, Any]:
        """Everything that is kept, to give to ``restore``."""
        return {key: self._store.value(key) for key in self._store.allKeys()}

    def restore(self, values: Mapping[str, Any]) -> None:
        """Keep these values and no others."""
        before = self._values
        self._store.clear()
        for key, value in values.items():
            self._store.setValue(key, value)
        self._store.sync()
        for key, value in self._values.items():
            if before[key] != value:
                self.changed.emit(key)

    @property
    def _values(self) -> dict[str, Any]:
        return {
            THEME: self.theme,
            FONT_PERCENT: self.font_percent,
            REDUCE_MOTION: self.reduce_motion,
            TIME_MEMORY: self.time_memory_mb,
        }

    # -- appearance ---------------------------------------------------------------------------------------------------

    @property
    def theme(self) -> str:
        """One of ``THEME_CHOICES``."""
        value = self._store.value(THEME)
        return value if isinstance(value, str) and value in THEME_CHOICES else DEFAULT_THEME

    @theme.setter
    def theme(self, name: str) -> None:
        self._change(THEME, name, self.theme)

    @property
    def font_percent(self) -> int:
        """The size of the text relative to the system's, one of ``FONT_PERCENTS``."""
        value = str(self._store.value(FONT_PERCENT))
        return next((percent for percent in FONT_PERCENTS if str(percent) == value), NORMAL_FONT_PERCENT)

    @font_percent.setter
    def font_percent(self, percent: int) -> None:
        if percent not in FONT_PERCENTS:
            raise ValueError(f"The font size must be one of {FONT_PERCENTS} per cent. Received: {percent!r}.")
        self._change(FONT_PERCENT, percent, self.font_percent)

    @property
    def reduce_motion(self) -> bool:
        """Whether animations are to be left out."""
        return FLAGS.get(str(self._store.value(REDUCE_MOTION)).lower(), False)

    @reduce_motion.setter
    def reduce_motion(self, on: bool) -> None:
        self._change(REDUCE_MOTION, on, self.reduce_motion)

    @property
    def time_memory_mb(self) -> int:
        """How many megabytes the moments of a run may take, one of ``MEMORY_CHOICES_MB``."""
        value = str(self._store.value(TIME_MEMORY))
        return next((choice for choice in MEMORY_CHOICES_MB if str(choice) == value), DEFAULT_MEMORY_MB)

    @time_memory_mb.setter
    def time_memory_mb(self, megabytes: int) -> None:
        if megabytes not in MEMORY_CHOICES_MB:
            raise ValueError(f"The memory must be one of {MEMORY_CHOICES_MB} MB. Received: {megabytes!r}.")
        self._change(TIME_MEMORY, megabytes, self.time_memory_mb)

    # -- windows ------------------------------------------------------------------------------------------------------

    @property
    def geometry(self) -> QByteArray:
        return self._bytes(GEOMETRY)

    @property
    def docks(self) -> QByteArray:
        return self._bytes(DOCKS)

    def set_window(self, geometry: QByteArray, docks: QByteArray) -> None:
        self._write(GEOMETRY, geometry)
        self._write(DOCKS, docks)

    def forget_window(self) -> None:
        """The next window opens where and as a first one does."""
        self._store.remove("window")

    def dialog_size(self, name: str) -> QSize:
        """The size that a dialog had when it was closed; an invalid size if that is not known."""
        value = self._store.value(f"dialogs/{name}")
        good = isinstance(value, QSize) and min(value.toTuple()) > 0 and max(value.toTuple()) < LARGEST_DIALOG_PX
        return value if good else QSize()

    def set_dialog_size(self, name: str, size: QSize) -> None:
        self._write(f"dialogs/{name}", size)

    # -- commands -----------------------------------------------------------------------------------------------------

    @property
    def recent_commands(self) -> tuple[str, ...]:
        """The names of the commands last chosen in the palette, the latest first."""
        return self._names(RECENT_COMMANDS)[:MAX_RECENT_COMMANDS]

    def remember_command(self, name: str) -> None:
        """Put a command first among the recent ones."""
        others = [each for each in self.recent_commands if each != name]
        self._write(RECENT_COMMANDS, [name, *others][:MAX_RECENT_COMMANDS])

    # -- files --------------------------------------------------------------------------------------------------------

    @property
    def recent_files(self) -> tuple[str, ...]:
        """The full names of the files that were open last, the latest first."""
        return self._names(RECENT_FILES)[:MAX_RECENT_FILES]

    def remember_file(self, path: str) -> None:
        """Put a file first among the recent ones; a name that is no text cannot be kept."""
        if path.isprintable():
            others = [each for each in self.recent_files if each != path]
            self._write(RECENT_FILES, [path, *others][:MAX_RECENT_FILES])

    def forget_files(self) -> None:
        self._store.remove(RECENT_FILES)

    @property
    def folder(self) -> str:
        """The folder of the last file; empty if there was none. It may be gone."""
        value = self._store.value(FOLDER)
        return value if isinstance(value, str) else ""

    @folder.setter
    def folder(self, path: str) -> None:
        self._write(FOLDER, path)

    # -- the store ----------------------------------------------------------------------------------------------------

    def _change(self, key: str, value: Any, before: Any) -> None:
        self._write(key, value)
        if value != before:
            self.changed.emit(key)

    def _write(self, key: str, value: Any) -> None:
        self._store.setValue("schema", SCHEMA)
        self._store.setValue(key, value)

    def _names(self, key: str) -> tuple[str, ...]:
        """A list of texts; the store gives a single one without its list."""
        value = self._store.value(key)
        names = value if isinstance(value, list) else [value]
        return tuple(name for name in names if isinstance(name, str) and name)

    def _bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def _is_damaged(self, key: str) -> bool:
        """Whether there is a value that cannot be what was written."""
        if not self._store.contains(key):
            return False
        value = self._store.value(key)
        if key in (GEOMETRY, DOCKS):
            return not isinstance(value, QByteArray)
        return str(self._values[key]).lower() != str(value).lower()
