"""A whole number to type or step, for counts: epochs, samples in a batch, units of a layer."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget

from gui.views.widgets.number_field import MAX_LETTERS
from gui.views.widgets.numbers import may_become_number, read_whole_number
from gui.views.widgets.reason_bubble import ReasonBubble
from gui.views.widgets.themed import set_style_property


class CountSpin(QSpinBox):
    """``value_committed`` comes with Enter, the arrow keys or when the focus leaves; the wheel needs the focus.

    Any text can be typed or pasted. One that means no number of the range stays as it is, with a sentence beneath that
    says what is expected (``reason``), and the value stays the last good one; Escape brings that back.
    """

    value_committed = Signal(int)
    reason_changed = Signal(str)

    def __init__(
        self, name: str, minimum: int, maximum: int, help_text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._reason = ""
        self._bubble = ReasonBubble(self)
        self.setAccessibleName(name)
        self.setToolTip(help_text or name)
        self.setWhatsThis(
            f"{help_text or name + '.'} A whole number from {minimum:,} to {maximum:,}; Up and Down step."
        )
        self.setRange(minimum, maximum)
        self.setLocale(QLocale.c())
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setMaxLength(MAX_LETTERS)
        self.lineEdit().textEdited.connect(self._on_text_edited)
        self.valueChanged.connect(self._on_value_changed)

    @property
    def reason(self) -> str:
        """What is wrong with the text, as a sentence; empty when nothing is."""
        return self._reason

    def set_value(self, value: int) -> None:
        """Show a value without a signal."""
        if value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)
            self._set_reason("")

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Nothing is refused while it is typed, or a wrong text would silently become another number."""
        good = self._read(text) is not None
        return QValidator.State.Acceptable if good else QValidator.State.Intermediate, text, position

    def valueFromText(self, text: str) -> int:
        value = self._read(text)
        return self.value() if value is None else value

    def stepBy(self, steps: int) -> None:
        """Steps begin at the last good value."""
        if self._read(self.text()) is None:
            self._restore()
        super().stepBy(steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and self._read(self.text()) is None:
            self._set_reason(self._why_wrong())
        elif event.key() == Qt.Key.Key_Escape and self.text() != self.textFromValue(self.value()):
            self._restore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The base class would put the last good value in the place of a wrong text, without a word."""
        text = self.text()
        super().focusOutEvent(event)
        if self._read(text) is None:
            self.lineEdit().setText(text)
            self._set_reason(self._why_wrong())

    def minimumSizeHint(self) -> QSize:
        """Room for four digits; a layout may give more."""
        size = super().minimumSizeHint()
        return QSize(self.fontMetrics().horizontalAdvance("00000") + 18, size.height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        """Complain while typing only about what more typing cannot mend."""
        number = read_whole_number(text)
        beyond = number is not None and number > self.maximum()
        hopeless = beyond or not may_become_number(text)
        self._set_reason(self._why_wrong() if hopeless else "")

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self._set_reason("")
        self.value_committed.emit(value)

    def _read(self, text: str) -> int | None:
        """The number of the range that a text means, None if it means none."""
        number = read_whole_number(text) if len(text) < MAX_LETTERS else None
        return number if number is not None and self.minimum() <= number <= self.maximum() else None

    def _why_wrong(self) -> str:
        return f"{self._name} must be a whole number from {self.minimum():,} to {self.maximum():,}"

    def _restore(self) -> None:
        self.lineEdit().setText(self.textFromValue(self.value()))
        self.selectAll()
        self._set_reason("")

    def _set_reason(self, reason: str) -> None:
        if reason == self._reason:
            return
        self._reason = reason
        set_style_property(self, "wrong", "true" if reason else "false")
        self.setAccessibleDescription(reason)
        self._bubble.show(reason)
        self.reason_changed.emit(reason)
