"""A run in float64: everything is computed and kept in it, and it is steered, travelled and saved like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from beras.registry import SettingError
from gui.app import Studio
from gui.domain.backprop.pass_record import WHOLE, record_next
from gui.domain.build import build_model, build_network, load_data, targets_of, weights_of
from gui.domain.predictor import Predictor
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.steering import steer
from tests.desktop.file_steps import WAIT_MS
from tests.desktop.moments import advance, experiment
from tests.desktop.plain_fit import plain_fit

XOR = load_preset("xor")
WIDE = replace(XOR, precision="float64")


def held(spec: ExperimentSpec) -> ExperimentSpec:
    """The same with a bias that does not learn."""
    first = spec.layers[0]
    return replace(spec, layers=(replace(first, layer=first.layer.with_setting("train_bias", False)), *spec.layers[1:]))


def test_both_precisions_begin_with_the_same_weights() -> None:
    layers = (dense(5), LayerSpec(Choice("dropout", {"rate": 0.5})), dense(2, "softmax"))
    narrow, wide = (build_network(replace(XOR, layers=layers, precision=p), 2) for p in ("float32", "float64"))
    for one, other in zip(narrow.weights, wide.weights, strict=True):
        assert (one.dtype, other.dtype) == (np.float32, np.float64)
        np.testing.assert_array_equal(one, other)
    assert narrow.layers[2].rng.random() == wide.layers[2].rng.random()


def test_the_whole_run_computes_in_it() -> None:
    data = load_data(WIDE.data, None)
    found = record_next(WIDE, data, None, {}, WHOLE)
    arrays = [array for node in found.trace.nodes for array in (node.output, node.upstream)]
    arrays += [gradient.gradient for gradient in found.trace.gradients]
    arrays += [array for update in found.updates for array in (update.new, *update.after.values())]
    assert {array.dtype for array in arrays if array is not None} == {np.dtype("float64")}


def test_targets_have_the_precision_of_the_inputs() -> None:
    example = load_data(Choice("worked_example"), None)
    assert targets_of(example, example.train_targets).dtype == np.float64
    for name in ("regression_plane", "xor"):
        data = load_data(Choice(name), None)
        assert targets_of(data, data.train_targets).dtype == np.float32


@pytest.mark.parametrize("value", ["float16", "", None, 64, ["float64"]])
def test_another_precision_is_refused(value: object) -> None:
    with pytest.raises(SettingError, match="precision must be one of float32, float64"):
        ExperimentSpec.from_dict({**XOR.to_dict(), "precision": value})


def test_it_waits_for_the_next_run() -> None:
    steered, changes = steer(XOR, replace(WIDE, weights=((1.0,),)))
    assert (steered, changes) == (XOR, ())


def test_a_predictor_answers_in_the_precision_of_its_network() -> None:
    predictor = Predictor()
    for spec in (XOR, WIDE, XOR):
        model = build_model(spec, load_data(spec.data, None))
        predictor.update(spec, 2, weights_of(model))
        answer = predictor.predict(np.array([0.3, -0.2], np.float32))
        assert answer.dtype == spec.precision
        np.testing.assert_array_equal(answer, model.predict(np.array([[0.3, -0.2]], np.float32))[0])


# -- the window -------------------------------------------------------------------------------------------------------


def test_it_is_chosen_in_the_panel_and_said_in_the_status_bar(studio: Studio, qtbot: QtBot) -> None:
    combo = studio.window.findChild(QComboBox, "precision_combo")
    facts = studio.window.findChild(QLabel, "run_facts_label")
    assert combo is not None
    assert facts is not None
    assert "float32" in facts.text()
    combo.setCurrentIndex(combo.findData("float64"))
    combo.activated.emit(combo.currentIndex())
    assert studio.experiment.spec.precision == "float64"
    assert "float64" in facts.text()
    studio.experiment.undo_stack.undo()
    assert combo.currentData() == "float32"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_that_was_saved_goes_on_bit_for_bit(
    optimizer: str, open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    """In float64 and with a bias that does not learn, whose place in the optimiser's memory is not there."""
    spec = held(replace(experiment(optimizer, epochs=3), precision="float64"))
    expected = plain_fit(spec)
    first, second = open_studio(), open_studio()
    first.experiment.open(spec)
    advance(first, 25, qtbot)
    first.files.save_as(tmp_path / "run.beras")
    qtbot.waitUntil(lambda: not first.files.is_saving, timeout=WAIT_MS)
    second.files.open(tmp_path / "run.beras")
    run = second.run_state
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    run.look_at(24)
    qtbot.waitUntil(lambda: run.shown_step in (24, 25), timeout=WAIT_MS)
    run.look_at(25)
    qtbot.waitUntil(lambda: run.moment is None, timeout=WAIT_MS)
    run.run()
    qtbot.waitUntil(lambda: run.outcome == "completed", timeout=WAIT_MS)
    assert run.weights is not None
    for one, other in zip(run.weights, expected, strict=True):
        assert one.dtype == np.float64
        assert one.tobytes() == other.tobytes()
    np.testing.assert_array_equal(run.weights[1], 0)


def test_the_time_machine_travels_in_it(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    studio.experiment.open(held(replace(experiment("adam"), precision="float64")))
    advance(studio, 60, qtbot)
    run = studio.run_state
    newest = run.weights
    for step in (10, 60):
        run.look_at(step)
        qtbot.waitUntil(lambda step=step: run.shown_step == step, timeout=WAIT_MS)  # type: ignore[misc]
    assert newest is not None
    assert run.weights is not None
    for one, other in zip(newest, run.weights, strict=True):
        assert one.dtype == np.float64
        assert one.tobytes() == other.tobytes()


def test_the_plane_is_drawn_in_it(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    studio.window.show()
    qtbot.waitUntil(lambda: studio.playground.points is not None)
    studio.experiment.set_precision("float64")
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    answer = studio.playground.answer
    assert answer is not None
    assert answer.is_trained
    assert answer.responses.outputs.dtype == np.float64
    assert not studio.window.grab().isNull()
