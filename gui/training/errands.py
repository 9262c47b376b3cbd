"""What a run is put back to an earlier moment for: it trains again, silently, until a step."""

from __future__ import annotations

from beras.model import Model
from beras.trace import BackwardPass, NonFinite


class Errand:
    """Over when ``until`` steps are done. What it takes is not counted as time of the training."""

    def __init__(self, until: int, model: Model) -> None:
        self.until = until
        self._seconds = [] if model.progress is None else list(model.progress.seconds)

    def wants_backward(self, step: int) -> bool:
        """Whether the backward pass after ``step`` steps is to be looked at."""
        raise NotImplementedError

    def give_back_seconds(self, model: Model) -> None:
        """The time spent on forward, backward and update is what it was before."""
        if model.progress is not None:
            model.progress.seconds[:] = self._seconds


class Move(Errand):
    """Go to the moment after ``until`` steps and show it."""

    def wants_backward(self, step: int) -> bool:
        return step + 1 == self.until


class Search(Errand):
    """Look for the first number that is not finite, in the steps up to ``until``, where the loss was ``loss``."""

    def __init__(self, until: int, loss: float, model: Model) -> None:
        super().__init__(until, model)
        self.loss = loss
        self.step = until
        self.finding: NonFinite | None = None
        self.backward: BackwardPass | None = None

    def wants_backward(self, step: int) -> bool:
        return True

    @property
    def result(self) -> NonFinite:
        return self.finding or NonFinite(-1, "the validation samples", "loss", "forward")

    def look_at_gradients(self, backward: BackwardPass, step: int) -> bool:
        """After ``step`` whole steps; True if the first such number is in this forward or backward pass."""
        if self.finding is None:
            self.finding, self.step, self.backward = backward.first_non_finite(), step + 1, backward
            return self.finding is not None
        return False

    def look_at_weights(self, step: int) -> bool:
        """The gradients were finite; True if the step along them was too long."""
        if self.finding is None and self.backward is not None:
            self.finding, self.step = self.backward.first_non_finite_weight(), step
            return self.finding is not None
        return False
