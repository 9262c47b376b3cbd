"""The tape: the front end of the first generation. It scopes recording and asks for gradients by name."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from beras.graph import STATE, Node, backpropagate, refuse_detached
from beras.tensor import Tensor, floating, seed_like


class GradientTape:
    """Records what is computed inside a ``with`` block of this thread.

    ``previous_layers[id(output)]`` is the layer or operation that made an output.
    """

    def __init__(self) -> None:
        self.previous_layers: dict[int, Any] = {}
        self.nodes: list[Node] = []
        self._outputs: list[Tensor] = []  # held, so that ids stay theirs

    def __enter__(self) -> GradientTape:
        if STATE.tape is not None:
            raise RuntimeError("A GradientTape is open in this thread already; tapes cannot be nested. Use one tape.")
        STATE.tape = self
        return self

    def __exit__(self, *exc: object) -> None:
        STATE.tape = None

    def note(self, node: Node, output: Tensor) -> None:
        """Keep the record of one call."""
        self.previous_layers[id(output)] = node.op
        self.nodes.append(node)
        self._outputs.append(output)

    def gradient(self, target: Tensor, sources: Sequence[Tensor] | Tensor) -> Any:
        """d(target)/d(source) for each source, aligned with ``sources``; a single tensor gives a single array.

        A source that the target does not depend on gives zeros of its shape and a warning that names it. Raises
        ``RuntimeError`` if the target was not recorded on this tape.
        """
        wanted = [sources] if isinstance(sources, Tensor) else list(sources)
        if not isinstance(target, Tensor):
            raise TypeError(f"The target must be a Tensor computed inside the tape. Received: {type(target).__name__}.")
        if not any(target is source for source in wanted):
            refuse_detached(target)
            if id(target) not in self.previous_layers:
                raise RuntimeError(
                    "The target was not computed inside this tape. Move its computation into the `with GradientTape()` "
                    "block."
                )
        gradients = []
        for i, (source, gradient) in enumerate(backpropagate(target, seed_like(target, None), wanted)):
            if gradient is None:
                label = source.name or f"source {i} of shape {source.shape}"
                warnings.warn(f"The target does not depend on {label}; its gradient is zero.", stacklevel=2)
                gradient = np.zeros_like(floating(wanted[i]))
            gradients.append(gradient)
        return gradients[0] if isinstance(sources, Tensor) else gradients
