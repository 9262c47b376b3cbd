"""Loss and accuracy while they come: raw per batch behind smoothed, per epoch and validation, on a shared time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from gui.domain.metrics_log import MetricsLog, Series, SmoothedSeries
from gui.views import metrics
from gui.views.metrics import Role
from gui.views.theme import Theme, ThemeProvider
from gui.views.widgets.card import Card
from gui.views.widgets.legend import Legend

DASH_VALIDATION = (7.0, 4.0)
MARKER_PX = 6
SYMBOLS_UP_TO_EPOCHS = 25
ENOUGH_TO_ZOOM = 40
SMOOTHED_POINTS = 300
MINIMUM_BINS = 100
MARK_HEIGHTS = (0.95, 0.87, 0.79, 0.71)  # labels of neighbours stand at different heights
NICE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


class PercentAxis(pg.AxisItem):
    """Shares as per cent."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        digits = 0 if spacing >= 0.01 else 1
        return [f"{100 * value:.{digits}f} %" for value in values]


class CurvePlot(pg.PlotWidget):
    """One plot: training raw and smoothed, means per epoch, validation. A double click gives up the user's zoom."""

    def __init__(self, themes: ThemeProvider, name: str, title: str, is_share: bool) -> None:
        axes = {"left": PercentAxis("left")} if is_share else {}
        super().__init__(axisItems=axes)
        self.setObjectName(name)
        self.setAccessibleName(f"{title} curves")
        self.setToolTip("Wheel zooms, drag moves, a double click follows the run again.")
        self._themes = themes
        self._is_share = is_share
        self._log_scale = False
        self._follows = True
        self._ranges: tuple[float, float, float] | None = None
        self._shown: tuple[SmoothedSeries, Series] | None = None
        self._raw = self.plot(antialias=False)  # one pixel wide: smoothing its edges would cost most of the frame
        self._smoothed = self.plot()
        self._epochs = self.plot()
        self._validation = self.plot()
        self._best = self.plot()
        self._chance_line = pg.InfiniteLine(angle=0)
        self._chance_line.setVisible(False)
        self._marks: list[pg.InfiniteLine] = []
        self.addItem(self._chance_line)
        self._configure()
        themes.theme_changed.connect(self.apply_theme)
        self.apply_theme(themes.theme)

    def _configure(self) -> None:
        self.setMenuEnabled(True)
        self.hideButtons()
        item = self.getPlotItem()
        item.showGrid(x=False, y=True, alpha=1.0)
        view = item.getViewBox()
        view.disableAutoRange()
        view.setLimits(xMin=0)
        view.sigRangeChangedManually.connect(self._on_user_moved)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_series(self, raw: SmoothedSeries, epochs: Series, validation: Series, best_epoch: int | None) -> None:
        """Draw the run as it is now."""
        symbols = "o" if len(epochs) <= SYMBOLS_UP_TO_EPOCHS else None
        self._shown = (raw, validation)
        self._fit_ranges(raw, validation)
        self._show_raw(raw)
        self._smoothed.setData(*raw.smoothed.thinned(SMOOTHED_POINTS))
        self._epochs.setData(epochs.x, epochs.y, symbol=symbols)
        self._validation.setData(validation.x, validation.y, symbol=symbols)
        self._show_best(validation, best_epoch)

    def show_marks(self, marks: Sequence[tuple[float, str]]) -> None:
        """A labelled dashed line at every x where something was changed; fewer marks than before are another run's."""
        if len(marks) < len(self._marks):
            for line in self._marks:
                self.removeItem(line)
            self._marks = []
        for x, label in marks[len(self._marks) :]:
            height = MARK_HEIGHTS[len(self._marks) % len(MARK_HEIGHTS)]
            line = pg.InfiniteLine(x, angle=90, label=label, labelOpts={"position": height, "movable": False})
            self._marks.append(line)
            self.addItem(line)
            self._paint_mark(line)

    def _paint_mark(self, line: pg.InfiniteLine) -> None:
        theme = self._themes.theme
        ratio = self.devicePixelRatioF()
        line.setPen(_pen(theme.ink_2, 1.2 * ratio, (4.0 * ratio, 3.0 * ratio)))
        line.label.setColor(theme.ink)
        line.label.setFont(metrics.role_font(self.font(), Role.CAPTION))
        line.label.fill = pg.mkBrush(theme.raised)
        line.label.border = pg.mkPen(theme.line_strong)

    def _show_raw(self, raw: SmoothedSeries) -> None:
        (left, right), _ = self.getPlotItem().viewRange()
        self._raw.setData(*raw.envelope(left, right, max(MINIMUM_BINS, self.width() // 2)))

    def set_log_scale(self, on: bool) -> None:
        """Show y on a logarithmic axis; values that it cannot show are left out by the plot."""
        self._log_scale = on
        self.getPlotItem().setLogMode(x=False, y=on)
        self.follow()

    def set_axis_names(self, x: str, y: str) -> None:
        style = {"color": self._themes.theme.ink_2}
        self.getPlotItem().setLabel("bottom", x, **style)
        self.getPlotItem().setLabel("left", y, **style)

    def set_chance(self, share: float | None) -> None:
        """Draw the accuracy of guessing as a dotted line."""
        self._chance_line.setVisible(share is not None)
        if share is not None:
            self._chance_line.setPos(share)

    def _show_best(self, validation: Series, best_epoch: int | None) -> None:
        at = validation.x == best_epoch if best_epoch is not None else np.zeros(len(validation), bool)
        self._best.setData(validation.x[at], validation.y[at], symbol="star")

    # -- ranges -------------------------------------------------------------------------------------------------------
    # The ranges are moved in steps and by hand: an axis that changes with every batch costs more than the curves do.

    def _fit_ranges(self, raw: SmoothedSeries, validation: Series) -> None:
        if not self._follows or not len(raw):
            return
        right = nice_ceiling(float(raw.x[-1]))
        values = raw.y[np.isfinite(raw.y)]
        if len(validation):
            values = np.concatenate([values, validation.y[np.isfinite(validation.y)]])
        if not len(values):
            return
        low, high = self._share_range(raw, validation) if self._is_share else self._value_range(values)
        if (right, low, high) != self._ranges:
            self._ranges = (right, low, high)
            pad = 0.02 * (high - low)
            self.getPlotItem().setXRange(0, right * 1.02, padding=0)
            self.getPlotItem().setYRange(low - pad, high + pad, padding=0)

    def _value_range(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """From 0 to the largest value; on a logarithmic axis from the smallest one above 0, in tenths of a decade."""
        if not self._log_scale:
            return 0.0, nice_ceiling(float(values.max()))
        positive = values[values > 0]
        if not len(positive):
            return -1.0, 0.0
        low, high = np.log10(positive.min()), np.log10(positive.max())
        return float(np.floor(low * 10) / 10), float(np.ceil(high * 10 + 0.5) / 10)

    @staticmethod
    def _share_range(raw: SmoothedSeries, validation: Series) -> tuple[float, float]:
        """Once the accuracy is high, give the room to where the curve is, in steps of 10 %."""
        settled = raw.y[len(raw) // 4 :]
        low = float(np.quantile(settled, 0.02)) if len(settled) > ENOUGH_TO_ZOOM else 0.0
        if len(validation):
            low = min(low, float(np.nanmin(validation.y)))
        return max(0.0, float(np.floor(low * 10 - 0.2) / 10)), 1.0

    @Slot()
    def _on_user_moved(self) -> None:
        self._follows = False
        if self._shown is not None:
            self._show_raw(self._shown[0])

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.follow()
        event.accept()

    def follow(self) -> None:
        """Let the axes follow the run again."""
        self._follows = True
        self._ranges = None
        if self._shown is not None:
            self._fit_ranges(*self._shown)

    # -- looks --------------------------------------------------------------------------------------------------------

    @Slot(object)
    def apply_theme(self, theme: Theme) -> None:
        """Colours and fonts; pyqtgraph follows no palette, so every item is told."""
        ratio = self.devicePixelRatioF()  # a cosmetic pen's width counts device pixels
        self.setBackground(theme.panel)
        self._raw.setPen(pg.mkPen(theme.train_raw, width=1))
        self._smoothed.setPen(_pen(theme.train, metrics.CURVE_PX * ratio))
        self._epochs.setPen(None)
        self._epochs.setSymbolPen(pg.mkPen(theme.train, width=1))
        self._epochs.setSymbolBrush(pg.mkBrush(theme.train))
        self._epochs.setSymbolSize(MARKER_PX - 1)
        self._validation.setPen(
            _pen(theme.validation, metrics.RUN_CURVE_PX * ratio, [length * ratio for length in DASH_VALIDATION])
        )
        self._validation.setSymbolPen(_pen(theme.validation, 1.6 * ratio))
        self._validation.setSymbolBrush(pg.mkBrush(theme.panel))
        self._validation.setSymbolSize(MARKER_PX)
        self._best.setPen(None)
        self._best.setSymbolSize(15)
        self._best.setSymbolPen(pg.mkPen(theme.accent_line, width=1))
        self._best.setSymbolBrush(pg.mkBrush(theme.accent))
        self._chance_line.setPen(_pen(theme.ink_3, 1.2 * ratio, (1.0 * ratio, 3.0 * ratio)))
        for line in self._marks:
            self._paint_mark(line)
        font = metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(theme.line_strong))
            axis.setTextPen(pg.mkPen(theme.ink_2))
            axis.setTickFont(QFont(font))
            axis.label.setFont(font)
            axis.setGrid(False)
            axis.setStyle(maxTickLevel=0)
            axis.enableAutoSIPrefix(False)
        left = self.getPlotItem().getAxis("left")
        left.setTickPen(pg.mkPen(theme.grid))
        left.setGrid(255)


def nice_ceiling(value: float) -> float:
    """The next round number that is not below a value: 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in NICE_STEPS if step * power >= value * (1 - 1e-9)))


def _pen(color: str, width: float, dash: Sequence[float] = ()) -> QPen:
    pen = pg.mkPen(QColor(color), width=width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dash:
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([length / width for length in dash])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class LossCard(Card):
    """The loss, with a switch to a logarithmic axis."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Loss", parent=parent)
        self.plot = CurvePlot(themes, "loss_plot", "Loss", is_share=False)
        self.legend = Legend(themes)
        self.add_header_widget(self.legend)
        self.log_button = QPushButton("log")
        self.log_button.setCheckable(True)
        self.log_button.setProperty("small", "true")
        self.log_button.setObjectName("loss_log_button")
        self.log_button.setAccessibleName("Logarithmic loss axis")
        self.log_button.setToolTip("Show the loss on a logarithmic axis (L)")
        self.log_button.toggled.connect(self.plot.set_log_scale)
        self.add_header_widget(self.log_button)
        self.body.addWidget(self.plot)

    def show_log(self, log: MetricsLog) -> None:
        self.plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch)
        self.plot.show_marks(log.marks)
        self.legend.set_values(log.batch_loss.smoothed.last, log.val_loss.last, lambda value: f"{value:.3f}")


class AccuracyCard(Card):
    """The accuracy, with the level of guessing."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Accuracy", parent=parent)
        self.plot = CurvePlot(themes, "accuracy_plot", "Accuracy", is_share=True)
        self.legend = Legend(themes)
        self.add_header_widget(self.legend)
        self.body.addWidget(self.plot)

    def show_log(self, log: MetricsLog) -> None:
        self.plot.show_series(log.batch_acc, log.epoch_acc, log.val_acc, log.best_epoch)
        self.plot.show_marks(log.marks)
        self.legend.set_values(log.batch_acc.smoothed.last, log.val_acc.last, lambda value: f"{100 * value:.1f} %")
