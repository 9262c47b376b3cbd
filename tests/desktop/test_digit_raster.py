"""The preparation of a drawing: where the ink lands, exact areas, blank paper and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from gui.domain.digit_raster import centred, plain


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    at = np.arange(28) + 0.5
    total = image.sum()
    return float(image.sum(1) @ at / total), float(image.sum(0) @ at / total)


def box(top: int, bottom: int, left: int, right: int, side: int = 280) -> np.ndarray:
    ink = np.zeros((side, side), np.float32)
    ink[top:bottom, left:right] = 1
    return ink


def test_blank_paper_has_no_digit() -> None:
    assert centred(np.zeros((280, 280))) is None


def test_an_erasers_rim_is_no_ink() -> None:
    ink = box(100, 200, 100, 140)
    smudged = ink.copy()
    smudged[5, 5] = 0.015
    np.testing.assert_array_equal(centred(ink), centred(smudged))
    assert centred(np.full((280, 280), 0.015)) is None


def test_longer_side_becomes_twenty_pixels() -> None:
    image = centred(box(10, 210, 30, 80))
    assert image is not None
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    rows, columns = image.any(axis=1), image.any(axis=0)
    assert (rows.sum(), columns.sum()) == (20, 5)
    assert image.sum() == pytest.approx(100)


@pytest.mark.parametrize("corner", [(0, 0), (0, 180), (180, 180)])
def test_place_on_the_paper_does_not_matter(corner: tuple[int, int]) -> None:
    stroke = np.random.default_rng(0).random((100, 60)).astype(np.float32)
    ink = np.zeros((280, 280), np.float32)
    ink[corner[0] : corner[0] + 100, corner[1] : corner[1] + 60] = stroke
    reference = np.zeros((280, 280), np.float32)
    reference[50:150, 70:130] = stroke
    np.testing.assert_allclose(centred(ink), centred(reference), atol=1e-6)


def test_centre_of_mass_comes_within_half_a_pixel_of_the_middle() -> None:
    ink = box(20, 260, 100, 130)
    ink[20:60, 60:180] = 1
    image = centred(ink)
    assert image is not None
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.5)


def test_a_lopsided_drawing_keeps_all_its_ink() -> None:
    ink = np.zeros((280, 280))
    ink[0:40, 0:40] = 1
    ink[39:280, 20:22] = 0.05
    image = centred(ink)
    assert image is not None
    assert image.any(axis=1).sum() == 20
    assert image[-1].any()


def test_a_28_pixel_image_in_blocks_comes_back_exactly() -> None:
    rng = np.random.default_rng(1)
    image = np.zeros((28, 28), np.float32)
    image[4:24, 8:20] = rng.integers(10, 256, (20, 12)) / 255
    ink = np.kron(image, np.ones((10, 10), np.float32))
    np.testing.assert_allclose(plain(ink), image, atol=1e-6)
    moved = centred(ink)
    assert moved is not None
    np.testing.assert_allclose(moved[moved.any(1)][:, moved.any(0)], image[4:24, 8:20], atol=1e-6)


def test_areas_are_averaged_exactly() -> None:
    ink = np.zeros((280, 280))
    ink[3, 7] = 0.5
    assert plain(ink)[0, 0] == pytest.approx(0.5 / 100)
    odd = plain(np.ones((45, 45)))
    np.testing.assert_allclose(odd, 1, rtol=1e-6)


def test_a_tiny_drawing_is_enlarged() -> None:
    image = centred(box(140, 142, 140, 141))
    assert image is not None
    assert image.any(axis=1).sum() == 20
    assert image.any(axis=0).sum() == 10


@pytest.mark.parametrize(
    "ink", [np.zeros(28), np.zeros((0, 3)), np.full((3, 3), 2.0), np.full((3, 3), -0.1), np.full((3, 3), np.nan)]
)
def test_bad_input_is_refused(ink: np.ndarray) -> None:
    for prepare in (centred, plain):
        with pytest.raises(ValueError, match="Received"):
            prepare(ink)
