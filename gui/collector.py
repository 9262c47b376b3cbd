"""Python's cyclic garbage collector, kept to the GUI thread.

Left alone it runs in whichever thread makes the next object, so that Qt objects could be destroyed in the training
thread, which Qt does not allow. Here a timer of the GUI thread does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500


class GuiThreadCollector(QObject):
    """Collects on a timer, by the collector's own thresholds, between ``start`` and ``stop``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._has_settled = False

    def start(self) -> None:
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.enable()
        gc.unfreeze()

    @Slot()
    def _on_timeout(self) -> None:
        if not self._has_settled:
            # what the window was made of stays: looking through it again and again would take its time
            self._has_settled = True
            gc.collect()
            gc.freeze()
        counts, thresholds = gc.get_count(), gc.get_threshold()
        due = [generation for generation in range(3) if counts[generation] > thresholds[generation]]
        if due:
            gc.collect(due[-1])
