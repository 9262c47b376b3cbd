"""What the plots of the studio share: axes in the theme's looks with names that fit, and a zoom that is the user's own.

A plot follows its contents until the user zooms or moves it; a double click (or ``follow``) lets it follow again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QFontMetrics, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.train.curve_items import NO_PREFIXES, KeyEntry, NumberAxis, PercentAxis, style_axis
from gui.views.widgets.plain_plot_item import PlainPlotItem

LEAST_LINES = 9.0
FAR_OUTSIDE = 2.0  # of the visible range
BEHIND_CURVES = -1000  # the grid is drawn by the axis


class FollowingPlot(pg.PlotWidget):
    """A plot without curves: who inherits draws them in ``_redraw`` and fits the ranges in ``follow``.

    ``is_share`` is a plot of shares, where more is better; otherwise less is. ``tip`` is shown while no crosshair is.
    """

    pointed_at = Signal(object)  # the x under the mouse, or None when it has gone

    def __init__(self, themes: ThemeProvider, name: str, title: str, is_share: bool, tip: str) -> None:
        super().__init__(plotItem=PlainPlotItem({"left": PercentAxis("left") if is_share else NumberAxis("left")}))
        self.setObjectName(name)
        self.setToolTip(tip)
        set_least_size(self, height=LEAST_LINES)
        self.title = title
        self._themes, self._is_share, self._tip = themes, is_share, tip
        self._pointed_at: float | None = None
        self.picture_ratio: float | None = None  # of a plot that is made for a picture
        self._follows = True
        self._log_scale = False
        self._axis_names = ("", "")
        self._shown_names: dict[str, tuple[str, str]] = {}
        view = self.getPlotItem().getViewBox()
        view.disableAutoRange()
        view.setLimits(xMin=0)
        view.sigRangeChangedManually.connect(self._on_user_moved)
        self.scene().sigMouseMoved.connect(self._on_mouse_moved)
        themes.theme_changed.connect(self._on_theme_changed)
        themes.font_changed.connect(self._on_font_changed)

    def follow(self) -> None:
        """Let the axes follow what is shown again."""
        raise NotImplementedError

    def _redraw(self) -> None:
        """Draw everything again: the axes or the looks are others."""
        raise NotImplementedError

    def _read(self) -> None:
        """Show the values at ``_pointed_at``."""
        raise NotImplementedError

    def apply_theme(self, theme: Theme) -> None:
        """Colours and fonts; pyqtgraph follows no palette, so every item is told."""
        raise NotImplementedError

    def show_like(self, other: FollowingPlot) -> None:
        """Show what another plot of the same kind shows, with its axes; who inherits gives its curves too."""
        self.set_axis_names(*other._axis_names)
        self.set_log_scale(other._log_scale)
        if not other._follows:
            self._follows = False
            x, y = other.getPlotItem().viewRange()
            self.getPlotItem().setRange(xRange=x, yRange=y, padding=0)

    def key(self) -> list[KeyEntry]:
        """What is drawn just now, for the key of a picture; nothing where the lines carry their names."""
        return []

    def set_log_scale(self, on: bool) -> None:
        """Show y on a logarithmic axis; what is not above 0 cannot be shown there."""
        self._log_scale = on
        self.getPlotItem().getAxis("left").setLogMode(on)
        self.follow()

    @property
    def pixel_ratio(self) -> float:
        """By this the widths of lines are multiplied: a cosmetic pen's width counts device pixels."""
        return self.devicePixelRatioF() if self.picture_ratio is None else self.picture_ratio

    def offer(self, *actions: QAction) -> None:
        """Put commands at the end of the context menu, where pyqtgraph has an export of its own."""
        self.scene().contextMenu = list(actions)

    def _on_axis(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values as the axis counts them, held near the visible range: painting far outside of it takes for ever."""
        if self._log_scale:
            y = np.log10(np.where(y > 0, y, np.nan))
        low, high = self.getPlotItem().viewRange()[1]
        room = FAR_OUTSIDE * max(high - low, np.finfo(float).tiny)
        return np.clip(y, low - room, high + room)

    # -- mouse --------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_user_moved(self) -> None:
        self._follows = False
        self._redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton and not self.getPlotItem().getViewBox().menuEnabled():
            self.getPlotItem().setMenuEnabled(True)  # made only now: it is seldom asked for and takes long to make
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.follow()
        event.accept()

    @Slot(object)
    def _on_mouse_moved(self, position: QPointF) -> None:
        view = self.getPlotItem().getViewBox()
        inside = view.sceneBoundingRect().contains(position)
        self.pointed_at.emit(float(view.mapSceneToView(position).x()) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(None)

    def point_at(self, x: float | None) -> None:
        """Put the crosshair on what is nearest to x epochs; None takes it away."""
        self._pointed_at = x
        self.setToolTip(self._tip if x is None else "")  # it would cover what one wants to read
        self._read()

    # -- axes ---------------------------------------------------------------------------------------------------------

    def set_axis_names(self, x: str, y: str) -> None:
        self._axis_names = (x, y)
        self._show_axis_names()

    def _show_axis_names(self) -> None:
        """The names, with their ends left out where the plot is too small for them."""
        room = QFontMetrics(metrics.role_font(self.font(), Role.CAPTION))
        style = {"color": self._themes.theme.ink_2}
        for side, name, length in zip(("bottom", "left"), self._axis_names, _inner(self), strict=True):
            text = room.elidedText(name, Qt.TextElideMode.ElideRight, length)
            if self._shown_names.get(side) == (text, style["color"]):
                continue  # to set a label lays out the whole plot anew
            self._shown_names[side] = (text, style["color"])
            self.getPlotItem().setLabel(side, text, siPrefixEnableRanges=NO_PREFIXES, **style)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_axis_names"):  # pyqtgraph resizes a plot before it is finished
            self._show_axis_names()

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        self.apply_theme(theme)  # a slot that is overridden would be called after its plot is gone

    @Slot()
    def _on_font_changed(self) -> None:
        self.apply_theme(self._themes.theme)
        self._show_axis_names()

    def _style_axes(self, theme: Theme) -> QFont:
        """Give both axes the theme's looks; returns the font of what is written in the plot."""
        self.setBackground(theme.panel)
        font = metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            style_axis(axis, theme, font)
            axis.setStyle(maxTickLevel=0)
            axis.setZValue(BEHIND_CURVES)
            # kept as pixels for speed; in a picture those would be too few, or no lines at all
            modes = axis.CacheMode
            axis.setCacheMode(modes.DeviceCoordinateCache if self.picture_ratio is None else modes.NoCache)
        left = self.getPlotItem().getAxis("left")
        left.setTickPen(pg.mkPen(theme.grid))
        left.setGrid(255)
        return font


def _inner(plot: QWidget) -> tuple[int, int]:
    """How long the names of the two axes may be: the plot's sides less what the other axis takes."""
    taken = metrics.scaled(plot.font(), 3)
    return plot.width() - 2 * taken, plot.height() - taken
