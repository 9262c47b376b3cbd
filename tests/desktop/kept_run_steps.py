"""Kept runs for tests: made quickly, without training."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from gui.domain.kept_run import KeptRun, RunResults
from gui.domain.metrics_log import MetricsLog
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec

SPEC = load_preset("xor")
BATCHES = 4


def made_log(epochs: int = 3, loss: float = 0.5, acc: float | None = 0.75, validated: bool = True) -> MetricsLog:
    """A run whose last validation loss is ``loss`` and whose best accuracy is ``acc``."""
    log = MetricsLog()
    ends = [(i + 1) / BATCHES for i in range(epochs * BATCHES)]
    log.add_batches(ends, [loss + 1 - x / epochs for x in ends], [acc] * len(ends))
    for epoch in range(epochs if validated else 0):
        logs = {"loss": loss, "val_loss": loss + (epochs - 1 - epoch) / 10}
        log.add_epoch(epoch, logs if acc is None else {**logs, "acc": acc, "val_acc": acc})
    return log


def made_run(number: int, log: MetricsLog | None = None, spec: ExperimentSpec = SPEC, **changes: Any) -> KeptRun:
    """A kept run; the number decides its id, its start and its colour."""
    results = RunResults.of(made_log() if log is None else log, 1.5, 17, 700)
    run = KeptRun(f"{number:032x}", f"Run {number}", number % 36, 1.7e9 + number, "completed", spec, spec, results)
    return replace(run, **changes)


def spec_with(optimizer: str = "adam", rate: float = 0.001, **changes: Any) -> ExperimentSpec:
    """The settings as they come from a file: with every default written out."""
    spec = replace(SPEC, optimizer=Choice(optimizer, {"learning_rate": rate}), **changes)
    return ExperimentSpec.from_dict(spec.to_dict())


def same_log(one: MetricsLog, other: MetricsLog) -> bool:
    return all(
        getattr(one, name).y.tobytes() == getattr(other, name).y.tobytes()
        for name in ("batch_loss", "batch_acc", "val_loss", "val_acc", "epoch_loss", "epoch_acc")
    )


def nan_log() -> MetricsLog:
    """A run that went wrong: its loss is NaN from the second epoch on."""
    log = made_log(1)
    log.add_batches([1.25, 1.5], [math.nan, math.inf], [0.5, 0.5])
    log.add_epoch(1, {"loss": math.nan, "val_loss": math.nan, "val_acc": 0.5})
    return log
