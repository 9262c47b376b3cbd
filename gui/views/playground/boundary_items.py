"""What the boundary plot is painted from: areas and their border, points with rings, the cursor of the keyboard."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPen, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from gui.domain.data_view import Points
from gui.domain.decision import boundaries, winners
from gui.domain.responses import Responses
from gui.views.looks.class_styles import PointStyle, stamp
from gui.views.looks.metrics import CONTROL_RADIUS_PX, GRID_PX, HALF_PX
from gui.views.looks.theme import Theme
from gui.views.playground.map_colors import Picture, decision_pixels, surface_pixels
from gui.views.widgets.scatter_preview import point_size, styled

BORDER_PX = 1.6
FITTED_PX = 2.4
RING_PX = 2.0
RING_GAP_PX = 4.0
LARGER = 1.5
CURSOR_ARM_PX, CURSOR_GAP_PX = 11.0, 4.0


class PlaneItem(pg.GraphicsObject):
    """An item that takes up what is visible; ``set_theme`` gives it its colours."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def boundingRect(self) -> QRectF:
        return self.viewRect() or QRectF()


class AnswerItem(PlaneItem):
    """The areas of a decision with their border, a fitted surface, or a fitted curve."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._responses: Responses | None = None
        self._kind, self._limit = "classes", 1.0
        self._picture: Picture | None = None
        self._line: QPainterPath | None = None

    @property
    def line(self) -> QPainterPath | None:
        """The border, or the fitted curve."""
        return self._line

    def show_responses(self, responses: Responses | None, kind: str, limit: float = 1.0) -> None:
        """Show what a network answers about points of a kind; ``limit`` is the largest value of a surface."""
        if responses is None or responses is not self._responses or (kind, limit) != (self._kind, self._limit):
            self._responses, self._kind, self._limit = responses, kind, limit
            self._make()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._make()

    def _make(self) -> None:
        responses, theme = self._responses, self._theme
        self._picture = self._line = None
        if responses is None:
            return
        plane, outputs = responses.plane, np.asarray(responses.outputs)
        if self._kind == "curve":
            columns = outputs.shape[1]
            x = plane.left + (np.arange(columns) + 0.5) * plane.width / columns
            y = np.clip(outputs[0, :, 0].astype(float), plane.bottom - plane.height, plane.top + plane.height)
            self._line = pg.arrayToQPath(x, y, connect="finite")
        elif self._kind == "surface":
            self._picture = Picture(surface_pixels(theme, outputs, self._limit)[::-1])
        elif responses.is_finite:
            winner, confidence = winners(outputs)
            self._picture = Picture(decision_pixels(theme, winner, confidence, outputs.shape[-1])[::-1])
            rows, columns = outputs.shape[:2]
            ends = (boundaries(outputs, winner).reshape(-1, 2) + 0.5) * (plane.width / columns, plane.height / rows)
            ends += (plane.left, plane.bottom)
            self._line = pg.arrayToQPath(ends[:, 0], ends[:, 1], connect="pairs")

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """In pixels: an image that is turned upside down by the plane's own coordinates takes far longer."""
        if self._responses is None:
            return
        plane, to_pixels = self._responses.plane, QTransform(painter.worldTransform())
        painter.save()
        painter.resetTransform()
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            area = to_pixels.mapRect(QRectF(plane.left, plane.bottom, plane.width, plane.height))
            painter.drawImage(area, self._picture.image)
        if self._line is not None:
            self._paint_line(painter, to_pixels.map(self._line))
        painter.restore()

    def _paint_line(self, painter: QPainter, line: QPainterPath) -> None:
        """With flat ends: round ones on hundreds of short pieces take ten times as long."""
        pen = QPen(self._theme.color("ink"), FITTED_PX if self._kind == "curve" else BORDER_PX)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)


class CloudItem(PlaneItem):
    """Points with the markers of their classes, kept as one picture, and rings round those that are wrong."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._points: Points | None = None
        self._rings = np.empty((0, 2))
        self._picture: QPixmap | None = None
        self._ringed: QPixmap | None = None
        self._drawn: tuple[QTransform, QRectF, float] | None = None

    def show_points(self, points: Points | None) -> None:
        self._points = points
        self._forget()

    def show_rings(self, places: NDArray[np.float64]) -> None:
        """A ring round each of these places (n, 2)."""
        if not np.array_equal(places, self._rings):
            self._rings = places
            self._ringed = None
            self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._forget()

    def _forget(self) -> None:
        self._picture = self._ringed = None
        self.update()

    @property
    def rings(self) -> NDArray[np.float64]:
        """The places (n, 2) of the rings."""
        return self._rings

    @property
    def size(self) -> float:
        """How large a point is drawn."""
        return LARGER * point_size(0 if self._points is None else len(self._points))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._points is None or not len(self._points):
            return
        to_pixels, ratio = QTransform(painter.worldTransform()), painter.device().devicePixelRatioF()
        area = to_pixels.mapRect(self.boundingRect())
        if self._picture is None or self._drawn != (to_pixels, area, ratio):
            self._drawn = (to_pixels, area, ratio)
            self._picture = self._painted(self._points, to_pixels, area, ratio)
            self._ringed = None
        if self._ringed is None and len(self._rings):
            self._ringed = self._painted_rings(to_pixels, area, ratio)
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(area.topLeft(), self._picture)
        if self._ringed is not None:
            painter.drawPixmap(area.topLeft(), self._ringed)
        painter.restore()

    def _painted(self, points: Points, to_pixels: QTransform, area: QRectF, ratio: float) -> QPixmap:
        picture = _empty_picture(area, ratio)
        painter = QPainter(picture)
        places = _mapped(to_pixels, points.x, points.y) - (area.left(), area.top())
        for style, chosen in styled(self._theme, points):
            _draw_stamps(painter, stamp(style, self.size, ratio), ratio, places[chosen])
        painter.end()
        return picture

    def _painted_rings(self, to_pixels: QTransform, area: QRectF, ratio: float) -> QPixmap:
        style = PointStyle("circle", self._theme.color("panel", 0.0), self._theme.color("trouble"), RING_PX)
        picture = _empty_picture(area, ratio)
        painter = QPainter(picture)
        places = _mapped(to_pixels, self._rings[:, 0], self._rings[:, 1]) - (area.left(), area.top())
        _draw_stamps(painter, stamp(style, self.size + 2 * RING_GAP_PX, ratio), ratio, places)
        painter.end()
        return picture


def _empty_picture(area: QRectF, ratio: float) -> QPixmap:
    picture = QPixmap((area.size() * ratio).toSize())
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture


def _mapped(to_pixels: QTransform, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places in the plane as pixels (n, 2); a plot neither turns nor shears."""
    return np.stack([to_pixels.m11() * x + to_pixels.dx(), to_pixels.m22() * y + to_pixels.dy()], axis=1)


def _draw_stamps(painter: QPainter, mark: QPixmap, ratio: float, places: NDArray[np.float64]) -> None:
    draw, half = painter.drawPixmap, mark.width() / ratio / 2
    for left, top in (np.rint((places - half) * ratio) / ratio).tolist():
        draw(QPointF(left, top), mark)


class WordsItem(PlaneItem):
    """A sentence at the top of the plot, on a ground of its own."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.text, self._font = "", QFont()

    def show_text(self, text: str) -> None:
        """Show a sentence; an empty one takes it away."""
        if text != self.text:
            self.text = text
            self.update()

    def set_font(self, font: QFont) -> None:
        self._font = font
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self.text:
            return
        area = painter.worldTransform().mapRect(self.boundingRect())
        painter.save()
        painter.resetTransform()
        painter.setFont(self._font)
        wrapped = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        room = area.adjusted(2 * GRID_PX, GRID_PX + HALF_PX, -2 * GRID_PX, 0)
        ground = painter.boundingRect(room, wrapped, self.text)
        painter.setPen(self._theme.color("line"))
        painter.setBrush(self._theme.color("raised"))
        edge = ground.adjusted(-GRID_PX, -HALF_PX, GRID_PX, HALF_PX)
        painter.drawRoundedRect(edge, CONTROL_RADIUS_PX, CONTROL_RADIUS_PX)
        painter.setPen(self._theme.color("ink_2"))
        painter.drawText(ground, wrapped, self.text)
        painter.restore()


class CursorItem(PlaneItem):
    """Where the next point of the keyboard goes: four arms round a free middle, light and dark to show everywhere."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.place: QPointF | None = None

    def show_at(self, place: QPointF | None) -> None:
        self.place = place
        self.setVisible(place is not None)
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.place is None:
            return
        at = painter.worldTransform().map(self.place)
        painter.save()
        painter.resetTransform()
        arms = [
            QLineF(
                at.x() + CURSOR_GAP_PX * dx,
                at.y() + CURSOR_GAP_PX * dy,
                at.x() + CURSOR_ARM_PX * dx,
                at.y() + CURSOR_ARM_PX * dy,
            )
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
        ]
        for token, width in (("panel", 4.0), ("accent_line", 2.0)):
            painter.setPen(QPen(self._theme.color(token), width))
            painter.drawLines(arms)
        painter.restore()
