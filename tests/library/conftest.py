"""What the library's tests share: the dtype of gradient checks and a seeded generator."""

import numpy as np
import pytest

from tests.library.conformance import in_float64


@pytest.fixture
def float64():
    """New parameters and converted integers are float64 for the length of one test."""
    with in_float64():
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)
