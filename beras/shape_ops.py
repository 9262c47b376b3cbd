"""The operations that move, repeat, pick or add up entries; ``beras.ops`` offers them beside the others.

Backward sends every entry of the upstream gradient to where its value came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.graph import Array, Node
from beras.operation import Operation, unbroadcast
from beras.tensor import plain_tree

Axes = int | Sequence[int] | None


# -- shapes -----------------------------------------------------------------------------------------------------------


class Transpose(Operation):
    """The axes permuted; ``axes=None`` swaps the last two, a pair of axes in more dimensions swaps those two"""

    def __init__(self, axes: Sequence[int] | None = None) -> None:
        self.axes = None if axes is None else tuple(axes)

    def _permutation(self, ndim: int) -> tuple[int, ...]:
        order = list(range(ndim))
        if self.axes is not None and len(self.axes) == ndim:
            return tuple(axis % ndim for axis in self.axes)
        first, second = (-2, -1) if self.axes is None else self.axes
        order[first], order[second] = order[second], order[first]
        return tuple(order)

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a if a.ndim < 2 else np.transpose(a, self._permutation(a.ndim))

    def backward(self, out_grad: Array, node: Node) -> Array:
        ndim = out_grad.ndim
        return out_grad if ndim < 2 else np.transpose(out_grad, np.argsort(self._permutation(ndim)))


class Reshape(Operation):
    """The same entries in another shape"""

    def __init__(self, shape: int | Sequence[int]) -> None:
        self.shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a.reshape(self.shape)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return out_grad.reshape(node.arrays[0].shape)


class BroadcastTo(Operation):
    """The entries repeated along new or stretched axes; backward sums over them"""

    def __init__(self, shape: Sequence[int]) -> None:
        self.shape = tuple(shape)

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return np.broadcast_to(a, self.shape).copy()

    def backward(self, out_grad: Array, node: Node) -> Array:
        return unbroadcast(out_grad, node.arrays[0].shape)


class GetItem(Operation):
    """a[index], with any NumPy index; entries taken several times collect several gradients"""

    def __init__(self, index: Any) -> None:
        self.index = plain_tree(index)

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a[self.index]

    def backward(self, out_grad: Array, node: Node) -> Array:
        into = np.zeros_like(node.arrays[0], dtype=out_grad.dtype)
        np.add.at(into, self.index, out_grad)
        return into


# -- reductions -------------------------------------------------------------------------------------------------------


class Reduction(Operation):
    """An operation over one, several or all (``axes=None``) axes."""

    def __init__(self, axes: Axes = None, keepdims: bool = False) -> None:
        self.axes = tuple(axes) if isinstance(axes, (list, tuple)) else axes
        self.keepdims = bool(keepdims)

    def _spread(self, reduced: Array, node: Node) -> Array:
        """A reduced array with the reduced axes put back at length 1, so that it broadcasts over the input."""
        if self.axes is None:
            return reduced.reshape((1,) * node.arrays[0].ndim)
        return reduced if self.keepdims else np.expand_dims(reduced, self.axes)


class Summation(Reduction):
    """The sum: every summed entry gets the whole upstream gradient"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a.sum(axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Array, node: Node) -> Array:
        return np.broadcast_to(self._spread(out_grad, node), node.arrays[0].shape)


class Mean(Reduction):
    """The mean: every entry gets its share of the upstream gradient"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a.mean(axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Array, node: Node) -> Array:
        a = node.arrays[0]
        share = max(node.output.size, 1) / max(a.size, 1)
        return np.broadcast_to(self._spread(out_grad, node) * out_grad.dtype.type(share), a.shape)


class Max(Reduction):
    """The largest entry, which gets the gradient; several equal ones share it evenly"""

    def forward(self, a: Array) -> Array:  # type: ignore[override]
        return a.max(axis=self.axes, keepdims=self.keepdims)

    def backward(self, out_grad: Array, node: Node) -> Array:
        a = node.arrays[0]
        largest = a == self._spread(node.output, node)
        share = largest / largest.sum(axis=self.axes, keepdims=True)
        return self._spread(out_grad, node) * share.astype(out_grad.dtype)
