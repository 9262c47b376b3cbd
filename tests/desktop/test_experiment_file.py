"""Experiment files: what is written comes back, a save is whole or not at all, and no file is trusted."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gui.domain.experiment_file import (
    EXPERIMENT,
    MAX_LAYERS,
    SCHEMA,
    ExperimentFileError,
    file_name,
    load_experiment,
    save_experiment,
    suggested_name,
)
from gui.domain.presets import PRESET_FOLDER, load_preset, preset_names
from gui.domain.spec import dense
from gui.domain.stop_rules import StopRules

SPEC = replace(load_preset("xor"), epochs=17, stop=StopRules(target_accuracy=0.9, minutes=2.5))
LOCAL_FLAGS, CENTRAL_FLAGS, CENTRAL_SIZE = 6, 8, 24  # places in the headers of a zip archive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.beras"


def about(**changes: Any) -> dict[str, Any]:
    return {"schema": 1, "program": "0.1.0", "experiment": SPEC.to_dict(), **changes}


def archive(*parts: tuple[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packing) as file:
        for name, part in parts:
            file.writestr(name, part)
    return content.getvalue()


def with_experiment(data: object) -> bytes:
    return archive((EXPERIMENT, data if isinstance(data, str | bytes) else json.dumps(data)))


# -- round trip -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", preset_names())
def test_what_is_saved_comes_back_exactly(path: Path, name: str) -> None:
    spec = replace(load_preset(name), seed=99)
    save_experiment(path, spec)
    loaded = load_experiment(path)
    assert (loaded.spec, loaded.path, loaded.is_preset) == (spec, path, False)


def test_stop_rules_and_settings_are_kept(path: Path) -> None:
    save_experiment(path, SPEC)
    assert load_experiment(path).spec == SPEC


@pytest.mark.parametrize("name", preset_names())
def test_a_plain_preset_file_is_opened(name: str) -> None:
    loaded = load_experiment(PRESET_FOLDER / f"{name}.json")
    assert (loaded.spec, loaded.is_preset) == (load_preset(name), True)


def test_parts_of_a_later_version_are_left_alone(path: Path) -> None:
    parts = [(EXPERIMENT, json.dumps(about(notes="new"))), ("weights.safetensors", b"x" * 100), ("runs/1.json", "[]")]
    path.write_bytes(archive(*parts))
    assert load_experiment(path).spec == SPEC


def test_a_newer_format_is_refused_with_what_to_do(path: Path) -> None:
    path.write_bytes(with_experiment({"schema": SCHEMA + 1, "program": "7.1", "experiment": {"all": "different"}}))
    with pytest.raises(ExperimentFileError, match=r"newer BERAS Studio \(7.1\).* version 3, .*or update"):
        load_experiment(path)


def test_the_same_experiment_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    save_experiment(path, SPEC)
    save_experiment(tmp_path / "other.beras", SPEC)
    assert path.read_bytes() == (tmp_path / "other.beras").read_bytes()


# -- saving -----------------------------------------------------------------------------------------------------------


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    save_experiment(path, SPEC)
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full_disk)
        with pytest.raises(ExperimentFileError, match=r"“mine.beras” cannot be saved.*No space left on device"):
            save_experiment(path, replace(SPEC, epochs=1))
    assert load_experiment(path).spec == SPEC
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_has_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExperimentFileError, match="No such file or directory"):
        save_experiment(tmp_path / "gone" / "a.beras", SPEC)


def test_a_folder_of_that_name_is_said(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ExperimentFileError, match="it is a folder"):
        save_experiment(path, SPEC)


def test_a_write_protected_file_is_not_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_experiment(path, SPEC)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write to every file
    with pytest.raises(ExperimentFileError, match="write-protected"):
        save_experiment(path, replace(SPEC, epochs=1))
    assert load_experiment(path).spec == SPEC


def test_what_a_link_points_to_is_written(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.beras"
    save_experiment(real, replace(SPEC, epochs=1))
    path.symlink_to(real)
    save_experiment(path, SPEC)
    assert path.is_symlink()
    assert load_experiment(real).spec == SPEC


def test_permissions_of_the_file_are_kept(path: Path) -> None:
    save_experiment(path, SPEC)
    path.chmod(0o600)
    save_experiment(path, replace(SPEC, epochs=1))
    assert path.stat().st_mode & 0o777 == 0o600


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExperimentFileError, match=r"ends in \.beras"):
        save_experiment(tmp_path / "preset.json", SPEC)
    assert os.listdir(tmp_path) == []


def test_what_could_not_be_opened_again_is_not_saved(path: Path) -> None:
    with pytest.raises(ExperimentFileError, match="at most 200 layers"):
        save_experiment(path, replace(SPEC, layers=(dense(1),) * (MAX_LAYERS + 1)))
    assert not path.exists()


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("XOR, two layers", "XOR, two layers.beras"),
        ("a/b\\c: what?", "a b c what.beras"),
        ("..", "experiment.beras"),
        ("  ", "experiment.beras"),
        ("x" * 300, "x" * 60 + ".beras"),
    ],
)
def test_a_title_becomes_a_file_name(title: str, name: str) -> None:
    assert suggested_name(title) == name


def test_names_that_are_no_text_or_far_too_long_can_be_shown() -> None:
    assert file_name(Path(os.fsdecode(b"a\xffb"))) == "a\ufffdb"
    assert file_name(Path("two\nlines")) == "two\ufffdlines"
    assert len(file_name(Path("x" * 250))) <= 60
