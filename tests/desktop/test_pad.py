"""The digit pad in the window: real strokes, a real network, also while it is being trained."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.build import build_network, set_weights
from gui.domain.saliency import score_gradient
from gui.views.widgets.bars import PredictionBars
from gui.views.widgets.digit_canvas import DigitCanvas

WAIT_MS = 60_000


@pytest.fixture
def pad_studio(open_studio: Callable[..., Studio]) -> Studio:
    studio = open_studio("--preset", "pen-digits", "--epochs", "5")
    studio.experiment.set_data_setting("train_size", 4000)
    studio.experiment.set_data_setting("validation_size", 200)
    return studio


def stroke(qtbot: QtBot, canvas: DigitCanvas, points: list[tuple[float, float]]) -> None:
    """Press, move and release along points given as shares of the canvas."""
    places = [QPoint(round(x * canvas.width()), round(y * canvas.height())) for x, y in points]
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        qtbot.mouseMove(canvas, place)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[-1])


def canvas_of(studio: Studio) -> DigitCanvas:
    canvas = studio.window.findChild(DigitCanvas, "digit_canvas")
    assert canvas is not None
    return canvas


def test_a_blank_pad_says_draw_a_digit(pad_studio: Studio) -> None:
    verdict = pad_studio.window.findChild(QLabel, "pad_verdict")
    assert verdict is not None
    assert verdict.text() == "Draw a digit"
    assert pad_studio.pad.probabilities is None


def test_a_drawing_before_training_asks_for_training(pad_studio: Studio, qtbot: QtBot) -> None:
    stroke(qtbot, canvas_of(pad_studio), [(0.5, 0.15), (0.5, 0.5), (0.5, 0.85)])
    qtbot.waitUntil(lambda: pad_studio.pad.image is not None)
    assert pad_studio.pad.sentence == "Train first: press Run"


def test_a_trained_network_reads_a_drawn_one(pad_studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pad_studio.run_state.run_ended, timeout=WAIT_MS):
        pad_studio.run_state.run()
    stroke(qtbot, canvas_of(pad_studio), [(0.5, 0.15), (0.5, 0.4), (0.5, 0.6), (0.5, 0.85)])
    qtbot.waitUntil(lambda: pad_studio.pad.probabilities is not None)
    assert pad_studio.pad.probabilities is not None
    assert int(np.argmax(pad_studio.pad.probabilities)) == 1
    bars = pad_studio.window.findChild(PredictionBars, "prediction_bars")
    assert bars is not None
    assert bars.leaders()[0] == 1


def test_the_prediction_changes_while_training_goes_on(pad_studio: Studio, qtbot: QtBot) -> None:
    pad_studio.experiment.set_epochs(100_000)
    stroke(qtbot, canvas_of(pad_studio), [(0.3, 0.2), (0.7, 0.2), (0.45, 0.85)])
    pad_studio.run_state.run()
    qtbot.waitUntil(lambda: pad_studio.pad.probabilities is not None, timeout=WAIT_MS)
    first = np.array(pad_studio.pad.probabilities)
    qtbot.waitUntil(
        lambda: pad_studio.pad.probabilities is not None and not np.array_equal(first, pad_studio.pad.probabilities),
        timeout=WAIT_MS,
    )
    assert pad_studio.run_state.state == "running"


def test_clear_brings_the_blank_pad_back(pad_studio: Studio, qtbot: QtBot) -> None:
    canvas = canvas_of(pad_studio)
    stroke(qtbot, canvas, [(0.2, 0.2), (0.8, 0.8)])
    qtbot.waitUntil(lambda: pad_studio.pad.image is not None)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: pad_studio.pad.image is None)


def test_centring_can_be_turned_off(pad_studio: Studio, qtbot: QtBot) -> None:
    stroke(qtbot, canvas_of(pad_studio), [(0.1, 0.1), (0.1, 0.4)])
    qtbot.waitUntil(lambda: pad_studio.pad.image is not None)
    centred = np.array(pad_studio.pad.image)
    pad_studio.pad.set_centre(False)
    plain = pad_studio.pad.image
    assert plain is not None
    _, columns = np.nonzero(plain)
    assert columns.max() < 10
    assert abs((centred.sum(0) @ (np.arange(28) + 0.5)) / centred.sum() - 14) <= 0.5


def test_data_without_images_closes_the_pad(studio: Studio) -> None:
    assert not canvas_of(studio).isEnabled()
    assert studio.pad.sentence == "XOR has no images to draw."


def drawn_one(studio: Studio, qtbot: QtBot) -> Studio:
    """A trained network, and a stroke from top to bottom."""
    studio.experiment.set_epochs(1)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    stroke(qtbot, canvas_of(studio), [(0.5, 0.15), (0.5, 0.4), (0.5, 0.6), (0.5, 0.85)])
    qtbot.waitUntil(lambda: studio.pad.probabilities is not None)
    return studio


def gradient_of(studio: Studio, chosen: int, other: int | None) -> np.ndarray:
    """From the run's own weights, by the network's own input gradient."""
    spec, weights, image = studio.run_state.spec, studio.run_state.weights, studio.pad.image
    assert spec is not None
    assert weights is not None
    assert image is not None
    model = build_network(spec, 784)
    set_weights(model, weights)
    return score_gradient(model, image.reshape(1, -1), chosen, other)[0]


def test_the_pad_says_why(pad_studio: Studio, qtbot: QtBot) -> None:
    pad = drawn_one(pad_studio, qtbot).pad
    why = pad.why
    assert why is not None
    assert pad.probabilities is not None
    order = np.argsort(pad.probabilities)[::-1]
    assert (why.chosen, why.other, why.is_exact) == (order[0], order[1], False)
    np.testing.assert_allclose(why.values, gradient_of(pad_studio, why.chosen, why.other), atol=1e-10)
    assert pad.why_words == (f"Why {order[0]}, not {order[1]}", f"towards {order[1]}", f"towards {order[0]}")


def test_a_click_on_a_bar_asks_about_its_class(pad_studio: Studio, qtbot: QtBot) -> None:
    pad = drawn_one(pad_studio, qtbot).pad
    bars = pad_studio.window.findChild(PredictionBars, "prediction_bars")
    assert bars is not None
    place = QPoint(bars.width() // 2, round(7.5 * bars.height() / 10))
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place)
    assert pad.why is not None
    assert (pad.why.chosen, pad.why.other) == (7, None)
    np.testing.assert_allclose(pad.why.values, gradient_of(pad_studio, 7, None), atol=1e-10)
    assert pad.why_words == ("Why 7", "against 7", "for 7")
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place)
    assert pad.explained_class is None, "the same once more: the likeliest against the second"


def test_without_hidden_layers_the_reason_is_exact(pad_studio: Studio, qtbot: QtBot) -> None:
    pad_studio.experiment.remove_layer(0)
    pad = drawn_one(pad_studio, qtbot).pad
    assert pad.why is not None
    assert pad.why.is_exact
    assert pad.image is not None
    assert pad_studio.run_state.weights is not None
    w = pad_studio.run_state.weights[0]
    image = pad.image.reshape(-1)
    np.testing.assert_array_equal(pad.why.values, w[:, pad.why.chosen] * image - w[:, pad.why.other] * image)


def test_why_can_be_switched_off(pad_studio: Studio, qtbot: QtBot) -> None:
    pad = drawn_one(pad_studio, qtbot).pad
    check = pad_studio.window.findChild(QCheckBox, "why_check")
    assert check is not None
    check.click()
    assert pad.why is None
    check.click()
    assert pad.why is not None


def test_a_drawing_is_walked_through_op_by_op(pad_studio: Studio, qtbot: QtBot) -> None:
    studio = drawn_one(pad_studio, qtbot)
    button = studio.window.findChild(QPushButton, "send_to_explorer_button")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    explorer = studio.explorer
    qtbot.waitUntil(lambda: explorer.record is not None and explorer.is_fresh and not explorer.is_busy, timeout=WAIT_MS)
    record = explorer.record
    assert record is not None
    assert record.is_own
    assert studio.pad.image is not None
    np.testing.assert_array_equal(record.inputs, studio.pad.image.reshape(1, -1))
    assert record.labels == ("1",)
    softmax = next(node for node in record.trace.nodes if node.op == "Softmax")
    assert softmax.output is not None
    np.testing.assert_allclose(softmax.output[0], studio.pad.probabilities, atol=1e-6)
    assert not record.is_whole, "it is not what training takes next"
    explorer.choose_samples(explorer.samples_wanted)
    qtbot.waitUntil(lambda: explorer.record is not None and not explorer.record.is_own, timeout=WAIT_MS)
