"""One batch through the network and back, with the update that follows, as plain immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.datasets import Dataset
from beras.registry import OPTIMIZERS
from beras.trace import Trace, trace
from gui.domain.backprop.next_batch import Edits, NextBatch, OwnSample, next_batch, other_samples, own_sample
from gui.domain.spec import ExperimentSpec
from gui.domain.training_state import TrainingState

Array = NDArray[Any]
WHOLE = 0
"""In place of a number of samples: all of the batch."""


@dataclass(frozen=True, slots=True, eq=False)
class ParameterUpdate:
    """What the optimiser does to one parameter: ``node`` and ``place`` say whose it is; all arrays have its shape.

    ``before`` and ``after`` are what the optimiser remembers of it, by name (m, v).
    """

    node: int
    place: int
    old: Array
    gradient: Array
    new: Array
    before: Mapping[str, Array]
    after: Mapping[str, Array]


@dataclass(frozen=True, slots=True, eq=False)
class PassRecord:
    """A recorded pass, the samples it was made of, and the update.

    ``size`` is how many samples the next batch of the run has; the pass is of the first ones of it. ``labels`` says the
    class of each sample ("" without classes). ``optimizer`` is the registered name, ``step`` its count of steps after
    the update, ``weights`` maps (node, place) of a parameter to its place in ``model.weights``. ``is_drawn`` says that
    the samples are others, drawn at random. ``output_names`` are what the outputs of the ops are called, () where they
    have the names of the board.
    """

    trace: Trace
    updates: tuple[ParameterUpdate, ...]
    optimizer: str
    settings: Mapping[str, Any]
    optimizer_step: int
    inputs: Array
    labels: tuple[str, ...]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    rows: tuple[int, ...]
    size: int
    step: int
    epoch: int
    batch: int
    batches: int
    is_drawn: bool = False
    edits: Edits = field(default_factory=dict)
    weights: Mapping[tuple[int, int], int] = field(default_factory=dict)
    output_names: tuple[str, ...] = ()

    @property
    def samples(self) -> int:
        return len(self.inputs)

    @property
    def is_whole(self) -> bool:
        """Whether this is the whole batch that training takes next, so that its update is the one that will be made."""
        return self.samples == self.size and not self.is_drawn

    @property
    def is_own(self) -> bool:
        """Whether it is of a sample that is in no data set."""
        return self.rows == (-1,)

    @property
    def optimizer_title(self) -> str:
        """The optimiser as it is called in the panel."""
        return OPTIMIZERS.spec(self.optimizer).label if self.optimizer in OPTIMIZERS else self.optimizer

    @property
    def nbytes(self) -> int:
        """The memory that all arrays take."""
        own = [array for u in self.updates for array in (u.new, *u.before.values(), *u.after.values())]
        return self.trace.nbytes + self.inputs.nbytes + sum(array.nbytes for array in own)


def record_next(
    spec: ExperimentSpec,
    data: Dataset,
    state: TrainingState | None,
    edits: Edits,
    samples: int,
    draw: int = 0,
    own: OwnSample | None = None,
) -> PassRecord:
    """Record the next batch of an experiment, or its first ``samples`` samples (``WHOLE`` for all of them).

    A ``draw`` other than 0 takes as many other samples at random, ``own`` a sample that is in no data set.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a network that diverged is looked at too
        found = next_batch(spec, data, state, edits)
        if own is not None:
            return replace(record_batch(own_sample(found, own), data, WHOLE, edits), is_drawn=True)
        if draw:
            return replace(record_batch(other_samples(found, draw), data, samples, edits), is_drawn=True)
        return record_batch(found, data, samples, edits)


def record_batch(found: NextBatch, data: Dataset, samples: int, edits: Edits) -> PassRecord:
    """The same for a batch that is at hand; its model is trained by one step."""
    model = found.model
    count = len(found.inputs) if samples == WHOLE else min(samples, len(found.inputs))
    inputs, targets = found.inputs[:count], found.targets[:count]
    recorded = trace(model, inputs, targets, wrt_inputs=not model.trainable_variables)
    rows = tuple(map(int, found.rows[:count]))
    numbers = {id(weight): i for i, weight in enumerate(model.weights)}
    record = PassRecord(
        trace=recorded,
        updates=(),
        optimizer=OPTIMIZERS.name_of(model.optimizer) or type(model.optimizer).__name__,
        settings=_settings(model.optimizer),
        optimizer_step=model.optimizer.t + 1,
        inputs=np.array(inputs),
        labels=_labels(data, found, count),
        class_names=data.class_names,
        image_shape=data.image_shape,
        rows=rows,
        size=len(found.inputs),
        step=found.step,
        epoch=found.epoch,
        batch=found.batch,
        batches=found.batches,
        edits=dict(edits),
        weights={place: numbers[id(weight)] for place, weight in _places(recorded, model).items()},
    )
    if recorded.gap is not None or not model.trainable_variables:
        return record
    return replace(record, updates=_updates(recorded, model))


def _settings(optimizer: Any) -> dict[str, Any]:
    name = OPTIMIZERS.name_of(optimizer)
    known = [] if name is None else [param.name for param in OPTIMIZERS.spec(name).settings]
    return {name: getattr(optimizer, name) for name in known}


def _labels(data: Dataset, found: NextBatch, count: int) -> tuple[str, ...]:
    if not data.class_names:
        return ("",) * count
    return tuple(data.class_names[int(row.argmax())] for row in found.targets[:count])


def _places(recorded: Trace, model: Any) -> dict[tuple[int, int], Any]:
    """The tensors of the model by node and place: ops and layers stand in the same order."""
    layers = [layer for layer in model.layers if getattr(layer, "weights", ())]
    nodes = [node for node in recorded.nodes if node.parameters]
    pairs = zip(nodes, layers, strict=False)
    return {(node.index, i): weight for node, layer in pairs for i, weight in enumerate(layer.weights)}


def _updates(recorded: Trace, model: Any) -> tuple[ParameterUpdate, ...]:
    """Let the optimiser make its step with the recorded gradients, and note what it did."""
    optimizer, weights = model.optimizer, model.trainable_variables
    places = {id(weight): place for place, weight in _places(recorded, model).items()}
    gradients = [total.gradient for total in recorded.gradients]
    old = [np.array(weight.numpy()) for weight in weights]
    before = [_memory(optimizer, weight) for weight in weights]
    optimizer.apply_gradients(weights, gradients)
    return tuple(
        ParameterUpdate(
            *places[id(weight)], was, gradient, np.array(weight.numpy()), memory, _memory(optimizer, weight)
        )
        for weight, was, gradient, memory in zip(weights, old, gradients, before, strict=True)
        if gradient is not None and id(weight) in places
    )


def _memory(optimizer: Any, weight: Any) -> dict[str, Array]:
    """What the optimiser remembers of a weight, zeros before its first step."""
    for index, known in enumerate(optimizer.parameters):
        if known is weight:
            return {slot: np.array(getattr(optimizer, slot)[index]).reshape(weight.shape) for slot in optimizer.slots}
    return {slot: np.zeros(weight.shape, weight.dtype) for slot in optimizer.slots}
