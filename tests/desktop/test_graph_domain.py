"""What the drawing of a recorded graph is made from: places without overlap, and arrays folded to small pictures."""

from __future__ import annotations

import numpy as np
import pytest

from gui.domain.backprop.graph_layout import UNCROSSED_UP_TO, Place, place_nodes, place_vertices
from gui.domain.backprop.graph_tiles import (
    FEW,
    LARGEST_SIDE,
    Tiles,
    folded,
    is_image,
    picture_values,
    sample_loss,
    thinned,
    thumbnail,
    true_class,
)
from gui.views.backprop.op_picture import tiles_image
from gui.views.looks.theme import THEMES
from tests.desktop.graph_bench import interrupted, traced

# -- places -----------------------------------------------------------------------------------------------------------


def assert_sound(count: int, edges: list[tuple[int, int]]) -> None:
    layout = place_vertices(count, edges)
    assert len(layout.places) == count
    assert len({(place.column, place.row) for place in layout.places}) == count
    for start, end in edges:
        first, last = layout.places[start], layout.places[end]
        assert first.column < last.column
        between = [place.column for place in layout.routes.get((start, end), ())]
        if count <= UNCROSSED_UP_TO:
            assert between == list(range(first.column + 1, last.column))


@pytest.mark.parametrize(
    ("count", "edges"),
    [
        (1, []),
        (3, []),
        (4, [(0, 1), (1, 2), (2, 3), (0, 3), (0, 2)]),
        (9, [(0, 1), (1, 2), (0, 2), (5, 6), (6, 7), (7, 8), (5, 8)]),  # parts, and vertices without an edge
        (6, [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]),
        (5, [(0, 4), (0, 4), (4, 2)]),
    ],
)
def test_every_vertex_has_its_own_place_and_edges_run_to_the_right(count: int, edges: list[tuple[int, int]]) -> None:
    assert_sound(count, edges)


def test_random_graphs_are_laid_out_soundly() -> None:
    rng = np.random.default_rng(3)
    for count in (5, 12, 40, UNCROSSED_UP_TO + 50):
        edges = [(int(rng.integers(0, end)), end) for end in range(1, count) for _ in range(int(rng.integers(0, 3)))]
        assert_sound(count, edges)


def test_the_parts_round_a_gap_stand_one_behind_the_other() -> None:
    assert place_nodes(interrupted()) == tuple(Place(column, 0.0) for column in range(4))


# -- tiles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "shape"), [(784, (28, 28)), (128, (8, 16)), (65, (8, 9)), (127, (11, 12)), (100, (10, 10)), (1, (1, 1))]
)
def test_a_long_vector_folds_to_near_square_tiles(count: int, shape: tuple[int, int]) -> None:
    sheet = folded(np.arange(count, dtype=np.float32))
    assert sheet.shape == shape
    np.testing.assert_array_equal(sheet.reshape(-1)[:count], np.arange(count))
    assert np.isnan(sheet.reshape(-1)[count:]).all()


def test_every_length_folds_to_something_near_a_square() -> None:
    for count in range(1, 3000):
        height, width = folded(np.zeros(count)).shape
        assert height * width >= count
        assert height * width - count < width
        assert count < 4 or width <= 2.5 * height, count


def test_few_numbers_stay_a_vector_and_many_become_tiles() -> None:
    batch = np.arange(8 * 128.0).reshape(8, 128)
    assert picture_values(batch[:, :FEW], 3).values.shape == (FEW,)
    assert picture_values(batch, 3).values.shape == (8, 16)
    assert picture_values(batch, 3).values[0, 0] == 3 * 128
    assert picture_values(batch, None).values.shape == (8, LARGEST_SIDE)
    assert picture_values(np.zeros((4, 1)), 2).values.shape == (1,)
    assert picture_values(np.zeros((4, 5, 6)), 2).values.shape == (5, 6)
    assert picture_values(np.zeros((4, 3, 5, 6)), 2).values.ndim == 2
    assert picture_values(np.zeros((4, 10_007)), 2).values.shape == (LARGEST_SIDE, LARGEST_SIDE)
    assert picture_values(np.array(1.0), 0) is None
    assert picture_values(None, 0) is None
    assert max(thinned(np.zeros((1000, 3))).shape) == LARGEST_SIDE


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_what_is_no_number_has_the_colour_of_trouble_and_padding_none(theme) -> None:  # type: ignore[no-untyped-def]
    values = folded(np.array([1.0, -1.0, np.nan, 0.0, 0.5, 0.2, 0.1], dtype=np.float32))
    image = tiles_image(theme, Tiles(values, 7))
    cells = [image.pixelColor(n % image.width(), n // image.width()) for n in range(image.width() * image.height())]
    assert cells[2].name().upper() == theme.trouble.upper()
    assert [cell.alpha() for cell in cells[7:]] == [0] * (len(cells) - 7)
    assert cells[0].name().upper() == theme.signed_value.positive[2].upper()
    assert cells[1].name().upper() == theme.signed_value.negative[2].upper()


def test_only_what_can_be_an_image_has_a_thumbnail() -> None:
    shown = traced((64, 32, 10)).nodes
    assert thumbnail(shown[0].inputs[0], 2).shape == (8, 8)
    assert thumbnail(shown[0].inputs[0], None).shape == (24, 24)
    assert thumbnail(shown[1].inputs[0], 2) is None
    assert thumbnail(traced((2, 10)).nodes[0].inputs[0], 0) is None
    assert is_image(np.array([0.0, 1.0]))
    assert not is_image(np.array([0.0, np.nan]))


def test_what_one_sample_adds_to_the_loss() -> None:
    loss = traced((64, 32, 10)).nodes[-1]
    assert [true_class(loss, 1, sample) for sample in range(3)] == [0, 1, 2]
    losses = [sample_loss(loss, sample) for sample in range(8)]
    assert np.mean(losses) == pytest.approx(float(loss.output), rel=1e-5)
    assert sample_loss(loss, None) is None
    assert sample_loss(interrupted().nodes[-1], 0) is None
