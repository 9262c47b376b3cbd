"""Every edit of the experiment can be undone and done again, exactly."""

from __future__ import annotations

import json
import random

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.state.experiment import ExperimentState


def one_edit(experiment: ExperimentState, rng: random.Random) -> None:
    """Some edit of data, network or hyper-parameters that really changes the spec."""
    layers = len(experiment.spec.layers)
    edits = [
        lambda: experiment.set_data_setting("noise", rng.random() / 2),
        lambda: experiment.set_data(rng.choice(["moons", "xor", "spiral", "pen_digits"])),
        experiment.add_layer,
        lambda: experiment.duplicate_layer(rng.randrange(layers)),
        lambda: experiment.move_layer(rng.randrange(layers), rng.randrange(layers)),
        lambda: experiment.set_layer_setting(rng.randrange(layers), "output_size", rng.randrange(1, 99)),
        lambda: experiment.set_activation(rng.randrange(layers), rng.choice(["relu", "tanh", "softmax", None])),
        lambda: experiment.set_optimizer(rng.choice(["sgd", "rmsprop", "adam"])),
        lambda: experiment.set_optimizer_setting("learning_rate", rng.random()),
        lambda: experiment.set_loss(rng.choice(["mean_squared_error", "categorical_cross_entropy"])),
        lambda: experiment.set_batch_size(rng.randrange(1, 500)),
        lambda: experiment.set_epochs(rng.randrange(1, 500)),
        lambda: experiment.set_seed(rng.randrange(1, 500)),
    ]
    if layers > 1:
        edits.append(lambda: experiment.remove_layer(rng.randrange(layers)))
    before = experiment.spec
    while experiment.spec == before:
        rng.choice(edits)()
        if experiment.spec.data.name == "pen_digits":
            edits[0] = lambda: experiment.set_data_setting("untidiness", rng.random())
        else:
            edits[0] = lambda: experiment.set_data_setting("noise", rng.random() / 2)


def test_fifty_edits_and_fifty_undos_bring_every_step_back(studio: Studio) -> None:
    experiment, rng = studio.experiment, random.Random(0)
    texts = [json.dumps(experiment.spec.to_dict(), sort_keys=True)]
    for _ in range(50):
        one_edit(experiment, rng)
        texts.append(json.dumps(experiment.spec.to_dict(), sort_keys=True))
    for text in reversed(texts[:-1]):
        experiment.undo_stack.undo()
        assert json.dumps(experiment.spec.to_dict(), sort_keys=True) == text
    for text in texts[1:]:
        experiment.undo_stack.redo()
        assert json.dumps(experiment.spec.to_dict(), sort_keys=True) == text


def test_undo_and_redo_by_menu_and_what_they_say(studio: Studio) -> None:
    undo = studio.window.findChild(QAction, "action_undo")
    redo = studio.window.findChild(QAction, "action_redo")
    assert not undo.isEnabled()
    studio.experiment.set_epochs(99)
    assert undo.text() == "Undo change of epochs"
    undo.trigger()
    assert studio.experiment.spec.epochs == 3
    redo.trigger()
    assert studio.experiment.spec.epochs == 99


def test_ctrl_z_undoes(studio: Studio, qtbot: QtBot) -> None:
    studio.window.activateWindow()
    studio.window.setFocus()
    studio.experiment.set_epochs(99)
    with qtbot.waitSignal(studio.experiment.changed):
        qtbot.keyClick(studio.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert studio.experiment.spec.epochs == 3


def test_a_drag_of_the_slider_is_one_edit(studio: Studio) -> None:
    experiment = studio.experiment
    before = experiment.spec
    experiment.begin_drag()
    for value in (0.01, 0.02, 0.03):
        experiment.set_optimizer_setting("learning_rate", value)
    experiment.end_drag()
    experiment.begin_drag()
    experiment.set_optimizer_setting("learning_rate", 0.05)
    experiment.end_drag()
    experiment.undo_stack.undo()
    assert experiment.spec.optimizer.settings["learning_rate"] == 0.03
    experiment.undo_stack.undo()
    assert experiment.spec == before


def test_a_layer_is_copied_by_its_button(studio: Studio, qtbot: QtBot) -> None:
    button = studio.window.findChild(QToolButton, "layer_0_duplicate")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert studio.experiment.spec.layers[0] == studio.experiment.spec.layers[1]
    assert len(studio.experiment.spec.layers) == 4
