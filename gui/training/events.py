"""What a run tells the window: frozen records, in the order in which they happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from beras.trace import GraphTrace, NonFinite
from gui.domain.stop_rules import RuleFired


@dataclass(frozen=True, slots=True)
class RunStarted:
    """Data and network are there; training begins. ``weights`` are the first ones."""

    data_title: str
    train_samples: int
    validation_samples: int
    input_size: int
    epochs: int
    weights: tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class BatchEnded:
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


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """One epoch is done; ``logs`` holds loss, acc, val_loss, val_acc as far as they exist."""

    epoch: int
    logs: dict[str, float]


@dataclass(frozen=True, slots=True)
class GraphRecorded:
    """The recorded graph of one batch, with norms."""

    epoch: int
    batch: int
    trace: GraphTrace


@dataclass(frozen=True, slots=True)
class WeightsPublished:
    """Read-only copies of all weights."""

    weights: tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """A setting was changed between two batches; ``epoch`` and ``batch`` (counted from 0) are the last before it."""

    epoch: int
    batch: int
    batches: int
    label: str


@dataclass(frozen=True, slots=True)
class RuleEnded:
    """A stop rule ends the run after this batch."""

    epoch: int
    batch: int
    batches: int
    rule: RuleFired


@dataclass(frozen=True, slots=True)
class Diverged:
    """A number became NaN or infinite; the run stands still behind the batch that showed it.

    ``step`` counts the batches of the whole run from 1; there ``finding`` says where the first one stands.
    """

    epoch: int
    batch: int
    batches: int
    step: int
    finding: NonFinite
    loss: float


@dataclass(frozen=True, slots=True)
class WentBack:
    """The run is back where it was after ``step`` batches, which are ``epochs`` epochs, and goes on from there."""

    epochs: float
    step: int
    steps_back: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The worker stands still between two batches."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The worker goes on."""


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The run ended with an error: one sentence for people, and the traceback for a report."""

    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class RunEnded:
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
