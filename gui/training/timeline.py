"""The moments of a run, kept so that it can go back to any step of it, and everything that was changed on the way.

Between two moments the run is trained again, with the same changes after the same steps, bit for bit the same. So a few
moments are enough, and where memory is short the oldest are thinned: they take a little longer to come back to.
"""

from __future__ import annotations

import bisect
import time
from collections.abc import Mapping, Sequence
from typing import Any

from beras.model import Model
from beras.snapshot import Snapshot, take
from gui.domain.steering import Change
from gui.domain.time_limits import DEFAULT_LIMIT_BYTES

EVERY_STEPS = 40  # a copy costs about half a step of a small network
SHARE_OF_TIME = 0.02  # what copying may cost a large one
NEAR_EVERY_STEPS, NEAR_STEPS = 4, 40


class Timeline:
    """Snapshots in the order of their steps, the first one always, within ``limit_bytes`` all together.

    ``newest`` is the last step that was trained; ``epochs`` are its (step, epoch, logs), whole ones only.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.newest = 0
        self.epochs: list[tuple[int, int, Mapping[str, float]]] = []
        self._snapshots: list[Snapshot] = []
        self._changes: dict[int, list[Change]] = {}
        self._nbytes = 0
        self._noted = self._due = 0.0

    def __len__(self) -> int:
        return len(self._snapshots)

    @property
    def first(self) -> int:
        """The earliest step there is a way back to."""
        return self._snapshots[0].step

    @property
    def nbytes(self) -> int:
        return self._nbytes

    def note(self, model: Model, wanted: bool = False) -> None:
        """A step has been trained: keep this moment if it is time to, or if it is ``wanted``."""
        step = self.newest = _step_of(model)
        last = self._snapshots[-1].step if self._snapshots else None
        if last == step or (last is not None and not wanted and not self._is_time(step - last)):
            return
        began = time.thread_time()  # waiting for the window is no cost of copying
        self._add(take(model))
        self._noted = time.thread_time()
        self._due = self._noted + (self._noted - began) / SHARE_OF_TIME
        if self._nbytes > self.limit_bytes:
            self._thin()

    def keep_on_the_way(self, model: Model, until: int) -> None:
        """On the way to an earlier moment: keep a few that lead there, for whoever goes back step by step."""
        step = _step_of(model)
        place = bisect.bisect_left(self._snapshots, step, key=lambda kept: kept.step)
        is_known = place < len(self._snapshots) and self._snapshots[place].step == step
        if not is_known and step % NEAR_EVERY_STEPS == 0 and until - step <= NEAR_STEPS:
            self._snapshots.insert(place, take(model))
            self._recount()
            if self._nbytes > self.limit_bytes:
                self._thin()

    def _is_time(self, steps: int) -> bool:
        if steps < EVERY_STEPS:  # asked first: the clock of a thread takes as long as a tenth of a small step
            return False
        return not self._noted <= time.thread_time() < self._due  # an earlier time is that of another thread

    def begin_at(self, snapshot: Snapshot, epochs: Sequence[tuple[int, int, Mapping[str, float]]]) -> None:
        """There is no way back to before this moment, which comes from a file; ``epochs`` were done by then."""
        self._add(snapshot)
        self.newest, self.epochs = snapshot.step, list(epochs)

    def latest(self, step: int) -> Snapshot:
        """The last moment that is not after ``step``, or the first one there is."""
        return next((kept for kept in reversed(self._snapshots) if kept.step <= step), self._snapshots[0])

    def note_change(self, step: int, change: Change) -> None:
        """Something was changed after ``step`` steps."""
        self._changes.setdefault(step, []).append(change)

    def change_again(self, model: Model) -> None:
        """Make the changes once more that were made after this very step."""
        for change in self._changes.get(_step_of(model), ()):
            change.apply(model)

    def branch(self, model: Model) -> None:
        """What comes after this moment will be another run; the moment is kept as it is now, before its changes."""
        step = _step_of(model)
        self._snapshots = [self._snapshots[0], *(kept for kept in self._snapshots[1:] if kept.step < step)]
        self._changes = {at: changes for at, changes in self._changes.items() if at < step}
        self.epochs = [epoch for epoch in self.epochs if epoch[0] <= step]
        self.newest = step
        self._recount()
        self.note(model, wanted=True)

    def _add(self, snapshot: Snapshot) -> None:
        before = self._snapshots[-1] if self._snapshots else None
        self._snapshots.append(snapshot)
        self._nbytes += snapshot.nbytes + _order_bytes(snapshot, before)

    def _thin(self) -> None:
        """Every second moment of the older half goes, until there is room; the first and the newest stay."""
        while self._nbytes > self.limit_bytes and len(self._snapshots) > 2:
            half = max(3, len(self._snapshots) // 2)
            older, newer = self._snapshots[:half], self._snapshots[half:]
            self._snapshots = [older[0], *older[2:-1:2], *newer] if newer else [older[0], older[-1]]
            self._recount()

    def _recount(self) -> None:
        pairs = zip(self._snapshots, [None, *self._snapshots], strict=False)
        self._nbytes = sum(kept.nbytes + _order_bytes(kept, before) for kept, before in pairs)


def _order_bytes(snapshot: Snapshot, before: Snapshot | None) -> int:
    """The order of the samples is shared by all moments of an epoch."""
    order: Any = snapshot.progress.order
    return 0 if order is None or (before is not None and before.progress.order is order) else int(order.nbytes)


def _step_of(model: Model) -> int:
    return 0 if model.progress is None else model.progress.step
