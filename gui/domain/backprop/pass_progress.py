"""How far a recorded pass has been walked through, op by op: what a drawing of its graph may show already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["forward", "backward", "update"]


@dataclass(frozen=True, slots=True)
class PassProgress:
    """A moment of a walk: first every op forward, then those that send gradients backward, then the update.

    ``forward`` ops, in recorded order, have given their output; the ops of ``backward`` have sent their gradients back.
    ``current`` is the op that did the last of this, None before the first and at the update. ``sample`` is the row of
    the batch that is looked at, None for the whole batch.
    """

    forward: int
    backward: frozenset[int]
    current: int | None
    direction: Direction
    sample: int | None = None
