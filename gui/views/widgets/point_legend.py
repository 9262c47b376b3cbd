"""The key to a scatter: every class with its marker, what hollow means, and the scale of values."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.data_view import Points
from gui.views.looks import metrics
from gui.views.looks.class_styles import PointStyle, class_style, paint_point, plain_style, value_style
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.numbers import compact_number
from gui.views.widgets.themed import ThemedWidget

MARK_PX = 8.0
ROW_SCALE = 1.25
WIDEST_IN_LETTERS = 14
MOST_CLASSES = 8
BAR_ROWS = 3
WIDEST_SCALE = "−0.00 0 0.00"


class PointLegend(ThemedWidget):
    """A column of markers with their names; a name too long for it ends in dots and is whole in the tooltip."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._points: Points | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Key to the points")
        self.setWhatsThis("The key to the scatter: which marker and colour stand for which class or value.")

    def show_points(self, points: Points | None) -> None:
        """Explain these points; nothing for None."""
        if points is self._points:
            return
        self._points = points
        text = ", ".join(name for name, _ in self._entries(self.theme))
        self.setToolTip(text)
        self.setAccessibleDescription(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        room = QFontMetricsF(self.role_font(Role.CAPTION))
        names = [name for name, _ in self._entries(self.theme)]
        widest = max((room.horizontalAdvance(name) for name in names), default=0.0)
        widest = min(widest, WIDEST_IN_LETTERS * room.horizontalAdvance("n"))
        if self._has_bar():
            widest = max(widest, room.horizontalAdvance(WIDEST_SCALE))
        rows = len(names) + (BAR_ROWS if self._has_bar() else 0)
        return QSize(round(MARK_PX + 2 * metrics.HALF_PX + widest) + 2, round(rows * self._row_height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), 3), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.role_font(Role.CAPTION)
        painter.setFont(font)
        room, height = QFontMetricsF(font), self._row_height()
        top = 0.0
        if self._has_bar():
            self._paint_bar(painter, QRectF(0, 0, self.width(), BAR_ROWS * height))
            top = BAR_ROWS * height
        left = MARK_PX + 2 * metrics.HALF_PX
        for name, style in self._entries(self.theme):
            if style is not None:
                painter.save()
                painter.translate(MARK_PX / 2 + 1, top + height / 2)
                paint_point(painter, style, MARK_PX)
                painter.restore()
            area = QRectF(left, top, max(0.0, self.width() - left), height)
            painter.setPen(self.theme.color("ink_2"))
            text = room.elidedText(name, Qt.TextElideMode.ElideMiddle, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            top += height
        painter.end()

    def _row_height(self) -> float:
        return ROW_SCALE * QFontMetricsF(self.role_font(Role.CAPTION)).height()

    def _has_bar(self) -> bool:
        return self._points is not None and self._points.kind == "surface"

    def _entries(self, theme: Theme) -> list[tuple[str, PointStyle | None]]:
        points = self._points
        if points is None:
            return []
        entries: list[tuple[str, PointStyle | None]] = []
        if points.kind == "classes":
            names = points.class_names
            entries += [(name, class_style(theme, number)) for number, name in enumerate(names[:MOST_CLASSES])]
            if len(names) > MOST_CLASSES:
                entries.append((f"and {len(names) - MOST_CLASSES} more", None))
        elif not points.in_validation.all():
            style = plain_style(theme) if points.kind == "curve" else value_style(theme, 1.0, 1.0)
            entries.append(("training", style))
        if points.has_validation:
            curve = plain_style(theme, hollow=True)
            surface = value_style(theme, 1.0, 1.0, hollow=True)
            entries.append(("validation", surface if points.kind == "surface" else curve))
        return entries

    def _paint_bar(self, painter: QPainter, area: QRectF) -> None:
        """The scale of the values: from minus to plus the largest one, 0 in the middle."""
        assert self._points is not None
        row = self._row_height()
        width = min(area.width() - 1, 7 * row)
        painter.setPen(self.theme.color("ink_2"))
        painter.drawText(
            QRectF(0, 0, width, row), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "value y"
        )
        bar = QRectF(0.5, row, width, 0.8 * row)
        colors = self.theme.signed_colors("value", np.linspace(-1, 1, 128)[None], 1.0)
        data = np.ascontiguousarray(colors)
        image = QImage(data.data, 128, 1, 4 * 128, QImage.Format.Format_RGBA8888).copy()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, image)
        painter.setPen(QPen(self.theme.color("ink_3"), metrics.LINE_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar)
        painter.setPen(self.theme.color("ink_2"))
        words = QRectF(bar.left(), bar.bottom() + 1, bar.width(), row)
        rounded = float(f"{self._points.limit:.2g}")
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, compact_number(-rounded))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, compact_number(rounded))
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter, "0")
