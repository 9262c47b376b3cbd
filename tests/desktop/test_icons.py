"""The icons: all there, in the theme's colours, crisp, tinted again when the theme changes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gui.views.looks.icons import app_icon, bind_icon, icon, icon_names, icon_pixmap
from gui.views.looks.theme import DARK, LIGHT, ThemeProvider

# fmt: off
NEEDED = (
    "run", "pause", "stop", "step", "restart", "dice", "experiment", "pad", "add", "remove", "up", "down", "undo",
    "redo", "brush", "eraser", "clear", "fit", "find", "export", "close", "info", "warning", "error", "check", "look",
    "download", "chevron-down", "chevron-right", "more", "grip", "star", "image", "settings",
)
# fmt: on


def darkest(image: QImage) -> QColor:
    """The colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda color: color.alpha())


def test_every_needed_icon_is_there() -> None:
    assert set(NEEDED) <= set(icon_names())


@pytest.mark.parametrize("name", icon_names())
def test_icon_draws_something_in_the_themes_ink(name: str, qapp: QApplication) -> None:
    image = icon_pixmap(name, LIGHT, 32).toImage()
    color = darkest(image)
    assert color.alpha() == 255
    assert QColor(color.rgb()) == QColor(LIGHT.ink)


@pytest.mark.parametrize("name", icon_names())
def test_icon_keeps_off_the_edge_of_its_grid(name: str, qapp: QApplication) -> None:
    image = icon_pixmap(name, LIGHT, 64).toImage()
    rim = [image.pixelColor(i, j).alpha() for i in range(64) for j in (0, 63)]
    rim += [image.pixelColor(j, i).alpha() for i in range(64) for j in (0, 63)]
    assert max(rim) == 0


def test_disabled_icon_takes_the_caption_colour(qapp: QApplication) -> None:
    image = icon("stop", DARK).pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled).toImage()
    assert QColor(darkest(image).rgb()) == QColor(DARK.ink_3)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
def test_icon_has_as_many_pixels_as_the_screen(ratio: float, qapp: QApplication) -> None:
    pixmap = icon("run", LIGHT).pixmap(QSize(16, 16), ratio)
    assert pixmap.width() == round(16 * ratio)


def test_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(ValueError, match="Unknown icon 'unicorn'"):
        icon("unicorn", LIGHT)


def test_bound_icon_follows_the_theme_and_a_later_binding_replaces_it(qtbot: QtBot) -> None:
    themes = ThemeProvider("light")
    button = QPushButton("Run")
    qtbot.addWidget(button)
    bind_icon(button, "stop", themes)
    themes.set_theme("dark")
    assert QColor(darkest(button.icon().pixmap(16, 16).toImage()).rgb()) == QColor(DARK.ink)
    bind_icon(button, "pause", themes, "trouble")
    themes.set_theme("light")
    assert QColor(darkest(button.icon().pixmap(16, 16).toImage()).rgb()) == QColor(LIGHT.trouble)
    assert len(button.children()) == 1


def test_bound_icon_of_a_dead_action_is_forgotten(qtbot: QtBot, qapp: QApplication) -> None:
    themes = ThemeProvider("light")
    action = QAction("Stop")
    bind_icon(action, "stop", themes)
    del action
    themes.set_theme("dark")
    assert themes.theme.name == "dark"


def test_application_icon_is_a_brown_bear_at_every_size(qapp: QApplication) -> None:
    bear = app_icon()
    for side in (16, 32, 256):
        image = bear.pixmap(QSize(side, side), 1.0).toImage()
        assert image.width() == side
        forehead = image.pixelColor(side // 2, side // 4)
        assert forehead.name().upper() == "#8C561C"
