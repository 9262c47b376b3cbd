"""How far a run is, as a line that fills. Painted here, because a styled ``QProgressBar`` repaints at every step."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

HEIGHT_PX = 6
STEPS = 200


class ProgressLine(ThemedWidget):
    """Shows a share from 0 to 1, in steps that can just be seen."""

    def __init__(self, themes: ThemeProvider, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._name = name
        self._share = -1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_share(0.0)

    @property
    def share(self) -> float:
        return self._share

    def set_share(self, share: float) -> None:
        share = round(STEPS * min(max(share, 0.0), 1.0)) / STEPS
        if share != self._share:
            self._share = share
            self.setAccessibleName(f"{self._name}: {100 * share:.0f} %")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(8 * HEIGHT_PX, HEIGHT_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        area = QRectF(0, (self.height() - HEIGHT_PX) / 2, self.width(), HEIGHT_PX)
        painter.setBrush(self.theme.color("grid"))
        painter.drawRoundedRect(area, HEIGHT_PX / 2, HEIGHT_PX / 2)
        if self._share > 0:
            painter.setBrush(self.theme.color("accent"))
            area.setWidth(max(HEIGHT_PX, self._share * area.width()))
            painter.drawRoundedRect(area, HEIGHT_PX / 2, HEIGHT_PX / 2)
        painter.end()
