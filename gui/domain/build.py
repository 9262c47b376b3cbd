"""From a spec to a compiled network, and from classes to targets. The same spec gives the same network, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras import CategoricalAccuracy, Sequential, in_float64
from beras.datasets import Dataset
from beras.datasets.source import Cancelled, never
from beras.registry import ACTIVATIONS, DATASETS, LOSSES, OPTIMIZERS, SettingError
from gui.domain.check import layer_titles
from gui.domain.first_weights import FirstWeights, misfit, plain_weights
from gui.domain.spec import Choice, ExperimentSpec


def weight_generator(seed: int) -> np.random.Generator:
    """Draws the first weights."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0,)))


def order_generator(seed: int) -> np.random.Generator:
    """Draws the order of the samples in each epoch."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))


def build_network(spec: ExperimentSpec, input_size: int) -> Sequential:
    """The network with its first weights, not compiled; ``SettingError`` if those that were set by hand do not fit.

    The weights are drawn alike for every precision, in float32, and widened then. Those that were set by hand take the
    place of drawn ones, so that a dropout layer draws the same with them as without.
    """
    rng = weight_generator(spec.seed)
    layers: list[Any] = []
    size = input_size
    for row, title in zip(spec.layers, layer_titles(spec.layers), strict=True):
        parameters = {param.name for param in row.kind.params}
        offered = {"input_size": size, "rng": rng, "name": title}
        layer = row.kind.create(row.layer.settings, **{k: v for k, v in offered.items() if k in parameters})
        layers.append(layer)
        size = getattr(layer, "output_size", size)
        if row.activation is not None:
            layers.append(ACTIVATIONS.create(row.activation.name, row.activation.settings))
    model = Sequential(*layers)
    if spec.precision == "float64":
        model = in_float64(model)
    if spec.weights is not None:
        _put_by_hand(model, spec.weights)
    return model


def first_weights(spec: ExperimentSpec, input_size: int) -> FirstWeights:
    """The weights that a run would begin with, as plain numbers to be set by hand; ``SettingError`` for too many."""
    if spec.weights is not None:
        return spec.weights
    return plain_weights(weights_of(build_network(spec, input_size)))


def _put_by_hand(model: Sequential, weights: FirstWeights) -> None:
    problem = misfit(weights, {f"weight {i}": weight.shape for i, weight in enumerate(model.weights, start=1)})
    if problem:
        raise SettingError("weights", f"The first weights that were set by hand do not fit: {problem}.")
    set_weights(model, [np.array(values) for values in weights])


def build_model(spec: ExperimentSpec, data: Dataset) -> Sequential:
    """The network, compiled with the spec's optimiser and loss."""
    model = build_network(spec, data.input_size)
    accuracy = CategoricalAccuracy() if data.task == "classification" else None
    optimizer = OPTIMIZERS.create(spec.optimizer.name, spec.optimizer.settings)
    model.compile(optimizer, LOSSES.create(spec.loss.name, spec.loss.settings), accuracy)
    return model


def targets_of(data: Dataset, targets: NDArray[Any]) -> NDArray[np.floating]:
    """What the network should give: one-hot rows (samples, classes) for classes, the values themselves otherwise.

    In the precision of the inputs; ``Model.fit`` takes both in that of its weights.
    """
    if data.task != "classification":
        return targets.astype(data.train_inputs.dtype, copy=False)
    rows = np.zeros((len(targets), data.output_size), data.train_inputs.dtype)
    rows[np.arange(len(targets)), targets] = 1
    return rows


def validation_of(data: Dataset) -> tuple[NDArray[np.floating], NDArray[np.floating]] | None:
    """Inputs and targets to validate with; None if no sample is kept for that."""
    if not len(data.validation_inputs):
        return None
    return data.validation_inputs, targets_of(data, data.validation_targets)


def load_data(choice: Choice, data_dir: str | None, cancelled: Cancelled = never) -> Dataset:
    """Read or generate the chosen data set; ``LoadingCancelled`` if ``cancelled`` says so on the way."""
    component = DATASETS.spec(choice.name)
    takes_folder = any(param.name == "data_dir" for param in component.params)
    source = component.create(choice.settings, **({"data_dir": data_dir} if takes_folder else {}))
    data: Dataset = source.load(cancelled)
    return data


def weights_of(model: Sequential) -> tuple[NDArray[Any], ...]:
    """Read-only copies of all weights, safe to hand to another thread."""
    copies = tuple(np.array(weight.numpy()) for weight in model.weights)
    for copy in copies:
        copy.flags.writeable = False
    return copies


def set_weights(model: Sequential, weights: Sequence[NDArray[Any]]) -> None:
    """Put weights made by ``weights_of`` back."""
    for weight, values in zip(model.weights, weights, strict=True):
        weight.assign(values)
