"""The inside of a plot: a view box with an axis below it and one at the left, and one at the right where it is wanted.

pyqtgraph's own ``PlotItem`` makes a form of forty-four widgets for menus that have nothing to do here (Fourier
transforms, averages), and two more axes; with several plots that was a third of the widgets of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGraphicsGridLayout, QGraphicsItem, QSizePolicy

PLACES = {"bottom": (3, 1), "left": (2, 0), "right": (2, 2)}
VIEW_PLACE = (2, 1)
MARGIN_PX = 1
PASSED_ON = (  # to the view box
    *("addItem", "removeItem", "clear", "setRange", "setXRange", "setYRange", "setLimits", "viewRange", "viewRect"),
    *("autoRange", "enableAutoRange", "disableAutoRange", "setAspectLocked", "setXLink", "setYLink"),
    *("register", "unregister", "setMouseEnabled", "setMenuEnabled"),
)
AXIS_Z = 0.5


class PlainPlotItem(pg.GraphicsWidget):
    """Goes into a ``PlotWidget`` as its ``plotItem``, and answers to the same names as pyqtgraph's own."""

    sigRangeChanged = Signal(object, object)  # noqa: N815 as PlotWidget calls it

    def __init__(self, axes: dict[str, pg.AxisItem]) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._grid = QGraphicsGridLayout()
        self._grid.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        self._grid.setSpacing(0)
        self.setLayout(self._grid)
        self.vb = pg.ViewBox(parent=self, enableMenu=False)
        self.vb.sigRangeChanged.connect(self.sigRangeChanged)
        self._grid.addItem(self.vb, *VIEW_PLACE)
        self._grid.setRowStretchFactor(VIEW_PLACE[0], 100)
        self._grid.setColumnStretchFactor(VIEW_PLACE[1], 100)
        self._axes: dict[str, pg.AxisItem] = {}
        self.setAxisItems({side: axes.get(side) or pg.AxisItem(side) for side in ("left", "bottom")})

    def implements(self, interface: str | None = None) -> bool:
        """How pyqtgraph asks whether there is a view box inside."""
        return interface == "ViewBoxWrapper"

    def getViewBox(self) -> pg.ViewBox:
        return self.vb

    def getAxis(self, side: str) -> pg.AxisItem:
        return self._axes[side]

    def setAxisItems(self, axes: dict[str, pg.AxisItem]) -> None:
        """Put axes at these sides."""
        for side, axis in axes.items():
            axis.linkToView(self.vb)
            self._axes[side] = axis
            self._grid.addItem(axis, *PLACES[side])
            axis.setZValue(AXIS_Z)
            axis.setFlag(QGraphicsItem.GraphicsItemFlag.ItemNegativeZStacksBehindParent)

    def setLabel(self, side: str, text: str, **style: Any) -> None:
        """Name an axis."""
        self.getAxis(side).setLabel(text, **style)


def _passed_on(name: str) -> Callable[..., Any]:
    def method(self: PlainPlotItem, *args: Any, **options: Any) -> Any:
        return getattr(self.vb, name)(*args, **options)

    return method


for _name in PASSED_ON:
    setattr(PlainPlotItem, _name, _passed_on(_name))
