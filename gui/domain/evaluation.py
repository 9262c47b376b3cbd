"""How good a classifier is on data that it has not learnt from: counts, rates, calibration, which samples to look at.

Confusion counts, precision, recall and F1 as in van Rijsbergen, *Information Retrieval* (1979), chapter 7; the expected
calibration error as in Guo et al., *On Calibration of Modern Neural Networks* (2017).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from beras import Sequential
from beras.datasets.source import Cancelled, LoadingCancelled, never

Array = NDArray[Any]
Sort = Literal["stored", "confident", "hardest"]
Which = Literal["all", "right", "wrong"]

CHUNK = 2048
"""So many samples at a time: their activations stay in the processor's cache, and it can be given up in between."""
BINS = 10
FEWEST_IN_BIN = 5
"""A bin of fewer samples says nothing about calibration."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how many samples are of it, and the shares; None where there is nothing to take a share of.

    Of the samples that are said to be of the class ``precision`` really are; of those that are, ``recall`` are found.
    """

    name: str
    support: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Samples of about the same confidence: its mean, the share of right answers, and how many they are."""

    low: float
    high: float
    confidence: float
    accuracy: float
    count: int


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Answers on a data set: ``probabilities`` (samples, classes) and the true ``labels`` (samples,).

    ``loss`` is the mean of the experiment's own loss. Where an answer is no number, its sample counts as wrong.
    """

    probabilities: Array
    labels: NDArray[np.int64]
    class_names: tuple[str, ...]
    loss: float

    def __len__(self) -> int:
        return len(self.labels)

    @functools.cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The class with the largest probability, the first of equal ones; -1 where the answer is no number."""
        finite = np.isfinite(self.probabilities).all(axis=1)
        return np.where(finite, np.nan_to_num(self.probabilities).argmax(axis=1), -1)

    @functools.cached_property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the predicted class, 0 where the answer is no number."""
        return np.where(self.predicted >= 0, np.nan_to_num(self.probabilities).max(axis=1), 0.0).astype(np.float64)

    @functools.cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """Of every sample."""
        return np.asarray(self.predicted == self.labels)

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return float(self.is_right.mean())

    @property
    def standard_error(self) -> float:
        """Of the accuracy: √(p (1 - p) / n), the spread it has over samples of this size."""
        return math.sqrt(self.accuracy * (1 - self.accuracy) / len(self))

    @property
    def mistakes(self) -> int:
        return int((~self.is_right).sum())

    @functools.cached_property
    def confusion(self) -> NDArray[np.int64]:
        """Counts (true class, said class)."""
        classes, known = len(self.class_names), self.predicted >= 0
        cells = self.labels[known] * classes + self.predicted[known]
        return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)

    @functools.cached_property
    def confusion_rates(self) -> NDArray[np.float64]:
        """Of the samples of each true class, the share that was said to be of each class; rows add up to 1."""
        totals = np.bincount(self.labels, minlength=len(self.class_names))[:, None]
        return np.divide(self.confusion, totals, out=np.zeros(self.confusion.shape), where=totals > 0)

    @functools.cached_property
    def classes(self) -> tuple[ClassFigures, ...]:
        """Every class by itself."""
        hits, said = np.diag(self.confusion), self.confusion.sum(axis=0)
        there = np.bincount(self.labels, minlength=len(self.class_names))
        figures = []
        for i, name in enumerate(self.class_names):
            precision = _share(hits[i], said[i])
            recall = _share(hits[i], there[i])
            figures.append(
                ClassFigures(name, int(there[i]), precision, recall, _share(2 * hits[i], said[i] + there[i]))
            )
        return tuple(figures)

    @functools.cached_property
    def calibration(self) -> tuple[Bin, ...]:
        """Samples by confidence in ten bins of equal width; empty bins are left out."""
        places = np.minimum((self.confidence * BINS).astype(int), BINS - 1)
        found = []
        for place in range(BINS):
            inside = places == place
            if inside.any():
                confidence, accuracy = float(self.confidence[inside].mean()), float(self.is_right[inside].mean())
                found.append(Bin(place / BINS, (place + 1) / BINS, confidence, accuracy, int(inside.sum())))
        return tuple(found)

    @property
    def calibration_error(self) -> float:
        """The mean distance of confidence and accuracy, weighted by the samples of each bin."""
        return sum(each.count * abs(each.confidence - each.accuracy) for each in self.calibration) / len(self)

    def select(
        self,
        which: Which = "all",
        true_class: int | None = None,
        said_class: int | None = None,
        sort: Sort = "stored",
    ) -> NDArray[np.intp]:
        """Which samples, in which order: as they are stored, the most confident answers first, or the hardest first.

        The hardest are those whose true class has the smallest probability.
        """
        chosen = np.ones(len(self), np.bool_)
        if which != "all":
            chosen &= self.is_right == (which == "right")
        if true_class is not None:
            chosen &= self.labels == true_class
        if said_class is not None:
            chosen &= self.predicted == said_class
        places = np.flatnonzero(chosen)
        if sort == "stored":
            return places
        key = -self.confidence if sort == "confident" else self.probability_of_truth
        return places[np.argsort(key[places], kind="stable")]

    @functools.cached_property
    def probability_of_truth(self) -> NDArray[np.float64]:
        """What the network gives the true class, 0 where the answer is no number."""
        own = self.probabilities[np.arange(len(self)), self.labels]
        return np.nan_to_num(own, nan=0.0).astype(np.float64)


def evaluate(
    model: Sequential,
    inputs: Array,
    targets: Array,
    labels: NDArray[np.int64],
    class_names: Sequence[str],
    cancelled: Cancelled = never,
) -> Evaluation:
    """Ask a compiled network about ``inputs`` (samples, features); ``targets`` are those of its loss.

    Raises ``LoadingCancelled`` on request, ``ValueError`` without samples or for a network of another size.
    """
    if not len(inputs):
        raise ValueError("There are no samples to evaluate on. Keep a share of the data for validation.")
    parts, losses = [], 0.0
    for start in range(0, len(inputs), CHUNK):
        if cancelled():
            raise LoadingCancelled
        rows = slice(start, start + CHUNK)
        metrics, predicted = model.batch_step(inputs[rows], targets[rows], training=False)
        losses += metrics["loss"] * len(predicted)
        parts.append(predicted)
    probabilities = np.concatenate(parts)
    if probabilities.ndim != 2 or probabilities.shape[1] != len(class_names):
        raise ValueError(
            f"A classifier of {len(class_names)} classes gives as many numbers for each sample. Received: "
            f"{probabilities.shape[1:]}."
        )
    return Evaluation(probabilities, np.asarray(labels, np.int64), tuple(class_names), losses / len(inputs))


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
