"""A run that is over, as it is kept: its name and colour, the settings it began and ended with, and its results."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from beras.registry import OPTIMIZERS
from gui.domain.metrics_log import MetricsLog, Series
from gui.domain.spec import ExperimentSpec, LayerSpec

COLOR_COUNT = 36  # six colours with six dashes
LONGEST_RUN_NAME = 80
OUTCOMES = ("completed", "stopped", "failed")
BY_HAND = "by hand"
CHANGE_ARROW = " → "
LARGEST_COUNT = 1 << 53
NAMELESS = "Run"


@dataclass(frozen=True, slots=True)
class RunResults:
    """What a run came to. ``trained`` counts epochs and parts of one; numbers that were not measured are None.

    ``train_loss`` and ``train_acc`` are the means of the last whole epoch, or of the last batches where there is none.
    """

    trained: float
    epochs: int
    batches: int
    seconds: float
    parameters: int
    train_samples: int
    best_val_loss: float | None = None
    best_epoch: int | None = None
    best_val_acc: float | None = None
    train_loss: float | None = None
    train_acc: float | None = None

    @classmethod
    def of(cls, log: MetricsLog, seconds: float, parameters: int, train_samples: int) -> RunResults:
        """The results that the curves show."""
        loss, acc = log.val_loss.extremes.low, log.val_acc.extremes.high
        return cls(
            trained=float(log.batch_loss.x[-1]) if len(log.batch_loss) else 0.0,
            epochs=int(log.epoch_loss.x[-1]) if len(log.epoch_loss) else 0,
            batches=len(log.batch_loss),
            seconds=seconds,
            parameters=parameters,
            train_samples=train_samples,
            best_val_loss=loss if math.isfinite(loss) else None,
            best_epoch=log.best_epoch,
            best_val_acc=acc if math.isfinite(acc) else None,
            train_loss=_last(log.epoch_loss, log.batch_loss.smoothed),
            train_acc=_last(log.epoch_acc, log.batch_acc.smoothed),
        )

    @classmethod
    def from_dict(cls, data: Any) -> RunResults:
        """Read the results; ``ValueError`` says which one is wrong."""
        if not isinstance(data, Mapping):
            raise ValueError(f"The results of a run are a table. Received: {type(data).__name__}.")
        return cls(**{field.name: _number(field.name, str(field.type), data.get(field.name)) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run. ``begun`` are the settings it started with, ``ended`` those it had at the end, after any changes.

    ``changes`` are the marks of its curves: what was changed on the way, and after how many epochs. ``started`` is in
    seconds since 1970, UTC. ``color`` counts from 0; it stays with the run.
    """

    id: str
    name: str
    color: int
    started: float
    outcome: str
    begun: ExperimentSpec
    ended: ExperimentSpec
    results: RunResults
    changes: tuple[tuple[float, str], ...] = ()

    @property
    def started_text(self) -> str:
        """Day and time where the user is: 2026-03-01 14:05."""
        return datetime.fromtimestamp(self.started).strftime("%Y-%m-%d %H:%M")

    @property
    def learning_rate(self) -> float | None:
        """The one it began with."""
        value = settings_with_defaults(self.begun).get("learning_rate")
        return float(value) if isinstance(value, (int, float)) else None

    @property
    def units(self) -> tuple[int, ...]:
        """The units of the hidden dense layers, from the input on; of the only one, if there is one."""
        found = tuple(int(row.layer.settings.get("output_size", 0)) for row in self.begun.layers if _has_units(row))
        return found[:-1] or found

    @property
    def initializers(self) -> tuple[str, ...]:
        """How the weights of the dense layers began; each way once."""
        if self.begun.weights is not None:
            return (BY_HAND,)
        ways = (
            row.layer.settings.get("initializer", _default_way(row)) for row in self.begun.layers if _has_units(row)
        )
        return tuple(dict.fromkeys(str(way) for way in ways))

    @property
    def changed_to(self) -> str:
        """What was changed last by hand, in a few words: "5e-4 at epoch 5"; empty if nothing was."""
        changed = [(x, label) for x, label in self.changes if CHANGE_ARROW in label]
        if not changed:
            return ""
        x, label = changed[-1]
        name, value = label.rsplit(CHANGE_ARROW, 1)
        what = value if name.startswith("learning rate") or " " not in name else f"{name.rsplit(' ', 1)[0]} {value}"
        more = f", {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"{what} at epoch {epoch_text(x)}{more}"


def epoch_text(x: float) -> str:
    """A number of epochs with at most one decimal: 5, 4.3."""
    return f"{x:.1f}".removesuffix(".0")


def tidy_name(name: str) -> str:
    """A name on one line, without letters that cannot be shown; empty if nothing is left."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:LONGEST_RUN_NAME]


def settings_with_defaults(spec: ExperimentSpec) -> dict[str, Any]:
    """The settings of the optimiser; those that are not given have their defaults."""
    return {**OPTIMIZERS.spec(spec.optimizer.name).defaults(), **spec.optimizer.settings}


def _has_units(row: LayerSpec) -> bool:
    return any(param.name == "output_size" for param in row.kind.settings)


def _default_way(row: LayerSpec) -> str:
    return str(row.kind.defaults().get("initializer", ""))


def _last(epochs: Series, batches: Series) -> float | None:
    value = epochs.last if epochs.last is not None else batches.last
    return value if value is not None and math.isfinite(value) else None


def _number(name: str, kind: str, value: Any) -> Any:
    """A result as a finite number of its kind that is not negative; None where that is allowed."""
    if value is None and kind.endswith("None"):
        return None
    whole = kind.startswith("int")
    is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not (value >= 0 or "loss" in name) or abs(value) > LARGEST_COUNT:
        raise ValueError(f"{name} must be a {'whole ' if whole else ''}number. Received: {str(value)[:60]!r}.")
    return value if whole else float(value)
