"""One forward and backward pass as plain immutable data: what every viewer reads.

``Trace`` is a ``GraphTrace`` with every value and gradient in it, made by ``trace(model, x, y)`` or
``trace_tensor(loss)``. The cheap form, norms only, is ``BackwardPass.summary()``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beras.backward_pass import (
    BackwardPass,
    GraphTrace,
    InputTrace,
    NodeTrace,
    NonFinite,
    ParameterTrace,
    frozen,
    leaf_names,
    norm,
)
from beras.graph import STATE, Array, Node, backpropagate, no_grad, refuse_detached
from beras.tensor import Tensor, as_array, floating, plain, seed_like

__all__ = [
    "BackwardPass",
    "GraphTrace",
    "InputTrace",
    "NodeTrace",
    "NonFinite",
    "ParameterTrace",
    "Trace",
    "norm",
    "trace",
    "trace_tensor",
]


@dataclass(frozen=True, slots=True)
class Trace(GraphTrace):
    """A ``GraphTrace`` with every value and gradient, as read-only copies that no later training changes.

    A node's own entries are what that node sent back. ``gradients`` are the totals over the whole graph, one for each
    weight that is trained (aligned with ``model.trainable_variables``) and, if asked for, for ``x``; a total is None
    only where a ``gap`` cut it off.
    """

    gradients: tuple[ParameterTrace, ...] = ()
    _nodes: tuple[Node, ...] = field(default=(), repr=False, compare=False)

    def local_jacobian(self, node_index: int, sample: int, input: int = 0) -> Array:
        """∂output/∂input of one op for one sample, (in, out): entry [i, j] is ∂ output j / ∂ input i.

        Computed row by row from the op's own backward pass, one product for each output, so nothing of the size
        (batch, in, out) is built. Where the output is one number for the batch (a loss), it has the input's shape.
        """
        node = self._nodes[node_index]
        array, output = node.arrays[input], node.output
        batch = _batch_of(node, sample)
        outputs = output.shape[1:]
        columns = []
        for entry in np.ndindex(outputs):
            into = _sent_back(node, _one_hot(node, (sample, *entry) if output.ndim else ()), input)
            columns.append(into[sample] if array.ndim and len(array) == batch else into)
        return np.stack(columns, axis=-1).reshape(*columns[0].shape, *outputs)

    def local_weight_gradient(self, node_index: int, sample: int, parameter: int = 0) -> Array:
        """∂output/∂weight of one op for one sample, in the course's form: one factor per entry of the weight.

        It is the weight gradient if ``sample`` had an upstream gradient of 1 everywhere and the others none. For W of a
        Dense layer every column is that sample's input (x ⊗ 1), because ∂ output j / ∂ W[i, j] = x[i]; for b it is 1.
        """
        node = self._nodes[node_index]
        _batch_of(node, sample)
        return _sent_back(node, _one_hot(node, sample if node.output.ndim else ()), len(node.inputs) + parameter)

    def evaluate(self, node_index: int, *arrays: Array) -> Array:
        """The forward pass of one op on other input arrays, with the weights it had."""
        op: Any = copy.deepcopy(self._nodes[node_index].op)
        with no_grad():
            return plain(op(*arrays))

    def pull_back(self, node_index: int, upstream: Array, operand: int = 0) -> Array:
        """What one op sends back to one operand (its inputs, then its parameters) for any ``upstream`` gradient.

        ``upstream`` has the shape of the op's output, the result that of the operand.
        """
        return _sent_back(self._nodes[node_index], upstream, operand)

    def is_elementwise(self, node_index: int) -> bool:
        """Whether every entry of the op's output depends on the same entry of its input alone."""
        return bool(getattr(self._nodes[node_index].op, "elementwise", False))

    @property
    def nbytes(self) -> int:
        """Of all arrays that are kept, those for asking the ops again included."""
        nodes = [array for n in self.nodes for array in (n.output, n.upstream)]
        inputs = [array for n in self.nodes for i in n.inputs for array in (i.value, i.gradient)]
        values = [array for n in self.nodes for p in n.parameters for array in (p.value, p.gradient)]
        totals = [array for g in self.gradients for array in (g.value, g.gradient)]
        again = [array for n in self._nodes for array in (*n.arrays, n.output)]
        weights = [plain(weight) for n in self._nodes for weight in n.parameters]
        kept = (*nodes, *inputs, *values, *totals, *again, *weights)
        return sum({id(array): array.nbytes for array in kept if array is not None}.values())


def trace(model: Any, x: ArrayLike, y: ArrayLike, loss_fn: Any = None, *, wrt_inputs: bool = False) -> Trace:
    """Record one forward and one backward pass of ``model`` on inputs ``x`` (batch, features) and targets ``y``.

    ``loss_fn`` is the one the model was compiled with if none is given. The pass runs on a copy, so the model, its
    optimiser, ``.grad`` and the random state of its layers stay as they are; layers are in the mode (training or not)
    they are in now. With ``wrt_inputs`` the gradient of the data is computed too. Raises ``RuntimeError`` without a
    loss. A call that was not recorded is no error here but a ``gap`` in the trace.
    """
    loss_fn = getattr(model, "loss_fn", None) if loss_fn is None else loss_fn
    if loss_fn is None:
        raise RuntimeError("trace() needs a loss. Call model.compile(optimizer, loss_fn), or pass trace(..., loss_fn).")
    without_optimizer: dict[int, Any] = {id(getattr(model, "optimizer", None)): None}
    twin, twin_loss = copy.deepcopy((model, loss_fn), without_optimizer)
    data: Any = np.array(floating(x))
    data = Tensor(data, name="x") if wrt_inputs else data
    targets = np.array(as_array(y))
    loss, recorded = _recorded(lambda: twin_loss(twin(data), targets))
    return _full(loss, [*twin.trainable_variables, *([data] if wrt_inputs else [])], recorded)


def trace_tensor(target: Tensor) -> Trace:
    """The same record for any recorded number, such as the loss of a graph written with operations.

    ``gradients`` are then those of every leaf that requires one. No ``.grad`` changes, and ``target.backward()`` may
    still be called. Raises ``ValueError`` unless ``target`` is a tensor of one entry.
    """
    if not isinstance(target, Tensor) or target.size != 1:
        received = f"shape {target.shape}" if isinstance(target, np.ndarray) else type(target).__name__
        raise ValueError(f"A trace starts at a tensor of one entry, for example loss.sum(). Received: {received}.")
    return _full(target, None, [])


def _full(target: Tensor, sources: Sequence[Tensor] | None, recorded: Sequence[Node]) -> Trace:
    """Sweep the graph of ``target`` and keep everything; ``recorded`` may hold calls that a gap cut off from it."""
    gap = _gap(target)
    done = BackwardPass(target)
    pairs: Any = backpropagate(target, seed_like(target, None), sources, on_node=done.note)
    nodes = done.nodes()
    if gap is not None:
        reached = {id(node) for node in nodes}
        nodes = [node for node in recorded if id(node) not in reached] + nodes
    else:
        pairs = [(leaf, np.zeros_like(plain(leaf)) if gradient is None else gradient) for leaf, gradient in pairs]
    names = leaf_names(nodes)
    gradients = tuple(
        ParameterTrace(
            names.get(id(leaf)) or leaf.name or f"tensor {i + 1}",
            leaf.shape,
            norm(plain(leaf)),
            None if gradient is None else norm(gradient),
            frozen(leaf),
            frozen(gradient),
        )
        for i, (leaf, gradient) in enumerate(pairs)
    )
    memo: dict[int, Any] = {}
    kept = tuple(_snapshot(node, memo) for node in nodes)
    return Trace(done.traces(nodes, frozen), done.loss, gap, gradients, kept)


class _Recorder:
    """Stands where a tape would and keeps the nodes, and the outputs so that none is forgotten."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._outputs: list[Any] = []

    def note(self, node: Node, output: Any) -> None:
        self.nodes.append(node)
        self._outputs.append(output)


@contextmanager
def _tape(tape: _Recorder | None) -> Iterator[None]:
    before, STATE.tape = STATE.tape, tape
    try:
        yield
    finally:
        STATE.tape = before


def _recorded(run: Callable[[], Tensor]) -> tuple[Tensor, list[Node]]:
    """``run()`` and every call it recorded; any tape that is open does not see it."""
    recorder = _Recorder()
    try:
        with _tape(recorder):
            return run(), recorder.nodes
    except RuntimeError:  # beside a tape, a function without a gradient is an error at once; without one, a gap
        with _tape(None):
            return run(), []


def _gap(target: Tensor) -> str | None:
    try:
        refuse_detached(target)
    except RuntimeError as error:
        return str(error)
    return None


def _snapshot(node: Node, memo: dict[int, Any]) -> Node:
    """A node that shares nothing with the graph it was recorded in, good for asking its op again."""
    arrays = tuple(array if (kept := frozen(array)) is None else kept for array in node.arrays)
    op: Any = copy.deepcopy(node.op, memo)
    twin = Node(op, arrays, tuple(op.weights) if node.parameters else (), arrays)
    twin.output, twin.saved = np.array(node.output), copy.deepcopy(node.saved, memo)
    return twin


def _batch_of(node: Node, sample: int) -> int:
    """How many samples an op's record has; ``IndexError`` if ``sample`` is none of them."""
    shape = node.output.shape or np.shape(node.arrays[0]) or (1,)
    if not 0 <= sample < shape[0]:
        raise IndexError(f"{node.label} has recorded the samples 0 to {shape[0] - 1}. Received: {sample}.")
    return shape[0]


def _one_hot(node: Node, place: Any) -> Array:
    """An upstream gradient of 1 at ``place`` and 0 elsewhere."""
    upstream = np.zeros_like(node.output)
    upstream[place] = 1
    return upstream


def _sent_back(node: Node, upstream: Array, operand: int) -> Array:
    """What the op sends to one operand."""
    gradient = node.op.gradients(node, upstream, [i == operand for i in range(len(node.operands))])[operand]
    if gradient is None:
        raise ValueError(f"{node.label} gives no gradient for its operand {operand}.")
    return np.array(gradient)
