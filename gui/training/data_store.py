"""Loaded data sets, kept between runs: loading the same choice again is free. Any thread may ask."""

from __future__ import annotations

import json
import threading

from beras.datasets import Dataset
from beras.datasets.source import Cancelled, LoadingCancelled, never
from gui.domain.build import load_data
from gui.domain.spec import Choice

KEPT = 2
LOOK_INTERVAL_S = 0.05


class DataStore:
    """Remembers the last few data sets; while one thread loads, another that wants the same waits for it."""

    def __init__(self, data_dir: str | None = None) -> None:
        self.data_dir = data_dir
        self._lock = threading.Lock()
        self._loaded: dict[str, Dataset] = {}

    def load(self, choice: Choice, cancelled: Cancelled = never) -> Dataset:
        """The data set of a choice, read or generated if it is not at hand; ``LoadingCancelled`` on request."""
        key = json.dumps(choice.to_dict(), sort_keys=True)
        while not self._lock.acquire(timeout=LOOK_INTERVAL_S):
            if cancelled():
                raise LoadingCancelled
        try:
            data = self._loaded.pop(key, None)
            if data is None:
                data = load_data(choice, self.data_dir, cancelled)
            self._loaded[key] = data
            while len(self._loaded) > KEPT:
                del self._loaded[next(iter(self._loaded))]
            return data
        finally:
            self._lock.release()
