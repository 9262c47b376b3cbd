"""Curves as tables for a spreadsheet: of one run every batch, epoch, left branch and event; of several, epochs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.domain.kept_run import KeptRun
from gui.domain.metrics_log import MetricsLog, Series, SmoothedSeries
from gui.domain.run_curves import RunCurves
from gui.domain.run_table import csv_cell

COLUMNS = (
    "what",
    "epoch",
    "batch",
    "loss",
    "smoothed loss",
    "accuracy",
    "smoothed accuracy",
    "validation loss",
    "validation accuracy",
    "event",
)

Array = NDArray[np.float64]
Row = tuple[str | float, ...]


@dataclass(frozen=True, slots=True)
class CurvesTable:
    """What the curves were at one moment: copies, so that it can be written while the run goes on.

    ``batches`` is (5, batches): epoch, loss, smoothed loss, accuracy, smoothed accuracy. ``epochs`` maps each number of
    epochs to the means of that epoch and the values on the validation data. ``branches`` are (3, batches) each: epoch,
    loss, accuracy. What was not measured is None.
    """

    batches: tuple[Array | None, ...]
    epochs: dict[float, tuple[float | None, ...]]
    branches: tuple[tuple[Array | None, ...], ...]
    marks: tuple[tuple[float, str], ...]

    @classmethod
    def of(cls, log: MetricsLog) -> CurvesTable:
        return cls(
            (log.batch_loss.x.copy(), *_both(log.batch_loss), *_both(log.batch_acc)),
            _epochs(log.epoch_loss, log.epoch_acc, log.val_loss, log.val_acc),
            tuple(
                (loss[0].copy(), loss[1].copy(), acc[1].copy() if acc.shape == loss.shape else None)
                for loss, acc in zip(log.abandoned_loss, log.abandoned_acc, strict=True)
            ),
            tuple(log.marks),
        )

    def csv(self) -> bytes:
        """In UTF-8 with exact numbers. The first column says what a row is; "epoch" counts epochs, with parts of one.

        A branch that was left begins with the batch that it has in common with the run.
        """
        content = io.StringIO()
        writer = csv.writer(content)
        writer.writerow(COLUMNS)
        writer.writerows(self._rows())
        return content.getvalue().encode("utf-8-sig")

    def _rows(self) -> Iterator[Row]:
        epochs, *measures = self.batches
        for number, (epoch, *values) in enumerate(_entries(epochs, *measures), start=1):
            yield ("batch", epoch, number, *values, "", "", "")
        for done, (loss, acc, val_loss, val_acc) in self.epochs.items():
            yield ("epoch", done, "", _cell(loss), "", _cell(acc), "", _cell(val_loss), _cell(val_acc), "")
        for number, branch in enumerate(self.branches, start=1):
            for epoch, loss_there, acc_there in _entries(*branch):
                yield (f"abandoned branch {number}", epoch, "", loss_there, "", acc_there, "", "", "", "")
        for x, label in self.marks:
            yield ("event", x, *[""] * 7, csv_cell(label))


def compared_csv(runs: Sequence[tuple[KeptRun, RunCurves]]) -> bytes:
    """The curves of several runs as they are compared: validation after each epoch, training smoothed and thinned."""
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow(("run", "what", "epoch", "loss", "accuracy", "id"))
    for run, curves in runs:
        for what, loss, acc in (
            ("validation", curves.loss.validation, curves.acc.validation),
            ("training, smoothed", curves.loss.training, curves.acc.training),
        ):
            accuracies = acc.y if len(acc) == len(loss) else None
            for epoch, value, share in _entries(loss.x, loss.y, accuracies):
                writer.writerow((csv_cell(run.name), what, epoch, value, share, run.id))
    return content.getvalue().encode("utf-8-sig")


def _both(series: SmoothedSeries) -> tuple[Array | None, Array | None]:
    """What was measured, and smoothed; None where nothing was."""
    return (series.y.copy(), series.smoothed.y.copy()) if len(series) else (None, None)


def _epochs(*measures: Series) -> dict[float, tuple[float | None, ...]]:
    values = [dict(zip(series.x.tolist(), series.y.tolist(), strict=True)) for series in measures]
    done = sorted({x for each in values for x in each})
    return {x: tuple(each.get(x) for each in values) for x in done}


def _entries(*columns: Array | None) -> Iterator[tuple[str | float, ...]]:
    """Row by row; a column without values is empty."""
    count = max((len(column) for column in columns if column is not None), default=0)
    lists = [[""] * count if column is None else column.tolist() for column in columns]
    yield from zip(*lists, strict=True)


def _cell(value: float | None) -> str | float:
    return "" if value is None else value
