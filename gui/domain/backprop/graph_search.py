"""Finding ops of a recorded graph by what is written at them: "dense 2", "W2", "softmax", "784"."""

from __future__ import annotations

from beras.trace import GraphTrace
from gui.domain.backprop.graph_layout import output_names, parameter_names

_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def find_ops(trace: GraphTrace, text: str) -> tuple[int, ...]:
    """The ops, in recorded order, that a text names.

    Ops with an output, a parameter or data of exactly this name are found first of all, and then nothing else; else
    all ops with the text in their label, class or detail. Capitals, spaces and subscripts make no difference. An empty
    text finds nothing.
    """
    wanted = _plain(text)
    if not wanted:
        return ()
    outputs, parameters = output_names(trace), parameter_names(trace)
    exact, within = [], []
    for node in trace.nodes:
        names = (outputs[node.index], *parameters[node.index], *(i.name for i in node.inputs if i.source is None))
        if any(wanted == _plain(name) for name in names):
            exact.append(node.index)
        if any(wanted in _plain(word) for word in (node.label, node.op, node.detail)):
            within.append(node.index)
    return tuple(exact or within)


def _plain(text: str) -> str:
    return "".join(text.translate(_PLAIN).casefold().split())
