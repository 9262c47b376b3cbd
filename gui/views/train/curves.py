"""Loss and accuracy while they come, each in a card with a legend that says the latest values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QPushButton, QWidget

from gui.domain.metrics_log import MetricsLog, Reading, Series, SmoothedSeries
from gui.views.backprop.graph_items import number_text
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.theme import ThemeProvider
from gui.views.train.curve_plot import CurvePlot
from gui.views.widgets.card import Card
from gui.views.widgets.legend import Legend

SMOOTH_LINES = 5.0  # while it is switched on its name is bold, and longer than Qt reckons


LEGEND_INTERVAL_MS = 250


class Curves(NamedTuple):
    """What a plot shows of a run."""

    raw: SmoothedSeries
    epochs: Series
    validation: Series
    abandoned: Sequence[NDArray[np.float64]]


def percent_text(share: float) -> str:
    """A share as per cent with one decimal."""
    return f"{100 * share:.1f} %"


class CurveCard(Card):
    """One number of a run over time: a plot, and a legend that says its latest values as ``form`` writes them."""

    def __init__(
        self, themes: ThemeProvider, title: str, is_share: bool, form: Callable[[float], str], parent: QWidget | None
    ) -> None:
        super().__init__(themes, title, parent=parent)
        self._form = form
        self._written = QElapsedTimer()
        self._is_share = is_share
        self.plot = self.new_plot()
        self.legend = Legend(themes)
        self.add_header_widget(self.legend)
        self.body.addWidget(self.plot)

    def new_plot(self) -> CurvePlot:
        """Another plot of this number, as one for a picture is."""
        title = self.accessibleName()
        return CurvePlot(self._themes, f"{title.lower()}_plot", title, self._is_share, self._form)

    def curves(self, log: MetricsLog) -> Curves:
        """The number's own curves among all of a run."""
        raise NotImplementedError

    def show_log(self, log: MetricsLog, moment: int | None = None, is_running: bool = False) -> None:
        """Draw the run as it is now, and the earlier moment after ``moment`` batches if one is looked at.

        While the run goes on, the legend's numbers change no oftener than one can read.
        """
        raw, epochs, validation, abandoned = self.curves(log)
        self.plot.show_series(raw, epochs, validation, log.best_epoch, abandoned)
        self.plot.marks.show_marks(log.marks)
        self.plot.moment.show_at(None if moment is None else log.done(moment))
        if is_running and self._written.isValid() and self._written.elapsed() < LEGEND_INTERVAL_MS:
            return
        self._written.start()
        is_smoothed = self.plot.is_smoothed
        if moment is None:
            self.legend.set_values(raw.smoothed.last if is_smoothed else raw.last, validation.last, self._form)
            return
        then = Reading.at(log.done(moment), raw, validation) if moment else None
        known = then.validation[1] if then is not None and then.validation is not None else None
        value = None if then is None else then.smoothed if is_smoothed else then.raw
        self.legend.set_values(value, known, self._form)

    def set_smoothing(self, on: bool) -> None:
        """Show the smoothed curve and its value, or those of every batch alone."""
        self.plot.set_smoothing(on)
        self.legend.set_smoothing(on)

    def show_last_run(self, log: MetricsLog | None) -> None:
        """The curve of the run before goes behind this one's; None for none."""
        self.plot.show_last_run(None if log is None else self.curves(log).raw)
        self.legend.set_last_run(log is not None)


class LossCard(CurveCard):
    """The loss, with switches for a logarithmic axis and (for both plots, so the page connects it) smoothing."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Loss", False, number_text, parent)
        self.smooth_button = self._switch(
            "smooth",
            "Smoothed curves",
            "Show the mean of about the last 50 batches over the values of every batch (S)",
            "Single batches scatter; their running mean shows where training goes. Switched off, both plots and their "
            "legends show every batch as it was measured.",
        )
        set_least_size(self.smooth_button, width=SMOOTH_LINES)
        self.smooth_button.setChecked(True)
        self.log_button = self._switch(
            "log",
            "Logarithmic loss axis",
            "Show the loss on a logarithmic axis (L)",
            "On a logarithmic axis equal factors are equally far apart, so one sees whether a small loss still falls.",
        )
        self.log_button.toggled.connect(self.plot.set_log_scale)

    def _switch(self, text: str, name: str, tip: str, explanation: str) -> QPushButton:
        button = QPushButton(text)
        button.setCheckable(True)
        button.setProperty("small", "true")
        button.setObjectName(f"loss_{text}_button")
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setWhatsThis(explanation)
        self.add_header_widget(button)
        return button

    def curves(self, log: MetricsLog) -> Curves:
        return Curves(log.batch_loss, log.epoch_loss, log.val_loss, log.abandoned_loss)


class AccuracyCard(CurveCard):
    """The accuracy, with the level of guessing."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Accuracy", True, percent_text, parent)

    def curves(self, log: MetricsLog) -> Curves:
        return Curves(log.batch_acc, log.epoch_acc, log.val_acc, log.abandoned_acc)
