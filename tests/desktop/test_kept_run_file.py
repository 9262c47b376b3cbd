"""Kept runs on the disk: everything comes back, and what is no kept run is one sentence that keeps no other away."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gui.domain.curves_file import ARRAYS
from gui.domain.kept_run_file import (
    ABOUT,
    LOOK_SUFFIX,
    MAX_ABOUT_BYTES,
    PAGE_NAME,
    RUN_SCHEMA,
    RUN_SUFFIX,
    PageMemory,
    RunFileError,
    RunShelf,
)
from gui.domain.zip_parts import read_parts, write_parts
from tests.desktop.kept_run_steps import made_log, made_run, nan_log, same_log, spec_with

CHANGES = ((1.25, "learning rate 1e-3 → 5e-4"), (3.0, "3 epochs done"))


@pytest.fixture
def shelf(tmp_path: Path) -> RunShelf:
    return RunShelf(tmp_path / "runs")


def path_of(shelf: RunShelf, number: int, suffix: str = RUN_SUFFIX) -> Path:
    return shelf.folder / f"{number:032x}{suffix}"


def test_a_run_comes_back_as_it_was(shelf: RunShelf) -> None:
    log = nan_log()
    run = made_run(7, log, spec_with("rmsprop", 0.02), ended=spec_with("sgd"), changes=CHANGES, outcome="stopped")
    shelf.write(run, log)
    listing = RunShelf(shelf.folder).listing()
    assert listing.runs == (run,)
    assert listing.unreadable == ()
    assert listing.size == path_of(shelf, 7).stat().st_size
    assert same_log(shelf.log(run.id), log)


def test_without_a_folder_there_are_no_runs(shelf: RunShelf) -> None:
    assert shelf.listing().runs == ()
    assert not shelf.folder.exists()


def test_runs_are_listed_in_the_order_in_which_they_began(shelf: RunShelf) -> None:
    for number, started in ((1, 300.0), (2, 100.0), (3, 200.0)):
        shelf.write(made_run(number, started=started), made_log())
    assert [run.name for run in shelf.listing().runs] == ["Run 2", "Run 3", "Run 1"]


def test_a_new_name_leaves_the_archive_alone(shelf: RunShelf) -> None:
    run = made_run(1)
    shelf.write(run, made_log())
    before = path_of(shelf, 1).read_bytes(), path_of(shelf, 1).stat().st_mtime_ns
    shelf.write_look(replace(run, name="Mine", color=9))
    assert (path_of(shelf, 1).read_bytes(), path_of(shelf, 1).stat().st_mtime_ns) == before
    assert path_of(shelf, 1, LOOK_SUFFIX).stat().st_size < 200
    (again,) = shelf.listing().runs
    assert (again.name, again.color) == ("Mine", 9)


def test_only_what_has_changed_is_read_again(shelf: RunShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        shelf.write(made_run(number), made_log())
    shelf.listing()
    read: list[str] = []
    usual = shelf._run_or_reason
    monkeypatch.setattr(shelf, "_run_or_reason", lambda path: read.append(path.name) or usual(path))
    shelf.write_look(made_run(1, name="Other"))
    assert [run.name for run in shelf.listing().runs] == ["Run 0", "Other", "Run 2"]
    assert read == [path_of(shelf, 1).name]


def test_two_programs_keep_their_runs_in_one_folder(shelf: RunShelf) -> None:
    other = RunShelf(shelf.folder)
    shelf.write(made_run(1), made_log())
    other.write(made_run(2), made_log())
    shelf.write_look(made_run(1, name="From one"))
    other.write_look(made_run(2, name="From the other"))
    assert [run.name for run in shelf.listing().runs] == ["From one", "From the other"]
    other.remove(made_run(1).id)
    assert [run.name for run in shelf.listing().runs] == ["From the other"]
    assert not path_of(shelf, 1, LOOK_SUFFIX).exists()


def test_a_run_that_is_kept_again_takes_the_place_of_the_old_one(shelf: RunShelf) -> None:
    shelf.write(made_run(1), made_log(2))
    shelf.write(made_run(1, made_log(5)), made_log(5))
    (run,) = shelf.listing().runs
    assert run.results.epochs == 5
    assert len(shelf.log(run.id).val_loss) == 5


def test_what_the_page_showed_is_remembered(shelf: RunShelf) -> None:
    shelf.write(made_run(1), made_log())
    assert shelf.listing().page is None
    page = PageMemory(made_run(1).id, (made_run(1).id,))
    shelf.write_page(page)
    assert shelf.listing().page == page


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"baseline": 3, "shown": 4}', b'{"shown": ["../evil"]}', b"\xff"]
)
def test_a_damaged_memory_of_the_page_is_as_good_as_none(shelf: RunShelf, content: bytes) -> None:
    shelf.write(made_run(1), made_log())
    (shelf.folder / PAGE_NAME).write_bytes(content)
    listing = shelf.listing()
    assert listing.page in (None, PageMemory())
    assert len(listing.runs) == 1


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"name": 3, "color": 1}', b'{"name": "x", "color": 99}', b" " * 100_000]
)
def test_a_damaged_name_is_as_good_as_none(shelf: RunShelf, content: bytes) -> None:
    shelf.write(made_run(1), made_log())
    path_of(shelf, 1, LOOK_SUFFIX).write_bytes(content)
    assert [run.name for run in shelf.listing().runs] == ["Run 1"]
    assert shelf.listing().unreadable == ()


def test_an_id_from_elsewhere_reaches_no_other_folder(shelf: RunShelf, tmp_path: Path) -> None:
    (tmp_path / "evil.run").write_text("")
    for hostile in ("../evil", "", "x" * 32, "0" * 31 + "/"):
        with pytest.raises((ValueError, RunFileError)):
            shelf.log(hostile)
        with pytest.raises(ValueError, match="32 digits"):
            shelf.remove(hostile)
    assert (tmp_path / "evil.run").exists()


# -- wrong files ------------------------------------------------------------------------------------------------------


def with_about(**changes: Any) -> Callable[[Path], None]:
    """Change what a good run says of itself."""

    def change(path: Path) -> None:
        parts = read_parts(path, {ABOUT: MAX_ABOUT_BYTES, ARRAYS: 1 << 20, "curves.json": 1 << 20})
        about = json.loads(parts[ABOUT]) | changes
        path.write_bytes(write_parts({**parts, ABOUT: json.dumps(about).encode()}))

    return change


def renamed(path: Path) -> None:
    path.write_bytes(path.with_name(f"{1:032x}{RUN_SUFFIX}").read_bytes())


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(ABOUT, b" " * (1 << 26))


RESULTS = dict.fromkeys(("trained", "epochs", "batches", "seconds", "parameters", "train_samples"), 1)
WRONG: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), "damaged or incomplete"),
    "truncated": (lambda path: path.write_bytes(path.read_bytes()[:-40]), "damaged or incomplete"),
    "text": (lambda path: path.write_text("hello"), "damaged or incomplete"),
    "foreign archive": (lambda path: path.write_bytes(write_parts({"a": b""})), "without run.json"),
    "path traversal": (lambda path: path.write_bytes(write_parts({"../a": b"", ABOUT: b"{}"})), "do not trust"),
    "a bomb": (a_bomb, "67,108,864"),
    "no JSON": (lambda path: path.write_bytes(write_parts({ABOUT: b"{"})), "mistake in line 1"),
    "a list": (lambda path: path.write_bytes(write_parts({ABOUT: b"[]"})), "something else"),
    "deep": (lambda path: path.write_bytes(write_parts({ABOUT: b"[" * 200_000})), "far too much"),
    "NaN": (lambda path: path.write_bytes(write_parts({ABOUT: b'{"schema": NaN}'})), "finite"),
    "newer": (with_about(schema=RUN_SCHEMA + 1, program="9.9"), "newer BERAS Studio (9.9)"),
    "no version": (with_about(schema="x"), "version of its format"),
    "another name": (renamed, "under another name"),
    "a strange outcome": (with_about(outcome="won"), "completed, stopped, failed"),
    "a strange start": (with_about(started="today"), "seconds since 1970"),
    "a colour of none": (with_about(color=-1), "colour of a run"),
    "a name that is no text": (with_about(name=[1]), "name of a run"),
    "no results": (with_about(results=[]), "results of a run are a table"),
    "results in words": (with_about(results={**RESULTS, "seconds": "long"}), "seconds must be a number"),
    "half an epoch": (with_about(results={**RESULTS, "epochs": 0.5}), "epochs must be a whole number"),
    "an unknown optimiser": (with_about(begun=spec_with().to_dict() | {"optimizer": {"name": "evil"}}), "Unknown"),
    "endless layers": (
        with_about(ended=spec_with().to_dict() | {"layers": spec_with().to_dict()["layers"] * 200}),
        "layers",
    ),
    "changes of none": (with_about(changes={"a": 1}), "changes of a run"),
    "a change nowhere": (with_about(changes=[["x", "y"]]), "number of epochs"),
    "a pipe": (a_pipe, "no file"),
    "a folder": (a_folder, "no file"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_one_sentence_and_the_others_are_read(shelf: RunShelf, what: str) -> None:
    for number in (1, 2, 3):
        shelf.write(made_run(number), made_log())
    make_wrong, words = WRONG[what]
    make_wrong(path_of(shelf, 2))
    listing = shelf.listing()
    assert [run.name for run in listing.runs] == ["Run 1", "Run 3"]
    (sentence,) = listing.unreadable
    assert words in sentence
    assert sentence.startswith(f"“{2:032x}.run” cannot be read. ")
    assert len(sentence) < 500


def test_a_file_without_permission_is_said(shelf: RunShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.write(made_run(1), made_log())

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gui.domain.kept_run_file.read_parts", refuse)
    assert shelf.listing().unreadable[0].endswith("The computer says: Permission denied.")
    with pytest.raises(RunFileError, match="Permission denied"):
        shelf.log(made_run(1).id)


def test_a_folder_that_may_not_be_listed_is_said(shelf: RunShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root may list every folder, the operating system's refusal is played."""
    shelf.write(made_run(1), made_log())

    def refuse(_path: object) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    assert shelf.listing().unreadable == ("The kept runs cannot be listed. The computer says: Permission denied.",)


def test_a_folder_that_may_not_be_entered_holds_no_runs(shelf: RunShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.write(made_run(1), made_log())

    def refuse(*_: object, **__: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert shelf.listing().runs == ()


def test_curves_that_are_damaged_are_said_when_they_are_wanted(shelf: RunShelf) -> None:
    shelf.write(made_run(1), made_log())
    path = path_of(shelf, 1)
    about = read_parts(path, {ABOUT: MAX_ABOUT_BYTES})
    path.write_bytes(write_parts({**about, ARRAYS: b"nonsense", "curves.json": b"{}"}))
    assert len(shelf.listing().runs) == 1
    with pytest.raises(RunFileError, match=r"“0{31}1.run” cannot be read. .*safetensors"):
        shelf.log(made_run(1).id)


def test_an_unfinished_file_is_no_run(shelf: RunShelf) -> None:
    shelf.write(made_run(1), made_log())
    (shelf.folder / f".beras-0011{RUN_SUFFIX}").write_bytes(b"half")
    (shelf.folder / "notes.txt").write_text("mine")
    listing = shelf.listing()
    assert (len(listing.runs), listing.unreadable) == (1, ())


def test_names_from_elsewhere_are_shown_on_one_line(shelf: RunShelf) -> None:
    shelf.write(made_run(1), made_log())
    with_about(name="a\x1b[2J\nb" + "x" * 500)(path_of(shelf, 1))
    (run,) = shelf.listing().runs
    assert run.name.startswith("a [2J b")
    assert len(run.name) == 80
