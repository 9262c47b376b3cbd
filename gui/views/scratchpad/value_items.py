"""The boxes and edge labels of the scratchpad's graph: op, value and gradient in every node. They know no program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.domain.backprop.decimals import decimal_text
from gui.domain.scratchpad.op_graph import sides_text
from gui.views.backprop.graph_items import CHOSEN_PX, CURRENT_PX, EDGE_PX, PADDING, UNREADABLE, OpItem
from gui.views.backprop.graph_text import LATER, GraphFonts
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

Array = NDArray[Any]
ROWS, COLUMNS = 4, 4
WORDS = ("val", "grad")
NARROWEST = 78.0
WORD_GAP, NAME_GAP, CELL_GAP = 8.0, 12.0, 7.0
NOT_ASKED = "not asked"
TINTS = {
    "op": ("raised", "line_strong", "ink"),
    "constant": ("panel", "line_strong", "ink"),
    "parameter": ("parameter_tint", "parameter", "parameter_text"),
    "target": ("trouble_tint", "trouble", "trouble_text"),
    "wrong": ("trouble_tint", "trouble", "trouble_text"),
}


def cell_text(value: float, is_single: bool) -> str:
    """A single number with four decimals, an entry of an array with three significant digits."""
    if is_single or not np.isfinite(value):
        return decimal_text(float(value))
    if value == 0:
        return "0"
    if 0.01 <= abs(value) < 1000:
        return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")
    return decimal_text(float(value), 3)


def cells_of(array: Array | None) -> tuple[tuple[str, ...], ...]:
    """What is written of an array: at most four rows and columns of it, "…" where there are more."""
    if array is None:
        return ()
    table = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    lines = []
    for row in table[: ROWS if len(table) <= ROWS else ROWS - 1]:
        kept = row[: COLUMNS if len(row) <= COLUMNS else COLUMNS - 1]
        lines.append(tuple(cell_text(float(each), array.ndim == 0) for each in kept) + ("…",) * (len(row) > COLUMNS))
    if len(table) > ROWS:
        lines.append(("…",) * len(lines[0]))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The text of a box: rows of cells for its value and for its gradient, or one word instead."""

    value: tuple[tuple[str, ...], ...] = ()
    gradient: tuple[tuple[str, ...], ...] = ()
    word: str = ""


class ValueItem(OpItem):
    """A tensor from outside or an op: what it is, its name, its value, its gradient."""

    def __init__(
        self, title: str, name: str, kind: str, tensor: tuple[Array, Array | None], theme: Theme, fonts: GraphFonts
    ) -> None:
        value, gradient = tensor
        self.name, self.kind, self._shape = name, kind, value.shape
        self._numbers, self._reserved = Numbers(), Numbers(cells_of(value), cells_of(gradient))
        self._is_wrong = False
        self._widest: tuple[tuple[float, ...], ...] = ((), ())
        super().__init__(title, sides_text(value.shape) if value.ndim else "", theme, fonts, False)

    @property
    def numbers(self) -> Numbers:
        return self._numbers

    @property
    def is_wrong(self) -> bool:
        """Whether it is tinted as the op whose backward pass is wrong."""
        return self._is_wrong

    def reserve(self, numbers: Numbers) -> bool:
        """Have room for these, whether they are shown yet or not; returns True if the box has another size now."""
        if numbers == self._reserved:
            return False
        self._reserved = numbers
        before = self._size
        self.measure()
        return self._size != before

    def set_numbers(self, numbers: Numbers) -> None:
        """Write these, or a part of what there is room for."""
        if numbers != self._numbers:
            self._numbers = numbers
            self.update()

    def set_wrong(self, wrong: bool) -> None:
        if wrong != self._is_wrong:
            self._is_wrong = wrong
            self.update()

    # -- size ---------------------------------------------------------------------------------------------------------

    def _columns(self, rows: tuple[tuple[str, ...], ...]) -> tuple[float, ...]:
        return tuple(
            max(self._fonts.width(Role.TABLE_HEAD, text) for text in column) for column in zip(*rows, strict=True)
        )

    def _measured(self) -> tuple[float, float]:
        fonts, unit = self._fonts, self._fonts.unit
        value, gradient = self._columns(self._reserved.value), self._columns(self._reserved.gradient)
        self._widest = (value, gradient)
        cells = max(sum(each) + CELL_GAP * unit * max(len(each) - 1, 0) for each in (value, gradient))
        cells = max(cells, fonts.width(Role.TABLE_HEAD, "−0.0000"), fonts.width(Role.CAPTION, NOT_ASKED))
        words = max(fonts.width(Role.CAPTION, word) for word in WORDS) + WORD_GAP * unit
        title = fonts.width(Role.TABLE_HEAD, self.title)
        title += sum(fonts.width(Role.CAPTION, text) + NAME_GAP * unit for text in (self._detail, self.name) if text)
        wide = max(title, words + cells, NARROWEST * unit - 2 * PADDING * unit)
        rows = max(len(self._reserved.value), 1) + max(len(self._reserved.gradient), 1)
        return wide + 2 * PADDING * unit, fonts.height(Role.TITLE) + rows * fonts.height(
            Role.CAPTION
        ) + 1.5 * PADDING * unit

    # -- painting -----------------------------------------------------------------------------------------------------

    @property
    def _tint(self) -> tuple[str, str, str]:
        return TINTS["wrong" if self._is_wrong else self.kind]

    def _frame(self) -> tuple[str, str, float]:
        theme, (fill, edge, _) = self._theme, self._tint
        if self._look.is_current and self._shows_progress:
            return theme.selection, theme.accent_edge, CURRENT_PX
        if self.isSelected():
            return getattr(theme, fill), theme.accent_edge, CHOSEN_PX
        return getattr(theme, fill), getattr(theme, edge), CURRENT_PX if self._is_wrong else EDGE_PX

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.paint_frame(painter, *self._frame(), metrics.CARD_RADIUS_PX)
        if self.is_found:
            self._paint_outline(painter, "ink", Qt.PenStyle.DashLine)
        elif self.hasFocus() and widget is not None:
            self._paint_outline(painter, "accent_line", Qt.PenStyle.SolidLine)
        if QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) < UNREADABLE:
            return
        theme, fonts, pad = self._theme, self._fonts, PADDING * self._fonts.unit
        top = 0.7 * pad
        ink = getattr(theme, self._tint[2]) if self._look.is_reached else theme.ink_3
        end = self.write(painter, Role.TABLE_HEAD, ink, pad, top, self.title)
        if self._detail:
            self.write(painter, Role.CAPTION, theme.ink_2, end + NAME_GAP * fonts.unit / 2, top, self._detail)
        if self.name:
            x = self._size[0] - pad - fonts.width(Role.TABLE_HEAD, self.name)
            self.write(painter, Role.TABLE_HEAD, ink, x, top, self.name)
        top += fonts.height(Role.TITLE)
        numbers = self._numbers
        top = self._paint_rows(painter, top, 0, numbers.value, theme.ink, LATER)
        self._paint_rows(painter, top, 1, numbers.gradient, theme.gradient_text, numbers.word)

    def _paint_rows(
        self, painter: QPainter, top: float, place: int, rows: tuple[tuple[str, ...], ...], color: str, word: str
    ) -> float:
        """Value or gradient, right-aligned in columns; a word in grey where there are no numbers."""
        theme, fonts, pad = self._theme, self._fonts, PADDING * self._fonts.unit
        right = self._size[0] - pad
        tone = theme.gradient_text if place else theme.ink_2
        if not rows:
            if word != NOT_ASKED:
                self.write(painter, Role.CAPTION, theme.ink_3, pad, top, WORDS[place])
            self.write(painter, Role.CAPTION, theme.ink_3, right - fonts.width(Role.CAPTION, word), top, word)
            return top + fonts.height(Role.CAPTION)
        self.write(painter, Role.CAPTION, tone, pad, top, WORDS[place])
        widths = self._widest[place]
        for row in rows:
            x = right
            for text, width in zip(reversed(row), reversed(widths), strict=True):
                self.write(painter, Role.TABLE_HEAD, color, x - fonts.width(Role.TABLE_HEAD, text), top, text)
                x -= width + CELL_GAP * fonts.unit
            top += fonts.height(Role.CAPTION)
        return top

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.on_chosen()
        else:
            event.ignore()


class SlopeItem(QGraphicsItem):
    """The label of an edge: the op's own slope, and below it the sum that undoes a stretching."""

    def __init__(self, local: str, undone: str, theme: Theme, fonts: GraphFonts) -> None:
        super().__init__()
        self.local, self.undone = local, undone
        self._theme, self._fonts = theme, fonts
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setToolTip(f"Local gradient: {local}." + (f" Broadcasting undone, {undone}." if undone else ""))
        self._size = self._measured()

    @property
    def size(self) -> tuple[float, float]:
        return self._size

    @property
    def line_height(self) -> float:
        return self._fonts.height(Role.CAPTION)

    def _lines(self) -> tuple[tuple[str, str], ...]:
        shapes, _, words = self.undone.partition(": ")
        lines = ((self.local, "ink_2"), (shapes, "gradient_text"), (words, "gradient_text"))
        return tuple(line for line in lines if line[0])

    def _measured(self) -> tuple[float, float]:
        widest = max((self._fonts.width(Role.CAPTION, text) for text, _ in self._lines()), default=0.0)
        return widest + 6, self._fonts.height(Role.CAPTION) * len(self._lines())

    def set_texts(self, local: str, undone: str) -> None:
        if (local, undone) != (self.local, self.undone):
            self.prepareGeometryChange()
            self.local, self.undone = local, undone
            self._size = self._measured()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        """Round its own middle, which stands on the edge."""
        width, height = self._size
        return QRectF(-width / 2, -self._fonts.height(Role.CAPTION) / 2, width, height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        lines = self._lines()
        if not lines or QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) < UNREADABLE:
            return
        fonts, rect = self._fonts, self.boundingRect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.panel))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setFont(fonts.font(Role.CAPTION))
        top = rect.top()
        for text, token in lines:
            painter.setPen(QPen(self._theme.color(token)))
            painter.drawText(QPointF(-fonts.width(Role.CAPTION, text) / 2, top + fonts.ascent(Role.CAPTION)), text)
            top += fonts.height(Role.CAPTION)
