"""The one sample of a published sum by hand, so that a network can be compared with it digit by digit."""

from __future__ import annotations

import numpy as np

from beras.datasets.dataset import Dataset
from beras.datasets.source import Cancelled, DataSource, never
from beras.registry import DATASETS

INPUTS = (0.05, 0.10)
TARGETS = (0.01, 0.99)


@DATASETS.register("worked_example", label="Worked example")
class WorkedExample(DataSource):
    """One sample, x = (0.05, 0.10) with the targets (0.01, 0.99), and none for validation.

    It is that of Matt Mazur, "A Step by Step Backpropagation Example" (2015). In float64, so that the printed numbers
    are met to their last digit.
    """

    title = "Worked example, 2-2-2"
    task = "regression"
    input_shape = (2,)
    output_size = len(TARGETS)
    has_validation = False
    train_samples = 1

    def load(self, cancelled: Cancelled = never) -> Dataset:
        """The sample; the validation part is empty."""
        inputs, targets = np.array([INPUTS]), np.array([TARGETS])
        return Dataset(self.title, inputs, targets, inputs[:0], targets[:0], task=self.task)
