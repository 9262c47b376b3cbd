"""The health panel in the window: lights, sentence and suggestion of a run, at any of its moments."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.spec import ExperimentSpec
from gui.views.train.health_card import NOTHING
from tests.desktop.health_bench import HEALTHY, SICK, network

WAIT_MS = 20_000


def run(studio: Studio, qtbot: QtBot, spec: ExperimentSpec, measurements: int = 22) -> None:
    """Train until so much was measured, then pause."""
    studio.experiment.open(spec)
    studio.run_state.run()
    qtbot.waitUntil(lambda: len(studio.run_state.health) >= measurements, timeout=WAIT_MS)
    studio.run_state.pause()
    qtbot.waitUntil(lambda: studio.run_state.state == "paused", timeout=WAIT_MS)


def try_button(studio: Studio) -> QPushButton:
    button = studio.window.findChild(QPushButton, "health_try_button")
    assert isinstance(button, QPushButton)
    return button


def test_before_a_run_nothing_is_said_to_be_known(studio: Studio) -> None:
    card = studio.window.train_page.health
    assert card.is_empty
    assert NOTHING.endswith(".")


def test_a_healthy_network_says_so_and_offers_nothing(studio: Studio, qtbot: QtBot) -> None:
    run(studio, qtbot, HEALTHY["kaiming, LeakyReLU"]())
    text = studio.window.train_page.health.sentence_label.text()
    assert text.startswith("<b>All 4 layers learn.</b> ‖∂s/∂W₁‖ / ‖∂s/∂W₄‖ = ")
    assert try_button(studio).isHidden() or not try_button(studio).isVisible()


def test_zero_weights_are_cured_by_one_click_that_can_be_undone(studio: Studio, qtbot: QtBot) -> None:
    spec = SICK["zero, tanh"][0]()
    run(studio, qtbot, spec)
    card = studio.window.train_page.health
    assert (
        "<b>Dense 1: symmetric.</b> All units of Dense 1 have had the same weights for " in card.sentence_label.text()
    )
    assert studio.health.effect == "takes a restart"
    qtbot.mouseClick(try_button(studio), Qt.MouseButton.LeftButton)
    initializers = [layer.layer.settings["initializer"] for layer in studio.experiment.spec.layers]
    assert initializers == ["xavier"] * 3
    assert studio.experiment.undo_stack.undoText() == "use xavier in every layer"
    assert try_button(studio).text() == "Restart"
    studio.experiment.undo_stack.undo()
    assert studio.experiment.spec == spec
    assert try_button(studio).text() == "Use xavier in every layer"
    qtbot.mouseClick(try_button(studio), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(try_button(studio), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.run_state.state == "running" and len(studio.run_state.health) > 6, timeout=WAIT_MS)
    assert studio.health.finding is None
    assert studio.experiment.spec.data == spec.data


def test_a_smaller_learning_rate_takes_effect_at_once(studio: Studio, qtbot: QtBot) -> None:
    run(studio, qtbot, network((8,), "leaky_relu", "kaiming", rate=1e-7))
    assert studio.health.finding is not None
    assert studio.health.finding.kind == "slow"
    assert studio.health.effect == "takes effect at the next batch"
    studio.health.try_suggestion()
    assert studio.run_state.spec is not None
    assert studio.run_state.spec.optimizer.settings["learning_rate"] == 1e-6
    assert not studio.health.awaits_restart


def test_an_earlier_moment_shows_what_was_known_then(studio: Studio, qtbot: QtBot) -> None:
    run(studio, qtbot, HEALTHY["kaiming, LeakyReLU"](), 24)
    newest = studio.health.columns.latest
    studio.run_state.look_at(10)
    qtbot.waitUntil(lambda: studio.run_state.moment == 10, timeout=WAIT_MS)
    assert studio.health.columns.steps.tolist() == list(range(1, 11))
    assert studio.health.columns.latest != newest
    assert len(studio.health.all_columns.steps) >= 24  # under a veil
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.moment is None and len(studio.run_state.health) > 10, timeout=WAIT_MS)
    assert studio.health.columns.steps[9] == 10


def test_a_new_run_begins_with_nothing(studio: Studio, qtbot: QtBot) -> None:
    run(studio, qtbot, HEALTHY["kaiming, LeakyReLU"]())
    studio.run_state.stop()
    qtbot.waitUntil(lambda: studio.run_state.state == "idle", timeout=WAIT_MS)
    assert not studio.health.is_empty
    studio.run_state.forget_run()
    assert studio.health.is_empty
    assert studio.window.train_page.health.is_empty


def test_rows_are_chosen_with_keys_and_every_quantity_can_be_seen(
    open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio()
    run(studio, qtbot, HEALTHY["xavier, tanh"]())
    card = studio.window.train_page.health
    if card.rows.isHidden():
        qtbot.mouseClick(studio.window.findChild(QPushButton, "health_rows_button"), Qt.MouseButton.LeftButton)
    card.refresh()
    qtbot.keyClick(card.rows, Qt.Key.Key_Down)
    qtbot.keyClick(card.rows, Qt.Key.Key_Down)
    assert card.sentence_label.text().startswith("<b>Dense 2: healthy.</b> ‖∂s/∂W₂‖ / ‖∂s/∂W₄‖ = ")
    assert "Dense 4: healthy, ‖∂s/∂W‖ " in card.rows.accessibleDescription()
    combo = studio.window.findChild(QComboBox, "health_quantity")
    assert isinstance(combo, QComboBox)
    for place in range(combo.count()):
        combo.setCurrentIndex(place)
        combo.activated.emit(place)
        assert not card.rows.grab().isNull()
    assert card.rows.limits is None  # the last quantity is drawn as a line with its guide
    qtbot.keyClick(card.rows, Qt.Key.Key_Escape)
    assert card.rows.row is None
