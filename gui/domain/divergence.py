"""What to say when a number is not finite any more: where the first one stands, and what probably did it."""

from __future__ import annotations

import math

from beras.registry import OPTIMIZERS
from beras.trace import NonFinite
from gui.domain.spec import ExperimentSpec
from gui.domain.steering import number_text

STEPS_BACK = 10


def sentences(spec: ExperimentSpec, finding: NonFinite, step: int, loss: float) -> str:
    """Name step, op, tensor and direction, and the learning rate, for a run of ``spec``."""
    what = "NaN" if math.isnan(loss) else "infinite"
    return f"The loss became {what}. First at step {step:,}: {_place(finding)}. {_cause(spec)}"


def _place(finding: NonFinite) -> str:
    match finding.direction:
        case "data":
            return f"the data for {finding.label}"
        case "forward":
            return f"the {finding.tensor} of {finding.label} (forward)"
        case "backward":
            return f"∂loss/∂{finding.tensor} of {finding.label} (backward)"
        case _:
            return f"{finding.tensor} of {finding.label} (update)"


def _cause(spec: ExperimentSpec) -> str:
    component = OPTIMIZERS.spec(spec.optimizer.name)
    rate = spec.optimizer.settings.get("learning_rate", component.defaults()["learning_rate"])
    usual = component.defaults()["learning_rate"]
    rates = f"Learning rate {number_text(float(rate))}"
    if rate > usual:
        return f"{rates} is too large for {component.label} here."
    return f"{rates} is no larger than usual for {component.label}, but a smaller one often helps."
