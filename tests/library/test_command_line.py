"""``python -m beras``: a small run, and one sentence with exit code 2 for everything that is wrong."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import beras
from beras.__main__ import main

SMALL_RUN = ["--dataset", "moons", "--epochs", "2", "--hidden", "4"]


def test_a_small_run_prints_epochs_and_a_result(capsys):
    assert main(SMALL_RUN) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("Average Stats") == 2
    assert "Dense(2 → 4, kaiming)" in out
    assert out.splitlines()[-1].startswith("Validation accuracy ")


def test_quiet_prints_one_line(capsys):
    assert main([*SMALL_RUN, "--quiet"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_same_seed_same_result(capsys):
    results = []
    for seed in ("3", "3", "4"):
        main([*SMALL_RUN, "--quiet", "--seed", seed])
        results.append(capsys.readouterr().out.split(", after")[0])
    assert results[0] == results[1] != results[2]


@pytest.mark.parametrize("name", ["predictions.npy", "predictions"])
def test_predictions_are_written(tmp_path, name):
    path = tmp_path / name
    assert main([*SMALL_RUN, "--quiet", "--predictions", str(path)]) == 0
    predictions = np.load(path, allow_pickle=False)
    assert predictions.ndim == 2
    assert predictions.shape[1] == 2
    np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-5)


def test_several_hidden_layers_and_none(capsys):
    assert main(["--dataset", "xor", "--epochs", "1", "--hidden", "5", "3", "--activation", "tanh"]) == 0
    assert "Dense(5 → 3, kaiming)" in capsys.readouterr().out
    assert main(["--dataset", "xor", "--epochs", "1", "--hidden", "--quiet"]) == 0


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam"])
def test_every_optimiser_runs(optimizer):
    assert main([*SMALL_RUN, "--quiet", "--optimizer", optimizer, "--learning-rate", "0.01"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "epochs must be a whole number, at least 1. Received: 0."),
        (["--epochs", "-3"], "epochs must be"),
        (["--batch-size", "0"], "batch_size must be a whole number, at least 1. Received: 0."),
        (["--hidden", "0"], "output_size must be a whole number, at least 1 and at most 65536. Received: 0."),
        (["--hidden", "1000000000"], "output_size must be"),
        (["--learning-rate", "0"], "learning_rate must be a finite number, above 0 and at most 1000. Received: 0.0."),
        (["--learning-rate", "nan"], "learning_rate must be a finite number"),
        (["--learning-rate", "1e9"], "learning_rate must be a finite number"),
        (["--seed", "-1"], "seed must be a whole number, at least 0. Received: -1."),
        (["--predictions", "/no/such/folder/p.npy"], "The folder of /no/such/folder/p.npy does not exist"),
        (["--dataset", "mnist", "--data-dir", "/no/such/folder"], "/no/such/folder"),
    ],
)
def test_wrong_values_are_one_sentence_and_exit_code_2(capsys, arguments, message):
    assert main([*SMALL_RUN, *arguments]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("python -m beras: ")
    assert message in err
    assert len(err.splitlines()) == 1
    assert "Average Stats" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "cats"], "invalid choice: 'cats'"),
        (["--optimizer", "lion"], "invalid choice: 'lion'"),
        (["--activation", "softmax"], "invalid choice: 'softmax'"),
        (["--epochs", "many"], "invalid int value: 'many'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_wrong_options_list_the_known_ones(capsys, arguments, message):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_predictions_into_a_folder_are_refused_before_training(tmp_path, capsys):
    assert main([*SMALL_RUN, "--predictions", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert "is a folder" in err
    assert "Average Stats" not in out


def test_an_interrupt_is_exit_code_130(monkeypatch, capsys):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("beras.assignment.train", interrupt)
    assert main([*SMALL_RUN, "--quiet"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    for option in ("--dataset", "--data-dir", "--epochs", "--hidden", "--predictions", "--seed", "--quiet"):
        assert option in text
    assert "regression" not in text


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"BERAS {beras.__version__}\n"


def test_it_runs_as_a_module_without_a_warning():
    command = [sys.executable, "-W", "error", "-m", "beras", *SMALL_RUN, "--quiet"]
    root = Path(__file__).parents[2]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Validation accuracy")
