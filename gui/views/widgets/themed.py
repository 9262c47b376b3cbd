"""What every painted widget shares: the theme at hand, a repaint when it changes, and fonts by role."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QEvent, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from gui.views.looks import font_sizes, metrics
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.elided_label import ElidedLabel

AnyLabel = TypeVar("AnyLabel", bound=QLabel)


class ThemedWidget(QWidget):
    """A widget that paints itself in the theme's colours."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._role_fonts: dict[metrics.Role, QFont] = {}
        themes.theme_changed.connect(self._on_theme_changed)

    @property
    def theme(self) -> Theme:
        return self._themes.theme

    def role_font(self, role: metrics.Role) -> QFont:
        """The font for a text of this role; kept, because painting asks for it many times a second."""
        if role not in self._role_fonts:
            self._role_fonts[role] = metrics.tabular(metrics.role_font(self.font(), role))
        return self._role_fonts[role]

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._role_fonts = {}
        super().changeEvent(event)

    @Slot(object)
    def _on_theme_changed(self, _theme: Theme) -> None:
        self.update()


def text_label(text: str = "", role: metrics.Role = metrics.Role.BODY, tone: str = "") -> QLabel:
    """A label in a role's font and a tone of the style sheet: secondary, caption, trouble, parameter, gradient..."""
    return _dressed(QLabel(text), role, tone)


def elided_label(text: str = "", role: metrics.Role = metrics.Role.BODY, tone: str = "") -> ElidedLabel:
    """The same for one line of text that may be cut off where there is no room."""
    return _dressed(ElidedLabel(text), role, tone)


def _dressed(label: AnyLabel, role: metrics.Role, tone: str) -> AnyLabel:
    font_sizes.set_role(label, role)
    if tone:
        label.setProperty("tone", tone)
    return label


def rule() -> QFrame:
    """A horizontal line, 1 px in the theme's ``line``."""
    line = QFrame()
    line.setProperty("rule", "true")
    line.setFixedHeight(1)
    return line


def set_style_property(widget: QWidget, name: str, value: str) -> None:
    """Set a dynamic property that the style sheet selects by, and style the widget again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    font_sizes.fit(widget)
    widget.update()
