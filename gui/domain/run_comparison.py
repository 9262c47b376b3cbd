"""What differs between two runs: settings, results, and whether the comparison is fair, in words."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beras.registry import ACTIVATIONS, DATASETS, LOSSES, OPTIMIZERS, ComponentSpec
from gui.domain.check import layer_titles
from gui.domain.first_weights import summary
from gui.domain.kept_run import CHANGE_ARROW, KeptRun, epoch_text
from gui.domain.spec import Choice, ExperimentSpec
from gui.domain.steering import number_text

ABSENT = "–"
STOP_LABELS = {"target_accuracy": "target accuracy", "patience": "patience", "minutes": "minutes at most"}
NOT_DRAWN = {"train_bias": None}
SMALL_SHARE_OF_TRAINING = 1e-6


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting that two runs have differently, in words."""

    setting: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two runs can be compared: fairly, or with what reservation."""

    is_fair: bool
    title: str
    reasons: str

    @property
    def sentence(self) -> str:
        return f"{self.title} {self.reasons}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other. Deltas are the second less the first, None where a number is missing."""

    first: KeptRun
    second: KeptRun
    differences: tuple[Difference, ...]
    setting_count: int
    loss_delta: float | None
    acc_delta: float | None
    verdict: Verdict
    chance: str

    @property
    def loss_text(self) -> str:
        """The difference of the best validation losses: −0.0001."""
        return ABSENT if self.loss_delta is None else _signed(self.loss_delta, 4)

    @property
    def acc_text(self) -> str:
        """The difference of the best validation accuracies in points: +0.3 points."""
        return ABSENT if self.acc_delta is None else f"{_signed(100 * self.acc_delta, 1)} points"

    @property
    def count_text(self) -> str:
        count = len(self.differences)
        return f"{count} of {self.setting_count} settings {'differs' if count == 1 else 'differ'}"

    @property
    def text(self) -> str:
        """The whole comparison as plain text, to be pasted elsewhere."""
        rows = [("setting", self.first.name, self.second.name)]
        rows += [(each.setting, each.first, each.second) for each in self.differences]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        deltas = f"best val. loss {self.loss_text}, best val. accuracy {self.acc_text}"
        return "\n".join([*table, "", deltas, self.verdict.sentence, *([self.chance] if self.chance else [])])


def pair_to_compare(
    runs: Sequence[KeptRun], selected: Collection[str], baseline: str | None
) -> tuple[KeptRun, KeptRun] | None:
    """Which two runs are compared: the two that are selected, or the one that is and the baseline (or the run before).

    While none is selected, the last run and the baseline (or the run before). The baseline comes first, otherwise the
    older run. None if there are not two runs, or more than two are selected.
    """
    marked = [run for run in runs if run.id in selected]
    if len(marked) > 2 or len(runs) < 2:
        return None
    if len(marked) < 2:
        one = marked[0] if marked else runs[-1]
        place = next(i for i, run in enumerate(runs) if run.id == one.id)
        neighbour = runs[place - 1] if place else runs[1]
        marked = [next((run for run in runs if run.id == baseline and run.id != one.id), neighbour), one]
    first, second = sorted(marked, key=lambda run: (run.id != baseline, run.started, run.id))
    return first, second


def compare(first: KeptRun, second: KeptRun) -> Comparison:
    """What differs in settings and results, and what the comparison is worth."""
    one, other = _all_settings(first), _all_settings(second)
    names = list(dict.fromkeys([*one, *other]))
    differences = tuple(
        Difference(name, one.get(name, ABSENT), other.get(name, ABSENT))
        for name in names
        if one.get(name, ABSENT) != other.get(name, ABSENT)
    )
    return Comparison(
        first,
        second,
        differences,
        len(names),
        _delta(first.results.best_val_loss, second.results.best_val_loss) if _same_loss(first, second) else None,
        _delta(first.results.best_val_acc, second.results.best_val_acc) if _same_data(first, second) else None,
        verdict(first, second),
        chance_sentence(first, second),
    )


# -- settings ---------------------------------------------------------------------------------------------------------


def settings_of(spec: ExperimentSpec) -> dict[str, str]:
    """Every setting of an experiment in words, by its name for people, in the order of the experiment panel."""
    found: dict[str, str] = {"data set": DATASETS.spec(spec.data.name).label}
    found |= {_data_label(name): text for name, text in _settings(DATASETS.spec(spec.data.name), spec.data)}
    for title, row in zip(layer_titles(spec.layers), spec.layers, strict=True):
        found |= {f"{title} {_british(name)}": text for name, text in _settings(row.kind, row.layer)}
        if not row.kind.settings:
            found[title] = "there"
        activation = row.activation
        found[f"{title} activation"] = "none" if activation is None else ACTIVATIONS.spec(activation.name).label
        if activation is not None:
            kind = ACTIVATIONS.spec(activation.name)
            found |= {f"{title} {name}": text for name, text in _settings(kind, activation)}
    optimizer, loss = OPTIMIZERS.spec(spec.optimizer.name), LOSSES.spec(spec.loss.name)
    found["optimiser"] = optimizer.label
    found |= dict(_settings(optimizer, spec.optimizer))
    found["loss"] = loss.label
    found |= {f"loss {name}": text for name, text in _settings(loss, spec.loss)}
    found |= {"batch size": f"{spec.batch_size:,}", "epochs": f"{spec.epochs:,}", "seed": f"{spec.seed}"}
    found |= {"precision": spec.precision, "first weights": summary(spec.weights)}
    return found | {STOP_LABELS.get(name, name): number_text(value) for name, value in spec.stop.to_dict().items()}


def _all_settings(run: KeptRun) -> dict[str, str]:
    """The settings that a run began with, and what was changed on the way."""
    changed = [f"{label} at epoch {epoch_text(x)}" for x, label in run.changes if CHANGE_ARROW in label]
    return settings_of(run.begun) | ({"changed on the way": "; ".join(changed)} if changed else {})


def _settings(kind: ComponentSpec[Any], choice: Choice) -> Iterator[tuple[str, str]]:
    for param in kind.settings:
        value = choice.settings.get(param.name, param.default)
        is_number = isinstance(value, (bool, int, float))
        yield param.label, number_text(value) if is_number else str(value)


def _data_label(label: str) -> str:
    return "data seed" if label == "seed" else label


def _british(label: str) -> str:
    return label.replace("initializer", "initialiser")


# -- results ----------------------------------------------------------------------------------------------------------


def _delta(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else second - first


def _signed(value: float, digits: int) -> str:
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text.replace("-", "−")


def validation_samples(spec: ExperimentSpec) -> int | None:
    """How many samples the validation accuracy was measured on; None where the settings do not tell."""
    settings: Mapping[str, Any] = {**DATASETS.spec(spec.data.name).defaults(), **spec.data.settings}
    if "validation_size" in settings:
        return int(settings["validation_size"])
    if "samples" in settings and "validation_share" in settings:
        return round(int(settings["samples"]) * float(settings["validation_share"]))
    return None


def chance_sentence(first: KeptRun, second: KeptRun) -> str:
    """A difference in accuracy beside what chance alone does: one standard error of a share of that many samples."""
    one, other = first.results.best_val_acc, second.results.best_val_acc
    samples = validation_samples(first.begun)
    if one is None or other is None or not samples or not _same_data(first, second):
        return ""
    share = (one + other) / 2
    error = math.sqrt(max(0.0, share * (1 - share)) * samples)
    distance = abs(round((other - one) * samples))
    counted = f"{distance:,} of {samples:,} validation samples"
    if distance == 0:
        return f"Both have {round(one * samples):,} of {samples:,} validation samples right."
    if distance <= error:
        return f"{counted} is not more than one standard error ({error:.0f}). Other seeds would tell."
    if distance <= 2 * error:
        return f"{counted} is between one and two standard errors ({error:.0f}). Other seeds would tell."
    return f"{counted} is more than two standard errors ({error:.0f})."


# -- fairness ---------------------------------------------------------------------------------------------------------


def verdict(first: KeptRun, second: KeptRun) -> Verdict:
    """Whether the two had the same data, first weights, batch order and epochs; otherwise what was not the same."""
    if not _same_loss(first, second) or not _same_data(first, second):
        return Verdict(False, "Not comparable.", _why_not_comparable(first, second))
    weights, order = _same_weights(first, second), _same_order(first, second)
    budgets = _unequal_budgets(first, second)
    same = ["same data"]
    same += ["same first weights"] if weights else []
    same += ["same batch order"] if order else []
    same += [] if budgets else [f"same {_epochs(first)}"]
    other = _other_conditions(first, second, weights, order)
    reasons = " ".join([_sentence(budgets), _sentence(same), *other]).strip()
    if budgets:
        return Verdict(False, "Unequal budget.", reasons)
    if first.begun.seed != second.begun.seed:
        return Verdict(False, "Different seeds.", reasons)
    return Verdict(True, "Fair comparison.", reasons)


def _why_not_comparable(first: KeptRun, second: KeptRun) -> str:
    if first.begun.data.name != second.begun.data.name:
        one, other = (DATASETS.spec(run.begun.data.name).label for run in (first, second))
        return f"Other data: {one} against {other}. The curves do not measure the same."
    if not _same_data(first, second):
        return "The data were made or chosen with other settings, so each was measured on samples of its own."
    one, other = (LOSSES.spec(run.begun.loss.name).label for run in (first, second))
    return f"Another loss: {one} against {other}. Compare the accuracy, not the loss."


def _other_conditions(first: KeptRun, second: KeptRun, weights: bool, order: bool) -> list[str]:
    one, other = first.begun.seed, second.begun.seed
    if one != other:
        what = "batch order" if weights else "first weights and batch order"
        return [f"Other {what}: seed {one} against {other}."]
    found = []
    if not weights and (first.begun.weights is not None or second.begun.weights is not None):
        found.append("Other first weights: they were set by hand.")
    elif not weights:
        found.append("The networks differ, so their first weights do too.")
    if not order:
        found.append("Another batch size means other batches, and another number of updates.")
    return found


def _unequal_budgets(first: KeptRun, second: KeptRun) -> list[str]:
    """Which budgets differ: what was trained, on how many samples."""
    one, other = first.results, second.results
    found = []
    if abs(one.trained - other.trained) > SMALL_SHARE_OF_TRAINING * max(one.trained, other.trained):
        found.append(f"{epoch_text(one.trained)} against {epoch_text(other.trained)} epochs")
    if one.train_samples != other.train_samples:
        found.append(f"{one.train_samples:,} against {other.train_samples:,} training samples")
    return found


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _epochs(run: KeptRun) -> str:
    text = epoch_text(run.results.trained)
    return f"{text} epoch" if text == "1" else f"{text} epochs"


def _same_data(first: KeptRun, second: KeptRun) -> bool:
    return _whole(first.begun.data) == _whole(second.begun.data)


def _whole(choice: Choice) -> tuple[str, dict[str, Any]]:
    return choice.name, {**DATASETS.spec(choice.name).defaults(), **choice.settings}


def _same_loss(first: KeptRun, second: KeptRun) -> bool:
    return first.begun.loss.name == second.begun.loss.name and first.begun.data.name == second.begun.data.name


def _same_weights(first: KeptRun, second: KeptRun) -> bool:
    """Whether both began with the same weights: set by hand alike, or drawn with the same seed for the same layers.

    Which activations the layers have, and whether a bias learns, draws no other weights; nor does the precision.
    """
    if first.begun.weights is not None or second.begun.weights is not None:
        return first.begun.weights == second.begun.weights
    layers = [
        [(row.kind.name, {**row.kind.defaults(), **row.layer.settings} | NOT_DRAWN) for row in run.begun.layers]
        for run in (first, second)
    ]
    return first.begun.seed == second.begun.seed and layers[0] == layers[1]


def _same_order(first: KeptRun, second: KeptRun) -> bool:
    return (first.begun.seed, first.begun.batch_size) == (second.begun.seed, second.begun.batch_size)


# -- many runs at once ------------------------------------------------------------------------------------------------


def mixture_sentence(runs: Sequence[KeptRun]) -> str:
    """Says that curves on show do not mean the same, because data sets or losses differ; empty if they do."""
    data = list(dict.fromkeys(DATASETS.spec(run.begun.data.name).label for run in runs))
    losses = list(dict.fromkeys(LOSSES.spec(run.begun.loss.name).label for run in runs))
    if len(data) > 1:
        return f"Not comparable: these runs are of {len(data)} data sets ({', '.join(data)})."
    if len(losses) > 1:
        return f"Not comparable: these runs have {len(losses)} losses ({', '.join(losses)})."
    return ""
