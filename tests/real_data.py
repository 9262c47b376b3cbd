"""Where tests and benchmarks find the real MNIST and Fashion-MNIST files, which the project does not ship."""

import os
from pathlib import Path

import pytest

NAMED = os.environ.get("BERAS_DATA_DIR")  # read once: tests of the search change the variable
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def find_real_data() -> Path | None:
    """The folder that BERAS_DATA_DIR names, or ``../shared/data`` beside the repository; None where neither is."""
    folder = Path(NAMED) if NAMED else SHARED_DATA
    return folder if folder.is_dir() else None


def real_data_dir() -> Path:
    """The same folder for a test, which is skipped without it."""
    folder = find_real_data()
    if folder is None:
        pytest.skip("the real data is not here: set BERAS_DATA_DIR to a folder with mnist/ and fashion/")
    return folder
