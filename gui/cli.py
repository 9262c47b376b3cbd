"""The studio's command line: what it accepts, checked before a window opens. Knows no Qt."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import beras
from beras.datasets import DATA_DIR_VARIABLE, FAMILIES, DataFileError, find_files
from beras.datasets.mnist import verified_files
from beras.registry import DATASETS, SettingError
from gui.domain.check import with_data
from gui.domain.experiment_file import ExperimentFileError, SavedExperiment, load_experiment
from gui.domain.presets import DEFAULT_PRESET, PRESET_OF_DATA, load_preset, preset_names
from gui.domain.spec import MAX_EPOCHS, MAX_SEED, ExperimentSpec, whole_number


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for, checked.

    ``saved`` is what the experiment's file holds, None without one; ``file`` is where to save it again.
    """

    spec: ExperimentSpec
    saved: SavedExperiment | None
    file: Path | None
    data_dir: str | None
    autostart: bool
    quit_when_done: bool
    screenshot: Path | None
    reset_settings: bool


def parse(argv: Sequence[str]) -> Options:
    """Read the arguments (without the program's name). Anything wrong ends the program with 2 and one sentence."""
    parser = _parser()
    args = parser.parse_args(list(argv))
    try:
        opened = _opened(args)
        return Options(
            spec=_spec(args, None if opened is None else opened.spec),
            saved=opened,
            file=None if opened is None or opened.is_preset else opened.path,
            data_dir=args.data_dir,
            autostart=args.autostart or args.quit_when_done,
            quit_when_done=args.quit_when_done,
            screenshot=_screenshot(args.screenshot),
            reset_settings=args.reset_settings,
        )
    except (SettingError, DataFileError, ExperimentFileError) as error:
        parser.error(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python main.py", description="BERAS Studio: train small networks live and watch backpropagation."
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="open an experiment (.beras) or a preset (.json)")
    parser.add_argument("--preset", metavar="NAME", help=f"start with a ready experiment: {', '.join(preset_names())}")
    parser.add_argument("--dataset", metavar="NAME", help=f"start with a data set: {', '.join(DATASETS.names())}")
    parser.add_argument("--data-dir", metavar="DIR", help="where MNIST and Fashion-MNIST lie")
    parser.add_argument("--epochs", type=int, metavar="N", help="passes over the training data")
    parser.add_argument("--seed", type=int, metavar="N", help="same seed, same weights, same order of the samples")
    parser.add_argument("--autostart", action="store_true", help="start training at once")
    parser.add_argument(
        "--quit-when-done", action="store_true", help="train, print one line of JSON, and end; 0 if the run completed"
    )
    parser.add_argument("--screenshot", metavar="FILE", help="save a PNG of the window when the run ends")
    parser.add_argument("--reset-settings", action="store_true", help="forget window places and preferences first")
    parser.add_argument("--version", action="version", version=f"BERAS Studio {beras.__version__}")
    return parser


def _opened(args: argparse.Namespace) -> SavedExperiment | None:
    if args.file is None:
        return None
    if args.preset is not None:
        raise SettingError("file", f"Expected a file or --preset. Received both: {args.file} and {args.preset}.")
    return load_experiment(Path(os.path.abspath(args.file)))


def _spec(args: argparse.Namespace, opened: ExperimentSpec | None) -> ExperimentSpec:
    """The file or preset, then the data set, then single numbers on top of it."""
    name = args.preset
    if name is None:
        name = PRESET_OF_DATA.get(args.dataset or "", DEFAULT_PRESET)
    spec = load_preset(name) if opened is None else opened
    if args.dataset is not None:
        name = DATASETS.spec(args.dataset).name
        spec = spec if name == spec.data.name else with_data(spec, name)
    if args.data_dir is not None and not Path(args.data_dir).is_dir():
        raise SettingError("data_dir", f"The data folder {args.data_dir} does not exist or is no folder.")
    if args.epochs is not None:
        spec = replace(spec, epochs=whole_number("--epochs", args.epochs, 1, MAX_EPOCHS))
    if args.seed is not None:
        spec = replace(spec, seed=whole_number("--seed", args.seed, 0, MAX_SEED))
    _check_files(spec, args.data_dir)
    return spec


def _check_files(spec: ExperimentSpec, data_dir: str | None) -> None:
    """If the chosen files are named, or must be there because nobody will be asked, they are looked at now."""
    family = FAMILIES.get(spec.data.name)
    if family is not None and (data_dir is not None or DATA_DIR_VARIABLE in os.environ):
        place = find_files(family, data_dir)
        if place is not None and place.is_dir():
            verified_files(place, family)


def _screenshot(file: str | None) -> Path | None:
    if file is None:
        return None
    path = Path(file).absolute()
    if path.suffix.lower() != ".png":
        raise SettingError(
            "screenshot", f"The screenshot is a PNG: give a file name that ends in .png. Received: {file}."
        )
    if not path.parent.is_dir():
        raise SettingError("screenshot", f"The screenshot cannot be saved: the folder {path.parent} does not exist.")
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SettingError("screenshot", f"The screenshot cannot be saved: {path} cannot be written.")
    return path
