"""The colours: readable, complete, switched everywhere at once; the signed maps; the focus ring."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.views.looks import metrics
from gui.views.looks.theme import DARK, HIGH_CONTRAST, LIGHT, THEMES, Theme, ThemeProvider, signed_colors, style_sheet

KINDS = ("value", "gradient", "parameter")


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeProvider]:
    """A provider applied to the application, whose looks are put back afterwards."""
    palette, sheet = QPalette(qapp.palette()), qapp.styleSheet()
    provider = ThemeProvider("light")
    provider.apply(qapp)
    provider.dress()
    yield provider
    provider.deleteLater()
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)


def luminance(color: str) -> float:
    parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_text_colour_is_readable(theme: Theme) -> None:
    needed = 10.0 if theme is HIGH_CONTRAST else 4.5
    pairs = [(ink, ground) for ink in ("ink", "ink_2", "ink_3") for ground in ("panel", "window", "selection")]
    pairs += [("ink", "hover"), ("ink_2", "hover")]
    pairs += [
        (f"{hue}_text", ground) for hue in ("gradient", "parameter", "trouble") for ground in ("panel", f"{hue}_tint")
    ]
    pairs += [("validation", "panel"), ("on_accent", "accent"), ("ink", "field"), ("ink", "raised"), ("ink", "button")]
    if theme is HIGH_CONTRAST:
        pairs = [pair for pair in pairs if pair[1] not in ("hover", "selection")]
    weak = {pair: contrast(getattr(theme, pair[0]), getattr(theme, pair[1])) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if round(ratio, 1) < needed} == {}


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_graphic_colour_stands_out(theme: Theme) -> None:
    tokens = [theme.gradient, theme.parameter, theme.trouble, theme.train, theme.validation, theme.accent_line]
    for color in tokens + [style.line for style in theme.series]:
        assert contrast(color, theme.panel) >= 3, color
    for style in theme.series:
        assert contrast(style.text, theme.panel) >= 4.5, style


@pytest.mark.parametrize(
    ("theme", "ink", "ground", "ratio"),
    [
        (LIGHT, "ink", "panel", 15.7),
        (LIGHT, "ink_3", "window", 4.7),
        (LIGHT, "gradient_text", "gradient_tint", 5.7),
        (LIGHT, "trouble_text", "trouble_tint", 5.3),
        (DARK, "ink", "panel", 13.9),
        (DARK, "parameter_text", "parameter_tint", 7.4),
        (DARK, "on_accent", "accent", 9.4),
    ],
)
def test_contrast_is_what_the_tokens_say(theme: Theme, ink: str, ground: str, ratio: float) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) == pytest.approx(ratio, abs=0.1)


def test_series_differ_by_dash_as_well_as_by_colour() -> None:
    for theme in THEMES.values():
        assert len({style.dash for style in theme.series}) == len(theme.series) == 6
        assert len({style.line for style in theme.series}) == 6
        assert len({style.marker for style in theme.series}) == 6


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("kind", KINDS)
def test_signed_map_ends_and_zero_are_the_tokens(theme: Theme, kind: str) -> None:
    stops = getattr(theme, f"signed_{kind}")
    colors = theme.signed_colors(kind, [-2.0, -1.0, 0.0, 1.0, 2.0], 1.0)
    expected = [stops.negative[2], stops.negative[2], stops.zero, stops.positive[2], stops.positive[2]]
    assert [QColor(*map(int, color)).name().upper() for color in colors] == expected


def test_signed_lookup_is_a_table_of_256_opaque_colours() -> None:
    table = LIGHT.signed_lookup("gradient")
    assert table.shape == (256, 4)
    assert table.dtype == np.uint8
    assert (table[:, 3] == 255).all()
    assert (table[0] == table[1]).all()
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_signed_colors_keep_the_shape_and_name_trouble() -> None:
    colors = signed_colors(LIGHT, "value", np.array([[0.0, np.nan], [np.inf, -np.inf]]), 3.0)
    assert colors.shape == (2, 2, 4)
    assert QColor(*map(int, colors[0, 1])).name().upper() == LIGHT.trouble
    assert tuple(colors[1, 0]) == tuple(LIGHT.signed_colors("value", 3.0, 3.0))
    assert tuple(LIGHT.signed_colors("value", 0.0, 0.0)) == tuple(LIGHT.signed_lookup("value")[128])


@pytest.mark.parametrize("limit", [-1.0, float("nan")])
def test_signed_colors_refuse_a_bad_limit(limit: float) -> None:
    with pytest.raises(ValueError, match="limit"):
        LIGHT.signed_colors("value", [1.0], limit)


def test_changing_the_theme_is_told_once(qtbot: QtBot, qapp: QApplication) -> None:
    provider = ThemeProvider("light")
    told: list[Theme] = []
    provider.theme_changed.connect(told.append)
    provider.set_theme("dark")
    provider.set_theme("dark")
    assert told == [DARK]
    assert provider.theme is DARK


def test_unknown_theme_is_refused(qapp: QApplication) -> None:
    provider = ThemeProvider()
    with pytest.raises(ValueError, match="Unknown theme 'sepia'"):
        provider.set_theme("sepia")
    assert provider.theme is LIGHT


def test_system_choice_follows_the_desktop(qapp: QApplication) -> None:
    provider = ThemeProvider("system")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert provider.theme is DARK
    provider.set_theme("light")
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert provider.theme is LIGHT


def test_applied_theme_reaches_palette_and_style_sheet(themes: ThemeProvider, qapp: QApplication) -> None:
    themes.set_theme("dark")
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    assert qapp.palette().color(role.Window) == QColor(DARK.window)
    assert qapp.palette().color(role.Highlight) == QColor(DARK.selection)
    assert qapp.palette().color(group.Disabled, role.ButtonText) == QColor(DARK.ink_3)
    assert DARK.accent in qapp.styleSheet()


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_style_sheet_has_no_gaps(theme: Theme, qapp: QApplication) -> None:
    sheet = style_sheet(theme, qapp)
    assert "$" not in sheet
    assert ("dashed" in sheet) == (theme is HIGH_CONTRAST)


def test_heights_come_from_the_font(themes: ThemeProvider, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    button, field = QPushButton("Run"), QLineEdit()
    layout.addWidget(button)
    layout.addWidget(field)
    window.show()
    assert button.height() == metrics.button_height(QApplication.font())
    assert field.height() == metrics.field_height(QApplication.font())


@pytest.mark.parametrize("role", metrics.Role)
def test_role_fonts_keep_the_base_family_and_a_readable_size(role: metrics.Role, qapp: QApplication) -> None:
    base = QFont(qapp.font())
    base.setPixelSize(13)
    font = metrics.role_font(base, role)
    assert font.family() == base.family()
    assert font.pixelSize() >= metrics.SMALLEST_CAPTION_PX
    points = QFont(qapp.font())
    points.setPointSizeF(10)
    assert metrics.role_font(points, role).pointSizeF() > 8


def focused_window(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    for widget in widgets:
        layout.addWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def ring_of(window: QWidget) -> QWidget | None:
    rings = [each for each in window.findChildren(QWidget, "focus_ring") if each.isVisible()]
    assert len(rings) <= 1
    return rings[0] if rings else None


def test_focus_ring_lies_outside_the_focused_control(themes: ThemeProvider, qtbot: QtBot) -> None:
    first, second = QPushButton("One"), QPushButton("Two")
    window = focused_window(qtbot, first, second)
    for button in (first, second):
        button.setFocus()
        ring = ring_of(window)
        assert ring is not None
        assert ring.geometry() == button.geometry().adjusted(-3, -3, 3, 3)
    qtbot.keyClick(second, Qt.Key.Key_Backtab)
    ring = ring_of(window)
    assert ring is not None
    assert ring.geometry().contains(first.geometry())


def test_focus_ring_follows_moves_and_hides_with_its_control(themes: ThemeProvider, qtbot: QtBot) -> None:
    field = QLineEdit()
    window = focused_window(qtbot, field)
    field.setFocus()
    window.resize(500, 300)
    qtbot.waitUntil(lambda: (ring := ring_of(window)) is not None and ring.width() == field.width() + 6)
    field.hide()
    assert ring_of(window) is None


def test_focus_ring_scrolls_with_the_contents(themes: ThemeProvider, qtbot: QtBot) -> None:
    area, contents = QScrollArea(), QWidget()
    button = QPushButton("Deep", contents)
    button.setGeometry(QRect(QPoint(20, 400), button.sizeHint()))
    contents.resize(200, 800)
    area.setWidget(contents)
    window = focused_window(qtbot, area)
    button.setFocus()
    ring = ring_of(window)
    assert ring is not None
    assert ring.parentWidget() is contents


def test_focus_ring_survives_the_end_of_its_control(themes: ThemeProvider, qtbot: QtBot) -> None:
    button, other = QPushButton("Gone"), QPushButton("Stays")
    window = focused_window(qtbot, button, other)
    button.setFocus()
    button.setParent(None)
    button.deleteLater()
    QApplication.sendPostedEvents(None, 0)
    other.setFocus()
    ring = ring_of(window)
    assert ring is not None
    assert ring.geometry().contains(other.geometry())
    themes.set_theme("dark")
