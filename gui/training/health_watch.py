"""When the health of the layers is measured, so that it costs next to nothing, and the record of each measurement."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.trace import BackwardPass
from gui.domain.health.measure import (
    HealthRecord,
    LayerHealth,
    layer_health,
    layer_nodes,
    main_weights,
    updates,
)

EARLY_STEPS = 20  # a network that cannot learn shows it at once, and a tiny one takes these in a few milliseconds
HEALTH_INTERVAL_S = 0.22  # as the recorded graph: nobody reads faster
SHARE_OF_TIME = 0.01


class HealthWatch:
    """Looks at a backward pass when it is time to, and once more after the update, which it then knows too."""

    def __init__(self) -> None:
        self._due = 0.0
        self._cost = 0.0
        self._backward: BackwardPass | None = None
        self._layers: tuple[LayerHealth, ...] = ()
        self._before: tuple[NDArray[Any], ...] = ()

    def look(self, backward: BackwardPass, step: int) -> None:
        """The gradients after ``step`` whole steps are there, and the weights not changed yet."""
        if step >= EARLY_STEPS and time.perf_counter() < self._due:
            return
        began = time.thread_time()  # waiting for the window is no cost of measuring
        self._layers, self._before = layer_health(backward), tuple(map(np.array, main_weights(backward)))
        self._backward = backward
        self._cost = time.thread_time() - began

    def finish(self, step: int) -> HealthRecord | None:
        """The update is made; the record, if this batch was looked at."""
        backward, self._backward = self._backward, None
        if backward is None:
            return None
        began = time.thread_time()
        labels = tuple(label for label, _ in layer_nodes(backward))
        moved = updates(self._before, main_weights(backward))
        layers = tuple(each._replace(update=u) for each, u in zip(self._layers, moved, strict=True))
        self._layers, self._before = (), ()
        cost = self._cost + time.thread_time() - began
        self._due = time.perf_counter() + max(HEALTH_INTERVAL_S, cost / SHARE_OF_TIME)
        return HealthRecord(step, backward.loss, labels, layers)
