"""Experiment files. A ``.beras`` file is a zip archive of named parts; a plain JSON file of settings is a preset.

``experiment.json`` holds the version of the format and the settings; the other parts are the state of the run and
its curves, if there is one. A later version of the program may add parts: those that are not known here are left alone,
but a newer format is refused. Files are never trusted.

Version 2 has first weights that were set by hand, the precision, and biases that do not learn; without these entries,
as in version 1 and in presets, weights are drawn, in float32, and every bias learns.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import beras.datasets  # the data sets register themselves when they are imported
from gui.domain.check import data_shape
from gui.domain.curves_file import CURVE_PARTS, CurvesError, unpack_curves
from gui.domain.metrics_log import MetricsLog
from gui.domain.spec import ExperimentSpec
from gui.domain.training_state import STATE_PARTS, StateError, TrainingState
from gui.domain.whole_file import write_whole
from gui.domain.zip_parts import MAX_ARCHIVE_BYTES, PartsError, read_parts, write_parts

SCHEMA = 2
SUFFIX = ".beras"
EXPERIMENT = "experiment.json"
MAX_JSON_BYTES = 1 << 20
RUN_PARTS = STATE_PARTS | CURVE_PARTS
PARTS = {EXPERIMENT: MAX_JSON_BYTES} | RUN_PARTS
MAX_LAYERS = 200
LONGEST_NAME, LONGEST_REASON = 60, 300
NOT_IN_NAMES = '<>:"/\\|?*'
LOOKED_AT_BYTES = 64
ZIP_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
BEFORE_JSON = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # marks of the encoding, and blanks
EXPECTED = f"Expected a {SUFFIX} file or a preset in JSON."
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, MemoryError)


class ExperimentFileError(ValueError):
    """An experiment that cannot be opened or saved; the message is for people and names the file."""

    def __init__(self, verb: str, path: Path, problem: str) -> None:
        super().__init__(f"“{file_name(path)}” cannot be {verb}. {problem}")


@dataclass(frozen=True, slots=True)
class SavedRun:
    """A run as a file holds it: how to go on with it, and the parts that its curves are packed in."""

    state: TrainingState
    curves: Mapping[str, bytes] = field(repr=False)

    def log(self) -> MetricsLog:
        """Its curves."""
        return unpack_curves(self.curves)


@dataclass(frozen=True, slots=True)
class SavedExperiment:
    """What a file holds. A preset is a beginning: it is not itself written when the experiment is saved."""

    spec: ExperimentSpec
    path: Path
    is_preset: bool
    run: SavedRun | None = None


def file_name(path: Path) -> str:
    """A file's name as it can be shown; bytes that are no text become question marks."""
    name = os.fsencode(path.name or path).decode("utf-8", "replace")
    return shortened("".join(letter if letter.isprintable() else "\ufffd" for letter in name), LONGEST_NAME)


def suggested_name(title: str) -> str:
    """A file name for an experiment with this title that every system takes."""
    letters = "".join(" " if letter in NOT_IN_NAMES else letter for letter in title)
    return f"{' '.join(letters.split())[:LONGEST_NAME].strip('. ') or 'experiment'}{SUFFIX}"


def save_experiment(
    path: Path, spec: ExperimentSpec, run: SavedRun | None = None, others: Mapping[str, bytes] | None = None
) -> None:
    """Write it to a ``.beras`` file, with ``others`` as parts beside it.

    Raises ``ExperimentFileError``; a file that was there is then as it was.
    """
    if path.suffix.lower() != SUFFIX:
        raise ExperimentFileError(
            "saved", path, f"An experiment is kept in a {SUFFIX} file: give it a name that ends in {SUFFIX}."
        )
    if len(spec.layers) > MAX_LAYERS:
        raise ExperimentFileError("saved", path, _too_many_layers(len(spec.layers)))
    about = {"schema": SCHEMA, "program": beras.__version__, "experiment": spec.to_dict()}
    text = json.dumps(about, indent=2, allow_nan=False)
    parts = {EXPERIMENT: text.encode(), **(others or {})}
    if run is not None:
        parts |= {**run.state.to_parts(), **run.curves}
    try:
        write_whole(path, write_parts(parts))
    except OSError as error:
        reason = reason_of(error)
        raise ExperimentFileError(
            "saved", path, f"The computer says: {reason}. What the file held before is still there. Save it elsewhere."
        ) from error


def load_experiment(path: Path) -> SavedExperiment:
    """Read a ``.beras`` file or a preset. Raises ``ExperimentFileError``, whatever is wrong with the file."""
    try:
        if _looks_like_archive(path):
            parts = _parts(path)
            return SavedExperiment(_spec(plain_data(parts[EXPERIMENT])), path, False, _run(parts))
        return SavedExperiment(_spec(plain_data(_text(path))), path, True)
    except OSError as error:
        problem = f"The computer says: {reason_of(error)}. Check the file, or choose another."
    except UNREADABLE as error:
        problem = why_unreadable(error)
    raise ExperimentFileError("opened", path, problem)


class WrongFileError(ValueError):
    """A file that is not what it should be; the message is complete."""


# -- files ------------------------------------------------------------------------------------------------------------


def _looks_like_archive(path: Path) -> bool:
    """Look at the kind, the first bytes and the size; nothing else is opened, as a pipe could keep us waiting."""
    if path.is_dir():
        raise WrongFileError(f"{EXPECTED} Received a folder. Choose a file in it.")
    if not path.exists():
        raise WrongFileError(
            f"{EXPECTED} There is no such file: it may have been moved or renamed. Choose it where it is."
        )
    if not path.is_file():
        raise WrongFileError(f"{EXPECTED} Received something that is no ordinary file. Choose another.")
    with open(path, "rb") as file:
        begin = file.read(LOOKED_AT_BYTES)
    if not begin:
        raise WrongFileError(f"{EXPECTED} Received an empty file. Choose another.")
    is_archive = begin.startswith(ZIP_BEGINNINGS)
    if not is_archive and not begin.lstrip(BEFORE_JSON).startswith(b"{"):
        raise WrongFileError(f"{EXPECTED} Received a file that begins with {str(begin[:8])[1:]}. Choose another.")
    size, limit = path.stat().st_size, MAX_ARCHIVE_BYTES if is_archive else MAX_JSON_BYTES
    if size > limit:
        raise WrongFileError(f"{EXPECTED} Received {size:,} bytes, but it has at most {limit:,}. Choose another file.")
    return is_archive


def _parts(path: Path) -> dict[str, bytes]:
    parts = read_parts(path, PARTS)
    if EXPERIMENT not in parts:
        raise WrongFileError(f"{EXPECTED} Received a zip archive without {EXPERIMENT}. Choose another file.")
    return parts


def _text(path: Path) -> bytes:
    with open(path, "rb") as file:
        content = file.read(MAX_JSON_BYTES + 1)
    if len(content) > MAX_JSON_BYTES:
        raise WrongFileError(f"{EXPECTED} Received one that grows while it is read. Choose another file.")
    return content


# -- contents ---------------------------------------------------------------------------------------------------------


def plain_data(content: bytes) -> Any:
    """What JSON holds, read strictly: finite numbers only, and no entry twice."""
    return json.loads(content, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_each_once)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"Expected finite numbers. Received: {text}.")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for name, value in pairs:
        if name in table:
            raise ValueError(f"Expected each entry once. Received: {name[:LONGEST_NAME]!r} twice.")
        table[name] = value
    return table


def _spec(data: Any) -> ExperimentSpec:
    """The settings in what was read: they stand by themselves in a preset, beneath "experiment" in a saved file."""
    if isinstance(data, Mapping) and "schema" in data:
        check_schema(data)
        data = data.get("experiment")
    spec = ExperimentSpec.from_dict(data)
    if len(spec.layers) > MAX_LAYERS:
        raise WrongFileError(_too_many_layers(len(spec.layers)))
    data_shape(spec)  # settings that are right one by one may not go together
    return spec


def _run(parts: Mapping[str, bytes]) -> SavedRun | None:
    """The run in a file, whole and fitting together, or None if it holds none."""
    found = [name for name in RUN_PARTS if name in parts]
    if not found:
        return None
    missing = [name for name in RUN_PARTS if name not in parts]
    if missing:
        raise WrongFileError(f"Expected a whole run. There is {found[0]}, but no {missing[0]}. Save or copy it again.")
    run = SavedRun(TrainingState.from_parts(parts), {name: parts[name] for name in CURVE_PARTS})
    if len(run.state.spec.layers) > MAX_LAYERS:
        raise WrongFileError(_too_many_layers(len(run.state.spec.layers)))
    run.state.check_sizes(data_shape(run.state.spec).inputs)
    steps = run.log().steps
    if steps != run.state.step:
        raise WrongFileError(
            f"Expected curves of the {run.state.step:,} batches that were trained. Received {steps:,}. Save it again."
        )
    return run


def check_schema(data: Mapping[str, Any], newest: int = SCHEMA) -> None:
    """Refuse a version of the format that is none, or newer than what this program reads."""
    schema = data["schema"]
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise ValueError(f"Expected the version of its format, a whole number. Received: {schema!r}.")
    if schema > newest:
        program = data.get("program")
        known = isinstance(program, str) and program.isprintable() and len(program) < LONGEST_NAME
        raise WrongFileError(
            f"It is from a newer BERAS Studio{f' ({program})' if known else ''}: its format has version {schema}, and "
            f"this one ({beras.__version__}) reads up to version {newest}. Open it there, or update."
        )


def why_unreadable(error: BaseException) -> str:
    """What is wrong with a file, for people, from the error that reading it came to."""
    if isinstance(error, (WrongFileError, PartsError, StateError, CurvesError)):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"Its JSON has a mistake in line {error.lineno}, column {error.colno}: {error.msg}. Mend it there."
    if isinstance(error, UnicodeDecodeError):
        return "Expected text in UTF-8. Received other bytes. Save the file as UTF-8."
    if isinstance(error, (RecursionError, MemoryError)):
        return "Expected the settings of an experiment. Received far too much in one another. Choose another file."
    return f"Its settings are wrong. {shortened(str(error), LONGEST_REASON)} Mend the file, or choose another."


def _too_many_layers(count: int) -> str:
    return f"Expected at most {MAX_LAYERS} layers. Received {count:,}. Make the network smaller."


def reason_of(error: Exception) -> str:
    """What the computer says of an error with a file, without a full stop."""
    return str(getattr(error, "strerror", None) or error).rstrip(".")


def shortened(text: str, length: int) -> str:
    """``text``, its middle left out if it is longer than ``length``."""
    half = length // 2
    return text if len(text) <= length else f"{text[: half - 1]}…{text[-half:]}"
