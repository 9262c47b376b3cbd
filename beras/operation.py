"""The operation: one recorded step on arrays, the contract that ``beras.ops`` fulfils and a user's own op may.

This module knows no particular operation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any
from weakref import ref

import numpy as np

from beras.graph import STATE, Array, Node, needs_recording, no_grad
from beras.tensor import OPERATIONS, Tensor, as_array, derived, floating, plain


class Operation(ABC):
    """One differentiable step on plain arrays. A subclass defines ``forward`` and ``backward``; calling it records.

    ``backward(out_grad, node)`` returns the gradient for each input (one array, or a tuple), each with the shape of its
    input; ``node.arrays`` holds the input arrays and ``node.output`` the result.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        OPERATIONS.setdefault(cls.__name__, cls)

    def __call__(self, *operands: Any) -> Tensor:
        recorded = needs_recording(operands)
        arrays = tuple([floating(operand) if recorded else as_array(operand) for operand in operands])
        with no_grad():
            output = np.asarray(self.forward(*arrays))
        tensor = derived(output, operands)
        if recorded:
            hang(tensor, Node(self, operands, (), arrays), output)
        return tensor

    @abstractmethod
    def forward(self, *arrays: Array) -> Array:
        """The value of the operation."""

    @abstractmethod
    def backward(self, out_grad: Array, node: Node) -> Array | tuple[Array | None, ...]:
        """The gradients of the inputs, from the gradient of the output."""

    def gradients(self, node: Node, upstream: Array, needed: Sequence[bool]) -> Sequence[Array | None]:
        with no_grad():
            result = self.backward(upstream, node)
        found = result if isinstance(result, (tuple, list)) else (result,)
        return [plain(g) if number >= len(needed) or needed[number] else None for number, g in enumerate(found)]


def hang(tensor: Tensor, node: Node, output: Array) -> None:
    """Attach a record to its output, and note it on this thread's tape if one is open."""
    node.output = output
    tensor.node = node
    tensor.requires_grad = True
    tensor.flags.writeable = False  # its consumers remember its values
    node.output_ref = ref(tensor)
    if STATE.tape is not None:
        STATE.tape.note(node, tensor)


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Undo broadcasting: sum over the axes that were prepended, then over those that were stretched."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=stretched, keepdims=True) if stretched else gradient
