"""A label for a number that changes many times a second: its size stays, so nothing around it is laid out anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from gui.views.looks.font_sizes import set_role
from gui.views.looks.metrics import Role


class ValueLabel(QLabel):
    """As wide as the widest text that it is expected to show; a wider one widens it for good."""

    def __init__(self, widest: str, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._widest = widest
        set_role(self, role)
        self._fix()

    def show_text(self, text: str) -> bool:
        """Show a text; True if it is another one."""
        if text == self.text():
            return False
        room = self.fontMetrics()
        if room.horizontalAdvance(text) > room.horizontalAdvance(self._widest):
            self._widest = text
            self._fix()
        self.setText(text)
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_widest"):
            self._fix()

    def _fix(self) -> None:
        room = self.fontMetrics()
        self.setFixedSize(room.horizontalAdvance(self._widest) + 2, room.height())
