"""The window onto the recorded graph: fits itself, zooms with the wheel, moves with the mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.font_sizes import set_least_size

ZOOM_STEP = 1.15
LARGEST_FIT = 1.6
SMALLEST_FIT = 0.5  # text smaller than this share of the usual size cannot be read; Home shows everything all the same
LEAST_LINES = 8.0
ZOOM_RANGE = (0.1, 6.0)


class GraphView(QGraphicsView):
    """Shows the scene whole, as long as its text can be read, until the user zooms or moves; else it scrolls.

    Home or a double click shows everything, however small.
    """

    def __init__(self, scene: GraphScene, name: str, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._graph = scene
        self._fits = True
        self._smallest = SMALLEST_FIT
        self.setObjectName(name)
        self.setAccessibleName("Recorded graph")
        self.setWhatsThis(
            "The ops of the last recorded batch from left to right. Grey arrows carry values forward, blue "
            "ones gradients back; the thicker, the larger. Green boxes are weights and biases."
        )
        self.setToolTip("What was recorded in the last batch. Wheel zooms, drag moves, Home shows everything.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_least_size(self, height=LEAST_LINES)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setStyleSheet("background: transparent;")
        scene.sceneRectChanged.connect(self._on_scene_rect_changed)

    @Slot()
    def fit(self) -> None:
        """Show everything, and keep doing so while the window changes."""
        self._fits, self._smallest = True, 0.0
        self._fit()

    def _fit(self) -> None:
        rect = self._graph.sceneRect()
        area = self.maximumViewportSize()
        if rect.isEmpty() or area.isEmpty():
            return
        whole = min(area.width() / rect.width(), area.height() / rect.height(), LARGEST_FIT)
        scale = max(whole, self._smallest)
        bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scale > whole else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(bars)
        self.setVerticalScrollBarPolicy(bars)
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(rect.center())
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().minimum())

    def zoom(self, factor: float) -> None:
        low, high = ZOOM_RANGE
        if low <= self.transform().m11() * factor <= high:
            self._fits = False
            self.scale(factor, factor)

    @Slot()
    def _on_scene_rect_changed(self) -> None:
        if self._fits:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._fits = False
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Home:
            self.fit()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        else:
            super().keyPressEvent(event)
