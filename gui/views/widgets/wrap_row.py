"""Two groups of widgets side by side, or one below the other where the window is too narrow for that."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from gui.views.looks import metrics


class WrapRow(QWidget):
    """Fill ``first`` and ``second``; the second takes the room that is left."""

    def __init__(self, margins: tuple[int, int, int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.first, self.second = QHBoxLayout(), QHBoxLayout()
        self._groups = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._groups.setContentsMargins(*margins)
        self._groups.setSpacing(metrics.GRID_PX)
        self._groups.addLayout(self.first)
        self._groups.addLayout(self.second, 1)
        for group in (self.first, self.second):
            group.setSpacing(metrics.GRID_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def is_wrapped(self) -> bool:
        return self._groups.direction() == QBoxLayout.Direction.TopToBottom

    def minimumSizeHint(self) -> QSize:
        """As narrow as the wider group: the rest can go below it."""
        width = max(group.minimumSize().width() for group in (self.first, self.second))
        margins = self._groups.contentsMargins()
        return QSize(width + margins.left() + margins.right(), self._groups.minimumSize().height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wrap()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._wrap()
        return super().event(event)

    def _wrap(self) -> None:
        margins = self._groups.contentsMargins()
        needed = margins.left() + margins.right() + metrics.GRID_PX
        needed += sum(group.minimumSize().width() for group in (self.first, self.second))
        direction = QBoxLayout.Direction
        wanted = direction.LeftToRight if needed <= self.width() else direction.TopToBottom
        if wanted != self._groups.direction():
            self._groups.setDirection(wanted)
            self.updateGeometry()
