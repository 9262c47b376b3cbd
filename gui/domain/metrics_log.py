"""The curves of a run as growing arrays: appended to once per batch or epoch, read without copying."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SMOOTHING_BATCHES = 50


class Series:
    """Points (x, y) in arrays that grow by doubling; ``x`` and ``y`` are views of what is filled."""

    def __init__(self) -> None:
        self._points = np.empty((2, 1024))
        self._count = 0

    def append(self, x: float, y: float) -> None:
        if self._count == self._points.shape[1]:
            self._points = np.concatenate([self._points, np.empty_like(self._points)], axis=1)
        self._points[:, self._count] = x, y
        self._count += 1

    def __len__(self) -> int:
        return self._count

    @property
    def x(self) -> NDArray[np.float64]:
        return self._points[0, : self._count]

    @property
    def y(self) -> NDArray[np.float64]:
        return self._points[1, : self._count]

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
        extremes = np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=1).reshape(-1)
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

    def append(self, x: float, y: float) -> None:
        super().append(x, y)
        if math.isfinite(y):
            share = 2 / (SMOOTHING_BATCHES + 1)
            self._mean += share * (y - self._mean)
            self._weight += share * (1 - self._weight)
        self.smoothed.append(x, self._mean / self._weight if self._weight else y)


class MetricsLog:
    """Loss and accuracy of one run. x counts epochs: batch b of n in epoch e ends at e + (b + 1) / n."""

    def __init__(self) -> None:
        self.batch_loss = SmoothedSeries()
        self.batch_acc = SmoothedSeries()
        self.epoch_loss = Series()
        self.epoch_acc = Series()
        self.val_loss = Series()
        self.val_acc = Series()
        self.marks: list[tuple[float, str]] = []

    def add_mark(self, x: float, label: str) -> None:
        """Remember that something was changed at x."""
        self.marks.append((x, label))

    def add_batch(self, x: float, loss: float, acc: float | None) -> None:
        self.batch_loss.append(x, loss)
        if acc is not None:
            self.batch_acc.append(x, acc)

    def add_epoch(self, epoch: int, logs: dict[str, float]) -> None:
        """The numbers at the end of epoch ``epoch`` (counted from 0)."""
        for name, series in (
            ("loss", self.epoch_loss),
            ("acc", self.epoch_acc),
            ("val_loss", self.val_loss),
            ("val_acc", self.val_acc),
        ):
            if name in logs:
                series.append(epoch + 1, logs[name])

    @property
    def best_epoch(self) -> int | None:
        """The number of epochs after which the validation loss was lowest."""
        if not len(self.val_loss) or not np.isfinite(self.val_loss.y).any():
            return None
        return int(self.val_loss.x[np.nanargmin(np.where(np.isfinite(self.val_loss.y), self.val_loss.y, np.nan))])
