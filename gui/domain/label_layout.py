"""Labels beside the ends of lines: each as near to its line as it can be without lying on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class _Group:
    """Labels that touch each other: how many, and where the first one would best be."""

    count: int
    total: float

    @property
    def first(self) -> float:
        return self.total / self.count


def spread(wanted: Sequence[float], spacing: float, low: float, high: float) -> list[float]:
    """Where the middles of labels go that want to be at ``wanted``: at least ``spacing`` apart, between low and high.

    The sum of the squared moves is the least there is (labels that touch move as one, as in isotonic regression). Where
    there is too little room for all, they start at ``low`` and go on below ``high``.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[_Group] = []
    for rank, i in enumerate(order):
        groups.append(_Group(1, wanted[i] - rank * spacing))
        while len(groups) > 1 and groups[-2].first > groups[-1].first:
            last = groups.pop()
            groups[-1] = _Group(groups[-1].count + last.count, groups[-1].total + last.total)
    offsets = [group.first for group in groups for _ in range(group.count)]
    top = high - (len(wanted) - 1) * spacing
    places = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        places[i] = max(low, min(offsets[rank], top)) + rank * spacing
    return places
