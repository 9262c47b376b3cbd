"""The studio's command line: every option, every wrong value, and the program as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.cli import parse
from gui.domain.experiment_file import save_experiment
from gui.domain.presets import PRESET_FOLDER, load_preset
from tests.real_data import real_data_dir

ROOT = Path(__file__).resolve().parents[2]


def start(*argv: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1", **environment}
    return subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *argv], capture_output=True, text=True, timeout=120, env=env, cwd=cwd
    )


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--preset", "nothing"], "Unknown preset 'nothing'"),
        (["--dataset", "nothing"], "Unknown data set 'nothing'"),
        (["--epochs", "0"], "--epochs must be a whole number"),
        (["--epochs", "-3"], "--epochs must be a whole number"),
        (["--epochs", "many"], "invalid int value"),
        (["--seed", "-1"], "--seed must be a whole number"),
        (["--screenshot", "/no/such/folder/run.png"], "does not exist"),
        (["--screenshot", "run.bmp"], "ends in .png"),
        (["--dataset", "mnist", "--data-dir", "/no/such/folder"], "does not exist"),
        (["--nonsense"], "unrecognized arguments"),
        (["/no/such/file.beras"], "There is no such file"),
        (["/"], "Received a folder"),
        ([str(ROOT / "main.py")], "Received a file that begins with"),
        ([str(PRESET_FOLDER / "xor.json"), "--preset", "moons"], "Expected a file or --preset"),
        ([str(PRESET_FOLDER / "xor.json"), "--epochs", "0"], "--epochs must be a whole number"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_2(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(argv)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_a_folder_without_the_files_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["--dataset", "mnist", "--data-dir", str(tmp_path)])
    assert end.value.code == 2
    assert "train-images-idx3-ubyte" in capsys.readouterr().err


def test_a_damaged_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / f"{name}-ubyte.gz").write_bytes(b"truncated")
    with pytest.raises(SystemExit) as end:
        parse(["--dataset", "mnist", "--data-dir", str(tmp_path)])
    assert end.value.code == 2
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


def test_numbers_lie_over_the_preset() -> None:
    options = parse(["--preset", "xor", "--epochs", "7", "--seed", "5"])
    assert (options.spec.epochs, options.spec.seed, options.spec.data.name) == (7, 5, "xor")


def test_a_file_says_what_to_begin_with_and_where_it_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "mine.beras"
    save_experiment(path, load_preset("moons"))
    options = parse([os.path.relpath(path), "--seed", "5"])
    assert options.saved is not None
    assert (options.saved.spec, options.file) == (load_preset("moons"), path)
    assert (options.spec.data.name, options.spec.seed) == ("moons", 5)


def test_a_preset_file_is_a_beginning(tmp_path: Path) -> None:
    options = parse([str(PRESET_FOLDER / "xor.json")])
    assert (options.spec, options.file) == (load_preset("xor"), None)


def test_a_data_set_on_another_preset_makes_the_last_layer_fit() -> None:
    spec = parse(["--preset", "xor", "--dataset", "pen_digits"]).spec
    assert spec.layers[-1].layer.settings["output_size"] == 10


def test_the_program_trains_saves_a_picture_and_ends(tmp_path: Path) -> None:
    picture = tmp_path / "run.png"
    done = start(
        "--preset",
        "xor",
        "--epochs",
        "2",
        "--quit-when-done",
        "--screenshot",
        str(picture),
        XDG_CONFIG_HOME=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["outcome"] == "completed"
    assert result["epochs"] == 2
    assert set(result) == {
        "outcome",
        "loss",
        "acc",
        "val_loss",
        "val_acc",
        "epochs",
        "seconds",
        "images_per_second",
        "seed",
    }
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_wrong_file_ends_the_program_before_a_window_appears(tmp_path: Path) -> None:
    path = tmp_path / "cat.beras"
    path.write_bytes(b"\x89PNG")
    done = start(str(path), QT_QPA_PLATFORM="no such platform")
    assert done.returncode == 2
    assert "“cat.beras” cannot be opened" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_trained_without_a_question(tmp_path: Path) -> None:
    path = tmp_path / "mine.beras"
    save_experiment(path, load_preset("xor"))
    before = path.read_bytes()
    done = start(str(path), "--epochs", "2", "--quit-when-done", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["epochs"] == 2
    assert path.read_bytes() == before


def test_without_a_display_it_says_what_to_do(tmp_path: Path) -> None:
    environment = dict.fromkeys(("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"), "")
    done = start("--preset", "xor", **environment)
    if sys.platform.startswith("linux"):
        assert done.returncode != 0
        assert "QT_QPA_PLATFORM=offscreen" in done.stderr
        assert "Traceback" not in done.stderr


def test_version() -> None:
    done = start("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("BERAS Studio ")


def test_mnist_in_the_window_reaches_96_per_cent(tmp_path: Path) -> None:
    folder = real_data_dir()
    done = start(
        "--dataset", "mnist", "--data-dir", str(folder), "--epochs", "5", "--autostart", "--quit-when-done",
        "--screenshot", str(tmp_path / "run.png"), XDG_CONFIG_HOME=str(tmp_path),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout.splitlines()[-1])["val_acc"] >= 0.96
