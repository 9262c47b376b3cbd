"""The curves of a kept run as they are compared: few enough points to draw many runs at once, and to read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.domain.metrics_log import BETWEEN_BATCHES, MetricsLog, Series

Measure = Literal["loss", "acc"]
TRAIN_POINTS = 150

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Points (x in epochs, y)."""

    x: Array = field(default_factory=lambda: np.empty(0))
    y: Array = field(default_factory=lambda: np.empty(0))

    @classmethod
    def of(cls, series: Series) -> Line:
        return cls(series.x.copy(), series.y.copy())

    def __len__(self) -> int:
        return len(self.x)

    def at(self, x: float) -> float | None:
        """The value at the point nearest to x; None more than half an epoch away from every one."""
        if not len(self.x):
            return None
        index = int(np.argmin(np.abs(self.x - x)))
        return float(self.y[index]) if abs(self.x[index] - x) <= 0.5 + BETWEEN_BATCHES else None


@dataclass(frozen=True, slots=True)
class Curves:
    """One measure of one run: the validation values after each epoch, and training smoothed and thinned."""

    validation: Line
    training: Line

    @property
    def main(self) -> Line:
        """What is compared: the validation values, or training where nothing was validated."""
        return self.validation if len(self.validation) else self.training


@dataclass(frozen=True, slots=True)
class RunCurves:
    """Both measures of one run."""

    loss: Curves
    acc: Curves

    @classmethod
    def of(cls, log: MetricsLog) -> RunCurves:
        """Copies of what is to be drawn of ``log``."""
        return cls(
            Curves(Line.of(log.val_loss), _thinned(log.batch_loss.smoothed)),
            Curves(Line.of(log.val_acc), _thinned(log.batch_acc.smoothed)),
        )


def _thinned(series: Series) -> Line:
    x, y = series.thinned(TRAIN_POINTS)
    return Line(x.copy(), y.copy())


def nearest_epoch(lines: Iterable[Line], x: float) -> float | None:
    """The x of the point of any of the lines that is nearest to x; None without points."""
    nearest = [float(line.x[np.argmin(np.abs(line.x - x))]) for line in lines if len(line)]
    return min(nearest, key=lambda each: abs(each - x), default=None)
