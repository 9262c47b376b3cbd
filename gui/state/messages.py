"""What the window has to say: one message at a time, with the actions that answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

Action = tuple[str, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence. ``level`` is "info", "warning" or "error"; ``topic`` lets a later event take it back.

    ``actions`` are what can be done about it, the likeliest first; as a rule there is one.
    """

    level: str
    text: str
    actions: tuple[Action, ...] = ()
    topic: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for label, _ in self.actions)


class MessageState(QObject):
    """Holds the message on show; None is no message."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None

    def show(
        self,
        level: str,
        text: str,
        action_label: str = "",
        action: Callable[[], None] | None = None,
        topic: str = "",
        others: tuple[Action, ...] = (),
    ) -> None:
        """Replace the message on show; ``others`` are further actions beside the first."""
        first = () if action is None else ((action_label, action),)
        self.message = Message(level, text, (*first, *others), topic)
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

    @Slot(int)
    def trigger_action(self, index: int = 0) -> None:
        """Carry out an action of the message on show, which ends it."""
        message = self.message
        self.dismiss()
        if message is not None and index < len(message.actions):
            message.actions[index][1]()
