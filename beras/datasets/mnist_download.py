"""Downloads MNIST and Fashion-MNIST: mirrors in turn, hashes checked, stoppable at any moment.

It asks nobody for consent: the caller does that, showing the family's ``licence`` and ``download_size``. It starts no
thread: ``progress`` and ``cancelled`` are called in the caller's.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from beras.datasets.idx import DataFileError, PathLike
from beras.datasets.mnist_files import SHOWN_HASH_DIGITS, DataFile, Family, cache_folder, family_of, verify

CONNECTION_TIMEOUT_S = 10
CHUNK_BYTES = 8192  # small, so that a cancelled download ends soon on a slow line too

Progress = Callable[[int, int], None]


class DownloadCancelled(Exception):  # noqa: N818, it is an answer to a request, not an error
    """The user stopped a download; nothing half-written is left."""


class DownloadError(OSError):
    """A download that no mirror could serve, or that could not be stored; the message says what to do by hand."""


class _MirrorFault(Exception):  # noqa: N818, it never leaves this module
    """What one mirror did wrong; the next one is tried."""


def download(
    family: str | Family,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
    mirrors: Sequence[str] | None = None,
    folder: PathLike | None = None,
) -> Path:
    """Download the files that ``folder`` (default: the user's cache) lacks, and return the folder.

    ``progress(done, total)`` is told bytes over all files; ``cancelled()`` is asked at every chunk. A file is stored
    under its name only when it is whole and its hash is right. ``mirrors`` (default: the family's) are tried in turn
    for every file, those that failed last. ``DownloadCancelled`` when stopped, ``DownloadError`` when no mirror
    serves a file or it cannot be stored; either way every file in the folder is whole.
    """
    family = family_of(family)
    folder = cache_folder(family) if folder is None else Path(folder)
    order = list(family.mirrors if mirrors is None else mirrors)
    done = 0
    for file in family.files:
        if not _is_genuine(folder / file.name, file, family):
            content = _fetch(file, order, _Reporter(done, family.download_size, progress, cancelled), folder, family)
            _store(content, folder / file.name)
        done += file.size
        progress(done, family.download_size)
    return folder


class _Reporter:
    """Tells the progress of one file as part of the whole, and raises ``DownloadCancelled`` when asked to stop."""

    def __init__(self, done: int, total: int, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._done, self._total = done, total
        self._progress, self._cancelled = progress, cancelled

    def report(self, received: int) -> None:
        if self._cancelled():
            raise DownloadCancelled("The download was stopped.")
        self._progress(self._done + received, self._total)


class _Receiver:
    """What pooch writes a file to: memory, never more than the file's published size."""

    def __init__(self, size: int, reporter: _Reporter) -> None:
        self.content = bytearray()
        self._size, self._reporter = size, reporter

    def write(self, chunk: bytes) -> None:
        if len(self.content) + len(chunk) > self._size:
            raise _MirrorFault(f"sent more than the {self._size:,} bytes expected")
        self.content += chunk
        self._reporter.report(len(self.content))

    def flush(self) -> None:
        """Asked for by pooch; memory needs none."""


def _fetch(file: DataFile, order: list[str], reporter: _Reporter, folder: Path, family: Family) -> bytes:
    """Return the file from the first mirror that serves it; a mirror that fails goes to the end of ``order``."""
    faults = []
    for mirror in tuple(order):
        reporter.report(0)
        try:
            return _fetch_from(mirror, file, reporter)
        except _MirrorFault as fault:
            faults.append(f"{mirror} {fault}")
            order.remove(mirror)
            order.append(mirror)
    names = ", ".join(each.name for each in family.files)
    raise DownloadError(
        f"{file.name} of {family.title} could not be downloaded: {'; '.join(faults) or 'no mirror was given'}. "
        f"Check the network connection, or put {names} into {folder} by hand."
    )


def _fetch_from(mirror: str, file: DataFile, reporter: _Reporter) -> bytes:
    import pooch  # here, because `import beras` works with NumPy alone

    receiver = _Receiver(file.size, reporter)
    with contextlib.ExitStack() as stack:

        def close_in_the_end(response: Any, **_: object) -> None:
            """Requests calls this with every response; pooch alone would leave it open when interrupted."""
            stack.callback(response.close)

        transfer = pooch.HTTPDownloader(
            chunk_size=CHUNK_BYTES,
            timeout=CONNECTION_TIMEOUT_S,
            headers={"Accept-Encoding": "identity"},  # else a server may unpack the file on the way
            hooks={"response": close_in_the_end},
        )
        try:
            transfer(f"{mirror}{file.name}", receiver, None)
        except (OSError, ValueError) as error:
            raise _MirrorFault(_reason(error)) from error
    import hashlib  # here, because few need it, and it takes a while to import

    received = hashlib.sha256(receiver.content).hexdigest()
    if received != file.sha256:
        expected, received = file.sha256[:SHOWN_HASH_DIGITS], received[:SHOWN_HASH_DIGITS]
        raise _MirrorFault(f"sent a wrong file (expected sha256 {expected}..., received {received}...)")
    return bytes(receiver.content)


def _reason(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"answered with status {status}"
    known = {
        "ConnectTimeout": "did not answer in time",
        "ReadTimeout": "stopped answering",
        "SSLError": "has no valid certificate",
        "ProxyError": "is not reachable through the proxy",
        "ConnectionError": "is not reachable",
        "ChunkedEncodingError": "broke off",
    }
    return known.get(type(error).__name__, f"failed ({error})")


def _is_genuine(path: Path, file: DataFile, family: Family) -> bool:
    try:
        verify(path, file, family)
    except DataFileError:
        return False
    return True


def _store(content: bytes, path: Path) -> None:
    """Write under a temporary name, then rename: nobody ever sees half a file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise DownloadError(
            f"{path} could not be written ({error.strerror}): free space or choose another folder."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
