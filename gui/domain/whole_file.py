"""Writing a file whole or not at all: what was there stays until the new content is safely on the disk."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of what ``path`` holds; ``OSError`` leaves that as it was and nothing beside it."""
    target = Path(os.path.realpath(path))  # what a link points to is replaced, not the link
    there = target.exists()
    if there:
        _check_replaceable(target)
    unfinished = target.with_name(f".beras-{os.urandom(8).hex()}")
    try:
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if there:
            shutil.copymode(target, unfinished)
        os.replace(unfinished, target)
    finally:
        with suppress(OSError):  # moved already, or never made
            os.unlink(unfinished)


def _check_replaceable(target: Path) -> None:
    """Moving another file there would go past these; whoever wrote into the file would have been stopped."""
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not target.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected")
