"""Every field for a number: whatever is typed or pasted, the experiment stays what it was, and the field says why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QScrollBar,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from beras.registry import ACTIVATIONS, DATASETS, LAYERS, OPTIMIZERS
from gui.app import Studio
from gui.domain.spec import Choice, LayerSpec
from gui.views.experiment.component_form import ComponentForm
from gui.views.widgets.count_spin import CountSpin
from gui.views.widgets.number_field import MAX_LETTERS, NumberField
from gui.views.widgets.numbers import may_become_number, read_number, read_whole_number

Field = NumberField | CountSpin

WRONG_EVERYWHERE = {
    "empty": "",
    "a word": "fast",
    "not a number": "nan",
    "infinity": "inf",
    "too large for a computer": "1e999",
    "negative": "-5",
    "negative with a true minus": "−0.5",
    "with a unit": "0.5 s",
    "two lines": "0.1\n0.2",
    "two numbers": "1 2",
    "very many digits": "9" * 5000,
    "very many decimals": "0." + "3" * 5000,
    "fullwidth digits": "１２",
    "arabic digits": "٣",
    "half a number": "1e-",
    "two signs": "--1",
    "code": "__import__('os')",
}
RIGHT_IN_COUNTS = ("12", " 12 ", "12\n", "\t12", "1.2e1", "+12")


@pytest.fixture
def quiet(open_studio: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Studio:
    """A studio in a home without MNIST, in front."""
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    studio = open_studio()
    studio.window.activateWindow()
    return studio


def setups(studio: Studio) -> Iterator[None]:
    """Every component that has settings, one after the other, so that all their fields are shown."""
    experiment = studio.experiment
    for box in studio.window.findChildren(QCheckBox):
        if box.objectName().startswith("stop_") and not box.isChecked():
            box.click()  # its number can be edited now
    yield
    for spec in OPTIMIZERS:
        experiment.set_optimizer(spec.name)
        yield
    for spec in ACTIVATIONS:
        experiment.set_activation(0, spec.name)
        yield
    for spec in LAYERS:
        layers = (LayerSpec(Choice.default(LAYERS, spec.name)), *experiment.spec.layers[1:])
        if spec.name != "dense":
            experiment.replace(replace(experiment.spec, layers=layers), "change")
            yield
    for spec in DATASETS:
        experiment.set_data(spec.name)
        yield


def fields_of(studio: Studio, qtbot: QtBot) -> list[Field]:
    """Every field, once those of a form made anew have appeared and the old ones have gone."""

    spec = studio.experiment.spec
    data_settings = {} if spec.data.name == "own_points" else spec.data.settings  # those are edited in the plot
    for name, settings in (("optimizer_form", spec.optimizer.settings), ("data_form", data_settings)):
        form = studio.window.findChild(ComponentForm, name)
        assert form is not None
        for setting in settings:
            qtbot.waitUntil(lambda form=form, setting=setting: form.field(setting).isVisibleTo(studio.window))
    found: list[Field] = [*studio.window.findChildren(NumberField), *studio.window.findChildren(CountSpin)]
    found = [field for field in found if field.objectName() != "brush_value"]  # a value may be negative, tested there
    return [field for field in found if field.isVisibleTo(studio.window) and field.isEnabled()]


def line_of(field: Field) -> QLineEdit:
    return field.lineEdit() if isinstance(field, CountSpin) else field


def value_of(field: Field) -> float:
    return field.value() if isinstance(field, CountSpin) else field.value


def paste(qtbot: QtBot, field: Field, text: str) -> None:
    """Put a text in the place of the old one, as a user does with Ctrl+V."""
    field.setFocus()
    field.selectAll()
    if text:
        QApplication.clipboard().setText(text)
        qtbot.keySequence(line_of(field), QKeySequence.StandardKey.Paste)
    else:
        qtbot.keyClick(line_of(field), Qt.Key.Key_Delete)


def said(studio: Studio, reason: str) -> bool:
    """Whether a label that can be seen says this."""
    labels = studio.window.findChildren(QLabel)
    return any(label.text() == reason and label.isVisibleTo(studio.window) for label in labels)


def test_no_field_takes_nonsense_and_each_says_why(quiet: Studio, qtbot: QtBot) -> None:
    seen: set[str] = set()
    for _ in setups(quiet):
        for field in fields_of(quiet, qtbot):
            key = f"{field.objectName()} {field.accessibleName()}"
            if key in seen:
                continue
            seen.add(key)
            before, value, text = quiet.experiment.spec, value_of(field), field.text()
            for what, wrong in WRONG_EVERYWHERE.items():
                paste(qtbot, field, wrong)
                qtbot.keyClick(field, Qt.Key.Key_Return)
                assert field.reason != "", f"{key} says nothing about {what}"
                assert field.accessibleDescription() == field.reason
                assert said(quiet, field.reason), f"{key} does not show why {what} is wrong"
                assert value_of(field) == value, f"{key} after {what}"
                assert quiet.experiment.spec == before, f"{key} after {what}"
                qtbot.keyClick(field, Qt.Key.Key_Escape)
                assert (field.text(), field.reason) == (text, ""), f"{key} after Escape"
    assert len(seen) >= 20, seen


def test_leaving_a_field_with_nonsense_keeps_value_and_reason(quiet: Studio, qtbot: QtBot) -> None:
    before = quiet.experiment.spec
    for field in fields_of(quiet, qtbot):
        paste(qtbot, field, "0,5 of it")
        qtbot.keyClick(field, Qt.Key.Key_Tab)
        assert field.reason != "", field.accessibleName()
        assert field.text() == "0,5 of it"
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert quiet.experiment.spec == before


def test_decimals_are_refused_where_things_are_counted(quiet: Studio, qtbot: QtBot) -> None:
    before = quiet.experiment.spec
    for field in quiet.window.findChildren(CountSpin):
        for text in ("2,5", "2.5", "1,000", "0x10", "1_0"):
            paste(qtbot, field, text)
            qtbot.keyClick(field, Qt.Key.Key_Return)
            assert field.reason.startswith(f"{field.accessibleName()} must be a whole number from"), text
            qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert quiet.experiment.spec == before


def test_a_decimal_comma_is_understood(quiet: Studio, qtbot: QtBot) -> None:
    field = quiet.window.findChild(NumberField, "setting_noise")
    assert field is not None
    paste(qtbot, field, " 0,125\n")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert quiet.experiment.spec.data.settings["noise"] == 0.125


@pytest.mark.parametrize("text", RIGHT_IN_COUNTS)
def test_a_count_is_understood_in_many_spellings(quiet: Studio, qtbot: QtBot, text: str) -> None:
    field = quiet.window.findChild(CountSpin, "epochs_spin")
    assert field is not None
    paste(qtbot, field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert quiet.experiment.spec.epochs == 12
    assert field.text() == "12"
    assert field.reason == ""


@pytest.mark.parametrize("typed", ["-4", "1e9", "100001", "12x"])
def test_a_count_never_becomes_another_number_while_it_is_typed(quiet: Studio, qtbot: QtBot, typed: str) -> None:
    field = quiet.window.findChild(CountSpin, "epochs_spin")
    assert field is not None
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, typed)
    assert field.text() == typed
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == typed
    assert field.reason == "Epochs must be a whole number from 1 to 100,000"
    assert quiet.experiment.spec.epochs == 3


def test_steps_go_on_from_the_last_good_count(quiet: Studio, qtbot: QtBot) -> None:
    field = quiet.window.findChild(CountSpin, "epochs_spin")
    assert field is not None
    paste(qtbot, field, "nonsense")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert quiet.experiment.spec.epochs == 4
    assert field.reason == ""


def test_an_edit_from_elsewhere_takes_the_reason_away(quiet: Studio, qtbot: QtBot) -> None:
    field = quiet.window.findChild(CountSpin, "epochs_spin")
    assert field is not None
    paste(qtbot, field, "nonsense")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    quiet.experiment.set_epochs(77)
    assert field.text() == "77"
    assert field.reason == ""


def test_the_reason_lies_beneath_its_count_within_the_dock(quiet: Studio, qtbot: QtBot) -> None:
    for field in quiet.window.findChildren(CountSpin):
        paste(qtbot, field, "x")
        bubble = quiet.window.findChild(QLabel, "reason_bubble")
        assert bubble is not None
        assert bubble.text() == field.reason
        where = bubble.mapToGlobal(QPoint(0, 0)) - field.mapToGlobal(QPoint(0, 0))
        assert where.y() >= field.height() or where.y() + bubble.height() <= 0
        host = bubble.parentWidget()
        assert host.rect().contains(bubble.geometry())
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: quiet.window.findChild(QLabel, "reason_bubble") is None)


def wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    where = QPointF(widget.mapToGlobal(widget.rect().center()))
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(middle, where, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(widget, event)


def test_the_wheel_changes_nothing_without_the_focus(quiet: Studio) -> None:
    """Nor does it bring the focus: that is how a wheel over a combo box would change it all the same."""
    kinds = (NumberField, QAbstractSpinBox, QAbstractSlider, QComboBox)
    widgets = [w for kind in kinds for w in quiet.window.findChildren(kind) if not isinstance(w, QScrollBar)]
    before = quiet.experiment.spec
    quiet.window.setFocus()
    for widget in widgets:
        assert widget.focusPolicy() != Qt.FocusPolicy.WheelFocus, widget.objectName() or widget.accessibleName()
        wheel(widget)
    assert quiet.experiment.spec == before
    assert len(widgets) > 10


def test_there_are_no_other_fields_for_numbers(quiet: Studio) -> None:
    dock = quiet.window.findChild(QWidget, "dock_experiment")
    assert dock is not None
    for _ in setups(quiet):
        assert not dock.findChildren(QDoubleSpinBox)
        assert all(isinstance(spin, CountSpin) for spin in dock.findChildren(QSpinBox))
        lines = [line for line in dock.findChildren(QLineEdit) if not isinstance(line.parent(), QSpinBox)]
        assert all(isinstance(line, NumberField) for line in lines)


def test_every_number_field_is_explained(quiet: Studio, qtbot: QtBot) -> None:
    for _ in setups(quiet):
        for field in fields_of(quiet, qtbot):
            name = field.accessibleName()
            assert name
            assert field.toolTip(), name
            assert len(field.whatsThis()) > len(name), name


# -- what a text means ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 000", 1000), ("1\u202f000\u202f000", 1_000_000), (" 5\r\n", 5), ("−3", -3), ("1 000,5", 1000.5)],
)
def test_spaces_round_a_number_and_between_thousands_are_understood(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["1 2", "12 34", "1\n000", "1 0000", "0.1\n0.2", "1 e5", "5 %", "1\u20282"])
def test_other_spaces_part_two_numbers(text: str) -> None:
    assert read_number(text) is None
    assert read_whole_number(text) is None


def test_a_text_that_may_have_been_cut_means_nothing(qtbot: QtBot) -> None:
    field = NumberField("Share", "float", 0.5, 0, 1)
    qtbot.addWidget(field)
    field.setFocus()
    field.selectAll()
    QApplication.clipboard().setText("0." + "0" * MAX_LETTERS + "5")
    qtbot.keySequence(field, QKeySequence.StandardKey.Paste)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value == 0.5
    assert field.reason == "Share must be a number at least 0 and at most 1"


def test_thousands_may_be_typed_one_letter_after_the_other() -> None:
    assert all(may_become_number("12 345"[:end]) for end in range(7))


def test_a_count_that_goes_takes_its_bubble_along(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    spin = CountSpin("Units", 1, 9)
    spin.setParent(window)
    window.resize(300, 200)
    window.show()
    qtbot.keyClicks(spin, "x")
    assert window.findChild(QLabel, "reason_bubble") is not None
    spin.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: window.findChild(QLabel, "reason_bubble") is None)
