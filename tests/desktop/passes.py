"""What the tests of the explorer share: the data of an experiment, loaded once."""

from __future__ import annotations

import functools
import json

from beras.datasets import Dataset
from beras.registry import DATASETS
from gui.domain.build import load_data
from gui.domain.spec import Choice, ExperimentSpec


def data_of(spec: ExperimentSpec) -> Dataset:
    """The data set of an experiment."""
    return _load(json.dumps(spec.data.to_dict()))


@functools.cache
def _load(choice: str) -> Dataset:
    return load_data(Choice.from_dict(json.loads(choice), DATASETS), None)
