"""Buttons for commands: one for an action, and one that opens the ways to copy something."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


def action_button(action: QAction, *, is_primary: bool = False, has_text: bool = True) -> QToolButton:
    """A button that shows and triggers an action, and can be reached with Tab."""
    styles = Qt.ToolButtonStyle
    button = QToolButton()
    button.setToolButtonStyle(styles.ToolButtonTextBesideIcon if has_text else styles.ToolButtonIconOnly)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if is_primary:
        button.setProperty("primary", "true")
    return button


def copy_button(name: str, what: str, explanation: str, forms: Sequence[tuple[str, Callable[[], None]]]) -> QToolButton:
    """A button "Copy" with a menu of forms; ``what`` is copied, as in "Copy the sum"."""
    button = QToolButton()
    button.setObjectName(name)
    button.setText("Copy")
    button.setProperty("small", "true")
    button.setAccessibleName(f"Copy {what}")
    button.setToolTip(f"Copy {what} as text, CSV or LaTeX")
    button.setWhatsThis(explanation)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(copy_menu(button, name, forms))
    return button


def copy_menu(parent: QWidget, name: str, forms: Sequence[tuple[str, Callable[[], None]]]) -> QMenu:
    """The ways to copy."""
    menu = QMenu(parent)
    menu.setObjectName(f"{name}_menu")
    menu.setAccessibleName("Ways to copy")
    for text, copy in forms:
        action = menu.addAction(text)
        action.setObjectName(f"action_{name}_{text.lower().replace(' ', '_')}")
        action.setToolTip(text)
        action.setWhatsThis(f"{text}: into the clipboard.")
        action.triggered.connect(lambda _=False, copy=copy: copy())
    return menu
