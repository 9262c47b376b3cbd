"""The gradient check: beside the window, on the network as it is set up, and a planted fault is blamed on its layer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from beras.activations import Tanh
from beras.datasets.source import LoadingCancelled, never
from beras.layers import Dense
from gui.app import Studio
from gui.domain.build import build_model, load_data, weights_of
from gui.domain.gradient_check import SAMPLES, NotFiniteError, check_experiment, sentence
from gui.domain.presets import load_preset
from gui.domain.spec import dense

WAIT_MS = 20_000
XOR = load_preset("xor")


def checked(studio: Studio, qtbot: QtBot) -> str:
    with qtbot.waitSignal(studio.gradient_check.finished, timeout=WAIT_MS):
        studio.window.findChild(QAction, "action_gradient_check").trigger()
    assert studio.messages.message is not None
    return studio.messages.message.text


def with_sign_error(monkeypatch: pytest.MonkeyPatch, cls: type, name: str) -> None:
    right = getattr(cls, name)

    def wrong(self: Any, *args: Any) -> Any:
        gradients = right(self, *args)
        return [-gradient for gradient in gradients]

    monkeypatch.setattr(cls, name, wrong)


# -- what it finds ----------------------------------------------------------------------------------------------------


def test_a_right_network_is_said_to_agree(studio: Studio, qtbot: QtBot) -> None:
    said = checked(studio, qtbot)
    assert said.startswith("Gradient check: all 6 parameters agree with central differences, worst relative error ")
    assert "e-" in said
    assert said.endswith("Checked with 8 training samples and the first weights of seed 7.")
    assert studio.gradient_check.result is not None
    assert studio.gradient_check.result.is_right
    assert max(error.relative for error in studio.gradient_check.result.parameters) < 1e-6


@pytest.mark.parametrize(
    ("cls", "method", "label"),
    [(Tanh, "compose_input_gradients", "Tanh 2"), (Dense, "compose_weight_gradients", "Dense 3")],
)
def test_a_planted_sign_error_is_blamed_on_the_first_wrong_layer(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, cls: type, method: str, label: str
) -> None:
    with_sign_error(monkeypatch, cls, method)
    said = checked(studio, qtbot)
    assert said.startswith(f"Gradient check: {label} is wrong. For ")
    assert "central differences say" in said
    assert studio.messages.message is not None
    assert studio.messages.message.level == "error"


def test_a_backward_pass_that_fails_is_named(studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any, *_: Any) -> Any:
        raise ValueError("shapes do not fit")

    monkeypatch.setattr(Tanh, "compose_input_gradients", broken)
    assert "Tanh 2 is wrong: its backward pass fails with ValueError: shapes do not fit" in checked(studio, qtbot)


def test_the_weights_of_the_run_are_checked_while_they_fit(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert "the weights of the run" in checked(studio, qtbot)
    studio.experiment.set_layer_setting(0, "output_size", 5)
    assert "the first weights of seed 7" in checked(studio, qtbot)


def test_the_check_changes_no_weights_and_no_experiment(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    before = [weight.copy() for weight in studio.run_state.weights or ()]
    checked(studio, qtbot)
    assert all(np.array_equal(a, b) for a, b in zip(before, studio.run_state.weights or (), strict=True))
    assert not studio.files.is_modified


def test_it_can_be_done_in_the_middle_of_a_run(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.weights is not None, timeout=WAIT_MS)
    assert "parameters agree" in checked(studio, qtbot)
    assert studio.run_state.state == "running"


def test_at_most_eight_samples_and_no_more_entries_than_a_moment_allows() -> None:
    spec = replace(load_preset("pen-digits"), layers=(dense(1024), dense(1024), dense(10, "softmax")))
    spec = replace(spec, data=spec.data.with_setting("train_size", 20))
    check, what = check_experiment(spec, load_data(spec.data, None), None, never)
    assert check.batch == SAMPLES
    assert what.startswith("8 training samples")
    assert all(5 <= error.entries <= 100 for error in check.parameters if error.entries > 10)
    assert check.is_right, sentence(check, what)


def test_weights_that_are_not_finite_are_not_called_a_wrong_layer() -> None:
    data = load_data(XOR.data, None)
    weights = [weight.copy() for weight in weights_of(build_model(XOR, data))]
    weights[2][0, 0] = np.nan
    with pytest.raises(NotFiniteError, match="finite weights"):
        check_experiment(XOR, data, weights, never)


def test_a_check_that_is_not_wanted_any_more_ends() -> None:
    with pytest.raises(LoadingCancelled):
        check_experiment(XOR, load_data(XOR.data, None), None, lambda: True)


# -- how it is asked for ----------------------------------------------------------------------------------------------


def test_g_checks_and_a_second_press_meanwhile_does_nothing(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, threads = threading.Event(), []

    def slow(*args: Any) -> Any:
        threads.append(threading.current_thread())
        go_on.wait(WAIT_MS / 1000)
        return check_experiment(*args)

    monkeypatch.setattr("gui.state.gradient_check.check_experiment", slow)
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    qtbot.keyClick(studio.window, Qt.Key.Key_G)
    qtbot.waitUntil(lambda: len(threads) == 1)
    assert studio.messages.message is not None
    assert studio.messages.message.text == "Gradient check: comparing with central differences…"
    qtbot.keyClick(studio.window, Qt.Key.Key_G)
    with qtbot.waitSignal(studio.gradient_check.finished, timeout=WAIT_MS):
        go_on.set()
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert "parameters agree" in studio.messages.message.text


@pytest.mark.parametrize("kind", [QSpinBox, QLineEdit])
def test_g_typed_into_a_field_is_only_a_letter(studio: Studio, qtbot: QtBot, kind: type) -> None:
    studio.window.activateWindow()
    qtbot.waitUntil(studio.window.isActiveWindow)
    field = next(each for each in studio.window.findChildren(kind) if each.isVisible())
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_G)
    assert not studio.gradient_check.is_busy
    assert studio.messages.message is None


def test_an_experiment_with_a_problem_is_said_with_its_fix(studio: Studio) -> None:
    studio.experiment.set_layer_setting(2, "output_size", 5)
    studio.gradient_check.start()
    assert not studio.gradient_check.is_busy
    message = studio.messages.message
    assert message is not None
    assert "Dense 3 gives 5 numbers" in message.text
    assert message.labels == ("Set to 2",)


def test_data_that_cannot_be_loaded_are_said(studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)

    def gone(*_: object) -> None:
        raise OSError("the files have gone")

    monkeypatch.setattr("gui.training.data_store.DataStore.load", gone)
    assert checked(studio, qtbot) == "the files have gone"


def test_closing_in_the_middle_gives_the_check_up(
    open_studio: Callable[..., Studio], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = threading.Event()

    def endless(spec: object, data: object, weights: object, cancelled: Callable[[], bool]) -> None:
        started.set()
        while not cancelled():
            pass
        raise LoadingCancelled

    monkeypatch.setattr("gui.state.gradient_check.check_experiment", endless)
    studio = open_studio()
    studio.gradient_check.start()
    qtbot.waitUntil(started.is_set)
    assert studio.close()
    assert not studio.gradient_check.is_busy
