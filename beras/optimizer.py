"""Optimisers: how a gradient changes a weight. Both dialects from one class.

``optimizer.apply_gradients(params, grads)`` (first generation), or made with the parameters first and then
``zero_grad()`` and ``step()`` (second generation). Updates are in place; what does not require a gradient is left as it
is. Epsilon stands outside the square root, as in the course's formulas.
"""

from __future__ import annotations

import numbers
from abc import ABCMeta, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import numpy as np

from beras.graph import Array
from beras.registry import OPTIMIZERS, Help, Range, Wired
from beras.tensor import Tensor, plain

LearningRate = Annotated[
    float, Range(0, 1000, log=True, open_low=True), Help("How far one step goes along the gradient.", "learning rate")
]
Decay = Annotated[float, Range(0, 1, open_high=True)]
Epsilon = Annotated[
    float, Range(0, 1, log=True, open_low=True), Help("Added to the denominator, so that it is never 0.", "ε")
]
Parameters = Annotated[Any, Wired("model.parameters")]


class _ParametersFirst(ABCMeta):
    """Lets ``Adam(parameters, learning_rate, ...)`` stand beside ``Adam(learning_rate, ...)``."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if args and not isinstance(args[0], (numbers.Number, str)):
            kwargs["parameters"], args = args[0], args[1:]
        return super().__call__(*args, **kwargs)


class Optimizer(metaclass=_ParametersFirst):
    """The common part. A subclass gives ``update(index, weight, gradient)`` and names its state arrays in ``slots``."""

    slots: tuple[str, ...] = ()

    def __init__(self, learning_rate: float, parameters: Iterable[Tensor] | None = None) -> None:
        self.learning_rate = learning_rate
        self.parameters: list[Tensor] = []
        self.t = 0
        for slot in self.slots:
            setattr(self, slot, [])
        for parameter in parameters or ():
            self._index(parameter)

    def apply_gradients(self, trainable_params: Sequence[Tensor], grads: Sequence[Any]) -> None:
        """Change each parameter in place by one step; ``grads`` is aligned with ``trainable_params``."""
        if len(trainable_params) != len(grads):
            raise ValueError(
                f"apply_gradients needs one gradient for each parameter. Received: {len(trainable_params)} parameters, "
                f"{len(grads)} gradients."
            )
        for parameter, gradient in zip(trainable_params, grads, strict=True):
            _require_tensor(parameter)
            if gradient is not None and np.shape(gradient) != parameter.shape:
                raise ValueError(
                    f"A gradient has the shape of its parameter, {parameter.shape}. Received: {np.shape(gradient)}."
                )
        self.t += 1
        for parameter, gradient in zip(trainable_params, grads, strict=True):
            if gradient is None or not parameter.requires_grad:
                continue
            parameter.about_to_write()
            self.update(self._index(parameter), np.atleast_1d(plain(parameter)), np.atleast_1d(plain(gradient)))

    def step(self) -> None:
        """One step for the parameters the optimiser was made with, from their ``.grad``."""
        if not self.parameters:
            raise RuntimeError(
                f"step() needs to know the parameters. Make the optimiser with them: {type(self).__name__}"
                "(model.parameters, learning_rate), or use apply_gradients(params, grads)."
            )
        self.apply_gradients(self.parameters, [parameter.grad for parameter in self.parameters])

    def zero_grad(self) -> None:
        """Forget the gradients that ``backward()`` has added up."""
        for parameter in self.parameters:
            parameter.grad = None

    @abstractmethod
    def update(self, index: int, w: Array, g: Array) -> None:
        """Change ``w`` in place by one step along ``g``; ``index`` finds the state arrays."""

    def _index(self, parameter: Tensor) -> int:
        """The place of a parameter's state; a new parameter gets state arrays of zeros."""
        for index, known in enumerate(self.parameters):
            if known is parameter:
                return index
        _require_tensor(parameter)
        self.parameters.append(parameter)
        for slot in self.slots:
            getattr(self, slot).append(np.zeros(parameter.shape or (1,), parameter.dtype))
        return len(self.parameters) - 1


def _require_tensor(parameter: Any) -> None:
    if not isinstance(parameter, Tensor):
        raise TypeError(f"An optimiser's parameters must be tensors. Received: {parameter!r}.")


@OPTIMIZERS.register("sgd", "SGD")
class BasicOptimizer(Optimizer):
    """w ← w - η g"""

    def __init__(self, learning_rate: LearningRate = 0.1, parameters: Parameters = None) -> None:
        super().__init__(learning_rate, parameters)

    def update(self, index: int, w: Array, g: Array) -> None:
        w -= self.learning_rate * g


@OPTIMIZERS.register("rmsprop", "RMSProp")
class RMSProp(Optimizer):
    """v ← β v + (1 - β) g²; w ← w - η g / (√v + ε)

    (Hinton, *Neural Networks for Machine Learning*, lecture 6e, 2012.)
    """

    slots = ("v",)

    def __init__(
        self,
        learning_rate: LearningRate = 1e-3,
        beta: Annotated[Decay, Help("Share of the old mean of squared gradients that is kept.", "β")] = 0.9,
        epsilon: Epsilon = 1e-6,
        parameters: Parameters = None,
    ) -> None:
        super().__init__(learning_rate, parameters)
        self.beta = beta
        self.epsilon = epsilon
        self.v: list[Array]

    def update(self, index: int, w: Array, g: Array) -> None:
        v = self.v[index]
        buffer = np.square(g)
        buffer *= 1 - self.beta
        v *= self.beta
        v += buffer
        np.sqrt(v, out=buffer)
        buffer += self.epsilon
        np.divide(g, buffer, out=buffer)
        buffer *= self.learning_rate
        w -= buffer


@OPTIMIZERS.register("adam", "Adam")
class Adam(Optimizer):
    """w ← w - η m̂ / (√v̂ + ε), m̂ and v̂ being the bias-corrected means of g and g²

    (Kingma and Ba, 2015, algorithm 1.) With ``amsgrad`` the largest v̂ so far is used (Reddi et al., 2018), compared
    after bias correction.
    """

    slots = ("m", "v", "v_max")

    def __init__(
        self,
        learning_rate: LearningRate = 1e-3,
        beta_1: Annotated[Decay, Help("Share of the old mean gradient m that is kept.", "β₁")] = 0.9,
        beta_2: Annotated[Decay, Help("Share of the old mean squared gradient v that is kept.", "β₂")] = 0.999,
        epsilon: Epsilon = 1e-7,
        amsgrad: Annotated[bool, Help("Never let the denominator shrink again.", "AMSGrad")] = False,
        parameters: Parameters = None,
    ) -> None:
        super().__init__(learning_rate, parameters)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self.m: list[Array]
        self.v: list[Array]
        self.v_max: list[Array]

    def update(self, index: int, w: Array, g: Array) -> None:
        m, v = self.m[index], self.v[index]
        buffer = g * (1 - self.beta_1)
        m *= self.beta_1
        m += buffer
        np.square(g, out=buffer)
        buffer *= 1 - self.beta_2
        v *= self.beta_2
        v += buffer
        np.divide(v, 1 - self.beta_2**self.t, out=buffer)
        if self.amsgrad:
            v_max = self.v_max[index]
            np.maximum(v_max, buffer, out=v_max)
            buffer[...] = v_max
        np.sqrt(buffer, out=buffer)
        buffer += self.epsilon
        np.divide(m, buffer, out=buffer)
        buffer *= self.learning_rate / (1 - self.beta_1**self.t)
        w -= buffer
