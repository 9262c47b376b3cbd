"""Where the files of MNIST and Fashion-MNIST are looked for, and what is said when they are not there."""

import os
from pathlib import Path

import pytest

from beras.datasets import (
    DataNotFoundError,
    cache_folder,
    find_files,
)
from tests.library.tiny_mnist import fill

pytestmark = pytest.mark.usefixtures("home")


def test_nothing_is_found_in_an_empty_home(tiny):
    assert find_files(tiny.family) is None


@pytest.mark.parametrize("plain", [False, True], ids=["gzip", "plain"])
@pytest.mark.parametrize("inside", ["mnist", ".", "MNIST/raw"])
def test_files_are_found_inside_the_data_folder(tiny, tmp_path, monkeypatch, inside, plain):
    folder = fill(tmp_path / "data" / inside, tiny, plain)
    assert find_files(tiny.family, tmp_path / "data") == folder
    assert find_files(tiny.family, str(tmp_path / "data")) == folder
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "data"))
    assert find_files(tiny.family) == folder


@pytest.mark.parametrize("place", ["cache/beras/mnist", "MNIST/raw", "data/MNIST/raw"])
def test_files_are_found_in_the_home(tiny, home, place):
    folder = fill(home / place, tiny)
    assert find_files(tiny.family) == folder


def test_kerass_file_is_found_for_mnist_only(home):
    path = home / ".keras" / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.touch()
    assert find_files("mnist") == path
    assert find_files("fashion") is None


def test_places_are_tried_in_order(tiny, home, tmp_path, monkeypatch):
    expected = [fill(home / "MNIST" / "raw", tiny)]
    keras = home / ".keras" / "datasets" / "mnist.npz"
    for make in (
        lambda: keras.parent.mkdir(parents=True) or keras.touch() or keras,
        lambda: fill(cache_folder(tiny.family), tiny),
        lambda: monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "named")) or fill(tmp_path / "named", tiny),
    ):
        expected.append(make())
        assert find_files(tiny.family) == expected[-1]
    explicit = fill(tmp_path / "explicit", tiny)
    assert find_files(tiny.family, explicit) == explicit


def test_an_explicit_folder_that_lacks_files_is_an_error_that_names_them(tiny, tmp_path):
    fill(cache_folder(tiny.family), tiny)
    folder = fill(tmp_path / "data" / "mnist", tiny)
    (folder / tiny.names[2]).unlink()
    with pytest.raises(DataNotFoundError, match=r"lacks files of Tiny: put t10k-images-idx3-ubyte.gz into .*mnist, or"):
        find_files(tiny.family, tmp_path / "data")


def test_an_explicit_empty_folder_is_told_where_the_files_belong(tiny, tmp_path):
    with pytest.raises(DataNotFoundError, match=r"put train-images.*, train-labels.*, t10k-.*gz into .*[\\/]mnist, or"):
        find_files(tiny.family, tmp_path)


def test_an_explicit_folder_that_is_not_there_is_an_error(tiny, tmp_path):
    with pytest.raises(DataNotFoundError, match=r"The data folder .*nowhere is not there: check its name\."):
        find_files(tiny.family, tmp_path / "nowhere")


def test_an_explicit_folder_that_may_not_be_entered_is_an_error_that_says_so(tiny, tmp_path, monkeypatch):
    """Root may enter every folder, so the operating system's refusal is played."""
    folder = fill(tmp_path / "data" / "mnist", tiny)
    isfile, access = os.path.isfile, os.access
    monkeypatch.setattr(os.path, "isfile", lambda path: folder not in Path(path).parents and isfile(path))
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != folder and access(path, mode))
    with pytest.raises(DataNotFoundError, match=r"The folder .*mnist may not be read: check its permissions\."):
        find_files(tiny.family, tmp_path / "data")
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "data"))
    assert find_files(tiny.family) is None


def test_a_variables_folder_that_lacks_files_is_passed_over(tiny, tmp_path, monkeypatch):
    named = fill(tmp_path / "named", tiny)
    (named / tiny.names[0]).unlink()
    monkeypatch.setenv("BERAS_DATA_DIR", str(named))
    folder = fill(cache_folder(tiny.family), tiny)
    assert find_files(tiny.family) == folder


def test_an_unknown_name_is_an_error():
    with pytest.raises(ValueError, match=r"Unknown data set 'cifar'. Known: mnist, fashion\."):
        find_files("cifar")
