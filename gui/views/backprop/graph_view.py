"""The window onto the recorded graph: fits itself, zooms with the wheel, moves with the mouse, walks with Tab."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsView, QWidget

from gui.views.backprop.graph_items import OpItem
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.font_sizes import set_least_size

ZOOM_STEP = 1.15
LARGEST_FIT = 1.6
SMALLEST_FIT = 0.5  # text smaller than this share of the usual size cannot be read; Home shows everything all the same
READABLE = 0.8
LEAST_LINES = 8.0
ZOOM_RANGE = (0.1, 6.0)
SCENE_MARGIN = 24
BACKWARDS = (Qt.FocusReason.BacktabFocusReason,)
BY_TAB = (Qt.FocusReason.TabFocusReason, *BACKWARDS)


class GraphView(QGraphicsView):
    """Shows the scene whole, as long as its text can be read, until the user zooms or moves; else it scrolls.

    Home or a double click on empty space shows everything, however small. Tab goes from op to op, Enter chooses one;
    Left and Right are left to whoever steps through the pass.
    """

    moved = Signal()  # it shows another part of the scene, or the same in another size

    def __init__(
        self, scene: GraphScene, name: str, parent: QWidget | None = None, *, least_fit: float = SMALLEST_FIT
    ) -> None:
        super().__init__(scene, parent)
        self._least_fit = least_fit
        self._graph = scene
        self._fits = True
        self._smallest = SMALLEST_FIT
        self.setObjectName(name)
        self.setAccessibleName("Recorded graph")
        self.setWhatsThis(
            "The ops of the last recorded batch from left to right. Grey arrows carry values forward, blue "
            "ones gradients back; the thicker, the larger. Green boxes are weights and biases. Tab goes from op to op, "
            "Enter looks into one, F folds a layer and its activation into one block."
        )
        self.setToolTip("What was recorded in the last batch. Wheel zooms, drag moves, Home shows everything.")
        self.setFrameShape(QFrame.Shape.NoFrame)
        set_least_size(self, height=LEAST_LINES)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setStyleSheet("background: transparent;")
        scene.sceneRectChanged.connect(self._on_scene_rect_changed)
        scene.focusItemChanged.connect(self._on_focus_item_changed)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.moved)

    # -- what is in sight ---------------------------------------------------------------------------------------------

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
        high = area.height() / rect.height()
        whole = min(area.width() / rect.width(), high, LARGEST_FIT)
        scale = max(whole, self._smallest, min(self._least_fit, high) if self._smallest else 0.0)
        bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scale > whole else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setHorizontalScrollBarPolicy(bars)
        self.setVerticalScrollBarPolicy(bars)
        self.resetTransform()
        self.scale(scale, scale)
        self.centerOn(rect.center())
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().minimum())
        self.moved.emit()

    def zoom(self, factor: float) -> None:
        low, high = ZOOM_RANGE
        low = min(low, self.transform().m11())  # a very large graph is shown smaller than that when it is fitted
        if low <= self.transform().m11() * factor <= high:
            self._fits = False
            bars = Qt.ScrollBarPolicy.ScrollBarAsNeeded
            self.setHorizontalScrollBarPolicy(bars)
            self.setVerticalScrollBarPolicy(bars)
            self.scale(factor, factor)
            self.moved.emit()

    def seen_rect(self) -> QRectF:
        """The part of the scene in sight."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def look_at(self, item: QGraphicsItem) -> None:
        """Put an item into the middle, large enough to be read."""
        scale = self.transform().m11()
        if scale < READABLE:
            self.zoom(READABLE / scale)
        self.go_to(item.sceneBoundingRect().center())

    def follow(self, item: QGraphicsItem) -> None:
        """Keep an item in the middle where there is no room for all of them."""
        bar = self.horizontalScrollBar()
        if bar.maximum() > bar.minimum():
            self.centerOn(item.sceneBoundingRect().center())
            self.moved.emit()

    def go_to(self, place: QPointF) -> None:
        """Put a place of the scene into the middle."""
        self._fits = False
        self.centerOn(place)
        self.moved.emit()

    @Slot()
    def _on_scene_rect_changed(self) -> None:
        if self._fits:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits:
            self._fit()
        self.moved.emit()

    # -- mouse --------------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom(ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On an op it folds or unfolds, anywhere else it fits."""
        item = self._op_at(event.position().toPoint())
        if item is None or not isinstance(item.key, int):
            self.fit()
        else:
            self._graph.toggle_fold(item.key)

    def _op_at(self, place: QPoint) -> OpItem | None:
        item = self.itemAt(place)
        return item if isinstance(item, OpItem) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._fits = False
        super().mouseMoveEvent(event)

    # -- keyboard -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()  # the page steps through the pass with them
        elif event.key() == Qt.Key.Key_Home:
            self.fit()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes on to the next op, and from the last one out of the graph."""
        ops = self._graph.op_items
        if not self.hasFocus() or self._graph.parts.is_crowd:
            return super().focusNextPrevChild(next)
        focused = self._graph.focusItem()
        place = ops.index(focused) if isinstance(focused, OpItem) and focused in ops else -1 if next else len(ops)
        place += 1 if next else -1
        if not 0 <= place < len(ops):
            return super().focusNextPrevChild(next)
        ops[place].setFocus(BY_TAB[0] if next else BY_TAB[1])
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        ops = self._graph.op_items
        if event.reason() in BY_TAB and ops and not self._graph.parts.is_crowd:
            ops[-1 if event.reason() in BACKWARDS else 0].setFocus(event.reason())

    @Slot(QGraphicsItem, QGraphicsItem, Qt.FocusReason)
    def _on_focus_item_changed(self, new: QGraphicsItem | None, _old: object, reason: Qt.FocusReason) -> None:
        if isinstance(new, OpItem):
            self.setAccessibleDescription(new.toolTip())
            if reason in BY_TAB and self.hasFocus():
                self.ensureVisible(new, SCENE_MARGIN, SCENE_MARGIN)
