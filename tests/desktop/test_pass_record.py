"""A recorded pass is the batch that training takes next, and its update the one that training makes, bit for bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beras import GradientTape
from beras.snapshot import Snapshot
from gui.domain.backprop.next_batch import next_batch
from gui.domain.backprop.op_steps import OpStep, Walk
from gui.domain.backprop.pass_record import WHOLE, PassRecord, record_next
from gui.domain.build import build_model, order_generator, targets_of
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.training_state import TrainingState
from tests.desktop.moments import OPTIMIZERS, Moments, experiment
from tests.desktop.passes import data_of

XOR = load_preset("xor")


def fit_moments(spec: ExperimentSpec) -> dict[int, Snapshot]:
    """Every moment of a plain fit."""
    data = data_of(spec)
    model, moments = build_model(spec, data), Moments()
    model.fit(
        data.train_inputs,
        targets_of(data, data.train_targets),
        spec.epochs,
        spec.batch_size,
        shuffle=True,
        callbacks=[moments],
        rng=order_generator(spec.seed),
        verbose=0,
    )
    return moments.at


def state_at(spec: ExperimentSpec, snapshot: Snapshot) -> TrainingState:
    return TrainingState.of(spec, snapshot, 0.0, 0, ())


def recorded(spec: ExperimentSpec, state: TrainingState | None = None, samples: int = WHOLE) -> PassRecord:
    return record_next(spec, data_of(spec), state, {}, samples)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("step", [0, 1, 22, 23, 30])
def test_the_update_is_the_one_that_training_makes(optimizer: str, step: int) -> None:
    """Also at the end of an epoch, in the middle of one, and with a layer that draws random numbers."""
    spec = experiment(optimizer, epochs=2)
    at = fit_moments(spec)
    record = recorded(spec, state_at(spec, at[step]) if step else None)
    assert record.is_whole
    assert record.step == step
    new = {place: update.new for update in record.updates for place in [(update.node, update.place)]}
    for place, weight in record.weights.items():
        assert new[place].tobytes() == at[step + 1].weights[weight].tobytes()


def test_after_the_last_epoch_there_is_still_a_batch_that_would_come_next() -> None:
    spec = experiment(epochs=1)
    at = fit_moments(spec)
    record = recorded(spec, state_at(spec, at[max(at)]))
    assert (record.epoch, record.batch) == (1, 0)
    assert record.samples == spec.batch_size


@pytest.mark.parametrize("samples", [1, 7, WHOLE])
def test_every_gradient_is_that_of_the_tape(samples: int) -> None:
    record = recorded(XOR, samples=samples)
    data = data_of(XOR)
    found = next_batch(XOR, data, None, {})
    count = record.samples
    with GradientTape() as tape:
        loss = found.model.loss_fn(found.model(found.inputs[:count]), found.targets[:count])
    gradients = tape.gradient(loss, found.model.trainable_variables)
    assert record.trace.loss == float(loss)
    for update, gradient in zip(record.updates, gradients, strict=True):
        np.testing.assert_array_equal(update.gradient, gradient)


def test_recording_leaves_no_trace_in_training() -> None:
    """The same experiment recorded twice gives the same bits: nothing of the first time is left anywhere."""
    spec = experiment()
    one, other = recorded(spec), recorded(spec)
    assert one.trace.loss == other.trace.loss
    for mine, theirs in zip(one.updates, other.updates, strict=True):
        assert mine.new.tobytes() == theirs.new.tobytes()


def test_weights_can_be_set_by_hand() -> None:
    record = record_next(XOR, data_of(XOR), None, {(0, (1, 2)): 0.25}, 3)
    assert record.updates[0].old[1, 2] == np.float32(0.25)
    assert record.edits == {(0, (1, 2)): 0.25}


def test_settings_of_the_panel_count() -> None:
    """A learning rate that was changed while the run stands still is the one that training goes on with."""
    spec = experiment("sgd", epochs=1)
    state = state_at(spec, fit_moments(spec)[3])
    changed = replace(spec, optimizer=spec.optimizer.with_setting("learning_rate", 0.5))
    update = recorded(changed, state).updates[0]
    np.testing.assert_array_equal(update.new, update.old - np.float32(0.5) * update.gradient)


def test_points_that_were_added_since_do_not_keep_it_from_looking() -> None:
    spec = experiment(epochs=1)
    state = state_at(spec, fit_moments(spec)[3])
    order = state.arrays["order"][:-5]
    record = recorded(spec, replace(state, arrays={**state.arrays, "order": order}))
    assert record.samples == spec.batch_size


def test_a_network_without_parameters_is_recorded_all_the_same() -> None:
    spec = replace(XOR, layers=(LayerSpec(Choice("flatten")),), loss=Choice("mean_squared_error"))
    data = data_of(spec)
    record = record_next(spec, data, None, {}, 4)
    assert not record.updates
    assert record.trace.nodes
    assert record.trace.nodes[-1].upstream_norm == 1.0


def test_a_network_that_diverged_is_recorded_with_its_nans() -> None:
    spec = replace(XOR, layers=(dense(4), dense(2, "softmax")))
    record = record_next(spec, data_of(spec), None, {(0, (0, 0)): float("nan")}, 4)
    assert np.isnan(record.trace.loss)


# -- the walk ---------------------------------------------------------------------------------------------------------


def test_as_many_backward_steps_as_recorded_ops() -> None:
    record = recorded(XOR)
    walk = Walk(record.trace, bool(record.updates))
    ops = len(record.trace.nodes)
    assert (walk.forward_count, walk.backward_count) == (ops, ops)
    assert len(walk) == 2 * ops + 1
    assert walk.steps[:ops] == tuple(OpStep("forward", i) for i in range(ops))
    assert walk.steps[ops:-1] == tuple(OpStep("backward", i) for i in reversed(range(ops)))
    assert walk.steps[-1] == OpStep("update", None)


def test_what_a_drawing_may_show_at_a_position() -> None:
    record = recorded(XOR)
    walk, ops = Walk(record.trace, has_update=True), len(record.trace.nodes)
    begin = walk.progress(0)
    assert (begin.forward, begin.backward, begin.current) == (0, frozenset(), None)
    middle = walk.progress(ops + 2, sample=3)
    assert (middle.forward, middle.current, middle.direction, middle.sample) == (ops, ops - 2, "backward", 3)
    assert middle.backward == {ops - 1, ops - 2}
    end = walk.progress(len(walk))
    assert (end.backward, end.current, end.direction) == (frozenset(range(ops)), None, "update")


def test_a_click_on_an_op_goes_to_its_turn_in_the_direction_of_the_walk() -> None:
    record = recorded(XOR)
    walk, ops = Walk(record.trace, has_update=True), len(record.trace.nodes)
    assert walk.position_of(2, position=1) == 3
    assert walk.position_of(2, position=ops + 1) == 2 * ops - 2


def test_looking_for_the_next_batch_trains_nothing() -> None:
    found = next_batch(XOR, data_of(XOR), None, {})
    fresh = build_model(XOR, data_of(XOR))
    for mine, theirs in zip(found.model.weights, fresh.weights, strict=True):
        assert mine.numpy().tobytes() == theirs.numpy().tobytes()
    assert found.model.optimizer.t == 0
