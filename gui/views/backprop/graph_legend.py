"""What every colour and line of the drawn graph means, in a row that goes on below where the card ends."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.backprop.graph_arrows import gradient_color
from gui.views.backprop.graph_text import LARGE_CHANGE, GraphFonts
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SAMPLE = 22.0
LINE_SCALE = 1.35


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the key: how it is drawn, what it means, and the sentence about it."""

    sample: str
    name: str
    meaning: str


ENTRIES = (
    Entry("forward", "forward value", "Grey arrows carry values from op to op."),
    Entry("same", "gradient", "Blue arrows carry gradients back; the wider, the larger the norm."),
    Entry("grew", f"grew by > ×{LARGE_CHANGE:g}", "A gradient larger by a quarter than in the recording before."),
    Entry("shrank", f"shrank by > ×{LARGE_CHANGE:g}", "A gradient that fell below four fifths of the one before."),
    Entry("later", "later, or not asked for", "Dotted: no gradient has come here yet, or nobody asked for it."),
    Entry("parameter", "parameter", "Green boxes are weights and biases with the norms of their gradients."),
    Entry("current", "op on show", "The honey box is the op that is looked at."),
    Entry("loss", "loss, or not recorded", "Vermillion is the loss, and a broken line where the recording has a gap."),
)


class GraphLegend(ThemedWidget):
    """Painted; as many lines as its width needs."""

    def __init__(self, themes: ThemeProvider, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._fonts = GraphFonts(self.font())
        self.setObjectName(name)
        self.setAccessibleName("Key to the graph")
        self.setAccessibleDescription(" ".join(entry.meaning for entry in ENTRIES))
        self.setToolTip("\n".join(f"{entry.name}: {entry.meaning}" for entry in ENTRIES))
        self.setWhatsThis("The key to the graph. " + " ".join(entry.meaning for entry in ENTRIES))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fonts = GraphFonts(self.font())
            self._take_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def _take_height(self) -> None:
        """As many lines as the width needs (a height for a width gets lost in the card's pages)."""
        height = self.height_for(self.width())
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _sample(self) -> float:
        return SAMPLE * self._fonts.unit

    def _length(self, entry: Entry) -> float:
        return self._sample() + metrics.HALF_PX + self._fonts.width(Role.CAPTION, entry.name) + metrics.GROUP_GAP_PX

    def lines(self, width: int) -> list[list[Entry]]:
        """The entries of each line in this width."""
        lines: list[list[Entry]] = [[]]
        left = width + metrics.GROUP_GAP_PX
        for entry in ENTRIES:
            if lines[-1] and self._length(entry) > left:
                lines.append([])
                left = width + metrics.GROUP_GAP_PX
            lines[-1].append(entry)
            left -= round(self._length(entry) + 0.5)
        return lines

    def _line_height(self) -> float:
        return LINE_SCALE * self._fonts.height(Role.CAPTION)

    def height_for(self, width: int) -> int:
        """How tall the key is in this width."""
        return round(len(self.lines(width)) * self._line_height())

    def sizeHint(self) -> QSize:
        width = round(sum(self._length(entry) for entry in ENTRIES))
        return QSize(width, round(self._line_height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(max(self._length(entry) for entry in ENTRIES)), round(self._line_height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._fonts.font(Role.CAPTION))
        height = self._line_height()
        for number, line in enumerate(self.lines(self.width())):
            x, middle = 0.0, (number + 0.5) * height
            for entry in line:
                _paint_sample(painter, entry.sample, QRectF(x, middle - 6, self._sample(), 12), self.theme)
                painter.setPen(self.theme.color("ink_2"))
                baseline = middle + (self._fonts.ascent(Role.CAPTION) - 2) / 2
                painter.drawText(QPointF(x + self._sample() + metrics.HALF_PX, baseline), entry.name)
                x += self._length(entry)
        painter.end()


def _paint_sample(painter: QPainter, sample: str, area: QRectF, theme: Theme) -> None:
    boxes = {
        "parameter": (theme.parameter_tint, theme.parameter),
        "current": (theme.selection, theme.accent_edge),
        "loss": (theme.trouble_tint, theme.trouble),
    }
    if sample in boxes:
        fill, edge = boxes[sample]
        painter.setPen(QPen(QColor(edge), 2 if sample == "current" else 1.2))
        painter.setBrush(QColor(fill))
        radius = area.height() / 2 if sample == "loss" else 3
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), radius, radius)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    y = area.center().y()
    if sample == "forward":
        painter.setPen(QPen(theme.color("ink_3"), 1.6))
    elif sample == "later":
        painter.setPen(QPen(theme.color("ink_3"), 1.4, Qt.PenStyle.DotLine))
    else:
        painter.setPen(QPen(gradient_color(theme, sample), 4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
