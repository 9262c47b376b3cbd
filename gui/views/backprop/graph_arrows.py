"""The arrows of the drawn graph: forward values in neutral ink, gradients in blue, a gap as a broken red line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.views.backprop.graph_text import GraphFonts
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme

ARROW_PX = 7.0
FORWARD_PX = 1.6
DOTTED_PX = 1.4
TEXT_GAP = 3.0
WORD_GAP = 5.0
UNREADABLE = 0.3
BREAK_PX = 14.0
SENTENCE_EMS = 24.0
STRONG_SHARE, FAINT_SHARE = 0.7, 0.5  # the ends of the map are hardly blue any more, or hardly to be seen


def gradient_color(theme: Theme, tone: str) -> QColor:
    """Blue, and of the blue family what stands out more for a gradient that grew, and less for one that shrank."""
    if tone == "same":
        return theme.color("gradient")
    faint, plain, strong = (QColor(color) for color in theme.signed_gradient.positive)
    return _between(plain, strong, STRONG_SHARE) if tone == "grew" else _between(plain, faint, FAINT_SHARE)


def _between(start: QColor, end: QColor, share: float) -> QColor:
    pairs = ((start.red(), end.red()), (start.green(), end.green()), (start.blue(), end.blue()))
    return QColor(*(round(a + share * (b - a)) for a, b in pairs))


def smooth_path(points: Sequence[QPointF]) -> QPainterPath:
    """A line through the points that leaves and arrives level; a vertical one is straight."""
    path = QPainterPath(points[0])
    for start, end in pairwise(points):
        if abs(end.x() - start.x()) < 1 or abs(end.y() - start.y()) < 1:
            path.lineTo(end)
        else:
            middle = (start.x() + end.x()) / 2
            path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)
    return path


class ArrowItem(QGraphicsItem):
    """An arrow with two lines of text, and a state: drawn, dotted because it is not reached, or not asked for."""

    def __init__(self, is_gradient: bool, theme: Theme, fonts: GraphFonts) -> None:
        super().__init__()
        self.is_gradient = is_gradient
        self._theme, self._fonts = theme, fonts
        self._points: list[QPointF] = []
        self._path = QPainterPath()
        self._name = self._value = ""
        self._room = 0.0
        self._lines = 2
        self._width = FORWARD_PX
        self._tone = "same"
        self._is_drawn = True
        self._bounds = QRectF()
        self.setZValue(-1)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    @property
    def text(self) -> tuple[str, str]:
        return self._name, self._value

    @property
    def tone(self) -> str:
        return self._tone

    @property
    def is_drawn(self) -> bool:
        """Whether it is an arrow, and not a dotted line."""
        return self._is_drawn

    @property
    def path(self) -> QPainterPath:
        """Its way, in scene coordinates."""
        return self._path

    def set_points(self, points: Sequence[QPointF]) -> None:
        """The places it goes through, from its start to its tip."""
        self._points = list(points)
        self._path = smooth_path(points)
        self._change_bounds()
        self.update()

    def reserve(self, *texts: tuple[str, str], lines: int = 2) -> None:
        """Keep room for the widest of these names and values, in two lines or in one, so that nothing has to move."""
        self._lines = lines
        widths = [[self._fonts.width(Role.TABLE_HEAD, text) for text in pair] for pair in texts]
        self._room = max((max(pair) if lines == 2 else sum(pair) + WORD_GAP for pair in widths), default=0.0)

    def set_text(self, name: str, value: str) -> None:
        """Two lines beside the arrow: for a gradient the norm's name and its number, else a name and a shape."""
        if (name, value) != (self._name, self._value):
            self._name, self._value = name, value
            self.update()

    def set_gradient(self, width: float, tone: str) -> None:
        """How wide a gradient is drawn, and whether it "grew" or "shrank"."""
        if (width, tone) != (self._width, self._tone):
            self._width, self._tone = width, tone
            self.update()

    def set_drawn(self, drawn: bool) -> None:
        """A gradient that is not there (yet) is a dotted grey line without a head."""
        if drawn != self._is_drawn:
            self._is_drawn = drawn
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def text_room(self) -> float:
        return self._room

    def _is_upright(self) -> bool:
        line = QLineF(self._points[0], self._points[-1])
        return abs(line.dx()) < abs(line.dy()) and len(self._points) == 2 and abs(line.dx()) < 1

    def _label_place(self) -> QPointF:
        """The middle of the level stretch before the op that reads the value."""
        ends = self._points[:2] if self.is_gradient else self._points[-2:]  # a gradient is drawn the other way round
        return QLineF(*ends).center()

    def _text_rect(self) -> QRectF:
        center, height = self._label_place(), self._lines * self._fonts.height(Role.TABLE_HEAD)
        width = self._room + 8
        top = center.y() + self._width / 2 + TEXT_GAP if self.is_gradient else center.y() - height - TEXT_GAP
        return QRectF(center.x() - width / 2, top, width, height)

    def _change_bounds(self) -> None:
        margin = 6.0 + ARROW_PX
        bounds = self._path.controlPointRect().adjusted(-margin, -margin, margin, margin)
        if self._room:
            bounds = bounds.united(self._text_rect().adjusted(0, -4, 0, 8))
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if len(self._points) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_drawn:
            self._paint_arrow(painter)
        else:
            painter.setPen(QPen(self._theme.color("line_strong"), DOTTED_PX, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self._path)
        if QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform()) >= UNREADABLE:
            self._paint_text(painter)

    def _paint_arrow(self, painter: QPainter) -> None:
        color = gradient_color(self._theme, self._tone) if self.is_gradient else self._theme.color("ink_3")
        head = ARROW_PX + self._width
        tip, before = self._points[-1], self._points[-2]
        upright = self._is_upright()
        step = QLineF(before, tip)
        direction = QPointF(0, 1 if step.dy() > 0 else -1) if upright else QPointF(1 if step.dx() > 0 else -1, 0)
        normal = QPointF(-direction.y(), direction.x())
        base = tip - direction * head
        painter.setPen(QPen(color, self._width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(smooth_path([*self._points[:-1], base + direction]))
        half = 0.42 * head
        arrow = QPainterPath()
        arrow.addPolygon(QPolygonF([tip, base + normal * half, base - normal * half, tip]))
        painter.fillPath(arrow, color)

    def _paint_text(self, painter: QPainter) -> None:
        rect, theme, fonts = self._text_rect(), self._theme, self._fonts
        height = fonts.height(Role.TABLE_HEAD)
        if not self.is_gradient:
            texts = [(Role.TABLE_HEAD, theme.ink, self._name), (Role.CAPTION, theme.ink_3, self._value)]
        elif self._is_drawn:
            color = theme.gradient_text
            texts = [(Role.CAPTION, color, self._name), (Role.TABLE_HEAD, color, self._value)]
        else:
            texts = [(Role.CAPTION, theme.ink_3, self._name), (Role.CAPTION, theme.ink_3, self._value)]
        texts = [each for each in texts if each[2]]
        widths = [fonts.width(role, text) for role, _, text in texts]
        top = rect.top() if self.is_gradient else rect.bottom() - height * min(self._lines, len(texts))
        x = rect.center().x() - (sum(widths) + WORD_GAP * (len(texts) - 1)) / 2
        for number, ((role, color, text), width) in enumerate(zip(texts, widths, strict=True)):
            painter.setFont(fonts.font(role))
            painter.setPen(QColor(color))
            if self._lines == 1:
                painter.drawText(QPointF(x, top + fonts.ascent(role)), text)
                x += width + WORD_GAP
            else:
                left = rect.center().x() - width / 2
                painter.drawText(QPointF(left, top + number * height + fonts.ascent(role)), text)


class GapItem(QGraphicsItem):
    """Where the recording is interrupted: a broken red line, and below it the sentence that says why."""

    def __init__(self, sentence: str, theme: Theme, fonts: GraphFonts) -> None:
        super().__init__()
        self.sentence = sentence
        self._theme, self._fonts = theme, fonts
        self._line = QLineF()
        self._width = SENTENCE_EMS * fonts.width(Role.CAPTION, "e")
        self._height = fonts.wrapped_height(Role.CAPTION, sentence, self._width)
        self.setToolTip(sentence)

    def room(self) -> float:
        """How wide the sentence is."""
        return self._width

    def set_line(self, line: QLineF) -> None:
        self.prepareGeometryChange()
        self._line = line

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _text_rect(self) -> QRectF:
        center = self._line.center()
        return QRectF(center.x() - self._width / 2, center.y() + BREAK_PX, self._width, self._height + 2)

    def boundingRect(self) -> QRectF:
        box = QRectF(self._line.p1(), self._line.p2()).normalized()
        return box.adjusted(-4, -BREAK_PX, 4, BREAK_PX).united(self._text_rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("trouble"), 2.4))
        center, half = self._line.center(), BREAK_PX / 2
        painter.drawLine(self._line.p1(), center - QPointF(half, 0))
        painter.drawLine(center + QPointF(half, 0), self._line.p2())
        for x in (-half, half):
            mark = center + QPointF(x, 0)
            painter.drawLine(mark + QPointF(-4, 8), mark + QPointF(4, -8))
        painter.setFont(self._fonts.font(Role.CAPTION))
        painter.setPen(self._theme.color("trouble_text"))
        painter.drawText(self._text_rect(), Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter, self.sentence)
