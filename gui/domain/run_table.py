"""The columns of the table of runs: what each shows, how it is written, and what it is sorted by."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from beras.registry import DATASETS, OPTIMIZERS
from gui.domain.kept_run import KeptRun
from gui.domain.steering import number_text

ABSENT = "–"
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t")
MINUTE_S, HOUR_S = 60, 3600

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """``title`` may take two lines; ``value`` is what is sorted by and exported, ``text`` what is shown."""

    key: str
    title: str
    tip: str
    value: Callable[[KeptRun], Value]
    text: Callable[[KeptRun], str]
    is_number: bool = False

    @property
    def name(self) -> str:
        """The title on one line."""
        return self.title.replace("-\n", "").replace("\n", " ")


def loss_text(value: float | None) -> str:
    """A loss with three decimals, or in e-notation where those would say nothing."""
    if value is None:
        return ABSENT
    size = abs(value)
    text = number_text(value) if value and not 0.001 <= size < 1000 else f"{value:.3f}"
    return text.replace("-", "−") if value < 0 else text


def share_text(value: float | None) -> str:
    """A share as per cent with one decimal."""
    return ABSENT if value is None else f"{100 * value:.1f} %"


def count_text(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"


def time_text(seconds: float) -> str:
    """10.6 s, 2:05 min, 1:02 h."""
    if seconds < MINUTE_S:
        return f"{seconds:.1f} s"
    if seconds < HOUR_S:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"
    return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d} h"


def rate_text(value: float | None) -> str:
    return ABSENT if value is None else number_text(value)


def _optimizer(run: KeptRun) -> str:
    return OPTIMIZERS.spec(run.begun.optimizer.name).label


def _data(run: KeptRun) -> str:
    return DATASETS.spec(run.begun.data.name).label


def _units(run: KeptRun) -> str:
    return " · ".join(str(units) for units in run.units)


COLUMNS: tuple[Column, ...] = (
    Column(
        "name", "run", "The name of the run; F2 or a double click changes it",
        lambda run: run.name, lambda run: run.name,
    ),
    Column("optimizer", "optimiser", "The optimiser the run began with", _optimizer, _optimizer),
    Column(
        "rate", "learning\nrate", "The learning rate the run began with",
        lambda run: run.learning_rate, lambda run: rate_text(run.learning_rate), True,
    ),
    Column(
        "changed", "changed to", "What was changed last while the run went on, and when",
        lambda run: run.changed_to or None, lambda run: run.changed_to or ABSENT,
    ),
    Column(
        "units", "units", "The units of the hidden layers, from the input on",
        lambda run: float(sum(run.units)), _units, True,
    ),
    Column(
        "initializer", "initialiser", "How the first weights were drawn",
        lambda run: ", ".join(run.initializers), lambda run: ", ".join(run.initializers) or ABSENT,
    ),
    Column(
        "seed", "seed", "The seed of the first weights and of the order of the batches",
        lambda run: run.begun.seed, lambda run: str(run.begun.seed), True,
    ),
    Column(
        "epochs", "epochs", "The whole epochs that were trained",
        lambda run: run.results.epochs, lambda run: count_text(run.results.epochs), True,
    ),
    Column(
        "best_val_loss", "best\nval. loss", "The lowest loss on the validation data after any epoch",
        lambda run: run.results.best_val_loss, lambda run: loss_text(run.results.best_val_loss), True,
    ),
    Column(
        "best_epoch", "at\nepoch", "The epoch after which the validation loss was lowest",
        lambda run: run.results.best_epoch, lambda run: count_text(run.results.best_epoch), True,
    ),
    Column(
        "best_val_acc", "best\nval. acc.", "The highest accuracy on the validation data after any epoch",
        lambda run: run.results.best_val_acc, lambda run: share_text(run.results.best_val_acc), True,
    ),
    Column(
        "train_acc", "train\nacc.", "The accuracy on the training data over the last epoch",
        lambda run: run.results.train_acc, lambda run: share_text(run.results.train_acc), True,
    ),
    Column(
        "parameters", "para-\nmeters", "How many weights and biases the network has",
        lambda run: run.results.parameters, lambda run: count_text(run.results.parameters), True,
    ),
    Column(
        "time", "time", "How long the training took, pauses left out",
        lambda run: run.results.seconds, lambda run: time_text(run.results.seconds), True,
    ),
    Column("data", "data set", "The data the run was trained on", _data, _data),
)  # fmt: skip


def describe(run: KeptRun) -> str:
    """When a run was started and how it ended, in one sentence."""
    return f"{run.name}: started {run.started_text}, {run.outcome}, {run.results.batches:,} batches."


def matches(texts: Sequence[str], words: str) -> bool:
    """Whether every one of some words is found in the texts of a row, in small letters or capitals."""
    shown = "\n".join(texts).casefold()
    return all(word in shown for word in words.casefold().split())


def table_csv(runs: Sequence[KeptRun]) -> bytes:
    """The table as CSV in UTF-8, exact numbers, the id and the start of each run at the end.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    content = io.StringIO()
    writer = csv.writer(content)
    writer.writerow([*(column.name for column in COLUMNS), "outcome", "started", "id"])
    for run in runs:
        cells = [csv_cell(column.value(run)) for column in COLUMNS]
        writer.writerow([*cells, run.outcome, run.started_text, run.id])
    return content.getvalue().encode("utf-8-sig")


def csv_cell(value: Value) -> str | float:
    """A value as a spreadsheet may have it: never as a formula."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_BEGINNINGS) else value
