"""When a run ends before its last epoch: it is good enough, it no longer gets better, or the time is over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from beras.registry import SettingError

MAX_PATIENCE = 100_000
MAX_MINUTES = 10_000.0


@dataclass(frozen=True, slots=True)
class StopRules:
    """Each rule is off when None. ``target_accuracy`` is a share, ``patience`` counts epochs.

    Accuracy and gain are those of the validation samples.
    """

    target_accuracy: float | None = None
    patience: int | None = None
    minutes: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_dict(cls, data: Any) -> StopRules:
        """Read the rules; ``SettingError`` says which one is wrong and what was expected."""
        if not isinstance(data, Mapping) or not set(data) <= set(cls.__slots__):
            raise SettingError("stop", f"Stop rules are a table of {', '.join(cls.__slots__)}. Received: {data!r}.")
        return cls(
            _number("target accuracy", data.get("target_accuracy"), 0.0, 1.0),
            _number("patience", data.get("patience"), 1, MAX_PATIENCE, whole=True),
            _number("minutes", data.get("minutes"), 0.0, MAX_MINUTES),
        )


def _number(name: str, value: Any, low: float, high: float, whole: bool = False) -> Any:
    if value is None:
        return None
    kind = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high or value == 0:
        what = "a whole number" if whole else "a number"
        raise SettingError("stop", f"{name} must be {what} above 0, at most {high:,g}. Received: {value!r}.")
    return value


@dataclass(frozen=True, slots=True)
class RuleFired:
    """Why a run has ended: a few words for a mark on the curves, and a sentence."""

    label: str
    sentence: str


class RuleJudge:
    """Follows one run and says when a rule fires. The rules may change while the run goes on."""

    def __init__(self) -> None:
        self._val_losses: list[float] = []

    def after_epoch(self, rules: StopRules, epoch: int, logs: Mapping[str, float]) -> RuleFired | None:
        """Judge epoch ``epoch`` (counted from 0); one that is trained again, after going back, counts once."""
        self._val_losses[epoch:] = [logs.get("val_loss", logs["loss"])]
        accuracy = logs.get("val_acc", logs.get("acc"))
        target, patience = rules.target_accuracy, rules.patience
        if target is not None and accuracy is not None and accuracy >= target:
            return RuleFired(
                f"{100 * target:g} % reached",
                f"Stopped after epoch {epoch + 1}: the validation accuracy of {100 * accuracy:.1f} % has reached the "
                f"target of {100 * target:g} %.",
            )
        if patience is not None and self._epochs_without_gain() >= patience:
            best = len(self._val_losses) - self._epochs_without_gain()
            return RuleFired(
                f"no gain for {_epochs(patience)}",
                f"Stopped after epoch {epoch + 1}: the validation loss has not fallen for {_epochs(patience)}; it was "
                f"lowest after epoch {best}.",
            )
        return None

    def after_batch(self, rules: StopRules, seconds: float) -> RuleFired | None:
        """Judge the time trained so far, pauses left out."""
        if rules.minutes is None or seconds < 60 * rules.minutes:
            return None
        return RuleFired(
            f"{rules.minutes:g} min over", f"Stopped: the time of {rules.minutes:g} min for this run is over."
        )

    def _epochs_without_gain(self) -> int:
        comparable = [loss if math.isfinite(loss) else math.inf for loss in self._val_losses]
        return len(comparable) - 1 - comparable.index(min(comparable))


def _epochs(count: int) -> str:
    return f"{count} epoch" if count == 1 else f"{count} epochs"
