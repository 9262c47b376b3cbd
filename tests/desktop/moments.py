"""What the tests of time travel share: an experiment with randomness in it, and every moment of its plain fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pytestqt.qtbot import QtBot

from beras import Callback
from beras.snapshot import Snapshot, take
from gui.app import Studio
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.steering import Change

OPTIMIZERS = ("sgd", "rmsprop", "adam")
EPOCH_STEPS = 23


def experiment(optimizer: str = "adam", epochs: int = 40) -> ExperimentSpec:
    """23 batches an epoch, the last one smaller, and a layer that draws random numbers."""
    drop = LayerSpec(Choice("dropout", {"rate": 0.2}))
    layers = (dense(8), drop, dense(2, "softmax"))
    return replace(load_preset("xor"), layers=layers, optimizer=Choice(optimizer), epochs=epochs, batch_size=31, seed=4)


def advance(studio: Studio, steps: int, qtbot: QtBot) -> None:
    """Let a run of ``experiment`` stand still after exactly so many batches: whole epochs, then single batches."""
    run, done = studio.run_state, 0
    while done < steps:
        is_whole = steps - done >= EPOCH_STEPS
        done += EPOCH_STEPS if is_whole else 1
        run.step("epoch" if is_whole else "batch")
        qtbot.waitUntil(lambda done=done: run.newest == done and run.state == "paused", timeout=20_000)  # type: ignore[misc]


class Moments(Callback):
    """Every moment of a plain fit, by its step."""

    def __init__(self, changes: Mapping[int, Change] | None = None) -> None:
        self.changes = changes or {}
        self.at: dict[int, Snapshot] = {}

    def on_train_begin(self) -> None:
        self._note()

    def on_batch_end(self, batch: int, logs: object) -> None:
        self._note()
        change = self.changes.get(self.model.progress.step)
        if change is not None:
            change.apply(self.model)

    def _note(self) -> None:
        self.at[self.model.progress.step] = take(self.model)


def assert_same_moment(one: Snapshot, other: Snapshot) -> None:
    assert one.step == other.step
    for mine, theirs in zip(one.weights, other.weights, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    assert type(one.optimizer) is type(other.optimizer)
    assert (one.optimizer_step, list(one.optimizer_state)) == (other.optimizer_step, list(other.optimizer_state))
    for slot, arrays in one.optimizer_state.items():
        for array, same in zip(arrays, other.optimizer_state[slot], strict=True):
            assert array.tobytes() == same.tobytes()
    assert one.generators == other.generators
    assert (one.progress.epoch, one.progress.position) == (other.progress.epoch, other.progress.position)
