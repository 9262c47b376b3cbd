"""The same network in float64: where about seven digits are too few, as for gradient checks and sums by hand."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from beras.tensor import plain


def in_float64(*parts: Any) -> Any:
    """A copy of a model, layer or loss whose weights are float64 wherever they are kept; it computes in float64 then.

    Several parts that share weights or generators give a tuple of copies that share them too. The weights keep their
    values exactly. An optimiser remembers the weights it was made for and is left out: compile the copy anew.
    """
    memo: dict[int, Any] = {id(getattr(part, "optimizer", None)): None for part in parts}
    for weight in (weight for part in parts for weight in getattr(part, "weights", ())):
        wide = type(weight)(np.asarray(plain(weight), np.float64), weight.name)
        wide.requires_grad = weight.requires_grad
        memo[id(weight)] = wide
    copies = copy.deepcopy(parts, memo)
    return copies[0] if len(copies) == 1 else copies
