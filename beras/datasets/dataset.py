"""What a data set is: arrays with a training and a validation part, and the names of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A loaded data set, split into a training and a validation part.

    ``train_inputs`` and ``validation_inputs`` are ``(samples, features)``; images are flattened row by row and scaled
    to 0..1. For classification the targets are int64 class numbers ``(samples,)`` that index ``class_names``; for
    regression they are ``(samples, outputs)``. ``image_shape`` is ``(rows, columns)`` for images, else None.

    Inputs, and the targets of a regression, are float32; float64 where their numbers must not be rounded. A network
    takes them in the precision of its weights.
    """

    title: str
    train_inputs: NDArray[np.floating]
    train_targets: NDArray[Any]
    validation_inputs: NDArray[np.floating]
    validation_targets: NDArray[Any]
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, int] | None = None
    task: Literal["classification", "regression"] = "classification"

    @property
    def input_size(self) -> int:
        """The number of features of one sample."""
        return int(self.train_inputs.shape[1])

    @property
    def output_size(self) -> int:
        """The number of classes, or of regression outputs."""
        return len(self.class_names) if self.class_names else int(self.train_targets.shape[1])
