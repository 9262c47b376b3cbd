"""The curves of a run as growing arrays: appended to once per batch or epoch, read without copying."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SMOOTHING_BATCHES = 50
BETWEEN_BATCHES = 1e-9  # less than any batch is of an epoch, more than rounding does
SHARE = 2 / (SMOOTHING_BATCHES + 1)

Points = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Extremes:
    """The highest, the lowest and the lowest positive of some values; without any, infinities that give way."""

    high: float = -math.inf
    low: float = math.inf
    low_positive: float = math.inf

    def with_values(self, values: NDArray[np.float64]) -> Extremes:
        """The extremes with more values; those that are not finite do not count."""
        finite = values[np.isfinite(values)]
        if not len(finite):
            return self
        positive = finite[finite > 0]
        return Extremes(
            max(self.high, float(finite.max())),
            min(self.low, float(finite.min())),
            min(self.low_positive, float(positive.min())) if len(positive) else self.low_positive,
        )

    def __or__(self, other: Extremes) -> Extremes:
        return Extremes(
            max(self.high, other.high), min(self.low, other.low), min(self.low_positive, other.low_positive)
        )


class Series:
    """Points (x, y) in arrays that grow by doubling; ``x`` and ``y`` are views of what is filled."""

    def __init__(self) -> None:
        self._points = np.empty((2, 1024))
        self._count = 0
        self._looked_at = 0
        self._extremes = Extremes()

    def extend(self, x: Points, y: Points) -> None:
        """Add points, oldest first."""
        count = self._count + len(x)
        while count > self._points.shape[1]:
            self._points = np.concatenate([self._points, np.empty_like(self._points)], axis=1)
        self._points[:, self._count : count] = x, y
        self._count = count

    def cut(self, count: int) -> NDArray[np.float64]:
        """Take off everything but the first ``count`` points, and return what was taken: (2, points)."""
        taken = self._points[:, count : self._count].copy()
        self._count = min(count, self._count)
        self._looked_at, self._extremes = 0, Extremes()
        return taken

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> NDArray[np.float64]:
        return self._points[0, : self._count]

    @property
    def y(self) -> NDArray[np.float64]:
        return self._points[1, : self._count]

    @property
    def extremes(self) -> Extremes:
        """Of all finite values; only what has come since the last look is looked at."""
        if self._looked_at < self._count:
            self._extremes = self._extremes.with_values(self.y[self._looked_at :])
            self._looked_at = self._count
        return self._extremes

    def nearest(self, x: float) -> int:
        """The place of the point that is nearest to x; there must be one."""
        right = min(int(np.searchsorted(self.x, x)), len(self) - 1)
        return right - 1 if right and x - self.x[right - 1] < self.x[right] - x else right

    def thinned(self, most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """At most about ``most`` evenly chosen points, the last one among them: enough to draw a smooth curve."""
        stride = max(1, self._count // most)
        chosen = slice((self._count - 1) % stride if self._count else 0, None, stride)
        return self.x[chosen], self.y[chosen]

    def envelope(self, left: float, right: float, bins: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The points between ``left`` and ``right``; where they are dense, only the extremes of each of ``bins`` parts.

        Drawn as a line the extremes look like all points do, so nothing that stands out is lost.
        """
        first, last = np.searchsorted(self.x, (left, right))
        first, last = max(0, int(first) - 1), min(self._count, int(last) + 1)
        x, y = self.x[first:last], self.y[first:last]
        size = len(x) // bins
        if size < 4:
            return x, y
        whole = len(x) // size * size
        blocks = y[:whole].reshape(-1, size)
        lows, highs = np.fmin.reduce(blocks, axis=1), np.fmax.reduce(blocks, axis=1)  # a NaN hides none of the others
        extremes = np.stack([lows, highs], axis=1).reshape(-1)
        at = x[:whole].reshape(-1, size)[:, [0, size // 2]].reshape(-1)
        return np.concatenate([at, x[whole:]]), np.concatenate([extremes, y[whole:]])

    @property
    def last(self) -> float | None:
        return float(self._points[1, self._count - 1]) if self._count else None


class SmoothedSeries(Series):
    """Raw points with their running mean: exponential with a span of ``SMOOTHING_BATCHES``, bias-corrected.

    The correction divides by 1 - (1-a)^n (Kingma and Ba, 2015, section 3), so a constant series stays constant from its
    first point on. A value that is not finite is kept in the raw points and left out of the mean.
    """

    def __init__(self) -> None:
        super().__init__()
        self.smoothed = Series()
        self._mean = 0.0
        self._weight = 0.0

    def extend(self, x: Points, y: Points) -> None:
        super().extend(x, y)
        means = []
        for value in y:
            if math.isfinite(value):
                self._mean += SHARE * (value - self._mean)
                self._weight += SHARE * (1 - self._weight)
            means.append(self._mean / self._weight if self._weight else value)
        self.smoothed.extend(x, means)

    @property
    def running(self) -> tuple[float, float]:
        """The mean and its weight as they are carried on, before the correction: with both, ``restore`` is exact."""
        return self._mean, self._weight

    def restore(
        self,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        smoothed: NDArray[np.float64],
        running: tuple[float, float],
    ) -> None:
        """Fill an empty series with what another one held, so that it goes on exactly as that one would."""
        super().extend(x, y)
        self.smoothed.extend(x, smoothed)
        self._mean, self._weight = running

    def cut(self, count: int) -> NDArray[np.float64]:
        """Take off all but the first points; the mean goes on from where it was then."""
        taken = super().cut(count)
        self.smoothed.cut(count)
        self._weight = 1 - (1 - SHARE) ** int(np.isfinite(self.y).sum())
        self._mean = (self.smoothed.last or 0.0) * self._weight if self._weight else 0.0
        return taken


class Reading(NamedTuple):
    """What the curves say behind one batch; ``epoch`` and ``batch`` count from 0, x and ``validation`` whole epochs.

    ``last_run`` is the smoothed value that the run before had as far on; None where it had none.
    """

    x: float
    epoch: int
    batch: int
    smoothed: float
    raw: float
    validation: tuple[int, float] | None
    last_run: float | None

    @classmethod
    def at(
        cls, x: float, batches: SmoothedSeries, validation: Series, last_run: SmoothedSeries | None = None
    ) -> Reading | None:
        """The batch that ends nearest to x, with the last validation value there was by then; None without batches."""
        if not len(batches):
            return None
        index = batches.nearest(x)
        end = float(batches.x[index])
        epoch = max(0, math.ceil(end - BETWEEN_BATCHES) - 1)
        first = int(np.searchsorted(batches.x, epoch + BETWEEN_BATCHES))
        known = int(np.searchsorted(validation.x, end + BETWEEN_BATCHES))
        last = (int(validation.x[known - 1]), float(validation.y[known - 1])) if known else None
        before = None
        if last_run is not None and len(last_run) and end <= last_run.x[-1] + BETWEEN_BATCHES:
            before = float(last_run.smoothed.y[last_run.nearest(end)])
        return cls(end, epoch, index - first, float(batches.smoothed.y[index]), float(batches.y[index]), last, before)


class MetricsLog:
    """Loss and accuracy of one run. x counts epochs: batch b of n in epoch e ends at e + (b + 1) / n.

    ``abandoned_loss`` and ``abandoned_acc`` hold the branches (2, points) that the run went back from.
    """

    def __init__(self) -> None:
        self.batch_loss = SmoothedSeries()
        self.batch_acc = SmoothedSeries()
        self.epoch_loss = Series()
        self.epoch_acc = Series()
        self.val_loss = Series()
        self.val_acc = Series()
        self.marks: list[tuple[float, str]] = []
        self.abandoned_loss: list[NDArray[np.float64]] = []
        self.abandoned_acc: list[NDArray[np.float64]] = []

    def add_mark(self, x: float, label: str) -> None:
        """Remember that something was changed at x."""
        self.marks.append((x, label))

    def go_back(self, x: float) -> None:
        """The run goes on from x: what came after is kept as an abandoned branch.

        An epoch that ends at x will be reported again.
        """
        for series, branches in ((self.batch_loss, self.abandoned_loss), (self.batch_acc, self.abandoned_acc)):
            count = int(np.searchsorted(series.x, x + BETWEEN_BATCHES))
            fork = np.array([series.x[count - 1 : count], series.y[count - 1 : count]])
            branches.append(np.concatenate([fork, series.cut(count)], axis=1))
        for epochs in (self.epoch_loss, self.epoch_acc, self.val_loss, self.val_acc):
            epochs.cut(int(np.searchsorted(epochs.x, x - BETWEEN_BATCHES)))

    def add_batches(self, x: Sequence[float], losses: Sequence[float], accs: Sequence[float | None]) -> None:
        """The numbers of some batches in a row; ``accs`` is all None where there are no classes."""
        self.batch_loss.extend(x, losses)
        known = [acc for acc in accs if acc is not None]
        if known:
            self.batch_acc.extend(x, known)

    def add_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        """The numbers at the end of epoch ``epoch`` (counted from 0)."""
        for name, series in (
            ("loss", self.epoch_loss),
            ("acc", self.epoch_acc),
            ("val_loss", self.val_loss),
            ("val_acc", self.val_acc),
        ):
            if name in logs:
                series.extend([epoch + 1], [logs[name]])

    @property
    def best_epoch(self) -> int | None:
        """The number of epochs after which the validation loss was lowest."""
        lowest = self.val_loss.extremes.low
        return int(self.val_loss.x[np.argmax(self.val_loss.y == lowest)]) if math.isfinite(lowest) else None
