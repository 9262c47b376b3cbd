"""A small scatter of a data set: classes in the plane, y over x, or values over the plane. It has no scale to read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.data_view import Points
from gui.views.looks import metrics
from gui.views.looks.class_styles import PointStyle, class_style, plain_style, stamp, value_style
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.themed import ThemedWidget

HEIGHT_SCALE = 8.5
LARGEST_POINT_PX, SMALLEST_POINT_PX = 7.0, 3.0
CROWDED_FROM = 150  # with more points than this they become smaller
VALUE_LEVELS = 33
STALE_ALPHA = 0.3
MARGIN_PX = 7
AXIS_SHIFT_PX = 5
AXIS_GROUND_ALPHA = 0.85
SPREAD_LIMIT = 2.0  # the plane keeps its shape unless one side is longer than twice the other


class ScatterPreview(ThemedWidget):
    """``set_points`` shows points, ``set_note`` fades them and says a sentence: they are not what is asked for now."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._points: Points | None = None
        self._note = ""
        self._picture: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Preview of the data")
        self.setToolTip("The data set: filled points are for training, hollow ones for validation")
        self.setWhatsThis(
            "A preview of the chosen data set. Every class has a colour and a marker of its own; filled points are for "
            "training, hollow ones for validation."
        )

    @property
    def points(self) -> Points | None:
        return self._points

    @property
    def note(self) -> str:
        return self._note

    def set_points(self, points: Points | None) -> None:
        """Show points, or an empty frame for None."""
        if points is self._points:
            return
        self._points = points
        self.setAccessibleDescription("" if points is None else describe(points))
        self._repaint()

    def set_note(self, note: str) -> None:
        """Say a sentence over the faded points; empty: the points are current."""
        if note != self._note:
            self._note = note
            self.update()

    def sizeHint(self) -> QSize:
        height = metrics.scaled(self.font(), HEIGHT_SCALE)
        return QSize(height, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), 4), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = None
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.DevicePixelRatioChange):
            self._repaint()

    def _on_theme_changed(self, theme: Theme) -> None:
        self._repaint()

    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("line"), metrics.LINE_PX))
        painter.setBrush(self.theme.color("panel"))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        if self._points is not None and len(self._points):
            if self._picture is None or self._picture.devicePixelRatioF() != self.devicePixelRatioF():
                self._picture = self._painted(self._points)
            painter.setOpacity(STALE_ALPHA if self._note else 1.0)
            painter.drawPixmap(QPoint(0, 0), self._picture)
            painter.setOpacity(1.0)
        if self._note:
            painter.setFont(self.role_font(Role.CAPTION))
            painter.setPen(self.theme.color("ink"))
            inside = frame.adjusted(metrics.GRID_PX, 0, -metrics.GRID_PX, 0)
            painter.drawText(inside, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._note)
        painter.end()

    def _painted(self, points: Points) -> QPixmap:
        """The points once as a picture, so that a repaint costs nothing."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        x, y = placed(points, area)
        size = point_size(len(points))
        for style, chosen in styled(self.theme, points):
            mark = stamp(style, size, ratio)
            half = mark.width() / ratio / 2
            places = np.stack([x[chosen] - half, y[chosen] - half], axis=1)
            draw = painter.drawPixmap
            for left, top in (np.rint(places * ratio) / ratio).tolist():
                draw(QPointF(left, top), mark)
        self._paint_axes(painter, points, area)
        painter.end()
        return picture

    def _paint_axes(self, painter: QPainter, points: Points, area: QRectF) -> None:
        """The names of the two axes at the ends where they grow, on a ground of their own."""
        font = self.role_font(Role.CAPTION)
        painter.setFont(font)
        room = QFontMetricsF(font)
        below, beside = points.axis_names
        for name, corner in ((below, area.bottomRight()), (beside, area.topLeft())):
            ground = QRectF(0, 0, room.horizontalAdvance(name) + 4, room.height() - 2)
            if name is below:
                ground.moveBottomRight(corner + QPointF(AXIS_SHIFT_PX, AXIS_SHIFT_PX))
            else:
                ground.moveTopLeft(corner - QPointF(AXIS_SHIFT_PX, AXIS_SHIFT_PX))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.color("panel", AXIS_GROUND_ALPHA))
            painter.drawRoundedRect(ground, 2, 2)
            painter.setPen(self.theme.color("ink_2"))
            painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, name)


def describe(points: Points) -> str:
    """What a scatter shows, in words."""
    parts = int((~points.in_validation).sum()), int(points.in_validation.sum())
    what = {"classes": f"{len(points.class_names)} classes", "curve": "y over x", "surface": "values over the plane"}
    return f"{parts[0]:,} training and {parts[1]:,} validation points, {what[points.kind]}"


def point_size(count: int) -> float:
    """Points become smaller where there are many."""
    return float(np.clip(LARGEST_POINT_PX * (CROWDED_FROM / max(1, count)) ** 0.3, SMALLEST_POINT_PX, LARGEST_POINT_PX))


def styled(theme: Theme, points: Points) -> list[tuple[PointStyle, NDArray[np.int64]]]:
    """The points ``(n,)`` of each style, those for validation last, on top."""
    if not len(points):
        return []
    levels = np.rint((VALUE_LEVELS - 1) * _share(points.values, points.limit)).astype(np.int64)
    kinds = levels if points.kind == "surface" else points.labels
    keys = kinds + (kinds.max(initial=0) + 1) * points.in_validation
    order = np.argsort(keys, kind="stable")
    found = []
    for chosen in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
        first, hollow = int(chosen[0]), bool(points.in_validation[chosen[0]])
        if points.kind == "surface":
            value = points.limit * (2 * levels[first] / (VALUE_LEVELS - 1) - 1)
            style = value_style(theme, value, points.limit, hollow)
        elif points.kind == "curve":
            style = plain_style(theme, hollow)
        else:
            style = class_style(theme, int(points.labels[first]), hollow)
        found.append((style, chosen))
    return found


def _share(values: NDArray[np.float64], limit: float) -> NDArray[np.float64]:
    """Values within plus and minus the limit as shares 0..1."""
    return np.asarray(0.5 + 0.5 * values / limit) if limit > 0 else np.full(len(values), 0.5)


def placed(points: Points, area: QRectF) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the points come to lie; in the plane both axes have the same scale, if that wastes not too much room."""
    low = np.array([points.x.min(), points.y.min()])
    spread = np.maximum(np.array([points.x.max(), points.y.max()]) - low, 1e-12)
    scale = np.array([area.width(), area.height()]) / spread
    if points.kind != "curve" and max(spread) <= SPREAD_LIMIT * min(spread):
        scale[:] = scale.min()
    left = area.center().x() - scale[0] * spread[0] / 2
    bottom = area.center().y() + scale[1] * spread[1] / 2
    return left + scale[0] * (points.x - low[0]), bottom - scale[1] * (points.y - low[1])
