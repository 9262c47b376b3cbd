"""Loss and accuracy while they come: raw per batch behind smoothed, per epoch and validation, on a shared time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
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
SYMBOLS_UP_TO_EPOCHS = 60


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
        self._chance: float | None = None
        self._raw = self.plot()
        self._smoothed = self.plot()
        self._epochs = self.plot()
        self._validation = self.plot()
        self._best = self.plot()
        self._chance_line = pg.InfiniteLine(angle=0)
        self._chance_line.setVisible(False)
        self.addItem(self._chance_line)
        self._configure()
        themes.theme_changed.connect(self.apply_theme)
        self.apply_theme(themes.theme)

    def _configure(self) -> None:
        self.setMenuEnabled(True)
        self.hideButtons()
        item = self.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.showGrid(x=False, y=True, alpha=1.0)
        item.getViewBox().setDefaultPadding(0.03)
        item.getViewBox().setLimits(xMin=0)
        if self._is_share:
            item.getViewBox().setLimits(yMin=-0.02, yMax=1.03)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_series(self, raw: SmoothedSeries, epochs: Series, validation: Series, best_epoch: int | None) -> None:
        """Draw the run as it is now."""
        symbols = "o" if len(epochs) <= SYMBOLS_UP_TO_EPOCHS else None
        self._raw.setData(raw.x, raw.y)
        self._smoothed.setData(raw.smoothed.x, raw.smoothed.y)
        self._epochs.setData(epochs.x, epochs.y, symbol=symbols)
        self._validation.setData(validation.x, validation.y, symbol=symbols)
        self._show_best(validation, best_epoch)
        if self._is_share:
            self._zoom_share(raw, validation)

    def set_log_scale(self, on: bool) -> None:
        """Show y on a logarithmic axis; values that it cannot show are left out by the plot."""
        self.getPlotItem().setLogMode(x=False, y=on)

    def set_axis_names(self, x: str, y: str) -> None:
        style = {"color": self._themes.theme.ink_2}
        self.getPlotItem().setLabel("bottom", x, **style)
        self.getPlotItem().setLabel("left", y, **style)

    def set_chance(self, share: float | None) -> None:
        """Draw the accuracy of guessing as a dotted line."""
        self._chance = share
        self._chance_line.setVisible(share is not None)
        if share is not None:
            self._chance_line.setPos(share)

    def _show_best(self, validation: Series, best_epoch: int | None) -> None:
        at = validation.x == best_epoch if best_epoch is not None else np.zeros(len(validation), bool)
        self._best.setData(validation.x[at], validation.y[at], symbol="star")

    def _zoom_share(self, raw: SmoothedSeries, validation: Series) -> None:
        """Once the accuracy is high, give the room to where the curve is; what lies below is left at the edge."""
        view = self.getPlotItem().getViewBox()
        if not view.state["autoRange"][1] and not self._zoomed_here:
            return
        settled = raw.y[len(raw) // 4 :]
        low = float(np.quantile(settled, 0.02)) if len(settled) > 40 else 0.0
        if len(validation):
            low = min(low, float(np.nanmin(validation.y)))
        low = max(0.0, np.floor(low * 10 - 0.2) / 10)
        self._zoomed_here = True
        view.setYRange(low, 1.0, padding=0.02)

    _zoomed_here = False

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.follow()
        event.accept()

    def follow(self) -> None:
        """Let the axes follow the run again."""
        self._zoomed_here = False
        self.getPlotItem().getViewBox().enableAutoRange()

    # -- looks --------------------------------------------------------------------------------------------------------

    @Slot(object)
    def apply_theme(self, theme: Theme) -> None:
        """Colours and fonts; pyqtgraph follows no palette, so every item is told."""
        self.setBackground(theme.panel)
        self._raw.setPen(pg.mkPen(theme.train_raw, width=1))
        self._smoothed.setPen(_pen(theme.train, metrics.CURVE_PX))
        self._epochs.setPen(None)
        self._epochs.setSymbolPen(pg.mkPen(theme.train, width=1))
        self._epochs.setSymbolBrush(pg.mkBrush(theme.train))
        self._epochs.setSymbolSize(MARKER_PX - 1)
        self._validation.setPen(_pen(theme.validation, metrics.RUN_CURVE_PX, DASH_VALIDATION))
        self._validation.setSymbolPen(_pen(theme.validation, 1.6))
        self._validation.setSymbolBrush(pg.mkBrush(theme.panel))
        self._validation.setSymbolSize(MARKER_PX)
        self._best.setPen(None)
        self._best.setSymbolSize(15)
        self._best.setSymbolPen(pg.mkPen(theme.accent_line, width=1))
        self._best.setSymbolBrush(pg.mkBrush(theme.accent))
        self._chance_line.setPen(_pen(theme.ink_3, 1.2, (1.0, 3.0)))
        font = metrics.tabular(metrics.role_font(self.font(), Role.CAPTION))
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(theme.line_strong))
            axis.setTextPen(pg.mkPen(theme.ink_2))
            axis.setTickFont(QFont(font))
            axis.label.setFont(font)
            axis.setGrid(False)
        left = self.getPlotItem().getAxis("left")
        left.setTickPen(pg.mkPen(theme.grid))
        left.setGrid(255)


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
        self.legend.set_values(log.batch_acc.smoothed.last, log.val_acc.last, lambda value: f"{100 * value:.1f} %")
