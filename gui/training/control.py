"""How the window steers the worker: pause, stop, and changes that are carried out between two batches."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import Literal

from gui.domain.steering import Change
from gui.domain.stop_rules import StopRules
from gui.domain.time_limits import DEFAULT_LIMIT_BYTES

Step = Literal["batch", "epoch"]


class RunControl:
    """Flags and a mailbox. The window sets them; the worker looks after every batch.

    ``rules`` may be replaced at any time. With ``guarded`` the run stands still when a number is not finite any more.
    ``weights_interval_s`` says how often somebody wants to see the weights while the run goes on, infinite for never.
    """

    def __init__(self, rules: StopRules | None = None) -> None:
        self.rules = StopRules() if rules is None else rules
        self.guarded = True
        self.weights_interval_s = math.inf
        self.timeline_bytes = DEFAULT_LIMIT_BYTES
        self._may_run = threading.Event()
        self._may_run.set()
        self._stop = threading.Event()
        self._wake = threading.Event()  # somebody waits for it while the run is paused
        self._changes: deque[Change] = deque()
        self._step: Step | None = None
        self._moment: int | None = None
        self._state_wanted = self._shown_wanted = False

    # -- the window's side --------------------------------------------------------------------------------------------

    def pause(self) -> None:
        self._may_run.clear()

    def resume(self) -> None:
        self._step = None
        self._go()

    def step(self, step: Step) -> None:
        """Run to the end of this batch or epoch, then pause again."""
        self._step = step
        self._go()

    def look_at(self, step: int) -> None:
        """Stand still and put everything to where it was after ``step`` batches."""
        self._moment = step
        self._may_run.clear()
        self._wake.set()

    def go_back(self, step: int) -> None:
        """Put everything back to where it was after ``step`` batches, and run on from there."""
        self._moment = step
        self.resume()

    def ask_for_state(self) -> None:
        """Have the newest moment put into the channel, between two batches."""
        self._state_wanted = True
        self._wake.set()

    def ask_for_shown(self) -> None:
        """Have the moment at which the run stands put into the channel, which may be an earlier one."""
        self._shown_wanted = True
        self._wake.set()

    def stop(self) -> None:
        """Stop at the next batch boundary; a paused run is released first."""
        self._stop.set()
        self._go()

    def _go(self) -> None:
        self._may_run.set()
        self._wake.set()

    def send(self, change: Change) -> None:
        """Have a change carried out in the worker, between two batches."""
        self._changes.append(change)

    # -- the worker's side --------------------------------------------------------------------------------------------

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

    @property
    def is_moment_wanted(self) -> bool:
        return self._moment is not None

    def take_moment(self) -> int | None:
        """The step to go to now, or None."""
        step, self._moment = self._moment, None
        return step

    def take_state_wish(self) -> bool:
        """Whether the newest moment is asked for now."""
        wanted, self._state_wanted = self._state_wanted, False
        return wanted

    def take_shown_wish(self) -> bool:
        """Whether the moment at which the run stands is asked for now."""
        wanted, self._shown_wanted = self._shown_wanted, False
        return wanted

    def take_changes(self) -> list[Change]:
        """The changes to carry out now, oldest first."""
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def wait_while_paused(self) -> None:
        """Until somebody wants something; that may be over by now, so look again whether the run may go on."""
        wished = self.is_moment_wanted or self._state_wanted or self._shown_wanted
        if self.pause_requested and not wished:
            self._wake.wait()
        self._wake.clear()
