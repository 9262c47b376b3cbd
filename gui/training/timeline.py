"""The last moments of a run, kept so that it can go back a few steps."""

from __future__ import annotations

from beras.model import Model
from beras.snapshot import Snapshot, take

EVERY_STEPS = 20  # a copy costs about a third of a step of a small network
REACH_STEPS = 12  # ten steps back from a number that went wrong one step before it was noticed


class Timeline:
    """Snapshots in the order of their steps, enough of them to go back ``REACH_STEPS`` from the newest step."""

    def __init__(self) -> None:
        self._snapshots: list[Snapshot] = []

    def note(self, model: Model, settings_changed: bool = False) -> None:
        """Keep this moment if it is time to. Between two snapshots no setting ever changes."""
        step = model.progress.step if model.progress is not None else 0
        if not settings_changed and self._snapshots and step - self._snapshots[-1].step < EVERY_STEPS:
            return
        if self._snapshots and self._snapshots[-1].step == step:
            self._snapshots.pop()
        self._snapshots.append(take(model))
        while len(self._snapshots) > 1 and self._snapshots[1].step <= step - REACH_STEPS:
            del self._snapshots[0]

    def latest(self, step: int) -> Snapshot:
        """The last moment that is not after ``step``, or the first one there is."""
        return next((kept for kept in reversed(self._snapshots) if kept.step <= step), self._snapshots[0])

    def forget_after(self, step: int) -> None:
        """What comes after ``step`` will be another run."""
        self._snapshots = [kept for kept in self._snapshots if kept.step <= step]
