"""One ordered way from the worker to the window: the worker puts, the window drains when it has time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from gui.training.events import Event


class Channel:
    """A queue without a limit; both ends may be in different threads (deque's ends are atomic in CPython).

    ``wake`` is called, in the worker's thread, when what was put should be drained at once.
    """

    def __init__(self, wake: Callable[[], object] = lambda: None) -> None:
        self._events: deque[Event] = deque()
        self.wake = wake

    def put(self, event: Event) -> None:
        self._events.append(event)

    def drain(self) -> list[Event]:
        """Everything that waits now, oldest first."""
        return [self._events.popleft() for _ in range(len(self._events))]
