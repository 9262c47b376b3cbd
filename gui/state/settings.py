"""What the window remembers. Damaged or newer settings give defaults, and a sentence that says so."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSettings

SCHEMA = 1
ORGANISATION, APPLICATION = "BERAS", "BERAS Studio"


class Settings(QObject):
    """A thin, checked layer over one INI file in the user's configuration folder."""

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
        return ""

    def reset(self) -> None:
        """Forget everything."""
        self._store.clear()
        self._store.sync()

    @property
    def theme(self) -> str:
        return self._text("theme", "system")

    @theme.setter
    def theme(self, name: str) -> None:
        self._write("theme", name)

    @property
    def geometry(self) -> QByteArray:
        return self._bytes("window/geometry")

    @property
    def docks(self) -> QByteArray:
        return self._bytes("window/docks")

    def set_window(self, geometry: QByteArray, docks: QByteArray) -> None:
        self._write("window/geometry", geometry)
        self._write("window/docks", docks)

    def _write(self, key: str, value: Any) -> None:
        self._store.setValue("schema", SCHEMA)
        self._store.setValue(key, value)

    def _text(self, key: str, default: str) -> str:
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def _bytes(self, key: str) -> QByteArray:
        value = self._store.value(key, QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()
