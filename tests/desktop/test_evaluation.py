"""The figures of an evaluation against a recount by hand, sample by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from beras.datasets.source import LoadingCancelled
from gui.domain.build import build_model, targets_of
from gui.domain.evaluation import BINS, CHUNK, Evaluation, evaluate
from gui.domain.presets import load_preset
from tests.desktop.passes import data_of

NAMES = ("a", "b", "c")


def made(samples: int = 500, seed: int = 0) -> Evaluation:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(samples, 3)) * 2
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return Evaluation(probabilities, rng.integers(0, 3, samples), NAMES, 1.0)


def by_hand(found: Evaluation) -> NDArray[Any]:
    counts = np.zeros((3, 3), int)
    for row, label in zip(found.probabilities, found.labels, strict=True):
        counts[label, int(np.argmax(row))] += 1
    return counts


@pytest.mark.parametrize("seed", range(5))
def test_confusion_equals_a_recount(seed: int) -> None:
    found = made(seed=seed)
    counts = by_hand(found)
    np.testing.assert_array_equal(found.confusion, counts)
    assert found.accuracy == np.trace(counts) / len(found)
    assert found.mistakes == len(found) - np.trace(counts)
    np.testing.assert_allclose(found.confusion_rates.sum(axis=1), 1)
    for i, figures in enumerate(found.classes):
        assert figures.support == counts[i].sum()
        assert figures.precision == pytest.approx(counts[i, i] / counts[:, i].sum())
        assert figures.recall == pytest.approx(counts[i, i] / counts[i].sum())
        assert figures.precision is not None
        assert figures.recall is not None
        harmonic = 2 * figures.precision * figures.recall / (figures.precision + figures.recall)
        assert figures.f1 == pytest.approx(harmonic)


def test_a_class_that_is_never_said_has_no_precision() -> None:
    found = Evaluation(np.array([[0.9, 0.1, 0.0], [0.8, 0.2, 0.0]]), np.array([0, 1]), NAMES, 0.0)
    a, b, c = found.classes
    assert (a.precision, a.recall) == (0.5, 1.0)
    assert (b.precision, b.recall, b.f1) == (None, 0.0, 0.0)
    assert (c.support, c.precision, c.recall, c.f1) == (0, None, None, None)
    assert found.confusion_rates[2].sum() == 0


def test_calibration_bins_hold_every_sample_once() -> None:
    found = made()
    assert sum(each.count for each in found.calibration) == len(found)
    error = 0.0
    for each in found.calibration:
        inside = [i for i, c in enumerate(found.confidence) if each.low <= c < each.high or (each.high == 1 and c == 1)]
        assert each.count == len(inside)
        assert each.accuracy == pytest.approx(found.is_right[inside].mean())
        error += len(inside) / len(found) * abs(found.confidence[inside].mean() - found.is_right[inside].mean())
    assert found.calibration_error == pytest.approx(error)
    assert len(found.calibration) <= BINS


def test_samples_are_filtered_and_sorted() -> None:
    found = made()
    wrong = found.select("wrong", true_class=0, said_class=2, sort="confident")
    assert all(found.labels[i] == 0 and found.predicted[i] == 2 for i in wrong)
    assert (np.diff(found.confidence[wrong]) <= 0).all()
    hardest = found.select(sort="hardest")
    assert len(hardest) == len(found)
    assert (np.diff(found.probability_of_truth[hardest]) >= 0).all()
    assert len(found.select("right")) + len(found.select("wrong")) == len(found)
    assert not len(found.select("right", true_class=0, said_class=1))


def test_an_answer_that_is_no_number_is_wrong() -> None:
    found = Evaluation(np.array([[np.nan, 0.5, 0.5], [0.1, 0.2, 0.7]]), np.array([0, 2]), NAMES, np.nan)
    assert found.predicted.tolist() == [-1, 2]
    assert found.accuracy == 0.5
    assert found.confusion.sum() == 1
    assert found.confidence[0] == 0


def test_a_real_network_is_evaluated_in_chunks() -> None:
    spec = load_preset("xor")
    data = data_of(spec)
    model = build_model(spec, data)
    inputs = np.tile(data.validation_inputs, (10, 1))
    labels = np.tile(data.validation_targets, 10)
    assert len(inputs) > CHUNK
    targets = targets_of(data, labels)
    found = evaluate(model, inputs, targets, labels, data.class_names)
    np.testing.assert_allclose(found.probabilities, model.predict(inputs), atol=1e-6)
    metrics, _ = model.evaluate(inputs, targets, len(inputs))
    assert found.loss == pytest.approx(metrics["loss"], rel=1e-5)
    assert found.accuracy == pytest.approx(metrics["acc"], rel=1e-6)
    with pytest.raises(LoadingCancelled):
        evaluate(model, inputs, targets, labels, data.class_names, lambda: True)
    with pytest.raises(ValueError, match="no samples"):
        evaluate(model, inputs[:0], targets[:0], labels[:0], data.class_names)
    with pytest.raises(ValueError, match="as many numbers"):
        evaluate(model, inputs, targets, labels, (*data.class_names, "more"))
