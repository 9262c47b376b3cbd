"""The gradients of an experiment's network against central differences on a few samples, and the result in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras.datasets import Dataset
from beras.datasets.source import Cancelled, LoadingCancelled
from beras.gradcheck import GradientError, ModelCheck, check_model
from gui.domain.build import build_model, order_generator, set_weights, targets_of
from gui.domain.spec import ExperimentSpec

SAMPLES = 8
MOST_ENTRIES, FEWEST_ENTRIES = 200, 5
MULTIPLICATIONS = 1e10  # about as many as a check may take, which is a second or two: larger networks get fewer entries
PASSES_PER_PARAMETER = 2  # one with the entry a little larger, one with it a little smaller

Weights = Sequence[NDArray[Any]]


class NotFiniteError(ValueError):
    """Weights that are not finite have no gradients to measure."""

    def __init__(self) -> None:
        super().__init__(
            "Gradient check: it needs finite weights, but some of this run's are NaN or infinite. "
            "Go back to where they were finite, or restart, then check again."
        )


def check_experiment(
    spec: ExperimentSpec, data: Dataset, weights: Weights | None, cancelled: Cancelled
) -> tuple[ModelCheck, str]:
    """Check the network with ``weights``, if they fit, otherwise with its first ones; says also what was checked.

    The check itself computes in float64. Raises ``NotFiniteError``, and ``LoadingCancelled`` on request.
    """
    model = build_model(spec, data)
    fitting = weights is not None and [w.shape for w in weights] == [w.shape for w in model.weights]
    if weights is not None and fitting:
        set_weights(model, weights)
    if not all(np.isfinite(weight.numpy()).all() for weight in model.weights):
        raise NotFiniteError
    count = min(SAMPLES, len(data.train_inputs))
    chosen = np.sort(order_generator(spec.seed).choice(len(data.train_inputs), count, replace=False))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        check = check_model(
            model,
            data.train_inputs[chosen],
            targets_of(data, data.train_targets[chosen]),
            _until(cancelled, model.loss_fn),
            entries=_affordable_entries([weight.size for weight in model.weights], count),
            seed=spec.seed,
        )
    first = f"the first weights of seed {spec.seed}" if spec.weights is None else "the first weights, set by hand"
    whose = "the weights of the run" if fitting else first
    return check, f"{count} training samples and {whose}"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One recorded op, ``node`` counting in forward order: whether its own gradients agree, and its worst entry.

    ``error`` is None where there was nothing to compare, ``problem`` says what kept its backward pass from answering.
    """

    node: int
    label: str
    verdict: Literal["right", "wrong", "nothing to compare"]
    is_first_wrong: bool
    error: GradientError | None
    problem: str | None

    @property
    def cells(self) -> tuple[str, ...]:
        """Worst relative error, gradient of what, at which entry, stated, measured, how many were compared."""
        error = self.error
        if error is None or self.problem is not None:
            return "–", "–", "–", "–", "–", self.problem or "0"
        place = f"[{', '.join(map(str, error.index))}]" if error.entries else "–"
        kinks = f", {error.kinks} at a kink" if error.kinks else ""
        numbers = (_signed(error.stated), _signed(error.measured)) if error.entries else ("–", "–")
        return _power(error) if error.entries else "–", error.name, place, *numbers, f"{error.entries:,}{kinks}"


def check_rows(check: ModelCheck) -> tuple[CheckRow, ...]:
    """Every op by itself, in forward order."""
    first = check.first_wrong
    rows = []
    for node, layer in enumerate(check.layers):
        is_right = layer.is_right(check.tolerance)
        compared = bool(layer.errors) and any(error.entries for error in layer.errors)
        verdict: Literal["right", "wrong", "nothing to compare"] = "right" if is_right else "wrong"
        if is_right and not compared:
            verdict = "nothing to compare"
        rows.append(CheckRow(node, layer.label, verdict, layer is first, layer.worst, layer.problem))
    return tuple(rows)


def sentence(check: ModelCheck, what: str) -> str:
    """The result for people: all agree, or which layer is the first wrong one and how."""
    wrong = check.first_wrong
    if wrong is not None and wrong.worst is not None and wrong.problem is None:
        worst = wrong.worst
        place = ", ".join(map(str, worst.index))
        said = (
            f"{wrong.label} is wrong. For {worst.name}[{place}] its backward pass says {worst.stated:.4g}, central "
            f"differences say {worst.measured:.4g}"
        )
    elif wrong is not None:
        said = f"{wrong.label} is wrong: {wrong.problem}"
    elif not check.parameters:
        said = "there are no parameters, and every layer agrees with central differences"
    elif any(error.relative > check.tolerance for error in check.parameters):
        said = check.verdict.rstrip(".")
    else:
        said = _agreement(check)
    return f"Gradient check: {said}. Checked with {what}."


def _agreement(check: ModelCheck) -> str:
    measured = [error for error in check.parameters if error.entries]
    kinks = sum(error.kinks for error in check.parameters)
    total = len(check.parameters)
    who = f"all {total}" if len(measured) == total else f"{len(measured)} of {total}"
    said = f"{who} parameters agree with central differences"
    if measured:
        worst = max(measured, key=lambda error: error.relative)
        said += f", worst relative error {_power(worst)} ({worst.name})"
    if kinks:
        said += f"; {kinks} {'entry' if kinks == 1 else 'entries'} at a kink of the function could not be measured"
    return said


def _signed(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _power(error: GradientError) -> str:
    """ "2e-9"."""
    mantissa, exponent = f"{error.relative:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}" if error.relative else "0"


def _until(cancelled: Cancelled, loss: Callable[..., Any]) -> Callable[..., Any]:
    """The loss, which ends the check when it is not wanted any more."""

    def guarded(prediction: Any, target: Any) -> Any:
        if cancelled():
            raise LoadingCancelled
        return loss(prediction, target)

    return guarded


def _affordable_entries(sizes: Sequence[int], samples: int) -> int:
    one_pass = max(1, sum(sizes)) * samples
    passes_per_entry = PASSES_PER_PARAMETER * (len(sizes) + 3)  # the whole model's, and each op's by itself
    return int(np.clip(MULTIPLICATIONS / (one_pass * passes_per_entry), FEWEST_ENTRIES, MOST_ENTRIES))
