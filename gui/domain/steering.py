"""What of an experiment can be changed while it runs, and how: from the next batch on, the network kept as it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from beras.registry import ACTIVATIONS, OPTIMIZERS, ParamSpec
from gui.domain.build import load_data, targets_of, validation_of
from gui.domain.check import OWN_POINTS, data_shape
from gui.domain.spec import ExperimentSpec, LayerSpec

POINTS_EDITED = "points edited"
WeightPlace = tuple[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that changes during a run. ``label`` says what, as in "learning rate 1e-3 → 5e-4"."""

    label: str
    apply: Callable[[Any], None]


def steer(running: ExperimentSpec, wanted: ExperimentSpec) -> tuple[ExperimentSpec, tuple[Change, ...]]:
    """What the running experiment becomes on the way to the wanted one, and the changes that lead there.

    Hot are the optimiser's settings, the activations' settings, epochs, batch size, the stop rules, and points that are
    edited by hand. Another kind of optimiser needs a decision (``swap``). Other data, network, loss, seed, precision
    and first weights are fixed when a run starts.
    """
    steered = replace(running, epochs=wanted.epochs, batch_size=wanted.batch_size, stop=wanted.stop)
    if _are_edited_points(running, wanted):
        steered = replace(steered, data=wanted.data)
    if wanted.optimizer.name == running.optimizer.name:
        steered = replace(steered, optimizer=wanted.optimizer)
    if [_without_settings(layer) for layer in wanted.layers] == [_without_settings(layer) for layer in running.layers]:
        steered = replace(steered, layers=wanted.layers)
    return steered, (
        *_optimizer(running, steered),
        *_activations(running, steered),
        *_counts(running, steered),
        *_points(running, steered),
    )


def shared_state(before: str, after: str) -> tuple[str, ...]:
    """What two kinds of optimiser both remember of each weight, as ("v",) for RMSProp and Adam."""
    return tuple(slot for slot in _slots(after) if slot in _slots(before))


def _slots(optimizer: str) -> tuple[str, ...]:
    return getattr(OPTIMIZERS.spec(optimizer).cls, "slots", ())


def swap(running: ExperimentSpec, wanted: ExperimentSpec, keep: bool) -> tuple[ExperimentSpec, Change]:
    """The running experiment with the wanted optimiser, and the change that puts it in during the run.

    With ``keep`` it takes over what the old one remembers and it can use; otherwise it begins with nothing.
    """
    choice, label = wanted.optimizer, OPTIMIZERS.spec(wanted.optimizer.name).label
    slots = shared_state(running.optimizer.name, choice.name) if keep else ()

    def apply(model: Any) -> None:
        old = model.optimizer
        new = OPTIMIZERS.create(choice.name, choice.settings, parameters=old.parameters)
        if slots:
            new.t = old.t
        for slot in slots:
            setattr(new, slot, [array.copy() for array in getattr(old, slot)])
        model.optimizer = new

    return replace(running, optimizer=choice), Change(
        f"{OPTIMIZERS.spec(running.optimizer.name).label} → {label}", apply
    )


def weight_edits(changes: Mapping[WeightPlace, float], labels: Mapping[WeightPlace, str]) -> tuple[Change, ...]:
    """Single weights set by hand: for each place its new value, and what the change is called (``weight_edit_label``).

    A place is which array of ``model.weights``, and which entry of it, both counted from 0. Raises ``ValueError`` for a
    number that is not finite; a change to a place that the network does not have raises ``IndexError`` when it is made.
    """
    return tuple(Change(labels[place], _set_weight(*place, float(value))) for place, value in changes.items())


def weight_edit_label(name: str, entry: tuple[int, ...], old: float, new: float) -> str:
    """What an edit of one weight is called: "W₁[1, 2] 0.15 → 0.4", the entry counted from 1."""
    return _label(f"{name}[{', '.join(str(i + 1) for i in entry)}]", float(old), float(new))


def _set_weight(index: int, entry: tuple[int, ...], value: float) -> Callable[[Any], None]:
    if not math.isfinite(value):
        raise ValueError(f"A weight must be a finite number. Received: {value!r}.")

    def apply(model: Any) -> None:
        weight = model.weights[index]
        values = np.array(weight.numpy())
        if len(entry) != values.ndim:
            raise IndexError(f"A weight of shape {values.shape} has no entry {entry}.")
        values[entry] = value
        weight.assign(values)

    return apply


def _are_edited_points(running: ExperimentSpec, wanted: ExperimentSpec) -> bool:
    """Whether the wanted data are those of the run with points edited, or those edits undone."""
    if running.data == wanted.data or OWN_POINTS not in (running.data.name, wanted.data.name):
        return False
    before, after = data_shape(running), data_shape(wanted)
    return (before.input_shape, before.class_names) == (after.input_shape, after.class_names)


def _points(running: ExperimentSpec, steered: ExperimentSpec) -> list[Change]:
    choice = steered.data
    if choice == running.data:
        return []

    def apply(model: Any) -> None:
        data = load_data(choice, None)
        model.change_data(data.train_inputs, targets_of(data, data.train_targets), validation_of(data))

    return [Change(POINTS_EDITED, apply)]


def _without_settings(layer: LayerSpec) -> LayerSpec:
    """A layer with its activation's settings left out: what cannot be changed while it is being trained."""
    return layer if layer.activation is None else replace(layer, activation=replace(layer.activation, settings={}))


def _optimizer(before: ExperimentSpec, after: ExperimentSpec) -> list[Change]:
    params = OPTIMIZERS.spec(after.optimizer.name).settings
    return [
        Change(_label(param.label, old, new), _set_on_optimizer(param.name, new))
        for param, old, new in _differing(params, before.optimizer.settings, after.optimizer.settings)
    ]


def _activations(before: ExperimentSpec, after: ExperimentSpec) -> list[Change]:
    changes = []
    for row, (old, new) in enumerate(zip(before.layers, after.layers, strict=True)):
        if old.activation is None or new.activation is None:
            continue
        params = ACTIVATIONS.spec(new.activation.name).settings
        for param, was, becomes in _differing(params, old.activation.settings, new.activation.settings):
            changes.append(Change(_label(param.label, was, becomes), _set_on_activation(row, param.name, becomes)))
    return changes


def _counts(before: ExperimentSpec, after: ExperimentSpec) -> list[Change]:
    changes = []
    for name in ("epochs", "batch_size"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            changes.append(Change(_label(name.replace("_", " "), old, new), _set_on_progress(name, new)))
    return changes


def _differing(params: tuple[ParamSpec, ...], old: Any, new: Any) -> list[tuple[ParamSpec, Any, Any]]:
    pairs = [(p, old.get(p.name, p.default), new.get(p.name, p.default)) for p in params]
    return [(param, was, becomes) for param, was, becomes in pairs if was != becomes]


def _set_on_optimizer(name: str, value: Any) -> Callable[[Any], None]:
    return lambda model: setattr(model.optimizer, name, value)


def _set_on_progress(name: str, value: int) -> Callable[[Any], None]:
    return lambda model: setattr(model.progress, name, value)


def _set_on_activation(row: int, name: str, value: Any) -> Callable[[Any], None]:
    """The activation of layer ``row`` stands behind the ``row``-th layer that is none itself."""

    def apply(model: Any) -> None:
        kinds = [ACTIVATIONS.name_of(layer) is not None for layer in model.layers]
        place = [i for i, is_activation in enumerate(kinds) if not is_activation][row] + 1
        setattr(model.layers[place], name, value)

    return apply


def _label(name: str, old: Any, new: Any) -> str:
    return f"{name} {number_text(old)} → {number_text(new)}"


def number_text(value: Any) -> str:
    """A setting in few characters: 1e-3, 0.05, 128, on."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float) and value != 0 and not 0.01 <= abs(value) < 10_000:
        mantissa, exponent = f"{value:.3g}".split("e") if "e" in f"{value:.3g}" else f"{value:.2e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"
