"""The shape that an operation will give, worked out before anything is computed, and how much may be computed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gui.domain.scratchpad.tree import IndexPart, Setting

Shape = tuple[int, ...]
MOST_ENTRIES = 100_000
MOST_ENTRIES_IN_ALL = 1_000_000
MOST_PRODUCTS = 20_000_000
"""Multiplications of all matrix products together."""
MOST_AXES = 6


class ShapeFault(ValueError):  # noqa: N818  it becomes a Fault
    """Shapes that do not go together, or too much to compute; says why."""


class Budget:
    """How many entries and products a program has asked for so far."""

    def __init__(self) -> None:
        self._entries = self._products = 0

    def take(self, shape: Shape) -> None:
        """Ask for a tensor of this shape; ``ShapeFault`` if that is too much."""
        count = math.prod(shape)
        if count > MOST_ENTRIES:
            raise ShapeFault(f"The result would be {shape_text(shape)}: more than {MOST_ENTRIES:,} entries.")
        self._entries += count
        if self._entries > MOST_ENTRIES_IN_ALL:
            raise ShapeFault(f"All tensors together would have more than {MOST_ENTRIES_IN_ALL:,} entries.")

    def multiply(self, products: int) -> None:
        """Ask for a matrix product."""
        self._products += products
        if self._products > MOST_PRODUCTS:
            raise ShapeFault(f"That would be more than {MOST_PRODUCTS:,} multiplications.")


def shape_text(shape: Shape) -> str:
    if not shape:
        return "a single number"
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def together(left: Shape, right: Shape) -> Shape:
    """Two shapes broadcast: counted from the right, two sides are equal or one of them is 1."""
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other and 1 not in (one, other):
            raise ShapeFault(
                f"Shapes {shape_text(left)} and {shape_text(right)} do not go together: counted from the right, "
                f"{one} meets {other}, and they must be equal or one of them 1."
            )
    return tuple(np.broadcast_shapes(left, right))


def multiplied(left: Shape, right: Shape) -> tuple[Shape, int]:
    """The shape of a matrix product, and how many multiplications it takes forward or back."""
    if not left or not right:
        raise ShapeFault("@ multiplies vectors and matrices. Use * for single numbers.")
    a = (1, *left) if len(left) == 1 else left
    b = (*right, 1) if len(right) == 1 else right
    if a[-1] != b[-2]:
        raise ShapeFault(
            f"{shape_text(left)} @ {shape_text(right)} does not go: the left has {a[-1]} "
            f"column{'' if a[-1] == 1 else 's'}, the right {b[-2]} row{'' if b[-2] == 1 else 's'}."
        )
    batch = together(a[:-2], b[:-2])
    products = math.prod(batch) * a[-2] * a[-1] * b[-1]
    sides = (() if len(left) == 1 else (a[-2],)) + (() if len(right) == 1 else (b[-1],))
    return (*batch, *sides), products


def _axes(shape: Shape, axis: Setting) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(len(shape)))
    axes = axis if isinstance(axis, tuple) else (int(axis),)
    for each in axes:
        if not -len(shape) <= each < len(shape):
            raise ShapeFault(f"There is no axis {each} in {shape_text(shape)}.")
    found = tuple(each % len(shape) for each in axes)
    if len(set(found)) != len(found):
        raise ShapeFault("An axis is named twice.")
    return found


def reduced(shape: Shape, axis: Setting, keepdims: bool) -> Shape:
    """The shape after a sum, a mean or a largest entry over these axes."""
    axes = _axes(shape, axis)
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def reshaped(shape: Shape, wanted: Setting) -> Shape:
    """The wanted shape, its −1 worked out; ``ShapeFault`` if the entries do not fill it."""
    sides = wanted if isinstance(wanted, tuple) else ()
    count, known = math.prod(shape), math.prod(n for n in sides if n != -1)
    fits = known == count if -1 not in sides else sides.count(-1) == 1 and known > 0 and count % known == 0
    if not fits or any(n < -1 or n == 0 for n in sides) or len(sides) > MOST_AXES:
        raise ShapeFault(f"{shape_text(shape)} has {count} entries; they do not fill {shape_text(sides)}.")
    return tuple(count // known if n == -1 else n for n in sides)


def stretched(shape: Shape, wanted: Setting) -> Shape:
    """The shape to repeat to; ``ShapeFault`` if broadcasting does not lead there."""
    sides = wanted if isinstance(wanted, tuple) else ()
    if any(n < 1 for n in sides) or len(sides) > MOST_AXES or together(shape, sides) != sides:
        raise ShapeFault(f"{shape_text(shape)} cannot be repeated to {shape_text(sides)}.")
    return sides


def picked(shape: Shape, index: Sequence[IndexPart]) -> Shape:
    """The shape of the entries that are picked."""
    if len(index) > len(shape):
        raise ShapeFault(f"{len(index)} positions are given, and {shape_text(shape)} has {len(shape)} axes.")
    sides: list[int] = []
    for part, side in zip(index, shape, strict=False):
        if isinstance(part, tuple):
            sides.append(len(range(side)[slice(*part)]))
            if not sides[-1]:
                raise ShapeFault(f"Nothing is left of an axis of {side}.")
        elif not -side <= part < side:
            raise ShapeFault(f"There is no position {part} in an axis of {side}. Positions count from 0.")
    return (*sides, *shape[len(index) :])
