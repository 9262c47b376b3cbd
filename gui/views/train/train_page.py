"""The Train page: for points the plane and the network above the curves, otherwise the recorded graph below them."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from beras.registry import LOSSES
from gui.domain.check import data_shape
from gui.state.health import HealthState
from gui.state.playground import PlaygroundState
from gui.state.run import RunState
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.train.curves import AccuracyCard, CurveCard, LossCard
from gui.views.train.health_card import HealthCard
from gui.views.train.time_bar import TimeBar
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, fill
from gui.views.widgets.card import Card

if TYPE_CHECKING:
    from gui.views.playground.playground import Playground

NARROWEST_CARD = 18.0  # in lines of text
LOW_PAGE, LOW_PAGE_WITH_PLANE = 40.0, 58.0  # lower than so many lines of text, the health of layers is one sentence
PLANE_SHARES, GRAPH_SHARES = (640, 360), (600, 300)  # of the height: plane and curves, curves and graph
NO_RUN = "No run yet. Press Space to train."
NO_POINTS = "The first points come with the first batch."
NO_GRAPH = "Nothing recorded yet. The graph of every batch appears here while the network trains."


class TrainPage(QWidget):
    """Shows the run; redraws once per tick, and only what is on screen. What is above the curves follows the data."""

    def __init__(
        self,
        themes: ThemeProvider,
        run: RunState,
        playground: PlaygroundState,
        health: HealthState,
        scene: GraphScene,
        ways_in_time: tuple[QAction, QAction],
    ) -> None:
        super().__init__()
        self.setObjectName("page_train")
        self._themes = themes
        self._run = run
        self._playground_state = playground
        self.playground: Playground | None = None  # made when points are chosen for the first time
        self.loss = LossCard(themes)
        self.accuracy = AccuracyCard(themes)
        self._turns: cycle[CurveCard] = cycle((self.loss, self.accuracy))
        self.loss.plot.getPlotItem().setXLink(self.accuracy.plot.getPlotItem())
        for card in (self.loss, self.accuracy):
            card.plot.pointed_at.connect(self._on_pointed_at)
            card.plot.clicks.clicked_at.connect(self._on_clicked_at)
        self.loss.smooth_button.toggled.connect(self._on_smoothing_toggled)
        self.time_bar = TimeBar(themes, run, *ways_in_time)
        self.health = HealthCard(themes, health)
        self._graph = Card(themes, "Recorded graph")
        self._graph_view = GraphView(scene, "train_graph_view")
        self._graph.body.addWidget(self._graph_view)
        self.loss.empty_action_triggered.connect(run.run)
        self._build()
        run.changed.connect(self.refresh)
        run.run_started.connect(self._on_run_started)
        run.graph_recorded.connect(self._show_graph_state)
        playground.points_changed.connect(self._arrange)
        self._arrange()
        self.refresh()
        self._show_graph_state()

    def _build(self) -> None:
        curves = AdaptiveSplitter(NARROWEST_CARD)
        fill(curves, (self.loss, self.accuracy), (500, 500))
        above = QWidget()
        upper = QVBoxLayout(above)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(metrics.CARD_GAP_PX)
        upper.addWidget(curves, 1)
        upper.addWidget(self.time_bar)
        upper.addWidget(self.health)
        rows = self._rows = QSplitter(Qt.Orientation.Vertical)
        fill(rows, (above, self._graph), GRAPH_SHARES, (2, 1))
        column = QVBoxLayout(self)
        margin = metrics.CARD_GAP_PX
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        lines = LOW_PAGE_WITH_PLANE if self._playground_state.is_drawable else LOW_PAGE
        view = self.parentWidget()  # what is seen of a page that scrolls
        height = self.height() if view is None else min(self.height(), view.height())
        self.health.set_low(height < metrics.scaled(self.font(), lines))

    def offer(self, *commands: QAction) -> None:
        """Put commands into the context menu of the curves."""
        for card in (self.loss, self.accuracy):
            card.plot.offer(*commands)

    def picture(self, kind: str, title: str) -> bytes:
        """The curves of the run on show as a picture, "png" or "svg"."""
        from gui.views.widgets.plot_picture import picture_of  # here, so that the studio starts without it

        cards = (self.loss, self.accuracy) if len(self._run.log.batch_acc) else (self.loss,)
        self._draw(*cards)  # what is on no page that is open may be of long ago
        return picture_of(kind, title, [(card.plot, card.new_plot()) for card in cards], self._themes)

    @Slot()
    def _arrange(self) -> None:
        """Points have the plane and the network above the curves, other data the recorded graph below them."""
        is_plane = self._playground_state.is_drawable
        self._share_height()
        self.accuracy.setHidden(not self._playground_state.class_names)
        if is_plane != self._graph.isHidden():
            self._graph.setVisible(not is_plane)
            if is_plane and self.playground is None:
                from gui.views.playground.playground import Playground  # here, so that the studio starts without it

                self.playground = Playground(self._themes, self._playground_state)
                self._rows.insertWidget(0, self.playground)
                self._rows.setStretchFactor(0, 2)
            if self.playground is not None:
                self.playground.setVisible(is_plane)
                self._rows.setSizes([*PLANE_SHARES, 0] if is_plane else [0, *GRAPH_SHARES])

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

    @Slot(bool)
    def _on_smoothing_toggled(self, on: bool) -> None:
        for card in (self.loss, self.accuracy):
            card.set_smoothing(on)
        self._draw(self.loss, self.accuracy)

    def _show_axis_names(self) -> None:
        batches = self._run.batches_per_epoch
        x = "Epoch" if batches is None else f"Epoch ({batches:,} {'batch' if batches == 1 else 'batches'} each)"
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
                card.show_log(run.log, run.moment, run.state == "running")
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
