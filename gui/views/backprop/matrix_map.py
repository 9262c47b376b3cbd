"""One array of an equation as a table of coloured cells, with the row, the column and the cell that are looked at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.domain.backprop.decimals import decimal_text
from gui.domain.backprop.equation import Grid, Mark
from gui.views.looks.metrics import GRID_PX, HALF_PX, LINE_PX, MAP_FRAME_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.pixel_image import image_of
from gui.views.widgets.themed import ThemedWidget

LARGEST_CELL = 2.2
"""In lines of text; a table of few numbers does not fill the page."""
FEW_COLUMNS, LARGEST_NUMBER = 6, 6.5
"""Cells of so few columns may be wide enough for their numbers."""
GRID_FROM_PX = 6.0
"""Cells of at least this size are parted by lines."""
LEAST_LINES = (6.0, 5.0)
MARK_PX, HALO_PX = 2.0, 4.0
BAR_LINES = 5.0
KEYS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class MatrixMap(ThemedWidget):
    """Draws a ``Grid``. Of one that can be chosen from, a click or the arrow keys choose a cell."""

    cell_chosen = Signal(int, int)  # row and column of the whole table
    cell_pointed_at = Signal(object)  # (row, column) under the mouse, None when it has left

    def __init__(self, themes: ThemeProvider, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._grid: Grid | None = None
        self._image: QImage | None = None
        self._pointed: Mark | None = None
        self._can_choose = False
        self._decimals = 4
        self._row_label_width = 0.0
        self.setObjectName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("Point at a cell to read its number")
        self.setWhatsThis(
            "Every cell is one number of the array, drawn as a colour: the bar beneath says which. Framed are the row, "
            "the column or the cell that belong to the one element that is worked out at the right."
        )

    def set_grid(self, grid: Grid, can_choose: bool, decimals: int) -> None:
        """Show an array; ``can_choose`` where its cells are the elements to work out."""
        self._grid, self._can_choose, self._decimals = grid, can_choose, decimals
        self._pointed = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_choose else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if can_choose else Qt.CursorShape.ArrowCursor)
        shape = " × ".join(map(str, grid.shape)) or "one number"
        self.setAccessibleName(f"{grid.title} {grid.symbol}, {shape}")
        self.setAccessibleDescription(f"Norm {decimal_text(grid.norm)}. {grid.note}")
        self._make_image()
        self.updateGeometry()
        self.update()

    def set_pointed(self, mark: Mark | None) -> None:
        """Light a row, a column or a cell up, because its part in the result is pointed at."""
        if mark != self._pointed:
            self._pointed = mark
            self.update()

    @property
    def grid(self) -> Grid | None:
        return self._grid

    def sizeHint(self) -> QSize:
        return QSize(scaled(self.font(), 14), scaled(self.font(), 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(*(scaled(self.font(), lines) for lines in LEAST_LINES))

    # -- geometry -----------------------------------------------------------------------------------------------------

    def cells_rect(self) -> QRectF:
        """Where the cells stand: as large as there is room for, within a largest size of one cell."""
        grid = self._grid
        if grid is None:
            return QRectF()
        caption = QFontMetricsF(self.role_font(Role.CAPTION))
        left = self._label_width(grid, caption)
        top = caption.height() + HALF_PX if grid.column_word else HALF_PX
        bottom = caption.height() + 2 * HALF_PX
        room = QRectF(left, top, max(1.0, self.width() - left - 4), max(1.0, self.height() - top - bottom))
        rows, columns = grid.values.shape
        largest = LARGEST_CELL * QFontMetricsF(self.font()).height()
        widest = (LARGEST_NUMBER if columns <= FEW_COLUMNS else LARGEST_CELL) * QFontMetricsF(self.font()).height()
        return QRectF(left, top, min(room.width(), columns * widest), min(room.height(), rows * largest))

    def _label_width(self, grid: Grid, caption: QFontMetricsF) -> float:
        if not grid.row_word:
            return 3.0
        names = (grid.name_of(0, int(row)) for row in (grid.rows[0], grid.rows[-1], grid.rows[len(grid.rows) // 2]))
        return max(caption.horizontalAdvance(name[:6]) for name in names) + GRID_PX

    def _cell_at(self, place: QPointF) -> tuple[int, int] | None:
        """Row and column of the whole table at a place of the widget."""
        grid, area = self._grid, self.cells_rect()
        if grid is None or not area.contains(place):
            return None
        rows, columns = grid.values.shape
        row = min(int((place.y() - area.top()) / area.height() * rows), rows - 1)
        column = min(int((place.x() - area.left()) / area.width() * columns), columns - 1)
        return int(grid.rows[row]), int(grid.columns[column])

    # -- events -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if self._can_choose and cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cell_chosen.emit(*cell)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.cell_pointed_at.emit(self._cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.cell_pointed_at.emit(None)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.pos(), event.globalPos())
            return True
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self._can_choose and event.key() in KEYS:
            event.accept()  # the page's own arrows step through the ops
            return True
        return super().event(event)

    def _show_tip(self, place: QPoint, where: QPoint) -> None:
        cell, grid = self._cell_at(QPointF(place)), self._grid
        if cell is None or grid is None:
            QToolTip.hideText()
            return
        QToolTip.showText(where, self.text_of(cell), self)

    def text_of(self, cell: tuple[int, int]) -> str:
        """ "sample 3, class 4: −0.0362" for a cell that is drawn."""
        grid = self._grid
        if grid is None:
            return ""
        row, column = int(np.searchsorted(grid.rows, cell[0])), int(np.searchsorted(grid.columns, cell[1]))
        value = decimal_text(float(grid.values[row, column]), max(self._decimals, 6))
        words = [
            f"{word} {grid.name_of(axis, index)}"
            for axis, (word, index) in enumerate(zip((grid.row_word, grid.column_word), cell, strict=True))
            if word
        ]
        return f"{', '.join(words)}: {value}" if words else value

    def keyPressEvent(self, event: QKeyEvent) -> None:
        grid, step = self._grid, KEYS.get(Qt.Key(event.key()))
        if grid is None or step is None or grid.mark is None or not self._can_choose:
            super().keyPressEvent(event)
            return
        row, column = (
            int(kept[min(max(int(np.searchsorted(kept, at or 0)) + by, 0), len(kept) - 1)])
            for kept, at, by in zip((grid.rows, grid.columns), grid.mark, step, strict=True)
        )
        self.cell_chosen.emit(row, column)

    # -- painting -----------------------------------------------------------------------------------------------------

    def _make_image(self) -> None:
        grid = self._grid
        self._image = None if grid is None else image_of(self.theme.signed_colors(grid.kind, grid.values, grid.limit))

    def _on_theme_changed(self, theme: object) -> None:
        self._make_image()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        grid, image = self._grid, self._image
        if grid is None or image is None:
            return
        painter = QPainter(self)
        area = self.cells_rect()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, image)
        self._paint_lines(painter, area, grid)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.map_color(grid.kind)), MAP_FRAME_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        self._paint_numbers(painter, area, grid)
        self._paint_labels(painter, area, grid)
        self._paint_mark(painter, area, grid, self._pointed or grid.mark)
        self._paint_bar(painter, area, grid)

    def _paint_lines(self, painter: QPainter, area: QRectF, grid: Grid) -> None:
        rows, columns = grid.values.shape
        painter.setPen(QPen(self.theme.color("panel"), LINE_PX))
        height, width = area.height() / rows, area.width() / columns
        if width >= GRID_FROM_PX:
            for i in range(1, columns):
                painter.drawLine(
                    QPointF(area.left() + i * width, area.top()), QPointF(area.left() + i * width, area.bottom())
                )
        if height >= GRID_FROM_PX:
            for i in range(1, rows):
                painter.drawLine(
                    QPointF(area.left(), area.top() + i * height), QPointF(area.right(), area.top() + i * height)
                )

    def _paint_numbers(self, painter: QPainter, area: QRectF, grid: Grid) -> None:
        """Where cells are wide enough, the number itself."""
        rows, columns = grid.values.shape
        height, width = area.height() / rows, area.width() / columns
        font = self.role_font(Role.CAPTION)
        widest = QFontMetricsF(font).horizontalAdvance(f"−0.{'0' * self._decimals}")
        if width < widest or height < QFontMetricsF(font).height():
            return
        painter.setFont(font)
        limit = grid.limit
        for i in range(rows):
            for j in range(columns):
                value = float(grid.values[i, j])
                strong = limit > 0 and abs(value) > 0.55 * limit
                painter.setPen(self.theme.color("panel" if strong else "ink"))
                cell = QRectF(area.left() + j * width, area.top() + i * height, width, height)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, decimal_text(value, self._decimals))

    def _paint_labels(self, painter: QPainter, area: QRectF, grid: Grid) -> None:
        mark = self._pointed or grid.mark or (None, None)
        rows, columns = grid.values.shape
        height, width = area.height() / rows, area.width() / columns
        line = QFontMetricsF(self.role_font(Role.CAPTION)).height()
        if grid.column_word:
            names = [grid.name_of(1, int(column)) for column in grid.columns]
            wide = (
                max(QFontMetricsF(self.role_font(Role.TABLE_HEAD)).horizontalAdvance(name) for name in names) + HALF_PX
            )
            places = [(area.left() + (j + 0.5) * width, name, int(grid.columns[j])) for j, name in enumerate(names)]
            for x, name, index in _spread(places, width, wide, mark[1]):
                box = QRectF(x - wide / 2 - 2, area.top() - line - 2, wide + 4, line)
                self._label(painter, box, name, index == mark[1], Qt.AlignmentFlag.AlignCenter)
        if grid.row_word:
            places = [
                (area.top() + (i + 0.5) * height, grid.name_of(0, int(row)), int(row))
                for i, row in enumerate(grid.rows)
            ]
            for y, name, index in _spread(places, height, line, mark[0]):
                box = QRectF(0, y - line / 2, area.left() - HALF_PX, line)
                self._label(painter, box, name[:6], index == mark[0], Qt.AlignmentFlag.AlignRight)

    def _label(self, painter: QPainter, box: QRectF, text: str, is_marked: bool, align: Qt.AlignmentFlag) -> None:
        painter.setFont(self.role_font(Role.TABLE_HEAD if is_marked else Role.CAPTION))
        painter.setPen(self.theme.color("ink" if is_marked else "ink_3"))
        painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_mark(self, painter: QPainter, area: QRectF, grid: Grid, mark: Mark | None) -> None:
        if mark is None:
            return
        box = QRectF(area)
        rows, columns = grid.values.shape
        if mark[0] is not None:
            at, height = int(np.searchsorted(grid.rows, mark[0])), area.height() / rows
            box.setTop(area.top() + at * height)
            box.setHeight(height)
        if mark[1] is not None:
            at, width = int(np.searchsorted(grid.columns, mark[1])), area.width() / columns
            box.setLeft(area.left() + at * width)
            box.setWidth(width)
        box.adjust(-0.5, -0.5, 0.5, 0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, thickness in (("panel", HALO_PX), ("ink", MARK_PX)):
            painter.setPen(QPen(self.theme.color(color), thickness, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
            painter.drawRect(box)

    def _paint_bar(self, painter: QPainter, area: QRectF, grid: Grid) -> None:
        """The ends of the colours in numbers, with the colours between them."""
        font = self.role_font(Role.CAPTION)
        letters = QFontMetricsF(font)
        limit = decimal_text(grid.limit, 2 if grid.limit >= 0.1 else 4)
        low = f"−{limit}" if grid.limit else "0"
        y = area.bottom() + 2 * HALF_PX
        painter.setFont(font)
        painter.setPen(self.theme.color("ink_2"))
        flag = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(area.left(), y - 2, self.width(), letters.height()), flag, low)
        x = area.left() + letters.horizontalAdvance(low) + HALF_PX
        width = BAR_LINES * letters.height()
        ramp = self.theme.signed_colors(grid.kind, np.linspace(-1, 1, 64)[None, :], 1.0)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(x, y + letters.height() / 2 - HALF_PX - 1, width, GRID_PX), image_of(ramp))
        painter.drawText(QRectF(x + width + HALF_PX, y - 2, self.width(), letters.height()), flag, limit)


def _spread(
    places: list[tuple[float, str, int]], step: float, needed: float, marked: int | None
) -> list[tuple[float, str, int]]:
    """The labels there is room for, the marked one always."""
    every = max(1, int(np.ceil(needed / max(step, 1e-6))))
    if every == 1:
        return places
    kept = [place for i, place in enumerate(places) if i % every == 0]
    chosen = [place for place in places if place[2] == marked]
    return [place for place in kept if all(abs(place[0] - one[0]) >= needed for one in chosen)] + chosen
