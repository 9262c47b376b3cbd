"""The Evaluate page: real answers in numbers and images, live per epoch, and from a cell to its images to the pad."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.domain.build import build_model, set_weights
from gui.state.evaluation import NO_CLASSES, NO_WEIGHTS, Selection
from gui.views.evaluate.class_table import ClassTable
from gui.views.evaluate.confusion_matrix import ConfusionMatrix
from tests.desktop.explorer_steps import WAIT_MS, find
from tests.desktop.passes import data_of

EVALUATE = 2


def trained(studio: Studio, qtbot: QtBot) -> Studio:
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.outcome == "completed", timeout=WAIT_MS)
    return studio


def evaluated(studio: Studio, qtbot: QtBot) -> Studio:
    studio.window.page_bar.tabs.setCurrentIndex(EVALUATE)
    state = studio.evaluation
    qtbot.waitUntil(lambda: state.evaluation is not None and not state.is_busy, timeout=WAIT_MS)
    return studio


def test_the_numbers_are_those_of_the_weights_on_show(studio: Studio, qtbot: QtBot) -> None:
    evaluated(trained(studio, qtbot), qtbot)
    found, spec = studio.evaluation.evaluation, studio.experiment.spec
    assert found is not None
    data = data_of(spec)
    model = build_model(spec, data)
    assert studio.run_state.weights is not None
    set_weights(model, studio.run_state.weights)
    said = model.predict(data.validation_inputs).argmax(axis=1)
    counts = np.zeros((2, 2), int)
    np.add.at(counts, (data.validation_targets, said), 1)
    np.testing.assert_array_equal(found.confusion, counts)
    assert found.accuracy == pytest.approx(studio.run_state.final_logs["val_acc"], abs=1e-9)
    assert found.loss == pytest.approx(studio.run_state.final_logs["val_loss"], rel=1e-5)
    assert find(studio, QLabel, "evaluation_accuracy").text() == f"{100 * found.accuracy:.1f} %"
    assert find(studio, QLabel, "evaluation_wrong").text() == f"{found.mistakes:,} of {len(found):,}"


def test_before_a_run_there_is_a_sentence(studio: Studio, qtbot: QtBot) -> None:
    studio.window.page_bar.tabs.setCurrentIndex(EVALUATE)
    qtbot.waitUntil(lambda: studio.evaluation.problem == NO_WEIGHTS)
    assert studio.evaluation.evaluation is None
    page = studio.window.evaluate_page
    assert page.isVisible()
    assert not find(studio, ConfusionMatrix, "confusion_matrix").isVisible()


def test_data_without_classes_say_so(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = trained(open_studio("--preset", "worked-example", "--epochs", "2"), qtbot)
    studio.window.page_bar.tabs.setCurrentIndex(EVALUATE)
    qtbot.waitUntil(lambda: studio.evaluation.problem == NO_CLASSES, timeout=WAIT_MS)


def test_it_follows_the_run_while_it_is_on_show_and_only_then(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.window.page_bar.tabs.setCurrentIndex(EVALUATE)
    state = studio.evaluation
    studio.run_state.run()
    qtbot.waitUntil(lambda: state.evaluation is not None, timeout=WAIT_MS)
    first = state.evaluation
    qtbot.waitUntil(lambda: state.evaluation is not first, timeout=WAIT_MS)
    studio.window.page_bar.tabs.setCurrentIndex(0)
    qtbot.waitUntil(lambda: not state.is_busy, timeout=WAIT_MS)
    last, epochs = state.evaluation, studio.run_state.epochs_done
    qtbot.waitUntil(lambda: studio.run_state.epochs_done > epochs + 3, timeout=WAIT_MS)
    assert state.evaluation is last
    studio.run_state.stop()
    qtbot.waitUntil(lambda: not studio.run_state.is_active, timeout=WAIT_MS)


def test_from_a_cell_to_its_images_to_the_pad(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = evaluated(trained(open_studio("--preset", "pen-digits", "--epochs", "1"), qtbot), qtbot)
    studio.window.resize(1440, 900)
    state, page = studio.evaluation, studio.window.evaluate_page
    found = state.evaluation
    assert found is not None
    mistakes = found.confusion - np.diag(np.diag(found.confusion))
    true_class, said = (int(i) for i in np.unravel_index(int(mistakes.argmax()), mistakes.shape))
    matrix = page.matrix
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.rect_of(true_class, said).center().toPoint())
    assert state.selection == Selection("all", true_class, said)
    assert len(state.shown) == mistakes[true_class, said]
    assert all(found.labels[i] == true_class and found.predicted[i] == said for i in state.shown)
    assert (np.diff(found.confidence[state.shown]) <= 0).all(), "the most confident first"
    sheet = page.sheet
    second = sheet.tile_rect(1).center()
    qtbot.mouseClick(sheet.viewport(), Qt.MouseButton.LeftButton, pos=second)
    qtbot.mouseDClick(sheet.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert studio.window.pad_dock.isVisible()
    assert studio.pad.image is not None
    sent = data_of(studio.experiment.spec).validation_inputs[int(state.shown[1])].reshape(28, 28)
    assert np.corrcoef(studio.pad.image.reshape(-1), sent.reshape(-1))[0, 1] > 0.9
    qtbot.mouseClick(find(studio, QPushButton, "all_mistakes_button"), Qt.MouseButton.LeftButton)
    assert len(state.shown) == found.mistakes
    qtbot.mouseClick(find(studio, QPushButton, "gallery_hardest_button"), Qt.MouseButton.LeftButton)
    assert (np.diff(found.probability_of_truth[state.shown]) >= 0).all()


def test_the_matrix_is_walked_with_the_keyboard(studio: Studio, qtbot: QtBot) -> None:
    evaluated(trained(studio, qtbot), qtbot)
    matrix = studio.window.evaluate_page.matrix
    matrix.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(matrix, key)
    assert studio.evaluation.selection == Selection("all", 1, 0)
    assert matrix.accessibleDescription().startswith("True ")


def test_classes_are_sorted_and_chosen(studio: Studio, qtbot: QtBot) -> None:
    evaluated(trained(studio, qtbot), qtbot)
    table = find(studio, ClassTable, "class_table")
    table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    found = studio.evaluation.evaluation
    assert found is not None
    recalls = [figures.recall or 0 for figures in found.classes]
    first = int(table.item(0, 0).data(Qt.ItemDataRole.UserRole))
    assert recalls[first] == max(recalls)
    place = table.visualItemRect(table.item(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert studio.evaluation.selection == Selection("wrong", true_class=first)


def test_closing_while_it_evaluates_leaves_nothing(studio: Studio, qtbot: QtBot) -> None:
    trained(studio, qtbot)
    studio.window.page_bar.tabs.setCurrentIndex(EVALUATE)
    studio.evaluation.look_again()
