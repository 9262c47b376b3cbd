"""The ops of the drawn graph, and what all its boxes share. They have setters and paint; they know no trace."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from gui.domain.backprop.graph_tiles import Tiles
from gui.views.backprop.graph_text import LATER, GraphFonts, gradient_width, number_text
from gui.views.backprop.op_picture import OpPicture
from gui.views.looks import metrics
from gui.views.looks.icons import paint_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

__all__ = ["BoxItem", "OpItem", "gradient_width", "number_text"]

PADDING = 9.0
EDGE_PX, CHOSEN_PX, CURRENT_PX = 1.2, 2.4, 3.0
RING_REACH = metrics.FOCUS_GAP_PX + metrics.FOCUS_RING_PX + CURRENT_PX / 2
NARROWEST_OP, WIDEST_OP = 104.0, 190.0
PICTURE_HEIGHT, PICTURE_GAP = 36.0, 6.0
TICK = 14.0
WAY_IN = 60.0
UNREADABLE = 0.3  # below this zoom a box is drawn without its text


class BoxItem(QGraphicsItem):
    """What all boxes share: a size that they measure, a theme, and the focus ring."""

    def __init__(self, theme: Theme, fonts: GraphFonts) -> None:
        super().__init__()
        self.key: object = None
        self._theme, self._fonts = theme, fonts
        self._size = (0.0, 0.0)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def size(self) -> tuple[float, float]:
        return self._size

    def rect(self) -> QRectF:
        """The box itself, in scene coordinates."""
        return QRectF(self.pos(), self.pos() + QPointF(*self._size))

    def middle(self) -> float:
        """How far below its top the edges leave and arrive."""
        return self._size[1] / 2

    def boundingRect(self) -> QRectF:
        reach = RING_REACH + 1
        return QRectF(-reach, -reach, self._size[0] + 2 * reach, self._size[1] + 2 * reach)

    def measure(self) -> None:
        width, height = self._measured()
        size = (math.ceil(width), math.ceil(height))
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size

    def _measured(self) -> tuple[float, float]:
        raise NotImplementedError

    def paint_frame(self, painter: QPainter, fill: str, edge: str, width: float, radius: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(0, 0, *self._size), radius, radius)

    def write(self, painter: QPainter, role: Role, color: str, x: float, top: float, text: str) -> float:
        """Write one line and return where it ends."""
        painter.setFont(self._fonts.font(role))
        painter.setPen(QColor(color))
        painter.drawText(QPointF(x, top + self._fonts.ascent(role)), text)
        return x + self._fonts.width(role, text)

    def write_centred(self, painter: QPainter, role: Role, color: str, top: float, text: str) -> None:
        x = (self._size[0] - self._fonts.width(role, text)) / 2
        self.write(painter, role, color, x, top, text)


@dataclass(frozen=True, slots=True)
class OpLook:
    """How far an op has come: not yet run, current, and whether it has sent its gradients back."""

    is_reached: bool = True
    is_current: bool = False
    is_done: bool = True


class OpItem(BoxItem):
    """An op: bold title, a line of detail, a small picture of its output, and a tick once its backward is done."""

    def __init__(self, title: str, detail: str, theme: Theme, fonts: GraphFonts, has_picture: bool) -> None:
        super().__init__(theme, fonts)
        self.title, self._detail, self._has_picture = title, detail, has_picture
        self._look = OpLook()
        self._is_found = False
        self._shows_progress = False
        self._values: Tiles | None = None
        self._picture: OpPicture | None = None
        self._note = ""
        self.on_chosen: Callable[[], object] = _nothing
        self.on_fold: Callable[[], object] = _nothing
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsFocusable)
        self._lines = (title, detail)
        self._ways_in = 1
        self.measure()

    @property
    def look(self) -> OpLook:
        return self._look

    @property
    def is_found(self) -> bool:
        """Whether it is outlined as what was searched for."""
        return self._is_found

    @property
    def tiles(self) -> Tiles | None:
        """What is drawn of the output."""
        return self._values

    def set_look(self, look: OpLook, shows_progress: bool) -> None:
        """``shows_progress`` is off while everything is shown as recorded: then there are no ticks."""
        if (look, shows_progress) != (self._look, self._shows_progress):
            self._look, self._shows_progress = look, shows_progress
            self.setZValue(1 if look.is_current else 0)
            self.update()

    def set_output(self, values: Tiles | None, note: str = "") -> None:
        """Draw these values; or write a short note in their place."""
        if values is self._values and note == self._note:
            return
        self._values, self._note = values, note
        self._picture = None
        self.update()

    def set_found(self, found: bool) -> None:
        """Outline it as what was searched for."""
        if found != self._is_found:
            self._is_found = found
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._picture = None
        super().set_theme(theme)

    def make_room_for(self, ways_in: int) -> None:
        """Be tall enough for so many edges to arrive one below the other, each with its texts."""
        self._ways_in = ways_in
        self.measure()

    def _measured(self) -> tuple[float, float]:
        fonts, unit = self._fonts, self._fonts.unit
        title, detail = fonts.width(Role.TITLE, self.title), fonts.width(Role.CAPTION, self._detail)
        tick = TICK * unit + 4
        wanted = max(title, detail + tick) + 2 * PADDING * unit
        width = min(max(wanted, NARROWEST_OP * unit), WIDEST_OP * unit)
        height = fonts.height(Role.TITLE) + fonts.height(Role.CAPTION) + 1.5 * PADDING * unit
        if self._has_picture:
            height += (PICTURE_HEIGHT + PICTURE_GAP) * unit
        room = width - 2 * PADDING * unit
        if self._ways_in > 1:
            height = max(height, self._ways_in * WAY_IN * unit)
        self._lines = (
            fonts.elided(Role.TITLE, self.title, room),
            fonts.elided(Role.CAPTION, self._detail, room - tick),
        )
        return width, height

    def _frame(self) -> tuple[str, str, float]:
        """Fill, edge and its width."""
        theme, look = self._theme, self._look
        if look.is_current and self._shows_progress:
            return theme.selection, theme.accent_edge, CURRENT_PX
        if self.isSelected():
            return (theme.raised if self._shows_progress else theme.selection), theme.accent_edge, CHOSEN_PX
        return theme.raised, theme.line_strong, EDGE_PX

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.paint_frame(painter, *self._frame(), metrics.CARD_RADIUS_PX)
        if self._is_found:
            self._paint_outline(painter, "ink", Qt.PenStyle.DashLine)
        elif self.hasFocus() and widget is not None:
            self._paint_outline(painter, "accent_line", Qt.PenStyle.SolidLine)
        if QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) < UNREADABLE:
            return
        theme, fonts, unit = self._theme, self._fonts, self._fonts.unit
        x, top = PADDING * unit, 0.7 * PADDING * unit
        ink, ink_2 = (theme.ink, theme.ink_2) if self._look.is_reached else (theme.ink_3, theme.ink_3)
        end = self.write(painter, Role.TITLE, ink, x, top, self._lines[0])
        self._paint_tick(painter, end, top)
        top += fonts.height(Role.TITLE)
        self.write(painter, Role.CAPTION, ink_2, x, top, self._lines[1])
        if self._has_picture:
            top += fonts.height(Role.CAPTION) + PICTURE_GAP * unit
            self._paint_output(painter, QRectF(x, top, self._size[0] - 2 * x, PICTURE_HEIGHT * unit))

    def _paint_outline(self, painter: QPainter, token: str, style: Qt.PenStyle) -> None:
        reach = metrics.FOCUS_GAP_PX + CURRENT_PX / 2 + metrics.FOCUS_RING_PX / 2
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.color(token), metrics.FOCUS_RING_PX, style))
        radius = metrics.CARD_RADIUS_PX + reach
        painter.drawRoundedRect(QRectF(0, 0, *self._size).adjusted(-reach, -reach, reach, reach), radius, radius)

    def _paint_tick(self, painter: QPainter, title_end: float, top: float) -> None:
        if not (self._shows_progress and self._look.is_done):
            return
        fonts, side = self._fonts, TICK * self._fonts.unit
        x = self._size[0] - side - PADDING * fonts.unit
        if title_end + 3 > x:
            top += fonts.height(Role.TITLE)
        row = fonts.height(Role.CAPTION)
        paint_icon(painter, QRectF(x, top + (row - side) / 2, side, side), "check", self._theme, "gradient")

    def _paint_output(self, painter: QPainter, area: QRectF) -> None:
        if not self._look.is_reached or self._values is None:
            text = self._note if self._look.is_reached else LATER
            self.write(painter, Role.CAPTION, self._theme.ink_3, area.left(), area.top() + area.height() / 4, text)
            return
        if self._picture is None:
            self._picture = OpPicture(self._values, self._theme)
        self._picture.paint(painter, area)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.on_chosen()
        elif event.key() == Qt.Key.Key_F and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.on_fold()
        else:
            event.ignore()

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.boundingRect().contains(event.pos()):
            self.on_chosen()


def _nothing() -> None:
    """What a box does that nobody listens to."""
