"""The exported script: a process of its own that runs it has the losses of the window, batch by batch."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from beras import Callback
from beras.registry import DATASETS
from gui.app import Studio
from gui.domain.data_view import points_of
from gui.domain.painting import as_own_points
from gui.domain.presets import load_preset, preset_names
from gui.domain.script import script_name, script_of
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense
from gui.domain.stop_rules import StopRules
from gui.state.run import RunState
from tests.desktop.moments import experiment
from tests.desktop.plain_fit import plain_fit

ROOT = Path(__file__).parents[2]
WAIT_MS = 30_000
TOLERANCE = 1e-9
MIXED = "Ünï “quoted” \"twice\" 'once' \\ end\\"


class BatchLosses(Callback):
    """The loss of every batch."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def on_batch_end(self, batch: int, logs: Any) -> None:
        self.losses.append(logs["loss"])


def carry_out(script: str, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as somebody would to whom it was given, warnings being errors."""
    (folder / "script.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", "script.py", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def losses_of(spec: ExperimentSpec, folder: Path) -> list[float]:
    done = carry_out(script_of(spec), folder, "--csv", "losses.csv")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    with open(folder / "losses.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["batch"]) for row in rows] == list(range(1, len(rows) + 1))
    assert done.stdout.count("Average Stats") == spec.epochs or spec.stop != StopRules()
    return [float(row["loss"]) for row in rows]


def trained(studio: Studio, qtbot: QtBot) -> RunState:
    """The run of a studio, when it has ended by itself."""
    ends = []
    studio.run_state.run_ended.connect(lambda: ends.append(True))
    studio.run_state.run()
    qtbot.waitUntil(lambda: bool(ends), timeout=WAIT_MS)
    assert studio.run_state.outcome == "completed"
    return studio.run_state


def assert_as_plain_fit(spec: ExperimentSpec, folder: Path, validate: bool = True) -> None:
    expected = BatchLosses()
    plain_fit(spec, expected, validate=validate)
    np.testing.assert_allclose(losses_of(spec, folder), expected.losses, rtol=0, atol=TOLERANCE)


def test_the_losses_are_those_of_the_window_with_every_optimiser_and_dropout(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    for optimizer in ("sgd", "rmsprop", "adam"):
        spec = replace(experiment(optimizer, epochs=4), data=Choice("spiral", {"noise": 0.02, "seed": 3}))
        studio.experiment.replace(spec, "test")
        log = trained(studio, qtbot).log
        losses = losses_of(spec, tmp_path)
        assert len(losses) == 4 * 23
        np.testing.assert_allclose(losses, log.batch_loss.y, rtol=0, atol=TOLERANCE)


def test_a_regression_with_amsgrad_has_the_same_losses(tmp_path: Path) -> None:
    layers = (dense(6, "tanh", "xavier uniform"), LayerSpec(Choice("flatten")), dense(1, None, "normal"))
    spec = replace(
        load_preset("xor"),
        data=Choice("regression_bump", {"samples": 150}),
        layers=layers,
        optimizer=Choice("adam", {"learning_rate": 0.003, "amsgrad": True}),
        loss=Choice("mean_squared_error"),
        epochs=5,
    )
    assert "CategoricalAccuracy" not in script_of(spec)
    assert_as_plain_fit(spec, tmp_path)


@pytest.mark.parametrize("kept", [True, False])
def test_own_points_are_rows_of_the_script(tmp_path: Path, kept: bool) -> None:
    data = DATASETS.create("moons", {"samples": 40}).load()
    choice = as_own_points(Choice("moons"), points_of(data, 100), data.title)
    rows = [row for row in choice.settings["points"] if kept or row[-1] == 0]
    choice = (
        choice.with_setting("points", rows).with_setting("names", ('say "no"', "it's\\")).with_setting("title", MIXED)
    )
    spec = replace(load_preset("moons"), data=choice, epochs=3, batch_size=9, title=MIXED)
    assert script_of(spec).count("\n    (") == len(rows)
    assert_as_plain_fit(spec, tmp_path, validate=kept)


def test_stop_rules_end_the_script_where_they_end_the_run(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    target = replace(load_preset("xor"), stop=StopRules(target_accuracy=0.9, patience=50, minutes=30.0))
    patience = replace(experiment("sgd", epochs=60), stop=StopRules(patience=1))
    patience = replace(patience, optimizer=Choice("sgd", {"learning_rate": 2.0}))
    for spec in (target, patience):
        studio.experiment.replace(spec, "test")
        run = trained(studio, qtbot)
        assert 1 <= run.epochs_done < spec.epochs
        np.testing.assert_allclose(losses_of(spec, tmp_path), run.log.batch_loss.y, rtol=0, atol=TOLERANCE)


def test_pen_digits_have_the_same_losses(tmp_path: Path) -> None:
    data = Choice("pen_digits", {"train_size": 400, "validation_size": 20, "noise": 0.1})
    assert_as_plain_fit(replace(load_preset("pen-digits"), data=data, epochs=2), tmp_path)


def test_missing_files_are_said_in_a_sentence(tmp_path: Path) -> None:
    nowhere = {
        "BERAS_DATA_DIR": "",
        "XDG_CACHE_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "KERAS_HOME": str(tmp_path),
    }
    done = carry_out(script_of(load_preset("mnist")), tmp_path, **nowhere)
    assert done.returncode == 1
    assert done.stderr.startswith("MNIST is not on this computer")
    assert "Traceback" not in done.stderr


def test_changes_on_the_way_are_said_in_a_comment() -> None:
    spec = load_preset("moons")
    marks = [
        (1.5, "learning rate 1e-3 → 5e-4"),
        (2.0, "back 10 steps"),
        (3.0, "points\nedited → now"),
        (9.0, "9 epochs done"),
    ]
    script = script_of(spec, marks, spec)
    compile(script, "script.py", "exec")
    assert (
        "#   epoch 1.50: learning rate 1e-3 → 5e-4\n#   epoch 2.00: back 10 steps\n#   epoch 3.00: points edited"
        in script
    )
    assert "epochs done" not in script
    many = script_of(spec, [(float(x), f"epochs {x} → {x + 1}") for x in range(100)])
    assert "and 70 more times" in many


def test_edits_after_the_run_are_said_in_a_comment() -> None:
    spec = load_preset("moons")
    assert "edited after the last run" in script_of(spec, trained=replace(spec, epochs=spec.epochs + 1))
    for trained in (None, replace(spec, title="Another name")):
        assert "edited after" not in script_of(spec, trained=trained)


def test_file_names_are_those_of_modules() -> None:
    assert script_name("Digits, first network") == "digits_first_network.py"
    assert script_name("../..") == "experiment.py"
    assert len(script_name("a b" * 200)) <= 64


@pytest.mark.skipif(shutil.which("ruff") is None, reason="ruff is a tool of the developers")
def test_scripts_are_laid_out_as_a_formatter_would(tmp_path: Path) -> None:
    specs = [load_preset(name) for name in preset_names()]
    data = DATASETS.create("regression_sine", {"samples": 30}).load()
    own = as_own_points(Choice("regression_sine"), points_of(data, 100), 'A "title" with a rather long name in it')
    rules = StopRules(target_accuracy=0.955, patience=3, minutes=0.5)
    specs += [replace(specs[0], data=own, title=MIXED, stop=rules), replace(experiment("rmsprop"), title="x " * 100)]
    specs.append(replace(specs[1], stop=rules))
    for number, spec in enumerate(specs):
        marks = [(1.0, "learning rate 1e-3 → 5e-4")] if number else []
        (tmp_path / f"script_{number}.py").write_text(script_of(spec, marks), encoding="utf-8")
    rules_of_ruff = "E,F,W,I,N,UP,B,C4,SIM,PERF,RET,NPY"
    for command in (["format", "--check"], ["check", "--line-length", "88", "--select", rules_of_ruff]):
        done = subprocess.run(
            ["ruff", *command, "--isolated", "--no-cache", str(tmp_path)], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
