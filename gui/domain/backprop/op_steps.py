"""A recorded pass as a walk: every op forward, then every op backward, then the update. One step is one op."""

from __future__ import annotations

from dataclasses import dataclass

from beras.trace import GraphTrace
from gui.domain.backprop.pass_progress import Direction, PassProgress


@dataclass(frozen=True, slots=True)
class OpStep:
    """One op in one direction; ``node`` is None for the update, which concerns all parameters."""

    direction: Direction
    node: int | None


class Walk:
    """The steps of a pass in order. A position counts the steps that are done: 0 before the first."""

    def __init__(self, trace: GraphTrace, has_update: bool) -> None:
        forward = [OpStep("forward", node.index) for node in trace.nodes]
        backward = [OpStep("backward", node.index) for node in reversed(trace.nodes) if node.upstream_norm is not None]
        update = [OpStep("update", None)] if has_update else []
        self.steps: tuple[OpStep, ...] = (*forward, *backward, *update)
        self.forward_count, self.backward_count = len(forward), len(backward)

    def __len__(self) -> int:
        return len(self.steps)

    def step(self, position: int) -> OpStep | None:
        """The step that has just been done; None at the beginning."""
        return self.steps[position - 1] if 0 < position <= len(self.steps) else None

    def progress(self, position: int, sample: int | None = None) -> PassProgress:
        """What a drawing may show at a position."""
        step = self.step(position)
        done = self.steps[self.forward_count : position]
        return PassProgress(
            forward=min(position, self.forward_count),
            backward=frozenset(each.node for each in done if each.direction == "backward" and each.node is not None),
            current=None if step is None else step.node,
            direction="forward" if step is None else step.direction,
            sample=sample,
        )

    def position_of(self, node: int, position: int) -> int:
        """Where to go when an op is clicked: to its turn in the direction that is being walked.

        On the way forward to its forward step; on the way back to its backward step, where it has one.
        """
        directions: tuple[Direction, ...] = ("forward", "backward")
        if position > self.forward_count:
            directions = ("backward", "forward")
        for direction in directions:
            step = OpStep(direction, node)
            if step in self.steps:
                return self.steps.index(step) + 1
        return position
