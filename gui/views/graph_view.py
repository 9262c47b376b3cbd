"""The window onto the recorded graph: fits itself, zooms with the wheel, moves with the mouse."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from gui.views.graph_scene import GraphScene

ZOOM_STEP = 1.15
LARGEST_FIT = 1.6
ZOOM_RANGE = (0.1, 6.0)


class GraphView(QGraphicsView):
    """Shows the scene whole until the user zooms or moves; Home or a double click shows it whole again."""

    def __init__(self, scene: GraphScene, name: str, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self._graph = scene
        self._fits = True
        self.setObjectName(name)
        self.setAccessibleName("Recorded graph")
        self.setToolTip("What was recorded in the last batch. Wheel zooms, drag moves, Home shows everything.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("background: transparent;")
        scene.sceneRectChanged.connect(self._on_scene_rect_changed)

    @Slot()
    def fit(self) -> None:
        """Show everything, and keep doing so while the window changes."""
        self._fits = True
        rect = self._graph.sceneRect()
        if rect.isEmpty():
            return
        area = self.viewport().rect()
        scale = min(area.width() / rect.width(), area.height() / rect.height(), LARGEST_FIT)
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(rect.center())

    def zoom(self, factor: float) -> None:
        low, high = ZOOM_RANGE
        if low <= self.transform().m11() * factor <= high:
            self._fits = False
            self.scale(factor, factor)

    @Slot()
    def _on_scene_rect_changed(self) -> None:
        if self._fits:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self.fit()

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
