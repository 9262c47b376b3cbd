"""The curves as a table: every number once, exact, with what it is."""

from __future__ import annotations

import csv
import io
import math

import numpy as np

from gui.domain.curves_table import COLUMNS, CurvesTable
from gui.domain.metrics_log import MetricsLog


def rows_of(log: MetricsLog) -> dict[str, list[dict[str, str]]]:
    """The rows by what they are."""
    content = CurvesTable.of(log).csv().decode("utf-8-sig")
    found: dict[str, list[dict[str, str]]] = {}
    reader = csv.DictReader(io.StringIO(content))
    assert tuple(reader.fieldnames or ()) == COLUMNS
    for row in reader:
        assert None not in row
        assert None not in row.values()
        found.setdefault(row["what"], []).append(row)
    return found


def numbers(rows: list[dict[str, str]], column: str) -> list[float]:
    return [float(row[column]) for row in rows]


def log_with_a_branch() -> MetricsLog:
    log = MetricsLog()
    generator = np.random.default_rng(0)
    log.add_batches([0.25, 0.5, 0.75, 1.0], generator.random(4).tolist(), generator.random(4).tolist())
    log.add_epoch(0, {"loss": 0.1 + 0.2, "acc": 0.5, "val_loss": 0.7, "val_acc": 0.25})
    log.add_batches([1.25, 1.5], [math.nan, math.inf], [0.5, 0.5])
    log.add_mark(1.25, "learning rate 1e-3 → 5e-4")
    log.go_back(4)
    log.add_mark(1.0, "=back 2 steps")
    log.add_batches([1.25], [1 / 3], [1.0])
    return log


def test_every_batch_has_its_exact_numbers() -> None:
    log = log_with_a_branch()
    rows = rows_of(log)["batch"]
    assert numbers(rows, "epoch") == log.batch_loss.x.tolist()
    assert [row["batch"] for row in rows] == ["1", "2", "3", "4", "5"]
    for column, series in (
        ("loss", log.batch_loss),
        ("smoothed loss", log.batch_loss.smoothed),
        ("accuracy", log.batch_acc),
        ("smoothed accuracy", log.batch_acc.smoothed),
    ):
        assert numbers(rows, column) == series.y.tolist()


def test_epochs_branches_and_events_have_rows_of_their_own() -> None:
    rows = rows_of(log_with_a_branch())
    (epoch,) = rows["epoch"]
    assert [epoch[name] for name in ("epoch", "loss", "accuracy", "validation loss", "validation accuracy")] == [
        *("1.0", repr(0.1 + 0.2), "0.5", "0.7", "0.25")
    ]
    left = rows["abandoned branch 1"]
    assert numbers(left, "epoch") == [1.0, 1.25, 1.5]
    assert [row["loss"] for row in left[1:]] == ["nan", "inf"]
    assert numbers(left, "accuracy")[1:] == [0.5, 0.5]
    events = [(row["epoch"], row["event"]) for row in rows["event"]]
    assert events == [("1.25", "learning rate 1e-3 → 5e-4"), ("1.0", "'=back 2 steps")]  # no formula


def test_a_run_without_classes_leaves_its_accuracy_empty() -> None:
    log = MetricsLog()
    log.add_batches([0.5, 1.0], [2.0, 1.0], [None, None])
    log.add_epoch(0, {"loss": 1.5})
    log.go_back(1)
    rows = rows_of(log)
    for row in (row for each in rows.values() for row in each):
        assert row["accuracy"] == row["smoothed accuracy"] == row["validation accuracy"] == ""
    assert [row["loss"] for row in rows["abandoned branch 1"]] == ["2.0", "1.0"]


def test_the_table_stays_as_it_was_while_the_run_goes_on() -> None:
    log = log_with_a_branch()
    table = CurvesTable.of(log)
    before = table.csv()
    log.go_back(1)
    log.add_batches([0.5, 0.6], [9.0, 9.0], [0.0, 0.0])
    assert table.csv() == before


def test_nothing_trained_is_a_head_alone() -> None:
    assert rows_of(MetricsLog()) == {}
