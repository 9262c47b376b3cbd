"""A new activation is one class in one file: the form, the JSON spec and the gradient test know it at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from beras.activations import Activation
from beras.registry import ACTIVATIONS, Help, Range
from gui.app import Studio
from gui.domain.spec import ExperimentSpec
from gui.views.widgets.number_field import NumberField
from tests.library.conformance import check_activation


@pytest.fixture
def softplus() -> Iterator[str]:
    @ACTIVATIONS.register("test_softplus", "Softplus of the test")
    class Softplus(Activation):
        """ln(1 + e^(βx)) / β; derivative 1 / (1 + e^(-βx))"""

        def __init__(self, beta: Annotated[float, Range(0.1, 10), Help("How sharp the bend is.", "β")] = 2.0) -> None:
            self.beta = beta

        def value(self, x: Any) -> Any:
            return np.logaddexp(0, self.beta * x) / self.beta

        def derivative(self, x: Any, y: Any) -> Any:
            return 0.5 + 0.5 * np.tanh(0.5 * self.beta * x)

    yield "test_softplus"
    ACTIVATIONS.unregister("test_softplus")


def test_a_new_activation_appears_everywhere(softplus: str, open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    combo = studio.window.findChild(QComboBox, "layer_0_activation")
    assert combo is not None
    index = combo.findText("Softplus of the test")
    assert index >= 0

    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    row = studio.window.findChild(QComboBox, "layer_0_activation").parent()
    assert any(field.name == "β" and field.value == 2.0 for field in row.findChildren(NumberField))

    spec = studio.experiment.spec
    assert spec.layers[0].activation is not None
    assert spec.layers[0].activation.name == softplus
    assert ExperimentSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec

    check_activation(softplus)

    with qtbot.waitSignal(studio.run_state.run_ended, timeout=20_000):
        studio.run_state.run()
    assert studio.run_state.outcome == "completed"
    assert studio.run_state.trace is not None
    assert "Softplus" in [node.op for node in studio.run_state.trace.nodes]
