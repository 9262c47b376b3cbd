"""MNIST and Fashion-MNIST: where they are looked for, what is refused, what is loaded, and how they are downloaded."""

import dataclasses
import gzip
import hashlib
import http.server
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import platformdirs
import pytest

from beras.datasets import (
    FASHION,
    MNIST,
    DataFileError,
    DataNotFoundError,
    DownloadCancelled,
    DownloadError,
    FashionMnist,
    Mnist,
    cache_folder,
    download,
    find_files,
    load_mnist,
)
from beras.datasets.mnist_files import DataFile
from beras.registry import DATASETS, SettingError
from tests.real_data import real_data_dir

TRAIN, TEST = 30, 20


def idx_bytes(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def packed_file(name, array):
    plain = idx_bytes(array)
    content = gzip.compress(plain, mtime=0)
    hashes = hashlib.sha256(content).hexdigest(), hashlib.sha256(plain).hexdigest()
    return DataFile(name, len(content), *hashes), content


@pytest.fixture(scope="module")
def tiny():
    """A family of 30 and 20 small images, its arrays, and the content of its files by name."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(256, size=(TRAIN, 28, 28), dtype=np.uint8),
        np.arange(TRAIN, dtype=np.uint8) % 10,
        rng.integers(256, size=(TEST, 28, 28), dtype=np.uint8),
        np.arange(TEST, dtype=np.uint8) % 10,
    ]
    packed = [packed_file(file.name, array) for file, array in zip(MNIST.files, arrays, strict=True)]
    roles = dict(
        zip(("train_images", "train_labels", "test_images", "test_labels"), (p[0] for p in packed), strict=True)
    )
    family = dataclasses.replace(MNIST, title="Tiny", mirrors=(), **roles)
    contents = {file.name: content for file, content in packed}
    return SimpleNamespace(family=family, arrays=arrays, contents=contents, names=list(contents))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home and cache, and no data folder named, so that this computer's own files play no part."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name: str(home / "cache" / name))
    return home


def fill(folder, tiny, plain=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tiny.contents.items():
        path = folder / (name.removesuffix(".gz") if plain else name)
        path.write_bytes(gzip.decompress(content) if plain else content)
    return folder


# Finding


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


def test_a_variables_folder_that_lacks_files_is_passed_over(tiny, tmp_path, monkeypatch):
    named = fill(tmp_path / "named", tiny)
    (named / tiny.names[0]).unlink()
    monkeypatch.setenv("BERAS_DATA_DIR", str(named))
    folder = fill(cache_folder(tiny.family), tiny)
    assert find_files(tiny.family) == folder


def test_an_unknown_name_is_an_error():
    with pytest.raises(ValueError, match=r"Unknown data set 'cifar'. Known: mnist, fashion\."):
        find_files("cifar")


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


# Downloading


@pytest.fixture
def serve(monkeypatch):
    """Start a web server on this computer: ``serve(answer) -> address``; ``answer(name)`` gives status and content."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    running = []

    def serve(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path.rsplit("/", 1)[-1])
                status, content, *promised = answer(asked[-1])
                self.send_response(status)
                self.send_header("Content-Length", str(promised[0] if promised else len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args):
                """Keep the test's output quiet."""

        asked = []
        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda request, address: None  # a cancelled client hangs up in the middle
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/data/", asked=asked)

    yield serve
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def good(serve, tiny):
    return serve(lambda name: (200, tiny.contents[name]))


def test_download_stores_every_file_and_reports_its_progress(good, tiny):
    seen = []
    folder = download(tiny.family, lambda done, total: seen.append((done, total)), mirrors=[good.url])
    assert folder == cache_folder(tiny.family)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.contents
    assert seen == sorted(seen)
    assert seen[-1] == (tiny.family.download_size, tiny.family.download_size)
    assert len(load_mnist(tiny.family).train_inputs) == TRAIN


def test_the_familys_own_mirrors_are_the_default(good, tiny):
    download(dataclasses.replace(tiny.family, mirrors=(good.url,)))
    assert good.asked == tiny.names


def test_whole_files_are_kept_and_damaged_ones_replaced(good, tiny, tmp_path):
    folder = fill(tmp_path / "data", tiny)
    (folder / tiny.names[1]).write_bytes(b"damaged")
    download(tiny.family, mirrors=[good.url], folder=folder)
    assert good.asked == [tiny.names[1]]
    assert (folder / tiny.names[1]).read_bytes() == tiny.contents[tiny.names[1]]


def wrong_answers(tiny):
    content = tiny.contents
    return {
        "wrong hash": lambda name: (200, content[name][:-1] + b"?"),
        "too long": lambda name: (200, content[name] + b"?" * 100_000),
        "cut": lambda name: (200, content[name][:-5], len(content[name])),
        "empty": lambda name: (200, b""),
        "404": lambda name: (404, b"Not found"),
        "403": lambda name: (403, b"Forbidden"),
    }


FAULTS = {
    "wrong hash": r"sent a wrong file \(expected sha256 \w{12}\.\.\., received \w{12}\.\.\.\)",
    "too long": r"sent more than the [\d,]+ bytes expected",
    "cut": "broke off",
    "empty": r"sent a wrong file \(expected .*\)",
    "404": "answered with status 404",
    "403": "answered with status 403",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_mirror_that_fails_is_followed_by_the_next_and_asked_last(serve, good, tiny, fault):
    bad = serve(wrong_answers(tiny)[fault])
    folder = download(tiny.family, mirrors=[bad.url, good.url])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == tiny.contents
    assert bad.asked == tiny.names[:1]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_mirror_left_is_an_error_that_says_what_to_do(serve, tiny, fault):
    bad = serve(wrong_answers(tiny)[fault])
    message = (
        rf"train-images-idx3-ubyte.gz of Tiny could not be downloaded: http://127.0.0.1:\d+/data/ {FAULTS[fault]}\. "
        r"Check the network connection, or put train-images.*t10k-labels-idx1-ubyte.gz into .*mnist by hand\."
    )
    with pytest.raises(DownloadError, match=message):
        download(tiny.family, mirrors=[bad.url])
    assert not cache_folder(tiny.family).exists()


def test_an_unreachable_mirror_is_an_error(serve, tiny):
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.server_close()  # its port now refuses connections
    with pytest.raises(DownloadError, match=r"http://127.0.0.1:\d+/ is not reachable\. Check the network connection"):
        download(tiny.family, mirrors=[f"http://127.0.0.1:{server.server_port}/"])


def test_no_mirror_at_all_is_an_error(tiny):
    with pytest.raises(DownloadError, match="could not be downloaded: no mirror was given"):
        download(tiny.family, mirrors=[])


def test_what_is_no_address_is_an_error(tiny):
    with pytest.raises(DownloadError, match="could not be downloaded: nonsense/ failed"):
        download(tiny.family, mirrors=["nonsense/"])


def test_cancelling_before_the_start_asks_nobody(good, tiny):
    with pytest.raises(DownloadCancelled):
        download(tiny.family, cancelled=lambda: True, mirrors=[good.url])
    assert good.asked == []


@pytest.mark.parametrize("in_file", [0, 2])
def test_cancelling_in_the_middle_of_a_file_leaves_only_whole_files(good, tiny, in_file):
    before = sum(file.size for file in tiny.family.files[:in_file])
    done = [0]
    with pytest.raises(DownloadCancelled, match="stopped"):
        download(
            tiny.family,
            lambda now, total: done.append(now),
            lambda: before < done[-1] < before + tiny.family.files[in_file].size,
            mirrors=[good.url],
        )
    folder = cache_folder(tiny.family)
    left = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
    assert left == {name: tiny.contents[name] for name in tiny.names[:in_file]}
    assert good.asked == tiny.names[: in_file + 1]


def test_a_folder_that_cannot_be_written_is_an_error(good, tiny, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DownloadError, match=r"train-images-idx3-ubyte.gz could not be written \(.*\): free space or"):
        download(tiny.family, mirrors=[good.url], folder=tmp_path / "file" / "inside")


def test_a_file_that_cannot_be_renamed_leaves_no_part(good, tiny, tmp_path):
    (tmp_path / tiny.names[0]).mkdir()
    with pytest.raises(DownloadError, match="could not be written"):
        download(tiny.family, mirrors=[good.url], folder=tmp_path)
    assert not list(tmp_path.glob("*.part"))
