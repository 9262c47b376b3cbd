"""The key to a pair of curves, with their latest values: training solid, validation dashed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.metrics import GRID_PX, HALF_PX, Role
from gui.views.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SAMPLE_PX = 22
WIDEST_VALUE = "00.000"


class Legend(ThemedWidget):
    """Two entries: a piece of line, a name, the latest value."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._values = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_values(None, None, str)

    def set_values(self, train: float | None, validation: float | None, form: Callable[[float], str]) -> None:
        """Show the latest values; None shows the name alone."""
        self._values = ("" if train is None else form(train), "" if validation is None else form(validation))
        self.setAccessibleName(f"training {self._values[0]}, validation {self._values[1]}")
        self.update()

    def _entries(self) -> tuple[tuple[str, str, str, bool], ...]:
        theme = self.theme
        return (
            ("train", self._values[0], theme.train, False),
            ("validation", self._values[1], theme.validation, True),
        )

    def _entry_width(self, name: str) -> float:
        metrics = QFontMetricsF(self.role_font(Role.CAPTION))
        bold = QFontMetricsF(self.role_font(Role.TABLE_HEAD))
        return SAMPLE_PX + HALF_PX + metrics.horizontalAdvance(name) + HALF_PX + bold.horizontalAdvance(WIDEST_VALUE)

    def sizeHint(self) -> QSize:
        width = sum(self._entry_width(name) for name, *_ in self._entries()) + 1.5 * GRID_PX
        return QSize(round(width), round(1.4 * QFontMetricsF(self.font()).height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, middle = 0.0, self.height() / 2
        baseline = middle + QFontMetricsF(self.font()).ascent() / 2 - 1
        for name, value, color, dashed in self._entries():
            pen = QPen(QColor(color), 2.4)
            if dashed:
                pen.setDashPattern([2.6, 1.4])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, middle), QPointF(x + SAMPLE_PX, middle))
            text_x = x + SAMPLE_PX + HALF_PX
            painter.setFont(self.role_font(Role.CAPTION))
            painter.setPen(self.theme.color("validation" if dashed else "ink_2"))
            painter.drawText(QPointF(text_x, baseline), name)
            text_x += QFontMetricsF(self.role_font(Role.CAPTION)).horizontalAdvance(name) + HALF_PX
            painter.setFont(self.role_font(Role.TABLE_HEAD))
            painter.setPen(self.theme.color("validation" if dashed else "ink"))
            painter.drawText(QPointF(text_x, baseline), value)
            x += self._entry_width(name) + 1.5 * GRID_PX
        painter.end()
