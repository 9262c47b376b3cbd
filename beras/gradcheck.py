"""Gradients against central differences: (f(x + h) - f(x - h)) / 2h, in float64, entry by entry.

The error of a central difference is O(h²), so h = 1e-6 leaves about ten correct digits in float64 (Press et al.,
*Numerical Recipes*, section 5.7). ``check_gradients`` looks at any function of tensors; ``check_model`` at every op of
a model by itself, so that a fault is blamed on the op that has it and not on those before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beras.backward_pass import leaf_names, node_labels
from beras.graph import Array, Node, backpropagate, no_grad, refuse_detached, topological_order
from beras.precision import in_float64
from beras.tensor import Tensor, as_array, floating, plain, seed_like
from beras.text import table

STEP = 1e-6
TOLERANCE = 1e-6
KINK = 1e-4  # slopes on both sides that differ by this share: the function is not smooth there
SMALLEST_SCALE = 1e-3  # errors are relative to the tensor's largest gradient, or to this if that is smaller


@dataclass(frozen=True, slots=True)
class GradientError:
    """The worst disagreement of one tensor's gradient: where, what was stated and what was measured.

    ``entries`` of the tensor were compared; ``kinks`` more were left out, where the function has no derivative or one
    that changes too fast to be measured.
    """

    name: str
    relative: float
    index: tuple[int, ...]
    stated: float
    measured: float
    entries: int = 0
    kinks: int = 0

    def __str__(self) -> str:
        return (
            f"{self.name}{list(self.index)}: stated {self.stated:.9g}, measured {self.measured:.9g}, "
            f"relative error {self.relative:.2e}"
        )


def check_gradients(
    function: Callable[..., Any],
    tensors: Sequence[Tensor],
    step: float = STEP,
    seed: int = 0,
    *,
    upstream: ArrayLike | None = None,
    entries: int | None = None,
) -> list[GradientError]:
    """Compare d(function)/d(tensor) for every tensor; ``function()`` takes no argument and reads the tensors.

    The output may have any shape: without ``upstream`` it is weighted with fixed random numbers, so that no entry can
    hide behind another. With ``entries`` at most so many of a tensor are compared, chosen by ``seed``, and those at
    which the function has a kink are left out and counted. The tensors must be float64. Returns the worst entry of
    each tensor, in order.
    """
    for tensor in tensors:
        if tensor.dtype != np.float64:
            raise TypeError(f"Gradient checks need float64, in float32 they prove nothing. Received: {tensor.dtype}.")
    output, rng = function(), np.random.default_rng(seed)
    weights = _upstream(np.shape(output), rng) if upstream is None else np.asarray(upstream, np.float64)
    pairs = backpropagate(output, seed_like(output, weights), tensors)
    probe = _Probe(lambda: plain(function()), weights, step, entries, None if entries is None else rng)
    return [
        probe.compare(tensor.name or f"tensor {i}", plain(tensor), stated)
        for i, (tensor, (_, stated)) in enumerate(zip(tensors, pairs, strict=True))
    ]


def check_ops(target: Tensor, entries: int = 20, seed: int = 0) -> tuple[LayerCheck, ...]:
    """Every op recorded beneath ``target`` by itself, in forward order, with random upstream gradients.

    At most ``entries`` entries of an operand are compared. Raises ``RuntimeError`` if nothing was recorded.
    """
    refuse_detached(target)
    nodes, rng = topological_order(target.node), np.random.default_rng(seed)  # type: ignore[arg-type]
    labels = node_labels(nodes)
    return tuple(_check_node(node, label, entries, rng) for node, label in zip(nodes, labels, strict=True))


def assert_gradients(function: Callable[..., Any], tensors: Sequence[Tensor], tolerance: float = TOLERANCE) -> None:
    """Raise ``AssertionError`` naming the worst entry if any gradient is off by more than ``tolerance``."""
    worst = max(check_gradients(function, tensors), key=lambda error: error.relative)
    if not worst.relative <= tolerance:
        raise AssertionError(str(worst))


# -- whole models -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """One recorded op checked by itself: its computed inputs, then its parameters; or what kept it from answering."""

    label: str
    errors: tuple[GradientError, ...] = ()
    problem: str | None = None

    @property
    def worst(self) -> GradientError | None:
        return max(self.errors, key=lambda error: error.relative, default=None)

    def is_right(self, tolerance: float) -> bool:
        return self.problem is None and all(error.relative <= tolerance for error in self.errors)


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What ``check_model`` found: every recorded op by itself, and the loss's gradient for every parameter.

    ``layers`` stand in forward order. ``parameters`` is empty if an op's backward pass failed altogether.
    """

    layers: tuple[LayerCheck, ...]
    parameters: tuple[GradientError, ...]
    batch: int
    tolerance: float

    @property
    def first_wrong(self) -> LayerCheck | None:
        """The first op in backward order whose own gradients are wrong."""
        return next((layer for layer in reversed(self.layers) if not layer.is_right(self.tolerance)), None)

    @property
    def is_right(self) -> bool:
        """True if no op is wrong, and the whole model agrees or stands at a kink, where it cannot be measured."""
        return self.first_wrong is None and (bool(self._kinks) or self._sums_up)

    @property
    def _sums_up(self) -> bool:
        return all(error.relative <= self.tolerance for error in self.parameters)

    @property
    def _kinks(self) -> list[str]:
        found = [(layer.label, error) for layer in self.layers for error in layer.errors if error.kinks]
        return [f"{label} {error.name} ({error.kinks} of {error.kinks + error.entries})" for label, error in found]

    @property
    def verdict(self) -> str:
        """Right, or which op is wrong and how, in a few sentences."""
        wrong = self.first_wrong
        if wrong is not None:
            return f"{wrong.label} is wrong: {wrong.problem or wrong.worst}."
        said = [f"All gradients agree to {self.tolerance:g}."]
        if not self._sums_up:
            worst = max(self.parameters, key=lambda error: error.relative)
            said = [f"Every op is right by itself, yet the whole model differs: {worst}."]
        if self._kinks:
            said.append(f"Not checked, because the function has a kink or a clip there: {', '.join(self._kinks)}.")
        if self.batch == 1:
            said.append("A batch of 1 cannot show a missing or doubled 1/B: check with 7 samples.")
        return " ".join(said)

    def __str__(self) -> str:
        """The verdict, and a table of the worst entry of every tensor."""
        groups = [(layer.label, layer.errors) for layer in self.layers] + [("whole model", self.parameters)]
        rows = [
            (label, error.name, str(error.entries), str(error.kinks), f"{error.relative:.1e}", str(list(error.index)))
            for label, errors in groups
            for error in errors
        ]
        return "\n".join([self.verdict, table(("op", "gradient of", "checked", "kinks", "error", "worst at"), rows)])


def check_model(
    model: Any,
    x: ArrayLike,
    y: ArrayLike,
    loss_fn: Any = None,
    *,
    entries: int = 200,
    seed: int = 0,
    tolerance: float = TOLERANCE,
) -> ModelCheck:
    """Check every gradient of ``model`` on inputs ``x`` (batch, features) and targets ``y``.

    Runs on a float64 copy, dropout switched off; the model stays as it is. First every recorded op by itself, with
    random upstream gradients, then the loss with respect to every trained parameter. At most ``entries`` entries of a
    tensor are compared, chosen by ``seed``. An entry at which the function has a kink is left out and counted. Raises
    ``RuntimeError`` without a loss or where recording was interrupted.
    """
    loss_fn = getattr(model, "loss_fn", None) if loss_fn is None else loss_fn
    if loss_fn is None:
        raise RuntimeError("check_model() needs a loss. Call model.compile(optimizer, loss_fn), or pass loss_fn.")
    twin, twin_loss = _twins(model, loss_fn)
    data, targets = Tensor(floating(x).astype(np.float64), name="x"), np.array(as_array(y), np.float64)
    loss = twin_loss(twin(data), targets)
    refuse_detached(loss)
    rng = np.random.default_rng(seed)
    nodes = topological_order(loss.node)
    checks = [_check_node(node, label, entries, rng) for node, label in zip(nodes, node_labels(nodes), strict=True)]
    parameters: list[GradientError] = []
    if all(check.problem is None for check in checks):
        loss = twin_loss(twin(data), targets)
        probe = _Probe(lambda: plain(twin_loss(twin(data), targets)), np.ones(()), STEP, entries, rng)
        names, pairs = leaf_names(nodes), backpropagate(loss, np.ones(()), twin.trainable_variables)
        parameters = [
            probe.compare(names.get(id(weight), f"unused parameter {i}"), plain(weight), stated)
            for i, (weight, stated) in enumerate(pairs)
        ]
    return ModelCheck(tuple(checks), tuple(parameters), len(data), tolerance)


def _twins(model: Any, loss_fn: Any) -> tuple[Any, Any]:
    """Copies of model and loss in float64, none in training mode."""
    twin, twin_loss = in_float64(model, loss_fn)
    for layer in getattr(twin, "layers", ()):
        if hasattr(layer, "training"):
            layer.training = False
    return twin, twin_loss


def _check_node(node: Node, label: str, entries: int, rng: np.random.Generator) -> LayerCheck:
    """One op by itself: what it sends back for a random upstream gradient, against its own forward pass."""
    op: Any = node.op
    needed = [bool(getattr(operand, "requires_grad", False)) for operand in node.operands]
    upstream = _upstream(node.output.shape, rng)
    arrays = [np.array(a) if isinstance(a, np.ndarray) else a for a in node.arrays]
    operands = [*arrays, *map(plain, node.parameters)]
    try:
        gradients = op.gradients(node, upstream.copy(), needed)
        for operand, gradient, wanted in zip(operands, gradients, needed, strict=True):
            if wanted and np.shape(gradient) != operand.shape:
                received = "nothing" if gradient is None else f"an array of shape {gradient.shape}"
                return LayerCheck(label, problem=f"it gives {received} as the gradient of an operand {operand.shape}")
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, NotImplementedError) as error:
        return LayerCheck(label, problem=f"its backward pass fails with {type(error).__name__}: {error}")
    probe = _Probe(lambda: plain(op.forward(*arrays)), upstream, STEP, entries, rng)
    compared = zip(_operand_names(node), operands, gradients, needed, strict=True)
    return LayerCheck(label, tuple(probe.compare(name, a, g) for name, a, g, wanted in compared if wanted))


def _operand_names(node: Node) -> list[str]:
    names = list(getattr(node.op, "argnames", ()))[: len(node.inputs)]
    names += [f"input {i + 1}" for i in range(len(names), len(node.inputs))]
    return names + [parameter.name or f"weight {i + 1}" for i, parameter in enumerate(node.parameters)]


# -- differences ------------------------------------------------------------------------------------------------------


def _upstream(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random weights for the entries of an output, none near 0."""
    return np.asarray(rng.uniform(0.5, 1.5, shape))


@dataclass(frozen=True, slots=True)
class _Probe:
    """Measures d(Σ weights · outputs()) / d(array), ``array`` being changed; with ``rng`` at a sample of entries."""

    outputs: Callable[[], Any]
    weights: Array
    step: float
    entries: int | None = None
    rng: np.random.Generator | None = None

    def compare(self, name: str, array: Array, stated: Array | None) -> GradientError:
        """The entry with the largest |stated - measured|, relative to the tensor's largest gradient.

        Where either is not finite the error is infinite, so that no comparison can overlook it.
        """
        stated = np.zeros(array.shape) if stated is None else stated
        with no_grad():
            here = self._outputs()
            rows = [(index, float(stated[index]), *self._slopes(array, index, here)) for index in self._places(array)]
        smooth = [row for row in rows if not self._is_kink(*row[2:])]
        if not smooth:
            return GradientError(name, 0.0, (), 0.0, 0.0, 0, len(rows))
        said, measured = np.array([row[1] for row in smooth]), np.array([(row[2] + row[3]) / 2 for row in smooth])
        finite = np.isfinite(said) & np.isfinite(measured)
        sizes = np.where(finite, np.maximum(np.abs(said), np.abs(measured)), 0)
        errors = np.full(said.shape, np.inf)
        np.divide(np.abs(said - measured), max(float(sizes.max()), SMALLEST_SCALE), out=errors, where=finite)
        worst = int(np.argmax(errors))
        relative, stated_there, measured_there = (float(values[worst]) for values in (errors, said, measured))
        kinks = len(rows) - len(smooth)
        return GradientError(name, relative, smooth[worst][0], stated_there, measured_there, len(smooth), kinks)

    def _places(self, array: Array) -> Iterator[tuple[int, ...]]:
        if self.entries is None or self.rng is None or array.size <= self.entries:
            yield from np.ndindex(array.shape)
            return
        for flat in np.sort(self.rng.choice(array.size, self.entries, replace=False)):
            yield tuple(int(i) for i in np.unravel_index(flat, array.shape))

    def _slopes(self, array: Array, index: tuple[int, ...], here: Array) -> tuple[float, float]:
        """The slopes on both sides of an entry; their mean is the central difference."""
        original = array[index]
        array[index] = original + self.step
        above = self._outputs()
        array[index] = original - self.step
        below = self._outputs()
        array[index] = original
        left, right = (float(np.sum(rise * self.weights)) / self.step for rise in (here - below, above - here))
        return left, right

    def _outputs(self) -> Array:
        """A copy: what a function returns may share the memory of what is about to change."""
        return np.array(self.outputs())

    def _is_kink(self, left: float, right: float) -> bool:
        scale = max(abs(left), abs(right), SMALLEST_SCALE)
        return self.rng is not None and abs(right - left) > KINK * scale
