"""An activation as a small drawing: f and its slope over one input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.registry import ACTIVATIONS
from gui.domain.spec import Choice

REACH = 4.0
POINTS = 121


def activation_curves(choice: Choice) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """x from -4 to 4, f(x) and f'(x), each (121,). A function of a whole row is drawn for one entry beside a 0."""
    x = np.linspace(-REACH, REACH, POINTS)
    rows = np.stack([x, np.zeros_like(x)], axis=1)
    f = np.asarray(ACTIVATIONS.create(choice.name, choice.settings)(rows))[:, 0]
    return x, f, np.gradient(f, x)
