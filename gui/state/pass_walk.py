"""A walk through a recorded pass: where it stands, which sample, operand and element are looked at, and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.backprop.op_steps import OpStep, Walk
from gui.domain.backprop.pass_progress import PassProgress

if TYPE_CHECKING:
    from gui.domain.backprop.equation import Element, Equation
    from gui.domain.backprop.pass_record import PassRecord
    from gui.domain.backprop.update_rule import UpdateEquation


class PassWalk(QObject):
    """``record`` is the recorded pass, None while there is none; ``problem`` says why. ``position`` counts the ops that
    are done; ``sample`` is the row that is looked at, None for the whole batch.

    Where records come from is up to a subclass or an owner, who hands them to ``take``.
    """

    record_changed = Signal()
    position_changed = Signal()
    choice_changed = Signal()  # another sample, operand or element
    busy_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.record: PassRecord | None = None
        self.walk: Walk | None = None
        self.problem = ""
        self.position = 0
        self.sample: int | None = 0
        self._operands: dict[int, int] = {}
        self._elements: dict[tuple[int | None, int | None, str], Element] = {}
        self._update = 0
        self._kept_equation: tuple[Any, Equation | UpdateEquation | None] = (None, None)

    # -- what there is to see -----------------------------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether something moves by itself, so that there is nothing to walk through."""
        return False

    @property
    def is_busy(self) -> bool:
        """Whether a pass is being recorded."""
        return False

    @property
    def can_train(self) -> bool:
        """Whether the batch whose pass is over can be trained."""
        return False

    @property
    def end_command(self) -> str:
        """What the next step is called where the pass is over."""
        return "Train batch"

    def train(self) -> None:
        """Train the batch whose pass is over."""

    @property
    def step(self) -> OpStep | None:
        """The step that was done last."""
        return None if self.walk is None else self.walk.step(self.position)

    @property
    def progress(self) -> PassProgress | None:
        return None if self.walk is None else self.walk.progress(self.position, self.sample)

    @property
    def can_step(self) -> bool:
        return self.walk is not None and not self.is_live

    @property
    def is_at_end(self) -> bool:
        return self.walk is not None and self.position == len(self.walk)

    @property
    def equation(self) -> Equation | UpdateEquation | None:
        """The numbers of the step that was done last; None at the beginning."""
        record, step = self.record, self.step
        if record is None or step is None:
            return None
        key = (id(record), self.position, self.sample, self._operands.get(step.node or 0), self._update, self._element)
        if self._kept_equation[0] != key:
            self._kept_equation = (key, self._make_equation(record, step))
        return self._kept_equation[1]

    def _make_equation(self, record: PassRecord, step: OpStep) -> Equation | UpdateEquation:
        # here, so that the studio starts without them
        from gui.domain.backprop.backward_equations import backward_equation
        from gui.domain.backprop.decimals import decimals_for
        from gui.domain.backprop.forward_equations import forward_equation
        from gui.domain.backprop.update_rule import update_equation

        if step.node is None:
            return update_equation(record, self._update, self._element, decimals_for(record.trace))
        if step.direction == "forward":
            return forward_equation(record, step.node, self._element, self.sample)
        return backward_equation(record, step.node, self._operands.get(step.node), self._element, self.sample)

    # -- walking ------------------------------------------------------------------------------------------------------

    @Slot()
    def next_op(self) -> None:
        """Run one op; after the last one train the batch, and begin with the next."""
        if self.walk is None or self.is_live:
            return
        if not self.is_at_end:
            self.go_to(self.position + 1)
        elif self.can_train:
            self.train()

    @Slot()
    def previous_op(self) -> None:
        """One op back."""
        self.go_to(self.position - 1)

    @Slot()
    def go_to_begin(self) -> None:
        self.go_to(0)

    @Slot()
    def go_to_end(self) -> None:
        if self.walk is not None:
            self.go_to(len(self.walk))

    def go_to(self, position: int) -> None:
        """Stand after so many ops."""
        if self.walk is None or self.is_live:
            return
        position = min(max(position, 0), len(self.walk))
        if position != self.position:
            self.position = position
            self.position_changed.emit()

    def go_to_node(self, node: int) -> None:
        """Stand where it is this op's turn, in the direction that is being walked."""
        if self.walk is not None:
            self.go_to(self.walk.position_of(node, self.position))

    # -- choosing -----------------------------------------------------------------------------------------------------

    def choose_sample(self, sample: int | None) -> None:
        """Look at one row of the batch, or (None) at the whole batch."""
        if self.record is None or (sample is not None and not 0 <= sample < self.record.samples):
            return
        if sample != self.sample:
            self.sample = sample
            self._elements = {key: self._in_row(element, key) for key, element in self._elements.items()}
            self.choice_changed.emit()

    def choose_operand(self, place: int) -> None:
        """Look at the gradient to this input or parameter of the current op; at the update, at this parameter."""
        step = self.step
        if step is None:
            return
        if step.node is None:
            self._update = place
        else:
            self._operands[step.node] = place
        self.choice_changed.emit()

    def choose_element(self, element: Element) -> None:
        """Work this element of the result out; where its first index is a sample, that is the sample to look at."""
        equation = self.equation
        if equation is None or len(element) != len(equation.shape):
            return
        self._elements[self._place] = element
        words = getattr(equation, "element_words", ())
        if words and words[0] == "sample" and self.sample is not None:
            self.sample = element[0]
        self.choice_changed.emit()

    @property
    def _place(self) -> tuple[int | None, int | None, str]:
        step = self.step
        if step is None:
            return None, None, ""
        operand = self._update if step.node is None else self._operands.get(step.node)
        return step.node, operand, step.direction

    @property
    def _element(self) -> Element | None:
        return self._elements.get(self._place)

    def _in_row(self, element: Element, key: tuple[int | None, int | None, str]) -> Element:
        """An element of the outputs or of input gradients, moved to the chosen sample."""
        node, operand, direction = key
        if self.record is None or node is None or self.sample is None or len(element) < 2:
            return element
        inputs = len(self.record.trace.nodes[node].inputs)
        is_parameter = direction == "backward" and (operand is None or operand >= inputs)
        return element if is_parameter else (self.sample, *element[1:])

    # -- records ------------------------------------------------------------------------------------------------------

    def take(self, record: PassRecord) -> None:
        """Walk through this pass; where it is the same one with other numbers, stay where the walk stands."""
        before = self.record
        same_place = before is not None and before.step == record.step and _same_shapes(before, record)
        self.record, self.problem = record, ""
        self.walk = Walk(record.trace, bool(record.updates))
        if not same_place:
            self.position = 0
        if before is None or not _same_shapes(before, record):
            self._operands, self._elements, self._update = {}, {}, 0
            self.sample = 0
        self.position = min(self.position, len(self.walk))
        if self.sample is not None:
            self.sample = min(self.sample, record.samples - 1)
        self.record_changed.emit()

    def forget(self, problem: str) -> None:
        """There is no pass any more, and why."""
        self.record = self.walk = None
        self.problem, self.position = problem, 0
        self.record_changed.emit()


def _same_shapes(one: PassRecord, other: PassRecord) -> bool:
    return one.samples == other.samples and one.trace.structure == other.trace.structure
