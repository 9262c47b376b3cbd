"""Dreams in their window: an image climbs towards a class, live, and what is dreamt goes onto the pad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from tests.desktop.explorer_steps import WAIT_MS, find


@pytest.fixture
def trained(open_studio: Callable[..., Studio], qtbot: QtBot) -> Studio:
    studio = open_studio("--preset", "pen-digits", "--epochs", "1")
    studio.experiment.set_data_setting("train_size", 4000)
    studio.experiment.set_data_setting("validation_size", 200)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    return studio


def click(studio: Studio, qtbot: QtBot, name: str) -> None:
    qtbot.mouseClick(find(studio, QPushButton, name), Qt.MouseButton.LeftButton)


def test_a_dream_climbs_until_it_stands_still(trained: Studio, qtbot: QtBot) -> None:
    click(trained, qtbot, "dream_open_button")
    dream = trained.dream
    dream.choose_class(7)
    before, begun = dream.probability, dream.image
    assert before is not None
    click(trained, qtbot, "dream_button")
    qtbot.waitUntil(lambda: dream.step >= 20, timeout=WAIT_MS)
    click(trained, qtbot, "dream_button")
    assert not dream.is_running
    assert dream.probability is not None
    assert dream.probability > before
    assert dream.image.min() >= 0
    assert dream.image.max() <= 1
    click(trained, qtbot, "dream_send_button")
    assert trained.pad.image is not None
    click(trained, qtbot, "dream_noise_button")
    np.testing.assert_array_equal(dream.image, begun)
    click(trained, qtbot, "dream_drawing_button")
    np.testing.assert_array_equal(dream.image, trained.pad.image)


def test_closing_the_window_wakes_it(trained: Studio, qtbot: QtBot) -> None:
    click(trained, qtbot, "dream_open_button")
    trained.dream.toggle()
    assert trained.dream.is_running
    window = trained.window.pad_panel.findChild(QPushButton, "dream_open_button").window()
    assert window is trained.window
    dialog = find(trained, QPushButton, "dream_button").window()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert not trained.dream.is_running


def test_without_a_network_there_is_nothing_to_dream_of(studio: Studio, qtbot: QtBot) -> None:
    click(studio, qtbot, "dream_open_button")
    assert not studio.dream.can_dream
    assert not find(studio, QPushButton, "dream_button").isEnabled()
    studio.dream.toggle()
    assert not studio.dream.is_running
