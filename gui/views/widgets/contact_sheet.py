"""Very many small images side by side, each with its class beneath: only those in sight are painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider

TILE_SCALE = 3.4
WIDEST_SHARE = 1.35  # a cell is at most so much wider than its image, to make room for the class's name
STEPS_PER_ROW = 3
EMPTY_TEXT = "No image of this class in this part."


class ContactSheet(QAbstractScrollArea):
    """``pointed`` carries the sample under the mouse, or else the current one, which arrow keys move; None for none.

    Samples are named by their number in the arrays given to ``show_images``.
    """

    pointed = Signal(object)
    opened = Signal(int)  # double-clicked, or Enter pressed on it

    label_lines = 1
    tile_scale = TILE_SCALE

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._inputs: NDArray[np.float32] = np.empty((0, 1), np.float32)
        self._targets: NDArray[Any] = np.empty(0, np.int64)
        self._numbers: NDArray[np.int64] = np.empty(0, np.int64)
        self._names: tuple[str, ...] = ()
        self._shape = (1, 1)
        self._current = 0
        self._hovered: int | None = None
        self._tile = QSize(1, 1)
        self._label_width = self._label_height = 1
        self.setObjectName("contact_sheet")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Contact sheet")
        self.setWhatsThis(
            "The images of the chosen part and class. The one under the mouse is shown enlarged; the arrow keys, Page "
            "Up, Page Down, Home and End go through them."
        )
        themes.theme_changed.connect(self._on_theme_changed)

    def show_images(
        self,
        inputs: NDArray[np.float32],
        targets: NDArray[Any],
        numbers: NDArray[np.int64],
        shape: tuple[int, int],
        names: Sequence[str],
    ) -> None:
        """Show the images ``inputs[numbers]``, each ``shape`` large in 0..1, in this order, from the first one on."""
        self._inputs, self._targets, self._numbers = inputs, targets, numbers
        self._shape, self._names = shape, tuple(names)
        self._current, self._hovered = 0, None
        self._measure()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()
        self._tell()

    @property
    def sample(self) -> int | None:
        """The number of the sample under the mouse, or of the current one; None if there are no images."""
        place = self._current if self._hovered is None else self._hovered
        return int(self._numbers[place]) if place < len(self._numbers) else None

    @property
    def columns(self) -> int:
        return max(1, self.viewport().width() // self._least_width)

    def place_at(self, position: QPoint) -> int | None:
        """Which tile lies at a point of the viewport, counted from 0; None where there is none."""
        cell = self._cell
        column, row = position.x() // cell.width(), (position.y() + self.verticalScrollBar().value()) // cell.height()
        place = row * self.columns + column
        return place if 0 <= column < self.columns and 0 <= place < len(self._numbers) else None

    def tile_rect(self, place: int) -> QRect:
        """Where a tile lies in the viewport; it may be out of sight."""
        row, column = divmod(place, self.columns)
        top = row * self._cell.height() - self.verticalScrollBar().value()
        return QRect(QPoint(column * self._cell.width(), top), self._cell)

    # -- mouse and keys -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._numbers) - 1
        page = max(1, self.viewport().height() // self._cell.height()) * self.columns
        places = {
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Down: self._current + self.columns,
            Qt.Key.Key_Up: self._current - self.columns,
            Qt.Key.Key_PageDown: self._current + page,
            Qt.Key.Key_PageUp: self._current - page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and last >= 0:
            self.opened.emit(int(self._numbers[self._current]))
            return
        place = places.get(Qt.Key(event.key()))
        if place is None or last < 0:
            event.ignore()
            return
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not 0 <= place <= last:
            place = self._current  # up and down stay in their column
        self._go_to(min(max(place, 0), last))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is not None:
            self._go_to(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place is not None:
            self.opened.emit(int(self._numbers[place]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.place_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        elif event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            text = "" if place is None else self.text_of(int(self._numbers[place]))
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def text_of(self, number: int) -> str:
        """A sample in words."""
        return f"Image {number + 1:,}, class {self._names[self._targets[number]]}"

    def _go_to(self, place: int) -> None:
        self._current, self._hovered = place, None
        bar, tile = self.verticalScrollBar(), self.tile_rect(place)
        if tile.top() < 0:
            bar.setValue(bar.value() + tile.top())
        elif tile.bottom() > self.viewport().height():
            bar.setValue(bar.value() + tile.bottom() - self.viewport().height() + 1)
        self.viewport().update()
        self._tell()

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.viewport().update()
            self._tell()

    def _tell(self) -> None:
        sample = self.sample
        self.setAccessibleDescription(EMPTY_TEXT if sample is None else self.text_of(sample))
        self.pointed.emit(sample)

    # -- sizes --------------------------------------------------------------------------------------------------------

    @property
    def _least_width(self) -> int:
        return self._label_width + metrics.GRID_PX

    @property
    def _cell(self) -> QSize:
        """A tile with its name and the space round it; the cells of a row share its whole width."""
        width = max(self._least_width, self.viewport().width() // self.columns)
        return QSize(width, self._tile.height() + self._label_height + metrics.GRID_PX)

    def _measure(self) -> None:
        """A tile is a whole number of times as large as its image, so that every pixel is equally large."""
        rows, columns = self._shape
        factor = max(1, round(metrics.scaled(self.font(), self.tile_scale) / max(rows, columns)))
        room = QFontMetrics(self._label_font())
        self._tile = QSize(factor * columns, factor * rows)
        widest = max((room.horizontalAdvance(name) for name in self._names), default=0)
        self._label_width = max(self._tile.width(), min(widest + 2, round(WIDEST_SHARE * self._tile.width())))
        self._label_height = self.label_lines * room.height()
        self._measure_scroll()

    def _measure_scroll(self) -> None:
        rows = -(-len(self._numbers) // self.columns)
        bar, height = self.verticalScrollBar(), self._cell.height()
        bar.setRange(0, max(0, rows * height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, height // STEPS_PER_ROW))

    def _label_font(self) -> Any:
        return metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What stood at the top stays in sight when the number of columns changes."""
        first = self.verticalScrollBar().value() // self._cell.height()
        before = max(1, event.oldSize().width() // self._least_width)
        super().resizeEvent(event)
        self._measure_scroll()
        if before != self.columns and first:
            self.verticalScrollBar().setValue(first * before // self.columns * self._cell.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._measure()
            self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # -- painting -----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_theme_changed(self, _theme: Theme) -> None:
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._themes.theme
        painter.fillRect(self.viewport().rect(), theme.color("panel"))
        painter.setFont(self._label_font())
        if not len(self._numbers):
            painter.setPen(theme.color("ink_3"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, EMPTY_TEXT)
            return
        cell, columns = self._cell, self.columns
        top = self.verticalScrollBar().value()
        room = QFontMetrics(painter.font())
        labels = [room.elidedText(name, Qt.TextElideMode.ElideMiddle, self._label_width) for name in self._names]
        table = _color_table(theme)
        for row in range(top // cell.height(), -(-(top + self.viewport().height()) // cell.height())):
            place = QRect(QPoint(0, row * cell.height() - top), cell)
            self._paint_row(painter, place, row * columns, columns, labels, table)

    def _paint_row(
        self, painter: QPainter, cell: QRect, first: int, columns: int, labels: list[str], table: list[int]
    ) -> None:
        """The images of a row lie one below the other in one picture, of which every tile shows its piece."""
        numbers = self._numbers[first : first + columns]
        height, width = self._shape
        pixels = np.rint(255 * np.clip(np.nan_to_num(self._inputs[numbers]), 0, 1)).astype(np.uint8)
        picture = QImage(pixels.data, width, height * len(numbers), width, QImage.Format.Format_Indexed8)
        picture.setColorTable(table)
        plain, strong = self._themes.theme.color("ink_2"), self._themes.theme.color("ink")
        tile = QRect(QPoint(0, cell.top() + metrics.HALF_PX), self._tile)
        below = QRect(0, tile.bottom() + 1, cell.width(), self._label_height)
        side = (cell.width() - tile.width()) // 2
        painter.setPen(plain)
        for i, label in enumerate(self._targets[numbers].tolist()):
            left = i * cell.width()
            is_marked = first + i in (self._current, self._hovered)
            if is_marked:
                self._paint_mark(painter, QRectF(cell.translated(left, 0)), first + i == self._current)
                painter.setPen(strong)
            painter.drawImage(tile.translated(left + side, 0), picture, QRect(0, i * height, width, height))
            self._paint_label(painter, below.translated(left, 0), int(numbers[i]), labels[label])
            if is_marked:
                painter.setPen(plain)

    def _paint_label(self, painter: QPainter, place: QRect, number: int, name: str) -> None:
        """What stands beneath the image ``number``, whose class is called ``name``."""
        painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name)

    def _paint_mark(self, painter: QPainter, cell: QRectF, is_current: bool) -> None:
        theme = self._themes.theme
        edge = theme.color("selection_edge" if is_current else "line_strong")
        painter.setPen(QPen(edge, metrics.LINE_PX))
        painter.setBrush(theme.color("selection" if is_current else "hover"))
        radius = metrics.CONTROL_RADIUS_PX
        painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _color_table(theme: Theme) -> list[int]:
    """The grey levels from paper to ink, for an indexed image."""
    paper, ink = theme.color("digit_paper"), theme.color("digit_ink")
    ends = np.array([[color.red(), color.green(), color.blue()] for color in (paper, ink)], dtype=np.float64)
    levels = np.rint(np.linspace(ends[0], ends[1], 256)).astype(int)
    return [QColor(red, green, blue).rgb() for red, green, blue in levels]
