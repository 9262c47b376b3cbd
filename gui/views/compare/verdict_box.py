"""What a comparison is worth, in a box with an edge: green and a tick when it is fair, vermillion when it is not."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.domain.run_comparison import Verdict
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget, text_label

EDGE_PX = 3


class VerdictBox(ThemedWidget):
    """Says it in words; the colour of the edge only repeats them."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setObjectName("verdict_box")
        self._title = text_label("", Role.TITLE)
        self._reasons = text_label("", tone="secondary")
        for label in (self._title, self._reasons):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._is_fair = True
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.PAGE_MARGIN_PX, metrics.HALF_PX, metrics.GRID_PX, metrics.HALF_PX)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self._reasons)
        self.setToolTip("Whether the two runs can be compared")
        self.setWhatsThis(
            "A comparison is fair when both runs had the same data, began with the same first weights, saw the "
            "batches in the same order and trained for as many epochs. Otherwise it is said what was not the same."
        )

    def show_verdict(self, verdict: Verdict) -> None:
        self._is_fair = verdict.is_fair
        self._title.setText(verdict.title)
        self._reasons.setText(verdict.reasons)
        self.setAccessibleName(verdict.sentence)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, radius = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), metrics.CONTROL_RADIUS_PX
        painter.setPen(QPen(self.theme.color("line"), metrics.LINE_PX))
        painter.setBrush(self.theme.color("raised"))
        painter.drawRoundedRect(area, radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("parameter" if self._is_fair else "trouble"))
        painter.setClipRect(QRectF(0, 0, EDGE_PX, self.height()))
        painter.drawRoundedRect(area, radius, radius)
