"""MNIST and Fashion-MNIST: what is loaded, and what is refused."""

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from beras.datasets import (
    FASHION,
    MNIST,
    DataFileError,
    DataNotFoundError,
    FashionMnist,
    Mnist,
    cache_folder,
    load_mnist,
)
from beras.registry import DATASETS, SettingError
from tests.library.tiny_mnist import TEST, TRAIN, fill, idx_bytes, packed_file
from tests.real_data import real_data_dir

pytestmark = pytest.mark.usefixtures("home")


# Loading


@pytest.mark.parametrize("plain", [False, True], ids=["gzip", "plain"])
def test_load_returns_scaled_flat_inputs_and_labels(tiny, tmp_path, plain):
    dataset = load_mnist(tiny.family, data_dir=fill(tmp_path / "data", tiny, plain))
    train_images, train_labels, test_images, test_labels = tiny.arrays
    assert dataset.train_inputs.dtype == np.float32
    assert dataset.train_targets.dtype == np.int64
    np.testing.assert_allclose(dataset.train_inputs, train_images.reshape(TRAIN, 784) / 255, rtol=1e-6)
    np.testing.assert_allclose(dataset.validation_inputs, test_images.reshape(TEST, 784) / 255, rtol=1e-6)
    np.testing.assert_array_equal(dataset.train_targets, train_labels)
    np.testing.assert_array_equal(dataset.validation_targets, test_labels)
    assert (dataset.title, dataset.image_shape, dataset.class_names) == ("Tiny", (28, 28), tuple("0123456789"))


def test_sizes_take_the_first_samples(tiny, tmp_path):
    dataset = load_mnist(tiny.family, 12, 5, fill(tmp_path / "data", tiny))
    np.testing.assert_array_equal(dataset.train_targets, tiny.arrays[1][:12])
    np.testing.assert_array_equal(dataset.validation_targets, tiny.arrays[3][:5])


def test_loading_what_is_nowhere_says_what_to_do(tiny):
    message = (
        r"Tiny is not on this computer: download it, or put its four files into .*mnist or .*BERAS_DATA_DIR names\."
    )
    with pytest.raises(DataNotFoundError, match=message):
        load_mnist(tiny.family)


@pytest.mark.parametrize("explicit", [True, False], ids=["data_dir", "variable"])
def test_a_damaged_file_is_an_error_wherever_it_lies(tiny, tmp_path, monkeypatch, explicit):
    folder = fill(tmp_path / "data", tiny)
    fill(cache_folder(tiny.family), tiny)
    path = folder / tiny.names[1]
    path.write_bytes(b"damaged")
    monkeypatch.setenv("BERAS_DATA_DIR", str(folder))
    expected, received = tiny.family.train_labels.sha256[:12], hashlib.sha256(b"damaged").hexdigest()[:12]
    message = (
        rf"train-labels.*expected sha256 {expected}\.\.\., received {received}\.\.\. It is damaged .*download it again"
    )
    with pytest.raises(DataFileError, match=message):
        load_mnist(tiny.family, data_dir=folder if explicit else None)


def test_a_damaged_unpacked_file_is_an_error_too(tiny, tmp_path):
    folder = fill(tmp_path / "data", tiny, plain=True)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(TEST, np.uint8)))
    with pytest.raises(DataFileError, match="t10k-labels-idx1-ubyte is not Tiny's file of that name"):
        load_mnist(tiny.family, data_dir=folder)


def test_the_other_familys_file_is_recognised(tmp_path):
    folder = real_data_dir() / "fashion"
    with pytest.raises(DataFileError, match="It is Fashion-MNIST's: put it into a folder named fashion"):
        load_mnist("mnist", data_dir=folder)


def test_as_many_labels_as_images_are_expected(tiny, tmp_path):
    file, content = packed_file(MNIST.test_labels.name, tiny.arrays[3][:-1])
    folder = fill(tmp_path / "data", tiny)
    (folder / file.name).write_bytes(content)
    with pytest.raises(
        DataFileError, match=r"t10k-labels.*should hold 20 labels, .*it holds 19: copy or download both"
    ):
        load_mnist(dataclasses.replace(tiny.family, test_labels=file), data_dir=folder)


# Keras's file


@pytest.fixture
def keras_file(home):
    def write(**arrays):
        path = home / ".keras" / "datasets" / "mnist.npz"
        path.parent.mkdir(parents=True)
        np.savez_compressed(path, **arrays)
        return path

    return write


def keras_arrays():
    return {
        "x_train": np.zeros((60_000, 28, 28), np.uint8),
        "y_train": np.arange(60_000).astype(np.uint8) % 10,
        "x_test": np.full((10_000, 28, 28), 255, np.uint8),
        "y_test": np.zeros(10_000, np.uint8),
    }


def test_kerass_file_is_loaded(keras_file):
    keras_file(**keras_arrays())
    dataset = load_mnist(train_size=20, validation_size=10)
    assert dataset.train_inputs.shape == (20, 784)
    np.testing.assert_array_equal(dataset.train_targets, np.arange(20) % 10)
    np.testing.assert_array_equal(dataset.validation_inputs, np.ones((10, 784)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"x_train": np.zeros((5, 28, 28), np.uint8)},
            r"x_train should be uint8 \(60000, 28, 28\), it is uint8 \(5, 28",
        ),
        ({"x_train": np.zeros((9, 9), np.float32)}, "x_train should be uint8 .* it is float32"),
        ({"x_train": np.array([{}], object)}, "mnist.npz is not Keras's copy of MNIST .*allow_pickle"),
        (
            {"x_train": np.zeros(48_000_000, np.uint8)},
            "x_train should hold at most 47,044,096 bytes, it holds 48,000,128",
        ),
        ({}, "mnist.npz is not Keras's copy of MNIST"),
    ],
    ids=["shape", "type", "pickle", "bomb", "missing"],
)
def test_a_wrong_keras_file_is_refused(keras_file, wrong, message):
    keras_file(**wrong)
    with pytest.raises(DataFileError, match=message):
        load_mnist()


def test_kerass_labels_are_checked(keras_file):
    keras_file(**keras_arrays() | {"y_test": np.full(10_000, 10, np.uint8)})
    with pytest.raises(DataFileError, match=r"y_test should hold labels from 0 to 9, it holds 10"):
        load_mnist()


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\3\4 cut"], ids=["empty", "text", "cut"])
def test_what_is_no_archive_is_refused(keras_file, content):
    keras_file().write_bytes(content)
    with pytest.raises(DataFileError, match=r"mnist\.npz is"):
        load_mnist()


# The registered classes


@pytest.mark.parametrize(
    ("name", "cls", "label"), [("mnist", Mnist, "MNIST"), ("fashion", FashionMnist, "Fashion-MNIST")]
)
def test_classes_are_registered_with_what_is_known_beforehand(name, cls, label):
    spec = DATASETS.spec(name)
    assert (spec.cls, spec.label, spec.defaults()) == (cls, label, {"train_size": 60_000, "validation_size": 10_000})
    source = spec.create({"train_size": 100}, data_dir="somewhere")
    assert (source.input_shape, source.task, len(source.class_names)) == ((28, 28), "classification", 10)
    assert (source.train_size, source.validation_size, source.data_dir) == (100, 10_000, "somewhere")


def test_available_opens_nothing_and_raises_nothing(tmp_path):
    assert not Mnist.available()
    assert not Mnist.available(tmp_path)
    assert not Mnist.available(tmp_path / "nowhere")
    for file in MNIST.files:
        (tmp_path / file.name).touch()
    assert Mnist.available(tmp_path)


def test_a_source_loads_from_its_data_folder(tiny, tmp_path):
    class Tiny(Mnist):
        family = tiny.family

    dataset = Tiny(train_size=10, validation_size=10, data_dir=fill(tmp_path / "data", tiny)).load()
    assert len(dataset.train_inputs) == len(dataset.validation_inputs) == 10


@pytest.mark.parametrize("setting", [{"train_size": 60_001}, {"train_size": 9}, {"validation_size": 10_001}])
def test_a_size_out_of_range_is_refused(setting):
    with pytest.raises(SettingError, match=f"{next(iter(setting))} must be a whole number, at least 10 and at most"):
        Mnist(**setting)


def test_families_state_their_size_and_licence():
    assert MNIST.download_size == 11_594_722
    assert FASHION.download_size == 30_878_645
    assert "CC BY-SA 3.0" in MNIST.licence
    assert "MIT" in FASHION.licence


def test_importing_the_data_sets_loads_nothing_heavy():
    code = "import sys, numpy; before = set(sys.modules); import beras.datasets; print(*set(sys.modules) - before)"
    command = [sys.executable, "-c", code]
    root = Path(__file__).parents[2]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=root)
    loaded = set(result.stdout.split())
    assert "beras.datasets.mnist" in loaded
    assert not loaded & {"pooch", "platformdirs", "requests", "urllib.request", "gzip", "zipfile"}


# The real files


@pytest.fixture(scope="module")
def real_mnist():
    return load_mnist(data_dir=real_data_dir())


def test_real_mnist_is_whole(real_mnist):
    assert real_mnist.train_inputs.shape == (60_000, 784)
    assert real_mnist.validation_inputs.shape == (10_000, 784)
    np.testing.assert_array_equal(real_mnist.train_targets[:10], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    np.testing.assert_array_equal(real_mnist.validation_targets[:10], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    assert real_mnist.train_inputs[:1000].mean() == pytest.approx(0.13, abs=0.01)
    assert (real_mnist.train_inputs[:1000].min(), real_mnist.train_inputs[:1000].max()) == (0, 1)


def test_real_fashion_is_found_through_the_variable(monkeypatch):
    monkeypatch.setenv("BERAS_DATA_DIR", str(real_data_dir()))
    assert FashionMnist.available()
    dataset = FashionMnist(train_size=10, validation_size=10).load()
    assert [dataset.class_names[label] for label in dataset.train_targets[:3]] == [
        "Ankle boot",
        "T-shirt/top",
        "T-shirt/top",
    ]
