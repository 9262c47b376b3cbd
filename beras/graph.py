"""The recorded graph: what one call was (``Node``), whether calls are recorded, and the reverse sweep over them.

The engine speaks to a small protocol (``Recorded``, ``Differentiable``); it knows no layer, no operation and no tensor
class. Nothing here keeps state but the recording state, which is one per thread.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Recorded(Protocol):
    """What the engine needs to know of a tensor."""

    node: Node | None
    requires_grad: bool
    version: int
    detached_by: str | None
    name: str | None

    @property
    def shape(self) -> tuple[int, ...]: ...


class Differentiable(Protocol):
    """What the engine asks of an operation or a layer."""

    def gradients(self, node: Node, upstream: Array, needed: Sequence[bool]) -> Sequence[Array | None]:
        """Return the gradients for ``node.operands``, aligned with them; an entry that is not needed may be None."""


_NOTHING = np.empty(0)


class Node:
    """The record of one call: the op, its operands (strong references, argument order kept) and its output.

    ``inputs`` are the arguments as they were passed, ``arrays`` the plain arrays the forward pass computed with,
    ``parameters`` the op's own tensors. ``saved`` is what the op keeps for its backward
    pass beyond that. ``versions`` notes the version of every operand tensor, so that a write in
    place between the forward pass and the sweep is noticed.
    """

    __slots__ = (
        "__weakref__",
        "arrays",
        "inputs",
        "op",
        "output",
        "output_ref",
        "parameters",
        "saved",
        "swept",
        "versions",
    )

    def __init__(
        self,
        op: Differentiable,
        inputs: tuple[Any, ...],
        parameters: tuple[Any, ...],
        arrays: tuple[Any, ...],
    ) -> None:
        self.op = op
        self.inputs = inputs
        self.parameters = parameters
        self.arrays = arrays
        self.output: Array = _NOTHING
        self.output_ref: weakref.ref[Any] | None = None
        self.versions = tuple([getattr(operand, "version", 0) for operand in self.operands])
        self.saved: Any = None
        self.swept = False

    @property
    def operands(self) -> tuple[Any, ...]:
        """Everything a gradient can be asked for: the inputs, then the parameters."""
        return self.inputs + self.parameters

    @property
    def label(self) -> str:
        """The op in words, for messages and drawings."""
        return getattr(self.op, "name", None) or type(self.op).__name__


class RecordingState(threading.local):
    """Per thread: how many reasons there are not to record, and the tape that is open."""

    suspended: int = 0
    tape: Any = None


STATE = RecordingState()


class no_grad:  # noqa: N801  a context manager that reads as a verb, as everywhere in the field
    """Within this context nothing is recorded in this thread. Contexts may be nested."""

    def __enter__(self) -> None:
        STATE.suspended += 1

    def __exit__(self, *exc: object) -> None:
        STATE.suspended -= 1


def needs_recording(operands: Sequence[Any]) -> bool:
    """True if calls are recorded now and some operand is, or depends on, a tensor that requires a gradient."""
    return STATE.suspended == 0 and any(getattr(operand, "requires_grad", False) for operand in operands)


def topological_order(root: Node) -> list[Node]:
    """All nodes that ``root`` depends on and itself, every node after its inputs. Iterative: depth is no limit."""
    order: list[Node] = []
    seen: set[int] = set()
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
            continue
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.append((node, True))
        for operand in reversed(node.operands):
            source = getattr(operand, "node", None)
            if source is not None and id(source) not in seen:
                stack.append((source, False))
    return order


OnNode = Callable[[Node, Array, Sequence["Array | None"]], None]


def _key(tensor: Recorded) -> int:
    """One key per value: a computed tensor goes by its node, a leaf by itself (both are alive during a sweep)."""
    return id(tensor) if tensor.node is None else id(tensor.node)


class _Plan:
    """Which operands of which nodes lie on a path to something a gradient is wanted for."""

    def __init__(self, order: list[Node], sources: Sequence[Recorded] | None) -> None:
        self._wanted = None if sources is None else {_key(source) for source in sources}
        self._leading: set[int] = set()
        self.needed: dict[int, list[bool]] = {}
        self.leaves: dict[int, Recorded] = {}
        for node in order:
            needed = [self._is_needed(operand) for operand in node.operands]
            if any(needed):
                self._leading.add(id(node))
            self.needed[id(node)] = needed

    def _is_needed(self, operand: Any) -> bool:
        node = getattr(operand, "node", None)
        if node is not None and id(node) in self._leading:
            return True
        if self._wanted is not None:
            return (id(operand) if node is None else id(node)) in self._wanted
        if node is None and getattr(operand, "requires_grad", False):
            self.leaves[id(operand)] = operand
            return True
        return False

    def keeps(self, node: Node) -> bool:
        """True if the gradient of this node's output was itself asked for."""
        return self._wanted is not None and id(node) in self._wanted


def backpropagate(
    target: Recorded,
    seed: Array,
    sources: Sequence[Recorded] | None = None,
    on_node: OnNode | None = None,
) -> list[tuple[Recorded, Array | None]]:
    """Sweep the graph backwards from ``target`` and return (tensor, gradient) pairs.

    ``seed`` is the gradient with respect to ``target`` and has its shape. Without ``sources`` the pairs are the leaves
    that require a gradient; with them the pairs are aligned with ``sources``, and None means that ``target`` does not
    depend on that source. Every node is visited after all of its consumers, so diamonds and shared parameters add up:
    reverse-mode accumulation (Griewank and Walther, *Evaluating Derivatives*, 2008, section 3.2). ``on_node`` is called
    with each visited node, its upstream gradient and its operands' gradients.
    """
    order = topological_order(target.node) if target.node is not None else []
    plan = _Plan(order, sources)
    ledger: dict[int, Array] = {_key(target): seed}
    for node in reversed(order):
        needed = plan.needed[id(node)]
        upstream = ledger.get(id(node)) if plan.keeps(node) else ledger.pop(id(node), None)
        if upstream is None or not any(needed):
            continue
        _refuse_changed_operands(node)
        gradients = node.op.gradients(node, upstream, needed)
        _post(ledger, node, gradients, needed)
        if on_node is not None:
            on_node(node, upstream, gradients)
    given = {id(seed)}
    return [
        (tensor, _own(ledger.get(_key(tensor)), tensor, given))
        for tensor in (plan.leaves.values() if sources is None else sources)
    ]


def _own(gradient: Array | None, tensor: Any, given: set[int]) -> Array | None:
    """A gradient that nobody else holds, in the dtype of the tensor it belongs to when that is a floating one."""
    if gradient is None:
        return None
    dtype = tensor.dtype if tensor.dtype.kind == "f" else gradient.dtype
    shared = gradient.base is not None or not gradient.flags.writeable or id(gradient) in given
    given.add(id(gradient))
    return gradient.astype(dtype, copy=shared)


def _post(ledger: dict[int, Array], node: Node, gradients: Sequence[Array | None], needed: Sequence[bool]) -> None:
    """Add one node's gradients to the ledger, after checking that each has its operand's shape."""
    operands = node.operands
    if len(gradients) != len(operands):
        raise ValueError(
            f"{node.label} must give one gradient for each of its {len(operands)} operands. Received: {len(gradients)}."
        )
    for operand, gradient, is_needed in zip(operands, gradients, needed, strict=True):
        if not is_needed:
            continue
        if gradient is None:
            raise ValueError(f"{node.label} gives no gradient for its operand of shape {operand.shape}.")
        if gradient.shape != operand.shape:
            raise ValueError(
                f"{node.label} gives a gradient of shape {gradient.shape} for an operand of shape {operand.shape}. "
                "A gradient always has the shape of what it belongs to."
            )
        key = _key(operand)
        known = ledger.get(key)
        ledger[key] = gradient if known is None else known + gradient


def _refuse_changed_operands(node: Node) -> None:
    for operand, version in zip(node.operands, node.versions, strict=True):
        if getattr(operand, "version", 0) != version:
            raise RuntimeError(
                f"A tensor of shape {operand.shape}{f' ({operand.name})' if operand.name else ''} was changed in place "
                f"after {node.label} recorded it, so this gradient would be wrong. Run the forward pass again."
            )


def refuse_detached(target: Recorded) -> None:
    """Raise ``RuntimeError`` if a gradient was lost on the way: some call that nothing recorded lies beneath."""
    if target.detached_by is not None:
        raise RuntimeError(target.detached_by)
    if target.node is None:
        raise RuntimeError(
            "Nothing was recorded for this tensor, so it has no gradient to send back. Compute it from tensors with "
            "requires_grad=True, by calling the layers themselves, outside no_grad()."
        )
    for node in topological_order(target.node):
        for operand in node.operands:
            if getattr(operand, "detached_by", None) is not None:
                raise RuntimeError(operand.detached_by)
