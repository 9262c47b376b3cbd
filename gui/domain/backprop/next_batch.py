"""The batch that training would take next, and the network as it is then: nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras import Sequential
from beras.callbacks import Callback
from beras.datasets import Dataset
from beras.snapshot import restore
from gui.domain.build import build_model, order_generator, targets_of
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import steer
from gui.domain.training_state import ORDER, TrainingState

Edits = Mapping[tuple[int, tuple[int, ...]], float]
"""Weights that were set by hand: which weight of ``model.weights``, which entry of it, and its value."""


@dataclass(frozen=True, slots=True, eq=False)
class NextBatch:
    """A network that is not used for anything else, in the mode of training, and the samples it would train with next.

    ``inputs`` (batch, features) and ``targets`` (batch, outputs); ``rows`` are their places in the training data. They
    belong to ``step`` batches done, the batch ``batch`` of ``batches`` in epoch ``epoch``, both counted from 0.
    """

    model: Sequential
    inputs: NDArray[Any]
    targets: NDArray[Any]
    rows: NDArray[np.int64]
    step: int
    epoch: int
    batch: int
    batches: int


class _BatchFoundError(Exception):
    """Ends ``fit`` where the first batch would begin."""


class _Finder(Callback):
    """Puts the model to the state and gives way before anything is trained."""

    def __init__(self, state: TrainingState | None, wanted: ExperimentSpec, edits: Edits) -> None:
        self._state, self._wanted, self._edits = state, wanted, edits

    def on_train_begin(self) -> None:
        if self._state is not None:
            restore(self.model, _fitting(self._state, self.model.progress.samples).snapshot(self.model))
            for change in steer(self._state.spec, self._wanted)[1]:  # what training would go on with
                change.apply(self.model)
        progress = self.model.progress
        progress.epochs = progress.epoch + 2  # also after the last epoch there is a batch that would come next

    def on_batch_begin(self, batch: int) -> None:
        weights = self.model.weights
        for (index, entry), value in self._edits.items():
            values = np.array(weights[index].numpy())
            values[entry] = value
            weights[index].assign(values)
        raise _BatchFoundError


def other_samples(found: NextBatch, draw: int) -> NextBatch:
    """As many other samples, drawn at random from the training data: each ``draw`` gives others, always the same."""
    progress = found.model.progress
    if progress is None or progress.inputs is None:
        raise RuntimeError("fit() has not begun.")
    rng = np.random.default_rng(draw)
    rows = rng.choice(progress.samples, min(len(found.inputs), progress.samples), replace=False)
    return replace(found, inputs=progress.inputs[rows], targets=progress.targets[rows], rows=rows)


@dataclass(frozen=True, slots=True, eq=False)
class OwnSample:
    """A sample that is in no data set, such as a drawing: ``inputs`` (features,) and the class it is taken for."""

    inputs: NDArray[Any]
    label: int


def own_sample(found: NextBatch, sample: OwnSample) -> NextBatch:
    """This sample alone in place of the batch; ``ValueError`` if it does not fit the network."""
    features, outputs = found.inputs.shape[1], found.targets.shape[1]
    if sample.inputs.size != features or not 0 <= sample.label < outputs:
        raise ValueError(
            f"This network takes {features:,} numbers and has {outputs:,} classes. Received: {sample.inputs.size:,} "
            f"numbers of class {sample.label}."
        )
    targets = np.zeros((1, outputs), found.targets.dtype)
    targets[0, sample.label] = 1
    inputs = sample.inputs.reshape(1, features).astype(found.inputs.dtype)
    return replace(found, inputs=inputs, targets=targets, rows=np.array([-1]))


def _fitting(state: TrainingState, samples: int) -> TrainingState:
    """The state itself; where points were added or taken away since, what is left of its epoch is drawn anew."""
    order = state.arrays.get(ORDER)
    if order is None or len(order) == samples:
        return state
    arrays = {name: array for name, array in state.arrays.items() if name != ORDER}
    return replace(state, arrays=arrays, counts={**state.counts, "position": 0})


def next_batch(spec: ExperimentSpec, data: Dataset, state: TrainingState | None, edits: Edits) -> NextBatch:
    """What ``spec`` would train with next, from its beginning or from ``state``, with the settings of ``spec``.

    Raises ``StateError`` if the state is of another network or of other data.
    """
    model = build_model(spec if state is None else state.spec, data)
    finder = _Finder(state, spec, edits)
    with suppress(_BatchFoundError):
        model.fit(
            data.train_inputs,
            targets_of(data, data.train_targets),
            spec.epochs,
            min(spec.batch_size, len(data.train_inputs)),
            shuffle=True,
            callbacks=[finder],
            rng=order_generator(spec.seed),
            verbose=0,
        )
    progress = model.progress
    if progress is None:
        raise RuntimeError("fit() has not begun.")
    order = np.arange(progress.samples) if progress.order is None else progress.order
    rows = order[progress.position : progress.position + progress.batch_size]
    for layer in model.layers:
        layer.training = True  # the mode in which fit() records; the end of fit() has switched it off
    return NextBatch(
        model,
        progress.inputs[rows],
        progress.targets[rows],
        rows,
        progress.step,
        progress.epoch,
        progress.batch,
        progress.batches,
    )
