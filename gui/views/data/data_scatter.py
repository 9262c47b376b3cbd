"""The points of a data set at large: axes, zoom, and under the mouse or the arrow keys the values of one point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from gui.domain.data_view import Points
from gui.views.looks import metrics
from gui.views.looks.class_styles import edge_width, marker_path
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.train.curve_items import style_axis
from gui.views.widgets.numbers import short_number
from gui.views.widgets.scatter_preview import describe, point_size, styled

LARGER = 1.5
REACH_PX = 14
RING_PX = 2.0
_STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
_LEAPS = {Qt.Key.Key_PageDown: 100, Qt.Key.Key_PageUp: -100}


class PlainAxis(pg.AxisItem):
    """Numbers as they are written everywhere in the studio."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [short_number(value) for value in values]


class DataScatter(pg.PlotWidget):
    """``point_named`` carries a sentence about the point under the mouse or chosen with the keys; empty for none."""

    point_named = Signal(str)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={side: PlainAxis(side) for side in ("left", "bottom")})
        self.setObjectName("data_scatter")
        self.setAccessibleName("Scatter of the data")
        self.setToolTip(
            "Wheel zooms, drag moves, a double click or Home shows everything. Arrow keys go through points"
        )
        self.setWhatsThis(
            "All points of the data set. The point under the mouse is named below with its values; the arrow keys go "
            "from one point to the next."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._themes = themes
        self._points: Points | None = None
        self._current: int | None = None
        self._cloud = pg.ScatterPlotItem(pxMode=True)
        self._ring = pg.ScatterPlotItem(pxMode=True)
        self._ring.setZValue(10)
        self.addItem(self._cloud)
        self.addItem(self._ring)
        self.hideButtons()
        self.getPlotItem().showGrid(x=True, y=True, alpha=1.0)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        themes.theme_changed.connect(self._on_look_changed)
        themes.font_changed.connect(self._on_look_changed)
        self._style()

    @property
    def current(self) -> int | None:
        """The place in ``Points`` of the point that is named."""
        return self._current

    def show_points(self, points: Points | None) -> None:
        """Draw points anew; the view fits them unless they are of the same kind and the user has zoomed."""
        before, self._points = self._points, points
        self._name(None)
        self._draw()
        if points is None:
            return
        self.setAccessibleDescription(describe(points))
        below, beside = points.axis_names
        item = self.getPlotItem()
        item.setLabel("bottom", below)
        item.setLabel("left", beside)
        item.setAspectLocked(points.kind != "curve")
        self._style()
        if before is None or before.kind != points.kind:
            self.fit()

    @Slot()
    def fit(self) -> None:
        """Show everything, and keep doing so."""
        self.getPlotItem().enableAutoRange()

    def text_of(self, place: int) -> str:
        """A point in words: its part, its number, its coordinates and its class or value."""
        points = self._points
        assert points is not None
        part = "Validation" if points.in_validation[place] else "Training"
        names, values = [*points.axis_names], [float(points.x[place]), float(points.y[place])]
        if points.kind == "surface":
            names, values = [*names, "y"], [*values, float(points.values[place])]
        where = ", ".join(f"{name} {short_number(value)}" for name, value in zip(names, values, strict=True))
        what = f", {points.class_names[points.labels[place]]}" if points.kind == "classes" else ""
        return f"{part} point {points.numbers[place] + 1:,}: {where}{what}"

    # -- mouse and keys -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = _STEPS.get(key, 0) or _LEAPS.get(key, 0)
        if key == Qt.Key.Key_Home:
            self.fit()
        elif step and self._points is not None and len(self._points):
            start = self._current if self._current is not None else (-1 if step > 0 else 0)
            self._name((start + step) % len(self._points))
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._name(None)

    @Slot(object)
    def _on_mouse_moved(self, position: QPointF) -> None:
        points = self._points
        if points is None or not len(points):
            return
        view = self.getPlotItem().getViewBox()
        if not view.sceneBoundingRect().contains(position):
            self._name(None)
            return
        where = view.mapSceneToView(position)
        width, height = view.viewPixelSize()
        distance = np.hypot((points.x - where.x()) / width, (points.y - where.y()) / height)
        nearest = int(distance.argmin())
        self._name(nearest if distance[nearest] <= REACH_PX else None)

    def _name(self, place: int | None) -> None:
        if place == self._current:
            return
        self._current = place
        points = self._points
        if place is None or points is None:
            self._ring.setData([], [])
            self.point_named.emit("")
            return
        self._ring.setData([points.x[place]], [points.y[place]])
        self.point_named.emit(self.text_of(place))

    # -- drawing ------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_look_changed(self) -> None:
        self._draw()
        self._style()

    def _draw(self) -> None:
        points, ratio = self._points, self.devicePixelRatioF()
        if points is None or not len(points):
            self._cloud.setData([], [])
            return
        size = LARGER * point_size(len(points))
        spots = np.empty((3, len(points)), dtype=object)  # symbol, pen and brush of every point
        order = []
        for style, chosen in styled(self._themes.theme, points):
            spots[0, chosen] = marker_path(style.marker)
            spots[1, chosen] = pg.mkPen(style.edge, width=edge_width(style, size) * ratio)
            spots[2, chosen] = pg.mkBrush(style.fill)
            order.append(chosen)
        drawn = np.concatenate(order)
        symbols, pens, brushes = spots[:, drawn].tolist()
        self._cloud.setData(points.x[drawn], points.y[drawn], symbol=symbols, pen=pens, brush=brushes, size=size)

    def _style(self) -> None:
        theme: Theme = self._themes.theme
        self.setBackground(theme.panel)
        size = LARGER * point_size(len(self._points) if self._points is not None else 0)
        self._ring.setSymbol("o")
        self._ring.setSize(size + 6)
        self._ring.setPen(pg.mkPen(theme.accent_line, width=RING_PX * self.devicePixelRatioF()))
        self._ring.setBrush(None)
        font = metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))
        for side in ("left", "bottom"):
            style_axis(self.getPlotItem().getAxis(side), theme, font)
