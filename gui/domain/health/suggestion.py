"""One experiment for each kind of trouble: what to try next, as a changed spec and a few words for a button."""

from __future__ import annotations

from dataclasses import dataclass, replace

from beras.registry import ACTIVATIONS, INITIALIZERS, OPTIMIZERS
from gui.domain.check import layer_titles
from gui.domain.health.rules import Finding
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec
from gui.domain.steering import number_text, steer

FLAT = ("sigmoid", "tanh", "softmax")
LEAKY_ALPHA = 0.3
RATE_FACTOR = 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``label`` says what a click does, ``spec`` is the experiment with it, as one edit.

    ``is_too_late`` says that weights which have gone wrong already would not come back by it.
    """

    label: str
    spec: ExperimentSpec
    is_too_late: bool = False

    def is_hot(self, running: ExperimentSpec) -> bool:
        """Whether a run of ``running`` can take it at its next batch; otherwise it takes a new run."""
        return not self.is_too_late and steer(running, self.spec)[0] == self.spec


def suggest(spec: ExperimentSpec, finding: Finding) -> Suggestion | None:
    """What to try against a finding; None if there is nothing that this experiment does not have already."""
    match finding.kind:
        case "symmetric":
            found = _drawn(spec) or _initializers(spec)
        case "vanishing":
            found = _leaky(spec, FLAT) or _initializers(spec) or _adam(spec)
        case "saturated":
            found = _initializers(spec) or _rate(spec, 1 / RATE_FACTOR)
        case "dead":
            found = _slope(spec, finding) or _leaky(spec, ("relu",)) or _too_late(_rate(spec, 1 / RATE_FACTOR))
        case "exploding":
            found = _initializers(spec) or _rate(spec, 1 / RATE_FACTOR)
        case "infinite" | "stuck":
            found = _initializers(spec) or _too_late(_rate(spec, 1 / RATE_FACTOR))
        case "fast":
            found = _rate(spec, 1 / RATE_FACTOR)
        case "slow":
            found = _rate(spec, RATE_FACTOR)
        case _:
            found = None
    return found


def with_initializer(spec: ExperimentSpec, name: str) -> ExperimentSpec:
    """Every layer that draws weights begins with this initialiser; weights that were set by hand give way."""
    return replace(spec, layers=tuple(_with_initializer(layer, name) for layer in spec.layers), weights=None)


def fitting_initializer(layer: LayerSpec) -> str:
    """Xavier for functions that are flat at both ends, kaiming for those that go on rising."""
    return "xavier" if layer.activation is not None and layer.activation.name in FLAT else "kaiming"


def _takes_initializer(layer: LayerSpec) -> bool:
    return any(param.registry is INITIALIZERS for param in layer.kind.settings)


def _with_initializer(layer: LayerSpec, name: str) -> LayerSpec:
    return replace(layer, layer=layer.layer.with_setting("initializer", name)) if _takes_initializer(layer) else layer


def _initializers(spec: ExperimentSpec) -> Suggestion | None:
    """The initialiser that fits the first hidden layer, in all layers."""
    takers = [layer for layer in spec.layers if _takes_initializer(layer)]
    if not takers:
        return None
    name = fitting_initializer(takers[0])
    known = {str(layer.layer.settings.get("initializer")) for layer in takers}
    if known <= {name, f"{name} uniform"}:
        return None
    return Suggestion(f"Use {INITIALIZERS.spec(name).label} in every layer", with_initializer(spec, name))


def _drawn(spec: ExperimentSpec) -> Suggestion | None:
    return None if spec.weights is None else Suggestion("Draw the first weights", replace(spec, weights=None))


def _leaky(spec: ExperimentSpec, instead_of: tuple[str, ...]) -> Suggestion | None:
    """LeakyReLU in the hidden layers, with weights that fit it."""
    layers, has_changed = list(spec.layers), False
    for i, layer in enumerate(layers[:-1]):
        if layer.activation is not None and layer.activation.name in instead_of:
            leaky = replace(layer, activation=Choice.default(ACTIVATIONS, "leaky_relu"))
            layers[i], has_changed = _with_initializer(leaky, "kaiming"), True
    if not has_changed:
        return None
    return Suggestion("Use LeakyReLU with kaiming", replace(spec, layers=tuple(layers), weights=None))


def _slope(spec: ExperimentSpec, finding: Finding) -> Suggestion | None:
    """A LeakyReLU without a slope can be given one while it trains."""
    for i, (layer, title) in enumerate(zip(spec.layers, layer_titles(spec.layers), strict=True)):
        activation = layer.activation
        if title == finding.label and activation is not None and activation.settings.get("alpha") == 0:
            sloped = replace(layer, activation=activation.with_setting("alpha", LEAKY_ALPHA))
            layers = (*spec.layers[:i], sloped, *spec.layers[i + 1 :])
            return Suggestion(f"Set α of {title} to {LEAKY_ALPHA:g}", replace(spec, layers=layers))
    return None


def _adam(spec: ExperimentSpec) -> Suggestion | None:
    """Its steps do not depend on how large a gradient is."""
    if spec.optimizer.name == "adam":
        return None
    return Suggestion("Use Adam", replace(spec, optimizer=Choice.default(OPTIMIZERS, "adam")))


def _too_late(suggestion: Suggestion) -> Suggestion:
    return replace(suggestion, is_too_late=True)


def _rate(spec: ExperimentSpec, factor: float) -> Suggestion:
    usual = OPTIMIZERS.spec(spec.optimizer.name).defaults()["learning_rate"]
    rate = float(spec.optimizer.settings.get("learning_rate", usual))
    wanted = float(f"{rate * factor:.3g}")
    return Suggestion(
        f"Learning rate {number_text(rate)} → {number_text(wanted)}",
        replace(spec, optimizer=spec.optimizer.with_setting("learning_rate", wanted)),
    )
