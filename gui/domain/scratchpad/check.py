"""The gradients of a program against central differences in float64; the first wrong op is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from beras.gradcheck import GradientError, check_gradients, check_ops
from beras.tensor import Tensor
from gui.domain.scratchpad.evaluate import computed
from gui.domain.scratchpad.tree import Program, ScratchpadError

TOLERANCE = 1e-5
MOST_ENTRIES = 40
"""So many entries of a parameter are moved; of a larger one, that many chosen evenly at random."""


class CheckCancelled(Exception):  # noqa: N818  nothing is wrong
    """Somebody has typed on."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One parameter: the entry that disagrees most. ``index`` is its place, () for a single number."""

    name: str
    index: tuple[int, ...]
    value: float
    tape: float
    measured: float
    relative: float
    entries: int
    kinks: int

    @property
    def is_right(self) -> bool:
        return self.relative <= TOLERANCE

    @property
    def word(self) -> str:
        """ "agree", "differ", or "kink" where there is no slope to compare with."""
        if self.entries == 0:
            return "kink"
        return "agree" if self.is_right else "differ"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """``wrong`` is the number of the first op on the way back that is wrong by itself; ``wrong_label`` its name."""

    rows: tuple[CheckRow, ...]
    target: str
    wrong: int | None = None
    wrong_label: str = ""

    @property
    def agreeing(self) -> int:
        return sum(row.is_right for row in self.rows)

    @property
    def is_right(self) -> bool:
        return self.agreeing == len(self.rows)

    @property
    def sentence(self) -> str:
        """What the table says, in one sentence."""
        if not self.rows:
            return "There is no parameter to move."
        if not self.is_right:
            worst = max(self.rows, key=lambda row: row.relative)
            named = f" The first wrong op on the way back is {self.wrong_label}." if self.wrong is not None else ""
            return f"{worst.name}: the tape says {worst.tape:.9g}, the slope is {worst.measured:.9g}.{named}"
        if any(row.entries == 0 for row in self.rows):
            return "Where the function has a kink there is no slope to compare with. The others agree."
        worst_error = max(row.relative for row in self.rows)
        digits = 15 if worst_error <= 1e-15 else min(int(-np.log10(worst_error)), 15)
        return (
            f"The tape and the measured slope agree to {digits} digits. Above 1e−5 the graph marks the first wrong op."
        )


def checked(program: Program, target: str, cancelled: Callable[[], bool] = lambda: False) -> CheckReport:
    """Move every parameter a little up and down; ``CheckCancelled`` if that is not wanted any more.

    ``ScratchpadError`` if a moved parameter leads where nothing can be computed, such as the logarithm of 0.
    """
    first = computed(program)
    last, parameters = first.last, first.parameters
    if last is None:
        return CheckReport((), target)
    used = {id(leaf) for leaf in _leaves(first.tensors[last.name])}
    names = [name for name, tensor in parameters.items() if id(tensor) in used]
    tensors = [parameters[name] for name in names]

    def function() -> Tensor:
        if cancelled():
            raise CheckCancelled
        return _number(computed(program, parameters).tensors[last.name])

    with np.errstate(all="ignore"):
        errors = check_gradients(function, tensors, upstream=1.0, entries=MOST_ENTRIES)
        rows = tuple(_row(parameters[name], error) for name, error in zip(names, errors, strict=True))
        report = CheckReport(rows, target)
        return report if report.is_right else _blamed(report, _number(first.tensors[last.name]))


def _number(result: Tensor) -> Tensor:
    """The number that the gradient starts at."""
    return result if result.size == 1 else result.sum()


def _leaves(target: Tensor) -> list[Tensor]:
    seen: dict[int, Tensor] = {}
    waiting = [target]
    while waiting:
        tensor = waiting.pop()
        if id(tensor.node) not in seen and tensor.node is not None:
            seen[id(tensor.node)] = tensor
            waiting += [each for each in tensor.node.operands if isinstance(each, Tensor)]
        elif tensor.node is None:
            seen[id(tensor)] = tensor
    return [tensor for tensor in seen.values() if tensor.node is None]


def _row(tensor: Tensor, error: GradientError) -> CheckRow:
    index = error.index if error.entries else (0,) * tensor.ndim
    value = float(tensor.numpy()[index])
    return CheckRow(error.name, index, value, error.stated, error.measured, error.relative, error.entries, error.kinks)


def _blamed(report: CheckReport, target: Tensor) -> CheckReport:
    """The report with the first op on the way back that is wrong by itself."""
    found = check_ops(target)
    for number, check in reversed(list(enumerate(found))):
        if not check.is_right(TOLERANCE):
            return CheckReport(report.rows, report.target, number, check.label)
    return report


__all__ = ["CheckCancelled", "CheckReport", "CheckRow", "ScratchpadError", "checked"]
