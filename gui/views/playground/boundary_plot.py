"""The plane with the network's answers and the points: a click sets a point, a drag moves it, a right click removes it.

The same with the keys: arrows move a cursor, Enter sets, Delete removes the nearest point, numbers choose the class.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.domain.data_view import Points
from gui.domain.responses import Plane
from gui.state.playground import PlaygroundState
from gui.views.data.data_scatter import PlainAxis
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.playground.boundary_items import AnswerItem, CloudItem, CursorItem, WordsItem
from gui.views.playground.place_text import place_text
from gui.views.train.curve_items import NO_PREFIXES, style_axis
from gui.views.widgets.plain_plot_item import PlainPlotItem

REACH_PX = 9.0
LEAST_HALF = 1.2
ROOM = 1.08  # beyond the outermost point
LEAST_LINES = 10.0
STEPS_ACROSS, LONG_STEPS = 40, 8
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, -1),
    Qt.Key.Key_Up: (0, 1),
}
ENTER, DELETE = (Qt.Key.Key_Return, Qt.Key.Key_Enter), (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
CURVE_Z = 1.5  # a fitted curve lies over its points, areas below them
NO_POINTS = "Click to set the first point."
ONE_CLASS = "All points are of one class, so there is nothing to tell apart. Set some of another class."
TIP = "Click sets a point (Shift: for validation), drag moves one, right click removes it. Keys: arrows, Enter, Delete"


class BoundaryPlot(pg.PlotWidget):
    """Shows ``PlaygroundState`` and carries edits to it; ``pointed_at`` says in words what is under the pointer."""

    pointed_at = Signal(str)

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        axes = {side: PlainAxis(side) for side in ("left", "bottom")}
        super().__init__(parent, plotItem=PlainPlotItem(axes))
        self._themes, self._state = themes, state
        self._shown: Points | None = None
        self._places = np.empty(0, np.int64)  # of the points shown, among all
        self._dragged: int | None = None
        self._wrong = np.empty(0, np.bool_)
        self.answer_item = AnswerItem(themes.theme)
        self.cloud = CloudItem(themes.theme)
        self.words = WordsItem(themes.theme)
        self.cursor_item = CursorItem(themes.theme)
        self._parts = (self.answer_item, self.cloud, self.words, self.cursor_item)
        self._explain()
        self._configure()
        themes.theme_changed.connect(self._on_look_changed)
        themes.font_changed.connect(self._on_look_changed)
        state.points_changed.connect(self.show_points)
        state.brush_changed.connect(self._on_brush_changed)
        state.answered.connect(self.show_answer)
        self._on_look_changed()
        self.show_points()

    def _explain(self) -> None:
        self.setObjectName("boundary_plot")
        self.setAccessibleName("Decision boundary")
        self.setToolTip(TIP)
        self.setWhatsThis(
            "The plane of the data. A colour is the class that the network answers there, deep where it is certain; "
            "the line is where the answer changes. Points can be set, moved and removed, also while the network trains."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        set_least_size(self, LEAST_LINES, LEAST_LINES)

    def _configure(self) -> None:
        item = self.getPlotItem()
        item.setContentsMargins(0, metrics.HALF_PX, metrics.HALF_PX, 0)
        view = item.getViewBox()
        view.setMouseEnabled(x=False, y=False)
        view.disableAutoRange()
        view.sigRangeChanged.connect(self._on_range_changed)
        for z, part in enumerate(self._parts):
            part.setZValue(z)
            self.addItem(part)

    # -- what is shown ------------------------------------------------------------------------------------------------

    @Slot()
    def show_points(self) -> None:
        """Draw the points anew; the axes move only if these are other data, or do not fit any more."""
        points = self._state.points
        before, self._shown = self._shown, self._visible(points)
        if points is not None:
            if before is None or before.kind != points.kind:
                self._show_axes(points)
            if self._dragged is None:
                self._fit(points)
        self.cloud.show_points(self._shown)
        self.cloud.show_rings(np.empty((0, 2)))
        self._show_wrong()

    def _visible(self, points: Points | None) -> Points | None:
        """The points without those for validation, if these are left out."""
        if points is None or self._state.shows_validation:
            self._places = np.arange(0 if points is None else len(points))
            return points
        self._places = chosen = np.flatnonzero(~points.in_validation)
        parts = {
            name: getattr(points, name)[chosen] for name in ("x", "y", "labels", "values", "in_validation", "numbers")
        }
        return replace(points, **parts)

    @Slot()
    def show_answer(self) -> None:
        """Draw what the network makes of the plane now."""
        answer, points = self._state.answer, self._state.points
        if answer is None or points is None:
            self.answer_item.show_responses(None, "classes")
        else:
            self.answer_item.show_responses(answer.responses, points.kind, points.limit)
        note = self._state.note if answer is None else ""
        self.words.show_text(note or _sentence(points))
        self._show_wrong()

    def _show_wrong(self) -> None:
        points, wrong = self._state.points, self._state.wrong()
        if points is None or len(wrong) != len(points):
            return
        self._wrong = wrong
        chosen = self._places[wrong[self._places]]
        self.cloud.show_rings(np.stack([points.x[chosen], points.y[chosen]], axis=1))

    @property
    def wrong_count(self) -> int:
        """How many of the points on show are in a wrong class."""
        return len(self.cloud.rings)

    def _show_axes(self, points: Points) -> None:
        item = self.getPlotItem()
        for side, name in zip(("bottom", "left"), points.axis_names, strict=True):
            item.setLabel(side, name, siPrefixEnableRanges=NO_PREFIXES)
        item.setAspectLocked(points.kind != "curve")
        self.answer_item.setZValue(CURVE_Z if points.kind == "curve" else 0)
        self._on_look_changed()

    def _fit(self, points: Points) -> None:
        """A square round the origin that holds all points, in tenths; a curve may be higher than it is wide."""
        wide, high = _half(points.x), _half(points.y)
        if points.kind != "curve":
            wide = high = max(wide, high)
        self.getPlotItem().getViewBox().setRange(xRange=(-wide, wide), yRange=(-high, high), padding=0)

    @Slot()
    def _on_range_changed(self) -> None:
        (left, right), (bottom, top) = self.getPlotItem().getViewBox().viewRange()
        if right > left and top > bottom:
            self._state.set_plane(Plane(left, right, bottom, top))

    @Slot()
    def _on_brush_changed(self) -> None:
        if self._shown is not None or self._state.points is not None:
            self.show_points()
            self.show_answer()

    @Slot()
    def _on_look_changed(self) -> None:
        theme = self._themes.theme
        self.setBackground(theme.panel)
        font = metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            style_axis(axis, theme, font)
            axis.setCacheMode(axis.CacheMode.DeviceCoordinateCache)
        self.words.set_font(metrics.role_font(self.font(), Role.BODY))
        for part in self._parts:
            part.set_theme(theme)

    # -- the mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        place = self._place_under(event.position())
        if place is None or self._dragged is not None:
            return
        hit = self._nearest(place, REACH_PX)
        if event.button() == Qt.MouseButton.RightButton and hit is not None:
            self._state.remove(hit)
        elif event.button() == Qt.MouseButton.LeftButton and hit is not None:
            self._dragged = hit
            self._state.begin_move()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._state.add(place.x(), place.y(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            place = self._held_inside(self._in_plane(event.position()))
            self._state.move(self._dragged, place.x(), place.y())
        self._say(self._place_under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end_drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick clicks set two points

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._say(self.cursor_item.place)

    def _end_drag(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self._state.end_move()

    def _in_plane(self, position: QPointF) -> QPointF:
        view = self.getPlotItem().getViewBox()
        place: QPointF = view.mapSceneToView(self.mapToScene(position.toPoint()))
        return place

    def _place_under(self, position: QPointF) -> QPointF | None:
        """The place in the plane under the pointer; None outside the axes."""
        view = self.getPlotItem().getViewBox()
        inside = view.sceneBoundingRect().contains(self.mapToScene(position.toPoint()))
        return self._in_plane(position) if inside else None

    def _held_inside(self, place: QPointF) -> QPointF:
        (left, right), (bottom, top) = self.getPlotItem().getViewBox().viewRange()
        return QPointF(min(max(place.x(), left), right), min(max(place.y(), bottom), top))

    def _nearest(self, place: QPointF, reach: float = math.inf) -> int | None:
        """The nearest point on show, as its place among all, if it is within so many pixels."""
        points = self._shown
        if points is None or not len(points):
            return None
        distance = self._distances(points, place)
        at = int(distance.argmin())
        return int(self._places[at]) if distance[at] <= reach else None

    def _distances(self, points: Points, place: QPointF) -> NDArray[np.float64]:
        """How many pixels each point is away."""
        width, height = self.getPlotItem().getViewBox().viewPixelSize()
        return np.hypot((points.x - place.x()) / width, (points.y - place.y()) / height)

    # -- the keys -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in ARROWS:
            self._move_cursor(*ARROWS[key], LONG_STEPS if shift else 1)
        elif key in ENTER:
            place = self._cursor()
            self._state.add(place.x(), place.y(), shift)
        elif key in DELETE:
            nearest = self._nearest(self._cursor())
            if nearest is not None:
                self._state.remove(nearest)
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self._state.set_brush(key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_Escape and self.cursor_item.place is not None:
            self._show_cursor(None)
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._end_drag()
        self._show_cursor(None)

    def _cursor(self) -> QPointF:
        """Where the cursor is; it begins in the middle."""
        if self.cursor_item.place is None:
            self._show_cursor(self.getPlotItem().getViewBox().viewRect().center())
        place = self.cursor_item.place
        assert place is not None
        return place

    def _move_cursor(self, x: int, y: int, steps: int) -> None:
        place, view = self._cursor(), self.getPlotItem().getViewBox().viewRect()
        step = QPointF(x * steps * view.width() / STEPS_ACROSS, y * steps * view.height() / STEPS_ACROSS)
        self._show_cursor(self._held_inside(place + step))

    def _show_cursor(self, place: QPointF | None) -> None:
        self.cursor_item.show_at(place)
        self._say(place)

    # -- words --------------------------------------------------------------------------------------------------------

    def _say(self, place: QPointF | None) -> None:
        """What is here, and what the network answers here."""
        text = ""
        if place is not None and self._state.points is not None:
            hit = self._nearest(place, REACH_PX)
            text = place_text(self._state.points, self._state.answer, place.x(), place.y(), hit)
        self.setAccessibleDescription(text)
        self.pointed_at.emit(text)


def _half(values: NDArray[np.float64]) -> float:
    """How far the axis goes to either side, in tenths."""
    return max(LEAST_HALF, math.ceil(10 * ROOM * float(np.abs(values).max(initial=0.0))) / 10)


def _sentence(points: Points | None) -> str:
    """What is missing for something to be learnt; empty if nothing is."""
    if points is None:
        return ""
    if not len(points):
        return NO_POINTS
    is_one = points.kind == "classes" and points.labels.min() == points.labels.max()
    return ONE_CLASS if is_one else ""
