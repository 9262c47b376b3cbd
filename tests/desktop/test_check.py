"""Whether an experiment can run is judged from its spec; every problem has a place, a sentence and often a fix."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from beras.registry import SettingError
from gui.domain.build import build_model, build_network, load_data
from gui.domain.check import Problem, check, data_shape, largest_jacobian, layer_shapes, layer_titles, with_data
from gui.domain.presets import load_preset, preset_names
from gui.domain.spec import Choice, ExperimentSpec, dense


@pytest.fixture
def digits() -> ExperimentSpec:
    return load_preset("pen-digits")


def only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, problems
    return problems[0]


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_can_run_and_survives_json(name: str) -> None:
    spec = load_preset(name)
    assert check(spec) == ()
    assert ExperimentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_a_network_without_layers(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, layers=())))
    assert problem.place == "layers"
    assert "at least one layer" in problem.message


def test_no_hidden_layer_is_a_legal_network(digits: ExperimentSpec) -> None:
    assert check(replace(digits, layers=(dense(10, "softmax"),))) == ()


@pytest.mark.parametrize("units", [0, -3, 65_537, 10**12, float("nan"), "many", True, None])
def test_a_wrong_layer_size(digits: ExperimentSpec, units: object) -> None:
    layers = (dense(units), digits.layers[-1])  # type: ignore[arg-type]
    problem = only(check(replace(digits, layers=layers)))
    assert problem.place == "layers.0.output_size"
    assert "output_size must be a whole number, at least 1" in problem.message


def test_a_network_too_large_for_memory(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, layers=(dense(60_000), dense(60_000), digits.layers[-1]))))
    assert "make the layers smaller" in problem.message


def test_a_last_layer_of_another_size_is_mended(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, layers=(digits.layers[0], dense(7, "softmax")))))
    assert "Dense 2 gives 7 numbers, but Pen digits (synthetic) has 10 classes" in problem.message
    assert problem.fix is not None
    assert check(problem.fix.spec) == ()


def test_cross_entropy_without_softmax_is_mended(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, layers=(digits.layers[0], dense(10, None)))))
    assert "put Softmax on Dense 2" in problem.message
    assert problem.fix is not None
    assert check(problem.fix.spec) == ()


def test_softmax_that_is_not_last_is_mended(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, layers=(dense(32, "softmax"), dense(10, "relu")))))
    assert "Dense 1 has Softmax, but it is not the last layer" in problem.message
    assert problem.fix is not None
    fixed = problem.fix.spec
    assert [layer.activation and layer.activation.name for layer in fixed.layers] == ["leaky_relu", "softmax"]
    assert check(fixed) == ()


def test_mean_squared_error_needs_no_softmax(digits: ExperimentSpec) -> None:
    spec = replace(digits, loss=Choice("mean_squared_error"), layers=(digits.layers[0], dense(10, None)))
    assert check(spec) == ()


def test_regression_asks_for_another_loss_and_no_softmax() -> None:
    spec = with_data(load_preset("moons"), "regression_plane")
    for _ in range(3):
        problems = check(spec)
        if not problems:
            break
        assert problems[0].fix is not None
        spec = problems[0].fix.spec
    assert check(spec) == ()
    assert spec.loss.name == "mean_squared_error"


def test_a_batch_larger_than_the_data_is_mended(digits: ExperimentSpec) -> None:
    problem = only(check(replace(digits, batch_size=30_000)))
    assert problem.place == "batch_size"
    assert "20,000 training samples" in problem.message
    assert problem.fix is not None
    assert problem.fix.spec.batch_size == 20_000


@pytest.mark.parametrize("rate", [0, -1.0, float("nan"), float("inf"), 1e9, "fast", None, True])
def test_a_wrong_learning_rate(digits: ExperimentSpec, rate: object) -> None:
    spec = replace(digits, optimizer=digits.optimizer.with_setting("learning_rate", rate))
    problem = only(check(spec))
    assert problem.place == "optimizer.learning_rate"
    assert "learning_rate must be a finite number, above 0 and at most 1000" in problem.message


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"data": 1, "layers": [], "optimizer": {}, "loss": {}},
        {
            "data": {"name": "pen_digits"},
            "layers": "x",
            "optimizer": {"name": "adam"},
            "loss": {"name": "mean_squared_error"},
        },
        {"data": {"name": "pen_digits", "settings": {"nonsense": 1}}, "layers": [], "optimizer": {}, "loss": {}},
    ],
)
def test_a_damaged_spec_is_a_sentence(data: object) -> None:
    with pytest.raises(SettingError):
        ExperimentSpec.from_dict(data)


def test_shapes_and_titles(digits: ExperimentSpec) -> None:
    shapes = layer_shapes(digits.layers, data_shape(digits).inputs)
    assert [(s.inputs, s.outputs, s.parameters) for s in shapes] == [(784, 128, 100_480), (128, 10, 1_290)]
    assert layer_titles(digits.layers) == ("Dense 1", "Dense 2")


def test_the_same_seed_gives_the_same_first_weights_and_another_seed_others(digits: ExperimentSpec) -> None:
    first, again, other = (build_network(replace(digits, seed=seed), 784) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.weights[0], again.weights[0])
    assert not np.array_equal(first.weights[0], other.weights[0])


def test_a_built_model_has_the_settings_of_the_spec() -> None:
    spec = load_preset("xor")
    spec = replace(spec, optimizer=spec.optimizer.with_setting("beta_1", 0.5))
    model = build_model(spec, load_data(spec.data, None))
    assert model.optimizer.beta_1 == 0.5
    assert model.optimizer.learning_rate == 0.02
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Tanh", "Dense", "Tanh", "Dense", "Softmax"]


def test_the_largest_local_jacobian() -> None:
    spec = load_preset("pen-digits")
    assert largest_jacobian(spec, 784) == (100, 784, 128)
    wide = replace(spec, layers=(dense(300, "softmax"),), batch_size=7)
    assert largest_jacobian(wide, 2) == (7, 300, 300)
    assert largest_jacobian(replace(spec, layers=()), 5) == (100, 5, 1)
