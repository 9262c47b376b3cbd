"""The box of exact values beside a crosshair: a title, and for each curve a piece of its line, its name, its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

SAMPLE_PX = 22.0
LINE_PX = 1.0
LINE_SCALE = 1.35


class Row(NamedTuple):
    """A line of the box: how its curve is drawn, its name, its value."""

    pen: QPen
    name: str
    value: str


class ReadoutBox:
    """Measures and paints the box; the fonts come from the base font."""

    def __init__(self, base: QFont) -> None:
        self._title_font = metrics.tabular(metrics.role_font(base, Role.TABLE_HEAD))
        self._font = metrics.tabular(metrics.role_font(base, Role.CAPTION))

    def paint(
        self, painter: QPainter, theme: Theme, area: QRectF, at: QPointF, title: str, rows: Sequence[Row]
    ) -> None:
        """On the side of the line at ``at`` where there is more room, and away from that point; both in pixels."""
        box = self._place(area, at, title, rows)
        painter.setPen(QPen(theme.color("line_strong"), LINE_PX))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box, metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        pad, gap = metrics.GRID_PX, metrics.GRID_PX
        line = QRectF(box.left() + pad, box.top() + pad, box.width() - 2 * pad, self._line_height)
        left_aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._title_font)
        painter.setPen(theme.color("ink"))
        painter.drawText(line, left_aligned, title)
        for row in rows:
            line.translate(0, self._line_height)
            painter.setPen(row.pen)
            painter.drawLine(QLineF(line.left(), line.center().y(), line.left() + SAMPLE_PX, line.center().y()))
            painter.setFont(self._font)
            painter.setPen(theme.color("ink_2"))
            painter.drawText(line.adjusted(SAMPLE_PX + gap, 0, 0, 0), left_aligned, row.name)
            painter.setFont(self._title_font)
            painter.setPen(theme.color("ink"))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.value)

    @property
    def _line_height(self) -> float:
        return LINE_SCALE * QFontMetricsF(self._title_font).height()

    def rows_that_fit(self, height: float) -> int:
        """How many rows a box has room for in an area of this height."""
        return max(1, int((height - 2 * metrics.GRID_PX) / self._line_height) - 1)

    def elided(self, name: str, width: float) -> str:
        """A name with its end left out where it is too long."""
        return QFontMetricsF(self._font).elidedText(name, Qt.TextElideMode.ElideRight, width)

    def _place(self, area: QRectF, at: QPointF, title: str, rows: Sequence[Row]) -> QRectF:
        name, bold = QFontMetricsF(self._font), QFontMetricsF(self._title_font)
        pad, gap, height = metrics.GRID_PX, metrics.GRID_PX, self._line_height
        names = SAMPLE_PX + gap + max((name.horizontalAdvance(row.name) for row in rows), default=0.0)
        values = max((bold.horizontalAdvance(row.value) for row in rows), default=0.0)
        width = max(names + 2 * gap + values, bold.horizontalAdvance(title)) + 2 * pad
        left = at.x() - gap - width if at.x() > area.center().x() else at.x() + gap
        left = max(area.left(), min(left, area.right() - width))
        tall = height * (len(rows) + 1) + 2 * pad
        top = area.bottom() - tall - height if at.y() < area.center().y() else area.top() + 2 * height
        return QRectF(left, max(area.top(), min(top, area.bottom() - tall)), width, tall)
