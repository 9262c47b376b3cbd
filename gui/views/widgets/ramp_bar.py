"""The key to a signed map: its colours from one end to the other, with a word at either end."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks.metrics import GRID_PX, HALF_PX, Role
from gui.views.looks.theme import SignedKind, ThemeProvider
from gui.views.widgets.pixel_image import image_of
from gui.views.widgets.themed import ThemedWidget

STEPS = 64
LEAST_RAMP_PX = 24


class RampBar(ThemedWidget):
    """Words are cut off before the colours are."""

    def __init__(self, themes: ThemeProvider, kind: SignedKind, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._kind: SignedKind = kind
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_ends(self, low: str, high: str) -> None:
        """What the negative and the positive end of the colours mean."""
        if (low, high) != self._ends:
            self._ends = low, high
            self.setAccessibleName(f"Colours from {low} to {high}")
            self.update()

    def sizeHint(self) -> QSize:
        room = QFontMetrics(self.role_font(Role.CAPTION))
        return QSize(sum(map(room.horizontalAdvance, self._ends)) + 3 * LEAST_RAMP_PX, room.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * LEAST_RAMP_PX, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self.role_font(Role.CAPTION)
        room = QFontMetrics(font)
        most = max(0, (self.width() - LEAST_RAMP_PX) // 2 - HALF_PX)
        low, high = (room.elidedText(end, Qt.TextElideMode.ElideRight, most) for end in self._ends)
        left, right = room.horizontalAdvance(low) + HALF_PX, self.width() - room.horizontalAdvance(high) - HALF_PX
        painter.setFont(font)
        painter.setPen(self.theme.color("ink_2"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, high)
        ramp = image_of(self.theme.signed_colors(self._kind, np.linspace(-1, 1, STEPS)[None, :], 1.0))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, (self.height() - GRID_PX) / 2, max(0.0, right - left), GRID_PX), ramp)
