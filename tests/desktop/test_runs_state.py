"""Every run is kept by itself, survives a restart and a full disk, and is deleted only when nobody wants it back."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain import kept_run_file
from gui.domain.kept_run_file import RunShelf
from gui.domain.metrics_log import MetricsLog
from gui.state.runs import SHOWN_BY_ITSELF
from tests.desktop.kept_run_steps import made_log, made_run, same_log
from tests.desktop.runs_bench import WAIT_MS, Bench, bench, files, folder, loaded, settled, shelf_with, told, trained

__all__ = ["bench"]  # a fixture

LONG = ("--preset", "xor", "--epochs", "100000")


# -- keeping ----------------------------------------------------------------------------------------------------------


def test_a_run_is_kept_when_it_ends(bench: Bench, qtbot: QtBot) -> None:
    trained(bench, qtbot)
    (run,) = settled(bench, qtbot).runs
    assert run.id == bench.run_state.run_id
    assert (run.outcome, run.results.epochs, run.begun) == ("completed", 3, bench.run_state.spec)
    assert run.results.best_val_loss == bench.run_state.log.val_loss.y.min()
    assert run.results.parameters == bench.experiment.parameter_count
    assert run.results.train_samples == 700
    assert bench.runs.shown == (run.id,)
    assert same_log(RunShelf(folder()).log(run.id), bench.run_state.log)


def test_a_stopped_run_is_kept_too_and_one_without_a_batch_is_not(bench: Bench, qtbot: QtBot) -> None:
    bench.run_state.step("batch")
    qtbot.waitUntil(lambda: bench.run_state.state == "paused", timeout=WAIT_MS)
    bench.run_state.stop()
    qtbot.waitUntil(lambda: not bench.run_state.is_active, timeout=WAIT_MS)
    (run,) = settled(bench, qtbot).runs
    assert (run.outcome, run.results.batches) == ("stopped", 1)
    bench.run_state.run()
    bench.run_state.log = MetricsLog()
    bench.run_state.run_ended.emit()
    assert len(bench.runs.runs) == 1


def test_what_was_changed_on_the_way_is_kept_beside_what_it_began_with(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio(*LONG)
    studio.run_state.step("batch")
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)
    begun = studio.experiment.spec
    studio.experiment.set_optimizer_setting("learning_rate", 0.25)
    studio.run_state.step("batch")
    qtbot.waitUntil(lambda: bool(studio.run_state.log.marks), timeout=WAIT_MS)
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)
    (run,) = settled(studio, qtbot).runs
    assert run.begun == begun
    assert run.ended.optimizer.settings["learning_rate"] == 0.25
    assert run.changed_to.startswith("0.25 at epoch 0")


def test_a_run_in_the_middle_is_kept_when_the_window_closes(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio(*LONG)
    studio.run_state.run()
    qtbot.waitUntil(lambda: len(studio.run_state.log.batch_loss) > 0, timeout=WAIT_MS)
    assert studio.close()
    (run,) = RunShelf(folder()).listing().runs
    assert run.outcome == "stopped"
    assert len(RunShelf(folder()).log(run.id).batch_loss) == run.results.batches


def test_runs_that_end_at_once_after_one_another_are_all_kept_also_when_the_window_closes(
    bench: Bench, qtbot: QtBot
) -> None:
    state = settled(bench, qtbot)
    for number in range(30):
        state._keep(made_run(number), made_log())
    assert bench.close()
    assert len(files()) == 30
    assert RunShelf(folder()).listing().unreadable == ()


def test_a_run_that_is_continued_takes_the_place_of_its_earlier_state(bench: Bench, qtbot: QtBot) -> None:
    trained(bench, qtbot)
    (before,) = settled(bench, qtbot).runs
    bench.runs.rename(before.id, "Mine")
    run = bench.run_state
    run.log.add_batches([3.5], [0.1], [0.9])
    run.run_ended.emit()
    (after,) = settled(bench, qtbot).runs
    assert (after.id, after.name, after.started) == (before.id, "Mine", before.started)
    assert after.results.batches == before.results.batches + 1
    assert len(files()) == 1


def test_each_fresh_start_has_an_id_of_its_own(bench: Bench, qtbot: QtBot) -> None:
    trained(bench, qtbot)
    first = bench.run_state.run_id
    trained(bench, qtbot)
    assert len({first, bench.run_state.run_id, *(run.id for run in bench.runs.runs)}) == 2


def test_what_is_kept_is_not_what_goes_on_changing(bench: Bench, qtbot: QtBot) -> None:
    trained(bench, qtbot)
    (run,) = bench.runs.runs
    points = len(bench.runs.curves[run.id].loss.validation)
    bench.run_state.log.add_epoch(3, {"val_loss": 9.0})
    assert len(bench.runs.curves[run.id].loss.validation) == points


def test_new_runs_are_drawn_until_there_are_many(bench: Bench, qtbot: QtBot) -> None:
    state = settled(bench, qtbot)
    for number in range(SHOWN_BY_ITSELF):
        state._keep(made_run(number), made_log())
    state.pin(made_run(0).id)
    state.set_shown(made_run(1).id, False)
    state.set_shown(made_run(1).id, True)
    for number in (50, 51):
        state._keep(made_run(number), made_log())
    assert len(state.shown) == SHOWN_BY_ITSELF
    assert {made_run(number).id for number in (0, 1, 50, 51)} <= set(state.shown)


# -- starting again, and two windows ----------------------------------------------------------------------------------


def test_runs_survive_a_restart_with_names_colours_baseline_and_what_was_drawn(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    shelf_with(3)
    first = open_studio()
    state = loaded(first, qtbot)
    one, two, three = state.runs
    state.rename(one.id, "Renamed")
    state.set_color(two.id, 30)
    state.pin(two.id)
    state.set_shown(three.id, False)
    assert first.close()
    again = loaded(open_studio(), qtbot)
    assert [run.name for run in again.runs] == ["Renamed", "Run 1", "Run 2"]
    assert again.runs[1].color == 30
    assert again.baseline == two.id
    assert set(again.shown) == {one.id, two.id}
    qtbot.waitUntil(lambda: set(again.curves) == {one.id, two.id})


def test_two_studios_at_once_keep_each_others_runs(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    one, other = open_studio(), open_studio()
    trained(one, qtbot)
    trained(other, qtbot)
    settled(one, qtbot)
    settled(other, qtbot)
    assert len(files()) == 2
    for studio in (one, other):
        assert len(loaded(studio, qtbot).runs) == 2
    mine, theirs = one.run_state.run_id, other.run_state.run_id
    one.runs.rename(mine, "From one")
    other.runs.rename(theirs, "From the other")
    settled(one, qtbot)
    settled(other, qtbot)
    assert {run.name for run in loaded(one, qtbot).runs} == {"From one", "From the other"}
    other.runs.delete([mine])
    assert other.close()
    assert [run.id for run in loaded(one, qtbot).runs] == [theirs]


def test_a_thousand_runs_do_not_slow_down_the_start(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    """Nothing of them is read before the window is there, and then in a thread."""
    shelf = RunShelf(folder())
    shelf.write(made_run(0), made_log())
    content = (folder() / f"{0:032x}.run").read_bytes()
    for number in range(1, 1000):
        (folder() / f"{number:032x}.run").write_bytes(content)
    read_in: list[int] = []
    usual = kept_run_file._run

    def noted(path: Path) -> object:
        read_in.append(threading.get_ident())
        return usual(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_run_file, "_run", noted)
        studio = open_studio()
        assert read_in == []
        loaded(studio, qtbot)
    assert len(read_in) == 1000
    assert threading.get_ident() not in read_in
    assert (len(studio.runs.runs), len(studio.runs.unreadable)) == (1, 999)
    assert len(studio.runs.shown) == 1


def test_closing_while_runs_are_being_read(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    shelf_with(20)
    studio = open_studio()
    studio.runs.load()
    assert studio.runs.is_loading
    assert studio.close()


# -- trouble with the disk --------------------------------------------------------------------------------------------


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_once_and_the_runs_stay(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_run_file, "write_whole", full)
    trained(bench, qtbot)
    settled(bench, qtbot)
    assert told(bench).startswith("Runs cannot be kept on the disk. The computer says: No space left on device.")
    bench.messages.dismiss()
    trained(bench, qtbot)
    state = settled(bench, qtbot)
    assert told(bench) == ""
    assert len(state.runs) == 2
    assert files() == []
    hidden = state.runs[0].id
    state.set_shown(hidden, False)
    state.set_shown(hidden, True)
    assert hidden in state.curves
    assert len(loaded(bench, qtbot).runs) == 2
    monkeypatch.undo()
    state._keep(made_run(5), made_log())
    settled(bench, qtbot)
    assert len([path for path in state._store._shelf.folder.iterdir() if path.suffix == ".run"]) == 3  # type: ignore[union-attr]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(bench: Bench, qtbot: QtBot) -> None:
    folder().mkdir(parents=True)
    folder().chmod(0o500)
    trained(bench, qtbot)
    settled(bench, qtbot)
    assert "Permission denied" in told(bench)
    folder().chmod(0o700)


def test_a_file_where_the_folder_should_be_is_told(bench: Bench, qtbot: QtBot) -> None:
    folder().parent.mkdir(parents=True)
    folder().write_text("in the way")
    trained(bench, qtbot)
    settled(bench, qtbot)
    assert "cannot be kept on the disk" in told(bench)
    assert len(bench.runs.runs) == 1
    assert folder().read_text() == "in the way"


def test_files_that_cannot_be_read_are_named_and_stay(bench: Bench, qtbot: QtBot) -> None:
    shelf_with(2)
    bad = folder() / f"{9:032x}.run"
    bad.write_bytes(b"nonsense")
    state = loaded(bench, qtbot)
    assert len(state.runs) == 2
    assert bad.name in state.notes[0]
    assert bad.read_bytes() == b"nonsense"


def test_curves_that_cannot_be_read_are_told(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf_with(2)
    monkeypatch.setitem(kept_run_file.CURVE_PARTS, "curves.json", 1)
    state = loaded(bench, qtbot)
    qtbot.waitUntil(lambda: len(state.notes) == 2)
    assert state.curves == {}
