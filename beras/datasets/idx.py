"""Reads IDX files, the format of MNIST: a typed array of bytes, plain or gzipped.

It trusts nothing: a file may be cut short, damaged, or made to exhaust the memory. It knows no data set.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

PathLike = str | os.PathLike[str]

SIZE_LIMIT_BYTES = 2**30
MAX_DIMENSIONS = 4
UNSIGNED_BYTE = 0x08
TYPE_NAMES = {0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
GZIP_MAGIC = b"\x1f\x8b"
CHUNK_BYTES = 2**20


class Readable(Protocol):
    """What the reader needs of a file, plain or unpacked on the way."""

    def read(self, size: int, /) -> bytes: ...


class DataFileError(ValueError):
    """A data file that cannot be used; the message names it, what was expected, what was found and what to do."""


def read_idx(path: PathLike, limit: int = SIZE_LIMIT_BYTES) -> NDArray[np.uint8]:
    """Read a plain or gzipped IDX file of unsigned bytes into an array of the shape that its header declares.

    The format (Y. LeCun, "The MNIST database"): two zero bytes, a type byte, the number of dimensions, each dimension
    as a big-endian uint32, then the values in C order. Memory grows with what the file really holds, and at most one
    byte more than its header promises is ever decompressed. ``DataFileError`` is raised if the file cannot be opened,
    is not IDX, holds another type, promises more than ``limit`` bytes, or holds fewer or more bytes than it promises.
    """
    path = Path(path)
    if not path.is_file():
        raise DataFileError(f"{path} cannot be read: expected a file, found {'a folder' if path.is_dir() else 'none'}.")
    try:
        with path.open("rb") as file:
            if not _is_gzip(file):
                return _read_array(file, path, limit, actual=os.fstat(file.fileno()).st_size)
            import gzip  # here, because `import beras` should not wait for it

            with gzip.GzipFile(fileobj=file) as unpacked:
                return _read_array(unpacked, path, limit)
    except (EOFError, zlib.error, OSError) as error:
        raise DataFileError(f"{path} is damaged or cannot be read ({error}): copy or download it again.") from error


def read_images(path: PathLike, rows: int = 28, columns: int = 28) -> NDArray[np.uint8]:
    """Read grey images, uint8 ``(n, rows, columns)``; ``DataFileError`` if the file holds another shape."""
    images = read_idx(path)
    if images.ndim != 3 or images.shape[1:] != (rows, columns) or not len(images):
        raise DataFileError(
            f"{path} should hold images of {rows} x {columns} pixels, its shape is {images.shape}: "
            "check that it is the images file of this data set."
        )
    return images


def read_labels(path: PathLike, classes: int = 10) -> NDArray[np.uint8]:
    """Read class numbers 0..classes-1, uint8 ``(n,)``; ``DataFileError`` for another shape or a larger number."""
    labels = read_idx(path)
    if labels.ndim != 1 or not len(labels):
        raise DataFileError(
            f"{path} should hold a list of labels, its shape is {labels.shape}: "
            "check that it is the labels file of this data set."
        )
    if labels.max() >= classes:
        raise DataFileError(
            f"{path} should hold labels from 0 to {classes - 1}, it holds {labels.max()}: copy or download it again."
        )
    return labels


def _is_gzip(file: BinaryIO) -> bool:
    start = file.read(len(GZIP_MAGIC))
    file.seek(0)
    return start == GZIP_MAGIC


def _read_array(file: Readable, path: Path, limit: int, actual: int | None = None) -> NDArray[np.uint8]:
    """Read header and values; ``actual`` is the length of the whole file where it is known beforehand."""
    shape = _read_shape(file, path)
    promised = math.prod(shape)
    if promised > limit:
        raise DataFileError(
            f"{path} promises {promised:,} bytes (shape {shape}), more than the {limit:,} that are accepted: "
            "it is damaged or not a data set for this program."
        )
    if actual is not None and actual != (header := 4 + 4 * len(shape)) + promised:
        _refuse_length(path, shape, promised, f"{actual - header:,}")
    values = _read_at_most(file, promised + 1)
    if len(values) != promised:
        _refuse_length(path, shape, promised, f"{len(values):,}" if len(values) < promised else "more")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _read_shape(file: Readable, path: Path) -> tuple[int, ...]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataFileError(
            f"{path} is not an IDX file: expected it to begin with the bytes 00 00 (or 1f 8b if gzipped), "
            f"received {magic.hex(' ') or 'nothing'}; copy or download it again."
        )
    kind, dimensions = magic[2], magic[3]
    if kind != UNSIGNED_BYTE:
        name = TYPE_NAMES.get(kind, "unknown")
        raise DataFileError(
            f"{path} should hold uint8 values (type byte 0x08), it holds {name} ones (0x{kind:02x}): "
            "save it as unsigned bytes."
        )
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise DataFileError(
            f"{path} should have 1 to {MAX_DIMENSIONS} dimensions, its header says {dimensions}: "
            "copy or download it again."
        )
    header = file.read(4 * dimensions)
    if len(header) < 4 * dimensions:
        raise DataFileError(
            f"{path} ends inside its header: expected {4 * dimensions} bytes of dimensions, received {len(header)}; "
            "copy or download it again."
        )
    return struct.unpack(f">{dimensions}I", header)


def _read_at_most(file: Readable, limit: int) -> bytearray:
    values = bytearray()
    while len(values) < limit and (chunk := file.read(min(CHUNK_BYTES, limit - len(values)))):
        values += chunk
    return values


def _refuse_length(path: Path, shape: tuple[int, ...], promised: int, found: str) -> NoReturn:
    raise DataFileError(
        f"{path} should hold {promised:,} bytes of values (shape {shape}), it holds {found}: copy or download it again."
    )
