"""Kept runs are deleted only when nobody wants them back; their settings are loaded, their table is exported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.state.explorer import ExplorerState
from gui.state.exports import ExportsState
from gui.state.files import FilesState, Question
from gui.state.settings import Settings
from gui.training.data_store import DataStore
from tests.desktop.kept_run_steps import made_log, made_run
from tests.desktop.runs_bench import WAIT_MS, Bench, bench, files, folder, loaded, settled, shelf_with, told, trained

__all__ = ["bench"]  # a fixture


# -- deleting ---------------------------------------------------------------------------------------------------------


def test_deleted_runs_can_be_brought_back(bench: Bench, qtbot: QtBot) -> None:
    shelf_with(3)
    state = loaded(bench, qtbot)
    ids = [run.id for run in state.runs]
    state.pin(ids[1])
    state.delete(ids[:2])
    assert [run.id for run in state.runs] == ids[2:]
    assert (state.baseline, told(bench)) == (None, "2 runs deleted.")
    assert len(loaded(bench, qtbot).runs) == 1, "they were found on the disk again"
    bench.messages.trigger_action()
    assert [run.id for run in state.runs] == ids
    assert state.baseline == ids[1]
    assert set(state.shown) == set(ids)
    assert bench.close()
    assert len(files()) == 3


def test_deleted_runs_leave_the_disk_when_the_window_closes(bench: Bench, qtbot: QtBot) -> None:
    shelf_with(3)
    state = loaded(bench, qtbot)
    state.rename(state.runs[0].id, "Gone")
    state.delete([state.runs[0].id])
    assert told(bench) == "1 run deleted."
    settled(bench, qtbot)
    assert len(files()) == 3
    assert bench.close()
    assert sorted(path.name for path in folder().iterdir() if path.suffix != ".json") == files()
    assert len(files()) == 2


# -- settings ---------------------------------------------------------------------------------------------------------


def test_settings_of_a_run_are_taken_as_one_edit(bench: Bench, qtbot: QtBot) -> None:
    trained(bench, qtbot)
    begun = bench.experiment.spec
    bench.experiment.set_optimizer("sgd")
    bench.experiment.set_seed(99)
    edited = bench.experiment.spec
    bench.runs.load_settings(bench.runs.runs[0].id)
    assert bench.experiment.spec == begun
    assert "is set up as" in told(bench)
    bench.experiment.undo_stack.undo()
    assert bench.experiment.spec == edited


def test_settings_that_were_changed_on_the_way_are_offered(bench: Bench, qtbot: QtBot) -> None:
    state = settled(bench, qtbot)
    begun = bench.experiment.spec
    run = made_run(1, spec=begun, ended=made_run(2).begun)
    state._keep(run, made_log())
    state.load_settings(run.id)
    assert bench.messages.message is not None
    assert bench.messages.message.labels == ("Set up as it ended",)


# -- the table as a file ----------------------------------------------------------------------------------------------


@pytest.fixture
def exports(bench: Bench) -> Iterator[ExportsState]:
    owner = bench.owner
    saved = FilesState(bench.experiment, bench.run_state, bench.messages, Settings(), parent=owner)
    explorer = ExplorerState(DataStore(None), bench.experiment, bench.run_state, owner)
    made = ExportsState(bench.experiment, bench.run_state, saved, bench.runs, explorer, bench.messages, owner)
    yield made
    assert made.shutdown(WAIT_MS)
    assert explorer.shutdown(WAIT_MS)


def test_the_table_is_written_and_another_file_is_not_replaced_unasked(
    bench: Bench, exports: ExportsState, qtbot: QtBot, tmp_path: Path
) -> None:
    shelf_with(2)
    state, path = loaded(bench, qtbot), tmp_path / "table.csv"
    exports.export_table(path, [*(run.id for run in reversed(state.runs)), "gone"])
    qtbot.waitUntil(lambda: told(bench) == f"“table.csv” is written to {tmp_path.name}.", timeout=WAIT_MS)
    assert [line.split(",")[0] for line in path.read_text("utf-8-sig").splitlines()] == ["run", "Run 1", "Run 0"]
    assert exports.suggested_table == tmp_path / "runs.csv"
    path.write_text("mine")
    for answer in ("cancel", "go_on"):
        exports.export_table(path, [])
        assert exports._files.question == Question("replace", "table.csv")
        assert path.read_text() == "mine"
        exports._files.answer(answer)
    qtbot.waitUntil(lambda: path.read_text("utf-8-sig").startswith("run,"), timeout=WAIT_MS)


def test_a_table_that_cannot_be_written_is_told_with_a_way_out(
    bench: Bench, exports: ExportsState, qtbot: QtBot, tmp_path: Path
) -> None:
    exports.export_table(tmp_path / "nowhere" / "table.csv", [])
    qtbot.waitUntil(lambda: "cannot be written" in told(bench), timeout=WAIT_MS)
    with qtbot.waitSignal(exports.table_place_wanted):
        bench.messages.trigger_action()


def test_a_table_of_another_kind_is_refused(bench: Bench, exports: ExportsState, tmp_path: Path) -> None:
    exports.export_table(tmp_path / "table.png", [])
    assert "a table is a .csv file. Expected .csv. Received .png." in told(bench)
    assert list(tmp_path.glob("table*")) == []
