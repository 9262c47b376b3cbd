"""How a page divides its room; where there is none, parts stand one below the other, and the page scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QWidget

from gui.views.looks import metrics


def scrolled(page: QWidget) -> QScrollArea:
    """The page in an area that scrolls as soon as the page cannot become any smaller."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def fill(splitter: QSplitter, parts: Sequence[QWidget], sizes: Sequence[int], shares: Sequence[int] = ()) -> None:
    """Put the parts of a page into a splitter: ``sizes`` at first; room that comes later is given by ``shares``."""
    for part in parts:
        splitter.addWidget(part)
    splitter.setSizes(sizes)
    for place, share in enumerate(shares):
        splitter.setStretchFactor(place, share)
    splitter.setHandleWidth(metrics.CARD_GAP_PX)
    splitter.setChildrenCollapsible(False)


class AdaptiveSplitter(QSplitter):
    """Parts side by side, or one below the other in a narrow place.

    ``lines`` is how wide one part must at least be, in lines of text, to stand beside the others.
    """

    def __init__(self, lines: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._lines = lines

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widest part: the others can go below it."""
        return QSize(max(self._least_widths(), default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        parts = self._least_widths()
        least = sum(parts) + self.handleWidth() * (len(parts) - 1)
        fits = self.width() >= max(least, len(parts) * metrics.scaled(self.font(), self._lines))
        self.setOrientation(Qt.Orientation.Horizontal if fits else Qt.Orientation.Vertical)
        super().resizeEvent(event)

    def _least_widths(self) -> list[int]:
        parts = (self.widget(i) for i in range(self.count()))
        return [max(part.minimumSizeHint().width(), part.minimumWidth()) for part in parts]
