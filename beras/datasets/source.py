"""What every registered data set offers, and the few things they share: settings, scaling of images, splitting.

A source is configured and asked for its shape and classes without loading anything; ``load()`` does the work.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from beras.datasets.dataset import Dataset
from beras.datasets.idx import PathLike
from beras.registry import Help, Range

Task = Literal["classification", "regression"]
Seed = Annotated[int, Range(0, 2**31 - 1), Help("The same seed gives the same data.", label="seed")]


Cancelled = Callable[[], bool]


def never() -> bool:
    """The answer to ``cancelled`` where nobody can cancel."""
    return False


class LoadingCancelled(Exception):  # noqa: N818, it is an answer to a request, not an error
    """Loading was given up because ``cancelled()`` said so."""


class DataSource(ABC):
    """A data set before it is loaded.

    ``input_shape`` is the shape of one sample (``(28, 28)`` for images), ``class_names`` is empty for regression;
    ``has_validation`` says whether any sample is kept for that.
    """

    input_shape: tuple[int, ...]
    class_names: tuple[str, ...] = ()
    task: Task = "classification"
    has_validation: bool = True

    @property
    def output_size(self) -> int:
        """The number of classes, or of the values to predict; a regression with more than one says so."""
        return len(self.class_names) or 1

    @classmethod
    def available(cls, data_dir: PathLike | None = None) -> bool:
        """Whether ``load()`` will find what it needs, judged without reading data; generated sets need nothing."""
        return True

    @abstractmethod
    def load(self, cancelled: Cancelled = never) -> Dataset:
        """Read or generate the data. A long work asks ``cancelled`` now and then, and raises ``LoadingCancelled``."""


def image_inputs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey images, uint8 ``(n, rows, columns)``, as inputs: float32 ``(n, rows * columns)`` in 0..1."""
    inputs = images.reshape(len(images), -1).astype(np.float32)
    inputs /= 255
    return inputs
