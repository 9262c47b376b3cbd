"""How the window steers the worker: pause, stop, and changes that are carried out between two batches."""

from __future__ import annotations

import threading
from collections import deque
from typing import Literal

from gui.domain.steering import Change
from gui.domain.stop_rules import StopRules

Step = Literal["batch", "epoch"]


class RunControl:
    """Flags and a mailbox. The window sets them; the worker looks after every batch.

    ``rules`` may be replaced at any time. With ``guarded`` the run stands still when a number is not finite any more.
    """

    def __init__(self, rules: StopRules | None = None) -> None:
        self.rules = StopRules() if rules is None else rules
        self.guarded = True
        self._may_run = threading.Event()
        self._may_run.set()
        self._stop = threading.Event()
        self._watched = threading.Event()
        self._changes: deque[Change] = deque()
        self._step: Step | None = None
        self._back_to: int | None = None

    # -- the window's side --------------------------------------------------------------------------------------------

    def pause(self) -> None:
        self._may_run.clear()

    def resume(self) -> None:
        self._step = None
        self._may_run.set()

    def step(self, step: Step) -> None:
        """Run to the end of this batch or epoch, then pause again."""
        self._step = step
        self._may_run.set()

    def go_back(self, step: int) -> None:
        """Put everything back to where it was after ``step`` batches, and run on from there."""
        self._back_to = step
        self.resume()

    def stop(self) -> None:
        """Stop at the next batch boundary; a paused run is released first."""
        self._stop.set()
        self._may_run.set()

    def watch(self, watched: bool) -> None:
        """Say whether somebody looks at the weights, so that they are worth publishing."""
        if watched:
            self._watched.set()
        else:
            self._watched.clear()

    def send(self, change: Change) -> None:
        """Have a change carried out in the worker, between two batches."""
        self._changes.append(change)

    # -- the worker's side --------------------------------------------------------------------------------------------

    @property
    def is_watched(self) -> bool:
        return self._watched.is_set()

    @property
    def pause_requested(self) -> bool:
        return not self._may_run.is_set()

    @property
    def stop_requested(self) -> bool:
        return self._stop.is_set()

    def count_batch(self, is_last_of_epoch: bool) -> None:
        """A batch is done; if that was the step asked for, a pause follows."""
        if self._step == "batch" or (self._step == "epoch" and is_last_of_epoch):
            self._step = None
            self._may_run.clear()

    def take_way_back(self) -> int | None:
        """The step to go back to now, or None."""
        step, self._back_to = self._back_to, None
        return step

    def take_changes(self) -> list[Change]:
        """The changes to carry out now, oldest first."""
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def wait_while_paused(self) -> None:
        self._may_run.wait()
