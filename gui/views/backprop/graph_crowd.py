"""All edges of a very large graph as one item: lines without text, and only those that are in sight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.views.looks.theme import Theme

FORWARD_PX = 1.6
STEP_PX = 0.5  # widths are rounded to this, so that lines of one width are drawn together


class CrowdEdges(QGraphicsItem):
    """Lines (x1, y1, x2, y2) with a width each; a width of 0 is a forward edge that no gradient came back along."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: npt.NDArray[np.float64] = np.empty((0, 4))
        self._owners: npt.NDArray[np.intp] = np.empty(0, np.intp)
        self._widths: npt.NDArray[np.float64] = np.empty(0)
        self.setZValue(-1)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def set_lines(self, lines: Sequence[tuple[float, float, float, float]], owners: Sequence[int]) -> None:
        """``owners`` says for each line which edge it belongs to."""
        self.prepareGeometryChange()
        self._lines = np.array(lines, dtype=np.float64).reshape(-1, 4)
        self._owners = np.array(owners, dtype=np.intp)

    def set_widths(self, widths: Sequence[float]) -> None:
        """One for each edge."""
        self._widths = np.array(widths, dtype=np.float64)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        if not len(self._lines):
            return QRectF()
        x, y = self._lines[:, 0::2], self._lines[:, 1::2]
        return QRectF(x.min(), y.min(), np.ptp(x), np.ptp(y)).adjusted(-4, -4, 4, 4)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        seen = option.exposedRect
        x, y = np.sort(self._lines[:, 0::2]), np.sort(self._lines[:, 1::2])
        inside = (x[:, 0] <= seen.right()) & (x[:, 1] >= seen.left())
        inside &= (y[:, 0] <= seen.bottom()) & (y[:, 1] >= seen.top())
        by_width: dict[float, list[QLineF]] = defaultdict(list)
        for line, width in zip(self._lines[inside].tolist(), self._widths[self._owners[inside]].tolist(), strict=True):
            by_width[round(width / STEP_PX) * STEP_PX].append(QLineF(*line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, lines in by_width.items():
            color = self._theme.color("gradient" if width else "ink_3")
            painter.setPen(QPen(color, width or FORWARD_PX))
            painter.drawLines(lines)
