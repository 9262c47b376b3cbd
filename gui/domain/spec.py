"""What an experiment is, as plain immutable data: the data set, the network, the optimiser, and how long to train.

Components are named, never numbered, and their settings are those of the registry. Everything here survives a round
trip through JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from beras.registry import ACTIVATIONS, DATASETS, LAYERS, LOSSES, OPTIMIZERS, ComponentSpec, Registry, SettingError
from gui.domain.first_weights import FirstWeights, read_weights
from gui.domain.stop_rules import StopRules

MAX_EPOCHS = 100_000
MAX_BATCH_SIZE = 1_000_000
MAX_SEED = 2**31 - 1
LONGEST_TITLE = 200
UNTITLED = "Untitled"
Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)


@dataclass(frozen=True, slots=True)
class Choice:
    """A registered component, chosen by name, with its settings."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def with_setting(self, name: str, value: Any) -> Choice:
        return replace(self, settings={**self.settings, name: value})

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "settings": dict(self.settings)}

    @classmethod
    def from_dict(cls, data: Any, registry: Registry[Any]) -> Choice:
        """Read a choice; the name must be registered, and every setting must be one its component takes."""
        if not isinstance(data, Mapping) or not isinstance(data.get("name"), str):
            raise SettingError(registry.kind, f"A {registry.kind} is given by its name. Received: {data!r}.")
        settings = data.get("settings", {})
        if not isinstance(settings, Mapping):
            raise SettingError(registry.kind, f"The settings of a {registry.kind} are a table. Received: {settings!r}.")
        spec = registry.spec(data["name"])
        return cls(spec.name, spec.check(settings))

    @classmethod
    def default(cls, registry: Registry[Any], name: str) -> Choice:
        spec = registry.spec(name)
        return cls(spec.name, spec.defaults())


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One row of the network: a layer and, optionally, the activation behind it."""

    layer: Choice
    activation: Choice | None = None

    @property
    def kind(self) -> ComponentSpec[Any]:
        return LAYERS.spec(self.layer.name)

    def to_dict(self) -> dict[str, Any]:
        activation = None if self.activation is None else self.activation.to_dict()
        return {"layer": self.layer.to_dict(), "activation": activation}

    @classmethod
    def from_dict(cls, data: Any) -> LayerSpec:
        if not isinstance(data, Mapping) or "layer" not in data:
            raise SettingError("layers", f"A layer is given as a table with the entry 'layer'. Received: {data!r}.")
        activation = data.get("activation")
        return cls(
            Choice.from_dict(data["layer"], LAYERS),
            None if activation is None else Choice.from_dict(activation, ACTIVATIONS),
        )


def dense(units: int, activation: str | None = "leaky_relu", initializer: str = "kaiming") -> LayerSpec:
    """A dense layer with ``units`` units and an activation at its default settings."""
    settings = {**LAYERS.spec("dense").defaults(), "output_size": units, "initializer": initializer}
    layer = Choice("dense", settings)
    return LayerSpec(layer, None if activation is None else Choice.default(ACTIVATIONS, activation))


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """Everything that decides how a run goes. The same spec gives the same run, bit for bit.

    ``precision`` is the kind of number that the network computes in. ``weights`` are first weights that were set by
    hand; None for those that the initialisers draw.
    """

    title: str
    data: Choice
    layers: tuple[LayerSpec, ...]
    optimizer: Choice
    loss: Choice
    batch_size: int = 100
    epochs: int = 10
    seed: int = 0
    stop: StopRules = field(default_factory=StopRules)
    precision: Precision = "float32"
    weights: FirstWeights | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data that ``json`` can write."""
        return {
            "title": self.title,
            "data": self.data.to_dict(),
            "layers": [layer.to_dict() for layer in self.layers],
            "optimizer": self.optimizer.to_dict(),
            "loss": self.loss.to_dict(),
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "seed": self.seed,
            "stop": self.stop.to_dict(),
            "precision": self.precision,
            "weights": self.weights,
        }

    @classmethod
    def from_dict(cls, data: Any) -> ExperimentSpec:
        """Read a spec from plain data; ``SettingError`` says which entry is wrong and what was expected."""
        if not isinstance(data, Mapping):
            raise SettingError("experiment", f"An experiment is a table of settings. Received: {type(data).__name__}.")
        missing = [name for name in ("data", "layers", "optimizer", "loss") if name not in data]
        if missing:
            raise SettingError("experiment", f"An experiment needs the entries {', '.join(missing)}.")
        layers = data["layers"]
        if not isinstance(layers, (list, tuple)):
            raise SettingError("layers", f"The layers are a list. Received: {layers!r}.")
        return cls(
            title=_title(data.get("title", UNTITLED)),
            data=Choice.from_dict(data["data"], DATASETS),
            layers=tuple(LayerSpec.from_dict(layer) for layer in layers),
            optimizer=Choice.from_dict(data["optimizer"], OPTIMIZERS),
            loss=Choice.from_dict(data["loss"], LOSSES),
            batch_size=whole_number("batch size", data.get("batch_size", 100), 1, MAX_BATCH_SIZE),
            epochs=whole_number("epochs", data.get("epochs", 10), 1, MAX_EPOCHS),
            seed=whole_number("seed", data.get("seed", 0), 0, MAX_SEED),
            stop=StopRules.from_dict(data.get("stop", {})),
            precision=_precision(data.get("precision", "float32")),
            weights=read_weights(data.get("weights")),
        )


def _title(value: Any) -> str:
    """A title that fits on one line; letters that cannot be shown are left out."""
    if not isinstance(value, str):
        raise SettingError("title", f"The title is a text. Received: {value!r}.")
    return "".join(letter for letter in value[:LONGEST_TITLE] if letter.isprintable()).strip() or UNTITLED


def _precision(value: Any) -> Precision:
    for precision in PRECISIONS:
        if value == precision:
            return precision
    raise SettingError("precision", f"precision must be one of {', '.join(PRECISIONS)}. Received: {str(value)[:60]!r}.")


def whole_number(name: str, value: Any, low: int, high: int) -> int:
    """``value`` as an int within [low, high], or ``SettingError``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SettingError(name, f"{name} must be a whole number from {low:,} to {high:,}. Received: {value!r}.")
    return value
