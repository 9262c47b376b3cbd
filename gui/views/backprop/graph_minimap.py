"""The whole of a large graph in the corner of its view, with the part that is in sight; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from shiboken6 import isValid

from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SHOWN_FROM = 31
LARGEST_IN_LINES = (14.0, 6.0)
MARGIN = 4.0
NEAR_PX = 6.0  # so much may be out of sight while all of it counts as seen: its margins
SMALLEST_BOX_PX = 1.5


class GraphMinimap(ThemedWidget):
    """Lies over the view; shown only while the graph has more than 30 boxes and not all of them are in sight."""

    def __init__(self, themes: ThemeProvider, scene: GraphScene, view: GraphView) -> None:
        super().__init__(themes, view)
        self._scene, self._view = scene, view
        self._picture: QPixmap | None = None
        self.setObjectName(f"{view.objectName()}_minimap")
        self.setAccessibleName("Overview of the graph")
        self.setToolTip("The whole graph; the frame is what the view shows. Click or drag to look elsewhere.")
        self.setWhatsThis(
            "An overview of a graph that is too large for the view. The frame marks the part in sight; click or drag "
            "in here to go to another one. With the keyboard: Tab from op to op, or Ctrl+F to find one."
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        scene.laid_out.connect(self._on_laid_out)
        view.moved.connect(self.refresh)
        view.installEventFilter(self)

    @Slot()
    def refresh(self) -> None:
        """Show or hide it, and draw the frame where the view is now."""
        if not isValid(self._scene):  # the view is told a last time while both are destroyed
            return
        count = len(self._scene.parts.boxes())
        whole = self._scene.sceneRect()
        near = NEAR_PX / self._view.transform().m11()
        seen = self._view.seen_rect().adjusted(-near, -near, near, near)
        self.setVisible(count >= SHOWN_FROM and not seen.contains(whole))
        if self.isVisible():
            self._place()
            self.update()

    def frame(self) -> QRectF:
        """The part in sight, in this widget's coordinates."""
        seen = self._view.seen_rect().intersected(self._scene.sceneRect())
        return QRectF(self._to_map(seen.topLeft()), self._to_map(seen.bottomRight()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.refresh()
        return False

    @Slot()
    def _on_laid_out(self) -> None:
        self._picture = None
        self.refresh()

    def _on_theme_changed(self, theme: Theme) -> None:
        self._picture = None
        super()._on_theme_changed(theme)

    def _place(self) -> None:
        rect, port = self._scene.sceneRect(), self._view.viewport().geometry()
        width, height = (metrics.scaled(self.font(), lines) for lines in LARGEST_IN_LINES)
        width, height = min(width, port.width() // 3), min(height, port.height() // 3)
        scale = min(width / max(rect.width(), 1), height / max(rect.height(), 1))
        size = (max(round(rect.width() * scale), 24), max(round(rect.height() * scale), 12))
        pad = round(2 * MARGIN)
        if (self.width(), self.height()) != (size[0] + pad, size[1] + pad):
            self._picture = None
            self.resize(size[0] + pad, size[1] + pad)
        self.move(port.right() - self.width() - pad, port.top() + pad)

    def _scale(self) -> tuple[float, float]:
        rect = self._scene.sceneRect()
        return (self.width() - 2 * MARGIN) / max(rect.width(), 1), (self.height() - 2 * MARGIN) / max(rect.height(), 1)

    def _to_map(self, place: QPointF) -> QPointF:
        (across, down), origin = self._scale(), self._scene.sceneRect().topLeft()
        return QPointF(MARGIN + (place.x() - origin.x()) * across, MARGIN + (place.y() - origin.y()) * down)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._picture is None:
            self._picture = self._drawn()
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(self.theme.color("accent_line"), metrics.FOCUS_RING_PX))
        painter.setBrush(self.theme.color("accent", 0.15))
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRect(self.frame().adjusted(-1, -1, 1, 1).intersected(inside))
        painter.end()

    def _drawn(self) -> QPixmap:
        """Every box as a small patch; kept until the graph or the theme changes."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.theme.color("panel"))
        painter = QPainter(picture)
        painter.setPen(QPen(self.theme.color("line_strong"), metrics.LINE_PX))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        across, down = self._scale()
        parts = self._scene.parts
        below = [each.box for group in parts.parameters for each in group]
        loss = [parts.loss] if parts.loss is not None else []
        for token, items in (("ink_3", parts.ops), ("parameter", below), ("trouble", loss)):
            for item in items:
                width, height = max(item.size[0] * across, SMALLEST_BOX_PX), max(item.size[1] * down, SMALLEST_BOX_PX)
                corner = self._to_map(item.pos())
                painter.fillRect(QRectF(corner, corner + QPointF(width, height)), self.theme.color(token))
        painter.end()
        return picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position())

    def _go_to(self, place: QPointF) -> None:
        (across, down), origin = self._scale(), self._scene.sceneRect().topLeft()
        at = QPointF(origin.x() + (place.x() - MARGIN) / across, origin.y() + (place.y() - MARGIN) / down)
        self._view.go_to(at)
