"""The data sets: importing this package registers them in ``DATASETS``; nothing is loaded until it is asked for."""

from beras.datasets.dataset import Dataset
from beras.datasets.idx import DataFileError, read_idx, read_images, read_labels
from beras.datasets.mnist import FashionMnist, Mnist, load_mnist
from beras.datasets.mnist_download import DownloadCancelled, DownloadError, download
from beras.datasets.mnist_files import (
    DATA_DIR_VARIABLE,
    FAMILIES,
    FASHION,
    MNIST,
    DataNotFoundError,
    Family,
    cache_folder,
    find_files,
)
from beras.datasets.own_points import OwnPoints
from beras.datasets.pen_digits import PenDigits
from beras.datasets.source import DataSource
from beras.datasets.toy2d import (
    Blobs,
    Checker,
    Circles,
    Moons,
    RegressionBump,
    RegressionPlane,
    RegressionSine,
    Sine,
    Spiral,
    Spiral3,
    Xor,
)
from beras.datasets.worked_example import WorkedExample
from beras.registry import DATASETS

__all__ = [
    "DATASETS",
    "DATA_DIR_VARIABLE",
    "FAMILIES",
    "FASHION",
    "MNIST",
    "Blobs",
    "Checker",
    "Circles",
    "DataFileError",
    "DataNotFoundError",
    "DataSource",
    "Dataset",
    "DownloadCancelled",
    "DownloadError",
    "Family",
    "FashionMnist",
    "Mnist",
    "Moons",
    "OwnPoints",
    "PenDigits",
    "RegressionBump",
    "RegressionPlane",
    "RegressionSine",
    "Sine",
    "Spiral",
    "Spiral3",
    "WorkedExample",
    "Xor",
    "cache_folder",
    "download",
    "find_files",
    "load_mnist",
    "read_idx",
    "read_images",
    "read_labels",
]
