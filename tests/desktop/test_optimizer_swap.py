"""Another optimiser in the middle of a run: keep what the old one knows, or clear it; the network is never reset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from beras import Adam, Callback, RMSProp
from gui.app import Studio
from gui.domain.build import build_model, load_data, order_generator, targets_of
from gui.domain.presets import load_preset
from gui.domain.spec import Choice
from gui.domain.steering import shared_state, swap

WAIT_MS = 20_000


def test_what_two_optimisers_share() -> None:
    assert shared_state("adam", "rmsprop") == ("v",)
    assert shared_state("rmsprop", "adam") == ("v",)
    assert shared_state("adam", "sgd") == ()
    assert shared_state("sgd", "adam") == ()


@pytest.mark.parametrize("keep", [True, False])
def test_the_new_one_goes_on_where_the_old_one_stood(keep: bool) -> None:
    before = replace(load_preset("xor"), optimizer=Choice("adam", {"learning_rate": 0.01}))
    after = replace(before, optimizer=Choice("rmsprop", {"learning_rate": 0.003}))
    spec, change = swap(before, after, keep)
    assert spec == after
    assert change.label == "Adam → RMSProp"
    data = load_data(before.data, None)
    model = build_model(before, data)
    remembered: list[np.ndarray] = []

    class Swap(Callback):
        def on_batch_end(self, batch: int, logs: object) -> None:
            if model.progress.step == 10:  # type: ignore[union-attr]
                remembered.extend(array.copy() for array in model.optimizer.v)
                weights = [np.array(weight) for weight in model.weights]
                change.apply(model)
                assert isinstance(model.optimizer, RMSProp)
                for kept, now in zip(weights, model.weights, strict=True):
                    np.testing.assert_array_equal(kept, now)
                for old, new in zip(remembered, model.optimizer.v, strict=True):
                    np.testing.assert_array_equal(new, old if keep else 0)
                assert model.optimizer.t == (10 if keep else 0)
                assert model.optimizer.learning_rate == 0.003

    inputs, targets = data.train_inputs, targets_of(data, data.train_targets)
    model.fit(inputs, targets, 1, 30, shuffle=True, rng=order_generator(0), verbose=0, callbacks=[Swap()])
    assert remembered
    assert model.progress is not None


def running(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.experiment.set_optimizer("adam")
    studio.run_state.run()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > 20, timeout=WAIT_MS)
    return studio


@pytest.mark.parametrize(("index", "label"), [(0, "Swap, keep v"), (1, "Swap, clear v")])
def test_the_window_asks_and_the_swap_leaves_a_mark(
    index: int, label: str, open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = running(open_studio, qtbot)
    studio.experiment.set_optimizer("rmsprop")
    message = studio.messages.message
    assert message is not None
    assert message.text.startswith("RMSProp in place of Adam")
    assert message.labels[index] == label
    seen = len(studio.run_state.log.batch_loss)
    qtbot.mouseClick(studio.window.message_bar.button(index), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(studio.run_state.log.marks), timeout=WAIT_MS)
    assert studio.run_state.log.marks[0][1] == "Adam → RMSProp"
    assert studio.run_state.swap_wanted is None
    assert len(studio.run_state.log.batch_loss) >= seen, "nothing is reset"
    studio.experiment.set_optimizer_setting("beta", 0.5)
    qtbot.waitUntil(lambda: len(studio.run_state.log.marks) == 2, timeout=WAIT_MS)
    assert studio.run_state.log.marks[1][1] == "β 0.9 → 0.5"


def test_without_an_answer_the_old_one_trains_on(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = running(open_studio, qtbot)
    studio.experiment.set_optimizer("sgd")
    assert studio.messages.message is not None
    assert studio.messages.message.labels == ("Swap",)
    studio.messages.dismiss()
    seen = len(studio.run_state.log.batch_loss)
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > seen + 20, timeout=WAIT_MS)
    assert isinstance(studio.session._worker._callback.model.optimizer, Adam)  # type: ignore[union-attr]
    assert studio.run_state.spec is not None
    assert studio.run_state.spec.optimizer.name == "adam"


def test_undoing_the_choice_takes_the_question_back(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = running(open_studio, qtbot)
    studio.experiment.set_optimizer("sgd")
    assert studio.messages.message is not None
    studio.experiment.undo_stack.undo()
    assert studio.messages.message is None
