"""Gradient health: the measurements against NumPy, and the lights of sick and healthy networks that really train."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from beras import Callback
from gui.domain.health import measure
from gui.domain.health.log import MOST_COLUMNS, HealthLog
from gui.domain.health.measure import HealthRecord, LayerHealth, layer_health, main_weights, updates
from gui.domain.health.rules import Finding, judge, summary, worst
from gui.domain.health.suggestion import suggest, with_initializer
from gui.domain.health.words import share_text, small_number
from gui.domain.spec import ExperimentSpec
from gui.training import health_watch
from tests.desktop.health_bench import HEALTHY, SICK, measured, network
from tests.desktop.plain_fit import plain_fit

LIMIT_STEPS = 20


# -- lights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SICK)
def test_a_sick_network_is_recognised_within_20_steps(name: str) -> None:
    make, kind = SICK[name]
    first: dict[str, tuple[int, Finding]] = {}

    def look(log: HealthLog) -> None:
        found = worst(judge(log.columns()))
        if found is not None:
            first.setdefault(found.kind, (int(log.columns().steps[-1]), found))

    spec = make()
    measured(spec, LIMIT_STEPS, look)
    assert kind in first, first
    step, finding = first[kind]
    assert step <= LIMIT_STEPS
    assert finding.sentence.endswith(".")
    assert any(letter.isdigit() for letter in finding.sentence)
    experiment = suggest(spec, finding)
    assert experiment is not None
    assert experiment.spec != spec


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_network_stays_green_for_500_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_watch, "HEALTH_INTERVAL_S", 0.0)
    monkeypatch.setattr(health_watch, "SHARE_OF_TIME", math.inf)  # every single step is measured
    seen: Counter[str] = Counter()
    log = measured(HEALTHY[name](), 500, lambda log: seen.update(each.level for each in judge(log.columns())))
    assert len(log) == 500
    assert set(seen) == {"unknown", "healthy"}
    assert seen["unknown"] == 4 * len(log.labels)  # as many as the lights wait for, less one
    assert summary(log.columns(), judge(log.columns())).startswith(f"All {len(log.labels)} layers learn. ‖∂s/∂W₁‖ / ")


@pytest.mark.parametrize("name", ["six sigmoid layers", "zero, tanh", "ReLU, biases of -20"])
def test_the_suggested_experiment_cures(name: str) -> None:
    spec = SICK[name][0]()
    finding = worst(judge(measured(spec, LIMIT_STEPS).columns()))
    assert finding is not None
    experiment = suggest(spec, finding)
    assert experiment is not None
    assert not experiment.is_hot(spec)
    columns = measured(experiment.spec, LIMIT_STEPS).columns()
    assert [each.kind for each in judge(columns)] == ["healthy"] * len(columns.labels)


def test_the_rule_is_said_with_its_numbers() -> None:
    findings = judge(measured(SICK["six sigmoid layers"][0](), LIMIT_STEPS).columns())
    assert findings[0].sentence == "‖∂s/∂W₁‖ / ‖∂s/∂W₇‖ = 4.8e-5 for 20 steps: vanishing (below 1e-3)."
    assert [each.kind for each in findings[2:]] == ["healthy"] * 5


def test_a_smaller_learning_rate_is_hot_and_another_initialiser_is_not() -> None:
    spec = network((8,), "leaky_relu", "kaiming", rate=5)
    hot = suggest(spec, Finding(0, "Dense 1", "watch", "fast"))
    assert hot is not None
    assert hot.label == "Learning rate 5 → 0.5"
    assert hot.is_hot(spec)
    zero = with_initializer(spec, "zero")
    cold = suggest(zero, Finding(0, "Dense 1", "trouble", "symmetric"))
    assert cold is not None
    assert cold.label == "Use kaiming in every layer"
    assert not cold.is_hot(zero)


def test_a_slope_can_be_given_to_dead_units_while_they_train() -> None:
    spec = network((8,), "leaky_relu", "kaiming")
    layer = spec.layers[0]
    assert layer.activation is not None
    flat = type(layer)(layer.layer, layer.activation.with_setting("alpha", 0.0))
    dead = ExperimentSpec(**{**_fields(spec), "layers": (flat, *spec.layers[1:])})
    found = suggest(dead, Finding(0, "Dense 1", "trouble", "dead"))
    assert found is not None
    assert found.label == "Set α of Dense 1 to 0.3"
    assert found.is_hot(dead)


def _fields(spec: ExperimentSpec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in spec.__dataclass_fields__}


def test_nothing_is_suggested_that_the_experiment_has_already() -> None:
    spec = network((8,), "leaky_relu", "kaiming")
    found = suggest(spec, Finding(0, "Dense 1", "trouble", "symmetric"))
    assert found is None


# -- numbers ----------------------------------------------------------------------------------------------------------


class _Recount(Callback):
    """Everything once more from the layers' own arrays, in float64, with other words."""

    def __init__(self) -> None:
        self.pairs: list[tuple[list[list[float]], list[LayerHealth]]] = []

    def on_backward_end(self, batch: int, backward: object) -> None:
        self.stated = layer_health(backward)  # type: ignore[arg-type]
        self.kept = tuple(map(np.array, main_weights(backward)))  # type: ignore[arg-type]
        self.before = [np.array(weight) for weight in self.model.weights]
        self.activations = [np.asarray(layer.outputs[0], np.float64) for layer in self.model.layers]
        self.inputs = [np.asarray(layer.inputs[0], np.float64) for layer in self.model.layers]
        self.found = {id(node.op): backward.gradients(node) for node in backward.nodes()}  # type: ignore[attr-defined]

    def on_batch_end(self, batch: int, logs: object) -> None:
        mine, theirs = [], []
        after = [np.asarray(weight, np.float64) for weight in self.model.weights]
        moved = updates(self.kept, [after[i] for i in range(0, len(after), 2)])
        for i, layer in enumerate(self.model.layers[::2]):
            upstream = np.asarray(self.found[id(layer)][0], np.float64)
            x, act, kind = self.inputs[2 * i], self.activations[2 * i + 1], type(self.model.layers[2 * i + 1]).__name__
            w = np.asarray(self.before[2 * i], np.float64)
            slope = {"Tanh": lambda a: 1 - a**2, "Sigmoid": lambda a: a * (1 - a), "ReLU": lambda a: 1.0 * (a > 0)}
            dead, flat = math.nan, math.nan
            if kind in slope:
                dead = sum(bool((slope[kind](act)[:, j] == 0).all()) for j in range(act.shape[1])) / act.shape[1]
            if kind in ("Tanh", "Sigmoid"):
                limit = 0.05 * (1.0 if kind == "Tanh" else 0.25)
                flat = sum(v < limit for v in slope[kind](act).ravel()) / act.size
            elif kind == "Softmax":
                flat = sum(all(p * (1 - p) < 0.0125 for p in row) for row in act) / len(act)
            mine.append([
                np.sqrt(((x.T @ upstream) ** 2).sum()), np.sqrt((upstream.sum(axis=0) ** 2).sum()),
                math.nan if i == 0 else np.sqrt(((upstream @ w.T) ** 2).sum()), np.sqrt((w**2).sum()),
                np.sqrt(((after[2 * i] - w) ** 2).sum()) / np.sqrt((w**2).sum()), dead, flat, 1 / w.shape[1],
            ])  # fmt: skip
            theirs.append(self.stated[i]._replace(update=moved[i]))
        self.pairs.append((mine, theirs))
        self.model.stop_training = len(self.pairs) == 8


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_numbers_equal_a_recount(activation: str) -> None:
    recount = _Recount()
    spec = network((12, 7), activation, "normal")
    plain_fit(ExperimentSpec(**{**_fields(spec), "precision": "float64", "batch_size": 37}), recount, validate=False)
    assert len(recount.pairs) == 8
    for mine, theirs in recount.pairs:
        np.testing.assert_allclose(np.array(theirs), np.array(mine), rtol=1e-10, atol=1e-12)


def test_a_unit_that_differs_in_one_late_weight_is_no_twin() -> None:
    columns = np.ones((20, 4))
    columns[15, 2] = 2
    assert measure._twins([columns, np.zeros(4)], 4) == 0.75
    assert measure._twins([columns, np.array([0.0, 1, 0, 0])], 4) == 0.5


def test_float32_gradients_are_summed_in_float64() -> None:
    class Norms(Callback):
        def on_backward_end(self, batch: int, backward: object) -> None:
            nodes = [node for node in backward.nodes() if node.parameters]  # type: ignore[attr-defined]
            exact = [
                np.linalg.norm(backward.gradients(node)[1][1].astype(np.float64))  # type: ignore[attr-defined]
                for node in nodes
            ]
            stated = [each.weight_gradient for each in layer_health(backward)]  # type: ignore[arg-type]
            np.testing.assert_allclose(stated, exact, rtol=1e-10)
            self.model.stop_training = True

    plain_fit(HEALTHY["kaiming, LeakyReLU, digits"](), Norms(), validate=False)


# -- over time --------------------------------------------------------------------------------------------------------


def record(step: int, gradient: float = 1.0) -> HealthRecord:
    layer = LayerHealth(gradient, 0.1, math.nan, 1.0, 1e-3, 0.0, math.nan, 0.1)
    return HealthRecord(step, 0.5, ("Dense 1", "Dense 2"), (layer, layer._replace(weight_gradient=1.0)))


def test_an_earlier_moment_knows_nothing_of_what_was_measured_later() -> None:
    log = HealthLog()
    for step in range(1, 41):
        log.add(record(step, 1.0 if step <= 20 else 1e-6))
    assert [each.kind for each in judge(log.columns())] == ["vanishing", "healthy"]
    assert [each.kind for each in judge(log.columns(20))] == ["healthy", "healthy"]
    assert log.columns(20).latest[0].weight_gradient == 1.0
    assert log.columns(0).latest == ()


def test_a_run_that_goes_back_forgets_what_came_after() -> None:
    log = HealthLog()
    for step in range(1, 31):
        log.add(record(step, 1e-6))
    log.go_back(10)
    assert log.columns().steps.tolist() == list(range(1, 11))
    assert [each.kind for each in judge(log.columns())] == ["unknown", "unknown"]  # other settings may be in force


def test_a_change_of_a_setting_begins_the_judgement_afresh() -> None:
    log = HealthLog()
    for step in range(1, 11):
        log.add(record(step, 1e-6))
    log.note_change(10)
    assert [each.kind for each in judge(log.columns())] == ["unknown", "unknown"]
    for step in range(11, 16):
        log.add(record(step))
    assert [each.kind for each in judge(log.columns())] == ["healthy", "healthy"]
    assert [each.kind for each in judge(log.columns(10))] == ["vanishing", "healthy"]


def test_one_odd_batch_changes_no_light() -> None:
    log = HealthLog()
    for step in range(1, 30):
        log.add(record(step, 1e-6 if step == 29 else 1.0))
    assert [each.kind for each in judge(log.columns())] == ["healthy", "healthy"]


def test_a_long_run_is_thinned_and_keeps_its_ends() -> None:
    log = HealthLog()
    for step in range(1, 2 * MOST_COLUMNS):
        log.add(record(step))
    steps = log.columns().steps
    assert len(steps) <= MOST_COLUMNS
    assert (steps[0], steps[-1]) == (1, 2 * MOST_COLUMNS - 1)
    assert (np.diff(steps) > 0).all()


def test_what_is_measured_is_thinned_in_time() -> None:
    log = measured(HEALTHY["kaiming, LeakyReLU"](), 400)
    steps = log.columns().steps
    assert steps[: health_watch.EARLY_STEPS].tolist() == list(range(1, health_watch.EARLY_STEPS + 1))
    assert len(steps) < 100


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.461, "0.461"),
        (3e-6, "3e-6"),
        (1.12, "1.12"),
        (12345.0, "1.2e4"),
        (0.0, "0"),
        (math.nan, "–"),
        (0.002, "2e-3"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert small_number(value) == text


def test_shares_are_per_cent() -> None:
    assert [share_text(each) for each in (0.0, 0.001, 0.5, 1.0, math.nan)] == ["0 %", "<1 %", "50 %", "100 %", "–"]
