"""What a network answers over the plane: the same as it predicts, on a grid as fine as there is time for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gui.domain.build import build_network, weights_of
from gui.domain.check import with_data
from gui.domain.decision import STEPS, alpha_steps, boundaries, level_lines, step_alpha, winners
from gui.domain.network_layout import network_layout
from gui.domain.presets import load_preset
from gui.domain.responses import (
    COARSEST_SIDE,
    CURVE_CELLS,
    FINEST_SIDE,
    Grid,
    Plane,
    Responder,
    cells_for,
    network_columns,
)
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense

SQUARE = Plane(-1.0, 1.0, -1.0, 1.0)
NO_POINTS = np.empty((0, 2), np.float32)


def network(*units: int, data: str = "spiral3", outputs: int = 3, activation: str = "tanh") -> ExperimentSpec:
    spec = with_data(load_preset("moons"), data)
    last = dense(outputs, "softmax" if outputs > 1 else None)
    return replace(spec, layers=(*(dense(count, activation) for count in units), last))


def responder(spec: ExperimentSpec, inputs: int = 2) -> Responder:
    made = Responder()
    made.update(spec, inputs, weights_of(build_network(spec, inputs)))
    return made


# -- responses --------------------------------------------------------------------------------------------------------


def test_the_answers_are_what_the_network_predicts() -> None:
    spec = network(16, 8)
    points = np.array([[0.3, -0.2], [1.0, 1.0]], np.float32)
    found = responder(spec).respond(SQUARE, 400, points)
    assert [column.shape for column in found.columns] == [(20, 20, 2), (20, 20, 16), (20, 20, 8), (20, 20, 3)]
    model = build_network(spec, 2)
    np.testing.assert_allclose(found.at_points, model.predict(points), rtol=1e-6)
    np.testing.assert_allclose(found.outputs.reshape(-1, 3), model.predict(found.columns[0].reshape(-1, 2)), rtol=1e-5)
    x, y = found.columns[0][0, 0]
    assert (x, y) == pytest.approx((-0.95, -0.95))  # the middle of the lowest cell at the left
    assert tuple(found.columns[0][-1, 0]) == pytest.approx((-0.95, 0.95))


def test_units_are_those_behind_activation_and_dropout() -> None:
    spec = network(4)
    dropout = LayerSpec(Choice("dropout", {"rate": 0.5}))
    spec = replace(spec, layers=(spec.layers[0], dropout, spec.layers[1]))
    assert [(column.title, column.units) for column in network_columns(spec, 2)] == [
        ("Input", 2),
        ("Dense 1, Tanh", 4),
        ("Dense 2, Softmax", 3),
    ]
    made = responder(spec)
    found = made.respond(SQUARE, 400, NO_POINTS)
    assert len(found.columns) == 3
    assert np.abs(found.columns[1]).max() <= 1, "Tanh, and no dropout while it answers"
    assert [matrix.shape for matrix in made.matrices] == [(2, 4), (4, 3)]


def test_a_network_without_hidden_layers() -> None:
    found = responder(network()).respond(SQUARE, 400, NO_POINTS)
    assert [column.shape[2] for column in found.columns] == [2, 3]
    assert found.at_points.shape == (0, 3)


def test_a_wide_plane_has_more_columns_than_rows_and_not_more_cells() -> None:
    grid = Grid(Plane(-2.0, 2.0, -1.0, 1.0), 10_000, 2)
    assert grid.columns == pytest.approx(2 * grid.rows, rel=0.03)
    assert 9_500 < grid.rows * grid.columns <= 10_000


@pytest.mark.parametrize(
    ("spec", "side"),
    [(network(16, 16), FINEST_SIDE), (network(), FINEST_SIDE), (network(2000, 2000), 0), (network(50_000), 0)],
)
def test_the_grid_is_as_fine_as_the_network_is_small(spec: ExperimentSpec, side: int) -> None:
    assert cells_for(spec, 2) == side * side


def test_between_the_finest_and_none_the_grid_becomes_coarser() -> None:
    sides = [cells_for(network(units, units), 2) for units in (16, 64, 128, 256, 400, 512)]
    assert sides == sorted(sides, reverse=True)
    assert sides[-1] >= COARSEST_SIDE**2


def test_on_a_line_there_is_one_row() -> None:
    spec = network(8, data="regression_sine", outputs=1)
    assert cells_for(spec, 1) == CURVE_CELLS
    found = responder(spec, 1).respond(SQUARE, CURVE_CELLS, np.array([[0.5]], np.float32))
    assert found.outputs.shape == (1, CURVE_CELLS, 1)
    assert found.at_points.shape == (1, 1)


def test_the_places_are_kept_between_two_answers() -> None:
    made = responder(network(4))
    made.respond(SQUARE, 400, NO_POINTS)
    inputs, grid = made._inputs, made._grid
    made.respond(SQUARE, 400, NO_POINTS)
    assert (made._inputs is inputs, made._grid is grid) == (True, True)
    made.respond(SQUARE, 900, NO_POINTS)
    assert made._grid is not grid


def test_wrong_points_also_where_the_network_gives_no_number() -> None:
    found = responder(network(4)).respond(SQUARE, 400, np.array([[0, 0], [0.5, 0.5]], np.float32))
    said = found.at_points.argmax(axis=1)
    assert not found.wrong(said).any()
    assert found.wrong((said + 1) % 3).all()
    found.at_points[0] = np.nan
    assert found.wrong(found.at_points.argmax(axis=1))[0]
    assert found.is_finite
    found.outputs[0, 0, 0] = np.inf
    assert not found.is_finite


# -- decisions --------------------------------------------------------------------------------------------------------


def ramp(rows: int, columns: int) -> np.ndarray:
    """Two outputs that cross at column 2.5: (rows, columns, 2)."""
    x = np.broadcast_to(np.arange(columns, dtype=np.float32) - 2.5, (rows, columns))
    return np.stack([x, -x], axis=-1)


def test_the_border_of_two_classes_is_where_they_cross() -> None:
    outputs = ramp(4, 6)
    winner, lead = winners(outputs)
    assert (winner[0].tolist(), lead[0].tolist()) == ([1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1])
    lines = boundaries(outputs, winner)
    assert lines.shape == (3, 2, 2)
    np.testing.assert_allclose(lines[..., 0], 2.5)
    assert sorted(lines[..., 1].ravel().tolist()) == [0, 1, 1, 2, 2, 3]


def test_a_border_between_certain_answers_is_smooth() -> None:
    """Where probabilities are 0 and 1, their differences no longer tell how far the border is; their logarithms do."""
    y, x = np.mgrid[0:40, 0:40].astype(float)
    logit = 20 * (x - 0.3 * y - 12.2)
    outputs = np.stack([1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(logit))], axis=-1).astype(np.float32)
    lines = boundaries(outputs, winners(outputs)[0]).reshape(-1, 2)
    np.testing.assert_allclose(lines[:, 0] - 0.3 * lines[:, 1], 12.2, atol=0.02)


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_every_pair_of_neighbours_has_a_border(classes: int) -> None:
    y, x = np.mgrid[-1:1:50j, -1:1:50j]
    angles = 2 * np.pi * np.arange(classes) / classes
    outputs = (x[..., None] * np.cos(angles) + y[..., None] * np.sin(angles)).astype(np.float32)
    winner, _ = winners(outputs)
    assert len(np.unique(winner)) == classes
    lines = boundaries(outputs, winner).reshape(-1, 2)
    differ = (winner[:, :-1] != winner[:, 1:]).sum()
    assert len(lines) >= differ
    for column, row in lines:
        around = winner[int(row) : int(row) + 2, int(column) : int(column) + 2]
        assert len(np.unique(around)) > 1, "a border where one class wins all around"


def test_a_saddle_has_two_lines() -> None:
    lines = level_lines(np.array([[1.0, -1.0, 1.0, -1.0]]), np.array([0]), np.array([0]))
    assert lines.shape == (2, 2, 2)


def test_no_border_without_a_change_or_without_numbers() -> None:
    same = np.zeros((5, 5, 2), np.float32)
    same[..., 0] = 1
    assert boundaries(same, winners(same)[0]).shape == (0, 2, 2)
    same[0, 0] = np.nan
    winner, lead = winners(same)
    assert boundaries(same, winner).shape == (0, 2, 2)
    assert lead[0, 0] == 0
    assert np.isfinite(lead).all()


def test_the_lead_is_that_over_the_second() -> None:
    outputs = np.array([[[0.5, 0.2, 0.3], [5.0, -3.0, 2.0], [0.1, 0.1, 0.8]]], np.float32)
    winner, lead = winners(outputs)
    assert winner.tolist() == [[0, 0, 2]]
    np.testing.assert_allclose(lead, [[0.2, 1.0, 0.7]], rtol=1e-5)


def test_eight_steps_from_faint_to_deep() -> None:
    steps = alpha_steps(np.linspace(0, 1, 101))
    assert sorted(set(steps.tolist())) == list(range(STEPS))
    assert (step_alpha(0), step_alpha(STEPS - 1)) == pytest.approx((0.10, 0.60))


# -- the layout of the drawn network ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "units", [(2, 3), (2, 8, 8, 2), (2, 16, 16, 3), (1, 300, 5, 1), (2, *[64] * 20, 2), (2, 65_536, 5)]
)
@pytest.mark.parametrize(("width", "height"), [(600.0, 400.0), (260.0, 150.0), (1200.0, 900.0)])
def test_every_square_is_inside_and_none_covers_another(units: tuple[int, ...], width: float, height: float) -> None:
    layout = network_layout(units, width, 20, height, 16)
    half = layout.side / 2
    assert [column.units for column in layout.columns] == list(units)
    for column in layout.columns:
        assert half <= column.x <= width - half
        assert len(column.middles) + column.hidden == column.units
        assert column.middles[0] - half >= 20 - 1e-6
        assert column.middles[-1] + half <= height - (16 if column.hidden else 0) + 1e-6
        assert all(np.diff(column.middles) >= layout.side)
    assert all(np.diff([column.x for column in layout.columns]) > layout.side)


def test_more_units_than_fit_are_counted() -> None:
    layout = network_layout((2, 64, 2), 600, 20, 400, 16)
    assert layout.columns[1].hidden == 64 - len(layout.columns[1].middles) > 0
    assert layout.unit_at(layout.columns[1].x, layout.columns[1].middles[3]) == (1, 3)
    assert layout.unit_at(layout.columns[1].x + layout.side, layout.columns[1].middles[3]) is None
