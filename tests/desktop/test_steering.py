"""Changing settings while the network trains: at the next batch, marked on the curves, and nothing is reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.build import build_model, load_data, order_generator, targets_of
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, dense
from gui.domain.steering import number_text, steer
from gui.training.callback import ChannelCallback
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.events import BatchEnded, SettingChanged

WAIT_MS = 20_000


def labels(before, after):  # type: ignore[no-untyped-def]
    return [change.label for change in steer(before, after)[1]]


def test_what_is_hot_and_what_waits() -> None:
    spec = load_preset("pen-digits")
    assert labels(spec, replace(spec, optimizer=spec.optimizer.with_setting("learning_rate", 5e-4))) == [
        "learning rate 2e-3 → 5e-4"
    ]
    assert labels(spec, replace(spec, epochs=20, batch_size=50)) == ["epochs 15 → 20", "batch size 100 → 50"]
    first = spec.layers[0]
    assert first.activation is not None
    steeper = replace(first, activation=first.activation.with_setting("alpha", 0.5))
    assert labels(spec, replace(spec, layers=(steeper, spec.layers[1]))) == ["α 0.01 → 0.5"]
    for cold in (
        replace(spec, seed=8),
        replace(spec, loss=Choice("mean_squared_error")),
        replace(spec, optimizer=Choice("sgd", {"learning_rate": 0.1})),
        replace(spec, layers=(dense(64), spec.layers[1])),
        replace(spec, data=Choice("mnist")),
    ):
        steered, changes = steer(spec, cold)
        assert changes == ()
        assert steered == spec


def test_a_hot_change_beside_a_cold_one_is_made() -> None:
    spec = load_preset("pen-digits")
    wanted = replace(spec, seed=8, optimizer=spec.optimizer.with_setting("beta_1", 0.5))
    steered, changes = steer(spec, wanted)
    assert [change.label for change in changes] == ["β₁ 0.9 → 0.5"]
    assert steered.seed == spec.seed


@pytest.mark.parametrize(
    ("value", "text"), [(1e-3, "1e-3"), (0.05, "0.05"), (2.5e-4, "2.5e-4"), (128, "128"), (True, "on"), (0.9, "0.9")]
)
def test_settings_in_few_characters(value: object, text: str) -> None:
    assert number_text(value) == text


def test_changes_are_made_between_two_batches_and_equal_a_fit_with_the_same_changes() -> None:
    spec = replace(load_preset("xor"), epochs=2)
    wanted = replace(spec, optimizer=spec.optimizer.with_setting("learning_rate", 0.1), batch_size=50)
    data = load_data(spec.data, None)
    inputs, targets = data.train_inputs, targets_of(data, data.train_targets)

    class ChangeAfterTen(ChannelCallback):
        def on_batch_end(self, batch: int, logs: object) -> None:
            if self.model.progress.epoch == 0 and batch == 9:
                for change in steer(spec, wanted)[1]:
                    self.control.send(change)
            super().on_batch_end(batch, logs)  # type: ignore[arg-type]

    channel = Channel()
    model = build_model(spec, data)
    listener = ChangeAfterTen(channel, RunControl())
    model.fit(inputs, targets, 2, 30, shuffle=True, rng=order_generator(7), verbose=0, callbacks=[listener])
    events = channel.drain()
    assert [(e.epoch, e.batch, e.label) for e in events if isinstance(e, SettingChanged)] == [
        (0, 9, "learning rate 0.02 → 0.1"),
        (0, 9, "batch size 30 → 50"),
    ]
    assert [e.batch for e in events if isinstance(e, BatchEnded) and e.epoch == 0] == list(range(18))

    plain = build_model(spec, data)
    rng = order_generator(7)
    for epoch in range(2):
        order = rng.permutation(len(inputs))
        starts = [*range(0, 300, 30), *range(300, 700, 50)] if epoch == 0 else range(0, 700, 50)
        for number, start in enumerate(starts):
            changed = epoch > 0 or number >= 10
            plain.optimizer.learning_rate = 0.1 if changed else 0.02
            rows = order[start : start + (50 if changed else 30)]
            plain.batch_step(inputs[rows], targets[rows])
    for steered, expected in zip(model.weights, plain.weights, strict=True):
        np.testing.assert_array_equal(steered, expected)


def test_the_learning_rate_changes_in_the_window_and_leaves_a_mark(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.run_state.run()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > 20, timeout=WAIT_MS)
    studio.experiment.set_optimizer_setting("learning_rate", 0.005)
    qtbot.waitUntil(lambda: len(studio.run_state.log.marks) == 1, timeout=WAIT_MS)
    x, label = studio.run_state.log.marks[0]
    assert label == "learning rate 0.02 → 5e-3"
    assert x > 0
    qtbot.waitUntil(lambda: len(studio.window.train_page.loss.plot.marks.marks) == 1, timeout=WAIT_MS)
    assert studio.run_state.state == "running"


def test_epochs_can_be_lowered_to_end_a_run(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.epochs_done > 2, timeout=WAIT_MS)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.experiment.set_epochs(1)
    assert studio.run_state.outcome == "completed"
