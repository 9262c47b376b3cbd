"""One plot of a run while it goes on: raw per batch behind smoothed, per epoch, validation, branches, marks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QMouseEvent

from gui.domain.metrics_log import Extremes, Reading, Series, SmoothedSeries, block_means
from gui.views.looks import metrics
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.train.crosshair import CrosshairItem
from gui.views.train.curve_items import (
    KeyEntry,
    LiveCurve,
    Look,
    MarksItem,
    PointsItem,
    line_pen,
    nice_ceiling,
    point_pen,
)
from gui.views.train.moment_item import MomentItem
from gui.views.widgets.following_plot import FollowingPlot
from gui.views.widgets.single_click import SingleClicks

TIP = (
    "Point at a curve for its values. Click to look at the run as it was there. Wheel zooms, drag moves, Home or a "
    "double click follows the run again."
)
DASH_VALIDATION = (7.0, 4.0)
MARKER_PX = 6
BEST_PX = 15
UNSEEN_PX = 9
UNSEEN_COLUMNS = 50  # more would run into each other
OVER_CURVES = 1000
HIGHEST = 1e30  # more than any axis can be marked for
SYMBOLS_UP_TO_EPOCHS = 25
ENOUGH_TO_ZOOM = 40
SMOOTHED_POINTS = 150
BRANCH_POINTS, MOST_BRANCHES = 80, 8  # a dotted line takes long to draw
MINIMUM_BINS = 100
SPAN_STEPS = (1.0, 2.0, 5.0, 10.0)
LEAST_EPOCHS = 0.2
POINT_NAMES = (
    ("mean", "mean of an epoch"),
    ("best", "best epoch"),
    ("beyond", "NaN or infinite"),
    ("below", "0 or less"),
)


class CurvePlot(FollowingPlot):
    """One plot: training raw and smoothed, means per epoch, validation. A double click gives up the user's zoom."""

    def __init__(
        self, themes: ThemeProvider, name: str, title: str, is_share: bool, form: Callable[[float], str]
    ) -> None:
        super().__init__(themes, name, title, is_share, TIP)
        self.setAccessibleName(f"{title} curves")
        self.setWhatsThis(
            f"{title} while the network trains: pale for every batch, dark smoothed (or, with smoothing off, dark for "
            "every batch), purple dashed on the validation data. Thin and grey is the run before, if it had the same "
            "loss and data. The star is the best epoch, dashed upright lines are changes made during the run. "
            "Triangles at the upper edge are values that are NaN or infinite, at the lower edge values that a "
            "logarithmic axis cannot show. Under the mouse stand the exact values of a batch, in all plots at once."
        )
        self.is_smoothed = True
        self._epochs = math.inf
        self._ranges: tuple[float, float, float] | None = None
        self._shown: tuple[SmoothedSeries, Series, Series, int | None, Sequence[NDArray[np.float64]]] | None = None
        self._drawn: tuple[Any, ...] | None = None
        self._raw = self._curve(antialias=False)  # one pixel wide: smoothing its edges would cost most of the frame
        self._last_run: SmoothedSeries | None = None
        self._ghost = self._curve()
        self._abandoned = self._curve()
        self._smoothed = self._curve()
        self._validation = self._curve()
        self._points = PointsItem()
        self.unseen = PointsItem()
        for points in (self._points, self.unseen):
            self.addItem(points)
        self._chance_line = pg.InfiniteLine(angle=0)
        self._chance_line.setVisible(False)
        self.marks = MarksItem()
        self.addItem(self._chance_line)
        self.addItem(self.marks)
        self.crosshair = CrosshairItem(form, lambda value: float(self._on_axis(np.array([value]))[0]))
        self.addItem(self.crosshair)
        self.moment = MomentItem()
        self.moment.setZValue(OVER_CURVES)
        self.marks.setZValue(OVER_CURVES + 1)
        self.crosshair.setZValue(OVER_CURVES + 2)
        self.addItem(self.moment)
        self.clicks = SingleClicks(self)
        self.apply_theme(themes.theme)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_series(
        self,
        raw: SmoothedSeries,
        epochs: Series,
        validation: Series,
        best_epoch: int | None,
        abandoned: Sequence[NDArray[np.float64]] = (),
    ) -> None:
        """Draw the run as it is now; what has not changed since the last time is left as it is."""
        self._shown = (raw, epochs, validation, best_epoch, abandoned)
        moved = self._fit_ranges(raw, validation)
        self._draw_raw(raw)
        seldom = (id(raw), len(epochs), len(validation), best_epoch, len(abandoned))
        if moved or seldom != self._drawn:
            self._drawn = seldom
            self._draw_seldom(epochs, validation, best_epoch, abandoned)
        self._read()

    def show_last_run(self, series: SmoothedSeries | None) -> None:
        """Draw the run before thin and grey behind this one, to compare; None draws none."""
        self._last_run = series
        self._ghost.setVisible(series is not None)
        self._redraw()

    def show_like(self, other: FollowingPlot) -> None:
        super().show_like(other)
        if not isinstance(other, CurvePlot):
            return
        self.set_smoothing(other.is_smoothed)
        self._chance_line.setVisible(other._chance_line.isVisible())
        self._chance_line.setPos(other._chance_line.value())
        self._epochs = other._epochs
        self.marks.show_marks(other.marks.marks)
        self.show_last_run(other._last_run)
        if other._shown is not None:
            self.show_series(*other._shown)

    def key(self) -> list[KeyEntry]:
        shown = self._shown
        found: list[KeyEntry] = []
        if shown is not None:
            raw = KeyEntry(self._raw.opts["pen"], "train, every batch")
            found = [KeyEntry(self._smoothed.opts["pen"], "train, smoothed"), raw] if self.is_smoothed else [raw]
            found += [KeyEntry(self._validation.opts["pen"], "validation")] if len(shown[2]) else []
            found += [KeyEntry(self._abandoned.opts["pen"], "abandoned branch")] if shown[4] else []
        if self._last_run is not None:
            found.append(KeyEntry(self._ghost.opts["pen"], "last run, smoothed"))
        low, high = self.getPlotItem().viewRange()[1]
        if self._chance_line.isVisible() and low <= self._chance_line.value() <= high:
            found.append(KeyEntry(self._chance_line.pen, "guessing"))
        drawn = [look for _, _, look in (*self._points.points, *self.unseen.points)]
        return found + [KeyEntry(self._looks[name], text) for name, text in POINT_NAMES if self._looks[name] in drawn]

    def set_smoothing(self, on: bool) -> None:
        """Draw the running mean dark over the pale values of the batches, or these alone, and dark."""
        self.is_smoothed = self.crosshair.is_smoothed = on
        self._smoothed.setVisible(on)
        self.apply_theme(self._themes.theme)

    def _redraw(self) -> None:
        """Draw everything again: the axes or the looks are others, and values are held near what is visible."""
        if self._shown is not None:
            self._drawn = None
            self.show_series(*self._shown)

    def _draw_raw(self, raw: SmoothedSeries) -> None:
        (left, right), _ = self.getPlotItem().viewRange()
        self._draw(self._raw, *raw.envelope(left, right, max(MINIMUM_BINS, self.width() // 2)))
        if self.is_smoothed:
            self._draw(self._smoothed, *raw.smoothed.thinned(SMOOTHED_POINTS))
        self._show_unseen(raw)

    def _show_unseen(self, raw: Series) -> None:
        """At the edges what no curve can show: NaN and infinity, and what a logarithmic axis has no place for."""
        too_low = (raw.y <= 0) if self._log_scale else (raw.y == -math.inf)
        (left, right), (low, high) = self.getPlotItem().viewRange()
        points = []
        for unseen, name, share in ((~(too_low | np.isfinite(raw.y)), "beyond", 0.975), (too_low, "below", 0.025)):
            if not unseen.any():
                continue
            columns = np.unique(np.rint(UNSEEN_COLUMNS * (raw.x[unseen] - left) / (right - left)))
            inside = columns[(columns >= 0) & (columns <= UNSEEN_COLUMNS)]
            y, step = low + share * (high - low), (right - left) / UNSEEN_COLUMNS
            points += [(left + step * column, y, self._looks[name]) for column in inside.tolist()]
        self.unseen.show_points(points)

    def _draw_seldom(
        self,
        epochs: Series,
        validation: Series,
        best_epoch: int | None,
        abandoned: Sequence[NDArray[np.float64]],
    ) -> None:
        self._draw(self._validation, *validation.thinned(SMOOTHED_POINTS))
        if self._last_run is not None:
            self._draw(self._ghost, *self._last_run.smoothed.thinned(SMOOTHED_POINTS))
        self._show_points(epochs, validation, best_epoch)
        self._abandoned.setVisible(bool(abandoned))
        gap = np.full((2, 1), np.nan)
        drawn = [block_means(branch, BRANCH_POINTS) for branch in abandoned[-MOST_BRANCHES:]]
        branches = np.concatenate([gap, *(part for branch in drawn for part in (branch, gap))], axis=1)
        self._draw(self._abandoned, *branches)

    def _curve(self, antialias: bool = True) -> pg.PlotCurveItem:
        curve = LiveCurve(antialias=antialias, connect="finite", skipFiniteCheck=False)
        self.addItem(curve)
        return curve

    def _draw(self, curve: pg.PlotCurveItem, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
        curve.setData(x, self._on_axis(y))

    def _show_points(self, epochs: Series, validation: Series, best_epoch: int | None) -> None:
        """The means of each epoch, the validation values, and a star on the best: all in one item, which is quicker."""
        best = validation.x == best_epoch
        star = (validation.x[best], validation.y[best], "best")
        each = ((epochs.x, epochs.y, "mean"), (validation.x, validation.y, "validation"))
        groups = (star,) if len(epochs) > SYMBOLS_UP_TO_EPOCHS else (*each, star)
        self._points.show_points(
            [
                (x, y, self._looks[name])
                for xs, ys, name in groups
                for x, y in zip(xs.tolist(), self._on_axis(ys).tolist(), strict=True)
                if math.isfinite(y)
            ]
        )

    def _read(self) -> None:
        x, shown = self._pointed_at, self._shown
        reading = None if x is None or shown is None else Reading.at(x, shown[0], shown[2], self._last_run)
        self.crosshair.show_reading(reading)

    def set_epochs(self, epochs: int) -> None:
        """How many epochs the run has: as far as the axis reaches at most."""
        self._epochs = epochs

    def set_chance(self, share: float | None) -> None:
        """Draw the accuracy of guessing as a dotted line."""
        self._chance_line.setVisible(share is not None)
        if share is not None:
            self._chance_line.setPos(share)

    # -- ranges -------------------------------------------------------------------------------------------------------
    # The ranges are moved in steps and by hand: an axis that changes with every batch costs more than the curves do.

    def _fit_ranges(self, raw: SmoothedSeries, validation: Series) -> bool:
        """Let the axes follow the run; True if they have moved."""
        if not self._follows or not len(raw):
            return False
        right = self._right_end(float(raw.x[-1]))
        extremes = raw.extremes | validation.extremes
        if not math.isfinite(extremes.high):
            return False
        low, high = self._share_range(raw, validation) if self._is_share else self._value_range(extremes)
        if (right, low, high) == self._ranges:
            return False
        self._ranges = (right, low, high)
        pad = 0.02 * (high - low)
        self.getPlotItem().setXRange(0, right * 1.02, padding=0)
        self.getPlotItem().setYRange(low - pad, high + pad, padding=0)
        return True

    def _right_end(self, last: float) -> float:
        """A round number of epochs, or all of them: the fewer steps on the way, the less often axes are drawn anew."""
        return min(nice_ceiling(max(last, LEAST_EPOCHS), SPAN_STEPS), max(self._epochs, last))

    def _value_range(self, extremes: Extremes) -> tuple[float, float]:
        """From 0 to the largest value; on a logarithmic axis from the smallest one above 0, in tenths of a decade."""
        highest = min(extremes.high, HIGHEST)
        if not self._log_scale:
            return 0.0, nice_ceiling(highest)
        if not math.isfinite(extremes.low_positive):
            return -1.0, 0.0
        low, high = math.log10(extremes.low_positive), math.log10(highest)
        return math.floor(low * 10) / 10, math.ceil(high * 10 + 0.5) / 10

    @staticmethod
    def _share_range(raw: SmoothedSeries, validation: Series) -> tuple[float, float]:
        """Once the accuracy is high, give the room to where the curve is, in steps of 10 %."""
        _, shown = raw.thinned(SMOOTHED_POINTS)
        settled = np.sort(shown[len(shown) // 4 :])
        low = float(settled[len(settled) // 50]) if len(settled) > ENOUGH_TO_ZOOM else 0.0
        if len(validation):
            low = min(low, validation.extremes.low)
        return max(0.0, math.floor(low * 10 - 0.2) / 10), 1.0

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.clicks.cancel()
        super().mouseDoubleClickEvent(event)

    def follow(self) -> None:
        """Let the axes follow the run again."""
        self._follows = True
        self._ranges = None
        self._redraw()

    # -- looks --------------------------------------------------------------------------------------------------------

    def apply_theme(self, theme: Theme) -> None:
        ratio = self.pixel_ratio
        font = self._style_axes(theme)
        raw = theme.train_raw if self.is_smoothed else theme.train
        self._raw.setPen(pg.mkPen(raw, width=self.picture_ratio or 1))
        self._raw.opts["antialias"] = self.picture_ratio is not None
        self._smoothed.setPen(line_pen(theme.train, metrics.CURVE_PX * ratio))
        self._validation.setPen(
            line_pen(theme.validation, metrics.RUN_CURVE_PX * ratio, [length * ratio for length in DASH_VALIDATION])
        )
        self._ghost.setPen(line_pen(theme.ink_3, metrics.GHOST_PX * ratio))
        self._abandoned.setPen(line_pen(theme.trouble, 1.2 * ratio, (1.5 * ratio, 2.5 * ratio)))
        self._looks = {
            "mean": Look("o", MARKER_PX - 1, point_pen(theme.train, 1.0), theme.color("train")),
            "validation": Look("o", MARKER_PX, point_pen(theme.validation, 1.6), theme.color("panel")),
            "beyond": Look("t1", UNSEEN_PX, point_pen(theme.panel, 1.0), theme.color("trouble")),
            "below": Look("t", UNSEEN_PX, point_pen(theme.panel, 1.0), theme.color("trouble")),
            "best": Look("star", BEST_PX, point_pen(theme.accent_line, 1.0), theme.color("accent")),
        }
        self._chance_line.setPen(line_pen(theme.ink_3, 1.2 * ratio, (1.0 * ratio, 3.0 * ratio)))
        mark_pen = line_pen(theme.ink_2, 1.2 * ratio, (4.0 * ratio, 3.0 * ratio))
        self.crosshair.set_look(theme, self.font())
        self.moment.set_look(theme)
        self.marks.set_look(font, mark_pen, theme.ink, theme.raised, theme.line_strong)
        self._redraw()
