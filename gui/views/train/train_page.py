"""The Train page: the curves have most room, below them the recorded graph of the last batch."""

from __future__ import annotations

from itertools import cycle

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from beras.registry import LOSSES
from gui.domain.check import data_shape
from gui.state.run import RunState
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.train.curves import AccuracyCard, CurveCard, LossCard
from gui.views.train.time_bar import TimeBar
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter
from gui.views.widgets.card import Card

NARROWEST_CARD = 18.0  # in lines of text
NO_RUN = "No run yet. Press Space to train."
NO_POINTS = "The first points come with the first batch."
NO_GRAPH = "Nothing recorded yet. The graph of every batch appears here while the network trains."


class TrainPage(QWidget):
    """Shows the run; redraws once per tick, and only what is on screen."""

    def __init__(
        self, themes: ThemeProvider, run: RunState, scene: GraphScene, ways_in_time: tuple[QAction, QAction]
    ) -> None:
        super().__init__()
        self.setObjectName("page_train")
        self._run = run
        self.loss = LossCard(themes)
        self.accuracy = AccuracyCard(themes)
        self._turns: cycle[CurveCard] = cycle((self.loss, self.accuracy))
        self.loss.plot.getPlotItem().setXLink(self.accuracy.plot.getPlotItem())
        for card in (self.loss, self.accuracy):
            card.plot.pointed_at.connect(self._on_pointed_at)
            card.plot.clicks.clicked_at.connect(self._on_clicked_at)
        self.time_bar = TimeBar(themes, run, *ways_in_time)
        self._graph = Card(themes, "Recorded graph")
        self._graph_view = GraphView(scene, "train_graph_view")
        self._graph.body.addWidget(self._graph_view)
        self.loss.empty_action_triggered.connect(run.run)
        self._build()
        run.changed.connect(self.refresh)
        run.run_started.connect(self._on_run_started)
        run.graph_recorded.connect(self._show_graph_state)
        self.refresh()
        self._show_graph_state()

    def _build(self) -> None:
        curves = AdaptiveSplitter(NARROWEST_CARD)
        curves.addWidget(self.loss)
        curves.addWidget(self.accuracy)
        above = QWidget()
        upper = QVBoxLayout(above)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(metrics.CARD_GAP_PX)
        upper.addWidget(curves, 1)
        upper.addWidget(self.time_bar)
        rows = QSplitter(Qt.Orientation.Vertical)
        rows.addWidget(above)
        rows.addWidget(self._graph)
        rows.setSizes([600, 300])
        curves.setSizes([500, 500])
        rows.setStretchFactor(0, 2)
        rows.setStretchFactor(1, 1)
        for splitter in (curves, rows):
            splitter.setHandleWidth(metrics.CARD_GAP_PX)
            splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        margin = metrics.CARD_GAP_PX
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(rows)

    @Slot()
    def _on_run_started(self) -> None:
        spec = self._run.spec
        if spec is None:
            return
        shape = data_shape(spec)
        self.accuracy.plot.set_chance(1 / len(shape.class_names) if shape.class_names else None)
        self._show_axis_names()
        for card in (self.loss, self.accuracy):
            card.show_last_run(self._run.last_log)
            card.plot.follow()
        self._show_graph_state()

    @Slot(object)
    def _on_pointed_at(self, x: float | None) -> None:
        for card in (self.loss, self.accuracy):
            card.plot.point_at(x)

    @Slot(QPointF)
    def _on_clicked_at(self, place: QPointF) -> None:
        self._run.look_at(self._run.log.step_at(place.x()))

    def _show_axis_names(self) -> None:
        batches = self._run.batches_per_epoch
        x = "Epoch" if batches is None else f"Epoch ({batches:,} batches each)"
        spec = self._run.spec
        self.loss.plot.set_axis_names(x, "Loss" if spec is None else LOSSES.spec(spec.loss.name).label)
        self.accuracy.plot.set_axis_names(x, "Accuracy")

    _named_for: int | None = None

    @Slot()
    def refresh(self) -> None:
        """Draw the curves as they are now; while the run goes on one card at a time, so that no redraw is long."""
        if self._run.state != "running":
            self._draw(self.loss, self.accuracy)
        elif self.isVisible():
            self._draw(next(self._turns))

    def _draw(self, *cards: CurveCard) -> None:
        run = self._run
        if run.batches_per_epoch != self._named_for:
            self._named_for = run.batches_per_epoch
            self._show_axis_names()
        self._show_empty()
        if len(run.log.batch_loss):
            for card in cards:
                card.plot.set_epochs(run.latest.epochs if run.latest is not None else 1)
                card.show_log(run.log, run.moment)
            self.accuracy.legend.set_best(run.log.best_epoch)

    def showEvent(self, event: QShowEvent) -> None:
        """The page was hidden while the run went on: catch up."""
        super().showEvent(event)
        self._draw(self.loss, self.accuracy)

    def _show_empty(self) -> None:
        run = self._run
        waits = run.is_active and not len(run.log.batch_loss)
        if run.latest is not None:
            for card in (self.loss, self.accuracy):
                card.set_empty(None)
        elif waits:
            for card in (self.loss, self.accuracy):
                card.set_empty(NO_POINTS)
        else:
            self.loss.set_empty(NO_RUN, "Run")
            self.accuracy.set_empty(NO_RUN)
        if run.latest is not None and not len(run.log.batch_acc):
            self.accuracy.set_empty("This data set has no classes, so there is no accuracy.")

    @Slot()
    def _show_graph_state(self) -> None:
        run = self._run
        self._graph.set_empty(NO_GRAPH if run.trace is None else None)
        if run.trace is not None:
            epoch, batch = run.trace_at
            self._graph.set_caption(
                f"{len(run.trace.nodes)} ops recorded in epoch {epoch + 1}, batch {batch + 1}; blue is the gradient"
            )
