"""Metrics: numbers for people, without gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.registry import METRICS
from beras.tensor import plain


@METRICS.register("categorical_accuracy", "Accuracy")
class CategoricalAccuracy:
    """The share of rows in which prediction and label have their largest entry in the same place"""

    def __call__(self, probs: Any, labels: Any) -> float:
        """``probs`` and ``labels``: (batch, classes); the result is between 0 and 1."""
        return self.forward(probs, labels)

    def forward(self, probs: Any, labels: Any) -> float:
        predicted, true = np.asarray(plain(probs)), np.asarray(plain(labels))
        if predicted.shape != true.shape:
            raise ValueError(
                f"CategoricalAccuracy needs two arrays of the same shape (batch, classes). Received: {predicted.shape} "
                f"and {true.shape}."
            )
        if predicted.size == 0:
            raise ValueError(f"CategoricalAccuracy needs at least one row. Received: {predicted.shape}.")
        return float(np.mean(predicted.argmax(axis=-1) == true.argmax(axis=-1)))
