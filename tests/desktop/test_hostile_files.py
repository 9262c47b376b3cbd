"""Files that are damaged, absurd or hostile: each is one clear sentence, and nothing is unpacked or read too far."""

from __future__ import annotations

import errno
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
    load_experiment,
    save_experiment,
)
from gui.domain.spec import dense
from gui.domain.zip_parts import MAX_SINGLE_READ_BYTES
from tests.desktop.test_experiment_file import SPEC, about, archive, path, with_experiment

__all__ = ["path"]  # a fixture

LOCAL_FLAGS, CENTRAL_FLAGS, CENTRAL_SIZE = 6, 8, 24  # places in the headers of a zip archive


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
    content, words = ARCHIVES["bomb that says so"]
    path.write_bytes(content)
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: pytest.fail("it was unpacked"))
    assert words in complaint(path)


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
