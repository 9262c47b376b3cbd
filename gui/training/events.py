"""What a run tells the window: immutable records, in the order in which they happened. Compare them by class first."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from beras.trace import GraphTrace, NonFinite
from gui.domain.stop_rules import RuleFired


class RunStarted(NamedTuple):
    """Data and network are there; training begins. ``weights`` are the first ones."""

    data_title: str
    train_samples: int
    validation_samples: int
    input_size: int
    epochs: int
    weights: tuple[NDArray[Any], ...]


class BatchEnded(NamedTuple):
    """One batch is done. ``batch`` and ``epoch`` count from 0; ``seconds`` is the time trained, pauses left out.

    ``phases`` is how much of it went into forward, backward and update so far.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    samples: int
    seconds: float
    loss: float
    acc: float | None
    phases: tuple[float, float, float]


class EpochEnded(NamedTuple):
    """One epoch is done; ``logs`` holds loss, acc, val_loss, val_acc as far as they exist."""

    epoch: int
    logs: dict[str, float]


class GraphRecorded(NamedTuple):
    """The recorded graph of one batch, with norms."""

    epoch: int
    batch: int
    trace: GraphTrace


class WeightsPublished(NamedTuple):
    """Read-only copies of all weights."""

    weights: tuple[NDArray[Any], ...]


class SettingChanged(NamedTuple):
    """A setting was changed between two batches; ``epoch`` and ``batch`` (counted from 0) are the last before it."""

    epoch: int
    batch: int
    batches: int
    label: str


class RuleEnded(NamedTuple):
    """A stop rule ends the run after this batch."""

    epoch: int
    batch: int
    batches: int
    rule: RuleFired


class Diverged(NamedTuple):
    """A number became NaN or infinite; the run stands still behind the batch that showed it.

    ``step`` counts the batches of the whole run from 1; there ``finding`` says where the first one stands.
    """

    epoch: int
    batch: int
    batches: int
    step: int
    finding: NonFinite
    loss: float


class WentBack(NamedTuple):
    """The run is back where it was after ``step`` batches, which are ``epochs`` epochs, and goes on from there."""

    epochs: float
    step: int
    steps_back: int


class Paused(NamedTuple):
    """The worker stands still between two batches."""


class Resumed(NamedTuple):
    """The worker goes on."""


class RunFailed(NamedTuple):
    """The run ended with an error: one sentence for people, and the traceback for a report."""

    message: str
    traceback: str


class RunEnded(NamedTuple):
    """The run is over: "completed", "stopped" or "failed"."""

    outcome: str
    seconds: float
    samples: int


Event = (
    RunStarted
    | BatchEnded
    | EpochEnded
    | GraphRecorded
    | WeightsPublished
    | SettingChanged
    | RuleEnded
    | Diverged
    | WentBack
    | Paused
    | Resumed
    | RunFailed
    | RunEnded
)
