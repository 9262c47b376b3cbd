"""A small picture of an activation: f as a solid ink line, its slope f' dashed in the blue of gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

WIDTH_SCALE = 3.5
HEIGHT_SCALE = 1.5
INSET_PX = 3


class Sparkline(ThemedWidget):
    """Shows two curves over one x axis, on one y axis; nothing until it is given some."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._curves: tuple[npt.NDArray[np.float64], ...] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setWhatsThis(
            "The activation as a curve: its value solid, its slope dashed blue. Where the slope is near 0, almost no "
            "gradient passes."
        )

    def set_curves(self, x: npt.ArrayLike, f: npt.ArrayLike, slope: npt.ArrayLike, description: str = "") -> None:
        """Draw ``f`` and its ``slope`` over ``x``, all of shape (n,); the description is read out, and the tooltip."""
        curves = tuple(np.asarray(values, dtype=np.float64) for values in (x, f, slope))
        if curves[0].ndim != 1 or any(curve.shape != curves[0].shape for curve in curves):
            raise ValueError(f"A sparkline needs three arrays (n,). Received: {[c.shape for c in curves]}.")
        self._curves = curves
        self.setAccessibleName(description)
        self.setToolTip(description)
        self.update()

    def clear(self) -> None:
        self._curves = None
        self.update()

    def sizeHint(self) -> QSize:
        height = QFontMetrics(self.font()).height()
        return QSize(round(WIDTH_SCALE * height), round(HEIGHT_SCALE * height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self.theme.color("line"), metrics.LINE_PX))
        painter.setBrush(self.theme.color("raised"))
        painter.drawRoundedRect(box, metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        if self._curves is None:
            return
        x, f, slope = self._curves
        area = box.adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX)
        dashed = QPen(self.theme.color("gradient"), 1.3)
        dashed.setDashPattern([2.2, 1.8])
        dashed.setCapStyle(Qt.PenCapStyle.FlatCap)
        for values, pen in ((slope, dashed), (f, QPen(self.theme.color("ink"), 1.5))):
            painter.setPen(pen)
            painter.drawPolyline(self._line(area, x, values, np.concatenate([f, slope])))

    def _line(
        self,
        area: QRectF,
        x: npt.NDArray[np.float64],
        y: npt.NDArray[np.float64],
        both: npt.NDArray[np.float64],
    ) -> QPolygonF:
        shown = np.isfinite(y) & np.isfinite(x)
        finite = both[np.isfinite(both)]
        if not shown.any():
            return QPolygonF()
        low, span = finite.min(), max(np.ptp(finite), 1e-12)
        left, width = x[shown].min(), max(np.ptp(x[shown]), 1e-12)
        px = area.left() + (x[shown] - left) / width * area.width()
        py = area.bottom() - (y[shown] - low) / span * area.height()
        return QPolygonF([QPointF(a, b) for a, b in zip(px.tolist(), py.tolist(), strict=True)])
