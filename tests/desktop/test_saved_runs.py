"""An experiment is saved with its run: opened again, it stands where it stood, and goes on bit for bit the same."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.experiment_file import ExperimentFileError, SavedRun, load_experiment, save_experiment
from gui.domain.training_state import ABOUT, ARRAYS
from tests.desktop.file_steps import WAIT_MS, asks_nothing
from tests.desktop.moments import OPTIMIZERS, advance, experiment
from tests.desktop.plain_fit import plain_fit


def paused(open_studio: Callable[..., Studio], qtbot: QtBot, optimizer: str = "adam", steps: int = 25) -> Studio:
    studio = open_studio()
    studio.experiment.open(experiment(optimizer, epochs=6))
    advance(studio, steps, qtbot)
    return studio


def save(studio: Studio, path: Path, qtbot: QtBot) -> None:
    studio.files.save_as(path)
    qtbot.waitUntil(lambda: not studio.files.is_saving, timeout=WAIT_MS)
    assert studio.messages.message is None, studio.messages.message


def finish(studio: Studio, qtbot: QtBot) -> list[np.ndarray]:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    return [np.array(weight) for weight in studio.run_state.weights or ()]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_that_was_saved_goes_on_bit_for_bit(
    optimizer: str, open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "run.beras"
    first = paused(open_studio, qtbot, optimizer)
    save(first, path, qtbot)
    expected = plain_fit(experiment(optimizer, epochs=6))
    second = open_studio()
    second.files.open(path)
    run = second.run_state
    qtbot.waitUntil(lambda: run.state == "paused", timeout=WAIT_MS)
    assert run.newest == 25
    assert run.shown_place == (1, 1)
    assert (run.log.batch_loss.y == first.run_state.log.batch_loss.y).all()
    assert run.latest is not None
    assert (run.latest.epoch, run.latest.batch, run.latest.batches) == (1, 1, 23)
    assert not second.files.is_modified
    weights = finish(second, qtbot)
    for one, other in zip(weights, expected, strict=True):
        assert one.tobytes() == other.tobytes()
    assert (run.log.batch_loss.y[:25] == first.run_state.log.batch_loss.y).all()
    losses = finish(first, qtbot)
    assert [loss.tobytes() for loss in losses] == [weight.tobytes() for weight in weights]
    assert first.run_state.log.batch_loss.y.tobytes() == run.log.batch_loss.y.tobytes()
    assert first.run_state.log.val_loss.y.tobytes() == run.log.val_loss.y.tobytes()
    assert second.files.is_modified, "the file lacks what was trained since"


def test_a_run_is_saved_while_it_goes_on_and_after_it_has_ended(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    studio.experiment.open(replace(experiment(), epochs=100_000))
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.newest > 20, timeout=WAIT_MS)
    save(studio, tmp_path / "running.beras", qtbot)
    assert studio.run_state.state == "running", "saving stops nothing"
    running = load_experiment(tmp_path / "running.beras").run
    assert running is not None
    assert running.state.step == running.log().steps > 20
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)
    save(studio, tmp_path / "ended.beras", qtbot)
    ended = load_experiment(tmp_path / "ended.beras").run
    assert ended is not None
    assert ended.state.step == studio.run_state.newest
    assert not studio.files.is_modified


def test_what_is_only_looked_at_needs_no_question(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "run.beras"
    save(paused(open_studio, qtbot), path, qtbot)
    studio = open_studio("--preset", "moons")
    studio.files.open(path)
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    studio.files.new()
    qtbot.waitUntil(lambda: studio.files.path is None, timeout=WAIT_MS)
    assert asks_nothing(studio)
    assert studio.run_state.newest == 0, "a new experiment has no run"
    assert not studio.run_state.is_active


def test_an_earlier_moment_that_is_looked_at_is_not_what_is_saved(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    studio = paused(open_studio, qtbot)
    studio.run_state.look_at(7)
    qtbot.waitUntil(lambda: studio.run_state.moment == 7, timeout=WAIT_MS)
    save(studio, tmp_path / "run.beras", qtbot)
    saved = load_experiment(tmp_path / "run.beras").run
    assert saved is not None
    assert saved.state.step == 25
    assert studio.run_state.moment == 7


def test_closing_at_once_finishes_writing(open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path) -> None:
    studio = paused(open_studio, qtbot, steps=3)
    studio.files.save_as(tmp_path / "run.beras")
    qtbot.waitUntil(lambda: studio.files._saving is None or studio.files._saving.is_written, timeout=WAIT_MS)
    assert studio.close()
    saved = load_experiment(tmp_path / "run.beras").run
    assert saved is not None
    assert saved.state.step == 3


def test_what_replaces_a_run_waits_until_it_is_saved(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "run.beras"
    studio = paused(open_studio, qtbot, steps=3)
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)
    studio.files.save_as(path)
    assert studio.files.is_saving
    studio.files.new()
    qtbot.waitUntil(lambda: studio.files.path is None and studio.run_state.newest == 0, timeout=WAIT_MS)
    saved = load_experiment(path).run
    assert saved is not None
    assert saved.state.step == 3


def test_a_full_disk_is_said_and_the_old_file_survives(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.beras"
    studio = paused(open_studio, qtbot, steps=3)
    save(studio, path, qtbot)
    before = path.read_bytes()
    studio.run_state.step("batch")
    qtbot.waitUntil(lambda: studio.run_state.newest == 4, timeout=WAIT_MS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gui.domain.whole_file.os.fsync", full)
    studio.files.save()
    qtbot.waitUntil(lambda: studio.messages.message is not None, timeout=WAIT_MS)
    message = studio.messages.message
    assert message is not None
    assert "No space left on device" in message.text
    assert message.labels == ("Save as…",)
    assert path.read_bytes() == before
    assert list(tmp_path.glob(".beras-*")) == []
    assert studio.files.is_modified
    assert not studio.files.is_saving


def test_a_run_whose_data_are_gone_is_shown_and_can_be_saved_again(
    open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.beras"
    save(paused(open_studio, qtbot, steps=5), path, qtbot)
    studio = open_studio("--preset", "moons")

    def gone(*_: object) -> None:
        raise ValueError("The data are not on this computer.")

    monkeypatch.setattr(studio.session._store, "load", gone)
    studio.files.open(path)
    qtbot.waitUntil(lambda: studio.run_state.failure is not None and not studio.run_state.is_active, timeout=WAIT_MS)
    assert studio.run_state.newest == 5
    studio.files.save_as(tmp_path / "again.beras")
    qtbot.waitUntil(lambda: not studio.files.is_saving, timeout=WAIT_MS)
    again, before = load_experiment(tmp_path / "again.beras").run, load_experiment(path).run
    assert again is not None
    assert before is not None
    assert again.state.arrays["weight.0"].tobytes() == before.state.arrays["weight.0"].tobytes()


# -- files that are wrong ---------------------------------------------------------------------------------------------


@pytest.fixture
def saved(open_studio: Callable[..., Studio], qtbot: QtBot, tmp_path: Path) -> Path:
    path = tmp_path / "run.beras"
    save(paused(open_studio, qtbot, steps=3), path, qtbot)
    return path


def edited(path: Path, changes: dict[str, bytes | None], packing: int = zipfile.ZIP_STORED) -> Path:
    """The same archive with other parts."""
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    parts |= changes
    target = path.with_name("edited.beras")
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return target


def about(path: Path, **changes: object) -> bytes:
    with zipfile.ZipFile(path) as archive:
        table = json.loads(archive.read(ABOUT))
    return json.dumps(table | changes).encode()


def test_wrong_states_are_refused_in_a_sentence(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        spec = json.loads(archive.read(ABOUT))["spec"]
    larger = spec | {"layers": [spec["layers"][0] | {"layer": {"name": "dense", "settings": {"output_size": 4096}}}]}
    for changes, expected in (
        ({ABOUT: None}, "Expected a whole run"),
        ({ARRAYS: None}, "Expected a whole run"),
        ({"curves.json": None}, "Expected a whole run"),
        ({ARRAYS: b"nonsense" * 100}, "safetensors"),
        ({ABOUT: b"{}"}, "state of its training is damaged"),
        ({ABOUT: about(saved, step=4)}, "Expected curves of the 4 batches"),
        ({ABOUT: about(saved, step=-1)}, "Expected step"),
        ({ABOUT: about(saved, seconds="inf")}, "Expected the seconds"),
        ({ABOUT: about(saved, counts={"epoch": 0})}, "damaged"),
        ({ABOUT: about(saved, epochs=[[3, 0, {"val_loss": "0x1p0"}]])}, "Expected the loss of every epoch"),
        ({ABOUT: about(saved, generators=[{"bit_generator": "PCG64", "state": "x"}])}, "damaged"),
        ({ABOUT: about(saved, spec=larger)}, "weights for its network"),
    ):
        with pytest.raises(ExperimentFileError, match=expected):
            load_experiment(edited(saved, changes))  # type: ignore[arg-type]
    with pytest.raises(ExperimentFileError, match="as they are"):
        load_experiment(edited(saved, {}, zipfile.ZIP_DEFLATED))
    whole = saved.read_bytes()
    for length in range(100, len(whole), len(whole) // 40):
        cut = saved.with_name("cut.beras")
        cut.write_bytes(whole[:length])
        with pytest.raises(ExperimentFileError):
            load_experiment(cut)


def test_a_state_that_does_not_fit_the_data_ends_in_a_sentence(
    saved: Path, open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    run = load_experiment(saved).run
    assert run is not None
    counts = dict(run.state.counts) | {"position": 10**6}
    save_experiment(saved, run.state.spec, SavedRun(replace(run.state, counts=counts), run.curves))
    studio = open_studio()
    studio.files.open(saved)
    qtbot.waitUntil(lambda: studio.run_state.failure is not None, timeout=WAIT_MS)
    assert studio.run_state.failure is not None
    assert "The data have changed" in studio.run_state.failure.message
    qtbot.waitUntil(lambda: studio.messages.message is not None, timeout=WAIT_MS)


def test_the_command_line_opens_a_saved_run(saved: Path, open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio(str(saved))
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    assert studio.run_state.newest == 3
    assert not studio.files.is_modified
    assert studio.window.findChild(QAction, "action_run").text() == "Resume"
    assert not studio.files.is_modified


def test_the_command_line_trains_a_saved_run_to_its_end(
    saved: Path, open_studio: Callable[..., Studio], qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = open_studio(str(saved), "--quit-when-done")
    with qtbot.waitSignal(studio.window.closed, timeout=WAIT_MS):
        pass
    result = json.loads(capsys.readouterr().out)
    assert (result["outcome"], result["epochs"]) == ("completed", 6)
    assert studio.run_state.log.steps == 6 * 23
    for one, other in zip(studio.run_state.weights or (), plain_fit(experiment("adam", epochs=6)), strict=True):
        assert one.tobytes() == other.tobytes()
