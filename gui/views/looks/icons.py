"""The studio's own icons: SVG files in ``currentColor``, tinted from the theme and rendered at device pixels.

``icon`` makes a ``QIcon``; ``bind_icon`` puts one on a button or an action and tints it again when the theme changes;
``icon_pixmap`` and ``paint_icon`` serve labels and painted widgets.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton

from gui.views.looks import metrics
from gui.views.looks.theme import Theme, ThemeProvider

APP_SIDE_PX = 512


def icon(name: str, theme: Theme, token: str = "ink") -> QIcon:
    """The icon ``name`` in the theme's ``token`` colour, ``ink_3`` when disabled; an unknown name is a ValueError."""
    _source(name)

    def render(side: int, is_disabled: bool) -> QPixmap:
        return _tinted(_mask(name, side), theme.color("ink_3" if is_disabled else token))

    return QIcon(_Engine(render, metrics.icon_side(QGuiApplication.font())))


def icon_pixmap(name: str, theme: Theme, side: float, *, token: str = "ink", pixel_ratio: float = 1.0) -> QPixmap:
    """The icon as a picture, ``side`` wide in device-independent pixels."""
    pixmap = _tinted(_mask(name, round(side * pixel_ratio)), theme.color(token))
    pixmap.setDevicePixelRatio(pixel_ratio)
    return pixmap


def paint_icon(painter: QPainter, area: QRectF, name: str, theme: Theme, token: str = "ink") -> None:
    """Paint the icon into ``area``."""
    _renderer(name, theme.color(token).name()).render(painter, area)


def bind_icon(target: QAbstractButton | QAction, name: str, themes: ThemeProvider, token: str = "ink") -> None:
    """Give a button or an action this icon and keep it tinted. A later call replaces the icon."""
    binding = target.findChild(_IconBinding, options=Qt.FindChildOption.FindDirectChildrenOnly)
    if binding is None:
        binding = _IconBinding(target, themes)
    binding.show(name, token)


def app_icon() -> QIcon:
    """The application's own icon: a bear's head."""
    return QIcon(_Engine(lambda side, _: QPixmap.fromImage(_mask("bear", side)), APP_SIDE_PX))


@functools.cache
def icon_names() -> tuple[str, ...]:
    """Every icon there is, in alphabetical order (without the application's)."""
    found = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name[:-4] for name in found if name.endswith(".svg") and name != "bear.svg"))


@functools.cache
def _folder() -> Traversable:
    """Where the icons are; to look for it takes longer than to read one."""
    return files("resources") / "icons"


class _Engine(QIconEngine):
    """Renders an icon when it is painted, at the pixels of the screen: most icons of a menu are never seen.

    ``render`` takes a side in pixels and whether the icon is disabled.
    """

    def __init__(self, render: Callable[[int, bool], QPixmap], largest: int) -> None:
        super().__init__()
        self._render, self._largest = render, largest

    def clone(self) -> QIconEngine:
        return _Engine(self._render, self._largest)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        side = min(size.width(), size.height(), self._largest)
        return QSize(side, side)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        pixmap = self._render(round(min(size.width(), size.height()) * scale), mode == QIcon.Mode.Disabled)
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.drawPixmap(rect, self.scaledPixmap(rect.size(), mode, state, painter.device().devicePixelRatioF()))


class _IconBinding(QObject):
    """Lives as a child of the button or action whose icon it keeps in the theme's colours."""

    def __init__(self, target: QAbstractButton | QAction, themes: ThemeProvider) -> None:
        super().__init__(target)
        self._target, self._themes = target, themes
        self._name, self._token = "", "ink"
        themes.theme_changed.connect(self._on_theme_changed)
        themes.font_changed.connect(self._on_font_changed)

    def show(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self._on_theme_changed(self._themes.theme)

    @Slot()
    def _on_font_changed(self) -> None:
        self._on_theme_changed(self._themes.theme)

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        self._target.setIcon(icon(self._name, theme, self._token))


@functools.cache
def _source(name: str) -> str:
    if name != "bear" and name not in icon_names():
        raise ValueError(f"Unknown icon {name!r}. Known: {', '.join(icon_names())}.")
    return (_folder() / f"{name}.svg").read_text(encoding="utf-8")


def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))


@functools.cache
def _mask(name: str, side: int) -> QImage:
    """The icon's shape, ``side`` pixels wide. Kept, so that a change of theme renders nothing."""
    return _rendered(_renderer(name, "#000000"), side)


def _tinted(mask: QImage, color: QColor) -> QPixmap:
    image = mask.copy()
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), color)
    painter.end()
    return QPixmap.fromImage(image)


def _rendered(renderer: QSvgRenderer, side: int) -> QImage:
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return image
