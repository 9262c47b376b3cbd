"""A field for one number that never hands out a wrong one: it says what is wrong and keeps the last valid value."""

from __future__ import annotations

import math
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from gui.views.looks import metrics
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.numbers import (
    compact_number,
    fine_step,
    may_become_number,
    one_two_five,
    read_number,
    read_whole_number,
    rounded_to,
)
from gui.views.widgets.reason_bubble import ReasonBubble
from gui.views.widgets.themed import set_style_property, text_label

NumberKind = Literal["int", "float"]
MAX_LETTERS = 400  # a longer text may have been cut, so it means no number
WIDTH_IN_DIGITS = 6
FRAME_AND_PADDING_PX = 18
LARGE_STEPS = 10
FINE_SHARE = 0.1
WHEEL_NOTCH = 120
STEPS_IN_RANGE = 100
STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: LARGE_STEPS,
    Qt.Key.Key_PageDown: -LARGE_STEPS,
}


class NumberField(QLineEdit):
    """One number between two limits, whole or not.

    ``value_committed`` comes with Enter, when the focus leaves, and with Up, Down and the wheel (with focus only), and
    only when the value is new. ``reason`` is the sentence about a wrong text, empty while there is none; it is shown in
    a bubble unless ``give_reason_a_place`` says that somebody else does. Escape brings the last valid value back.
    ``log`` makes steps walk 1, 2, 5, 10. Shift makes steps fine (never finer than 1 for a whole number), Page Up and
    Page Down make ten at once.
    """

    value_committed = Signal(object)  # int or float
    reason_changed = Signal(str)

    def __init__(
        self,
        name: str,
        kind: NumberKind = "float",
        value: float = 0,
        minimum: float | None = None,
        maximum: float | None = None,
        *,
        open_minimum: bool = False,
        open_maximum: bool = False,
        log: bool = False,
        step: float | None = None,
        help_text: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._kind, self._log, self._given_step = name, kind, log, step
        self._low, self._high = minimum, maximum
        self._open_low, self._open_high = open_minimum, open_maximum
        self._reason = ""
        self._bubble: ReasonBubble | None = ReasonBubble(self)
        self._value: int | float = self._checked(value)
        self.setFont(metrics.tabular(QFont()))  # the figures only: size and family stay the application's
        self.setMaxLength(MAX_LETTERS)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        self.setToolTip(help_text or f"{name}: {self._expected()}")
        self.setWhatsThis(
            f"{help_text or f'{name}.'} It takes {self._expected()}. Enter makes it count, Up and Down step, with "
            "Shift finely, Esc brings the last value back."
        )
        self._show_value()
        self.textEdited.connect(self._on_text_edited)
        self.returnPressed.connect(self._commit)

    @property
    def name(self) -> str:
        return self._name

    @property
    def value(self) -> int | float:
        """The last valid value; an int for a whole-number field."""
        return self._value

    @property
    def reason(self) -> str:
        """What is wrong with the text, as a sentence; empty when nothing is."""
        return self._reason

    def give_reason_a_place(self) -> None:
        """The reason has a place of its own beside the field, so it needs no bubble over what is beneath."""
        self._bubble = None

    def set_value(self, value: float) -> None:
        """Show a value without telling anyone; ``ValueError`` when the field could not accept it.

        What the user is typing at this moment stays; the new value then shows after Escape.
        """
        self._value = self._checked(value)
        if not (self.hasFocus() and self.isModified()):
            self._show_value()

    def set_range(self, minimum: float | None, maximum: float | None) -> None:
        """Change the (closed) limits; a value outside of the new ones is said to be wrong until it is replaced."""
        self._low, self._high, self._open_low, self._open_high = minimum, maximum, False, False
        self._set_reason(self._why_wrong(self.text()))

    def sizeHint(self) -> QSize:
        width = WIDTH_IN_DIGITS * QFontMetrics(self.font()).horizontalAdvance("0") + FRAME_AND_PADDING_PX
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() - FRAME_AND_PADDING_PX, super().minimumSizeHint().height())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in STEPS:
            self._step(STEPS[Qt.Key(event.key())], event.modifiers())
        elif event.key() == Qt.Key.Key_Escape and self.text() != self._text_of(self._value):
            self._show_value()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = round(event.angleDelta().y() / WHEEL_NOTCH)
        if not self.hasFocus() or self.isReadOnly() or notches == 0:
            event.ignore()
            return
        self._step(notches, event.modifiers())
        event.accept()

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        """Complain while typing only about what more typing cannot mend."""
        reason = self._why_wrong(text)
        number = read_number(text)
        beyond = number is not None and self._high is not None and number > self._high
        self._set_reason(reason if beyond or not may_become_number(text) else "")

    @Slot()
    def _commit(self) -> None:
        self._set_reason(self._why_wrong(self.text()))
        value = self._read(self.text())
        if not self._reason and value is not None:
            self._take(value)

    def _take(self, value: int | float) -> None:
        changed = value != self._value
        self._value = value
        self._show_value()
        if changed:
            self.value_committed.emit(value)

    def _step(self, steps: int, modifiers: Qt.KeyboardModifier) -> None:
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        value = self._stepped(float(self._value), steps, shift)
        if self._low is not None and value < self._low:
            value = self._low
        if self._high is not None and value > self._high:
            value = self._high
        if self._fits(value):
            self._take(self._as_kind(value))

    def _stepped(self, value: float, steps: int, shift: bool) -> float:
        if self._log and value > 0 and self._kind == "float":
            return fine_step(value, steps) if shift else one_two_five(value, steps)
        fine = FINE_SHARE if shift and self._kind == "float" else 1
        return round(value + steps * fine * self._step_size(value), 12)

    def _step_size(self, value: float) -> float:
        if self._given_step is not None:
            return self._given_step
        if self._kind == "int":
            return 1
        if self._low is not None and self._high is not None:
            return rounded_to((self._high - self._low) / STEPS_IN_RANGE, 1)
        return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1

    def _why_wrong(self, text: str) -> str:
        value = self._read(text)
        good = value is not None and self._fits(value)
        return "" if good else f"{self._name} must be {self._expected()}"

    def _read(self, text: str) -> int | float | None:
        if text == self._text_of(self._value):
            return self._value  # the text may show fewer digits than the value has
        if len(text) >= MAX_LETTERS:
            return None
        return read_whole_number(text) if self._kind == "int" else read_number(text)

    def _fits(self, value: float) -> bool:
        if not math.isfinite(value):
            return False
        above = self._low is None or (value > self._low if self._open_low else value >= self._low)
        below = self._high is None or (value < self._high if self._open_high else value <= self._high)
        return above and below

    def _expected(self) -> str:
        """What the field accepts, in words."""
        words = ["a whole number" if self._kind == "int" else "a number"]
        limits = []
        if self._low is not None:
            limits.append(f"{'above' if self._open_low else 'at least'} {compact_number(self._low)}")
        if self._high is not None:
            limits.append(f"{'below' if self._open_high else 'at most'} {compact_number(self._high)}")
        return " ".join([*words, " and ".join(limits)] if limits else words)

    def _checked(self, value: float) -> int | float:
        if not self._fits(value) or (self._kind == "int" and value != int(value)):
            raise ValueError(f"{self._name} must be {self._expected()}. Received: {value!r}.")
        return self._as_kind(value)

    def _as_kind(self, value: float) -> int | float:
        return int(value) if self._kind == "int" else float(value)

    def _text_of(self, value: float) -> str:
        return compact_number(value, log=self._log)

    def _show_value(self) -> None:
        self.setText(self._text_of(self._value))
        self._set_reason("")

    def _set_reason(self, reason: str) -> None:
        if reason == self._reason:
            return
        self._reason = reason
        set_style_property(self, "wrong", "true" if reason else "false")
        self.setAccessibleDescription(reason)
        if self._bubble is not None:
            self._bubble.show(reason)
        self.reason_changed.emit(reason)


class LabelledField(QWidget):
    """A name, its field, a unit if it has one, and beneath them the reason why a text is wrong."""

    def __init__(self, field: NumberField, label: str = "", unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        field.give_reason_a_place()
        self.label = text_label(label or field.name)
        self.label.setBuddy(field)
        self.reason_label: QLabel = text_label("", metrics.Role.CAPTION, "trouble")
        self.reason_label.setWordWrap(True)
        self.reason_label.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.HALF_PX)
        line = FlowLayout(metrics.LABEL_GAP_PX)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        line.addWidget(self.label)
        self.unit_label = text_label(unit, tone="caption")
        self.unit_label.setVisible(bool(unit))
        with_unit = QHBoxLayout()
        with_unit.setSpacing(metrics.LABEL_GAP_PX)
        with_unit.addWidget(field, 1)
        with_unit.addWidget(self.unit_label)
        line.addLayout(with_unit)
        column.addLayout(line)
        column.addWidget(self.reason_label)
        field.reason_changed.connect(self._on_reason_changed)

    @Slot(str)
    def _on_reason_changed(self, reason: str) -> None:
        self.reason_label.setText(reason)
        self.reason_label.setVisible(bool(reason))
