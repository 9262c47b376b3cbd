"""How weights begin: the spread that each formula promises."""

import numpy as np
import pytest

from beras.registry import INITIALIZERS

SHAPE = (400, 300)
STANDARD_DEVIATIONS = {
    "zero": 0,
    "normal": 1,
    "xavier": np.sqrt(2 / 700),
    "kaiming": np.sqrt(2 / 400),
    "xavier uniform": np.sqrt(2 / 700),
    "kaiming uniform": np.sqrt(2 / 400),
}


@pytest.mark.parametrize("name", STANDARD_DEVIATIONS)
def test_standard_deviation_is_the_formulas(name):
    weights = INITIALIZERS.spec(name).cls(SHAPE, np.random.default_rng(0))
    assert weights.std() == pytest.approx(STANDARD_DEVIATIONS[name], rel=0.01)
    assert abs(weights.mean()) < 0.005


@pytest.mark.parametrize(
    ("name", "limit"), [("xavier uniform", np.sqrt(6 / 700)), ("kaiming uniform", np.sqrt(6 / 400))]
)
def test_uniform_forms_keep_within_their_limit(name, limit):
    weights = INITIALIZERS.spec(name).cls(SHAPE, np.random.default_rng(0))
    assert 0.99 * limit < np.abs(weights).max() <= limit


def test_names_are_those_of_the_course():
    assert INITIALIZERS.names() == tuple(STANDARD_DEVIATIONS)
