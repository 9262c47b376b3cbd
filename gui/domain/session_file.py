"""What is kept of a window while it is open, so that nothing is lost when the program is killed.

It is an experiment file with one part more, which says where the experiment was saved last and when this was written.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

from gui.domain.experiment_file import (
    UNREADABLE,
    ExperimentFileError,
    SavedExperiment,
    SavedRun,
    load_experiment,
    save_experiment,
)
from gui.domain.spec import ExperimentSpec
from gui.domain.zip_parts import read_parts

SESSION = "session.json"
MAX_SESSION_BYTES = 1 << 14
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class LeftSession:
    """A session that a program which did not end properly has left."""

    file: Path
    path: Path | None
    written: float
    experiment: SavedExperiment

    @property
    def sentence(self) -> str:
        """What there is to restore."""
        run = self.experiment.run
        trained = "" if run is None else f", trained for {run.state.step:,} batches,"
        return (
            f"BERAS Studio did not end properly. “{self.experiment.spec.title}”{trained} was kept "
            f"{_ago(time.time() - self.written)}."
        )


def save_session(file: Path, path: Path | None, spec: ExperimentSpec, run: SavedRun | None) -> None:
    """Write a session; ``ExperimentFileError`` if it cannot be written."""
    about = {"path": None if path is None else str(path), "written": time.time()}
    save_experiment(file, spec, run, {SESSION: json.dumps(about).encode("utf-8", "replace")})


def load_session(file: Path) -> LeftSession:
    """Read a session; ``ExperimentFileError`` if it is damaged."""
    experiment = load_experiment(file)
    path, written = None, file.stat().st_mtime
    try:
        about = json.loads(read_parts(file, {SESSION: MAX_SESSION_BYTES})[SESSION])
        path = None if about["path"] is None else Path(str(about["path"]))
        written = float(about["written"]) if math.isfinite(about["written"]) else written
    except (OSError, *UNREADABLE) as error:
        raise ExperimentFileError("opened", file, "It does not say what it was kept for.") from error
    return LeftSession(file, path, written, experiment)


def _ago(seconds: float) -> str:
    for length, name in ((DAY_S, "day"), (HOUR_S, "hour"), (MINUTE_S, "minute")):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "less than a minute ago"
