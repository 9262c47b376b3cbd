"""What one op sends back, as upstream x local = downstream with the recorded numbers.

The words are the course's: the upstream gradient arrives, the local gradient belongs to the op alone, their product
goes on downstream (the chain rule as in Rumelhart, Hinton and Williams, 1986).
"""

from __future__ import annotations

from collections.abc import Callable

from gui.domain.backprop.activation_backward import ElementwiseBackward, LossBackward, SoftmaxBackward
from gui.domain.backprop.any_op_backward import AnyOpBackward
from gui.domain.backprop.backward_kind import OFFERED, BackwardKind
from gui.domain.backprop.decimals import rounds_to_sum
from gui.domain.backprop.dense_backward import DenseBiasBackward, DenseInputBackward, DenseWeightBackward
from gui.domain.backprop.equation import Element, Equation
from gui.domain.backprop.op_view import DENSE, SOFTMAX, TERMS, Operand, OpView, clipped
from gui.domain.backprop.pass_record import PassRecord


def backward_equation(
    record: PassRecord,
    index: int,
    operand: int | None = None,
    element: Element | None = None,
    sample: int | None = None,
) -> Equation:
    """The equation of one op for one of its operands (the weight of a layer, otherwise the input, if None is chosen).

    ``element`` of the downstream gradient is worked out; if None, one whose rounded terms add up to the rounded sum.
    Raises ``ValueError`` for an op through which no gradient flowed.
    """
    return equation_of(OpView(record, index, sample), _kind_of, operand, element)


def equation_of(
    view: OpView,
    kind_of: Callable[[OpView, Operand], type[BackwardKind]],
    operand: int | None,
    element: Element | None,
) -> Equation:
    """The same for an op that is looked at already; ``kind_of`` says how an operand of it is explained."""
    flows = view.operands
    if not flows:
        raise ValueError(f"No gradient flowed through {view.node.label}.")
    chosen = next((flow for flow in flows if flow.place == operand), None)
    if chosen is None:
        chosen = next((flow for flow in flows if flow.is_parameter), flows[0])
    kind = kind_of(view, chosen)(view, chosen)
    element = clipped(element, kind.result.shape)
    if element is None:
        element = _offered(kind)
    lead, sentence = kind.sentence()
    return Equation(
        heading=f"{view.node.label}, backward",
        operands=tuple((flow.place, _called(flow)) for flow in flows),
        operand=chosen.place,
        grids=kind.grids(element),
        signs=kind.signs,
        element=element,
        shape=kind.result.shape,
        sum=kind.sum(element, TERMS),
        lead=lead,
        sentence=sentence,
        decimals=kind.decimals,
        element_words=kind.element_words,
    )


def _kind_of(view: OpView, operand: Operand) -> type[BackwardKind]:
    node, result = view.node, view.gradient(operand)
    if node.op == DENSE and view.upstream.ndim == 2:
        if operand.is_parameter:
            return DenseWeightBackward if result.ndim == 2 else DenseBiasBackward
        return DenseInputBackward
    if node.is_target and view.output.ndim == 0 and result.ndim == 2 and len(node.inputs) == 2:
        return LossBackward
    if node.op == SOFTMAX and result.ndim == 2:
        return SoftmaxBackward
    if not operand.is_parameter and (view.trace.is_elementwise(node.index) or node.op == "Flatten"):
        return ElementwiseBackward
    return AnyOpBackward


def _called(flow: Operand) -> str:
    """ "to weight W₂"."""
    if not flow.is_parameter:
        return f"to input {flow.name}"
    is_bias = flow.gradient is not None and flow.gradient.ndim == 1
    return f"to {'bias' if is_bias else 'weight'} {flow.name}"


def _offered(kind: BackwardKind) -> Element:
    """A large element whose rounded terms add up to the rounded sum; the largest one, if there is none such."""
    candidates = kind.candidates()
    for element in candidates[:OFFERED]:
        found = kind.sum(element, TERMS)
        products = [*(term.product for term in found.terms), found.others_sum]
        if rounds_to_sum(products, found.total, kind.decimals):
            return element
    return candidates[0]
