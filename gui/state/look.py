"""What is looked at in the chosen data set: which part, which class, and in what order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from beras.datasets import Dataset
from gui.domain.data_view import (
    Part,
    Points,
    Selection,
    View,
    chosen_numbers,
    class_counts,
    part_of,
    points_of,
    view_of,
)

MOST_POINTS = 5_000


class LookState(QObject):
    """``data`` is the set as it is now, or None while there is none to look at."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data: Dataset | None = None
        self.selection = Selection()
        self.points_part: Part = "both"
        self.numbers: NDArray[np.int64] = np.empty(0, np.int64)
        self._shuffles = 0

    def show(self, data: Dataset | None) -> None:
        """Look at another set; a class that it lacks is no longer asked for."""
        if data is self.data:
            return
        self.data = data
        label = self.selection.label
        if data is not None and label is not None and label >= len(data.class_names):
            self.selection = replace(self.selection, label=None)
        self._choose()

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """How the set can be looked at; "none" also while there is no set."""
        return "none" if self.data is None else view_of(self.data)

    @property
    def part(self) -> Part:
        """The part on show: one of the two for images, or both together for points."""
        return self.points_part if self.view == "points" else self.selection.part

    @property
    def images(self) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """Inputs and targets of the part on show, which ``numbers`` index."""
        assert self.data is not None
        return part_of(self.data, self.selection.part)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many samples of each class the part on show holds; empty where there are no classes."""
        if self.data is None or not self.data.class_names:
            return ()
        return class_counts(self.data, self.selection.part)

    def points(self) -> Points:
        """The points of the part on show, thinned where there are too many."""
        assert self.data is not None
        return points_of(self.data, MOST_POINTS, self.points_part)

    # -- intents ------------------------------------------------------------------------------------------------------

    def set_part(self, part: Part) -> None:
        if self.view == "points":
            self.points_part = part
            self.changed.emit()
        elif part != "both":
            self._select(part=part)

    def set_label(self, label: int | None) -> None:
        """Look at one class, or at all (None)."""
        self._select(label=label)

    @Slot()
    def shuffle(self) -> None:
        """Another order: that of the next seed, so that it can be had again."""
        self._shuffles += 1
        self._select(seed=self._shuffles)

    @Slot()
    def sort(self) -> None:
        """The order of the set itself."""
        self._shuffles = 0
        self._select(seed=None)

    def _select(self, **changes: Any) -> None:
        self.selection = replace(self.selection, **changes)
        self._choose()

    def _choose(self) -> None:
        has_images = self.view == "images"
        self.numbers = chosen_numbers(self.data, self.selection) if has_images and self.data else self.numbers[:0]
        self.changed.emit()
