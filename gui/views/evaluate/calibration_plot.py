"""Is a network as often right as it is sure? The share of right answers over their confidence, with the gap to it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.evaluation import BINS, FEWEST_IN_BIN, Bin, Evaluation
from gui.views.looks.metrics import GRID_PX, HALF_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

POINT_PX = 4.0
COUNTS_LINES = 3.2


class CalibrationPlot(ThemedWidget):
    """Points on the dotted diagonal are honest; below it the network is surer than it should be."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._evaluation: Evaluation | None = None
        self.setObjectName("calibration_plot")
        self.setAccessibleName("Calibration")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("The share of right answers over how sure the network was; on the dotted line it is honest")
        self.setWhatsThis(
            "All answers by how sure the network was, in ten bins. Each point is a bin: to the right how sure it "
            "was, upward how often it was right. Vermillion lines are the gaps. Beneath are the samples in each bin; "
            f"bins of fewer than {FEWEST_IN_BIN} are not drawn."
        )

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show an evaluation, or nothing."""
        self._evaluation = evaluation
        if evaluation is not None:
            self.setAccessibleDescription(f"Calibration error {100 * evaluation.calibration_error:.1f} %")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(self.font(), 24), scaled(self.font(), 22))

    def minimumSizeHint(self) -> QSize:
        return QSize(scaled(self.font(), 14), scaled(self.font(), 13))

    def _area(self) -> QRectF:
        letters = QFontMetricsF(self.role_font(Role.CAPTION))
        left = letters.horizontalAdvance("100 %") + letters.height() + GRID_PX
        below = (COUNTS_LINES + 3.2) * letters.height()
        top = HALF_PX + letters.height() / 2
        return QRectF(left, top, self.width() - left - 3 * GRID_PX, self.height() - below - GRID_PX)

    @staticmethod
    def _at(area: QRectF, confidence: float, accuracy: float) -> QPointF:
        return QPointF(area.left() + confidence * area.width(), area.bottom() - accuracy * area.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        found, area = self._evaluation, self._area()
        if found is None or area.height() <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter, area)
        bins = [each for each in found.calibration if each.count >= FEWEST_IN_BIN]
        theme = self.theme
        places = [self._at(area, each.confidence, each.accuracy) for each in bins]
        for each, place in zip(bins, places, strict=True):
            painter.setPen(QPen(theme.color("trouble"), 2.4))
            painter.drawLine(place, self._at(area, each.confidence, each.confidence))
        painter.setPen(QPen(theme.color("train"), 2.2))
        painter.drawPolyline(places)
        painter.setBrush(theme.color("panel"))
        for place in places:
            painter.drawEllipse(place, POINT_PX, POINT_PX)
        self._paint_counts(painter, area, found.calibration)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        theme, font = self.theme, self.role_font(Role.CAPTION)
        line = QFontMetricsF(font).height()
        painter.setFont(font)
        for step in range(0, 11, 2):
            share = step / 10
            y, x = area.bottom() - share * area.height(), area.left() + share * area.width()
            painter.setPen(QPen(theme.color("grid"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(theme.color("ink_2"))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y - line / 2, area.left() - HALF_PX, line), right, f"{100 * share:.0f} %")
            middle = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(x - 2 * line, area.bottom() + 2, 4 * line, line), middle, f"{100 * share:.0f} %")
        painter.setPen(QPen(theme.color("ink_3"), 1.2, Qt.PenStyle.DotLine))
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.setPen(theme.color("ink_3"))
        below = QRectF(area.left(), area.bottom() + line + 2, area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "How sure the answer was")
        painter.save()
        painter.translate(line / 2, area.center().y())
        painter.rotate(-90)
        across = QRectF(-area.height() / 2, -line / 2, area.height(), line)
        painter.drawText(across, Qt.AlignmentFlag.AlignCenter, "Share that is right")
        painter.restore()

    def _paint_counts(self, painter: QPainter, area: QRectF, bins: tuple[Bin, ...]) -> None:
        font = self.role_font(Role.CAPTION)
        line = QFontMetricsF(font).height()
        bottom, most = self.height() - line - 2, max(each.count for each in bins)
        room = (COUNTS_LINES - 1.2) * line
        width = area.width() / BINS
        for each in bins:
            height = room * each.count / most
            left = area.left() + each.low * area.width()
            painter.fillRect(QRectF(left + 1, bottom - height, width - 2, height), self.theme.color("line_strong"))
            painter.setPen(self.theme.color("ink_2"))
            box = QRectF(left - width / 2, bottom - height - line, 2 * width, line)
            if width > QFontMetricsF(font).horizontalAdvance("0000"):
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, f"{each.count:,}")
        painter.setPen(self.theme.color("ink_3"))
        box = QRectF(area.left(), bottom + 1, area.width(), line)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "samples in each tenth")
