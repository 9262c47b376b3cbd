"""The scratchpad: a program beside its graph, below them the check and the tensor or the op that is looked at."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.state.scratchpad import ScratchpadState
from gui.views.backprop.explorer_actions import ExplorerActions
from gui.views.backprop.graph_card import GraphCard
from gui.views.backprop.inspector import Inspector
from gui.views.backprop.op_scrubber import OpScrubber
from gui.views.backprop.transport_bar import NAMELESS
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.check_card import CheckCard
from gui.views.scratchpad.paths_card import PathsCard
from gui.views.scratchpad.program_card import ProgramCard
from gui.views.scratchpad.value_scene import ValueScene
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, fill
from gui.views.widgets.flow_layout import FlowLayout

LONGEST_PULSE_MS, PULSE_SHARE = 600, 0.8
WHOLE, OP = 0, 1


class ValueCard(GraphCard):
    """The drawn program: no shapes, norms or blocks to switch, because everything stands in the boxes."""

    def __init__(self, themes: ThemeProvider, scene: ValueScene) -> None:
        super().__init__(themes, scene, "scratchpad_graph")
        for switch in self.switches.values():
            switch.hide()
        menu = self.export_button.menu()
        for action in menu.actions():
            if action is not self.copy_action:
                menu.removeAction(action)
        self.export_button.setToolTip("Copy the graph as a picture")
        self.view.setAccessibleName("Graph of the program")
        self.view.setToolTip("What was recorded of the program. Wheel zooms, drag moves, Home shows everything.")
        self.view.setWhatsThis(
            "A box for every tensor and every op, with value and gradient. Grey tensors are constants, green ones "
            "parameters, the vermillion box is where the gradient starts. At each blue arrow stands the op’s slope. "
            "Tab goes from box to box, Enter looks at the paths of its gradient."
        )
        self.find_bar.field.setPlaceholderText("w1, sigmoid")

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.legend.hide()


class CurrentStack(QStackedWidget):
    """As large as the page on show needs, not as the largest of all."""

    def minimumSizeHint(self) -> QSize:
        return self.currentWidget().minimumSizeHint()

    def sizeHint(self) -> QSize:
        return self.currentWidget().sizeHint()


class ScratchpadView(QWidget):
    """``drawing_chosen`` says which drawing of the network is wanted instead. While it is on show, the explorer's
    commands walk through the program, and the gradient check checks it.
    """

    drawing_chosen = Signal(int)
    shown = Signal(bool)
    check_wanted_here = Signal(object)  # what the gradient check is to call while this is on show, None afterwards

    def __init__(self, themes: ThemeProvider, state: ScratchpadState, actions: ExplorerActions) -> None:
        super().__init__()
        self._state, self._actions = state, actions
        self._shown_position = 0
        self.setObjectName("scratchpad")
        self.scene = ValueScene(themes, self.font(), self)
        self.program = ProgramCard(themes, state)
        self.card = ValueCard(themes, self.scene)
        self.scrubber = OpScrubber(themes)
        self.scrubber.setObjectName("scratchpad_scrubber")
        self.check = CheckCard(themes, state)
        self.paths = PathsCard(themes, state)
        self.inspector = Inspector(themes, state.walk)
        for part in (self.inspector, *self.inspector.findChildren(QWidget)):
            if part.objectName():  # there is another inspector, of the network
                part.setObjectName(f"scratchpad_{part.objectName()}")
        self.below = CurrentStack()
        self._build()
        self._connect(themes)

    def _build(self) -> None:
        transport = QWidget()
        row = FlowLayout(metrics.GRID_PX, transport)
        buttons = QHBoxLayout()
        buttons.setSpacing(metrics.GRID_PX)
        for action in self._actions.all:
            button = QToolButton()
            button.setDefaultAction(action)
            name = action.objectName().removeprefix("action_")
            only, beside = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            button.setToolButtonStyle(only if name in NAMELESS else beside)
            button.setObjectName(f"scratchpad_{name}_button")
            button.setAccessibleName(action.text())
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            buttons.addWidget(button)
        row.addLayout(buttons)
        row.addWidget(self.scrubber)
        self.card.body.addWidget(transport)
        above = AdaptiveSplitter(22)
        fill(above, (self.program, self.card), (416, 984), (2, 5))
        whole = AdaptiveSplitter(28)
        fill(whole, (self.check, self.paths), (700, 700), (1, 1))
        self.below.addWidget(whole)
        self.below.addWidget(self.inspector)
        self.below.currentChanged.connect(self.below.updateGeometry)
        rows = QSplitter(Qt.Orientation.Vertical)
        fill(rows, (above, self.below), (480, 250), (2, 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(rows)

    def _connect(self, themes: ThemeProvider) -> None:
        state = self._state
        state.evaluated.connect(self.show_program)
        state.selection_changed.connect(self._show_selection)
        state.checked.connect(self._show_wrong)
        state.walk.position_changed.connect(self._on_position_changed)
        self.scene.op_chosen.connect(self._on_box_chosen)
        self.scrubber.position_chosen.connect(state.walk.go_to)
        self.program.run_wanted.connect(self.run_backward)
        self.program.drawing_chosen.connect(self.drawing_chosen)
        themes.font_changed.connect(self.scene.set_font)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def show_program(self) -> None:
        """Draw what has been evaluated."""
        if not self.isVisible():
            return
        state = self._state
        evaluation, walk = state.evaluation, state.walk
        self._shown_position = walk.position
        self.scene.stop_pulses()
        self.scene.show_graph(state.graph, state.trace)
        self._show_walk()
        if evaluation is None or evaluation.recording is None:
            self.card.set_empty("" if evaluation is None else evaluation.note)
            self.card.set_caption("")
            return
        self.card.set_empty(None)
        count = len(evaluation.recording.nodes)
        ops = f"{count} op{'' if count == 1 else 's'}"
        self.card.set_caption(f"{ops}, gradients of {evaluation.target}, at each arrow the op’s own slope")
        self._show_selection()
        self._show_wrong()
        self.inspector.refresh()

    def _show_walk(self) -> None:
        walk = self._state.walk
        self.scrubber.show_walk(walk.walk, walk.position)
        self.scene.show_progress(None if walk.is_at_end else walk.progress)

    @Slot()
    def _show_selection(self) -> None:
        graph, vertex = self._state.graph, self._state.selected_vertex
        self.scene.clearSelection()
        if graph is not None and vertex is not None and self.scene.graph is graph:
            item = self.scene.item_of(vertex - len(graph.leaves) if vertex >= len(graph.leaves) else -1 - vertex)
            if item is not None:
                item.setSelected(True)

    @Slot()
    def _show_wrong(self) -> None:
        report = self._state.report
        self.scene.show_wrong(None if report is None else report.wrong)

    @Slot()
    def _on_position_changed(self) -> None:
        """A single step forward is seen to travel along the edges, and the op is looked into."""
        walk, player = self._state.walk, self._state.player
        before, self._shown_position = self._shown_position, walk.position
        self.scene.stop_pulses()
        self._show_walk()
        step = walk.step
        is_whole = walk.is_at_end and before < walk.position - 1
        self.below.setCurrentIndex(WHOLE if is_whole or walk.position == 0 else OP)
        if step is None or step.node is None or not self.isVisible():
            return
        item = self.scene.item_of(step.node)
        if item is not None and not is_whole:
            self.scene.select(step.node)
            self.card.view.follow(item)
        if walk.position == before + 1 and not (player.is_playing and player.is_unlimited):
            time = min(LONGEST_PULSE_MS, round(PULSE_SHARE * 1000 / player.speed))
            self.scene.pulse(step.node, step.direction, time)

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot()
    def run_backward(self) -> None:
        """Compute at once and show everything."""
        self._state.evaluate()
        self._state.walk.go_to_end()
        self.below.setCurrentIndex(WHOLE)

    @Slot(int)
    def _on_box_chosen(self, key: int) -> None:
        """Look at a tensor; in the middle of a walk, stand where it is this op's turn."""
        graph, walk = self._state.graph, self._state.walk
        if graph is None:
            return
        self._state.select(key + len(graph.leaves) if key >= 0 else -1 - key)
        if key >= 0 and not walk.is_at_end and walk.position:
            walk.go_to_node(key)
        else:
            self.below.setCurrentIndex(WHOLE)

    # -- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._state.watch(True)
        self._actions.walk_through(self._state.walk, self._state.player)
        self.show_program()
        self.shown.emit(True)
        self.check_wanted_here.emit(self._state.check)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._state.watch(False)
        self.scene.stop_pulses()
        self.shown.emit(False)
        self.check_wanted_here.emit(None)
