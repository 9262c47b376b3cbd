"""The course's vocabulary: ``Tensor``, ``Variable``, ``Callable``, ``Weighted`` and ``Diffable``.

A Diffable states its own local gradients and is one recorded step, whatever its forward pass takes.
"""

from __future__ import annotations

import inspect
from abc import ABC, ABCMeta, abstractmethod
from collections.abc import Callable as AnyCallable
from collections.abc import Sequence
from functools import wraps
from threading import get_ident
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beras.dtype import default_dtype, set_default_dtype
from beras.graph import STATE, Array, Node, needs_recording, no_grad
from beras.operation import hang, unbroadcast
from beras.tensor import Tensor, Variable, as_array, derived, plain

__all__ = ["Callable", "Diffable", "ShapeError", "Tensor", "Variable", "Weighted", "default_dtype", "set_default_dtype"]


class Callable(ABC):  # noqa: B024  either of two methods may be given, so none is abstract
    """``obj(x)`` runs ``obj.forward(x)`` and returns a Tensor. A subclass may define ``call`` instead."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in cls.__dict__ and "forward" not in cls.__dict__:
            cls.forward = cls.__dict__["call"]  # type: ignore[method-assign]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        result = self.forward(*args, **kwargs)
        return result if isinstance(result, Tensor) else Tensor(result)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define forward (or call).")


class Weighted(ABC):
    """Something with weights: ``weights`` and ``parameters`` are the same list of tensors."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "parameters" in cls.__dict__ and "weights" not in cls.__dict__:
            cls.weights = cls.__dict__["parameters"]  # type: ignore[method-assign]

    @property
    @abstractmethod
    def weights(self) -> Sequence[Tensor]:
        """Every weight, trainable or not."""

    @property
    def parameters(self) -> Sequence[Tensor]:
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Tensor]:
        return [weight for weight in self.weights if weight.requires_grad]

    @property
    def non_trainable_variables(self) -> list[Tensor]:
        return [weight for weight in self.weights if not weight.requires_grad]

    @property
    def trainable(self) -> bool:
        """True if any weight is trainable; setting it sets all of them."""
        return any(weight.requires_grad for weight in self.weights)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        for weight in self.weights:
            weight.requires_grad = bool(value)


class _TapeProperty(ABCMeta):
    """Gives ``Diffable.gradient_tape``, the tape that is open in this thread."""

    @property
    def gradient_tape(cls) -> Any:
        return STATE.tape

    @gradient_tape.setter
    def gradient_tape(cls, tape: Any) -> None:
        STATE.tape = tape


class Diffable(Callable, Weighted, metaclass=_TapeProperty):
    """A layer, activation or loss: one recorded step whose gradients it states itself.

    A subclass defines ``forward`` on plain arrays and the local gradients ``get_input_gradients`` and, with weights,
    ``get_weight_gradients``; ``compose_*`` multiply them with the upstream gradient ``J``. Calling the object records,
    calling ``forward`` does not. After a call in this thread ``inputs``, ``outputs`` and ``input_dict`` tell of it.
    """

    argnames: Sequence[str] = ()
    name: str | None = None
    elementwise: bool | None = None  # True: 2-D local input gradients are one factor per entry; None: found out
    training: bool = False  # set by the model; layers that behave differently while training read it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        forward = cls.__dict__.get("forward")
        if forward is not None:
            cls._forward = forward  # type: ignore[method-assign]
            cls.forward = _unrecorded(forward)  # type: ignore[method-assign]
            cls.argnames = list(inspect.signature(forward).parameters)[1:]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        instance = super().__new__(cls)
        instance._calls = {}
        return instance

    _calls: dict[int, tuple[Node, Tensor | None]]  # the latest call in each thread

    def _forward(self, *arrays: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define forward (or call).")

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        inputs = args if not kwargs else inspect.signature(self._forward).bind(*args, **kwargs).args
        node = Node(self, inputs, tuple(self.weights), tuple([as_array(value) for value in inputs]))
        output = self._compute_with(type(self)._forward, node)
        tensor = derived(output, inputs)
        if needs_recording(node.operands):
            hang(tensor, node, output)
        self._calls[get_ident()] = (node, tensor)
        return tensor

    def _compute_with(self, forward: AnyCallable[..., Any], node: Node) -> Array:
        """Run ``forward`` on the node's plain arrays, nothing recorded; the node is the latest call meanwhile."""
        thread, before = get_ident(), self._calls.get(get_ident())
        self._calls[thread] = (node, None)
        STATE.suspended += 1
        try:
            node.output = np.asarray(forward(self, *node.arrays)).view(np.ndarray)
        except BaseException as error:
            del self._calls[thread]
            if before is not None:
                self._calls[thread] = before
            if isinstance(error, ShapeError):
                raise error.naming(node.inputs) from None
            raise
        finally:
            STATE.suspended -= 1
        return node.output

    # -- the latest call ----------------------------------------------------------------------------------------------

    @property
    def inputs(self) -> list[Any]:
        call = self._calls.get(get_ident())
        return [] if call is None else list(call[0].inputs)

    @property
    def outputs(self) -> list[Any]:
        call = self._calls.get(get_ident())
        return [] if call is None else [call[1]]

    @property
    def input_dict(self) -> dict[str, Any]:
        """Argument name -> value."""
        return dict(zip(self.argnames, self.inputs, strict=False))

    ins = input_dict

    def _node(self) -> Node:
        """The record of the latest call in this thread."""
        call = self._calls.get(get_ident())
        if call is None:
            raise RuntimeError(f"{self} has not been called in this thread yet. Call it first.")
        return call[0]

    def _arrays(self) -> tuple[Any, ...]:
        """The plain input arrays of the latest call in this thread (fast form of ``inputs``)."""
        return self._node().arrays

    def _output(self) -> Array:
        """The plain output array of the latest call in this thread."""
        return self._node().output

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_calls": {}}

    def __str__(self) -> str:
        return self.name or type(self).__name__

    # -- gradients ----------------------------------------------------------------------------------------------------

    @property
    def gradient_tape(self) -> Any:
        return STATE.tape

    @property
    def weights(self) -> Sequence[Tensor]:
        return []

    def output_shape(self, *input_shapes: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the output for inputs of these shapes; ``ShapeError`` for shapes that cannot be taken.

        Without a rule of its own a layer keeps the shape of its first input, as elementwise functions do.
        """
        return input_shapes[0]

    def get_input_gradients(self) -> list[Array]:
        """The local gradient d(output)/d(input) of each input."""
        raise NotImplementedError(f"{type(self).__name__} must define get_input_gradients.")

    def get_weight_gradients(self) -> list[Array]:
        """The local gradient d(output)/d(weight) of each weight."""
        if len(self.weights) == 0:
            return []
        raise NotImplementedError(f"{type(self).__name__} must define get_weight_gradients.")

    def compose_input_gradients(self, J: Any = None) -> list[Array]:
        """Upstream times local, for every input; one gradient per sample. ``J``: array or list of arrays (B, m).

        The local gradient of an input (B, n) may be one Jacobian (n, m), one per sample (B, n, m), or one factor per
        entry (B, n). Without ``J`` the local gradients are returned.
        """
        upstream = only_upstream(J)
        local_gradients = self.get_input_gradients()
        if upstream is None:
            return local_gradients
        arrays = self._arrays()
        return [
            compose_input(self, upstream, plain(local), array)
            for local, array in zip(local_gradients, arrays, strict=True)
        ]

    def compose_weight_gradients(self, J: Any = None) -> list[Array]:
        """Upstream times local, for every weight, **summed** over the batch (the loss has divided by B already).

        The local gradient of a weight may be one array of the weight's shape or one per sample. Without ``J`` the local
        gradients are returned.
        """
        upstream = only_upstream(J)
        local_gradients = self.get_weight_gradients()
        if upstream is None:
            return local_gradients
        return [
            compose_weight(self, upstream, plain(local), plain(weight))
            for local, weight in zip(local_gradients, self.weights, strict=True)
        ]

    def gradients(self, node: Node, upstream: Array, needed: Sequence[bool]) -> Sequence[Array | None]:
        """The engine's question: gradients of ``node.operands``. The record of that call is made the latest one."""
        self._recall(node)
        count = len(node.inputs)
        with no_grad():
            into_inputs = self.compose_input_gradients([upstream]) if any(needed[:count]) else [None] * count
            into_weights = (
                self.compose_weight_gradients([upstream]) if any(needed[count:]) else [None] * len(node.parameters)
            )
        return [
            plain(gradient) if wanted and gradient is not None else None
            for gradient, wanted in zip((*into_inputs, *into_weights), needed, strict=True)
        ]

    def _recall(self, node: Node) -> None:
        latest = self._calls.get(get_ident())
        if latest is None or latest[0] is not node:
            tensor = node.output_ref() if node.output_ref is not None else None
            self._calls[get_ident()] = (node, node.output.view(Tensor) if tensor is None else tensor)

    def backward(self, grad: ArrayLike | None = None) -> None:
        """Start a sweep at the latest output: ``self.outputs[0].backward(grad)``."""
        self._node()
        self.outputs[0].backward(grad)


def _unrecorded(forward: AnyCallable[..., Any]) -> AnyCallable[..., Any]:
    """``forward`` as users may call it: it computes but does not record, and the result can say so."""

    @wraps(forward)
    def unrecorded(self: Diffable, *args: Any, **kwargs: Any) -> Tensor:
        inputs = inspect.signature(forward).bind(self, *args, **kwargs).args[1:]
        node = Node(self, inputs, tuple(self.weights), tuple(map(as_array, inputs)))
        before = self._calls.get(get_ident())
        tensor = derived(self._compute_with(forward, node), inputs)
        del self._calls[get_ident()]
        if before is not None:
            self._calls[get_ident()] = before
        if needs_recording(node.operands):
            label = self.name or type(self).__name__
            tensor.detached_by = (
                f"{label} was called with .forward(), so nothing was recorded there. Call the object itself: layer(x)."
            )
        return tensor

    return unrecorded


class ShapeError(ValueError):
    """Inputs of a shape that a layer cannot take; the message names the layer and both shapes."""

    def naming(self, inputs: Sequence[Any]) -> ShapeError:
        """The same error, naming also the layer that the input came from."""
        source = next((i.node for i in inputs if isinstance(i, Tensor) and i.node is not None), None)
        if source is None:
            return self
        return ShapeError(f"{self} It comes from {source.label}, whose output has the shape {source.output.shape}.")


def only_upstream(J: Any) -> Array | None:
    """The one upstream gradient in ``J`` (an array, a list of one or more to be added, None or [None])."""
    if J is None or isinstance(J, np.ndarray):
        return None if J is None else plain(J)
    upstream = [plain(j) for j in J if j is not None]
    if not upstream:
        return None
    return upstream[0] if len(upstream) == 1 else np.sum(upstream, axis=0)


def compose_input(diffable: Diffable, upstream: Array, local: Array, array: Array) -> Array:
    """Upstream times local for one input, for every form of local gradient the course uses."""
    if upstream.ndim == 0:
        return upstream * local
    if local.ndim == array.ndim + 1 and local.shape[0] == upstream.shape[0]:
        return np.einsum("b...io,b...o->b...i", local, upstream)
    if local.shape == array.shape and local.shape == upstream.shape and _is_elementwise(diffable, local, array):
        return upstream * local
    if local.ndim == 2 and local.shape == (array.shape[-1], upstream.shape[-1]):
        return upstream @ local.T
    raise ValueError(
        f"{type(diffable).__name__}.get_input_gradients gives a local gradient of shape {local.shape} for an input of "
        f"shape {array.shape} and an output of shape {upstream.shape}. Expected (n, m), (B, n, m), or (B, n) for an "
        "elementwise function."
    )


def _is_elementwise(diffable: Diffable, local: Array, array: Array) -> bool:
    """Tell (B, n) factors from an (n, m) Jacobian. Where B = n = m both fit, and one sample alone decides."""
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 1:
        return True
    if diffable.elementwise is None:
        call = diffable._calls[get_ident()]
        with no_grad():
            diffable(*[a[:1] if isinstance(a, np.ndarray) and a.ndim == 2 else a for a in call[0].arrays])
            alone = diffable.get_input_gradients()[0]
        diffable._calls[get_ident()] = call
        diffable.elementwise = alone.shape[0] == 1
    return diffable.elementwise


def compose_weight(diffable: Diffable, upstream: Array, local: Array, weight: Array) -> Array:
    """Upstream times local for one weight, summed over the batch and over whatever the weight was broadcast along.

    For a single number as weight the local gradient may also be one factor per entry of the output.
    """
    shape = weight.shape or (1,)
    batch = upstream.shape[0] if upstream.ndim else 1
    per_sample = local if local.ndim == len(shape) + 1 else local.reshape(1, *(local.shape or (1,)))
    per_entry = weight.size == 1 and per_sample.shape == upstream.shape
    if not per_entry and not _stretches(per_sample.shape, (batch, *shape)):
        raise ValueError(
            f"{type(diffable).__name__}.get_weight_gradients gives a local gradient of shape {local.shape} for a "
            f"weight of shape {weight.shape}. Expected {weight.shape} or {(batch, *weight.shape)}."
        )
    missing = max(per_sample.ndim - upstream.ndim, 0)
    product = per_sample * upstream.reshape(upstream.shape[:1] + (1,) * missing + upstream.shape[1:])
    return unbroadcast(product.sum(axis=0), shape).reshape(weight.shape)


def _stretches(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether an array of ``shape`` has the axes of ``target``, each of the same length or of length 1."""
    return len(shape) == len(target) and all(n in (1, m) for n, m in zip(shape, target, strict=True))
