"""One op of a record with the names it has on the board: what the equations of both directions start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.trace import InputTrace, NodeTrace
from gui.domain.backprop.equation import Element
from gui.domain.backprop.graph_layout import output_names, parameter_names
from gui.domain.backprop.pass_record import PassRecord

Array = NDArray[Any]
DENSE, SOFTMAX = "Dense", "Softmax"
CROSS_ENTROPY, SQUARED_ERROR, HALF_SQUARED = "CategoricalCrossEntropy", "MeanSquaredError", "HalfSquaredError"
TERMS = 8


@dataclass(frozen=True, slots=True)
class Operand:
    """Something a gradient flows to: an input of the op or a parameter, by its number among all of them."""

    place: int
    name: str
    is_parameter: bool
    value: Array | None
    gradient: Array | None


class OpView:
    """Names, arrays and words of one op; ``sample`` is the row of the batch that is looked at, None for all."""

    def __init__(self, record: PassRecord, index: int, sample: int | None) -> None:
        self.record, self.trace = record, record.trace
        self.node: NodeTrace = record.trace.nodes[index]
        self.sample = sample
        outputs = record.output_names or output_names(self.trace)
        self.output_name = outputs[index]
        self.target_name = outputs[-1] if record.output_names else "s"
        self.input_names = tuple(
            outputs[each.source] if each.source is not None else self._outside(place)
            for place, each in enumerate(self.node.inputs)
        )
        self.parameter_names = parameter_names(self.trace)[index]
        layers = [node.index for node in self.trace.nodes if node.parameters]
        self._last_layer = layers[-1] if layers else 0

    def _outside(self, place: int) -> str:
        return "y" if self.node.is_target and place else "x"

    @property
    def batch(self) -> int:
        return self.record.samples

    @property
    def row(self) -> int:
        """The sample that is worked out: the chosen one, or the first."""
        return 0 if self.sample is None else min(self.sample, self.batch - 1)

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Everything that has got a gradient from this op, the inputs first."""
        node, inputs = self.node, len(self.node.inputs)
        flows = [
            Operand(i, name, False, each.value, each.gradient)
            for i, (name, each) in enumerate(zip(self.input_names, node.inputs, strict=True))
            if not (node.is_target and i and each.source is None)
        ]
        flows += [
            Operand(inputs + i, name, True, each.value, each.gradient)
            for i, (name, each) in enumerate(zip(self.parameter_names, node.parameters, strict=True))
        ]
        return tuple(flow for flow in flows if flow.gradient is not None)

    # -- words --------------------------------------------------------------------------------------------------------

    def words(self, of_input: bool = False) -> tuple[str, str]:
        """What rows and columns of a batch of outputs (or inputs) count."""
        return "sample", self.unit_word(of_input)

    def unit_word(self, of_input: bool = False) -> str:
        """What the last axis of the output (or the input) counts."""
        if of_input and self._source_of_input is None:
            return "pixel" if self.record.image_shape is not None else "input"
        return "class" if self._is_over_classes(of_input) else "unit"

    def names(self, of_input: bool = False) -> tuple[str, ...]:
        """The names along that axis, none where it is counted."""
        return self.record.class_names if self.unit_word(of_input) == "class" else ()

    def called(self, index: int, of_input: bool = False) -> str:
        """One of them: its class, or its number counted from 1."""
        names = self.names(of_input)
        return names[index] if names else str(index + 1)

    @property
    def _source_of_input(self) -> int | None:
        return self.node.inputs[0].source

    def _is_over_classes(self, of_input: bool) -> bool:
        shape = self.node.inputs[0].shape if of_input else self.node.output_shape
        index = self._source_of_input if of_input else self.node.index
        classes = len(self.record.class_names)
        return bool(classes and shape and shape[-1] == classes and index is not None and index >= self._last_layer)

    # -- arrays -------------------------------------------------------------------------------------------------------

    @property
    def upstream(self) -> Array:
        """∂s/∂output as it was recorded; ``ValueError`` where nothing flowed."""
        return required(self.node.upstream)

    @property
    def output(self) -> Array:
        return required(self.node.output)

    def input(self, place: int = 0) -> Array:
        return required(self._input(place).value)

    def _input(self, place: int) -> InputTrace:
        return self.node.inputs[place]

    def parameter(self, place: int) -> Array:
        return required(self.node.parameters[place].value)

    def gradient(self, operand: Operand) -> Array:
        return required(operand.gradient)


def required(array: Array | None) -> Array:
    """An array that a whole record holds."""
    if array is None:
        raise ValueError("This was not recorded, so it has no numbers.")
    return array


def clipped(element: Element | None, shape: tuple[int, ...]) -> Element | None:
    """The element, moved into the array if it stands outside; None if there is none of that many indices."""
    if element is None or len(element) != len(shape):
        return None
    return tuple(min(max(i, 0), n - 1) for i, n in zip(element, shape, strict=True))


def largest(array: Array, count: int) -> list[Element]:
    """The places of the largest entries by size, the largest first; what is not finite comes last."""
    flat = np.nan_to_num(np.abs(np.asarray(array, np.float64)).reshape(-1), nan=-1, posinf=-1)
    count = min(count, flat.size)
    places = np.argpartition(flat, -count)[-count:]
    ordered = places[np.argsort(-flat[places], kind="stable")]
    return [tuple(int(i) for i in np.unravel_index(int(place), np.shape(array))) for place in ordered]
