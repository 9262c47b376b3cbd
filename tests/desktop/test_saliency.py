"""Why a network answers as it does, against the tape, central differences, and sums by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beras import Sequential
from gui.domain.build import build_model
from gui.domain.presets import load_preset
from gui.domain.saliency import DreamSettings, class_scores, dream_step, evidence, score_gradient
from gui.domain.spec import ExperimentSpec, LayerSpec, dense
from tests.desktop.passes import data_of

DIGITS = load_preset("pen-digits")
WIDE = replace(DIGITS, precision="float64")


def network(*layers: LayerSpec, spec: ExperimentSpec = WIDE) -> Sequential:
    return build_model(replace(spec, layers=layers), data_of(spec))


def image() -> np.ndarray:
    return data_of(DIGITS).train_inputs[3].astype(np.float64)


@pytest.mark.parametrize("batch", [1, 7])
def test_the_gradient_equals_central_differences(batch: int) -> None:
    model = network(dense(12, "tanh"), dense(10, "softmax"))
    inputs = data_of(DIGITS).train_inputs[:batch].astype(np.float64)
    gradient = score_gradient(model, inputs, 4)
    h = 1e-6
    for sample in range(batch):
        for pixel in (0, 200, 406, 500):
            above, below = inputs.copy(), inputs.copy()
            above[sample, pixel] += h
            below[sample, pixel] -= h
            scores = [class_scores(model, each).numpy()[sample, 4] for each in (above, below)]
            assert gradient[sample, pixel] == pytest.approx((scores[0] - scores[1]) / (2 * h), abs=1e-8)


def test_of_two_classes_it_is_the_difference() -> None:
    model = network(dense(12), dense(10, "softmax"))
    both = score_gradient(model, image()[None], 9, other=4)
    apart = score_gradient(model, image()[None], 9) - score_gradient(model, image()[None], 4)
    np.testing.assert_allclose(both, apart, atol=1e-10)


def test_without_hidden_layers_the_evidence_adds_up_to_the_score() -> None:
    model = network(dense(10, "softmax"))
    for chosen in range(10):
        found = evidence(model, image(), chosen)
        assert found is not None
        assert found.score == pytest.approx(float(class_scores(model, image()[None]).numpy()[0, chosen]), abs=1e-10)
        np.testing.assert_allclose(found.shares, score_gradient(model, image()[None], chosen)[0] * image(), atol=1e-10)
    assert evidence(network(dense(12), dense(10, "softmax")), image(), 0) is None


def test_a_dream_makes_its_class_more_likely_and_stays_an_image() -> None:
    model = network(dense(32), dense(10, "softmax"))
    dreamt = np.full((28, 28), 0.5)
    before = float(class_scores(model, dreamt.reshape(1, -1)).numpy()[0, 7])
    for _ in range(30):
        dreamt = dream_step(model, dreamt, 7, DreamSettings())
    assert float(class_scores(model, dreamt.reshape(1, -1)).numpy()[0, 7]) > before
    assert dreamt.min() >= 0
    assert dreamt.max() <= 1


def test_smoothness_brings_neighbours_together() -> None:
    model = network(dense(32), dense(10, "softmax"))
    rough = np.random.default_rng(0).random((28, 28))
    ways = [dream_step(model, rough, 7, DreamSettings(0.0, smoothness)) for smoothness in (0.0, 0.5, 1.0)]
    spread = [float(np.abs(np.diff(way, axis=0)).sum()) for way in ways]
    np.testing.assert_allclose(ways[0], rough)
    assert spread[0] > spread[1] > spread[2]
