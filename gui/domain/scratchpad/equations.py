"""The equations of bare ops: what one op of a program computes and what it sends back, with the program's names."""

from __future__ import annotations

import numpy as np

from beras.trace import NodeTrace
from gui.domain.backprop.any_op_backward import AnyOpBackward
from gui.domain.backprop.backward_equations import equation_of
from gui.domain.backprop.decimals import USUAL
from gui.domain.backprop.equation import Element, Equation
from gui.domain.backprop.forward_equations import FunctionForward, forward_of
from gui.domain.backprop.op_view import Operand, OpView
from gui.domain.backprop.pass_record import PassRecord
from gui.domain.scratchpad.differentiate import Evaluation
from gui.domain.scratchpad.op_graph import formula_name, number_name, sides_text, summed_words, undone_text

_PASSED_ON = "Addition passes its gradient on as it is, to both sides."
_SAID = {
    "Add": _PASSED_ON,
    "AddScalar": "A number that is added changes no slope: the gradient goes on as it is.",
    "Sub": "The left side gets the gradient as it is, the right side with the other sign.",
    "Mul": "Each side gets the gradient times the other side.",
    "MulScalar": "The gradient is multiplied by the same number.",
    "DivScalar": "The gradient is divided by the same number.",
    "Div": "The upper side gets the gradient divided by the lower one, b; the lower side gets −a / b² of it.",
    "PowerScalar": "The power comes down as a factor and is one less: c · a to the power c − 1.",
    "Negate": "The sign turns on the way back as well.",
    "Exp": "Its slope is its own output.",
    "Log": "Its slope is one over its input.",
    "Sqrt": "Its slope is one over twice its output.",
    "Relu": "Where the input was above 0 the gradient goes on as it is; elsewhere nothing does.",
    "Sigmoid": "Its slope is y (1 − y), at most a quarter.",
    "Tanh": "Its slope is 1 − y².",
    "MatMul": "Left gets the gradient times the right side transposed; right gets the left side transposed, times it.",
    "Summation": "Every entry that was added gets the whole gradient.",
    "Mean": "Every entry gets its equal share of the gradient.",
    "Max": "The largest entry gets all of the gradient; equal ones share it.",
    "Reshape": "Nothing is computed: the gradient takes the shape back.",
    "Transpose": "Nothing is computed: the gradient is turned back.",
    "GetItem": "The gradient goes back to the entries that were picked; the others get 0.",
}


class ScratchView(OpView):
    """An op of a program: rows and columns instead of samples and units, and names as they were typed."""

    def __init__(self, record: PassRecord, index: int) -> None:
        super().__init__(record, index, None)

    def _outside(self, place: int) -> str:
        return formula_name(number_name(self.node.inputs[place]))

    @property
    def operands(self) -> tuple[Operand, ...]:
        pairs = zip(self.input_names, self.node.inputs, strict=True)
        flows = (Operand(i, name, False, each.value, each.gradient) for i, (name, each) in enumerate(pairs))
        return tuple(flow for flow in flows if flow.gradient is not None)

    def words(self, of_input: bool = False) -> tuple[str, str]:
        return "row", "column"

    def unit_word(self, of_input: bool = False) -> str:
        return "column"


class ScratchBackward(AnyOpBackward):
    """Any op by its backward pass; the sentence says what the op does with a gradient, and what undoes a stretching."""

    def __init__(self, view: OpView, operand: Operand) -> None:
        super().__init__(view, operand)
        self.decimals = USUAL

    def sentence(self) -> tuple[str, str]:
        node, place = self.view.node, self.operand.place
        said = _SAID.get(node.op, "Every output that this entry has a part in sends its share back; the shares add up.")
        if undone_text(node, place):
            given, made = node.inputs[place].shape, node.output_shape
            lead = f"{self.operand.name} was stretched from {sides_text(given)} to {sides_text(made)}:"
            return lead, f"on the way back its gradient is {summed_words(made, given)}. {said}"
        return f"{node.op}:", said


class ScratchForward(FunctionForward):
    """What an op makes of its inputs."""

    def __init__(self, view: OpView) -> None:
        super().__init__(view)
        self.decimals = USUAL

    @property
    def is_elementwise(self) -> bool:
        node = self.view.node
        moves = node.op in ("Transpose", "Reshape", "GetItem", "Summation", "Mean", "Max")
        return len(node.inputs) == 1 and node.inputs[0].shape == node.output_shape and not moves

    def sentence(self) -> tuple[str, str]:
        node = self.view.node
        stretched = [
            f"{name} is stretched from {sides_text(each.shape)} to {sides_text(node.output_shape)}"
            for place, (name, each) in enumerate(zip(self.view.input_names, node.inputs, strict=True))
            if is_stretched(node, place)
        ]
        if stretched:
            return "Broadcasting:", f"{'; '.join(stretched)}. On the way back that is undone by a sum."
        return f"{node.op}:", "makes its output from its inputs, and remembers what its way back needs."


def is_stretched(node: NodeTrace, place: int) -> bool:
    """Whether an input was repeated to the shape of the output."""
    return bool(undone_text(node, place))


def pass_record(evaluation: Evaluation) -> PassRecord | None:
    """The recorded pass of a program, to be walked through; None if nothing was recorded."""
    recording = evaluation.recording
    if recording is None:
        return None
    return PassRecord(
        trace=recording.trace,
        updates=(),
        optimizer="",
        settings={},
        optimizer_step=0,
        inputs=np.zeros((1, 1)),
        labels=("",),
        class_names=(),
        image_shape=None,
        rows=(0,),
        size=0,
        step=0,
        epoch=0,
        batch=0,
        batches=0,
        output_names=tuple(map(formula_name, recording.names)),
    )


def forward_equation(record: PassRecord, index: int, element: Element | None = None) -> Equation:
    """What one op makes of its inputs."""
    return forward_of(ScratchForward(ScratchView(record, index)), element)


def backward_equation(
    record: PassRecord, index: int, operand: int | None = None, element: Element | None = None
) -> Equation:
    """What one op sends back to one of its operands, entry by entry."""
    return equation_of(ScratchView(record, index), lambda view, flow: ScratchBackward, operand, element)
