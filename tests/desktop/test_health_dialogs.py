"""The windows beside the panels: all initialisers side by side; the gradient check op by op and the way to a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from beras.core import Diffable
from beras.graph import Array
from beras.registry import ACTIVATIONS, INITIALIZERS
from gui.app import Studio
from gui.domain.backprop.op_steps import OpStep
from gui.domain.spec import dense
from tests.desktop.test_explained import unexplained

WAIT_MS = 20_000


def open_lab(studio: Studio, qtbot: QtBot) -> None:
    studio.window.findChild(QPushButton, "initializers_button").click()
    lab = studio.initializer_lab
    qtbot.waitUntil(lambda: bool(lab.results) and not lab.is_busy, timeout=WAIT_MS)


def check(studio: Studio, qtbot: QtBot) -> QTableWidget:
    with qtbot.waitSignal(studio.gradient_check.finished, timeout=WAIT_MS):
        studio.window.findChild(QAction, "action_gradient_check").trigger()
    table = studio.window.findChild(QTableWidget, "gradient_check_table")
    assert isinstance(table, QTableWidget)
    return table


def texts(table: QTableWidget, column: int) -> list[str]:
    return [table.item(row, column).text() for row in range(table.rowCount())]


# -- initialisers -----------------------------------------------------------------------------------------------------


def test_every_initialiser_stands_in_the_window_and_one_click_uses_it(studio: Studio, qtbot: QtBot) -> None:
    before = studio.experiment.spec
    open_lab(studio, qtbot)
    for component in INITIALIZERS:
        assert studio.window.findChild(QPushButton, f"use_{component.name.replace(' ', '_')}_button") is not None
    button = studio.window.findChild(QPushButton, "use_zero_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert {layer.layer.settings["initializer"] for layer in studio.experiment.spec.layers} == {"zero"}
    assert studio.experiment.undo_stack.undoText() == "use of zero in every layer"
    assert (button.text(), button.isEnabled()) == ("In use", False)
    studio.experiment.undo_stack.undo()
    assert studio.experiment.spec == before


def test_another_network_is_measured_anew_and_another_initialiser_is_not(studio: Studio, qtbot: QtBot) -> None:
    open_lab(studio, qtbot)
    lab = studio.initializer_lab
    first = lab.results
    lab.use("normal")
    assert not lab.is_busy
    studio.experiment.add_layer()
    assert lab.is_busy
    qtbot.waitUntil(lambda: lab.results is not first and not lab.is_busy, timeout=WAIT_MS)
    assert len(lab.results[0].layers) == len(first[0].layers) + 1


def test_a_network_that_does_not_fit_is_said_to_be_so(studio: Studio, qtbot: QtBot) -> None:
    open_lab(studio, qtbot)
    studio.experiment.set_layer_setting(2, "output_size", 5)
    status = studio.window.findChild(QLabel, "initializers_status")
    assert "Dense 3 gives 5 numbers" in status.text()
    studio.experiment.undo_stack.undo()
    lab = studio.initializer_lab
    qtbot.waitUntil(lambda: bool(lab.results) and not lab.is_busy, timeout=WAIT_MS)
    assert "as it is set up now" in status.text()


def test_closing_in_the_middle_gives_the_comparison_up(open_studio: Callable[..., Studio]) -> None:
    studio = open_studio("--preset", "pen-digits")
    layers = (*(dense(512) for _ in range(6)), dense(10, "softmax"))
    studio.experiment.replace(replace(studio.experiment.spec, layers=layers), "a large network")
    studio.window.findChild(QAction, "action_initializers").trigger()
    assert studio.close()
    assert not studio.initializer_lab.is_busy


def test_both_windows_explain_themselves(studio: Studio, qtbot: QtBot) -> None:
    open_lab(studio, qtbot)
    check(studio, qtbot)
    assert unexplained(studio.window) == {}


# -- gradient check ---------------------------------------------------------------------------------------------------


@pytest.fixture
def faulty() -> Iterator[str]:
    @ACTIVATIONS.register("test_faulty", "Square of the test")
    class FaultySquare(Diffable):
        """x², whose slope is stated wrongly for one unit"""

        elementwise = True

        def forward(self, x: Array) -> Array:
            return np.asarray(x) ** 2

        def get_input_gradients(self) -> list[Array]:
            slope = 2 * np.asarray(self.inputs[0])
            slope[:, 1] *= -1
            return [slope]

        def compose_input_gradients(self, J: Any = None) -> list[Array]:
            upstream = J[0] if isinstance(J, list) else J
            return self.get_input_gradients() if upstream is None else [upstream * self.get_input_gradients()[0]]

    yield "test_faulty"
    ACTIVATIONS.unregister("test_faulty")


def test_every_op_of_a_right_network_has_its_tick(studio: Studio, qtbot: QtBot) -> None:
    table = check(studio, qtbot)
    assert texts(table, 0) == [
        "Dense 1",
        "Tanh 1",
        "Dense 2",
        "Tanh 2",
        "Dense 3",
        "Softmax",
        "CategoricalCrossEntropy",
    ]
    assert set(texts(table, 1)) == {"right"}
    assert all(float(text) < 1e-6 for text in texts(table, 2))


def test_the_fault_of_a_users_own_op_is_named_and_led_to(studio: Studio, qtbot: QtBot, faulty: str) -> None:
    studio.experiment.set_activation(1, faulty)
    table = check(studio, qtbot)
    place = texts(table, 1).index("first wrong one")
    assert texts(table, 1).count("right") == table.rowCount() - 1
    assert table.item(place, 0).text() == "FaultySquare"
    found = studio.gradient_check.rows[place]
    assert found.error is not None
    assert found.error.index[1] == 1
    assert found.error.stated == pytest.approx(-found.error.measured, rel=1e-5)
    assert table.item(place, 4).text() == f"[{found.error.index[0]}, 1]"

    qtbot.mouseClick(studio.window.findChild(QPushButton, "gradient_check_show_button"), Qt.MouseButton.LeftButton)
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.step == OpStep("backward", place), timeout=WAIT_MS)
    assert studio.window.backprop_page.isVisible()
    equation = explorer.equation
    assert equation is not None
    assert explorer.sample == found.error.index[0]
    assert found.error.index in explorer._elements.values()


def test_a_backward_pass_that_fails_is_named_and_leads_nowhere(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beras.activations import Tanh

    def broken(self: Any, *_: Any) -> Any:
        raise ValueError("shapes do not fit")

    monkeypatch.setattr(Tanh, "compose_input_gradients", broken)
    table = check(studio, qtbot)
    row = texts(table, 1).index("first wrong one")
    assert "shapes do not fit" in table.item(row, 7).text()
    assert not studio.window.findChild(QPushButton, "gradient_check_show_button").isEnabled()
