"""From a fault that the gradient check has found to its place in the backprop explorer."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from beras.gradcheck import GradientError
from beras.trace import NodeTrace
from gui.domain.backprop.op_steps import OpStep
from gui.state.explorer import ExplorerState


class FaultGuide(QObject):
    """Goes to the backward step of an op, then chooses the operand and the entry whose gradient is wrong."""

    def __init__(self, explorer: ExplorerState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._sought: tuple[OpStep, GradientError] | None = None
        for signal in (explorer.position_changed, explorer.record_changed, explorer.busy_changed):
            signal.connect(self._choose)

    def lead_to(self, node: int, error: GradientError) -> None:
        """``node`` counts the recorded ops in forward order; the check and the explorer record the same ones."""
        step = OpStep("backward", node)
        self._sought = step, error
        self._explorer.find_step(step)
        self._choose()

    @Slot()
    def _choose(self) -> None:
        explorer = self._explorer
        if self._sought is None or explorer.record is None or not explorer.is_fresh:
            return
        if explorer.step != self._sought[0]:
            return
        (step, error), self._sought = self._sought, None
        assert step.node is not None
        explorer.choose_operand(operand_place(explorer.record.trace.nodes[step.node], error.name))
        equation = explorer.equation
        if equation is not None and all(at < size for at, size in zip(error.index, equation.shape, strict=False)):
            explorer.choose_element(error.index)


def operand_place(node: NodeTrace, name: str) -> int:
    """The place of an operand among inputs and parameters, by the name that the check has for it."""
    parameters = [parameter.name for parameter in node.parameters]
    if name in parameters:
        return len(node.inputs) + parameters.index(name)
    inputs = [each.name for each in node.inputs]
    asked = (place for place, each in enumerate(node.inputs) if each.gradient_norm is not None)
    return inputs.index(name) if name in inputs else next(asked, 0)
