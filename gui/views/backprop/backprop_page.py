"""The Backprop page: how the walk stands, the recorded graph, and the op that was done last in real numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from beras.trace import NonFinite
from gui.domain.backprop.op_steps import OpStep
from gui.domain.backprop.pass_record import PassRecord
from gui.state.explorer import ExplorerState
from gui.state.explorer_player import ExplorerPlayer
from gui.state.run import RunState
from gui.views.backprop.drawing_switch import DrawingSwitch
from gui.views.backprop.explorer_actions import ExplorerActions
from gui.views.backprop.graph_card import GraphCard
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.hand_check_card import HandCheckCard
from gui.views.backprop.inspector import Inspector
from gui.views.backprop.transport_bar import TransportBar
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.scratchpad_view import ScratchpadView
from gui.views.widgets.adaptive_splitter import fill

NOTHING = "Nothing recorded yet. Train, or let the next batch be recorded."
LONGEST_PULSE_MS = 600
PULSE_SHARE = 0.8
FIRST_HEIGHTS, SHARES = (250, 430), (1, 2)


class BackpropPage(QWidget):
    """While training goes on the graph shows its norms, live; when it stands still, one pass is walked through."""

    def __init__(
        self,
        themes: ThemeProvider,
        run: RunState,
        explorer: ExplorerState,
        player: ExplorerPlayer,
        actions: ExplorerActions,
        scratchpad: ScratchpadView,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page_backprop")
        self._run, self._explorer, self._player, self._actions = run, explorer, player, actions
        self.scene = GraphScene(themes, self.font(), self)
        self.card = GraphCard(themes, self.scene, "graph_view")
        self.hand_check = HandCheckCard(themes, explorer)
        self.drawings = DrawingSwitch(explorer, self.card, self.hand_check)
        self.transport = TransportBar(themes, explorer, player, actions)
        self.inspector = Inspector(themes, explorer)
        self.scratchpad = scratchpad
        self.sides = QStackedWidget()
        self._shown_position = 0
        self._build()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        explorer.record_changed.connect(self._on_record_changed)
        explorer.position_changed.connect(self._on_position_changed)
        explorer.choice_changed.connect(self._show_progress)
        for signal in (explorer.busy_changed, run.graph_recorded, run.run_started, run.state_changed):
            signal.connect(self.refresh)
        self.scene.op_chosen.connect(explorer.go_to_node)
        actions.drawing.triggered.connect(self._on_drawing_toggled)
        self.drawings.scratchpad_wanted.connect(self.show_scratchpad)
        scratchpad.drawing_chosen.connect(self.show_drawing)
        scratchpad.shown.connect(self._on_scratchpad_shown)
        themes.font_changed.connect(self.scene.set_font)
        self.refresh()

    def _build(self) -> None:
        rows = QSplitter(Qt.Orientation.Vertical)
        fill(rows, (self.drawings, self.inspector), FIRST_HEIGHTS, SHARES)
        network = QWidget()
        self.sides.addWidget(network)
        self.sides.addWidget(self.scratchpad)
        outer = QVBoxLayout(self)
        margin = metrics.CARD_GAP_PX
        outer.setContentsMargins(margin, margin, margin, margin)
        outer.addWidget(self.sides)
        column = QVBoxLayout(network)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.CARD_GAP_PX)
        column.addWidget(self.transport)
        column.addWidget(rows, 1)

    # -- the network or the scratchpad --------------------------------------------------------------------------------

    @Slot()
    def show_scratchpad(self) -> None:
        """Formulas of one's own, in place of the network."""
        self._player.stop()
        self.sides.setCurrentWidget(self.scratchpad)

    @Slot()
    def show_network(self) -> None:
        """The network, in the drawing that was shown last."""
        self.sides.setCurrentIndex(0)

    @Slot(int)
    def show_drawing(self, drawing: int) -> None:
        """The network in this drawing."""
        self.drawings.choose(drawing)
        self.show_network()

    @Slot()
    def _on_drawing_toggled(self) -> None:
        if self.sides.currentWidget() is self.scratchpad:
            self.show_network()
        else:
            self.drawings.toggle()

    @Slot(bool)
    def _on_scratchpad_shown(self, shown: bool) -> None:
        """The commands walk through what is on show."""
        if not shown:
            self._actions.walk_through(self._explorer, self._player)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the pass that is walked through, or the norms of the batch that was trained last."""
        if not self.isVisible():
            return
        record, trace = self._explorer.record, self._run.trace
        if self._explorer.is_live or record is None:
            self.card.set_empty(None if trace is not None else self._explorer.problem or NOTHING)
            self.scene.show_trace(trace)
            self.scene.show_progress(None)
            self.card.set_caption(self._live_caption())
            return
        self.card.set_empty(None)
        if self.scene.trace is not record.trace:
            self.scene.show_trace(record.trace)
        self._show_progress()
        if self._explorer.step is not None and self._explorer.step.node is not None:
            self._select(self._explorer.step.node)
        self.card.set_caption(_caption(record))

    def _live_caption(self) -> str:
        trace = self._run.trace
        if trace is None:
            return ""
        epoch, batch = self._run.trace_at
        return f"{len(trace.nodes)} ops, epoch {epoch + 1}, batch {batch + 1}, loss {trace.loss:.4f}"

    @Slot()
    def _show_progress(self) -> None:
        if self.isVisible() and not self._explorer.is_live:
            self.scene.show_progress(self._explorer.progress)

    @Slot()
    def _on_record_changed(self) -> None:
        self._shown_position = self._explorer.position
        self.refresh()

    @Slot()
    def _on_position_changed(self) -> None:
        """Show where the walk stands; a single step forward is seen to travel along the edges."""
        explorer = self._explorer
        before, self._shown_position = self._shown_position, explorer.position
        self.scene.stop_pulses()
        self._show_progress()
        step = explorer.step
        if step is None or step.node is None:
            self.scene.clearSelection()
            return
        if not self.isVisible():
            return
        self._select(step.node)
        if explorer.position == before + 1 and not (self._player.is_playing and self._player.is_unlimited):
            time = min(LONGEST_PULSE_MS, round(PULSE_SHARE * 1000 / self._player.speed))
            self.scene.pulse(step.node, step.direction, time)

    def _select(self, node: int) -> None:
        self.scene.select(node)
        item = self.scene.item_of(node)
        if item is not None:
            self.card.view.follow(item)

    def show_finding(self, finding: NonFinite) -> None:
        """Go to the op that gave the first number that is not finite."""
        self.show_network()
        if finding.index >= 0:
            self.scene.select(finding.index)
        direction = finding.direction
        if direction == "update":
            self._explorer.find_step(OpStep("update", None))
        else:
            self._explorer.find_step(OpStep("backward" if direction == "backward" else "forward", finding.index))

    # -- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._actions.set_on_show(True)
        self._explorer.watch(True)
        self.refresh()
        self.hand_check.refresh()
        self.inspector.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._actions.set_on_show(False)
        self._explorer.watch(False)
        self._player.stop()
        self.scene.stop_pulses()


def _caption(record: PassRecord) -> str:
    """What was recorded, and where training stands."""
    count = len(record.trace.nodes)
    when = f"weights after batch {record.step:,}" if record.step else "first weights"
    if record.is_own:
        taken_for = f" as {record.labels[0]}" if record.labels[0] else ""
        return f"{count} op{'' if count == 1 else 's'} on the tape, {when}, your drawing{taken_for}"
    if record.is_drawn:
        return f"{count} op{'' if count == 1 else 's'} on the tape, {when}, {record.samples} samples drawn at random"
    which = "the whole next batch" if record.is_whole else f"{record.samples} of the next {record.size} samples"
    return f"{count} op{'' if count == 1 else 's'} on the tape, {when}, {which}"
