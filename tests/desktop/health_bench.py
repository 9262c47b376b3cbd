"""What the tests of gradient health share: sick and healthy experiments, and their real training without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from beras import Callback
from gui.domain.build import build_network, weights_of
from gui.domain.check import with_data
from gui.domain.first_weights import plain_weights
from gui.domain.health.log import HealthLog
from gui.domain.presets import load_preset
from gui.domain.spec import Choice, ExperimentSpec, dense
from gui.training.callback import ChannelCallback
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.events import HealthMeasured
from tests.desktop.plain_fit import plain_fit

XOR, DIGITS = load_preset("xor"), load_preset("pen-digits")
SMALL_DIGITS = DIGITS.data.with_setting("train_size", 2000)


def network(
    hidden: Sequence[int], activation: str, initializer: str, base: ExperimentSpec = XOR, rate: float = 0.1
) -> ExperimentSpec:
    """Hidden layers of one kind behind the data of ``base``, trained with plain SGD."""
    outputs = base.layers[-1].layer.settings["output_size"]
    layers = (*(dense(units, activation, initializer) for units in hidden), dense(outputs, "softmax", initializer))
    return replace(base, layers=layers, optimizer=Choice("sgd", {"learning_rate": rate}), epochs=100_000, batch_size=50)


def regression(hidden: Sequence[int], activation: str, initializer: str, rate: float) -> ExperimentSpec:
    """The same for a curve, with the squared error, which puts no limit to gradients."""
    spec = with_data(network(hidden, activation, initializer, rate=rate), "regression_sine")
    last = replace(spec.layers[-1], activation=None)
    return replace(spec, layers=(*spec.layers[:-1], last), loss=Choice("mean_squared_error"))


def dead_relu() -> ExperimentSpec:
    """A bias of -20 keeps every unit of the first layer silent."""
    spec = network((8,), "relu", "kaiming")
    weights = [np.array(values) for values in weights_of(build_network(spec, 2))]
    weights[1][:] = -20
    return replace(spec, weights=plain_weights(weights))


SICK: dict[str, tuple[Callable[[], ExperimentSpec], str]] = {
    "six sigmoid layers": (lambda: network((16,) * 6, "sigmoid", "xavier"), "vanishing"),
    "LeakyReLU of N(0, 1)": (lambda: regression((64,) * 5, "leaky_relu", "normal", 1e-12), "exploding"),
    "LeakyReLU of N(0, 1), a large step": (lambda: regression((64,) * 5, "leaky_relu", "normal", 0.1), "infinite"),
    "LeakyReLU of N(0, 1), digits": (
        lambda: replace(network((128, 64), "leaky_relu", "normal", DIGITS), data=SMALL_DIGITS),
        "stuck",
    ),
    "ReLU, biases of -20": (dead_relu, "dead"),
    "zero, tanh": (lambda: network((8, 8), "tanh", "zero"), "symmetric"),
    "zero, LeakyReLU": (lambda: network((8, 8), "leaky_relu", "zero"), "symmetric"),
    "tanh of N(0, 1), digits": (
        lambda: replace(network((128, 64), "tanh", "normal", DIGITS, 0.01), data=SMALL_DIGITS),
        "saturated",
    ),
    "a learning rate of 20": (lambda: network((32, 32), "leaky_relu", "kaiming", rate=20), "stuck"),
    "a learning rate of 5": (lambda: network((8,), "leaky_relu", "kaiming", rate=5), "fast"),
    "a learning rate of 1e-7": (lambda: network((8,), "leaky_relu", "kaiming", rate=1e-7), "slow"),
}
HEALTHY: dict[str, Callable[[], ExperimentSpec]] = {
    "kaiming, LeakyReLU": lambda: network((32, 32, 32), "leaky_relu", "kaiming"),
    "xavier, tanh": lambda: network((32, 32, 32), "tanh", "xavier"),
    "kaiming, LeakyReLU, digits": lambda: replace(
        network((128, 64), "leaky_relu", "kaiming", DIGITS), data=SMALL_DIGITS
    ),
    "xavier, tanh, digits": lambda: replace(network((128, 64), "tanh", "xavier", DIGITS), data=SMALL_DIGITS),
}


class _StopAfter(Callback):
    def __init__(self, steps: int, look: Callable[[], Any]) -> None:
        self.steps, self.look = steps, look

    def on_batch_end(self, batch: int, logs: object) -> None:
        self.look()
        self.model.stop_training = self.model.stop_training or self.model.progress.step >= self.steps


def measured(spec: ExperimentSpec, steps: int, after: Callable[[HealthLog], Any] | None = None) -> HealthLog:
    """Train so many steps and fold what is measured; ``after`` sees the log as it grows."""
    log, channel, control = HealthLog(), Channel(), RunControl()
    control.guarded = False

    def fold() -> None:
        records = [event.record for event in channel.drain() if isinstance(event, HealthMeasured)]
        for record in records:
            log.add(record)
        if records and after is not None:
            after(log)

    plain_fit(spec, ChannelCallback(channel, control), _StopAfter(steps, fold), validate=False)
    return log
