"""Three dots that travel along arrows, to show which way values or gradients go. They know no graph."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRectF, Qt, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QBrush, QColor, QPainterPath
from PySide6.QtWidgets import QGraphicsEllipseItem, QGraphicsScene

DOTS = 3
RADII = (5.0, 4.0, 3.0)
OPACITIES = (1.0, 0.6, 0.35)
LAG = 0.12  # of the way, from one dot to the next
Z_VALUE = 2.0


class Pulse(QObject):
    """Runs once from its start to its end and removes its dots; ``stop`` does so at once."""

    ended = Signal()

    def __init__(
        self, scene: QGraphicsScene, paths: Sequence[QPainterPath], color: QColor, duration_ms: int, unit: float
    ) -> None:
        super().__init__(scene)
        self._scene, self._paths = scene, [path for path in paths if path.length() > 0]
        self._dots = [[_dot(color, number, unit) for number in range(DOTS)] for _ in self._paths]
        for dot in self.dots:
            scene.addItem(dot)
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0 + LAG * (DOTS - 1))
        self._animation.setDuration(duration_ms)
        self._animation.valueChanged.connect(self._on_moved)
        self._animation.finished.connect(self.stop)

    @property
    def dots(self) -> list[QGraphicsEllipseItem]:
        return [dot for row in self._dots for dot in row]

    def start(self) -> None:
        self._on_moved(0.0)
        self._animation.start()

    @Slot()
    def stop(self) -> None:
        """Take the dots away; a pulse that has stopped stays so."""
        if not self._dots:
            return
        dots, self._dots = self.dots, []
        for dot in dots:
            self._scene.removeItem(dot)
        self._animation.stop()
        self.ended.emit()
        self.deleteLater()

    @Slot(object)
    def _on_moved(self, head: float) -> None:
        for path, row in zip(self._paths, self._dots, strict=False):
            for number, dot in enumerate(row):
                share = head - number * LAG
                dot.setVisible(0 <= share <= 1)
                dot.setPos(path.pointAtPercent(min(max(share, 0.0), 1.0)))


def _dot(color: QColor, number: int, unit: float) -> QGraphicsEllipseItem:
    radius = RADII[number] * unit
    dot = QGraphicsEllipseItem(QRectF(-radius, -radius, 2 * radius, 2 * radius))
    dot.setPen(Qt.PenStyle.NoPen)
    dot.setBrush(QBrush(color))
    dot.setOpacity(OPACITIES[number])
    dot.setZValue(Z_VALUE)
    return dot
