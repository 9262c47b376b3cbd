"""A family of data files like MNIST's, but tiny: the tests find, damage, load and serve it."""

import dataclasses
import gzip
import hashlib
import struct
from types import SimpleNamespace

import numpy as np

from beras.datasets import MNIST
from beras.datasets.mnist_files import DataFile

TRAIN, TEST = 30, 20


def idx_bytes(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def packed_file(name, array):
    plain = idx_bytes(array)
    content = gzip.compress(plain, mtime=0)
    hashes = hashlib.sha256(content).hexdigest(), hashlib.sha256(plain).hexdigest()
    return DataFile(name, len(content), *hashes), content


def make_tiny():
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


def fill(folder, tiny, plain=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tiny.contents.items():
        path = folder / (name.removesuffix(".gz") if plain else name)
        path.write_bytes(gzip.decompress(content) if plain else content)
    return folder
