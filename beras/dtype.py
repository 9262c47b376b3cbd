"""The floating dtype in which the library makes what is new: float32 for speed, float64 for gradient checks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

_default_dtype: list[np.dtype[Any]] = [np.dtype(np.float32)]


def default_dtype() -> np.dtype[Any]:
    """The floating dtype of new parameters and converted integers: float32 unless set otherwise."""
    return _default_dtype[0]


def set_default_dtype(dtype: DTypeLike) -> None:
    """Set the floating dtype for what is made from now on: "float32" for speed, "float64" for gradient checks."""
    chosen = np.dtype(dtype)
    if chosen not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"The default dtype must be float32 or float64. Received: {chosen}.")
    _default_dtype[0] = chosen
