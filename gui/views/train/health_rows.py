"""The rows of gradient health: for every layer a strip that grows with the run, its light, and its latest numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.domain.health.log import HealthColumns
from gui.domain.health.measure import LayerHealth
from gui.domain.health.rules import LARGE_UPDATE, SLOW_UPDATE, USUAL_UPDATE, WORDS, Finding
from gui.domain.health.strips import QUANTITIES, Quantity, limits, measurement_of_pixel, shares
from gui.domain.health.words import share_text, small_number
from gui.views.looks.metrics import GRID_PX, HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.train.health_lights import paint_light
from gui.views.widgets.pixel_image import image_of
from gui.views.widgets.themed import ThemedWidget

ROW_SCALE, HEAD_SCALE, AXIS_SCALE = 1.42, 1.2, 1.2
STRIP_GAP_PX = 2
VEIL_ALPHA = 0.65
LEAST_STRIP = 6.0
"""In lines of text; where there is less, dead units and saturation are left to the tooltip."""
TICK_SPACE = 3.0
UPDATE_LOW, UPDATE_HIGH = SLOW_UPDATE, LARGE_UPDATE
GUIDE_DASH = [4.0, 3.0]
EXPLANATION = (
    "One row for each layer, from the input on; time goes to the right. Blue is the size of its gradient in each batch "
    "that was measured. The light says whether the layer learns; then follow the newest numbers: the size, the "
    "share of dead units, the share of saturated activations, and the last step relative to the weights, which is "
    "usually about 1e-3."
)
NUMBERS = ("norm", "dead", "flat", "update : w")
WIDEST = ("1.2e-10", "100 %", "100 %", "1.2e-10")


@dataclass(frozen=True, slots=True)
class HealthPicture:
    """What the rows show: measurements at x epochs up to ``right``; what comes after ``moment`` lies under a veil."""

    columns: HealthColumns
    x: np.ndarray
    right: float
    moment: float | None
    latest: tuple[LayerHealth, ...]
    findings: tuple[Finding, ...]


class HealthRows(ThemedWidget):
    """A click or the arrow keys choose a row; Escape chooses none."""

    row_chosen = Signal(object)  # the layer, counted from 0, or None

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._picture: HealthPicture | None = None
        self._quantity: Quantity = QUANTITIES[0]
        self._limits: tuple[float, float] | None = None
        self.row: int | None = None
        self.setObjectName("health_rows")
        self.setAccessibleName("Gradient health of every layer")
        self.setToolTip("The gradient of every layer over time, its light and its newest numbers")
        self.setWhatsThis(EXPLANATION)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def limits(self) -> tuple[float, float] | None:
        """The smallest and the largest size that the colours tell apart; None for a quantity drawn as a line."""
        return None if self._is_line else self._limits

    @property
    def _is_line(self) -> bool:
        return self._quantity.field == "update"

    def set_quantity(self, quantity: Quantity) -> None:
        self._quantity = quantity
        if self._picture is not None:
            self.show_picture(self._picture)

    def show_picture(self, picture: HealthPicture) -> None:
        before = 0 if self._picture is None else len(self._picture.findings)
        self._picture = picture
        self._limits = limits(picture.columns.of(self._quantity.field)) if len(picture.x) else None
        if self.row is not None and self.row >= len(picture.columns.labels):
            self.row = None
        self.setAccessibleDescription("; ".join(self._row_text(i) for i in range(len(picture.findings))))
        if before != len(picture.findings):
            self.updateGeometry()
        self.update()

    def _row_text(self, row: int) -> str:
        picture = self._picture
        if picture is None or row >= len(picture.latest):
            return ""
        found, numbers = picture.findings[row], picture.latest[row]
        parts = [f"{each.symbol} {small_number(getattr(numbers, each.field))}" for each in QUANTITIES]
        parts += [f"dead units {share_text(numbers.dead)}", f"saturated {share_text(numbers.saturated)}"]
        return f"{found.label}: {found.word}, {', '.join(parts)}"

    # -- size ---------------------------------------------------------------------------------------------------------

    def _line(self, scale: float) -> float:
        return scale * QFontMetricsF(self.font()).height()

    def _height(self, rows: int) -> int:
        return math.ceil(self._line(HEAD_SCALE) + rows * self._line(ROW_SCALE) + self._line(AXIS_SCALE))

    def sizeHint(self) -> QSize:
        rows = 1 if self._picture is None else len(self._picture.columns.labels)
        return QSize(round(self._line(30)), self._height(max(rows, 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._line(11)), self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    # -- places -------------------------------------------------------------------------------------------------------

    def _widths(self) -> tuple[float, float, list[float]]:
        """Of the names, of the light with its word, and of the numbers; those that do not fit are 0."""
        labels = () if self._picture is None else self._picture.columns.labels
        body, numbers = QFontMetricsF(self.font()), QFontMetricsF(self.role_font(Role.TITLE))
        heads = QFontMetricsF(self.role_font(Role.CAPTION))
        name = min(max((body.horizontalAdvance(each) for each in labels), default=0), self.width() / 4) + GRID_PX
        word = (
            max(body.horizontalAdvance(each) for each in ("exploding", *WORDS.values())) + body.height() + 2 * GRID_PX
        )
        columns = [
            max(numbers.horizontalAdvance(widest), heads.horizontalAdvance(head)) + GRID_PX
            for widest, head in zip(WIDEST, NUMBERS, strict=True)
        ]
        for place in (2, 1, 3):
            if self.width() - name - word - sum(columns) < self._line(LEAST_STRIP):
                columns[place] = 0
        return name, word, columns

    def _row_area(self, row: int) -> QRectF:
        height = self._line(ROW_SCALE)
        return QRectF(0, self._line(HEAD_SCALE) + row * height, self.width(), height - STRIP_GAP_PX)

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = self._picture
        if picture is None or not len(picture.x):
            return
        painter = QPainter(self)
        name, word, numbers = self._widths()
        strips = QRectF(name, 0, max(1.0, self.width() - name - word - sum(numbers)), self.height())
        self._paint_heads(painter, numbers)
        pixels = measurement_of_pixel(picture.x, picture.right, max(1, round(strips.width())))
        for row in range(len(picture.columns.labels)):
            area = self._row_area(row)
            if row == self.row:
                painter.fillRect(area, self.theme.color("selection"))
            self._paint_name(painter, QRectF(0, area.top(), name - GRID_PX, area.height()), row)
            strip = QRectF(strips.left(), area.top(), strips.width(), area.height())
            self._paint_strip(painter, strip, row, pixels)
            self._paint_light(painter, QRectF(strip.right() + GRID_PX, area.top(), word - GRID_PX, area.height()), row)
            self._paint_numbers(painter, area, row, numbers)
        self._paint_moment(painter, strips)
        self._paint_axis(painter, strips)

    def _paint_heads(self, painter: QPainter, widths: list[float]) -> None:
        painter.setFont(self.role_font(Role.CAPTION))
        painter.setPen(self.theme.color("ink_3"))
        right = float(self.width())
        for head, width in reversed(list(zip(NUMBERS, widths, strict=True))):
            if width:
                area = QRectF(right - width, 0, width, self._line(HEAD_SCALE))
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, head)
                right -= width

    def _paint_name(self, painter: QPainter, area: QRectF, row: int) -> None:
        assert self._picture is not None
        painter.setFont(self.role_font(Role.BODY))
        painter.setPen(self.theme.color("ink"))
        text = QFontMetricsF(painter.font()).elidedText(
            self._picture.columns.labels[row], Qt.TextElideMode.ElideMiddle, area.width()
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_strip(self, painter: QPainter, area: QRectF, row: int, pixels: np.ndarray) -> None:
        assert self._picture is not None
        values = self._picture.columns.of(self._quantity.field)[pixels, row]
        if self._is_line:
            self._paint_line(painter, area, values)
        elif np.isnan(values).all():
            painter.fillRect(area, self.theme.color("raised"))
            painter.setFont(self.role_font(Role.CAPTION))
            painter.setPen(self.theme.color("ink_3"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "no gradient asked for")
        else:
            painter.drawImage(area, self._image(values))

    def _image(self, values: np.ndarray) -> QImage:
        """One row of pixels: the blue ramp, the window's colour for zero, that of trouble for what is no number."""
        theme = self.theme
        low, high = self._limits or (1.0, 10.0)
        placed = shares(values, low, high)
        ramp = theme.signed_lookup("gradient")[128:]
        pixels = ramp[np.rint(np.nan_to_num(placed) * (len(ramp) - 1)).astype(np.intp)].copy()
        pixels[values == 0] = _rgba(theme.color("window"))
        pixels[np.isnan(placed)] = _rgba(theme.color("trouble"))
        return image_of(np.ascontiguousarray(pixels[None]))

    def _paint_line(self, painter: QPainter, area: QRectF, values: np.ndarray) -> None:
        theme = self.theme
        painter.fillRect(area, theme.color("raised"))
        guide = area.bottom() - area.height() * float(shares(np.array([USUAL_UPDATE]), UPDATE_LOW, UPDATE_HIGH)[0])
        pen = QPen(theme.color("ink_3"), 1.0)
        pen.setDashPattern(GUIDE_DASH)
        painter.setPen(pen)
        painter.drawLine(QLineF(area.left(), guide, area.right(), guide))
        heights = (
            area.bottom() - 1 - (area.height() - 2) * np.nan_to_num(shares(values, UPDATE_LOW, UPDATE_HIGH), nan=1.0)
        )
        step = area.width() / len(values)
        painter.setPen(QPen(theme.color("train"), 1.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        points = [QPointF(area.left() + (i + 0.5) * step, y) for i, y in enumerate(heights.tolist())]
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_light(self, painter: QPainter, area: QRectF, row: int) -> None:
        assert self._picture is not None
        if row >= len(self._picture.findings):
            return
        found, side = self._picture.findings[row], QFontMetricsF(self.font()).height() * 0.8
        paint_light(painter, QRectF(area.left(), area.top(), side, area.height()), found.level, self.theme)
        painter.setFont(self.role_font(Role.BODY))
        painter.setPen(self.theme.color("trouble_text" if found.level in ("watch", "trouble") else "ink"))
        painter.drawText(
            area.adjusted(side + HALF_PX + 2, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            found.word,
        )

    def _paint_numbers(self, painter: QPainter, row_area: QRectF, row: int, widths: list[float]) -> None:
        assert self._picture is not None
        if row >= len(self._picture.latest):
            return
        numbers = self._picture.latest[row]
        norm = getattr(numbers, "weight_gradient" if self._is_line else self._quantity.field)
        texts = (
            small_number(norm),
            share_text(numbers.dead),
            share_text(numbers.saturated),
            small_number(numbers.update),
        )
        right = row_area.right()
        for place in reversed(range(len(texts))):
            if widths[place]:
                painter.setFont(self.role_font(Role.TITLE if place == 0 else Role.BODY))
                painter.setPen(self.theme.color("ink" if place == 0 else "ink_2"))
                area = QRectF(right - widths[place], row_area.top(), widths[place], row_area.height())
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, texts[place])
                right -= widths[place]

    def _paint_moment(self, painter: QPainter, strips: QRectF) -> None:
        """What came after the moment on show is not known there."""
        picture = self._picture
        if picture is None or picture.moment is None or picture.right <= 0:
            return
        at = strips.left() + strips.width() * min(1.0, picture.moment / picture.right)
        top, bottom = self._row_area(0).top(), self._row_area(len(picture.columns.labels) - 1).bottom()
        painter.fillRect(QRectF(at, top, strips.right() - at, bottom - top), self.theme.color("panel", VEIL_ALPHA))
        painter.setPen(QPen(self.theme.color("accent_line"), 2.0))
        painter.drawLine(QLineF(at, top, at, bottom))

    def _paint_axis(self, painter: QPainter, strips: QRectF) -> None:
        picture = self._picture
        assert picture is not None
        top = self._row_area(len(picture.columns.labels)).top()
        painter.setFont(self.role_font(Role.CAPTION))
        painter.setPen(self.theme.color("ink_2"))
        space, height = self._line(TICK_SPACE), self._line(AXIS_SCALE)
        word = QFontMetricsF(painter.font()).horizontalAdvance("epoch")
        every = _tick_distance(picture.right, strips.width() / space)
        for tick in np.arange(0, picture.right + 1e-9, every):
            x = strips.left() + strips.width() * (tick / picture.right if picture.right else 0)
            if x + space / 2 < strips.right() - word or tick == 0:
                flag = Qt.AlignmentFlag.AlignLeft if tick == 0 else Qt.AlignmentFlag.AlignHCenter
                left = x if tick == 0 else x - space / 2
                painter.drawText(QRectF(left, top, space, height), flag, f"{tick:g}")
        area = QRectF(strips.right() - word, top, word, height)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight, "epoch")

    # -- choosing -----------------------------------------------------------------------------------------------------

    def choose(self, row: int | None) -> None:
        """Look at one layer, or (None) at the one that matters most."""
        if row != self.row:
            self.row = row
            self.row_chosen.emit(row)
            self.update()

    def _row_at(self, y: float) -> int | None:
        count = 0 if self._picture is None else len(self._picture.columns.labels)
        return next(
            (row for row in range(count) if self._row_area(row).top() <= y < self._row_area(row + 1).top()), None
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        self.choose(None if row == self.row else row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = 0 if self._picture is None else len(self._picture.columns.labels)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and count:
            start = -1 if self.row is None and step > 0 else count if self.row is None else self.row
            self.choose(min(max(start + step, 0), count - 1))
        elif event.key() == Qt.Key.Key_Escape and self.row is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self._row_at(event.pos().y())
            if row is not None and self._row_text(row):
                QToolTip.showText(
                    event.globalPos(), self._row_text(row).replace(", ", "\n").replace(": ", "\n", 1), self
                )
                return True
        return super().event(event)


def _rgba(color: QColor) -> tuple[int, int, int, int]:
    return color.red(), color.green(), color.blue(), 255


def _tick_distance(right: float, most: float) -> float:
    """A round number of epochs, so that there are at most so many ticks."""
    raw = max(right, 1e-9) / max(most, 1.0)
    decade = 10.0 ** math.floor(math.log10(raw))
    return next(each * decade for each in (1, 2, 5, 10) if each * decade >= raw)
