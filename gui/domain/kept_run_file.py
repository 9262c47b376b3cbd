"""Kept runs on the disk: one archive per run, a small file beside it for its name and colour, one for the page.

The archive is written once, when the run ends; a new name or colour rewrites only the small file. Files are never
trusted: what cannot be read is said in one sentence with the file's name, and the others are read all the same.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import beras.datasets  # the data sets register themselves when they are imported
from gui.domain.curves_file import CURVE_PARTS, pack_curves, unpack_curves
from gui.domain.experiment_file import (
    MAX_LAYERS,
    UNREADABLE,
    WrongFileError,
    check_schema,
    file_name,
    plain_data,
    reason_of,
    why_unreadable,
)
from gui.domain.kept_run import COLOR_COUNT, LARGEST_COUNT, NAMELESS, OUTCOMES, KeptRun, RunResults, tidy_name
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import ExperimentSpec
from gui.domain.whole_file import write_whole
from gui.domain.zip_parts import MAX_ARCHIVE_BYTES, read_parts, write_parts

RUN_SCHEMA = 2  # what version 2 has is said where experiment files are read
RUN_SUFFIX, LOOK_SUFFIX = ".run", ".look"
ABOUT = "run.json"
PAGE_NAME = "page.json"
MAX_ABOUT_BYTES, MAX_LOOK_BYTES, MAX_PAGE_BYTES = 1 << 20, 1 << 14, 1 << 20
MAX_CHANGES = 1000
MAX_SHOWN = 1000
ID = re.compile(r"[0-9a-f]{32}")
EXPECTED = "Expected a kept run."

Stamp = tuple[int, int, int, int]


class RunFileError(ValueError):
    """A kept run that cannot be read; the message is for people and names the file."""


@dataclass(frozen=True, slots=True)
class PageMemory:
    """What the page of the runs showed last: the pinned baseline, and whose curves were on show."""

    baseline: str | None = None
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """What was found in the folder: the runs, the oldest first, and a sentence for each that cannot be read."""

    runs: tuple[KeptRun, ...] = ()
    unreadable: tuple[str, ...] = ()
    page: PageMemory | None = None
    size: int = 0


def never() -> bool:
    return False


class RunShelf:
    """The folder of the runs. It is made when the first run is written. Each method reads or writes files at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read: dict[str, tuple[Stamp, KeptRun | str]] = {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def listing(self, cancelled: Callable[[], bool] = never) -> Listing:
        """Every run there is, without its curves. What has not changed since the last time is not read again."""
        if not os.path.isdir(self.folder):
            return Listing()
        found: dict[str, tuple[Stamp, KeptRun | str]] = {}
        size = 0
        try:
            names = sorted(os.listdir(self.folder))
        except OSError as error:
            return Listing(unreadable=(f"The kept runs cannot be listed. The computer says: {reason_of(error)}.",))
        for path in (self.folder / name for name in names if name.endswith(RUN_SUFFIX) and not name.startswith(".")):
            if cancelled():
                break
            stamp = _stamp(path)
            before = self._read.get(path.name)
            known = before is not None and before[0] == stamp
            found[path.name] = before if before is not None and known else (stamp, self._run_or_reason(path))
            size += stamp[1]
        self._read = found
        runs = [each for _, each in found.values() if isinstance(each, KeptRun)]
        reasons = tuple(each for _, each in found.values() if isinstance(each, str))
        return Listing(tuple(sorted(runs, key=lambda run: (run.started, run.id))), reasons, self._page(), size)

    def log(self, run_id: str) -> MetricsLog:
        """The curves of a run. Raises ``RunFileError``."""
        path = self._path(run_id, RUN_SUFFIX)
        try:
            _check_kind(path)
            return unpack_curves(read_parts(path, CURVE_PARTS))
        except (OSError, *UNREADABLE) as error:
            raise RunFileError(_sentence(path, error)) from error

    def _run_or_reason(self, path: Path) -> KeptRun | str:
        try:
            return self._with_look(_run(path))
        except (OSError, *UNREADABLE) as error:
            return _sentence(path, error)

    def _with_look(self, run: KeptRun) -> KeptRun:
        """The run with the name and colour that it was given later; a damaged file of those is as good as none."""
        path = self._path(run.id, LOOK_SUFFIX)
        try:
            data = plain_data(_small(path, MAX_LOOK_BYTES))
            return replace(run, name=_name(data["name"]), color=_color(data["color"]))
        except (OSError, *UNREADABLE):
            return run

    def _page(self) -> PageMemory | None:
        try:
            data = plain_data(_small(self.folder / PAGE_NAME, MAX_PAGE_BYTES))
            shown = [each for each in data["shown"][:MAX_SHOWN] if _is_id(each)]
            return PageMemory(data["baseline"] if _is_id(data["baseline"]) else None, tuple(shown))
        except (OSError, *UNREADABLE):
            return None

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, run: KeptRun, log: MetricsLog) -> None:
        """Keep a run, in place of an earlier state of the same. ``OSError`` or ``ValueError``: nothing was changed."""
        about = {
            "schema": RUN_SCHEMA,
            "program": beras.__version__,
            "id": run.id,
            "name": run.name,
            "color": run.color,
            "started": run.started,
            "outcome": run.outcome,
            "begun": run.begun.to_dict(),
            "ended": run.ended.to_dict(),
            "results": asdict(run.results),
            "changes": [list(change) for change in run.changes[-MAX_CHANGES:]],
        }
        parts = {ABOUT: json.dumps(about, allow_nan=False).encode(), **pack_curves(log)}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._path(run.id, RUN_SUFFIX), write_parts(parts))

    def write_look(self, run: KeptRun) -> None:
        """Keep a run's name and colour."""
        self._write_small(self._path(run.id, LOOK_SUFFIX), {"name": run.name, "color": run.color})

    def write_page(self, page: PageMemory) -> None:
        """Keep what the page shows."""
        self._write_small(self.folder / PAGE_NAME, {"baseline": page.baseline, "shown": list(page.shown[-MAX_SHOWN:])})

    def remove(self, run_id: str) -> None:
        """Take a run off the disk for good."""
        for suffix in (RUN_SUFFIX, LOOK_SUFFIX):
            with suppress(FileNotFoundError):
                os.unlink(self._path(run_id, suffix))

    def _write_small(self, path: Path, data: dict[str, Any]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(data, allow_nan=False).encode())

    def _path(self, run_id: str, suffix: str) -> Path:
        if not _is_id(run_id):
            raise ValueError(f"The number of a run has 32 digits from 0 to f. Received: {str(run_id)[:60]!r}.")
        return self.folder / f"{run_id}{suffix}"


# -- one file ---------------------------------------------------------------------------------------------------------


def _run(path: Path) -> KeptRun:
    _check_kind(path)
    parts = read_parts(path, {ABOUT: MAX_ABOUT_BYTES})
    if ABOUT not in parts:
        raise WrongFileError(f"{EXPECTED} Received a zip archive without {ABOUT}.")
    data = plain_data(parts[ABOUT])
    if not isinstance(data, dict) or "schema" not in data:
        raise WrongFileError(f"{EXPECTED} Received something else.")
    check_schema(data, RUN_SCHEMA)
    if data.get("id") != path.stem or not _is_id(path.stem):
        raise WrongFileError(f"{EXPECTED} Received one under another name than its own. Give it back its name.")
    return KeptRun(
        id=path.stem,
        name=_name(data["name"]),
        color=_color(data["color"]),
        started=_started(data["started"]),
        outcome=_outcome(data["outcome"]),
        begun=_spec(data["begun"]),
        ended=_spec(data["ended"]),
        results=RunResults.from_dict(data["results"]),
        changes=_changes(data["changes"]),
    )


def _check_kind(path: Path) -> None:
    """Nothing but an ordinary file is opened: a pipe could keep us waiting."""
    if not path.is_file():
        raise WrongFileError(f"{EXPECTED} Received something that is no file, or there is none any more.")
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise WrongFileError(f"{EXPECTED} Received {path.stat().st_size:,} bytes, far more than one has.")


def _small(path: Path, limit: int) -> bytes:
    """The contents of a small file."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"Expected at most {limit:,} bytes.")
    return content


def _stamp(path: Path) -> Stamp:
    """When a run and its look were written, and how large they are; the same stamp means the same contents."""
    stamp = []
    for each in (path, path.with_suffix(LOOK_SUFFIX)):
        try:
            status = each.stat()
            stamp += [status.st_mtime_ns, status.st_size]
        except OSError:
            stamp += [0, 0]
    return stamp[0], stamp[1], stamp[2], stamp[3]


def _sentence(path: Path, error: BaseException) -> str:
    reason = f"The computer says: {reason_of(error)}." if isinstance(error, OSError) else why_unreadable(error)
    return f"“{file_name(path)}” cannot be read. {reason}"


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"The name of a run is a text. Received: {str(value)[:60]!r}.")
    return tidy_name(value) or NAMELESS


def _color(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < COLOR_COUNT:
        raise ValueError(f"The colour of a run is a number from 0 to {COLOR_COUNT - 1}. Received: {str(value)[:60]!r}.")
    return value


def _started(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1 << 34:
        raise ValueError(f"The start of a run is in seconds since 1970. Received: {str(value)[:60]!r}.")
    return float(value)


def _outcome(value: Any) -> str:
    if value not in OUTCOMES:
        raise ValueError(f"A run has {', '.join(OUTCOMES)}. Received: {str(value)[:60]!r}.")
    return str(value)


def _spec(data: Any) -> ExperimentSpec:
    spec = ExperimentSpec.from_dict(data)
    if len(spec.layers) > MAX_LAYERS:
        raise ValueError(f"Expected at most {MAX_LAYERS} layers. Received {len(spec.layers):,}.")
    return spec


def _changes(data: Any) -> tuple[tuple[float, str], ...]:
    if not isinstance(data, list) or len(data) > MAX_CHANGES:
        raise ValueError(f"The changes of a run are a list of at most {MAX_CHANGES:,}. Received something else.")
    changes = []
    for x, label in data:
        if isinstance(x, bool) or not isinstance(x, (int, float)) or not 0 <= x < LARGEST_COUNT:
            raise ValueError(f"A change is made after a number of epochs. Received: {str(x)[:60]!r}.")
        changes.append((float(x), tidy_name(str(label))))
    return tuple(changes)
