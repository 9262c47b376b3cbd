"""Windows and screens: nothing opens, or stays, where nobody can reach it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

REACHABLE_PX = 48
"""So much of a window's upper edge must lie on a screen, or the mouse cannot take hold of it."""


def bring_back(window: QWidget) -> None:
    """Move a window whose upper edge is on no screen (any more) onto the nearest one, smaller if it is larger."""
    frame = window.frameGeometry()
    areas = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    handle = QRect(frame.left(), frame.top(), frame.width(), min(REACHABLE_PX, frame.height()))
    if not areas or any(_is_reachable(handle, area) for area in areas):
        return
    area = min(areas, key=lambda each: (each.center() - frame.center()).manhattanLength())
    size = window.size().boundedTo(area.size())
    if size != window.size():
        window.resize(size)
    window.move(_within(frame.topLeft(), QRect(frame.topLeft(), size), area))


def _is_reachable(handle: QRect, area: QRect) -> bool:
    seen = handle.intersected(area)
    return seen.height() >= handle.height() // 2 and seen.width() >= min(REACHABLE_PX, handle.width())


def _within(corner: QPoint, frame: QRect, area: QRect) -> QPoint:
    """The corner nearest to where it was at which the frame lies within the area."""
    right, bottom = area.right() - frame.width() + 1, area.bottom() - frame.height() + 1
    x = max(area.left(), min(corner.x(), right))
    return QPoint(x, max(area.top(), min(corner.y(), bottom)))
