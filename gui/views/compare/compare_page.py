"""The Compare page: every kept run in a table, the curves of the chosen ones over each other, what differs between two.

The window starts without it: it is built when nobody waits, or when it is first opened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QSplitter, QVBoxLayout, QWidget

from beras.registry import LOSSES
from gui.domain.run_comparison import mixture_sentence
from gui.domain.run_curves import Curves, RunCurves
from gui.domain.run_table import loss_text, share_text
from gui.state.runs import RunsState
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, fill
from gui.views.widgets.card import Card
from gui.views.widgets.themed import elided_label

if TYPE_CHECKING:  # the modules of the parts are read with the parts
    from gui.views.compare.runs_plot import RunsPlot

UNDISTURBED_MS, BETWEEN_STEPS_MS, LOOK_AGAIN_MS = 1500, 100, 150
NARROWEST_CARD = 17.0  # in lines of text
NO_CURVES = "No curves are chosen. Set the check box of a run."
NO_RUN = "The curves of kept runs are drawn here."
NO_ACCURACY = "These runs have no classes, so there is no accuracy."
READING = "Reading the curves…"
LOSS = ("compare_loss_plot", "Validation loss", False, loss_text)
ACCURACY = ("compare_accuracy_plot", "Validation accuracy", True, share_text)


class ComparePage(QWidget):
    """``run_wanted`` from the empty page."""

    run_wanted = Signal()

    def __init__(
        self,
        themes: ThemeProvider,
        state: RunsState,
        actions: KeptRunActions,
        fit: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_compare")
        self._themes, self._state, self._actions, self._fit = themes, state, actions, fit
        self._offered: tuple[QAction, ...] = ()
        self._look_again = QTimer(self)  # once the page is painted: whoever reads beside it holds it up
        self._look_again.setSingleShot(True)
        self._look_again.setInterval(LOOK_AGAIN_MS)
        self._look_again.timeout.connect(state.load)
        self._steps: list[Callable[[], None]] = [
            self._make_runs_card,
            self._make_loss,
            self._make_accuracy,
            self._make_difference,
            self._finish,
        ]
        self._is_stale = True
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_pause_over)

    # -- building -----------------------------------------------------------------------------------------------------

    @property
    def is_built(self) -> bool:
        return not self._steps

    def build(self) -> None:
        """Make everything that is not there yet."""
        while self._steps:
            self._steps.pop(0)()

    def prepare(self) -> None:
        """Make it part by part while nobody is waiting, so that the page opens as quickly as later."""
        self._pause.start(UNDISTURBED_MS)

    @Slot()
    def _on_pause_over(self) -> None:
        if self._steps and self.window().isVisible():
            self._steps.pop(0)()
            self._pause.start(BETWEEN_STEPS_MS)

    def _make_runs_card(self) -> None:
        from gui.views.compare.runs_card import RunsCard

        self.runs_card = RunsCard(self._themes, self._state, self._actions)
        self.runs_card.empty_action_triggered.connect(self.run_wanted)
        self._actions.rename.triggered.connect(lambda _=False: self.runs_card.table.edit_name())

    def _make_loss(self) -> None:
        self.loss = self._plot(*LOSS)

    def _make_accuracy(self) -> None:
        self.accuracy = self._plot(*ACCURACY)
        self.loss.getPlotItem().setXLink(self.accuracy.getPlotItem())

    def _make_difference(self) -> None:
        from gui.views.compare.difference_card import DifferenceCard

        self.log_button = self._log_button()
        self.difference = DifferenceCard(self._themes, self._state)

    def _finish(self) -> None:
        self.note = elided_label("", tone="trouble")
        self.note.setObjectName("compare_note")
        self.note.setWhatsThis(
            "Runs of other data sets or with another loss may be drawn over each other, but their numbers do not mean "
            "the same. The filter and the check boxes choose which are drawn."
        )
        self._arrange()
        self._state.changed.connect(self.refresh)
        self._state.curves_changed.connect(self.refresh)

    def _plot(self, name: str, title: str, is_share: bool, form: Callable[[float], str]) -> RunsPlot:
        plot = self._new_plot(name, title, is_share, form)
        plot.addAction(self._fit)
        plot.offer(*self._offered)
        plot.pointed_at.connect(self._on_pointed_at)
        return plot

    def _new_plot(self, name: str, title: str, is_share: bool, form: Callable[[float], str]) -> RunsPlot:
        from gui.views.compare.runs_plot import RunsPlot

        return RunsPlot(self._themes, name, title, is_share, form)

    def offer(self, *commands: QAction) -> None:
        """Put commands into the context menu of the plots, also of those that are still to be made."""
        self._offered = commands

    @property
    def listed_ids(self) -> list[str]:
        """The runs of the table as it is sorted and filtered."""
        self.build()
        return self.runs_card.table.visible_ids

    def picture(self, kind: str, title: str) -> bytes:
        """The curves that are compared as a picture, "png" or "svg"."""
        from gui.views.widgets.plot_picture import picture_of  # here, so that the studio starts without it

        self.build()
        self._draw()
        plots = [(self.loss, self._new_plot(*LOSS))]
        if not self.accuracy_card.is_empty:
            plots.append((self.accuracy, self._new_plot(*ACCURACY)))
        return picture_of(kind, title, plots, self._themes)

    def _log_button(self) -> QPushButton:
        button = QPushButton("log")
        button.setObjectName("compare_log_button")
        button.setCheckable(True)
        button.setProperty("small", "true")
        button.setAccessibleName("Logarithmic axis of the validation loss")
        button.setToolTip("Show the validation loss on a logarithmic axis")
        button.setWhatsThis(
            "On a logarithmic axis equal factors are equally far apart. Zero and negative values have no place on it."
        )
        button.toggled.connect(self.loss.set_log_scale)
        return button

    def _arrange(self) -> None:
        self.loss_card, self.accuracy_card = (
            Card(self._themes, "Validation loss"),
            Card(self._themes, "Validation accuracy"),
        )
        self.loss_card.add_header_widget(self.log_button)
        for card, plot in ((self.loss_card, self.loss), (self.accuracy_card, self.accuracy)):
            card.body.addWidget(plot)
        below = AdaptiveSplitter(NARROWEST_CARD)
        fill(below, (self.loss_card, self.accuracy_card, self.difference), (500, 500, 340))
        rows = QSplitter(Qt.Orientation.Vertical)
        fill(rows, (self.runs_card, below), (300, 440), (2, 3))
        column = QVBoxLayout(self)
        margin = metrics.CARD_GAP_PX
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(metrics.HALF_PX)
        column.addWidget(self.note)
        column.addWidget(rows, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """What another window has kept meanwhile is looked for."""
        super().showEvent(event)
        self.build()
        self._look_again.start()
        if self._is_stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look_again.stop()
        if self.is_built:
            self._on_pointed_at(None)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Draw the runs that are chosen, as far as their curves have been read."""
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self._draw()

    def _draw(self) -> None:
        from gui.views.compare.runs_plot import DrawnRun

        shown = [run for run in self._state.shown_runs if run.id in self._state.curves]
        sentence = mixture_sentence(shown)
        self.note.setText(sentence)
        self.note.setToolTip(sentence)
        self.note.setVisible(bool(sentence))
        baseline, curves = self._state.baseline, self._state.curves
        for plot, measure in ((self.loss, _loss), (self.accuracy, _accuracy)):
            plot.show_runs([DrawnRun(run, measure(curves[run.id]), run.id == baseline) for run in shown])
        losses = {run.begun.loss.name for run in shown}
        self.loss.set_axis_names("Epoch", LOSSES.spec(losses.pop()).label if len(losses) == 1 else "Loss")
        self.accuracy.set_axis_names("Epoch", "Accuracy")
        self._show_empty(len(shown), any(len(curves[run.id].acc.main) for run in shown))

    def _show_empty(self, count: int, has_accuracy: bool) -> None:
        state = self._state
        if count:
            sentence = None
        elif not state.runs:
            sentence = NO_RUN
        else:
            sentence = READING if state.shown and not state.notes else NO_CURVES
        self.loss_card.set_empty(sentence)
        self.accuracy_card.set_empty(NO_ACCURACY if sentence is None and not has_accuracy else sentence)

    @Slot(object)
    def _on_pointed_at(self, x: float | None) -> None:
        for plot in (self.loss, self.accuracy):
            plot.point_at(x)


def _loss(curves: RunCurves) -> Curves:
    return curves.loss


def _accuracy(curves: RunCurves) -> Curves:
    return curves.acc
