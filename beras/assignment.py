"""The course's assignment, solved: a digit classifier, its parts, and training without a window."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from beras.activations import Softmax
from beras.callbacks import Callback
from beras.core import Diffable
from beras.datasets import Dataset
from beras.graph import Array
from beras.layers import Dense
from beras.losses import CategoricalCrossEntropy
from beras.metrics import CategoricalAccuracy
from beras.model import Sequential
from beras.onehot import OneHotEncoder
from beras.optimizer import Adam, Optimizer
from beras.registry import ACTIVATIONS

BATCH_SIZE = 100


def get_model(rng: Any = None) -> Sequential:
    """A network for MNIST, 784 → 128 → 10; ``rng`` is a seed or Generator for its first weights."""
    return build_classifier(784, [128], 10, rng=rng)


def build_classifier(
    input_size: int, hidden: Sequence[int], output_size: int, activation: str = "relu", rng: Any = None
) -> Sequential:
    """Dense layers with an activation after each, Softmax at the end; weights begin as in He et al., 2015."""
    generator = np.random.default_rng(rng)
    layers: list[Diffable] = []
    size = input_size
    for units in hidden:
        layers += [Dense(size, units, "kaiming", rng=generator), ACTIVATIONS.create(activation)]
        size = units
    return Sequential(*layers, Dense(size, output_size, "kaiming", rng=generator), Softmax())


def get_optimizer(model: Sequential | None = None) -> Optimizer:
    """Adam with a learning rate of 1e-3; with ``model`` it knows the parameters and can ``step()``."""
    optimizer: Optimizer = Adam(1e-3, parameters=None if model is None else model.parameters)
    return optimizer


def get_loss_fn() -> CategoricalCrossEntropy:
    return CategoricalCrossEntropy()


def get_acc_fn() -> CategoricalAccuracy:
    return CategoricalAccuracy()


def train(
    model: Sequential,
    data: Dataset,
    epochs: int,
    batch_size: int = BATCH_SIZE,
    seed: int = 0,
    callbacks: Iterable[Callback] = (),
    verbose: int = 1,
) -> tuple[dict[str, list[float]], Array]:
    """Train a compiled classifier on a data set; returns the history and the validation predictions (samples, k)."""
    encoder = OneHotEncoder().fit(np.arange(data.output_size))
    validation = (data.validation_inputs, encoder(data.validation_targets))
    history = model.fit(
        data.train_inputs,
        encoder(data.train_targets),
        epochs,
        batch_size,
        validation_data=validation,
        shuffle=True,
        callbacks=callbacks,
        rng=seed,
        verbose=verbose,
    )
    return history, model.predict(data.validation_inputs)
