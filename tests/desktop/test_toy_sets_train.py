"""Every set of points trains in the studio as it is built there: with Softmax and cross-entropy, and with MSE (D1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beras.registry import ACTIVATIONS, DATASETS, LOSSES
from gui.domain.build import build_model, load_data, order_generator, targets_of, validation_of
from gui.domain.check import check, data_shape, with_data
from gui.domain.data_view import picture_names
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec

EPOCHS = 6
CLASSES = [name for name in picture_names() if DATASETS.spec(name).cls.task == "classification"]  # type: ignore[attr-defined]
REGRESSIONS = [name for name in picture_names() if name not in CLASSES]


def with_end(spec: ExperimentSpec, activation: str | None, loss: str) -> ExperimentSpec:
    """The same experiment with another activation on its last layer and another loss."""
    last = spec.layers[-1]
    chosen = None if activation is None else Choice.default(ACTIVATIONS, activation)
    layers = (*spec.layers[:-1], replace(last, activation=chosen))
    return replace(spec, layers=layers, loss=Choice.default(LOSSES, loss))


def losses(spec: ExperimentSpec) -> list[float]:
    assert check(spec) == ()
    data = load_data(spec.data, None)
    model = build_model(spec, data)
    history = model.fit(
        data.train_inputs,
        targets_of(data, data.train_targets),
        EPOCHS,
        spec.batch_size,
        validation_data=validation_of(data),
        shuffle=True,
        rng=order_generator(spec.seed),
        verbose=0,
    )
    assert len(history["val_loss"]) == EPOCHS
    return history["loss"]


def test_there_are_at_least_eight_sets_of_classes_and_three_regressions() -> None:
    assert (len(CLASSES), len(REGRESSIONS)) == (8, 3)


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(
    ("activation", "loss"),
    [("softmax", "categorical_cross_entropy"), ("softmax", "mean_squared_error"), (None, "mean_squared_error")],
)
def test_classes_train_with_either_loss(name: str, activation: str | None, loss: str) -> None:
    found = losses(with_end(with_data(load_preset("moons"), name), activation, loss))
    assert np.isfinite(found).all()
    assert found[-1] < found[0]


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "mean_squared_error"])
def test_two_to_five_classes_train(classes: int, loss: str) -> None:
    spec = with_data(load_preset("moons"), "blobs")
    spec = replace(spec, data=spec.data.with_setting("classes", classes))
    assert data_shape(spec).outputs == classes
    last = spec.layers[-1]
    fitting = replace(last, layer=last.layer.with_setting("output_size", classes))
    spec = with_end(replace(spec, layers=(*spec.layers[:-1], fitting)), "softmax", loss)
    found = losses(spec)
    assert found[-1] < 0.7 * found[0]


@pytest.mark.parametrize("name", REGRESSIONS)
def test_regressions_train(name: str) -> None:
    found = losses(with_end(with_data(load_preset("moons"), name), None, "mean_squared_error"))
    assert found[-1] < 0.7 * found[0]
