"""A label of one line that ends in "…" where there is no room, and then says the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyleOption

LEAST_LETTERS = 3


class ElidedLabel(QLabel):
    """Plain text only. A tooltip of its own is shown where nothing is cut off."""

    _own_tip = ""

    def setToolTip(self, text: str) -> None:
        self._own_tip = text
        self._tell()

    def minimumSizeHint(self) -> QSize:
        size = super().minimumSizeHint()
        return QSize(min(size.width(), self.fontMetrics().horizontalAdvance("…") * LEAST_LETTERS), size.height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.style().drawItemText(
            painter, self.rect(), self.alignment(), option.palette, self.isEnabled(), text, self.foregroundRole()
        )

    def _tell(self) -> None:
        is_cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        super().setToolTip(self.text() if is_cut else self._own_tip)
