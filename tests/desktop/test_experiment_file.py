"""Experiment files: what is written comes back, a save is whole or not at all, and no file is trusted."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gui.domain.experiment_file import (
    EXPERIMENT,
    MAX_JSON_BYTES,
    MAX_LAYERS,
    ExperimentFileError,
    file_name,
    load_experiment,
    save_experiment,
    suggested_name,
)
from gui.domain.presets import PRESET_FOLDER, load_preset, preset_names
from gui.domain.spec import dense
from gui.domain.stop_rules import StopRules
from gui.domain.zip_parts import MAX_SINGLE_READ_BYTES

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


def spec_with(**changes: Any) -> bytes:
    return with_experiment(about(experiment={**SPEC.to_dict(), **changes}))


def patched(content: bytes, signature: bytes, place: int, value: bytes) -> bytes:
    """``value`` at ``place`` behind each signature of a header."""
    changed = bytearray(content)
    start = changed.find(signature)
    while start >= 0:
        changed[start + place : start + place + len(value)] = value
        start = changed.find(signature, start + 4)
    return bytes(changed)


def complaint(path: Path) -> str:
    with pytest.raises(ExperimentFileError) as error:
        load_experiment(path)
    return str(error.value)


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
    path.write_bytes(with_experiment({"schema": 2, "program": "7.1", "experiment": {"all": "different"}}))
    said = complaint(path)
    assert "newer BERAS Studio (7.1)" in said
    assert "version 2" in said
    assert "update" in said


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


# -- hostile archives -------------------------------------------------------------------------------------------------

GOOD = with_experiment(about())
ENCRYPTED = patched(patched(GOOD, b"PK\x03\x04", LOCAL_FLAGS, b"\x01\x00"), b"PK\x01\x02", CENTRAL_FLAGS, b"\x01\x00")
LIES_SMALL = patched(
    archive((EXPERIMENT, b"{" + b" " * (MAX_JSON_BYTES * 4) + b"}")),
    b"PK\x01\x02",
    CENTRAL_SIZE,
    struct.pack("<I", 1000),
)
LIES_LARGE = patched(GOOD, b"PK\x01\x02", CENTRAL_SIZE, struct.pack("<I", 2_000_000_000))
LONGEST_LIST = b"PK\x03\x04" + b"PK\x01\x02" * (MAX_SINGLE_READ_BYTES // 2)
HUGE_LIST = LONGEST_LIST + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(LONGEST_LIST) - 4, 4, 0)

ARCHIVES: dict[str, tuple[bytes, str]] = {
    "truncated": (GOOD[:-30], "damaged or incomplete"),
    "truncated in the middle": (GOOD[: len(GOOD) // 2], "damaged or incomplete"),
    "only the beginning": (b"PK\x03\x04", "damaged or incomplete"),
    "empty archive": (archive(), "without experiment.json"),
    "another archive": (archive(("word/document.xml", "<a/>")), "without experiment.json"),
    "bomb that says so": (archive((EXPERIMENT, b" " * (1 << 25))), "33,554,432"),
    "bomb that lies": (LIES_SMALL, "damaged or incomplete"),
    "size that lies": (LIES_LARGE, "2,000,000,000"),
    "too many parts": (archive(*((f"p{i}", "") for i in range(1001))), "at most 1,000 parts"),
    "far too many parts": (archive(*((f"p{i}", "") for i in range(30_000))), "at most 1,000 parts"),
    "endless list of parts": (HUGE_LIST, "at most 1,000 parts"),
    "path traversal": (archive(("../../evil", "x"), (EXPERIMENT, "{}")), "do not trust"),
    "absolute path": (archive(("/etc/passwd", "x"), (EXPERIMENT, "{}")), "do not trust"),
    "a drive": (archive(("C:/evil", "x"), (EXPERIMENT, "{}")), "do not trust"),
    "backslashes": (archive(("a\\..\\evil", "x"), (EXPERIMENT, "{}")), "do not trust"),
    "control characters": (archive(("a\x1b[2J", "x"), (EXPERIMENT, "{}")), "do not trust"),
    "an endless name": (archive(("a" * 5000, "x"), (EXPERIMENT, "{}")), "do not trust"),
    "encrypted": (ENCRYPTED, "encrypted"),
    "packed strangely": (archive((EXPERIMENT, "{}"), packing=zipfile.ZIP_LZMA), "another way of packing"),
    "a wrong checksum": (patched(GOOD, b"PK\x01\x02", 16, b"\0\0\0\0"), "damaged or incomplete"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_a_hostile_archive_is_one_clear_sentence(path: Path, what: str) -> None:
    content, words = ARCHIVES[what]
    path.write_bytes(content)
    said = complaint(path)
    assert words in said
    assert said.startswith("“mine.beras” cannot be opened. ")
    assert len(said) < 500
    assert os.listdir(path.parent) == [path.name], "something was unpacked"


def test_a_name_that_is_there_twice_is_refused(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = archive((EXPERIMENT, json.dumps(about())), (EXPERIMENT, "{}"))
    path.write_bytes(content)
    assert "twice" in complaint(path)


def test_a_bomb_is_refused_without_being_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(ARCHIVES["bomb that says so"][0])
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: pytest.fail("it was unpacked"))
    complaint(path)


# -- hostile contents -------------------------------------------------------------------------------------------------

LAYER = SPEC.layers[0].to_dict()
CONTENTS: dict[str, tuple[bytes, str]] = {
    "no JSON": (with_experiment("{oops"), "line 1, column 2"),
    "not UTF-8": (with_experiment(b'{"a": "\xff\xff"}'), "UTF-8"),
    "deeply nested lists": (with_experiment("[" * 100_000), "too much in one another"),
    "deeply nested tables": (with_experiment('{"a":' * 100_000), "too much in one another"),
    "deeply nested settings": (with_experiment('{"schema": 1, "experiment": ' + "[" * 900 + "]" * 900 + "}"), "list"),
    "a list": (with_experiment([]), "list"),
    "nothing": (with_experiment("null"), "NoneType"),
    "no experiment": (with_experiment({"schema": 1}), "NoneType"),
    "a schema of another type": (with_experiment(about(schema="1")), "whole number"),
    "schema true": (with_experiment(about(schema=True)), "whole number"),
    "schema 0": (with_experiment(about(schema=0)), "whole number"),
    "NaN": (spec_with(epochs=float("nan")), "Received: NaN"),
    "infinity": (spec_with(batch_size=float("inf")), "Received: Infinity"),
    "infinity in disguise": (with_experiment(json.dumps(about()).replace('"epochs": 17', '"epochs": 1e999')), "1e999"),
    "an endless number": (
        with_experiment(json.dumps(about()).replace('"epochs": 17', f'"epochs": {"9" * 9000}')),
        "cannot be opened",
    ),
    "an entry twice": (with_experiment(json.dumps(about()).replace('"epochs"', '"seed"')), "'seed' twice"),
    "epochs as text": (spec_with(epochs="17"), "epochs must be a whole number"),
    "no epochs": (spec_with(epochs=0), "epochs must be a whole number"),
    "a title that is no text": (spec_with(title={"a": 1}), "The title is a text"),
    "layers as a table": (spec_with(layers={}), "The layers are a list"),
    "a layer that is a number": (spec_with(layers=[3]), "Received: 3"),
    "an unknown layer": (spec_with(layers=[{"layer": {"name": "convolution"}}]), "Unknown layer 'convolution'"),
    "an unknown activation": (spec_with(layers=[{**LAYER, "activation": {"name": "swish"}}]), "'swish'"),
    "an unknown data set": (spec_with(data={"name": "imagenet"}), "Unknown data set 'imagenet'"),
    "an unknown optimiser": (spec_with(optimizer={"name": "lion"}), "'lion'"),
    "an unknown setting": (spec_with(optimizer={"name": "adam", "settings": {"speed": 1}}), "no setting 'speed'"),
    "a setting out of range": (spec_with(optimizer={"name": "adam", "settings": {"learning_rate": -1}}), "-1"),
    "a setting of another type": (spec_with(optimizer={"name": "adam", "settings": {"learning_rate": []}}), "[]"),
    "settings as a list": (spec_with(optimizer={"name": "adam", "settings": []}), "are a table"),
    "an unknown stop rule": (spec_with(stop={"whim": 1}), "Stop rules"),
    "too many layers": (spec_with(layers=[LAYER] * (MAX_LAYERS + 1)), "at most 200 layers"),
    "a huge value": (spec_with(layers="x" * 500_000), "The layers are a list"),
}


@pytest.mark.parametrize("what", CONTENTS)
def test_wrong_contents_are_one_clear_sentence(path: Path, what: str) -> None:
    content, words = CONTENTS[what]
    path.write_bytes(content)
    said = complaint(path)
    assert words in said
    assert len(said) < 600


def test_a_title_stays_on_one_line(path: Path) -> None:
    path.write_bytes(spec_with(title="  two\nlines\ud800 and \x1b[31mred " + "x" * 1000))
    title = load_experiment(path).spec.title
    assert title.isprintable()
    assert title.startswith("twolines and")
    assert len(title) <= 200


def test_an_experiment_with_a_problem_that_can_be_mended_is_opened(path: Path) -> None:
    odd = replace(SPEC, layers=(dense(3), dense(7, "softmax")))
    save_experiment(path, odd)
    assert [layer.layer.settings["output_size"] for layer in load_experiment(path).spec.layers] == [3, 7]


# -- things that are no experiment ------------------------------------------------------------------------------------


def test_a_missing_file(path: Path) -> None:
    assert "There is no such file" in complaint(path)


def test_a_folder(tmp_path: Path) -> None:
    assert "Received a folder" in complaint(tmp_path)


def test_a_pipe_does_not_keep_anybody_waiting(path: Path) -> None:
    os.mkfifo(path)
    assert "no ordinary file" in complaint(path)


def test_a_file_that_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    path.write_bytes(GOOD)
    monkeypatch.setattr("builtins.open", refuse)  # root may read every file
    assert "Permission denied" in complaint(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "begins with '\\x89PNG"),
        (b"hello", "begins with 'hello'"),
        (b"[1, 2]", "begins with '[1, 2]'"),
        (b"{" + b" " * MAX_JSON_BYTES + b"}", "at most 1,048,576"),
    ],
)
def test_another_file(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    assert words in complaint(path)


def test_a_preset_with_a_mistake_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "lesson.json"
    path.write_text('{\n  "title": "A",\n  "data" {}\n}', encoding="utf-8")
    assert "line 3, column 10" in complaint(path)


def test_a_preset_with_the_mark_of_windows_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "lesson.json"
    path.write_text(json.dumps(SPEC.to_dict()), encoding="utf-8-sig")
    assert load_experiment(path).spec == SPEC


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


# -- fuzz -------------------------------------------------------------------------------------------------------------

VALUES: list[Any] = [None, True, -1, 0, 3.5, 1e308, "", "x", [], {}, [[]], {"name": "dense"}, {"name": 3}, 10**30]


def spoiled(data: Any, rng: random.Random) -> Any:
    """``data`` with one thing in it replaced, removed or added."""
    if isinstance(data, dict) and data and rng.random() < 0.9:
        key = rng.choice(list(data))
        if rng.random() < 0.1:
            return {k: v for k, v in data.items() if k != key}
        return {**data, key: spoiled(data[key], rng)}
    if isinstance(data, list) and data and rng.random() < 0.9:
        index = rng.randrange(len(data))
        return [*data[:index], spoiled(data[index], rng), *data[index + 1 :]]
    return rng.choice(VALUES)


def flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randrange(1, 8)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randrange(len(changed))] if rng.random() < 0.3 else changed)


@pytest.mark.parametrize(
    "damage",
    [
        lambda rng: with_experiment(spoiled(about(), rng)),
        lambda rng: json.dumps(spoiled(SPEC.to_dict(), rng)).encode(),
        lambda rng: flipped(GOOD, rng),
        lambda rng: flipped(json.dumps(SPEC.to_dict()).encode(), rng),
        lambda rng: rng.choice([b"PK\x03\x04", b"PK\x05\x06", b"{", b""]) + rng.randbytes(200),
    ],
    ids=["settings", "preset", "bytes of an archive", "bytes of a preset", "noise"],
)
def test_two_hundred_damaged_files_give_an_experiment_or_one_sentence(
    path: Path, damage: Callable[[random.Random], bytes]
) -> None:
    rng = random.Random(0)
    said = []
    for _ in range(200):
        path.write_bytes(damage(rng))
        try:
            load_experiment(path)
        except ExperimentFileError as error:
            said.append(str(error))
    assert said
    assert all(20 < len(sentence) < 600 for sentence in said)
