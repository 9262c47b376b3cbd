"""The course's data: MNIST as tensors, ready for a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from beras.datasets import load_mnist
from beras.tensor import Tensor


def load_and_preprocess_data(data_dir: str | Path | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Train inputs (60000, 784), train labels (60000,), test inputs (10000, 784), test labels (10000,).

    Inputs are float32 in 0..1, one flattened image per row; labels are the digits themselves, not encoded, nothing is
    shuffled. Data asks for no gradients. ``data_dir`` is where to look first for the files.
    """
    data = load_mnist(data_dir=data_dir)
    return (
        _as_data(data.train_inputs),
        _as_data(data.train_targets),
        _as_data(data.validation_inputs),
        _as_data(data.validation_targets),
    )


def _as_data(array: np.ndarray[Any, Any]) -> Tensor:
    return array.view(Tensor)
