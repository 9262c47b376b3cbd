"""The moment that is looked at, on a plot: an upright line, and a veil over what came after it."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.views.looks.theme import Theme

LINE_PX = 2.0
HANDLE_PX = 5.0
VEIL_ALPHA = 0.65


class MomentItem(pg.GraphicsObject):
    """``show_at`` puts it at x epochs; None takes it away."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme | None = None
        self.x_at: float | None = None
        self.setVisible(False)

    def show_at(self, x: float | None) -> None:
        if x != self.x_at:
            self.x_at = x
            self.setVisible(x is not None)
            self.update()

    def set_look(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        x, theme = self.x_at, self._theme
        if x is None or theme is None:
            return
        transform = painter.worldTransform()
        area = transform.mapRect(self.boundingRect())
        at = transform.map(QPointF(x, 0)).x()
        if at > area.right():
            return
        painter.save()
        painter.resetTransform()
        left = max(at, area.left())
        painter.fillRect(QRectF(left, area.top(), area.right() - left, area.height()), theme.color("panel", VEIL_ALPHA))
        if at >= area.left():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("accent_line"), LINE_PX))
            painter.drawLine(QLineF(at, area.top(), at, area.bottom()))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_line"))
            painter.drawEllipse(QPointF(at, area.bottom() - HANDLE_PX), HANDLE_PX, HANDLE_PX)
        painter.restore()
