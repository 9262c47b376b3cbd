"""The upper part of the Train page for points: the decision boundary, and the network at work beside it."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from gui.state.playground import PlaygroundState
from gui.views.looks.theme import ThemeProvider
from gui.views.playground.boundary_card import BoundaryCard
from gui.views.playground.network_card import NetworkCard
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, fill

NARROWEST_CARD = 14.0  # in lines of text
SHARES = (44, 56)


class Playground(QWidget):
    """Looks at the network while it is visible, and says in the status bar what is under the pointer."""

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playground")
        self._state = state
        self.boundary = BoundaryCard(themes, state)
        self.network = NetworkCard(themes, state)
        cards = AdaptiveSplitter(NARROWEST_CARD)
        fill(cards, (self.boundary, self.network), [10 * share for share in SHARES], SHARES)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(cards)
        self.boundary.plot.pointed_at.connect(self._say)
        self.network.picture.pointed_at.connect(self._say)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._state.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._state.watch(False)

    @Slot(str)
    def _say(self, text: str) -> None:
        QApplication.sendEvent(self, QStatusTipEvent(text))
