"""The parts of the drawn graph. They have setters and paint; they know no trace and decide nothing."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

PADDING = 9.0
ARROW_PX = 7.0
LONG_TITLE = 14
FORWARD_PX = 1.6


def split_title(title: str) -> list[str]:
    """A long class name on two lines, broken where a word begins: CategoricalCrossEntropy."""
    if len(title) <= LONG_TITLE or " " in title:
        return [title]
    words = re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", title)
    return [words[0], "".join(words[1:])] if len(words) > 1 else [title]


def gradient_width(norm: float | None) -> float:
    """The width in px of a gradient's arrow: it grows with the logarithm of the norm, between 1.8 and 6."""
    if norm is None or not math.isfinite(norm) or norm <= 0:
        return 1.8
    return min(6.0, max(1.8, 2.6 + 1.6 * math.log10(norm / 0.05)))


def number_text(value: float | None) -> str:
    """A norm with three decimals, or in e-notation where those would say nothing."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    if value != 0 and (abs(value) < 0.01 or abs(value) >= 1000):
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


class BoxItem(QGraphicsObject):
    """A rounded box with a title of one or two lines and a line of detail: an op, a parameter, the loss, the data."""

    def __init__(self, kind: str, title: str, theme: Theme, font: QFont) -> None:
        super().__init__()
        self.kind = kind
        self.key: object = None
        self._lines = split_title(title)
        self._detail = ""
        self._theme = theme
        self._title_font = metrics.role_font(font, Role.TITLE)
        self._detail_font = metrics.tabular(metrics.role_font(font, Role.CAPTION))
        self._size = (0.0, 0.0)
        self._reserved = ""
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, kind == "op")
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsFocusable, kind == "op")
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._measure()

    def set_detail(self, detail: str, reserve: str = "") -> None:
        """Change the second line; ``reserve`` is the widest text it may come to hold, so that boxes keep their size."""
        if detail == self._detail and reserve == self._reserved:
            return
        self._detail, self._reserved = detail, reserve
        self._measure()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    @property
    def size(self) -> tuple[float, float]:
        return self._size

    def _measure(self) -> None:
        title, detail = QFontMetricsF(self._title_font), QFontMetricsF(self._detail_font)
        width = max(title.horizontalAdvance(line) for line in self._lines)
        width = max(width, detail.horizontalAdvance(self._detail), detail.horizontalAdvance(self._reserved))
        height = title.height() * len(self._lines) + (detail.height() if self._detail else 0)
        size = (math.ceil(width + 2 * PADDING), math.ceil(height + 1.4 * PADDING))
        if size != self._size:
            self.prepareGeometryChange()
            self._size = size

    def boundingRect(self) -> QRectF:
        return QRectF(-3, -3, self._size[0] + 6, self._size[1] + 6)

    def rect(self) -> QRectF:
        """The box itself, in scene coordinates."""
        return QRectF(self.pos(), self.pos() + QPointF(*self._size))

    def _colors(self) -> tuple[str, str, str, str]:
        """Fill, edge, title and detail."""
        theme = self._theme
        if self.kind == "parameter":
            return theme.parameter_tint, theme.parameter, theme.parameter_text, theme.ink_2
        if self.kind == "loss":
            return theme.trouble_tint, theme.trouble, theme.trouble_text, theme.trouble_text
        if self.kind == "op" and self.isSelected():
            return theme.selection, theme.accent_edge, theme.ink, theme.ink_2
        return theme.raised, theme.line_strong, theme.ink, theme.ink_2

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        fill, edge, title_color, detail_color = self._colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self._size
        radius = height / 2 if self.kind == "loss" else metrics.CARD_RADIUS_PX
        current = self.kind == "op" and (self.isSelected() or self.hasFocus())
        painter.setPen(QPen(QColor(edge), 2.4 if current else 1.2))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(0, 0, width, height), radius, radius)
        y = 0.7 * PADDING
        painter.setFont(self._title_font)
        painter.setPen(QColor(title_color))
        line_height = QFontMetricsF(self._title_font).height()
        for line in self._lines:
            painter.drawText(QRectF(0, y, width, line_height), Qt.AlignmentFlag.AlignCenter, line)
            y += line_height
        if self._detail:
            painter.setFont(self._detail_font)
            painter.setPen(QColor(detail_color))
            painter.drawText(QRectF(0, y, width, height - y), Qt.AlignmentFlag.AlignHCenter, self._detail)


class ArrowItem(QGraphicsItem):
    """An arrow with two lines of text: forward values in neutral ink, gradients in blue."""

    def __init__(self, is_gradient: bool, theme: Theme, font: QFont) -> None:
        super().__init__()
        self.is_gradient = is_gradient
        self._theme = theme
        self._line = QLineF()
        self._name = self._value = ""
        self._width = FORWARD_PX
        self._asked = True
        self._name_font = metrics.tabular(metrics.role_font(font, Role.CAPTION))
        self._value_font = metrics.tabular(metrics.role_font(font, Role.TABLE_HEAD))
        self._name_metrics, self._value_metrics = QFontMetricsF(self._name_font), QFontMetricsF(self._value_font)
        self._text_size = (0.0, 0.0)
        self._bounds = QRectF()
        self.setZValue(-1)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def set_line(self, line: QLineF) -> None:
        self._line = line
        self._change_bounds()

    def set_text(self, name: str, value: str) -> None:
        """Two lines beside the arrow: for a gradient the norm's name and its number, else a name and a shape."""
        if (name, value) != (self._name, self._value):
            self._name, self._value = name, value
            width = max(self._name_metrics.horizontalAdvance(name), self._value_metrics.horizontalAdvance(value))
            self._text_size = (width, self._name_metrics.height() + self._value_metrics.height())
            self._change_bounds()
            self.update()

    def set_width(self, width: float) -> None:
        if width != self._width:
            self._width = width
            self._change_bounds()
            self.update()

    def set_asked(self, asked: bool) -> None:
        """A gradient that nobody asked for is a dotted grey line without a head."""
        if asked != self._asked:
            self._asked = asked
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def text_width(self) -> float:
        return self._text_size[0]

    def _text_rect(self) -> QRectF:
        width, height = self._text_size[0] + 8, self._text_size[1]
        center = self._line.center()
        if abs(self._line.dx()) < abs(self._line.dy()):
            return QRectF(center.x() + 6, center.y() - height / 2, width, height)
        top = center.y() + self._width / 2 + 3 if self.is_gradient else center.y() - height - 3
        return QRectF(center.x() - width / 2, top, width, height)

    def _change_bounds(self) -> None:
        margin = self._width + ARROW_PX + 2
        box = QRectF(self._line.p1(), self._line.p2()).normalized().adjusted(-margin, -margin, margin, margin)
        bounds = box.united(self._text_rect())
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        color = QColor(theme.gradient if self.is_gradient else theme.ink_3)
        if self._line.length() > 1:
            self._paint_line(painter, color)
        self._paint_text(painter)

    def _paint_line(self, painter: QPainter, color: QColor) -> None:
        if self.is_gradient and not self._asked:
            pen = QPen(QColor(self._theme.line_strong), 1.4, Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawLine(self._line)
            return
        head = ARROW_PX + self._width
        length = self._line.length()
        direction = QPointF(self._line.dx() / length, self._line.dy() / length)
        normal = QPointF(-direction.y(), direction.x())
        tip, base = self._line.p2(), self._line.p2() - direction * head
        painter.setPen(QPen(color, self._width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QLineF(self._line.p1(), base + direction))
        half = 0.42 * head
        path = QPainterPath()
        path.addPolygon(QPolygonF([tip, base + normal * half, base - normal * half, tip]))
        painter.fillPath(path, color)

    def _paint_text(self, painter: QPainter) -> None:
        rect = self._text_rect()
        theme = self._theme
        name_height = self._name_metrics.height()
        asked = not self.is_gradient or self._asked
        upper = theme.gradient_text if self.is_gradient and asked else theme.ink_3 if self.is_gradient else theme.ink
        lower = theme.gradient_text if self.is_gradient and asked else theme.ink_3
        first, second = self._name_font, self._value_font
        if not self.is_gradient:
            first, second = second, first  # forward: the name is bold, the shape is not
        elif not asked:
            second = first
        for font, color, text, top in (
            (first, upper, self._name, rect.top()),
            (second, lower, self._value, rect.top() + name_height),
        ):
            painter.setFont(font)
            painter.setPen(QColor(color))
            painter.drawText(
                QRectF(rect.left() - 20, top, rect.width() + 40, name_height + 4), Qt.AlignmentFlag.AlignHCenter, text
            )
