"""The theme and the font size on show: applied to the application, and said to everybody who paints.

Widgets, plots and graph items read colours from ``ThemeProvider.theme`` and redraw on ``theme_changed`` (pyqtgraph
ignores ``QPalette``); on ``font_changed`` they measure anew whatever a style sheet and ``font_sizes`` cannot reach.
"""

from __future__ import annotations

from dataclasses import fields
from importlib.resources import files
from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.domain.appearance import NORMAL_FONT_PERCENT, THEME_CHOICES
from gui.views.looks import font_sizes, metrics
from gui.views.looks.focus_ring import FocusRing
from gui.views.looks.theme_tokens import (
    DARK,
    HIGH_CONTRAST,
    LIGHT,
    THEMES,
    SeriesStyle,
    SignedKind,
    SignedStops,
    Theme,
    signed_colors,
)

__all__ = [
    "DARK",
    "HIGH_CONTRAST",
    "LIGHT",
    "THEMES",
    "THEME_CHOICES",
    "SeriesStyle",
    "SignedKind",
    "SignedStops",
    "Theme",
    "signed_colors",
]

ACCENT_STATE_PERCENT = 106  # the primary button is 6 % lighter under the mouse, 6 % darker when pressed


IS_FUSION = "beras_is_fusion"


class ThemeProvider(QObject):
    """Holds the chosen theme. The application makes one and passes it to every view; a test makes its own."""

    theme_changed = Signal(object)  # the new Theme
    font_changed = Signal(QFont)  # the application's new font, after it and all sizes have been applied

    def __init__(
        self, choice: str = "light", parent: QObject | None = None, font_percent: int = NORMAL_FONT_PERCENT
    ) -> None:
        super().__init__(parent)
        self._font_percent = font_percent
        self._application: QApplication | None = None
        self._focus_ring: FocusRing | None = None
        self._is_dressed = False
        self._follows_system = False
        self._choice = choice
        self._theme = self._resolve(choice)

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def choice(self) -> str:
        """What was asked for: a theme's name or ``"system"``."""
        return self._choice

    @Slot(str)
    def set_theme(self, name: str) -> None:
        """Choose a theme by name, or ``"system"`` to follow the desktop; ``ValueError`` for any other name."""
        theme = self._resolve(name)
        self._choice = name
        self._change(theme)

    @property
    def font_percent(self) -> int:
        """The size of the text relative to the system's."""
        return self._font_percent

    @Slot(int)
    def set_font_percent(self, percent: int) -> None:
        """Change the size of every text, and of everything that is measured in it."""
        if percent == self._font_percent:
            return
        self._font_percent = percent
        self._restyle()
        self.font_changed.emit(self._font())

    def _font(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        if font.pixelSize() > 0:
            font.setPixelSize(round(font.pixelSize() * self._font_percent / 100))
        else:
            font.setPointSizeF(font.pointSizeF() * self._font_percent / 100)
        return font

    def apply(self, application: QApplication) -> None:
        """Give the application its looks, now and after every change: Fusion, font, palette, focus ring.

        The style sheet comes with ``dress``, once the window is made: it would be worked out anew for every widget that
        finds its place, which takes longer than all the rest.
        """
        self._application = application
        if not application.property(IS_FUSION):  # a second time, under a style sheet, Qt 6.10 crashes
            application.setStyle("Fusion")
            application.setProperty(IS_FUSION, True)
        if application.font() != self._font():
            application.setFont(self._font())
        if self._focus_ring is None:
            self._focus_ring = FocusRing(self, application)
        application.setPalette(palette(self._theme))

    def dress(self) -> None:
        """Put the style sheet on; from here on it follows every change."""
        self._is_dressed = True
        self._restyle()

    def _resolve(self, name: str) -> Theme:
        if name == "system":
            hints = QGuiApplication.styleHints()
            if not self._follows_system:
                hints.colorSchemeChanged.connect(self._on_color_scheme_changed)
                self._follows_system = True
            return _theme_of_scheme(hints.colorScheme())
        if name not in THEMES:
            raise ValueError(f"Unknown theme {name!r}. Known: {', '.join(THEME_CHOICES)}.")
        return THEMES[name]

    @Slot(Qt.ColorScheme)
    def _on_color_scheme_changed(self, scheme: Qt.ColorScheme) -> None:
        if self._choice == "system":
            self._change(_theme_of_scheme(scheme))

    def _change(self, theme: Theme) -> None:
        if theme is self._theme:
            return
        self._theme = theme
        self._restyle()
        self.theme_changed.emit(theme)

    def _restyle(self) -> None:
        """Looks and font as they are wanted now. The old style sheet goes first: to change one takes twice as long."""
        application = self._application
        if application is None:
            return
        if self._is_dressed:
            application.setStyleSheet("")
        if application.font() != self._font():
            application.setFont(self._font())
        if self._is_dressed:
            application.setPalette(palette(self._theme))
            application.setStyleSheet(style_sheet(self._theme, application))
            font_sizes.refit()  # a new style sheet gives labels the font back that they had before they were told


def _theme_of_scheme(scheme: Qt.ColorScheme) -> Theme:
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def palette(theme: Theme) -> QPalette:
    """The theme as a ``QPalette``, its Disabled group included: what Fusion draws by itself follows it."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    result = QPalette()
    for token, roles in {
        "window": (role.Window,),
        "field": (role.Base,),
        "raised": (role.AlternateBase, role.ToolTipBase),
        "button": (role.Button, role.Light, role.Midlight),
        "ink": (role.WindowText, role.Text, role.ButtonText, role.BrightText, role.HighlightedText, role.ToolTipText),
        "ink_2": (role.LinkVisited,),
        "ink_3": (role.PlaceholderText,),
        "line": (role.Mid,),
        "line_strong": (role.Dark, role.Shadow),
        "selection": (role.Highlight,),
        "accent": (role.Accent,),
        "accent_line": (role.Link,),
    }.items():
        for each in roles:
            result.setColor(each, theme.color(token))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(group.Disabled, each, theme.color("ink_3"))
    for each in (role.Base, role.Button, role.Highlight):
        result.setColor(group.Disabled, each, theme.color("panel"))
    result.setColor(group.Disabled, role.Accent, theme.color("line_strong"))
    return result


def style_sheet(theme: Theme, application: QApplication) -> str:
    """``resources/styles/studio.qss`` with the theme's colours and the heights of the application's font filled in."""
    styles = files("resources") / "styles"
    values: dict[str, Any] = {field.name: getattr(theme, field.name) for field in fields(theme)}
    values |= {
        "accent_hover": theme.color("accent").lighter(ACCENT_STATE_PERCENT).name(),
        "accent_pressed": theme.color("accent").darker(ACCENT_STATE_PERCENT).name(),
        "chevron": _url(str(styles / f"chevron-{theme.name}.svg")),
        "tick": _url(str(styles / "tick.svg")),
        **_sizes(application.font()),
    }
    return Template((styles / "studio.qss").read_text(encoding="utf-8")).substitute(values)


def _sizes(font: QFont) -> dict[str, int]:
    """The sheet's sizes. A sheet counts a box without its borders, 1 px on each side (2 px round a wrong field)."""
    indicator, handle, arrow = metrics.scaled(font, 0.9), metrics.scaled(font, 0.66), metrics.scaled(font, 0.75)
    return {
        "icon": metrics.icon_side(font),
        "menu_button": arrow + 14,
        "menu_button_room": arrow + 26,
        "drop_down": arrow + 10,
        "progress": metrics.scaled(font, 0.5),
        "scroll_bar": metrics.scaled(font, 0.66),
        "button_height": metrics.button_height(font) - 2,
        "field_height": metrics.field_height(font) - 2,
        "wrong_height": metrics.field_height(font) - 4,
        "indicator": indicator,
        "indicator_radius": indicator // 2 + 1,
        "arrow": arrow,
        "slider": handle + 6,
        "handle": handle,
        "handle_reach": handle // 2,
        "handle_radius": handle // 2 + 2,
        "chip_radius": metrics.chip_height(font) // 2 - 2,
    }


def _url(path: str) -> str:
    return path.replace("\\", "/")
