"""A network that only answers: its own copy of the layers, fed with published weights. It belongs to the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.domain.build import build_network, set_weights
from gui.domain.saliency import DreamSettings, dream_step, evidence, score_gradient
from gui.domain.spec import ExperimentSpec

UNSURE_BELOW = 0.2  # a lead of the first answer over the second that is smaller than this is no answer


class Predictor:
    """Predicts with weights that a run has published. ``update`` is cheap when the network has kept its shape."""

    def __init__(self) -> None:
        self._key: Any = None
        self._model: Any = None

    @property
    def is_ready(self) -> bool:
        return self._model is not None

    def clear(self) -> None:
        self._key = self._model = None

    def update(self, spec: ExperimentSpec, input_size: int, weights: Sequence[NDArray[Any]]) -> None:
        """Take over published weights of the network that ``spec`` describes."""
        key = (spec.layers, spec.precision, input_size)
        if key != self._key:
            self._model, self._key = build_network(replace(spec, weights=None), input_size), key
        set_weights(self._model, weights)

    def predict(self, inputs: NDArray[np.float32]) -> NDArray[np.floating]:
        """The network's output (outputs,) for one sample (features,), in its own precision."""
        output: NDArray[np.floating] = self._model.predict(inputs.reshape(1, -1))[0]
        return output

    def explain(self, inputs: NDArray[np.float32], chosen: int, other: int | None) -> Why:
        """What of one sample (features,) speaks for the class ``chosen``, and, where given, against ``other``."""
        mine = evidence(self._model, inputs.reshape(-1), chosen)
        if mine is not None:
            theirs = None if other is None else evidence(self._model, inputs.reshape(-1), other)
            return Why(mine.shares if theirs is None else mine.shares - theirs.shares, chosen, other, is_exact=True)
        gradient = score_gradient(self._model, inputs.reshape(1, -1), chosen, other)[0]
        return Why(gradient, chosen, other, is_exact=False)

    def dream(self, image: NDArray[np.float32], chosen: int, settings: DreamSettings) -> NDArray[np.float32]:
        """The image (rows, columns) one step nearer to what the class ``chosen`` would like best."""
        return dream_step(self._model, image, chosen, settings)


@dataclass(frozen=True, slots=True, eq=False)
class Why:
    """One number for each input: how much the score changes with it or, where ``is_exact``, what it adds to the score.

    ``chosen`` is the class that is explained, ``other`` the one it is set against, None for none.
    """

    values: NDArray[Any]
    chosen: int
    other: int | None
    is_exact: bool


def leaders(probabilities: NDArray[np.floating]) -> tuple[int, int | None]:
    """The likeliest class and the second."""
    order = np.argsort(probabilities, kind="stable")[::-1]
    return int(order[0]), int(order[1]) if len(order) > 1 else None


def verdict(probabilities: NDArray[np.floating], class_names: Sequence[str]) -> str:
    """The answer in words; a small lead is said to be none."""
    order = np.argsort(probabilities)[::-1]
    first, second = (class_names[int(i)] for i in order[:2])
    if probabilities[order[0]] - probabilities[order[1]] < UNSURE_BELOW:
        return f"Not sure: {first} or {second}"
    return f"This is {'an' if first in ('8', '11', '18') else 'a'} {first}" if first.isdigit() else first
