"""Numbers in and out: the compact forms, the number field and the logarithmic slider."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.log_slider import LogSlider
from gui.views.widgets.number_field import LabelledField, NumberField
from gui.views.widgets.numbers import compact_number, fine_step, one_two_five, read_number, read_whole_number


@pytest.fixture
def themes(qapp: QApplication) -> ThemeProvider:
    return ThemeProvider("light")


def rate(**settings: object) -> NumberField:
    return NumberField("Learning rate", "float", 5e-4, 0, 1000, open_minimum=True, log=True, **settings)  # type: ignore[arg-type]


Front = Callable[..., QWidget]


@pytest.fixture
def front(qtbot: QtBot) -> Front:
    """Makes a window in front that holds widgets and one field to take the focus away with."""
    kept: list[QWidget] = []

    def make(*widgets: QWidget) -> QWidget:
        window = QWidget()
        kept.append(window)
        qtbot.addWidget(window)
        layout = QVBoxLayout(window)
        elsewhere = QLineEdit()
        elsewhere.setObjectName("elsewhere")
        for widget in (elsewhere, *widgets):
            layout.addWidget(widget)
        window.resize(400, 200)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        elsewhere.setFocus()
        return window

    return make


def retype(qtbot: QtBot, field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    if text:
        qtbot.keyClicks(field, text)
    else:
        qtbot.keyClick(field, Qt.Key.Key_Delete)


def wheel(widget: QWidget, notches: int) -> None:
    middle = QPointF(widget.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    turn = QPoint(0, 120 * notches)
    phase = Qt.ScrollPhase.NoScrollPhase
    where = QPointF(widget.mapToGlobal(widget.rect().center()))
    event = QWheelEvent(middle, where, QPoint(), turn, Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5e-4, "5e-4"),
        (0.9, "0.9"),
        (0.999, "0.999"),
        (0.05, "0.05"),
        (1e-7, "1e-7"),
        (1.5e-3, "1.5e-3"),
        (0, "0"),
        (12, "12"),
        (1000, "1000"),
        (100480, "100480"),
        (1e6, "1e6"),
        (-1.5, "−1.5"),
        (-2e-5, "−2e-5"),
        (1 / 3, "0.333333"),
        (0.1 + 0.2, "0.3"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
    ],
)
def test_compact_number(value: float, text: str) -> None:
    assert compact_number(value) == text


def test_log_scale_uses_exponents_below_a_tenth() -> None:
    assert [compact_number(10.0**k, log=True) for k in range(-5, 1)] == ["1e-5", "1e-4", "1e-3", "1e-2", "0.1", "1"]
    assert compact_number(0.02, log=True) == "2e-2"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("0,5", 0.5), (" 1 000 ", 1000), ("−2", -2), (".5", 0.5), ("5.", 5), ("1E3", 1000), ("+4", 4)],
)
def test_read_number(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "abc", "1e", "1e-", "--1", "1_000", "0x10", "nan", "inf", "1,000.5", "٣", "1 e"]
)
def test_read_number_refuses(text: str) -> None:
    assert read_number(text) is None


def test_read_whole_number() -> None:
    assert read_whole_number("1e3") == 1000
    assert read_whole_number("123456789012345678") == 123456789012345678
    assert [read_whole_number(text) for text in ("1.5", "1,000", "1e999", "9" * 5000 + "e9", "")] == [None] * 5


def test_steps_walk_one_two_five() -> None:
    value, seen = 1e-4, []
    for _ in range(4):
        value = one_two_five(value, 1)
        seen.append(value)
    assert seen == [2e-4, 5e-4, 1e-3, 2e-3]
    assert one_two_five(3e-3, 1) == 5e-3
    assert one_two_five(3e-3, -1) == 2e-3
    assert one_two_five(1e-3, -1) == 5e-4
    assert fine_step(1e-3, 1) == 1.1e-3


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1e999", "-1", "0", "1001", "1e", "1_0"])
def test_wrong_text_gives_a_sentence_and_no_value(qtbot: QtBot, front: Front, text: str) -> None:
    field = rate()
    front(field)
    with qtbot.assertNotEmitted(field.value_committed):
        retype(qtbot, field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.reason == "Learning rate must be a number above 0 and at most 1000"
    assert field.property("wrong") == "true"
    assert field.value == 5e-4


@pytest.mark.parametrize("text", ["1e999", "-1e999"])
def test_infinity_is_refused_even_without_limits(qtbot: QtBot, front: Front, text: str) -> None:
    field = NumberField("Offset")
    front(field)
    with qtbot.assertNotEmitted(field.value_committed):
        retype(qtbot, field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.reason == "Offset must be a number"


@pytest.mark.parametrize(("text", "value"), [("1e-3", 1e-3), ("0,01", 0.01), (" 2 ", 2.0), ("1000", 1000.0)])
def test_enter_commits_a_valid_number_once(qtbot: QtBot, front: Front, text: str, value: float) -> None:
    field = rate()
    front(field)
    retype(qtbot, field, text)
    with qtbot.waitSignal(field.value_committed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [value]
    assert isinstance(told.args[0], float)
    with qtbot.assertNotEmitted(field.value_committed):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_leaving_the_field_commits(qtbot: QtBot, front: Front) -> None:
    field = rate()
    window = front(field)
    retype(qtbot, field, "0.1")
    with qtbot.waitSignal(field.value_committed):
        window.findChild(QLineEdit, "elsewhere").setFocus()
    assert field.value == 0.1


def test_typing_is_not_scolded_before_it_is_finished(qtbot: QtBot, front: Front) -> None:
    field = rate()
    front(field)
    retype(qtbot, field, "1e-")
    assert field.reason == ""
    qtbot.keyClicks(field, "4")
    assert field.reason == ""
    retype(qtbot, field, "12x")
    assert field.reason != ""
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert field.reason == ""
    retype(qtbot, field, "2000")
    assert field.reason != ""


def test_escape_brings_the_last_value_back(qtbot: QtBot, front: Front) -> None:
    field = rate()
    front(field)
    retype(qtbot, field, "zzz")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "5e-4"
    assert field.reason == ""


def test_whole_numbers_stay_whole(qtbot: QtBot, front: Front) -> None:
    field = NumberField("Epochs", "int", 10, 1, 1000)
    front(field)
    retype(qtbot, field, "2.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.reason == "Epochs must be a whole number at least 1 and at most 1000"
    retype(qtbot, field, "1e2")
    with qtbot.waitSignal(field.value_committed) as told:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [100]
    assert type(told.args[0]) is int
    assert field.text() == "100"


def test_up_and_down_step_and_stop_at_the_limits(qtbot: QtBot, front: Front) -> None:
    field = NumberField("Epochs", "int", 2, 1, 15)
    front(field)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value == 1
    qtbot.keyClick(field, Qt.Key.Key_PageUp)
    assert field.value == 11
    qtbot.keyClick(field, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert field.value == 12
    qtbot.keyClick(field, Qt.Key.Key_PageUp)
    assert field.value == 15


def test_shift_makes_steps_fine(qtbot: QtBot, front: Front) -> None:
    field = NumberField("Noise", "float", 0.2, 0, 1)
    front(field)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value == 0.21
    qtbot.keyClick(field, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert field.value == 0.211
    qtbot.keyClick(field, Qt.Key.Key_PageDown)
    assert field.value == 0.111


def test_log_field_steps_one_two_five(qtbot: QtBot, front: Front) -> None:
    field = rate()
    front(field)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.text() == "1e-3"


def test_step_never_reaches_an_open_limit(qtbot: QtBot, front: Front) -> None:
    field = NumberField("Beta 1", "float", 0.99, 0, 1, open_maximum=True)
    front(field)
    field.setFocus()
    with qtbot.assertNotEmitted(field.value_committed):
        qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value == 0.99


def test_wheel_acts_only_with_focus(qtbot: QtBot, front: Front, themes: ThemeProvider) -> None:
    field, slider = rate(), LogSlider(themes, "Learning rate")
    slider.set_number(5e-4)
    front(field, slider)
    for widget in (field, slider):
        wheel(widget, 1)
    assert (field.value, slider.number) == (5e-4, 5e-4)
    field.setFocus()
    wheel(field, 1)
    slider.setFocus()
    wheel(slider, -1)
    assert (field.value, slider.number) == (1e-3, 2e-4)


def test_set_value_tells_nobody_and_keeps_every_digit(qtbot: QtBot) -> None:
    field = rate()
    qtbot.addWidget(field)
    with qtbot.assertNotEmitted(field.value_committed):
        field.set_value(1 / 3)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.value == 1 / 3
    with pytest.raises(ValueError, match="Learning rate must be"):
        field.set_value(-1)


def test_set_value_leaves_unfinished_typing_alone(qtbot: QtBot, front: Front) -> None:
    field = rate()
    front(field)
    retype(qtbot, field, "0.2")
    field.set_value(0.7)
    assert field.text() == "0.2"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.7"
    field.set_value(0.8)
    assert field.text() == "0.8"


def test_labelled_field_places_the_reason_beneath(qtbot: QtBot, front: Front) -> None:
    both = LabelledField(rate(), "Learning rate", "per batch")
    window = front(both)
    assert not both.reason_label.isVisible()
    retype(qtbot, both.field, "-1")
    qtbot.keyClick(both.field, Qt.Key.Key_Return)
    window.layout().activate()
    both.layout().activate()
    assert both.reason_label.isVisible()
    assert both.reason_label.text() == both.field.reason == both.field.accessibleDescription()
    assert both.reason_label.geometry().top() >= both.field.geometry().bottom()
    retype(qtbot, both.field, "1")
    assert not both.reason_label.isVisible()


def test_slider_keys_walk_round_values(qtbot: QtBot, themes: ThemeProvider) -> None:
    slider = LogSlider(themes, "Learning rate", 1e-5, 0.1)
    qtbot.addWidget(slider)
    slider.set_number(1e-3)
    seen: list[float] = []
    slider.value_changed.connect(seen.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_End):
        qtbot.keyClick(slider, key)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert seen == [2e-3, 5e-3, 2e-3, 2e-2, 0.1, 1e-5]
    qtbot.keyClick(slider, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert slider.number == 1.1e-5


def test_slider_drag_goes_where_the_mouse_is(qtbot: QtBot, themes: ThemeProvider) -> None:
    slider = LogSlider(themes, "Learning rate", 1e-5, 0.1)
    qtbot.addWidget(slider)
    slider.resize(300, slider.sizeHint().height())
    slider.show()
    middle = QPoint(150, 8)
    with qtbot.waitSignal(slider.value_changed) as told:
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=middle)
    assert told.args == [1e-3]
    qtbot.mouseMove(slider, QPoint(2000, 8))
    assert slider.number == 0.1
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(2000, 8))
    qtbot.mouseMove(slider, QPoint(10, 8))
    assert slider.number == 0.1


def test_slider_shows_any_value_without_changing_it(qtbot: QtBot, themes: ThemeProvider) -> None:
    slider = LogSlider(themes, "Learning rate", 1e-5, 0.1)
    qtbot.addWidget(slider)
    with qtbot.assertNotEmitted(slider.value_changed):
        slider.set_number(3.14159e-4)
        slider.set_number(7.0)
    assert slider.number == 7.0
    assert slider.value() == slider.maximum()
    assert slider.accessibleDescription() == "7"
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert slider.number == 0.1
    for value in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="above 0"):
            slider.set_number(value)


def test_slider_refuses_bad_limits(themes: ThemeProvider) -> None:
    with pytest.raises(ValueError, match="0 < minimum < maximum"):
        LogSlider(themes, "Learning rate", 0, 1)
