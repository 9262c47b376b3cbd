"""What is at a place of the plane, in words: the point there, and what the network answers."""

from __future__ import annotations

import numpy as np

from gui.domain.data_view import Points
from gui.state.playground import Answer
from gui.views.widgets.numbers import short_number


def place_text(points: Points, answer: Answer | None, x: float, y: float, point: int | None) -> str:
    """For example "x₁ 0.46, x₂ −0.3: class B, 93 %"; ``point`` is the place of the point there, if there is one."""
    names = points.axis_names
    if point is not None:
        x, y = float(points.x[point]), float(points.y[point])
    where = f"{names[0]} {short_number(x)}, {names[1]} {short_number(y)}"
    parts = [] if answer is None else [answer_text(points, answer, x, y)]
    if point is not None:
        parts.append(point_text(points, answer, point))
    return f"{where}: {'; '.join(parts)}" if parts else where


def answer_text(points: Points, answer: Answer, x: float, y: float) -> str:
    """What the network answers at (x, y), read from the cell there."""
    plane, outputs = answer.responses.plane, answer.responses.outputs
    rows, columns = outputs.shape[:2]
    column = int(np.clip((x - plane.left) / plane.width * columns, 0, columns - 1))
    row = int(np.clip((y - plane.bottom) / plane.height * rows, 0, rows - 1))
    values = outputs[row, column]
    if not np.isfinite(values).all():
        return "the network gives no finite number"
    if points.kind != "classes":
        return f"the network gives y {short_number(float(values[0]))}"
    first = int(values.argmax())
    name = points.class_names[first] if first < len(points.class_names) else str(first + 1)
    last = answer.spec.layers[-1].activation
    is_share = last is not None and last.name == "softmax"
    how = f"{100 * float(values[first]):.0f} %" if is_share else f"output {short_number(float(values[first]))}"
    return f"{name}, {how}"


def point_text(points: Points, answer: Answer | None, point: int) -> str:
    """A point: its part, its class or value, and whether the network is right about it."""
    part = "validation" if points.in_validation[point] else "training"
    if points.kind == "curve":
        return f"{part} point"
    if points.kind == "surface":
        return f"{part} point, y {short_number(float(points.values[point]))}"
    text = f"{part} point of {points.class_names[int(points.labels[point])]}"
    if answer is not None and len(answer.responses.at_points) == len(points):
        text += ", wrong" if answer.responses.wrong(points.labels)[point] else ", right"
    return text
