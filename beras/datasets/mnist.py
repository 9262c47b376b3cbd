"""MNIST and Fashion-MNIST: reads them from where they are found, every file checked before it is used.

It does not download: ``mnist_download`` does, when a user has asked for it.
"""

from __future__ import annotations

import math
import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from beras.datasets.dataset import Dataset
from beras.datasets.idx import DataFileError, PathLike, read_images, read_labels
from beras.datasets.mnist_files import (
    DATA_DIR_VARIABLE,
    FASHION,
    MNIST,
    DataNotFoundError,
    Family,
    cache_folder,
    family_of,
    find_file,
    find_files,
    verify,
)
from beras.datasets.source import Cancelled, DataSource, image_inputs, never
from beras.registry import DATASETS, Help, Range, Wired

if TYPE_CHECKING:
    import zipfile

TRAIN_SIZE, TEST_SIZE = 60_000, 10_000
IMAGE_SHAPE = (28, 28)
NPY_HEADER_ROOM_BYTES = 4096

Bytes = NDArray[np.uint8]


def load_mnist(
    family: str | Family = MNIST,
    train_size: int = TRAIN_SIZE,
    validation_size: int = TEST_SIZE,
    data_dir: PathLike | None = None,
) -> Dataset:
    """Load the first ``train_size`` training and ``validation_size`` official test images, in their published order.

    Inputs are float32 ``(n, 784)`` in 0..1, targets int64 ``(n,)``. ``DataNotFoundError`` if the files are nowhere
    (see ``find_files``), ``DataFileError`` if one is damaged or another's.
    """
    family = family_of(family)
    place = find_files(family, data_dir)
    if place is None:
        raise DataNotFoundError(
            f"{family.title} is not on this computer: download it, or put its four files into {cache_folder(family)} "
            f"or into a folder that {DATA_DIR_VARIABLE} names."
        )
    arrays = _read_npz(place, family) if place.suffix == ".npz" else _read_folder(place, family)
    train_images, train_labels, test_images, test_labels = arrays
    return Dataset(
        title=family.title,
        train_inputs=image_inputs(train_images[:train_size]),
        train_targets=train_labels[:train_size].astype(np.int64),
        validation_inputs=image_inputs(test_images[:validation_size]),
        validation_targets=test_labels[:validation_size].astype(np.int64),
        class_names=family.class_names,
        image_shape=IMAGE_SHAPE,
    )


def verified_files(folder: Path, family: Family) -> list[Path]:
    """The family's four files in a folder, each with the published hash; ``DataFileError`` for one that differs."""
    paths = []
    for file in family.files:
        path = find_file(folder, file)
        if path is None:
            raise DataNotFoundError(f"{folder / file.name} is gone: put it back or download {family.title} again.")
        verify(path, file, family)
        paths.append(path)
    return paths


def _read_folder(folder: Path, family: Family) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    train_images, train_labels, test_images, test_labels = verified_files(folder, family)
    return (
        *_read_pair(train_images, train_labels, family),
        *_read_pair(test_images, test_labels, family),
    )


def _read_pair(images_path: Path, labels_path: Path, family: Family) -> tuple[Bytes, Bytes]:
    images = read_images(images_path, *IMAGE_SHAPE)
    labels = read_labels(labels_path, len(family.class_names))
    if len(images) != len(labels):
        raise DataFileError(
            f"{labels_path} should hold {len(images)} labels, one for each image of {images_path.name}, "
            f"it holds {len(labels)}: copy or download both again."
        )
    return images, labels


def _read_npz(path: Path, family: Family) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """Read Keras's copy: the arrays x_train, y_train, x_test, y_test in one npz file."""
    import zipfile  # here, because `import beras` should not wait for it

    shapes = {
        "x_train": (TRAIN_SIZE, *IMAGE_SHAPE),
        "y_train": (TRAIN_SIZE,),
        "x_test": (TEST_SIZE, *IMAGE_SHAPE),
        "y_test": (TEST_SIZE,),
    }
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = [_npz_array(archive, name, shape, path) for name, shape in shapes.items()]
    except DataFileError:
        raise
    except (OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise DataFileError(f"{path} is not Keras's copy of {family.title} ({error}): delete it.") from error
    for name, labels in (("y_train", arrays[1]), ("y_test", arrays[3])):
        if labels.max() >= len(family.class_names):
            raise DataFileError(
                f"{path}: {name} should hold labels from 0 to {len(family.class_names) - 1}, "
                f"it holds {labels.max()}: delete the file."
            )
    return arrays[0], arrays[1], arrays[2], arrays[3]


def _npz_array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], path: Path) -> Bytes:
    member = archive.getinfo(f"{name}.npy")
    room = math.prod(shape) + NPY_HEADER_ROOM_BYTES
    if member.file_size > room:  # asked before reading: a small archive can unpack to any size
        raise DataFileError(
            f"{path}: {name} should hold at most {room:,} bytes, it holds {member.file_size:,}: delete it."
        )
    with archive.open(member) as content:
        array = np.load(content, allow_pickle=False)
    if array.shape != shape or array.dtype != np.uint8:
        raise DataFileError(
            f"{path}: {name} should be uint8 {shape}, it is {array.dtype} {array.shape}: delete the file."
        )
    return np.asarray(array, np.uint8)


class _MnistSource(DataSource):
    """The settings of both families."""

    family: ClassVar[Family]
    input_shape = IMAGE_SHAPE

    def __init__(
        self,
        train_size: Annotated[
            int, Range(10, TRAIN_SIZE), Help("How many of the training images are used.", label="training images")
        ] = TRAIN_SIZE,
        validation_size: Annotated[
            int, Range(10, TEST_SIZE), Help("How many of the official test images are used.", label="test images")
        ] = TEST_SIZE,
        data_dir: Annotated[str | os.PathLike[str] | None, Wired("command line")] = None,
    ) -> None:
        self.train_size = train_size
        self.validation_size = validation_size
        self.data_dir = data_dir

    @classmethod
    def available(cls, data_dir: PathLike | None = None) -> bool:
        """Whether the files are where ``load()`` would look; they are not opened."""
        try:
            return find_files(cls.family, data_dir) is not None
        except DataNotFoundError:
            return False

    def load(self, cancelled: Cancelled = never) -> Dataset:
        return load_mnist(self.family, self.train_size, self.validation_size, self.data_dir)


@DATASETS.register("mnist", label="MNIST")
class Mnist(_MnistSource):
    """70,000 handwritten digits, 28 x 28 grey pixels (LeCun, Cortes, Burges); validated on the official test set."""

    family = MNIST
    class_names = MNIST.class_names


@DATASETS.register("fashion", label="Fashion-MNIST")
class FashionMnist(_MnistSource):
    """70,000 pictures of clothes, 28 x 28 grey pixels (Xiao, Rasul, Vollgraf); validated on the official test set."""

    family = FASHION
    class_names = FASHION.class_names
