"""What listens to training: the hooks of ``Model.fit`` and the listeners that come with the library.

Order of the hooks: on_train_begin, then per epoch on_epoch_begin, per batch on_batch_begin, on_backward_end (the one
moment the recorded graph and its gradients are at hand), on_batch_end, then on_epoch_end; on_train_end comes last, also
when training fails.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from beras.trace import BackwardPass

Logs = Mapping[str, float]


class Callback:
    """A listener that does nothing. ``model`` is set before on_train_begin; ``model.progress`` tells where fit is."""

    model: Any = None

    def on_train_begin(self) -> None:
        """Training is about to start."""

    def on_train_end(self) -> None:
        """Training is over: completed, stopped or failed."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Epoch ``epoch`` (counted from 0) begins."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Epoch ``epoch`` is over; ``logs`` holds its loss, acc, and with validation data val_loss and val_acc."""

    def on_batch_begin(self, batch: int) -> None:
        """Batch ``batch`` (counted from 0 in its epoch) begins."""

    def wants_backward(self, batch: int) -> bool:
        """Whether on_backward_end shall be called for this batch: to keep every gradient for it costs a little time."""
        return True

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        """The gradients are computed and the weights not changed yet; ``backward`` must not be kept."""

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        """The weights are updated; ``logs`` holds this batch's loss and acc."""


class CallbackList(Callback):
    """Several callbacks as one; each hook reaches them in order."""

    def __init__(self, callbacks: Iterable[Callback], model: Any) -> None:
        self.callbacks = list(callbacks)
        self.model = model
        for callback in self.callbacks:
            callback.model = model
        self._backward_listeners = [
            callback
            for callback in self.callbacks
            if getattr(callback.on_backward_end, "__func__", None) is not Callback.on_backward_end
        ]

    def on_train_begin(self) -> None:
        for callback in self.callbacks:
            callback.on_train_begin()

    def on_train_end(self) -> None:
        """Reaches every listener, also when one before it fails."""
        with ExitStack() as stack:
            for callback in reversed(self.callbacks):
                stack.callback(callback.on_train_end)

    def on_epoch_begin(self, epoch: int) -> None:
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_batch_begin(self, batch: int) -> None:
        for callback in self.callbacks:
            callback.on_batch_begin(batch)

    def wants_backward(self, batch: int) -> bool:
        return any(callback.wants_backward(batch) for callback in self._backward_listeners)

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        for callback in self._backward_listeners:
            if callback.wants_backward(batch):
                callback.on_backward_end(batch, backward)

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        for callback in self.callbacks:
            callback.on_batch_end(batch, logs)


class History(Callback):
    """Collects each epoch's numbers in ``history``: a dict of lists, one entry per epoch."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        for name, value in logs.items():
            values = self.history.setdefault(name, [])
            values[epoch:] = [float(value)]  # an epoch that is trained again, after going back, counts once


class EarlyStopping(Callback):
    """Stops when ``monitor`` has not improved by more than ``min_delta`` for ``patience`` epochs.

    Accuracies improve upwards, everything else downwards. With ``restore_best_weights`` the weights of the best epoch
    are put back at the end.
    """

    def __init__(
        self, monitor: str = "val_loss", patience: int = 3, min_delta: float = 0.0, restore_best_weights: bool = True
    ) -> None:
        if patience < 1:
            raise ValueError(f"patience must be a whole number of epochs, at least 1. Received: {patience!r}.")
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.restore_best_weights = restore_best_weights
        self.best_epoch: int | None = None
        self.stopped_epoch: int | None = None

    def on_train_begin(self) -> None:
        self.best_epoch = self.stopped_epoch = None
        self._best = -math.inf
        self._best_weights: list[Any] = []

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self.monitor not in logs:
            raise ValueError(
                f"EarlyStopping watches {self.monitor!r}, which this training does not report. Reported: "
                f"{', '.join(logs)}. Give validation_data, or watch one of these."
            )
        value = logs[self.monitor] * (1 if self.monitor.endswith("acc") else -1)
        if value > self._best + self.min_delta:
            self._best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self._best_weights = [np.array(w) for w in self.model.weights]
        elif epoch - (-1 if self.best_epoch is None else self.best_epoch) >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self) -> None:
        for weight, best in zip(self.model.weights, self._best_weights, strict=False):
            weight.assign(best)


class TerminateOnNaN(Callback):
    """Stops at the first loss that is not finite; ``message`` then names the first op that went wrong."""

    message: str | None = None
    _bad_op: str | None = None

    def on_train_begin(self) -> None:
        self.message = self._bad_op = None

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        if not math.isfinite(backward.loss):
            self._bad_op = str(backward.first_non_finite() or "the loss")

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        if not math.isfinite(logs["loss"]):
            self.message = f"The loss became {logs['loss']} in batch {batch + 1}, first in {self._bad_op}."
            self.model.stop_training = True


class CSVLogger(Callback):
    """Writes each epoch's numbers as a row of a CSV file, readable while training runs."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path
        self._file: IO[str] | None = None
        self._writer: Any = None

    def on_train_begin(self) -> None:
        self._file = open(self.path, "w", newline="", encoding="utf-8")  # noqa: SIM115  closed in on_train_end
        self._writer = None

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self._file is None:
            return
        row = {"epoch": epoch + 1, **logs}
        if self._writer is None:
            import csv  # here, because few need it and `import beras` should be quick

            self._writer = csv.DictWriter(self._file, fieldnames=list(row))
            self._writer.writeheader()
        self._writer.writerow(row)
        self._file.flush()

    def on_train_end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class ConsoleProgress(Callback):
    """Prints each epoch's average, and on a terminal each batch too, on one line that is written over."""

    def __init__(self, stream: IO[str] | None = None, every_batch: bool | None = None) -> None:
        self.stream = stream
        self.every_batch = every_batch

    def _out(self) -> IO[str]:
        return self.stream if self.stream is not None else sys.stdout

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        per_batch = self._out().isatty() if self.every_batch is None else self.every_batch
        if per_batch:
            progress = self.model.progress
            print_stats(logs, batch, progress.batches, progress.epoch, stream=self._out())

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        print_stats(logs, e=epoch, avg=True, stream=self._out())


def print_stats(
    stat_dict: Mapping[str, Any],
    b: int | None = None,
    b_num: int | None = None,
    e: int | None = None,
    avg: bool = False,
    stream: IO[str] | None = None,
) -> None:
    """Print named statistics with their epoch ``e`` and batch ``b`` of ``b_num``; ``avg`` averages lists."""
    out = stream if stream is not None else sys.stdout
    title = "" if e is None else f"Epoch {e + 1:2}: "
    if b is not None:
        title += f"Batch {b + 1:3}" + (f"/{b_num}" if b_num is not None else "")
    if avg:
        title += "Average Stats"
    numbers = ", ".join(f"{name} {float(np.mean(value)):.4f}" for name, value in stat_dict.items())
    on_terminal = out.isatty()
    start, end = ("\r", "   ") if on_terminal else ("", "\n")
    print(f"{start}{title} : {numbers}", end="\n" if avg else end, file=out, flush=True)


def update_metric_dict(super_dict: dict[str, list[float]], sub_dict: Mapping[str, Any]) -> None:
    """Append the mean of each of ``sub_dict``'s numbers to the list of the same name in ``super_dict``."""
    for name, value in sub_dict.items():
        super_dict.setdefault(name, []).append(float(np.mean(value)))
