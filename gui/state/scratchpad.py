"""The autograd scratchpad: the program that is typed, its last good evaluation, the walk through it, and the check.

The program is kept while the studio runs. What is wrong with it stands in ``faults``; the last good graph stays.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from beras.trace import Trace
from gui.domain.backprop.equation import Equation
from gui.domain.backprop.op_steps import OpStep
from gui.domain.backprop.pass_record import PassRecord
from gui.domain.scratchpad.check import CheckCancelled, CheckReport, checked
from gui.domain.scratchpad.differentiate import Evaluation, evaluated
from gui.domain.scratchpad.equations import backward_equation, forward_equation, pass_record
from gui.domain.scratchpad.examples import FIRST, example
from gui.domain.scratchpad.op_graph import OpGraph, op_graph
from gui.domain.scratchpad.paths import Selected, selected
from gui.domain.scratchpad.script import script_of
from gui.domain.scratchpad.tree import Fault, ScratchpadError
from gui.state.explorer_player import ExplorerPlayer
from gui.state.pass_walk import PassWalk
from gui.training.background import BackgroundTask

TYPING_PAUSE_MS = 150
"""So long after the last key the program is computed."""
CHECK_PAUSE_MS = 200
"""So long after that it is checked: the drawing comes first."""


class ScratchWalk(PassWalk):
    """The walk through a program: no batch and no samples. After the last op it begins again."""

    def take(self, record: PassRecord) -> None:
        """Show all of the new recording, unless somebody stands in the middle of one of the same form."""
        before = self.record
        stays = before is not None and not self.is_at_end and before.trace.structure == record.trace.structure
        position = self.position
        self.blockSignals(True)  # said once, when all of it is right
        super().take(record)
        self.blockSignals(False)
        self.sample = None
        self.position = position if stays and self.walk is not None else len(self.walk or ())
        self.record_changed.emit()

    @property
    def can_train(self) -> bool:
        return True

    @property
    def end_command(self) -> str:
        return "First op"

    def train(self) -> None:
        self.go_to(1)

    def _make_equation(self, record: PassRecord, step: OpStep) -> Equation:
        node = step.node or 0
        if step.direction == "forward":
            return forward_equation(record, node, self._element)
        return backward_equation(record, node, self._operands.get(node), self._element)


class ScratchpadState(QObject):
    """``type_text`` computes soon, ``evaluate`` at once. ``selected_vertex`` is a box of the graph, leaves first."""

    evaluated = Signal()  # there is a new good evaluation
    faults_changed = Signal()
    checked = Signal()  # a check has begun or ended
    selection_changed = Signal()
    text_wanted = Signal(str)  # the editor is to hold this text, so that it can be taken back there

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text = FIRST.text
        self.sentence = FIRST.sentence
        self.evaluation: Evaluation | None = None
        self.graph: OpGraph | None = None
        self.faults: tuple[Fault, ...] = ()
        self.report: CheckReport | None = None
        self.check_problem = ""
        self.selected_vertex: int | None = None
        self.walk = ScratchWalk(self)
        self.player = ExplorerPlayer(self.walk, self)
        self._is_watched = False
        self._waits_for_check = False
        self._checked_evaluation: Evaluation | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.evaluate)
        self._check_later = QTimer(self)
        self._check_later.setSingleShot(True)
        self._check_later.timeout.connect(self.check)
        self._task = BackgroundTask(self)
        self._task.succeeded.connect(self._on_checked)
        self._task.failed.connect(self._on_check_failed)
        self._task.ended.connect(self._on_check_ended)

    # -- the program --------------------------------------------------------------------------------------------------

    @Slot(str)
    def type_text(self, text: str) -> None:
        """What stands in the editor now; it is computed when the keys rest."""
        if text != self.text:
            self.text = text
            self._later.start(TYPING_PAUSE_MS)

    def load_example(self, name: str) -> None:
        """Put an example into the editor."""
        found = example(name)
        self.sentence = found.sentence
        self.selected_vertex = None
        self.text_wanted.emit(found.text)
        self.type_text(found.text)
        self.evaluate()

    def watch(self, is_watched: bool) -> None:
        """Somebody looks at the scratchpad, or nobody does any more."""
        self._is_watched = is_watched
        if is_watched and self.evaluation is None and not self.faults:
            self.evaluate()
        if not is_watched:
            self.player.stop()

    @Slot()
    def evaluate(self) -> None:
        """Read, compute and differentiate the program as it stands."""
        self._later.stop()
        before, self.faults = self.faults, ()
        try:
            evaluation = evaluated(self.text)
        except ScratchpadError as error:
            self.faults = error.faults
            self.faults_changed.emit()
            return
        if before:
            self.faults_changed.emit()
        self._take(evaluation)

    def _take(self, evaluation: Evaluation) -> None:
        graph = op_graph(evaluation)
        name = self.selected_name
        self.evaluation, self.graph = evaluation, graph
        self.report, self.check_problem = None, ""
        self.selected_vertex = self._vertex_of(name) if name else self._first_to_select()
        record = pass_record(evaluation)
        if record is None:
            self.walk.forget(evaluation.note)
        else:
            self.walk.take(record)
        self.evaluated.emit()
        self.selection_changed.emit()
        self._task.cancel()
        self._check_later.start(CHECK_PAUSE_MS)

    @property
    def trace(self) -> Trace | None:
        recording = None if self.evaluation is None else self.evaluation.recording
        return None if recording is None else recording.trace

    @property
    def script(self) -> str:
        """The program as a script of plain BERAS calls; empty if it has not been evaluated."""
        return "" if self.evaluation is None else script_of(self.evaluation)

    # -- looking at one tensor ----------------------------------------------------------------------------------------

    @property
    def selected_name(self) -> str:
        """The name a line gave to the tensor that is looked at, "" for none."""
        graph, vertex = self.graph, self.selected_vertex
        if graph is None or vertex is None:
            return ""
        leaves = len(graph.leaves)
        return graph.leaves[vertex].name if vertex < leaves else graph.boxes[vertex - leaves].name

    @property
    def selection(self) -> Selected | None:
        """The tensor that is looked at, and the paths on which its gradient comes back."""
        recording = None if self.evaluation is None else self.evaluation.recording
        if recording is None or self.graph is None or self.selected_vertex is None:
            return None
        return selected(recording, self.graph, self.selected_vertex)

    def select(self, vertex: int | None) -> None:
        """Look at a box of the graph."""
        if vertex != self.selected_vertex:
            self.selected_vertex = vertex
            self.selection_changed.emit()

    def select_line(self, line: int) -> None:
        """Look at the tensor that a line gives, if it is in the graph."""
        if self.evaluation is None:
            return
        name = next((each.name for each in self.evaluation.lines if each.line == line), "")
        vertex = self._vertex_of(name) if name else None
        if vertex is not None:
            self.select(vertex)

    def _vertex_of(self, name: str) -> int | None:
        graph, evaluation = self.graph, self.evaluation
        if graph is None or evaluation is None:
            return None
        names = [leaf.name for leaf in graph.leaves]
        if name in names:
            return names.index(name)
        node = next((each.node for each in evaluation.lines if each.name == name), None)
        return None if node is None else len(names) + node

    def _first_to_select(self) -> int | None:
        """The parameter that is used most often, the first of them: what there is most to see at."""
        graph = self.graph
        if graph is None:
            return None
        uses = [sum(edge.start == i and edge.flows for edge in graph.edges) for i in range(len(graph.leaves))]
        return max(range(len(uses)), key=lambda i: uses[i], default=None)

    # -- the check ----------------------------------------------------------------------------------------------------

    @property
    def is_checking(self) -> bool:
        """Whether a check goes on or is about to begin."""
        return self._task.is_active or self._check_later.isActive()

    @Slot()
    def check(self) -> None:
        """Compare every gradient with central differences, beside the window."""
        self._check_later.stop()
        evaluation = self.evaluation
        self.report, self.check_problem = None, ""
        if evaluation is None or evaluation.recording is None:
            self._task.cancel()
            self.checked.emit()
            return
        if self._task.is_active:
            self._waits_for_check = True
            self._task.cancel()
            return
        self._checked_evaluation = evaluation
        program, target = evaluation.program, evaluation.target
        self._task.start(lambda progress, cancelled: checked(program, target, cancelled))
        self.checked.emit()

    @Slot(object)
    def _on_checked(self, report: CheckReport) -> None:
        if self._checked_evaluation is self.evaluation:
            self.report = report

    @Slot(object)
    def _on_check_failed(self, error: Exception) -> None:
        if isinstance(error, ScratchpadError):
            self.check_problem = f"A step to the side cannot be computed. {error.faults[0]}"
        elif not isinstance(error, CheckCancelled):
            self.check_problem = str(error) or type(error).__name__

    @Slot()
    def _on_check_ended(self) -> None:
        if self._waits_for_check:
            self._waits_for_check = False
            self.check()
        else:
            self.checked.emit()

    def shutdown(self, limit_ms: int) -> bool:
        """Give a check up; False if it has not ended in time."""
        self._later.stop()
        self._check_later.stop()
        self.player.stop()
        self._waits_for_check = False
        return self._task.shutdown(limit_ms)
