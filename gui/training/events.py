"""What a run tells the window: immutable records, in the order in which they happened. Compare them by class first."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

from beras.snapshot import Snapshot
from beras.trace import GraphTrace, NonFinite
from gui.domain.health.measure import HealthRecord
from gui.domain.stop_rules import RuleFired
from gui.domain.training_state import EpochLogs


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

    ``done`` is how many epochs of samples that makes. ``phases`` is how much of the time went into forward, backward
    and update so far.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    done: float
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


class HealthMeasured(NamedTuple):
    """How the gradient flowed through the layers in one batch."""

    record: HealthRecord


class WeightsPublished(NamedTuple):
    """Read-only copies of all weights."""

    weights: tuple[NDArray[Any], ...]


class SettingChanged(NamedTuple):
    """A setting was changed between two batches; ``epoch`` and ``batch`` (counted from 0) are the last before it.

    ``done`` is how many epochs that is, as for the batch, and ``step`` how many batches of the run.
    """

    epoch: int
    batch: int
    done: float
    label: str
    step: int = 0


class RuleEnded(NamedTuple):
    """A stop rule ends the run after ``done`` epochs."""

    done: float
    rule: RuleFired


class Diverged(NamedTuple):
    """A number became NaN or infinite; the run stands still behind the batch that showed it, after ``done`` epochs.

    ``step`` counts the batches of the whole run from 1; there ``finding`` says where the first one stands.
    """

    done: float
    step: int
    finding: NonFinite
    loss: float


class MomentShown(NamedTuple):
    """The run stands still where it was after ``step`` batches, with the weights of then and its graph.

    At the first moment there is no graph: nothing was recorded yet.
    """

    step: int
    has_graph: bool


class WentBack(NamedTuple):
    """The run goes on from where it was after ``step`` batches; what came after is a branch that was left."""

    step: int
    steps_back: int


class StateTaken(NamedTuple):
    """The newest moment, to be saved, or the one that ``is_shown``; ``epochs`` are (step, epoch, logs) before."""

    snapshot: Snapshot
    epochs: tuple[EpochLogs, ...]
    seconds: float
    samples: int
    is_shown: bool = False


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
    | HealthMeasured
    | WeightsPublished
    | SettingChanged
    | RuleEnded
    | Diverged
    | MomentShown
    | WentBack
    | StateTaken
    | Paused
    | Resumed
    | RunFailed
    | RunEnded
)
