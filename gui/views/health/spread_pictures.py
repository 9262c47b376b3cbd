"""Two small pictures of an initialiser: how its weights are spread, and what becomes of a spread layer by layer."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.health.strips import shares
from gui.domain.health.words import limit_text, small_number
from gui.views.looks import metrics
from gui.views.looks.metrics import HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

HISTOGRAM_LINES, PLOT_LINES, HEIGHT_LINES = 6.0, 11.0, 3.4
DOT_PX, RING_PX = 3.0, 5.0
DASH = [3.0, 2.0]
SPREAD_EXPLANATION = (
    "One point for each layer, from the input at the left to the output at the right, on a logarithmic scale that all "
    "initialisers share. Dots and the solid line are measured, rings and the dashed line are what theory predicts. A "
    "line that stays level means that the signal gets through; one at the bottom edge is zero."
)


class WeightHistogram(ThemedWidget):
    """The drawn weights of all layers: how many there are of each size."""

    def __init__(self, themes: ThemeProvider, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._counts: Sequence[int] = ()
        self._reach = 1.0
        self.setObjectName(f"histogram_{name.replace(' ', '_')}")
        self.setAccessibleName(f"Weights of {label}")
        self.setWhatsThis("How the first weights of all layers are spread: the higher, the more weights of that size.")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_counts(self, counts: Sequence[int], reach: float) -> None:
        self._counts, self._reach = counts, reach
        self.setToolTip(f"{sum(counts):,} weights, {self._reach_text}")
        self.update()

    @property
    def _reach_text(self) -> str:
        return f"± {small_number(self._reach)}" if self._reach else "all 0"

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), HISTOGRAM_LINES), metrics.scaled(self.font(), HEIGHT_LINES))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter, theme = QPainter(self), self.theme
        painter.setFont(self.role_font(Role.CAPTION))
        foot = QFontMetricsF(painter.font()).height()
        area = QRectF(0, 0, self.width(), self.height() - foot)
        width, most = area.width() / len(self._counts), max(self._counts)
        for i, count in enumerate(self._counts):
            height = area.height() * count / most
            painter.fillRect(QRectF(i * width, area.bottom() - height, width, height), theme.color("parameter"))
        painter.setPen(QPen(theme.color("line_strong"), 1.0))
        painter.drawLine(QLineF(0, area.bottom(), area.right(), area.bottom()))
        painter.setPen(theme.color("ink_3"))
        text = QRectF(0, area.bottom(), self.width(), foot)
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, self._reach_text)


class SpreadPlot(ThemedWidget):
    """Measured and predicted standard deviations over the layers; ``token`` is the colour of what is measured."""

    def __init__(self, themes: ThemeProvider, name: str, label: str, token: str) -> None:
        super().__init__(themes)
        self._token = token
        self._labels: Sequence[str] = ()
        self._measured = self._predicted = np.zeros(0)
        self._limits = (0.1, 10.0)
        self.setObjectName(f"spread_{name.replace(' ', '_')}")
        self.setAccessibleName(label)
        self.setWhatsThis(SPREAD_EXPLANATION)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_spread(
        self, labels: Sequence[str], measured: Sequence[float], predicted: Sequence[float], limits: tuple[float, float]
    ) -> None:
        self._labels, self._limits = labels, limits
        self._measured, self._predicted = np.array(measured), np.array(predicted)
        rows = zip(labels, measured, predicted, strict=True)
        said = [f"{label}: {small_number(m)} (theory {small_number(p)})" for label, m, p in rows]
        self.setToolTip("\n".join(said))
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), PLOT_LINES), metrics.scaled(self.font(), HEIGHT_LINES))

    def minimumSizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), PLOT_LINES - 4), metrics.scaled(self.font(), HEIGHT_LINES))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._measured):
            return
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.role_font(Role.CAPTION))
        room = QFontMetricsF(painter.font())
        names = [limit_text(each) for each in self._limits]
        left = max(map(room.horizontalAdvance, names)) + HALF_PX
        area = QRectF(left, RING_PX, max(1.0, self.width() - left - RING_PX), self.height() - 2 * RING_PX)
        painter.setPen(QPen(theme.color("grid"), 1.0))
        for y in (area.top(), area.bottom()):
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(theme.color("ink_3"))
        half = room.height() / 2
        for name, y in zip(names, (area.bottom() - half, area.top() + half), strict=True):
            text = QRectF(0, y - half, left - HALF_PX, room.height())
            painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        self._paint_points(painter, area)

    def _paint_points(self, painter: QPainter, area: QRectF) -> None:
        theme = self.theme
        theory, measured = self._places(area, self._predicted), self._places(area, self._measured)
        dashed = QPen(theme.color("ink_3"), 1.2)
        dashed.setDashPattern(DASH)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(dashed)
        painter.drawPolyline(QPolygonF(theory))
        painter.setPen(QPen(theme.color("ink_3"), 1.2))
        for place in theory:
            painter.drawEllipse(place, RING_PX, RING_PX)
        painter.setPen(QPen(theme.color(self._token), 2.0))
        painter.drawPolyline(QPolygonF(measured))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self._token))
        for place in measured:
            painter.drawEllipse(place, DOT_PX, DOT_PX)

    def _places(self, area: QRectF, values: np.ndarray) -> list[QPointF]:
        """What is no number has no place; zero lies at the lower edge."""
        inside = area.adjusted(RING_PX, 0, 0, 0)
        step = inside.width() / max(len(values) - 1, 1)
        heights = shares(values, *self._limits).tolist()
        return [
            QPointF(inside.left() + i * step, inside.bottom() - share * inside.height())
            for i, share in enumerate(heights)
            if math.isfinite(share)
        ]
