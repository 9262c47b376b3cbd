"""A moment of a training run to go back to: ``take(model)`` in a hook of a callback, ``restore`` in a later one.

What follows a restore is, bit for bit, what followed the first time: weights, the optimiser with its state, every
setting, the order of the samples and every random generator are as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from beras.graph import Array
from beras.model import FitProgress, Model
from beras.optimizer import Optimizer
from beras.tensor import Tensor

SETTING_TYPES = (bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set while training goes on: of the optimiser, of every layer in order, and of ``fit``."""

    optimizer: Mapping[str, Any]
    layers: tuple[Mapping[str, Any], ...]
    epochs: int
    batch_size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of everything that decides how training goes on. ``step`` batches were done; ``nbytes`` is its size."""

    step: int
    settings: Settings
    weights: tuple[Array, ...] = field(repr=False)
    optimizer: Optimizer = field(repr=False)
    optimizer_step: int
    optimizer_parameters: tuple[Tensor, ...] = field(repr=False)
    optimizer_state: Mapping[str, tuple[Array, ...]] = field(repr=False)
    generators: tuple[Mapping[str, Any] | None, ...] = field(repr=False)
    progress: FitProgress = field(repr=False)

    @property
    def nbytes(self) -> int:
        arrays = [*self.weights, *(array for slot in self.optimizer_state.values() for array in slot)]
        return sum(array.nbytes for array in arrays)


def settings_of(model: Model) -> Settings:
    """The settings that are in force now."""
    progress = _progress_of(model)
    optimizer = {name: value for name, value in _plain_settings(model.optimizer).items() if name != "t"}
    layers = tuple(_plain_settings(layer) for layer in model.layers)
    return Settings(optimizer, layers, progress.epochs, progress.batch_size)


def put_settings(model: Model, settings: Settings) -> None:
    """Put settings in force that ``settings_of`` has read."""
    for owner, values in zip((model.optimizer, *model.layers), (settings.optimizer, *settings.layers), strict=True):
        for name, value in values.items():
            setattr(owner, name, value)
    progress = _progress_of(model)
    progress.epochs, progress.batch_size = settings.epochs, settings.batch_size


def take(model: Model) -> Snapshot:
    """Copy the state of a model that is being trained, between two batches."""
    progress, optimizer = _progress_of(model), model.optimizer
    return Snapshot(
        step=progress.step,
        settings=settings_of(model),
        weights=tuple(np.array(weight.numpy()) for weight in model.weights),
        optimizer=optimizer,
        optimizer_step=optimizer.t,
        optimizer_parameters=tuple(optimizer.parameters),
        optimizer_state={slot: tuple(array.copy() for array in getattr(optimizer, slot)) for slot in optimizer.slots},
        generators=tuple(None if rng is None else rng.bit_generator.state for rng in _generators(model)),
        progress=replace(progress, sums=dict(progress.sums)),
    )


def restore(model: Model, snapshot: Snapshot) -> None:
    """Put the model back to where it was; ``fit`` then goes on from there. The snapshot can be restored again."""
    progress, optimizer = _progress_of(model), snapshot.optimizer
    for weight, values in zip(model.weights, snapshot.weights, strict=True):
        weight.assign(values)
    model.optimizer = optimizer
    optimizer.t = snapshot.optimizer_step
    optimizer.parameters[:] = snapshot.optimizer_parameters
    for slot, arrays in snapshot.optimizer_state.items():
        getattr(optimizer, slot)[:] = [array.copy() for array in arrays]
    for rng, state in zip(_generators(model), snapshot.generators, strict=True):
        if rng is not None and state is not None:
            rng.bit_generator.state = state
    then = snapshot.progress
    progress.epoch, progress.batch, progress.position, progress.step = then.epoch, then.batch, then.position, then.step
    progress.order, progress.sums, progress.seen = then.order, dict(then.sums), then.seen
    progress.inputs, progress.targets, progress.samples = then.inputs, then.targets, then.samples
    progress.validation_data = then.validation_data
    put_settings(model, snapshot.settings)


def _plain_settings(owner: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(owner).items() if isinstance(value, SETTING_TYPES)}


def _generators(model: Model) -> list[np.random.Generator | None]:
    """Everything that draws random numbers while training goes on."""
    return [_progress_of(model).rng, *(getattr(layer, "rng", None) for layer in model.layers)]


def _progress_of(model: Model) -> FitProgress:
    if model.progress is None:
        raise RuntimeError("Only a model that is being trained has a moment to go back to. Call this from a callback.")
    return model.progress
