"""The four lights of gradient health, each a shape of its own, so that colour is never what tells them apart."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.domain.health.rules import Level
from gui.views.looks.theme import Theme

STROKE_SHARE = 0.11


def paint_light(painter: QPainter, area: QRectF, level: Level, theme: Theme) -> None:
    """A tick, an outlined triangle (watch), a filled one (trouble), or a dash for what is not known yet."""
    side = min(area.width(), area.height())
    box = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
    token = {"healthy": "parameter_text", "unknown": "ink_3"}.get(level, "trouble")
    pen = QPen(theme.color(token), max(1.5, STROKE_SHARE * side))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if level == "healthy":
        painter.drawPolyline(QPolygonF([_at(box, 0.12, 0.55), _at(box, 0.4, 0.82), _at(box, 0.9, 0.2)]))
    elif level == "unknown":
        painter.drawLine(QLineF(_at(box, 0.2, 0.5), _at(box, 0.8, 0.5)))
    else:
        if level == "trouble":
            painter.setBrush(theme.color(token))
        painter.drawPolygon(QPolygonF([_at(box, 0.5, 0.12), _at(box, 0.94, 0.88), _at(box, 0.06, 0.88)]))
    painter.restore()


def _at(box: QRectF, x: float, y: float) -> QPointF:
    return QPointF(box.left() + x * box.width(), box.top() + y * box.height())
