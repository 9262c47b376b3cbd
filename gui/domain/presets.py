"""Ready experiments: plain JSON files in ``resources/presets``, named by their file name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from beras.registry import SettingError
from gui.domain.spec import ExperimentSpec

PRESET_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "presets"
DEFAULT_PRESET = "pen-digits"
PRESET_OF_DATA = {
    "pen_digits": "pen-digits",
    "mnist": "mnist",
    "fashion": "fashion",
    "worked_example": "worked-example",
}


def preset_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in PRESET_FOLDER.glob("*.json")))


def load_preset(name: str) -> ExperimentSpec:
    """Read a preset by name; an unknown one is an error that lists the known ones."""
    return ExperimentSpec.from_dict(_read(name))


def preset_title(name: str) -> str:
    """What it is called, without looking at the rest."""
    return str(_read(name)["title"])


def _read(name: str) -> dict[str, Any]:
    if name not in preset_names():
        raise SettingError("preset", f"Unknown preset {name!r}. Known: {', '.join(preset_names())}.")
    path = PRESET_FOLDER / f"{name}.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise SettingError("preset", f"The preset {path} cannot be read: {error}") from error
    return content
