"""Single weights set by hand during a run: at the next batch, exactly, and travelled and saved like anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.build import build_model, load_data
from gui.domain.kept_run import CHANGE_ARROW
from gui.domain.presets import load_preset
from gui.domain.steering import Change, weight_edit_label, weight_edits
from gui.training.events import WentBack
from tests.desktop.file_steps import WAIT_MS
from tests.desktop.moments import OPTIMIZERS, Moments, advance, assert_same_moment, experiment
from tests.desktop.plain_fit import plain_fit
from tests.desktop.test_time_travel import Travelled

EXAMPLE = load_preset("worked-example")
PLACE = (0, (0, 1))


def edit(value: float, place: tuple[int, tuple[int, ...]] = PLACE) -> Change:
    (change,) = weight_edits({place: value}, {place: f"W₁ 0 → {value}"})
    return change


def test_an_edit_is_called_by_its_place_counted_from_one() -> None:
    assert weight_edit_label("W₁", (0, 1), 0.15, 0.4) == "W₁[1, 2] 0.15 → 0.4"
    assert weight_edit_label("b₂", (1,), 0.6, -1e-4) == "b₂[2] 0.6 → -1e-4"
    assert weight_edit_label("b₂", (1,), np.float32(0.5), 1) == "b₂[2] 0.5 → 1"
    assert CHANGE_ARROW in weight_edit_label("W₁", (0, 1), 0.15, 0.4)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_an_edit_sets_one_entry_and_no_other(precision: str) -> None:
    spec = replace(EXAMPLE, precision=precision)
    model = build_model(spec, load_data(spec.data, None))
    before = [np.array(weight) for weight in model.weights]
    changes = weight_edits({PLACE: 0.1, (3, (1,)): -7.0}, {PLACE: "one", (3, (1,)): "other"})
    assert [change.label for change in changes] == ["one", "other"]
    for change in changes:
        change.apply(model)
    before[0][0, 1], before[3][1] = 0.1, -7.0
    for mine, theirs in zip(model.weights, before, strict=True):
        assert mine.dtype == precision
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="A weight must be a finite number"):
        edit(value)


@pytest.mark.parametrize("place", [(9, (0, 0)), (0, (5, 0)), (0, (0,)), (1, (0, 0))])
def test_a_place_that_is_not_there_is_an_error_and_changes_nothing(place: tuple[int, tuple[int, ...]]) -> None:
    model = build_model(EXAMPLE, load_data(EXAMPLE.data, None))
    before = [np.array(weight) for weight in model.weights]
    with pytest.raises(IndexError):
        edit(1.0, place).apply(model)
    for mine, theirs in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_going_back_and_forward_over_an_edit_is_the_same_bytes(optimizer: str, qtbot: QtBot) -> None:
    spec = experiment(optimizer)
    changes = {55: edit(3.0), 92: edit(-2.5, (3, (1,))), 105: edit(0.25)}
    moments = Moments(changes)
    plain_fit(replace(spec, epochs=6), moments)
    run = Travelled(spec, 130, changes)
    run.until_paused(qtbot)
    for step in (104, 105, 106, 54, 55, 56, 91, 92, 93, 0, 130, 105, 55, 130):
        assert_same_moment(run.look_at(step, qtbot), moments.at[step])
    for step in range(110, 100, -1):
        assert_same_moment(run.look_at(step, qtbot), moments.at[step])
    run.control.stop()
    run.end()
    assert not run.of(WentBack)


def test_the_example_goes_on_from_an_edit_as_by_hand(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    """One step, w1 set back to what it was, and another step: the same as building the network so."""
    studio = open_studio("--preset", "worked-example")
    run = studio.run_state

    def until(steps: int) -> None:
        qtbot.waitUntil(lambda: run.newest == steps and run.state == "paused", timeout=WAIT_MS)

    run.step("batch")
    until(1)
    studio.session.send(edit(0.15, (0, (0, 0))))
    run.step("batch")
    until(2)
    data = load_data(EXAMPLE.data, None)
    model = build_model(EXAMPLE, data)
    model.batch_step(data.train_inputs, data.train_targets)
    edit(0.15, (0, (0, 0))).apply(model)
    model.batch_step(data.train_inputs, data.train_targets)
    assert run.weights is not None
    for mine, theirs in zip(run.weights, model.weights, strict=True):
        assert mine.tobytes() == theirs.numpy().tobytes()
    assert [label for _, label in run.log.marks] == ["W₁ 0 → 0.15"]
    assert run.last_change.startswith("W₁ 0 → 0.15")


def test_a_file_saved_after_an_edit_goes_on_bit_for_bit(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    spec = experiment("adam", epochs=3)
    expected = plain_fit(spec, Moments({25: edit(3.0)}))
    first, second = open_studio(), open_studio()
    first.experiment.open(spec)
    advance(first, 25, qtbot)
    first.session.send(edit(3.0))
    first.run_state.step("batch")
    qtbot.waitUntil(lambda: first.run_state.newest == 26 and first.run_state.state == "paused", timeout=WAIT_MS)
    first.files.save_as(tmp_path / "run.beras")
    qtbot.waitUntil(lambda: not first.files.is_saving, timeout=WAIT_MS)
    second.files.open(tmp_path / "run.beras")
    qtbot.waitUntil(lambda: second.run_state.state == "paused", timeout=WAIT_MS)
    for studio in (second, first):
        studio.run_state.run()
        qtbot.waitUntil(lambda run=studio.run_state: run.outcome == "completed", timeout=WAIT_MS)  # type: ignore[misc]
        assert studio.run_state.weights is not None
        for mine, theirs in zip(studio.run_state.weights, expected, strict=True):
            assert mine.tobytes() == theirs.tobytes()
    assert any("W₁ 0 → 3.0" in label for _, label in second.run_state.log.marks)
