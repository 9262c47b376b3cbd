"""The files of MNIST and Fashion-MNIST: what they are called, where they may be, and whether they are genuine.

It looks and checks; it neither downloads nor reads images.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beras.datasets.idx import DataFileError, PathLike

DATA_DIR_VARIABLE = "BERAS_DATA_DIR"
SHOWN_HASH_DIGITS = 12


class DataNotFoundError(DataFileError):
    """The files of a data set are missing; the message says which, and where they belong."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One gzipped file as it is published: name, size in bytes, and the sha256 of it and of what is packed in it."""

    name: str
    size: int
    sha256: str
    plain_sha256: str

    @property
    def plain_name(self) -> str:
        """The name it has when unpacked."""
        return self.name.removesuffix(".gz")


@dataclass(frozen=True, slots=True)
class Family:
    """A data set in MNIST's format: four files, the folders it may lie in, and where it can be had.

    ``name`` is the folder inside a data folder, ``torchvision`` and ``keras`` what those libraries call it (``keras``
    is None where their format is not read); ``mirrors`` end in a slash.
    """

    name: str
    title: str
    licence: str
    class_names: tuple[str, ...]
    train_images: DataFile
    train_labels: DataFile
    test_images: DataFile
    test_labels: DataFile
    mirrors: tuple[str, ...]
    torchvision: str
    keras: str | None = None

    @property
    def files(self) -> tuple[DataFile, DataFile, DataFile, DataFile]:
        return self.train_images, self.train_labels, self.test_images, self.test_labels

    @property
    def download_size(self) -> int:
        """Bytes to download."""
        return sum(file.size for file in self.files)


MNIST = Family(
    name="mnist",
    title="MNIST",
    licence="Y. LeCun, C. Cortes, C. Burges; usually stated as CC BY-SA 3.0",
    class_names=tuple("0123456789"),
    train_images=DataFile(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    train_labels=DataFile(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    test_images=DataFile(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    test_labels=DataFile(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    torchvision="MNIST",
    keras="mnist.npz",
)

FASHION = Family(
    name="fashion",
    title="Fashion-MNIST",
    licence="Zalando SE, MIT licence",
    class_names=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    train_images=DataFile(
        "train-images-idx3-ubyte.gz",
        26_421_880,
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    train_labels=DataFile(
        "train-labels-idx1-ubyte.gz",
        29_515,
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    test_images=DataFile(
        "t10k-images-idx3-ubyte.gz",
        4_422_102,
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    test_labels=DataFile(
        "t10k-labels-idx1-ubyte.gz",
        5_148,
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    mirrors=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
    torchvision="FashionMNIST",
)

FAMILIES = {family.name: family for family in (MNIST, FASHION)}


def family_of(family: str | Family) -> Family:
    """The family itself, or the one of that name; an unknown name is a ``ValueError`` that lists the known ones."""
    if isinstance(family, Family):
        return family
    if family not in FAMILIES:
        raise ValueError(f"Unknown data set {family!r}. Known: {', '.join(FAMILIES)}.")
    return FAMILIES[family]


def cache_folder(family: str | Family) -> Path:
    """Where downloads of ``family`` go: a folder in this user's cache."""
    import platformdirs  # here, because `import beras` works with NumPy alone

    return Path(platformdirs.user_cache_dir("beras")) / family_of(family).name


def find_files(family: str | Family, data_dir: PathLike | None = None) -> Path | None:
    """The folder with all four files (gzipped or not), or Keras's npz file, or None. Nothing is opened.

    Looked at in order: ``data_dir``; the folder that the variable BERAS_DATA_DIR names; the user's cache;
    ``~/.keras/datasets``; ``MNIST/raw`` of torchvision in ``~`` and ``~/data``. A ``data_dir`` that lacks files is a
    ``DataNotFoundError`` that names them: who names a folder wants no other.
    """
    family = family_of(family)
    if data_dir is not None:
        return _find_in(Path(data_dir), family)
    return next((place for place in _places(family) if _is_complete(place, family)), None)


def find_file(folder: Path, file: DataFile) -> Path | None:
    """``file`` in ``folder``, under its published name or its unpacked one; None if it is not there.

    In a folder that may not be entered nothing is there.
    """
    paths = (folder / file.name, folder / file.plain_name)
    return next((path for path in paths if os.path.isfile(path)), None)


def verify(path: Path, file: DataFile, family: Family) -> None:
    """Check that ``path`` is, byte for byte, the published ``file``; else ``DataFileError``."""
    expected = file.sha256 if path.suffix == ".gz" else file.plain_sha256
    try:
        with path.open("rb") as content:
            import hashlib  # here, because few need it, and it takes a while to import

            received = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise DataFileError(f"{path} cannot be read ({error.strerror}): check its permissions.") from error
    if received != expected:
        raise DataFileError(
            f"{path} is not {family.title}'s file of that name: expected sha256 {expected[:SHOWN_HASH_DIGITS]}..., "
            f"received {received[:SHOWN_HASH_DIGITS]}... {_advice(received, family)}"
        )


def _advice(received: str, family: Family) -> str:
    for other in FAMILIES.values():
        if other is not family and any(received in (file.sha256, file.plain_sha256) for file in other.files):
            return f"It is {other.title}'s: put it into a folder named {other.name}."
    return "It is damaged or another file: delete it and download it again."


def _places(family: Family) -> Iterator[Path]:
    if folder := os.environ.get(DATA_DIR_VARIABLE):
        yield from _inside(Path(folder), family)
    yield cache_folder(family)
    home = Path(os.path.expanduser("~"))
    if family.keras:
        yield home / ".keras" / "datasets" / family.keras
    for folder_of_torchvision in (home, home / "data"):
        yield folder_of_torchvision / family.torchvision / "raw"


def _inside(data_dir: Path, family: Family) -> tuple[Path, ...]:
    return data_dir / family.name, data_dir, data_dir / family.torchvision / "raw"


def _is_complete(place: Path, family: Family) -> bool:
    return os.path.isfile(place) if place.suffix == ".npz" else not _missing(place, family)


def _missing(folder: Path, family: Family) -> list[str]:
    return [file.name for file in family.files if find_file(folder, file) is None]


def _find_in(data_dir: Path, family: Family) -> Path:
    if not os.path.isdir(data_dir):
        raise DataNotFoundError(f"The data folder {data_dir} is not there: check its name.")
    best = min(_inside(data_dir, family), key=lambda folder: len(_missing(folder, family)))
    missing = _missing(best, family)
    if not missing:
        return best
    for folder in (data_dir, *_inside(data_dir, family)):
        if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
            raise DataNotFoundError(f"The folder {folder} may not be read: check its permissions.")
    if len(missing) == len(family.files):
        best = data_dir / family.name
    raise DataNotFoundError(
        f"The data folder {data_dir} lacks files of {family.title}: put {', '.join(missing)} into {best}, "
        "or leave the data folder out."
    )
