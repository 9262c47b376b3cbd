"""How a run is called before somebody gives it a name, and which colour it takes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from beras.registry import OPTIMIZERS
from gui.domain.kept_run import COLOR_COUNT, KeptRun, settings_with_defaults, tidy_name
from gui.domain.run_comparison import settings_of
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import number_text

MOST_DIFFERENCES = 2
SELF_EXPLAINING = ("initialiser", "activation", "data set", "loss")


def suggested_run_name(spec: ExperimentSpec, others: Sequence[KeptRun]) -> str:
    """Optimiser and learning rate, and what else differs from the first run that is called so: "Adam 1e-3, 32 units".

    ``others`` are the runs there are, the oldest first; no two names are the same.
    """
    taken = {run.name for run in others}
    name = base_name(spec)
    first = next((run for run in others if run.name == name), None)
    if first is not None:
        one, other = settings_of(first.begun), settings_of(spec)
        changed = [_short(setting, text) for setting, text in other.items() if one.get(setting) != text]
        name = tidy_name(", ".join([name, *changed[:MOST_DIFFERENCES]]))
    number = 2
    unique = name
    while unique in taken:
        unique, number = f"{name} ({number})", number + 1
    return unique


def base_name(spec: ExperimentSpec) -> str:
    label = OPTIMIZERS.spec(spec.optimizer.name).label
    rate = settings_with_defaults(spec).get("learning_rate")
    return label if rate is None else f"{label} {number_text(rate)}"


def _short(setting: str, text: str) -> str:
    """A setting in as few words as tell what it is: "32 units", "tanh", "seed 8"."""
    if setting.endswith(" units"):
        return f"{text} units"
    return text if setting.endswith(SELF_EXPLAINING) else f"{setting} {text}"


def free_color(runs: Collection[KeptRun], shown: Collection[str]) -> int:
    """The colour that fewest of the runs on show have, and then fewest of all; the first of those."""
    counts = [[0, 0] for _ in range(COLOR_COUNT)]
    for run in runs:
        counts[run.color][0] += run.id in shown
        counts[run.color][1] += 1
    return min(range(COLOR_COUNT), key=lambda color: (counts[color][0], counts[color][1], color))
