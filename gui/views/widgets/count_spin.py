"""A whole number to type or step, for counts: epochs, samples in a batch, units of a layer."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget


class CountSpin(QSpinBox):
    """``value_committed`` comes with Enter, the arrow keys or when the focus leaves; the wheel needs the focus."""

    value_committed = Signal(int)

    def __init__(
        self, name: str, minimum: int, maximum: int, help_text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(help_text or name)
        self.setWhatsThis(f"{help_text or name} A whole number from {minimum:,} to {maximum:,}.")
        self.setRange(minimum, maximum)
        self.setLocale(QLocale.c())
        self.setKeyboardTracking(False)
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToNearestValue)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.valueChanged.connect(self._on_value_changed)

    def set_value(self, value: int) -> None:
        """Show a value without a signal."""
        if value != self.value():
            self.blockSignals(True)
            self.setValue(value)
            self.blockSignals(False)

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

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self.value_committed.emit(value)
