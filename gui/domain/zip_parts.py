"""Named parts in one zip archive. An archive from elsewhere is never trusted, and never unpacked to the disk.

Sizes are checked as declared and again while reading; parts that nobody asked for are not read at all.
"""

from __future__ import annotations

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

MAX_ARCHIVE_BYTES = 1 << 31
MAX_PARTS = 1000
MAX_NAME_LENGTH = 200
ARRAYS_SUFFIX = ".safetensors"
CHUNK_BYTES = 1 << 16
MAX_SINGLE_READ_BYTES = 1 << 20  # the list of parts is read at one go: this bounds how many there can be
PLAIN_WAYS_OF_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x41  # the flags of both ways to encrypt
STRANGE_NAME = re.compile(r"(^|/)\.\.?(/|$)|^/|//|\\|^[A-Za-z]:")
DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError,
    ValueError, LookupError, OverflowError, RuntimeError, MemoryError,
)  # fmt: skip  # NotImplementedError and RecursionError are RuntimeErrors
AGAIN = "Save or copy the file again."


class PartsError(ValueError):
    """An archive that is damaged, absurd or hostile; the message says what was expected and what to do."""


def write_parts(parts: Mapping[str, bytes]) -> bytes:
    """An archive with these parts. The same parts give the same bytes.

    Arrays are stored as they are: numbers hardly pack, and a part that claims to be large must then be large.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            packing = zipfile.ZIP_STORED if name.endswith(ARRAYS_SUFFIX) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), part, packing)
    return content.getvalue()


def read_parts(path: Path, limits: Mapping[str, int]) -> dict[str, bytes]:
    """Those of the parts in ``limits`` that are there, each of at most so many bytes.

    Raises ``PartsError``, or ``OSError`` if the file cannot be read.
    """
    with _BoundedReader(open(path, "rb", buffering=0)) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = _members(archive)
                wanted = [members[name] for name in limits if name in members]
                return {member.filename: _content(archive, member, limits[member.filename]) for member in wanted}
        except (PartsError, OSError):
            raise
        except DAMAGES as error:
            raise PartsError(
                f"Expected a whole archive. Received one that is damaged or incomplete. {AGAIN}"
            ) from error


class _BoundedReader(io.BufferedReader):
    """A file of which nobody gets more than ``MAX_SINGLE_READ_BYTES`` at one go, whatever the file itself declares."""

    def read(self, size: int | None = -1, /) -> bytes:
        everything = size is None or size < 0
        content = super().read(MAX_SINGLE_READ_BYTES + 1 if everything else min(size or 0, MAX_SINGLE_READ_BYTES + 1))
        if len(content) > MAX_SINGLE_READ_BYTES:
            raise PartsError(f"Expected at most {MAX_PARTS:,} parts. Received a list of parts that is far longer.")
        return content


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name, all of them looked at: one absurd name makes the whole archive suspect."""
    members = archive.infolist()
    if len(members) > MAX_PARTS:
        raise PartsError(f"Expected at most {MAX_PARTS:,} parts. Received {len(members):,}; it is another file.")
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = member.orig_filename
        if not name.isprintable() or not 0 < len(name) <= MAX_NAME_LENGTH or STRANGE_NAME.search(name):
            raise PartsError(f"Expected plain names of parts. Received {name[:60]!r}; do not trust this file.")
        if member.filename in found:
            raise PartsError(f"Expected each part once. Received {name[:60]!r} twice; do not trust this file.")
        found[member.filename] = member
    return found


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    name = member.filename
    if member.flag_bits & ENCRYPTED:
        raise PartsError(f"Expected {name} to be readable. Received it encrypted. Save the file without a password.")
    if member.compress_type not in PLAIN_WAYS_OF_PACKING:
        raise PartsError(f"Expected {name} stored or deflated. Received another way of packing. {AGAIN}")
    if name.endswith(ARRAYS_SUFFIX) and member.compress_type != zipfile.ZIP_STORED:
        raise PartsError(f"Expected the arrays of {name} as they are. Received them packed. {AGAIN}")
    if member.file_size > limit:
        raise PartsError(f"Expected {name} of at most {limit:,} bytes. Received {member.file_size:,}; it is not ours.")
    with archive.open(member) as file:
        chunks, size = [], 0
        while size <= member.file_size and (chunk := file.read(CHUNK_BYTES)):  # in pieces: see _BoundedReader
            chunks.append(chunk)
            size += len(chunk)
        content = b"".join(chunks)
        if size != member.file_size:
            raise PartsError(
                f"Expected {name} of {member.file_size:,} bytes, as declared. Received another size. {AGAIN}"
            )
    return content
