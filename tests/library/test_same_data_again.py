"""The same seed gives the same data, bit for bit, after a restart of the program as well."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from beras.datasets import FAMILIES
from beras.registry import DATASETS

ROOT = Path(__file__).parents[2]
GENERATED = [spec for spec in DATASETS if spec.name not in (*FAMILIES, "own_points", "worked_example")]
SMALL = {"samples": 300, "train_size": 40, "validation_size": 20}
NOISY = {"noise": 0.12, "seed": 5}

every_generated = pytest.mark.parametrize("spec", GENERATED, ids=lambda spec: spec.name)

CODE = """
import json, sys
from tests.library.test_same_data_again import GENERATED, digest, load, settings_of
json.dump({spec.name: digest(load(spec, settings_of(spec))) for spec in GENERATED}, sys.stdout)
"""


def settings_of(spec, **others):
    """Small and noisy settings, as far as the set has them."""
    known = {param.name for param in spec.settings}
    return {name: value for name, value in {**SMALL, **NOISY, **others}.items() if name in known}


def load(spec, settings):
    return spec.create(settings).load()


def digest(dataset):
    """A hash of all four arrays with their types and shapes."""
    total = hashlib.sha256()
    for array in (dataset.train_inputs, dataset.train_targets, dataset.validation_inputs, dataset.validation_targets):
        total.update(f"{array.dtype.str} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def digests_of_another_process(hash_seed):
    """What a program that has just been started makes of the same settings."""
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
    )
    return json.loads(result.stdout)


def test_two_other_processes_make_the_same_bits():
    here = {spec.name: digest(load(spec, settings_of(spec))) for spec in GENERATED}
    assert len(set(here.values())) == len(here) == 12
    assert digests_of_another_process("1") == here
    assert digests_of_another_process("2") == here


@every_generated
def test_seed_noise_and_split_are_settings_of_every_generated_set(spec):
    settings = {param.name: param for param in spec.settings}
    assert {"seed", "noise"} <= set(settings)
    assert {"samples", "validation_share"} <= set(settings) or {"train_size", "validation_size"} <= set(settings)
    for param in settings.values():
        assert param.help
        assert param.range is not None
    assert settings["noise"].range.unit


@every_generated
@pytest.mark.parametrize("change", [{"seed": 6}, {"noise": 0.13}])
def test_another_seed_or_noise_gives_other_data(spec, change):
    assert digest(load(spec, settings_of(spec))) != digest(load(spec, settings_of(spec, **change)))


PEN = DATASETS.spec("pen_digits")


def test_pen_digits_without_noise_are_what_they_were_before_there_was_noise():
    plain = load(PEN, {"train_size": 40, "validation_size": 20})
    assert digest(plain) == digest(load(PEN, {"train_size": 40, "validation_size": 20, "noise": 0.0}))
    assert set(np.unique(np.rint(plain.train_inputs * 255) - plain.train_inputs * 255)) <= {0.0}


def test_noise_on_pen_digits_has_its_standard_deviation_and_leaves_the_digits_the_same():
    clean = load(PEN, {"train_size": 200, "validation_size": 20, "seed": 3})
    noisy = load(PEN, {"train_size": 200, "validation_size": 20, "seed": 3, "noise": 0.2})
    np.testing.assert_array_equal(clean.train_targets, noisy.train_targets)
    assert noisy.train_inputs.dtype == np.float32
    assert noisy.train_inputs.min() >= 0
    assert noisy.train_inputs.max() <= 1
    inner = (clean.train_inputs > 0.4) & (clean.train_inputs < 0.6)  # where hardly anything is cut off at 0 and 1
    assert np.std((noisy.train_inputs - clean.train_inputs)[inner]) == pytest.approx(0.2, rel=0.1)


def test_noise_of_the_two_parts_is_not_the_same():
    noisy = load(PEN, {"train_size": 20, "validation_size": 20, "noise": 0.5})
    assert not np.array_equal(noisy.train_inputs[:, :28], noisy.validation_inputs[:, :28])


def test_a_size_changed_leaves_the_noise_of_the_other_part_as_it_was():
    small = load(PEN, {"train_size": 20, "validation_size": 20, "noise": 0.3})
    large = load(PEN, {"train_size": 60, "validation_size": 20, "noise": 0.3})
    np.testing.assert_array_equal(small.validation_inputs, large.validation_inputs)
