"""What the window has to say: one message at a time, with at most one action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence. ``level`` is "info", "warning" or "error"; ``topic`` lets a later event take it back."""

    level: str
    text: str
    action_label: str = ""
    action: Callable[[], None] | None = None
    topic: str = ""


class MessageState(QObject):
    """Holds the message on show; None is no message."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None

    def show(
        self, level: str, text: str, action_label: str = "", action: Callable[[], None] | None = None, topic: str = ""
    ) -> None:
        """Replace the message on show."""
        self.message = Message(level, text, action_label, action, topic)
        self.changed.emit()

    @Slot()
    def dismiss(self) -> None:
        if self.message is not None:
            self.message = None
            self.changed.emit()

    def withdraw(self, topic: str) -> None:
        """Take the message back if it is of this topic: what it said is over."""
        if self.message is not None and self.message.topic == topic:
            self.dismiss()

    @Slot()
    def trigger_action(self) -> None:
        """Carry out the action of the message on show, which ends it."""
        message = self.message
        self.dismiss()
        if message is not None and message.action is not None:
            message.action()
