"""The files that were open last, as they can be offered now: some may have gone, some have the same name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gui.domain.experiment_file import file_name


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A file that was open before; ``reason`` says why it cannot be opened now, empty if it can."""

    path: Path
    label: str
    place: str
    reason: str


def recent_files(names: Sequence[str]) -> tuple[RecentFile, ...]:
    """Each of these full names with its label, its place, and why it cannot be opened if so."""
    paths = [Path(each) for each in names]
    short = [path.name for path in paths]
    return tuple(
        RecentFile(
            path,
            _label(path, short.count(path.name) > 1),
            f"{file_name(path)} in {file_name(path.parent)}",
            "" if os.path.isfile(path) else "not found",
        )
        for path in paths
    )


def _label(path: Path, is_ambiguous: bool) -> str:
    """A file's name; with its folder if another has the same."""
    return f"{file_name(path)} – {file_name(path.parent)}" if is_ambiguous else file_name(path)
