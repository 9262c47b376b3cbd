"""Loss and accuracy while they come, each in a card with a legend that says the latest values."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from gui.domain.metrics_log import MetricsLog
from gui.views.backprop.graph_items import number_text
from gui.views.looks.theme import ThemeProvider
from gui.views.train.curve_plot import CurvePlot
from gui.views.widgets.card import Card
from gui.views.widgets.legend import Legend


def percent_text(share: float) -> str:
    """A share as per cent with one decimal."""
    return f"{100 * share:.1f} %"


class LossCard(Card):
    """The loss, with a switch to a logarithmic axis."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Loss", parent=parent)
        self.plot = CurvePlot(themes, "loss_plot", "Loss", False, number_text)
        self.legend = Legend(themes)
        self.add_header_widget(self.legend)
        self.log_button = QPushButton("log")
        self.log_button.setCheckable(True)
        self.log_button.setProperty("small", "true")
        self.log_button.setObjectName("loss_log_button")
        self.log_button.setAccessibleName("Logarithmic loss axis")
        self.log_button.setToolTip("Show the loss on a logarithmic axis (L)")
        self.log_button.setWhatsThis(
            "On a logarithmic axis equal factors are equally far apart, so one sees whether a small loss still falls."
        )
        self.log_button.toggled.connect(self.plot.set_log_scale)
        self.add_header_widget(self.log_button)
        self.body.addWidget(self.plot)

    def show_last_run(self, log: MetricsLog | None) -> None:
        """The curve of the run before goes behind this one's; None for none."""
        self.plot.show_last_run(None if log is None else log.batch_loss)
        self.legend.set_last_run(log is not None)

    def show_log(self, log: MetricsLog) -> None:
        self.plot.show_series(log.batch_loss, log.epoch_loss, log.val_loss, log.best_epoch, log.abandoned_loss)
        self.plot.show_marks(log.marks)
        self.legend.set_values(log.batch_loss.smoothed.last, log.val_loss.last, number_text)


class AccuracyCard(Card):
    """The accuracy, with the level of guessing."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Accuracy", parent=parent)
        self.plot = CurvePlot(themes, "accuracy_plot", "Accuracy", True, percent_text)
        self.legend = Legend(themes)
        self.add_header_widget(self.legend)
        self.body.addWidget(self.plot)

    def show_last_run(self, log: MetricsLog | None) -> None:
        """The curve of the run before goes behind this one's; None for none."""
        self.plot.show_last_run(None if log is None else log.batch_acc)
        self.legend.set_last_run(log is not None)

    def show_log(self, log: MetricsLog) -> None:
        self.plot.show_series(log.batch_acc, log.epoch_acc, log.val_acc, log.best_epoch, log.abandoned_acc)
        self.plot.show_marks(log.marks)
        self.legend.set_values(log.batch_acc.smoothed.last, log.val_acc.last, percent_text)
