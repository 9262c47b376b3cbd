"""What the tests share: the dtype of gradient checks, a seeded generator, tiny data files and an empty home."""

import numpy as np
import platformdirs
import pytest

from tests.library.conformance import in_float64
from tests.library.tiny_mnist import make_tiny


@pytest.fixture
def float64():
    """New parameters and converted integers are float64 for the length of one test."""
    with in_float64():
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def tiny():
    """A family of 30 and 20 small images, its arrays, and the content of its files by name."""
    return make_tiny()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home and cache, and no data folder named, so that this computer's own files play no part."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(home / "cache" / name))
    return home
