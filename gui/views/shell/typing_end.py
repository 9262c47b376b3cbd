"""What is typed into a field counts with Enter or when the focus leaves: some commands must not wait for either."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QWidget


def finish_typing(window: QWidget) -> None:
    """Let what stands in the field with the focus count; the focus stays."""
    field = window.focusWidget()
    if isinstance(field, QLineEdit | QAbstractSpinBox):
        field.clearFocus()
        field.setFocus()
