"""Is the gradient of each layer healthy? Rules with named thresholds, and the one that fired said with its numbers.

A rule looks at the median of the last ``PATIENCE`` measurements that were taken with the settings in force, so that one
odd batch changes no light. Sizes of gradients are compared with those of the last layer, because only their ratio says
what the way through the layers did (Bengio, Simard and Frasconi, 1994; Glorot and Bengio, 2010, section 4.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gui.domain.health.log import HealthColumns
from gui.domain.health.words import ratio_name, small_number, weight_name

PATIENCE = 5
"""Measurements that a light needs; every one of the first steps is measured, so that is 5 steps at first."""
VANISHING_RATIO = 1e-3
"""‖∂s/∂W‖ of a layer below this share of the last layer's: with one step size for all it hardly moves beside it."""
EXPLODING_RATIO = 1e3
"""The same the other way round, and for ‖∂s/∂W‖ by itself: losses are means, so norms of the order of 1 are usual.

Pascanu, Mikolov and Bengio (2013) clip norms at values a thousand times smaller.
"""
SATURATED_SHARE, SATURATED_WATCH = 0.9, 0.5
"""Of a hidden layer's sigmoid or tanh entries; Glorot and Bengio (2010, section 3) show what that does to learning."""
DEAD_SHARE, DEAD_WATCH = 0.8, 0.4
"""Of a layer's units; "as much as 40 %" may be dead where the learning rate is too high (Karpathy, CS231n notes)."""
LARGE_UPDATE, USUAL_UPDATE, SLOW_UPDATE = 0.1, 1e-3, 1e-5
"""‖ΔW‖ / ‖W‖ of one step: about 1e-3 is usual (Karpathy, CS231n notes); a hundredth and a hundredfold of it are odd."""
STUCK_GRADIENT, STUCK_LOSS = 1e-9, 0.01
"""‖∂s/∂W‖ below the first while the loss is above the second: there is much to learn, and nothing that teaches it."""

Level = Literal["unknown", "healthy", "watch", "trouble"]
Kind = Literal[
    "unknown",
    "healthy",
    "infinite",
    "symmetric",
    "dead",
    "exploding",
    "saturated",
    "vanishing",
    "stuck",
    "fast",
    "slow",
]
ORDER: tuple[Level, ...] = ("unknown", "healthy", "watch", "trouble")
WORDS: dict[Kind, str] = {
    "unknown": "measuring",
    "infinite": "not finite",
    "stuck": "no gradient",
    "fast": "large steps",
    "slow": "tiny steps",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The light of one layer, counted from 0; ``sentence`` states the rule that fired, with numbers and threshold."""

    layer: int
    label: str
    level: Level
    kind: Kind
    sentence: str = ""

    @property
    def word(self) -> str:
        """What stands beside the light."""
        return WORDS.get(self.kind, self.kind)


def judge(columns: HealthColumns) -> tuple[Finding, ...]:
    """The light of every layer, from the measurements up to a moment."""
    return tuple(_Layer(columns, layer).finding for layer in range(len(columns.labels)))


def worst(findings: Sequence[Finding]) -> Finding | None:
    """The one to speak of: the first cause among those of the worst level."""
    level = max((each.level for each in findings), key=ORDER.index, default="unknown")
    causes = [each for each in findings if each.level == level and level in ("watch", "trouble")]
    return min(causes, key=lambda each: _CAUSES.index(each.kind), default=None)


_CAUSES: tuple[Kind, ...] = (
    "infinite", "symmetric", "exploding", "dead", "saturated", "vanishing", "fast", "slow", "stuck",
)  # fmt: skip


def summary(columns: HealthColumns, findings: Sequence[Finding]) -> str:
    """What to say where no light is on: that the layers learn, and by which numbers."""
    if not findings:
        return ""
    if any(each.level == "unknown" for each in findings):
        return f"The first lights come after {PATIENCE} measurements."
    if len(findings) == 1:
        learn = "The layer learns"
    else:
        learn = "Both layers learn" if len(findings) == 2 else f"All {len(findings)} layers learn"
    return f"{learn}. {evidence(columns, 0)}"


def evidence(columns: HealthColumns, layer: int) -> str:
    """The ratio that says how well a layer's gradient compares with the last one's, or its size if it is the last."""
    gradient = _median(columns.of("weight_gradient")[columns.since :])
    steps, last = span(columns.steps[columns.since :]), len(columns.labels) - 1
    if layer == last:
        return f"{weight_name(layer)} = {small_number(gradient[layer])} over the last {steps} (exploding above 1e3)."
    ratio = gradient[layer] / gradient[last] if gradient[last] else math.nan
    return (
        f"{ratio_name(layer, last)} = {small_number(ratio)} over the last {steps} "
        f"(vanishing below 1e-3, exploding above 1e3)."
    )


def span(steps: NDArray[np.int64]) -> str:
    """How many steps some measurements reach over."""
    count = int(steps[-1] - steps[0]) + 1 if len(steps) else 0
    return f"{count:,} step{'' if count == 1 else 's'}"


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the last measurements, layer by layer; NaN where one is NaN, and without any."""
    last = values[-PATIENCE:]
    if not len(last):
        return np.full(values.shape[1:], math.nan)
    with np.errstate(invalid="ignore"):
        middle: NDArray[np.float64] = np.sort(last, axis=0)[len(last) // 2]  # NaN is sorted to the end
    return np.where(np.isnan(last).any(axis=0), math.nan, middle)


class _Layer:
    """One layer among the others."""

    def __init__(self, columns: HealthColumns, layer: int) -> None:
        self._columns = columns
        self._layer, self._last = layer, len(columns.labels) - 1
        self._steps, self._losses = columns.steps[columns.since :], columns.losses[columns.since :]

    @property
    def finding(self) -> Finding:
        for rule in (
            self._infinite, self._exploding, self._symmetric, self._dead, self._saturated, self._vanishing,
            self._stuck, self._fast, self._slow,
        ):  # fmt: skip
            found = next(rule(), None)
            if found is not None:
                return found
        if len(self._steps) >= PATIENCE:
            return self._found("healthy", "healthy", "")
        return self._found("unknown", "unknown", "")

    def _found(self, level: Level, kind: Kind, sentence: str) -> Finding:
        return Finding(self._layer, self._columns.labels[self._layer], level, kind, sentence)

    def _series(self, field: str, layer: int | None = None) -> NDArray[np.float64]:
        return self._columns.of(field)[self._columns.since :, self._layer if layer is None else layer]

    def _value(self, series: NDArray[np.float64], patience: int = PATIENCE) -> float:
        """The median of the last measurements; NaN, which no rule accepts, while there are too few."""
        return float(_median(series[:, None])[0]) if len(series) >= patience else math.nan

    def _for(self, series: NDArray[np.float64], holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]]) -> str:
        """For how many steps it has been so; the last measurements may scatter."""
        with np.errstate(invalid="ignore"):
            others = np.flatnonzero(~holds(series[: max(0, len(series) - PATIENCE)]))
        return f"for {span(self._steps[others[-1] + 1 if len(others) else 0 :])}"

    # -- the rules, the first of which that fires gives the light -----------------------------------------------------

    def _infinite(self) -> Iterator[Finding]:
        gradient, weight = self._series("weight_gradient"), self._series("weight")
        is_odd = ~np.isfinite(weight) | np.isinf(gradient) | np.isnan(gradient) & ~np.isfinite(self._losses)
        if len(is_odd) and is_odd[-1]:
            sound = np.flatnonzero(~is_odd)
            first = self._steps[sound[-1] + 1 if len(sound) else 0]
            label = self._columns.labels[self._layer]
            said = f"Weights or gradients of {label} are not finite since step {first:,}."
            yield self._found("trouble", "infinite", said)

    def _exploding(self) -> Iterator[Finding]:
        gradient, last = self._series("weight_gradient"), self._series("weight_gradient", self._last)
        value = self._value(gradient, patience=1)
        if value > EXPLODING_RATIO:
            name, threshold = weight_name(self._layer), EXPLODING_RATIO
            lasting = self._for(gradient, lambda g: g > EXPLODING_RATIO)
        else:
            ratio = _divided(gradient, last)
            name, value, threshold = ratio_name(self._layer, self._last), self._value(ratio), EXPLODING_RATIO
            lasting = self._for(ratio, lambda r: r > EXPLODING_RATIO)
        if value > threshold:
            said = f"{name} = {small_number(value)} {lasting}: exploding (above {small_number(threshold)})."
            yield self._found("trouble", "exploding", said)

    def _symmetric(self) -> Iterator[Finding]:
        """Only hidden layers: what is behind one cannot tell units apart that are the same (Goodfellow, 8.4)."""
        twins = self._series("twins")
        if self._layer < self._last and self._value(twins) == 1:
            lasting = self._for(twins, lambda t: t == 1)
            said = (
                f"All units of {self._columns.labels[self._layer]} have had the same weights {lasting}: they get the "
                f"same gradient and stay identical."
            )
            yield self._found("trouble", "symmetric", said)

    def _dead(self) -> Iterator[Finding]:
        yield from self._share("dead", DEAD_SHARE, DEAD_WATCH, "units pass no gradient for any sample of the batch")

    def _saturated(self) -> Iterator[Finding]:
        """Only hidden layers: a last layer that is sure of its answer is what training aims at."""
        if self._layer < self._last:
            what = "activations are at a flat part"
            yield from self._share("saturated", SATURATED_SHARE, SATURATED_WATCH, what)

    def _share(self, field: Literal["dead", "saturated"], trouble: float, watch: float, what: str) -> Iterator[Finding]:
        series = self._series(field)
        value = self._value(series)
        if value >= watch:
            level: Level = "trouble" if value >= trouble else "watch"
            limit = trouble if value >= trouble else watch
            lasting = self._for(series, lambda shares: shares >= limit)
            label = self._columns.labels[self._layer]
            said = f"{100 * value:.0f} % of {label}'s {what}, {lasting}: {field} (from {100 * limit:.0f} %)."
            yield self._found(level, field, said)

    def _vanishing(self) -> Iterator[Finding]:
        ratio = _divided(self._series("weight_gradient"), self._series("weight_gradient", self._last))
        value = self._value(ratio)
        if 0 < value < VANISHING_RATIO:
            lasting = self._for(ratio, lambda r: r < VANISHING_RATIO)
            said = f"{ratio_name(self._layer, self._last)} = {small_number(value)} {lasting}: vanishing (below 1e-3)."
            yield self._found("trouble", "vanishing", said)

    def _stuck(self) -> Iterator[Finding]:
        gradient = self._series("weight_gradient")
        value, loss = self._value(gradient), self._value(self._losses)
        if value < STUCK_GRADIENT and loss > STUCK_LOSS:
            lasting = self._for(gradient, lambda g: g < STUCK_GRADIENT)
            said = f"{weight_name(self._layer)} = {small_number(value)} {lasting}, with a loss of {small_number(loss)}"
            said = f"{said}: no gradient (below 1e-9){self._full_of_itself}."
            yield self._found("trouble", "stuck", said)

    @property
    def _full_of_itself(self) -> str:
        """What keeps it from learning, where the last layer's probabilities are all 0 and 1."""
        share = self._value(self._series("saturated", self._last))
        if not share >= SATURATED_SHARE:
            return ""
        return f"; the output of {self._columns.labels[self._last]} is saturated for {100 * share:.0f} % of the samples"

    def _fast(self) -> Iterator[Finding]:
        update = self._series("update")
        value = self._value(update)
        if value > LARGE_UPDATE:
            lasting = self._for(update, lambda u: u > LARGE_UPDATE)
            said = f"{self._update_name} = {small_number(value)} {lasting}: large steps (above 0.1, usual is 1e-3)."
            yield self._found("watch", "fast", said)

    def _slow(self) -> Iterator[Finding]:
        """From the beginning on: later, a network that has learnt what there is to learn hardly moves either."""
        update = self._series("update")
        if self._value(update) < SLOW_UPDATE and float(np.nanmax(update)) < SLOW_UPDATE:
            value, lasting = self._value(update), self._for(update, lambda u: u < SLOW_UPDATE)
            said = f"{self._update_name} = {small_number(value)} {lasting}: tiny steps (below 1e-5, usual is 1e-3)."
            yield self._found("watch", "slow", said)

    @property
    def _update_name(self) -> str:
        return f"Update : weight of {self._columns.labels[self._layer]}"


def _divided(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """NaN where there is nothing to divide by."""
    result = np.full(one.shape, math.nan)
    np.divide(one, other, out=result, where=other > 0)
    return result
