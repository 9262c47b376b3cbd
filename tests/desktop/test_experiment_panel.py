"""Building an experiment in the window: every control changes the spec, and what is wrong is said where it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QPushButton, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.views.experiment.component_form import ComponentForm
from gui.views.widgets.log_slider import LogSlider
from gui.views.widgets.number_field import NumberField


def find(studio: Studio, kind: type[QWidget], name: str):  # type: ignore[no-untyped-def]
    found = studio.window.findChild(kind, name)
    assert found is not None, name
    return found


def choose(studio: Studio, name: str, text: str) -> None:
    combo = find(studio, QComboBox, name)
    index = combo.findText(text)
    assert index >= 0, [combo.itemText(i) for i in range(combo.count())]
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def type_into(qtbot: QtBot, field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def sizes(studio: Studio) -> list[int]:
    return [layer.layer.settings["output_size"] for layer in studio.experiment.spec.layers]


def test_add_remove_and_move_layers_with_the_mouse(studio: Studio, qtbot: QtBot) -> None:
    qtbot.mouseClick(find(studio, QPushButton, "add_layer_button"), Qt.MouseButton.LeftButton)
    assert sizes(studio) == [8, 8, 32, 2]
    qtbot.mouseClick(find(studio, QToolButton, "layer_2_up"), Qt.MouseButton.LeftButton)
    assert sizes(studio) == [8, 32, 8, 2]
    qtbot.mouseClick(find(studio, QToolButton, "layer_1_remove"), Qt.MouseButton.LeftButton)
    assert sizes(studio) == [8, 8, 2]
    assert find(studio, QListWidget, "layer_list").count() == 3


def test_move_and_remove_layers_with_the_keyboard(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_layer_setting(0, "output_size", 5)
    layers = find(studio, QListWidget, "layer_list")
    layers.setCurrentRow(0)
    qtbot.keyClick(layers, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert sizes(studio) == [8, 5, 2]
    qtbot.keyClick(layers, Qt.Key.Key_Delete)
    assert sizes(studio) == [8, 2]


def test_layer_settings_reach_the_spec(studio: Studio, qtbot: QtBot) -> None:
    type_into(qtbot, find(studio, QSpinBox, "layer_0_output_size"), "12")
    choose(studio, "layer_0_activation", "LeakyReLU")
    choose(studio, "layer_0_initializer", "kaiming")
    layer = studio.experiment.spec.layers[0]
    assert layer.layer.settings == {"output_size": 12, "initializer": "kaiming", "train_bias": True}
    assert layer.activation is not None
    assert layer.activation.settings == {"alpha": 0.3}


def test_all_layers_removed_is_said_and_nothing_starts(studio: Studio, qtbot: QtBot) -> None:
    for _ in range(3):
        studio.experiment.remove_layer(0)
    studio.window.findChild(QAction, "action_run").trigger()
    assert studio.run_state.state == "idle"
    assert "at least one layer" in studio.window.message_bar.text


def test_a_softmax_mistake_is_mended_with_one_click(studio: Studio, qtbot: QtBot) -> None:
    choose(studio, "layer_2_activation", "ReLU")
    fix = find(studio, QPushButton, "network_fix_button")
    assert fix.isVisible()
    assert fix.text() == "Add Softmax"
    row = find(studio, QWidget, "layer_2")
    assert any("put Softmax on Dense 3" in label.text() for label in row.findChildren(QLabel))
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert studio.experiment.problems == ()
    assert not fix.isVisible()


def test_every_hyper_parameter_of_every_optimiser_is_offered(studio: Studio, qtbot: QtBot) -> None:
    form = find(studio, ComponentForm, "optimizer_form")
    for label, names in (
        ("SGD", {"learning_rate"}),
        ("RMSProp", {"learning_rate", "beta", "epsilon"}),
        ("Adam", {"learning_rate", "beta_1", "beta_2", "epsilon", "amsgrad"}),
    ):
        choose(studio, "optimizer_combo", label)
        assert set(studio.experiment.spec.optimizer.settings) == names
        for name in names:
            qtbot.waitUntil(lambda name=name: form.field(name).isVisible())


@pytest.mark.parametrize("text", ["", "fast", "nan", "inf", "1e999", "-0.1", "0", "1e9"])
def test_a_wrong_learning_rate_is_said_and_changes_nothing(studio: Studio, qtbot: QtBot, text: str) -> None:
    field = find(studio, ComponentForm, "optimizer_form").field("learning_rate")
    assert isinstance(field, NumberField)
    before = studio.experiment.spec
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.reason != ""
    assert studio.experiment.spec == before


def test_a_learning_rate_with_a_decimal_comma_is_taken(studio: Studio, qtbot: QtBot) -> None:
    type_into(qtbot, find(studio, ComponentForm, "optimizer_form").field("learning_rate"), "0,05")
    assert studio.experiment.spec.optimizer.settings["learning_rate"] == 0.05
    assert find(studio, LogSlider, "slider_learning_rate").number == pytest.approx(0.05, rel=0.05)


def test_reset_brings_the_defaults_back(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_optimizer_setting("learning_rate", 0.5)
    qtbot.mouseClick(find(studio, QPushButton, "optimizer_reset_button"), Qt.MouseButton.LeftButton)
    assert studio.experiment.spec.optimizer.settings["learning_rate"] == 1e-3


def test_epochs_batch_size_and_seed(studio: Studio, qtbot: QtBot) -> None:
    for name, text in (("epochs_spin", "12"), ("batch_size_spin", "25"), ("seed_spin", "99")):
        type_into(qtbot, find(studio, QSpinBox, name), text)
    spec = studio.experiment.spec
    assert (spec.epochs, spec.batch_size, spec.seed) == (12, 25, 99)


@pytest.mark.parametrize("text", ["-4", "abc", "nan", ""])
def test_a_count_takes_no_nonsense(studio: Studio, qtbot: QtBot, text: str) -> None:
    spin = find(studio, QSpinBox, "epochs_spin")
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, text)
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert studio.experiment.spec.epochs >= 1
    assert studio.experiment.problems == ()


def test_a_batch_larger_than_the_data_is_said_and_mended(studio: Studio, qtbot: QtBot) -> None:
    type_into(qtbot, find(studio, QSpinBox, "batch_size_spin"), "5000")
    fix = find(studio, QPushButton, "training_fix_button")
    assert fix.isVisible()
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)
    assert studio.experiment.spec.batch_size == 700


def test_another_data_set_makes_the_network_fit(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor")
    choose(studio, "dataset_combo", "Pen digits (synthetic)")
    assert sizes(studio)[-1] == 10
    assert studio.experiment.problems == ()
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=30_000)
    assert len(studio.data.preview()) == 10


def test_edits_during_a_run_hold_for_the_next_one(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.run_state.run()
    before = studio.run_state.spec
    studio.experiment.set_seed(99)
    studio.experiment.add_layer()
    notes = [label.text() for label in studio.window.findChildren(QLabel) if not label.isHidden()]
    assert any("take effect with the next run" in note for note in notes)
    assert studio.run_state.spec == before


def test_presets_are_opened_from_the_menu(studio: Studio) -> None:
    action = next(a for a in studio.window.findChildren(QAction) if a.text().startswith("Moons"))
    action.trigger()
    assert studio.experiment.spec.data.name == "moons"
