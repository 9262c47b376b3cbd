"""The confusion matrix: true classes down, said classes across, only mistakes coloured. A click looks at a cell."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.domain.evaluation import Evaluation
from gui.views.looks.metrics import GRID_PX, HALF_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

CELL_LINES, LEAST_CELL_LINES = 2.9, 1.0
FAINTEST, STRONGEST = 0.10, 0.75
NUMBERS_FROM = 1.35
"""A cell of so many lines has its number written in it."""
STEPS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
LONGEST_NAME = 7


class ConfusionMatrix(ThemedWidget):
    """``cell_chosen(true, said)`` by a click, or by Enter on the cell that the arrow keys have gone to."""

    cell_chosen = Signal(int, int)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._evaluation: Evaluation | None = None
        self._shows_rates = False
        self._chosen: tuple[int, int] | None = None
        self._current = (0, 0)
        self.setObjectName("confusion_matrix")
        self.setAccessibleName("Confusion matrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("Rows: the true class. Columns: what the network said. Click a cell to see its images.")
        self.setWhatsThis(
            "Every validation sample is counted in one cell: its row is the true class, its column what the network "
            "said. On the diagonal it was right. Mistakes are coloured, the more the stronger. Click a cell, or "
            "go there with the arrow keys and press Enter, to see exactly those images."
        )

    def show_evaluation(self, evaluation: Evaluation | None) -> None:
        """Show an evaluation, or nothing."""
        last = 0 if evaluation is None else len(evaluation.class_names) - 1
        self._current = min(self._current[0], last), min(self._current[1], last)
        self._evaluation = evaluation
        self._describe()
        self.update()

    def set_rates(self, shows_rates: bool) -> None:
        """Show shares of each row in per cent instead of counts."""
        self._shows_rates = shows_rates
        self.update()

    def set_chosen(self, cell: tuple[int, int] | None) -> None:
        """Frame the cell whose samples are looked at."""
        if cell != self._chosen:
            self._chosen = cell
            if cell is not None:
                self._current = cell
            self.update()

    def sizeHint(self) -> QSize:
        side = scaled(self.font(), CELL_LINES * 10 + 4)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        count = 10 if self._evaluation is None else len(self._evaluation.class_names)
        side = scaled(self.font(), LEAST_CELL_LINES * min(count, 12) + 5)
        return QSize(side, side)

    # -- geometry -----------------------------------------------------------------------------------------------------

    def cells_rect(self) -> QRectF:
        """Where the cells stand: a square, with the names above and at the left."""
        found = self._evaluation
        if found is None:
            return QRectF()
        letters = QFontMetricsF(self.role_font(Role.CAPTION))
        names = max(letters.horizontalAdvance(name[:LONGEST_NAME]) for name in found.class_names)
        left, top = letters.height() + names + 2 * GRID_PX, 2 * letters.height() + GRID_PX
        largest = CELL_LINES * letters.height() * len(found.class_names)
        side = max(1.0, min(self.width() - left - 2, self.height() - top - 2, largest))
        return QRectF(left, top, side, side)

    def rect_of(self, true_class: int, said_class: int) -> QRectF:
        """Where one cell stands."""
        area, count = self.cells_rect(), len(self._evaluation.class_names) if self._evaluation is not None else 1
        side = area.width() / count
        return QRectF(area.left() + said_class * side, area.top() + true_class * side, side, side)

    def _cell_at(self, place: QPointF) -> tuple[int, int] | None:
        area, found = self.cells_rect(), self._evaluation
        if found is None or not area.contains(place):
            return None
        side = area.width() / len(found.class_names)
        last = len(found.class_names) - 1
        row, column = int((place.y() - area.top()) / side), int((place.x() - area.left()) / side)
        return min(row, last), min(column, last)

    # -- events -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = cell
            self.cell_chosen.emit(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        found, step = self._evaluation, STEPS.get(Qt.Key(event.key()))
        if found is not None and step is not None:
            last = len(found.class_names) - 1
            row, column = (min(max(at + by, 0), last) for at, by in zip(self._current, step, strict=True))
            self._current = row, column
            self._describe()
            self.update()
        elif found is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.cell_chosen.emit(*self._current)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.toolTip() if cell is None else self.text_of(*cell), self)
            return True
        return super().event(event)

    def text_of(self, true_class: int, said_class: int) -> str:
        """One cell in words."""
        found = self._evaluation
        if found is None:
            return ""
        names, count = found.class_names, int(found.confusion[true_class, said_class])
        share = 100 * found.confusion_rates[true_class, said_class]
        return f"True {names[true_class]}, said {names[said_class]}: {count:,} samples, {share:.1f} % of the row"

    def _describe(self) -> None:
        self.setAccessibleDescription(self.text_of(*self._current))

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        found = self._evaluation
        if found is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_cells(painter, found)
        self._paint_names(painter, found)
        for cell, color, width in (
            (self._current if self.hasFocus() else None, "accent_line", 2.0),
            (self._chosen, "ink", 2.2),
        ):
            if cell is not None:
                painter.setPen(QPen(self.theme.color(color), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.rect_of(*cell).adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_cells(self, painter: QPainter, found: Evaluation) -> None:
        counts, rates = found.confusion, found.confusion_rates
        mistakes = counts - np.diag(np.diag(counts))
        most = max(int(mistakes.max()), 1)
        plain, bold = self.role_font(Role.CAPTION), self.role_font(Role.TABLE_HEAD)
        has_numbers = self.rect_of(0, 0).width() >= NUMBERS_FROM * QFontMetricsF(plain).height()
        for true_class in range(len(counts)):
            for said in range(len(counts)):
                box = self.rect_of(true_class, said).adjusted(0.5, 0.5, -0.5, -0.5)
                count = int(counts[true_class, said])
                is_right = true_class == said
                painter.fillRect(box, self._color(count, most, is_right))
                if has_numbers:
                    painter.setFont(bold if is_right else plain)
                    painter.setPen(self.theme.color("ink" if count else "line_strong"))
                    text = f"{100 * rates[true_class, said]:.0f}" if self._shows_rates else f"{count:,}"
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text if count else "·")
        painter.setPen(QPen(self.theme.color("line_strong"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.cells_rect())

    def _color(self, count: int, most: int, is_right: bool) -> QColor:
        if is_right:
            return self.theme.color("raised")
        color = QColor(self.theme.color("trouble"))
        color.setAlphaF(0.0 if not count else FAINTEST + (STRONGEST - FAINTEST) * count / most)
        return color

    def _paint_names(self, painter: QPainter, found: Evaluation) -> None:
        area = self.cells_rect()
        plain, bold = self.role_font(Role.CAPTION), self.role_font(Role.TABLE_HEAD)
        line = QFontMetricsF(plain).height()
        chosen = self._chosen or (-1, -1)
        for i, name in enumerate(found.class_names):
            box = self.rect_of(i, i)
            for axis, place in (
                (0, QRectF(line + GRID_PX, box.top(), area.left() - line - GRID_PX - HALF_PX, box.height())),
                (1, QRectF(box.left(), area.top() - line - 2, box.width(), line)),
            ):
                painter.setFont(bold if chosen[axis] == i else plain)
                painter.setPen(self.theme.color("ink" if chosen[axis] == i else "ink_2"))
                align = (
                    Qt.AlignmentFlag.AlignCenter
                    if axis
                    else Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                )
                room = QFontMetricsF(painter.font())
                text = room.elidedText(name, Qt.TextElideMode.ElideRight, place.width())
                painter.drawText(place, align, text)
        painter.setFont(plain)
        painter.setPen(self.theme.color("ink_3"))
        painter.drawText(QRectF(area.left(), 0, area.width(), line), Qt.AlignmentFlag.AlignCenter, "The network said")
        painter.save()
        painter.translate(line / 2 + 2, area.center().y())
        painter.rotate(-90)
        painter.drawText(
            QRectF(-area.height() / 2, -line / 2, area.height(), line), Qt.AlignmentFlag.AlignCenter, "True class"
        )
        painter.restore()
