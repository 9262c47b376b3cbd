"""Class labels to one-hot rows and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from beras.core import Callable
from beras.dtype import default_dtype
from beras.graph import Array
from beras.tensor import Tensor, plain


class OneHotEncoder(Callable):
    """Turns labels (N,) into rows (N, k) with a single 1, the k labels seen by ``fit`` in sorted order.

    >>> encoder = OneHotEncoder()
    >>> encoder(["b", "a", "b"]).tolist()
    [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    >>> encoder.inverse([[1, 0]]).tolist()
    ['a']
    """

    def __init__(self) -> None:
        self.labels: Array | None = None

    def fit(self, data: Any) -> OneHotEncoder:
        """Learn the labels that are present."""
        labels = np.unique(np.asarray(plain(data)).reshape(-1))
        if labels.size == 0:
            raise ValueError("OneHotEncoder needs at least one label to fit. Received an empty array.")
        self.labels = labels
        return self

    def forward(self, data: Any) -> Tensor:
        """One-hot rows for labels; fits on first use. A label that ``fit`` has not seen is an error that names it."""
        labels = np.asarray(plain(data)).reshape(-1)
        if self.labels is None:
            self.fit(labels)
        assert self.labels is not None
        index = np.clip(np.searchsorted(self.labels, labels), 0, len(self.labels) - 1)
        unseen = self.labels[index] != labels
        if np.any(unseen):
            raise ValueError(
                f"The label {labels[unseen][0].item()!r} was not among those the encoder was fitted to: "
                f"{self.labels.tolist()}. Fit it to all labels first."
            )
        rows = np.zeros((len(labels), len(self.labels)), default_dtype())
        rows[np.arange(len(labels)), index] = 1
        return rows.view(Tensor)

    def inverse(self, data: Any) -> Array:
        """The label of each row (N, k): the one at its largest entry."""
        if self.labels is None:
            raise RuntimeError("The encoder has not been fitted yet. Call fit(labels) first.")
        rows = np.asarray(plain(data))
        if rows.ndim != 2 or rows.shape[1] != len(self.labels):
            raise ValueError(f"inverse() needs rows of shape (N, {len(self.labels)}). Received: {rows.shape}.")
        return self.labels[rows.argmax(axis=1)]
