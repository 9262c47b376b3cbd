"""Is this experiment one that can run? If not: where, why, and the one change that would mend it.

Everything is judged from the spec and from what a data set says of itself before it is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from beras.registry import ACTIVATIONS, DATASETS, LOSSES, OPTIMIZERS, Registry, SettingError
from gui.domain.first_weights import Shape, misfit, read_weights
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec

MAX_PARAMETERS = 50_000_000
OWN_POINTS = "own_points"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that mends a problem: what the button says, and the spec it leads to."""

    label: str
    spec: ExperimentSpec


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps an experiment from running. ``place`` names the field, as in "layers.1.output_size"."""

    place: str
    message: str
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class LayerShape:
    """What a layer makes of its input: sizes without the batch, and its number of parameters."""

    inputs: int
    outputs: int
    parameters: int


@dataclass(frozen=True, slots=True)
class DataShape:
    """What a data set says of itself before it is loaded."""

    title: str
    input_shape: tuple[int, ...]
    outputs: int
    class_names: tuple[str, ...]
    train_samples: int | None
    has_validation: bool = True

    @property
    def inputs(self) -> int:
        return math.prod(self.input_shape)

    @property
    def is_image(self) -> bool:
        return len(self.input_shape) == 2


def data_shape(spec: ExperimentSpec) -> DataShape:
    """The sizes of the chosen data set; raises ``SettingError`` if its settings are wrong."""
    component = DATASETS.spec(spec.data.name)
    source = component.create(spec.data.settings)
    classes = tuple(source.class_names)
    settings = component.check(spec.data.settings)
    return DataShape(
        title=getattr(source, "title", component.label),
        input_shape=tuple(source.input_shape),
        outputs=source.output_size,
        class_names=classes,
        train_samples=_train_samples(source, settings),
        has_validation=source.has_validation,
    )


def _train_samples(source: Any, settings: Mapping[str, Any]) -> int | None:
    if hasattr(source, "train_samples"):
        return int(source.train_samples)
    if "train_size" in settings:
        return int(settings["train_size"])
    if "samples" in settings:
        return int(settings["samples"]) - round(int(settings["samples"]) * float(settings.get("validation_share", 0)))
    return None


def layer_shapes(layers: tuple[LayerSpec, ...], inputs: int) -> tuple[LayerShape, ...]:
    """The shape of every layer, one after the other; layers without a size of their own keep their input's."""
    shapes = []
    for layer in layers:
        units = layer.layer.settings.get("output_size")
        if isinstance(units, int) and layer.layer.name == "dense":
            shapes.append(LayerShape(inputs, units, inputs * units + units))
            inputs = units
        else:
            shapes.append(LayerShape(inputs, inputs, 0))
    return tuple(shapes)


def weight_shapes(layers: tuple[LayerSpec, ...], inputs: int) -> dict[str, Shape]:
    """The shapes of ``model.weights`` by name, in their order: "Dense 1 W" (inputs, units), "Dense 1 b" (units,)."""
    found: dict[str, Shape] = {}
    for title, shape in zip(layer_titles(layers), layer_shapes(layers, inputs), strict=True):
        if shape.parameters:
            found |= {f"{title} W": (shape.inputs, shape.outputs), f"{title} b": (shape.outputs,)}
    return found


def largest_jacobian(spec: ExperimentSpec, inputs: int) -> tuple[int, int, int]:
    """The largest local Jacobian of the network, (batch, inputs of an op, outputs of it).

    For a dense layer that is ∂output/∂W in the course's form, for Softmax ∂output/∂input with all of a row depending on
    all of it. Elementwise activations have a diagonal one.
    """
    shapes = []
    for layer, shape in zip(spec.layers, layer_shapes(spec.layers, inputs), strict=True):
        if shape.parameters:
            shapes.append((spec.batch_size, shape.inputs, shape.outputs))
        if layer.activation is not None and layer.activation.name == "softmax":
            shapes.append((spec.batch_size, shape.outputs, shape.outputs))
    return max(shapes, key=math.prod, default=(spec.batch_size, inputs, 1))


def layer_titles(layers: tuple[LayerSpec, ...]) -> tuple[str, ...]:
    """The name of every layer for people: "Dense 1", "Dense 2", "Dropout 1"."""
    counts: dict[str, int] = {}
    titles = []
    for layer in layers:
        label = layer.kind.label
        counts[label] = counts.get(label, 0) + 1
        titles.append(f"{label} {counts[label]}")
    return tuple(titles)


def counted(count: int, what: str) -> str:
    """A number of things: "1 value", "1,200 values"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def check(spec: ExperimentSpec) -> tuple[Problem, ...]:
    """All problems of a spec, the first one to mend first; an empty result means that it can run."""
    problems = _data(spec)
    problems += _layers(spec)
    problems += _component("optimizer", OPTIMIZERS, spec.optimizer.name, spec.optimizer.settings)
    problems += _component("loss", LOSSES, spec.loss.name, spec.loss.settings)
    if problems:
        return tuple(problems)
    shape = data_shape(spec)
    return (*_sizes(spec, shape), *_output(spec, shape), *_weights(spec, shape), *_batch(spec, shape))


def _data(spec: ExperimentSpec) -> list[Problem]:
    """Settings that are wrong, each by itself or together."""
    problems = _component("data", DATASETS, spec.data.name, spec.data.settings)
    if problems:
        return problems
    try:
        data_shape(spec)
    except SettingError as error:
        return [Problem(f"data.{error.name}", str(error))]
    return []


def _component(place: str, registry: Registry[Any], name: str, settings: Mapping[str, Any]) -> list[Problem]:
    try:
        registry.spec(name).check(settings)
    except SettingError as error:
        return [Problem(f"{place}.{error.name}", str(error))]
    return []


def _layers(spec: ExperimentSpec) -> list[Problem]:
    if not spec.layers:
        return [Problem("layers", "A network needs at least one layer. Add one.")]
    problems = []
    for i, (layer, title) in enumerate(zip(spec.layers, layer_titles(spec.layers), strict=True)):
        try:
            layer.kind.check(layer.layer.settings)
        except SettingError as error:
            problems.append(Problem(f"layers.{i}.{error.name}", f"{title}: {error}"))
    return problems


def _sizes(spec: ExperimentSpec, shape: DataShape) -> list[Problem]:
    total = sum(layer.parameters for layer in layer_shapes(spec.layers, shape.inputs))
    if total <= MAX_PARAMETERS:
        return []
    return [
        Problem(
            "layers",
            f"This network has {total:,} weights, which would take {total * 16 / 1e9:.1f} GB with the optimiser's "
            f"state. At most {MAX_PARAMETERS:,} are allowed: make the layers smaller.",
        )
    ]


def _output(spec: ExperimentSpec, shape: DataShape) -> list[Problem]:
    outputs = layer_shapes(spec.layers, shape.inputs)[-1].outputs
    last, title = spec.layers[-1], layer_titles(spec.layers)[-1]
    if outputs != shape.outputs:
        what = f"{shape.outputs} classes" if shape.class_names else counted(shape.outputs, "value") + " to predict"
        message = f"{title} gives {outputs} numbers, but {shape.title} has {what}."
        if last.layer.name != "dense":
            return [Problem("layers", f"{message} End with a Dense layer of {shape.outputs} units.")]
        mended = replace(last, layer=last.layer.with_setting("output_size", shape.outputs))
        fix = Fix(f"Set to {shape.outputs}", replace(spec, layers=(*spec.layers[:-1], mended)))
        return [Problem(f"layers.{len(spec.layers) - 1}.output_size", message, fix)]
    return _softmax(spec, shape)


def _softmax(spec: ExperimentSpec, shape: DataShape) -> list[Problem]:
    if shape.outputs == 1 and spec.layers[-1].activation and spec.layers[-1].activation.name == "softmax":
        title = layer_titles(spec.layers)[-1]
        bare = (*spec.layers[:-1], replace(spec.layers[-1], activation=None))
        fix = Fix("Remove Softmax", replace(spec, layers=bare))
        place = f"layers.{len(bare) - 1}.activation"
        return [Problem(place, f"Softmax over the one unit of {title} is always 1.", fix)]
    if spec.loss.name != "categorical_cross_entropy":
        return []
    softmax = [i for i, layer in enumerate(spec.layers) if layer.activation and layer.activation.name == "softmax"]
    last = len(spec.layers) - 1
    titles = layer_titles(spec.layers)
    if not shape.class_names:
        fix = Fix("Use mean squared error", replace(spec, loss=Choice.default(LOSSES, "mean_squared_error")))
        wanted = "a number" if shape.outputs == 1 else "numbers"
        return [Problem("loss", f"Cross-entropy compares classes, but {shape.title} asks for {wanted}.", fix)]
    if last not in softmax:
        from_text = f"{titles[softmax[0]]} has Softmax, but it is not the last layer. " if softmax else ""
        return [
            Problem(
                f"layers.{last}.activation",
                f"{from_text}Cross-entropy needs probabilities: put Softmax on {titles[last]}.",
                Fix("Add Softmax", with_softmax_last(spec)),
            )
        ]
    if len(softmax) > 1:
        return [
            Problem(
                f"layers.{softmax[0]}.activation",
                f"{titles[softmax[0]]} has Softmax too, which squeezes what the layers behind it can see. "
                "Only the last layer needs it for cross-entropy.",
                Fix("Use LeakyReLU there", with_softmax_last(spec)),
            )
        ]
    return []


def with_softmax_last(spec: ExperimentSpec) -> ExperimentSpec:
    """The same experiment with Softmax on the last layer and LeakyReLU wherever else Softmax stood."""
    from_softmax = {"softmax": "leaky_relu"}
    layers = []
    for i, layer in enumerate(spec.layers):
        name = None if layer.activation is None else layer.activation.name
        wanted = "softmax" if i == len(spec.layers) - 1 else from_softmax.get(name or "", name)
        layers.append(
            layer
            if wanted == name or wanted is None
            else replace(layer, activation=Choice.default(ACTIVATIONS, wanted))
        )
    return replace(spec, layers=tuple(layers))


def with_data(spec: ExperimentSpec, name: str) -> ExperimentSpec:
    """The same experiment on another data set; a last layer that fitted the old one is made to fit the new one."""
    before = data_shape(spec).outputs
    other = replace(spec, data=Choice.default(DATASETS, name))
    if not spec.layers or spec.layers[-1].layer.settings.get("output_size") != before:
        return other
    last = spec.layers[-1]
    fitting = replace(last, layer=last.layer.with_setting("output_size", data_shape(other).outputs))
    return replace(other, layers=(*spec.layers[:-1], fitting))


def _weights(spec: ExperimentSpec, shape: DataShape) -> list[Problem]:
    """Weights that were set by hand for other layers, or for other data."""
    if spec.weights is None:
        return []
    try:
        weights = read_weights(spec.weights)
        problem = "" if weights is None else misfit(weights, weight_shapes(spec.layers, shape.inputs))
    except SettingError as error:
        problem = str(error).rstrip(".")
    if not problem:
        return []
    return [
        Problem(
            "weights",
            f"The first weights that were set by hand do not fit this network: {problem}.",
            Fix("Draw the first weights", replace(spec, weights=None)),
        )
    ]


def _batch(spec: ExperimentSpec, shape: DataShape) -> list[Problem]:
    samples = shape.train_samples
    if samples == 0:
        return [Problem("points", f"{shape.title} has no training point yet. Click in the plot to set some.")]
    if samples is None or spec.batch_size <= samples or spec.data.name == OWN_POINTS:
        return []  # own points come one by one, and until they fill a batch, a batch is all of them
    return [
        Problem(
            "batch_size",
            f"The batch size {spec.batch_size:,} is larger than the {counted(samples, 'training sample')}.",
            Fix(f"Set to {samples:,}", replace(spec, batch_size=samples)),
        )
    ]
