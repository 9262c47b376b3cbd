"""First weights that were set by hand: plain numbers in nested tuples, one entry for each weight of the network.

They stand in the order of ``model.weights``: the matrix W (inputs, units) of a dense layer as a tuple of rows, then its
bias b (units,) as a tuple of numbers. They come from files too, so nothing is taken on trust.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.registry import SettingError

MOST_NUMBERS = 1_000
MOST_AXES = 2
SHOWN_NUMBERS, SHOWN_LETTERS = 6, 40

FirstWeights = tuple[tuple[Any, ...], ...]
Shape = tuple[int, ...]


def read_weights(value: Any) -> FirstWeights | None:
    """``value`` as the setting keeps it, None for weights that are drawn; ``SettingError`` says what is wrong."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value:
        raise SettingError("weights", f"weights must be a list of arrays, or null. Received: {_shown(value)}.")
    if sum(1 for _ in _entries(value)) > MOST_NUMBERS:
        raise SettingError("weights", f"weights that are set by hand may be at most {MOST_NUMBERS:,} numbers.")
    return tuple(_array(f"weights, array {number:,},", entry) for number, entry in enumerate(value, start=1))


def plain_weights(arrays: Iterable[NDArray[Any]]) -> FirstWeights:
    """Weights (as of ``build.weights_of``) as plain numbers; ``SettingError`` if they are too many or not finite."""
    found = read_weights([array.tolist() for array in arrays])
    if found is None:
        raise SettingError("weights", "weights must be a list of arrays.")
    return found


def with_entry(weights: FirstWeights, index: int, entry: tuple[int, ...], value: float) -> FirstWeights:
    """The weights with one number set: ``entry`` of the array ``index``, both counted from 0.

    ``IndexError`` for a place that there is not, ``SettingError`` for a number that is not finite.
    """
    array = np.array(weights[index])
    if len(entry) != array.ndim:
        raise IndexError(f"An array of shape {array.shape} has no entry {entry}.")
    array[entry] = _number(f"weights, array {index + 1:,},", value)
    return (*weights[:index], _array("weights", array.tolist()), *weights[index + 1 :])


def shapes_of(weights: FirstWeights) -> tuple[Shape, ...]:
    """The shape of every array."""
    return tuple(np.shape(array) for array in weights)


def misfit(weights: FirstWeights, wanted: Mapping[str, Shape]) -> str:
    """What keeps weights from being those of a network with ``wanted`` (name: shape), in words; empty if they fit."""
    shapes = shapes_of(weights)
    if len(shapes) != len(wanted):
        return f"they are {len(shapes):,} arrays, and the network has {len(wanted):,}"
    for (name, other), shape in zip(wanted.items(), shapes, strict=True):
        if shape != other:
            return f"{name} is {_size(shape)}, and the network needs {_size(other)}"
    return ""


def summary(weights: FirstWeights | None) -> str:
    """In a few words, other words for other weights: "by hand: 0.15, 0.25, 0.2, … (12 numbers, sum 5.3)"."""
    if weights is None:
        return "drawn"
    numbers = list(_entries(weights))
    said = ", ".join(f"{number:.6g}" for number in numbers[:SHOWN_NUMBERS])
    more = ", …" if len(numbers) > SHOWN_NUMBERS else ""
    return f"by hand: {said}{more} ({len(numbers):,} numbers, sum {math.fsum(numbers):.9g})"


def _array(name: str, value: Any, axes: int = MOST_AXES) -> tuple[Any, ...]:
    """An array of one or two axes as nested tuples of floats; whole numbers become floats."""
    if not isinstance(value, (list, tuple)) or not value:
        raise SettingError("weights", f"{name} must be a list of numbers or of rows. Received: {_shown(value)}.")
    if any(isinstance(entry, (list, tuple)) for entry in value):
        if axes == 1 or len({len(row) if isinstance(row, (list, tuple)) else 0 for row in value}) > 1:
            raise SettingError("weights", f"{name} must have rows of the same length. Received: {_shown(value)}.")
        return tuple(_array(name, row, axes - 1) for row in value)
    return tuple(_number(name, entry) for entry in value)


def _number(name: str, value: Any) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    try:
        number = float(value) if is_number else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SettingError("weights", f"{name} must hold finite numbers. Received: {_shown(value)}.")
    return number


def _entries(value: Any) -> Iterator[Any]:
    """All that is no list, in order; not deeper than an array may be."""
    for array in value:
        for row in array if isinstance(array, (list, tuple)) else [array]:
            yield from row if isinstance(row, (list, tuple)) else [row]


def _size(shape: Shape) -> str:
    return " × ".join(map(str, shape))


def _shown(value: Any) -> str:
    text = repr(value[:SHOWN_NUMBERS] if isinstance(value, (list, tuple)) else value)
    return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"
