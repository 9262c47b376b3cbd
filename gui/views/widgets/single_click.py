"""Single clicks on a plot, told apart from drags and double clicks."""

from __future__ import annotations

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication


class SingleClicks(QObject):
    """``clicked_at`` says where in the plot the left button was clicked, once no second click can follow any more."""

    clicked_at = Signal(QPointF)

    def __init__(self, plot: pg.PlotWidget) -> None:
        super().__init__(plot)
        self._view = plot.getPlotItem().getViewBox()
        self._place = QPointF()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        plot.scene().sigMouseClicked.connect(self._on_mouse_clicked)

    def cancel(self) -> None:
        """It was the first half of a double click."""
        self._timer.stop()

    @Slot(object)
    def _on_mouse_clicked(self, event: MouseClickEvent) -> None:
        inside = self._view.sceneBoundingRect().contains(event.scenePos())
        if event.button() == Qt.MouseButton.LeftButton and inside and not event.double():
            self._place = self._view.mapSceneToView(event.scenePos())
            self._timer.start(QGuiApplication.styleHints().mouseDoubleClickInterval())

    @Slot()
    def _on_timeout(self) -> None:
        self.clicked_at.emit(self._place)
