"""The names of lines beside their ends, in the margin at the right of a plot, moved apart so that each can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.domain.label_layout import spread
from gui.views.looks import metrics
from gui.views.looks.metrics import Role

WIDEST_LINES = 9.0
WIDEST_SHARE = 0.3
LEADER_PX = 10.0
LEADER_ALPHA = 0.6


class EndLabel(NamedTuple):
    """A name for the line that ends at ``y``, in the coordinates of the axis; ``is_first`` is written bold."""

    y: float
    name: str
    color: str
    is_first: bool


class EndLabelAxis(pg.AxisItem):
    """Stands where a right axis would, and shows names instead of numbers."""

    def __init__(self) -> None:
        super().__init__("right")
        self.labels: list[EndLabel] = []
        self._font = QFont()
        self.setPen(pg.mkPen(None))
        self.setStyle(showValues=False, tickLength=0)

    def set_labels(self, labels: Sequence[EndLabel], plot_width: float) -> None:
        """Show these names; they take no more of the plot's width than a share."""
        self.labels = list(labels)
        room = QFontMetricsF(self._font)
        wanted = max((room.horizontalAdvance(label.name) for label in labels), default=0.0)
        most = min(WIDEST_LINES * room.height(), WIDEST_SHARE * plot_width)
        width = round(min(wanted, most) + LEADER_PX + metrics.HALF_PX) if labels else metrics.GRID_PX
        if width != self.width():
            self.setWidth(width)
        self.update()

    def set_font(self, base: QFont) -> None:
        self._font = metrics.role_font(base, Role.TABLE_HEAD)
        self.update()

    def _area(self) -> QRectF:
        """The item as the layout has placed it; its bounding rectangle has room for ticks besides."""
        return QRectF(self.mapRectFromParent(self.geometry()))

    def places(self) -> list[tuple[EndLabel, float, float]]:
        """Each label that can be shown, the height of its line's end, and that of its middle, in the item's pixels."""
        view, area = self.linkedView(), self._area()
        low, high = view.viewRange()[1]
        if not high > low:
            return []
        spacing = QFontMetricsF(self._font).height()
        inside = [label for label in self.labels if low <= label.y <= high]
        inside = inside[: max(1, int(area.height() / spacing))]
        ends = [area.top() + area.height() * (high - label.y) / (high - low) for label in inside]
        middles = spread(ends, spacing, area.top() + spacing / 2, area.bottom() - spacing / 2)
        return list(zip(inside, ends, middles, strict=True))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        area, room = self._area(), QFontMetricsF(self._font)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label, end, middle in self.places():
            color = QColor(label.color)
            color.setAlphaF(LEADER_ALPHA)
            painter.setPen(QPen(color, metrics.LINE_PX))
            painter.drawLine(QLineF(QPointF(area.left(), end), QPointF(area.left() + LEADER_PX - 2, middle)))
            font = QFont(self._font)
            font.setWeight(QFont.Weight.Bold if label.is_first else QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(label.color))
            text = QRectF(area.left() + LEADER_PX, middle - room.height(), area.width() - LEADER_PX, 2 * room.height())
            name = QFontMetricsF(font).elidedText(label.name, Qt.TextElideMode.ElideRight, text.width())
            painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()
