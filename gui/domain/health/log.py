"""The health of a run's layers over time: growing columns, one for each measurement, and how they end at a moment."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.domain.health.measure import HealthRecord, LayerHealth

FIRST_ROOM = 256
MOST_COLUMNS = 4096
"""More than any screen has columns; then every second one of the older half goes."""


class HealthColumns(NamedTuple):
    """What was measured up to a moment: ``steps``, ``losses`` (n,), ``values`` (n, layers, fields of ``LayerHealth``).

    Those from ``since`` on (a place in them) were taken with the settings that are in force now.
    """

    labels: tuple[str, ...]
    steps: NDArray[np.int64]
    losses: NDArray[np.float64]
    values: NDArray[np.float64]
    since: int

    def of(self, field: str) -> NDArray[np.float64]:
        """One number of every layer over time, (n, layers)."""
        return self.values[:, :, LayerHealth._fields.index(field)]

    @property
    def latest(self) -> tuple[LayerHealth, ...]:
        """Every layer as it was measured last; empty before the first measurement."""
        return tuple(LayerHealth(*map(float, layer)) for layer in self.values[-1]) if len(self.steps) else ()


class HealthLog:
    """Appended to by measurements, in the order of their steps; cut where a run goes back."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self._steps = np.empty(FIRST_ROOM, np.int64)
        self._losses = np.empty(FIRST_ROOM)
        self._values = np.empty((FIRST_ROOM, 0, len(LayerHealth._fields)))
        self._count = 0
        self._changed_at: list[int] = []

    def __len__(self) -> int:
        return self._count

    def add(self, record: HealthRecord) -> None:
        """One measurement; one of a step that is there already takes its place, with all that come after."""
        if record.labels != self.labels:
            self.labels, self._count = record.labels, 0
            self._values = np.empty((len(self._steps), len(record.labels), len(LayerHealth._fields)))
        self._count = int(np.searchsorted(self._steps[: self._count], record.step))
        if self._count == MOST_COLUMNS:
            self._thin()
        if self._count == len(self._steps):
            self._steps = np.concatenate([self._steps, np.empty_like(self._steps)])
            self._losses = np.concatenate([self._losses, np.empty_like(self._losses)])
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
        self._steps[self._count], self._losses[self._count] = record.step, record.loss
        self._values[self._count] = record.layers
        self._count += 1

    def note_change(self, step: int) -> None:
        """A setting was changed after ``step`` steps: what was measured before says little of what comes."""
        self._changed_at.append(step)

    def go_back(self, step: int) -> None:
        """The run goes on from the moment after ``step`` steps, with other settings perhaps."""
        self._count = int(np.searchsorted(self._steps[: self._count], step, side="right"))
        self._changed_at = [each for each in self._changed_at if each <= step] + [step]

    def columns(self, step: int | None = None) -> HealthColumns:
        """What was known after ``step`` steps, or (None) all."""
        steps = self._steps[: self._count]
        count = self._count if step is None else int(np.searchsorted(steps, step, side="right"))
        known = [each for each in self._changed_at if step is None or each < step]
        since = int(np.searchsorted(steps[:count], known[-1], side="right")) if known else 0
        return HealthColumns(self.labels, steps[:count], self._losses[:count], self._values[:count], since)

    def _thin(self) -> None:
        kept = np.r_[0 : MOST_COLUMNS // 2 : 2, MOST_COLUMNS // 2 : MOST_COLUMNS]
        for series in (self._steps, self._losses, self._values):
            series[: len(kept)] = series[kept]
        self._count = len(kept)
