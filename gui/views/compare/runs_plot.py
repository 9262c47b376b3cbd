"""One measure of many runs over their epochs: every run in its own colour and dash, its name at the end of its line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QResizeEvent

from gui.domain.kept_run import KeptRun
from gui.domain.run_curves import Curves, Line, nearest_epoch
from gui.views.compare.end_labels import EndLabel, EndLabelAxis
from gui.views.compare.run_styles import THIN_PX, run_pen, run_style
from gui.views.compare.runs_crosshair import RunReading, RunsCrosshair
from gui.views.looks import metrics
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.train.curve_items import LiveCurve, Look, PointsItem, point_pen
from gui.views.widgets.following_plot import FollowingPlot

TIP = "Point at the curves for their values. Wheel zooms, drag moves, Home or a double click shows everything."
MOST_POINTS = 400
END_PX = 6.0
LEAST_SPAN = 1e-6
PAD_SHARE = 0.05
HIGHEST = 1e30
THUMB_EPOCHS = 0.5


class DrawnRun(NamedTuple):
    """A run with the measure that is drawn of it."""

    run: KeptRun
    curves: Curves
    is_baseline: bool


class RunsPlot(FollowingPlot):
    """A zoom of the user's stays when other runs are drawn."""

    def __init__(
        self, themes: ThemeProvider, name: str, title: str, is_share: bool, form: Callable[[float], str]
    ) -> None:
        super().__init__(themes, name, title, is_share, TIP)
        self.setAccessibleName(f"{title} of the runs")
        self.setWhatsThis(
            f"{title} after each epoch, one line for every run whose check box is set. A thin line is the smoothed "
            "training curve of a run that was not validated. The thickest line is the baseline. Under the mouse stand "
            "the exact values of all runs, the best first, in both plots at once."
        )
        self._drawn: list[DrawnRun] = []
        self._curves: dict[str, LiveCurve] = {}
        self._ends = PointsItem()
        self._ends.setZValue(2)
        self.addItem(self._ends)
        self.crosshair = RunsCrosshair(form)
        self.crosshair.setZValue(3)
        self.addItem(self.crosshair)
        self.labels = EndLabelAxis()
        self.getPlotItem().setAxisItems({"right": self.labels})
        self.apply_theme(themes.theme)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_runs(self, drawn: Sequence[DrawnRun]) -> None:
        """Draw these runs; a zoom of the user's stays as it is."""
        self._drawn = [each for each in drawn if len(each.curves.main)]
        wanted = {each.run.id for each in self._drawn}
        for run_id in [run_id for run_id in self._curves if run_id not in wanted]:
            self.removeItem(self._curves.pop(run_id))
        for each in self._drawn:
            if each.run.id not in self._curves:
                self._curves[each.run.id] = LiveCurve(antialias=True, connect="finite", skipFiniteCheck=False)
                self.addItem(self._curves[each.run.id])
        if self._follows:
            self._fit()
        self._redraw()

    def show_like(self, other: FollowingPlot) -> None:
        super().show_like(other)
        if isinstance(other, RunsPlot):
            self.show_runs(other._drawn)

    def _redraw(self) -> None:
        theme, ratio = self._themes.theme, self.pixel_ratio
        ends, labels = [], []
        for each in self._drawn:
            run, curve = each.run, self._curves[each.run.id]
            x, y = _thinned(each.curves.main)
            on_axis = self._on_axis(y)
            curve.setPen(run_pen(theme, run.color, self._width(each), ratio))
            curve.setZValue(1 if each.is_baseline else 0)
            curve.setData(x, on_axis)
            finite = np.flatnonzero(np.isfinite(on_axis))
            if len(finite):
                style, last = run_style(theme, run.color), finite[-1]
                look = Look("o", END_PX, point_pen(theme.panel, metrics.LINE_PX), QColor(style.line))
                ends.append((float(x[last]), float(on_axis[last]), look))
                labels.append(EndLabel(float(on_axis[last]), run.name, style.text, each.is_baseline))
        self._ends.show_points(ends)
        self.labels.set_labels(labels, self.width())
        self._read()

    def _width(self, drawn: DrawnRun) -> float:
        if not len(drawn.curves.validation):
            return THIN_PX
        return metrics.BASELINE_PX if drawn.is_baseline else metrics.RUN_CURVE_PX

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "labels"):  # pyqtgraph resizes a plot before it is finished
            self.labels.set_labels(self.labels.labels, self.width())

    # -- ranges -------------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        self._follows = True
        self._fit()
        self._redraw()

    def _fit(self) -> None:
        """Show every point of every run."""
        lines = [each.curves.main for each in self._drawn]
        if not lines:
            return
        left = 0.0 if any(not len(each.curves.validation) for each in self._drawn) else min(line.x[0] for line in lines)
        right = max(float(line.x[-1]) for line in lines)
        if right - left < LEAST_SPAN:  # one point has no width
            left, right = max(0.0, left - THUMB_EPOCHS), right + THUMB_EPOCHS
        low, high = self._value_range(np.concatenate([line.y for line in lines]))
        self.getPlotItem().setXRange(left, right, padding=0)
        self.getPlotItem().setYRange(low, high, padding=0)

    def _value_range(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """From the lowest to the highest value that the axis can show, with some room at either side."""
        shown = values[np.isfinite(values) & (np.abs(values) < HIGHEST)]
        if self._log_scale:
            shown = np.log10(shown[shown > 0])
        if not len(shown):
            return (-1.0, 0.0) if self._log_scale else (0.0, 1.0)
        low, high = float(shown.min()), float(shown.max())
        room = PAD_SHARE * (high - low) or max(abs(high) * PAD_SHARE, LEAST_SPAN)
        return (low - room, min(high + room, 1.0 + room / 2)) if self._is_share else (low - room, high + room)

    # -- the crosshair ------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        x = self._pointed_at
        at = None if x is None else nearest_epoch([each.curves.main for each in self._drawn], x)
        if at is None:
            self.crosshair.show_readings(None)
            return
        readings = [reading for each in self._drawn if (reading := self._reading(each, at)) is not None]
        readings.sort(key=lambda each: (not math.isfinite(each.value), -each.value if self._is_share else each.value))
        self.crosshair.show_readings(at, readings)

    def _reading(self, drawn: DrawnRun, at: float) -> RunReading | None:
        value = drawn.curves.main.at(at)
        if value is None:
            return None
        pen = run_pen(self._themes.theme, drawn.run.color, self._width(drawn))
        return RunReading(drawn.run.name, pen, value, float(self._on_axis(np.array([value]))[0]))

    # -- looks --------------------------------------------------------------------------------------------------------

    def apply_theme(self, theme: Theme) -> None:
        self._style_axes(theme)
        self.getPlotItem().getAxis("bottom").setStyle(hideOverlappingLabels=False)
        self.labels.set_font(self.font())
        self.crosshair.set_look(theme, self.font())
        self._redraw()


def _thinned(line: Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of a line, evenly chosen where there are more than can be seen; the last one is among them."""
    stride = max(1, len(line) // MOST_POINTS)
    chosen = slice((len(line) - 1) % stride if len(line) else 0, None, stride)
    return line.x[chosen], line.y[chosen]
