"""The initialiser lab: what is measured against theory, and one click that gives all layers an initialiser."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from beras.datasets.source import LoadingCancelled, never
from beras.registry import INITIALIZERS
from gui.domain.build import build_network, load_data
from gui.domain.health.initializer_lab import compare_initializers, spread_of
from gui.domain.health.suggestion import with_initializer
from gui.domain.spec import ExperimentSpec
from tests.desktop.health_bench import DIGITS, SMALL_DIGITS, network

DATA = load_data(SMALL_DIGITS, None)
NAMES = [spec.name for spec in INITIALIZERS]


def digits(activation: str, width: int = 128, depth: int = 4) -> ExperimentSpec:
    return replace(network((width,) * depth, activation, "kaiming", DIGITS), data=SMALL_DIGITS)


@pytest.mark.parametrize("activation", ["leaky_relu", "relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [128, 256])
def test_the_forward_spread_is_what_theory_says(activation: str, name: str, width: int) -> None:
    for layer in spread_of(digits(activation, width), DATA, name).layers[:-1]:
        assert layer.activation == pytest.approx(layer.predicted_activation, rel=0.15, abs=1e-12), layer


@pytest.mark.parametrize("activation", ["leaky_relu", "relu", "tanh"])
@pytest.mark.parametrize("name", ["xavier", "kaiming", "xavier uniform", "kaiming uniform"])
def test_the_backward_spread_is_what_theory_says(activation: str, name: str) -> None:
    for layer in spread_of(digits(activation, 256), DATA, name).layers:
        assert layer.gradient == pytest.approx(layer.predicted_gradient, rel=0.25), layer


def test_what_is_measured_are_the_weights_that_a_run_begins_with() -> None:
    spec = digits("tanh")
    found = spread_of(spec, DATA, "xavier")
    model = build_network(with_initializer(spec, "xavier"), DATA.input_size)
    assert found.layers[0].weight == pytest.approx(float(np.std(np.array(model.weights[0]))), rel=0.01)
    assert sum(found.counts) == sum(weight.size for weight in model.weights[::2])


def test_every_registered_initialiser_stands_beside_the_others_and_the_verdicts_differ() -> None:
    found = {each.name: each for each in compare_initializers(digits("leaky_relu"), DATA, never)}
    assert list(found) == NAMES
    assert found["kaiming"].verdict == "Activations keep their spread; gradients keep their spread."
    assert found["kaiming"].is_steady
    assert found["zero"].verdict.startswith("Activations are all zero; gradients ")
    assert "grow to" in found["normal"].verdict
    assert not found["normal"].is_steady
    assert all(math.isfinite(layer.activation) for each in found.values() for layer in each.layers)


def test_a_comparison_that_is_not_wanted_any_more_ends() -> None:
    with pytest.raises(LoadingCancelled):
        compare_initializers(digits("tanh"), DATA, lambda: True)
