"""Synthetic handwritten digits in MNIST's format, written by a "pen": no file, no download.

A digit's skeleton (``pen_strokes``) is blended with a similar one, jittered, smoothed to curves, warped, slanted and
turned, fitted to a box of 20 pixels, drawn with a round pen, and placed by the ink's centre of mass, as MNIST places
its digits. The order of the random draws is part of the format: the same arguments give the same bytes on every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from beras.datasets.dataset import Dataset
from beras.datasets.pen_strokes import STYLES, WOBBLE
from beras.datasets.source import Cancelled, DataSource, LoadingCancelled, Seed, image_inputs, never
from beras.registry import DATASETS, Help, Range

Array = NDArray[np.float64]
Images = NDArray[np.uint8]

IMAGE_SIDE_PX = 28
BOX_SIDE_PX = 20
CENTRE_PX = 14  # where MNIST puts the centre of mass: the index of a pixel's centre, counted from 0
CHUNK = 500  # digits drawn at once: small enough for the cache; it fixes the order of the random draws

BLEND_LIMIT = 0.55
JITTER = (0.022, 0.075)
JITTER_REACH = 0.3  # page heights along the stroke over which neighbouring points move together
JITTER_ALONE = 0.3  # the share by which every point also moves on its own
STROKE_GAP = 9  # page heights between strokes: farther than any jitter reaches

STEPS_PER_PAGE = 36
MIN_STEPS = 8
CORNER_SOFTNESS = (0.0, 0.7)
END_TANGENT = (0.4, 1.4)
OVERSHOOT = (-0.15, 0.2)

WARP_WAVES = 6
WARP_SIZE = 0.022
WARP_FREQUENCY = 3.5

PEN_MEDIAN_PX, PEN_SPREAD, PEN_RANGE_PX = 2.65, 0.34, (1.5, 5)
INK_BLUR = 0.8  # squared pixels: the width of the Gaussian that measures the distance to the curve


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One way to write a digit: points ``(k, 2)`` with y in 0..1, and for each whether it is smooth, and its stroke."""

    points: Array
    smooth: NDArray[np.bool_]
    stroke: NDArray[np.int64]

    @classmethod
    def parse(cls, text: str) -> Skeleton:
        """Read the notation of ``pen_strokes``."""
        marks = [(mark, number) for number, stroke in enumerate(text.split("/")) for mark in stroke.split()]
        points = [[float(part) for part in mark.rstrip("!").split(",")] for mark, _ in marks]
        smooth = [not mark.endswith("!") for mark, _ in marks]
        return cls(np.array(points) / 100, np.array(smooth), np.array([number for _, number in marks]))

    def jitter_basis(self) -> Array:
        """A matrix ``(k, k)`` that turns white noise into noise varying smoothly along each stroke."""
        steps = np.linalg.norm(np.diff(self.points, axis=0, prepend=self.points[:1]), axis=1)
        way = np.cumsum(steps) + STROKE_GAP * self.stroke
        near = np.exp(-(((way[:, None] - way) / JITTER_REACH) ** 2))
        basis = near / np.linalg.norm(near, axis=1, keepdims=True) + JITTER_ALONE * np.eye(len(way))
        return np.asarray(basis)


def pen_digits(
    n: int, seed: int | Sequence[int] = 0, untidy: float = 1.0, cancelled: Cancelled = never
) -> tuple[Images, NDArray[np.uint8]]:
    """Write ``n`` shuffled digits, equally many of each: uint8 images ``(n, 28, 28)`` and uint8 labels ``(n,)``.

    ``untidy`` scales the jitter and the warp: 0.6 is neat writing, 1.4 is hard to read. ``cancelled`` is asked before
    every few hundred digits; if it says yes, ``LoadingCancelled`` is raised.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % 10).astype(np.uint8)
    images = np.zeros((n, IMAGE_SIDE_PX, IMAGE_SIDE_PX), np.uint8)
    for digit, styles in STYLES.items():
        skeletons = [Skeleton.parse(strokes) for _, strokes in styles]
        often = np.array([weight for weight, _ in styles])
        where = np.flatnonzero(labels == digit)
        choice = rng.choice(len(styles), len(where), p=often / often.sum())
        jitter = untidy * WOBBLE.get(digit, 1)
        for number, skeleton in enumerate(skeletons):
            kin = np.array([other.points for other in skeletons if np.array_equal(other.stroke, skeleton.stroke)])
            rows = where[choice == number]
            for start in range(0, len(rows), CHUNK):
                if cancelled():
                    raise LoadingCancelled
                part = rows[start : start + CHUNK]
                points = vary(skeleton, kin, len(part), jitter, rng)
                curve, length = curves(points, skeleton, rng)
                images[part] = draw(deform(curve, untidy, rng), length, rng)
    return images, labels


def vary(skeleton: Skeleton, kin: Array, n: int, jitter: float, rng: np.random.Generator) -> Array:
    """Make ``n`` versions ``(n, k, 2)`` of a skeleton: blended with one of ``kin`` ``(styles, k, 2)``, and jittered."""
    blend = rng.uniform(0, BLEND_LIMIT, (n, 1, 1))
    points = skeleton.points + blend * (kin[rng.integers(len(kin), size=n)] - skeleton.points)
    size = jitter * rng.uniform(*JITTER, (n, 1, 1))
    return np.asarray(points + size * (skeleton.jitter_basis() @ rng.normal(0, 1, points.shape)))


def curves(points: Array, skeleton: Skeleton, rng: np.random.Generator) -> tuple[Array, Array]:
    """Smooth curves ``(n, m, 2)`` through control points ``(n, k, 2)``, and the length ``(n, m)`` of every piece."""
    dense = [
        _stroke_curve(points[:, skeleton.stroke == number], skeleton.smooth[skeleton.stroke == number], rng)
        for number in np.unique(skeleton.stroke)
    ]
    lengths = [np.linalg.norm(np.gradient(curve, axis=1), axis=2) for curve in dense]
    return np.concatenate(dense, 1), np.concatenate(lengths, 1)


def _stroke_curve(p: Array, smooth: NDArray[np.bool_], rng: np.random.Generator) -> Array:
    """One stroke as cubic Hermite spans with Catmull-Rom tangents, which are shortened at corners.

    On a span from p0 to p1 with tangents d0, d1 and t in 0..1:
    (1 + 2t)(1 - t)^2 p0 + t (1 - t)^2 d0 + t^2 (3 - 2t) p1 + t^2 (t - 1) d1.
    """
    n, spans = len(p), len(smooth) - 1
    tangent = np.gradient(p, axis=1)
    tangent *= np.where(smooth, 1, rng.uniform(*CORNER_SOFTNESS, (n, len(smooth))))[:, :, None]
    tangent[:, [0, -1]] *= rng.uniform(*END_TANGENT, (n, 2, 1))
    longest = np.linalg.norm(np.diff(p, axis=1), axis=2).mean(0).max()
    steps = max(MIN_STEPS, int(STEPS_PER_PAGE * longest))
    first, last = rng.uniform(*OVERSHOOT, (2, n, 1))  # the ends fall short or run over
    u = first + (spans - last - first) * np.linspace(0, 1, spans * steps)
    i = np.clip(u.astype(int), 0, spans - 1)
    t, row = (u - i)[:, :, None], np.arange(n)[:, None]
    return np.asarray(
        (1 + 2 * t) * (1 - t) ** 2 * p[row, i]
        + t * (1 - t) ** 2 * tangent[row, i]
        + t**2 * (3 - 2 * t) * p[row, i + 1]
        + t**2 * (t - 1) * tangent[row, i + 1]
    )


def deform(p: Array, untidy: float, rng: np.random.Generator) -> Array:
    """Warp, stretch, slant and turn every digit of ``p`` ``(n, m, 2)``: each hand writes differently."""
    n = len(p)
    p = p - [0.4, 0.5]
    for _ in range(WARP_WAVES):
        frequency, phase = rng.normal(0, WARP_FREQUENCY, (n, 2, 1)), rng.uniform(0, 2 * np.pi, (n, 1, 1))
        p = p + rng.normal(0, WARP_SIZE * untidy, (n, 1, 2)) * np.sin(p @ frequency + phase)
    x, y = p[:, :, 0], p[:, :, 1]
    x = x * (1 + rng.normal(0, 0.2, (n, 1)) * y)  # wider at the top or at the bottom
    x = x * np.exp(rng.normal(0.02, 0.19, (n, 1)))  # narrow or wide
    x = x - np.clip(rng.normal(0.12, 0.3, (n, 1)), -0.45, 0.85) * y  # slant
    angle = np.clip(rng.normal(0, 0.09, (n, 1)), -0.25, 0.25)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([x * cos - y * sin, x * sin + y * cos], 2)


def draw(p: Array, length: Array, rng: np.random.Generator) -> Images:
    """Fit curves ``(n, m, 2)`` to the box, ink them, and centre the ink by its mass: uint8 images ``(n, 28, 28)``."""
    radius = 0.5 * np.clip(rng.lognormal(np.log(PEN_MEDIAN_PX), PEN_SPREAD, (len(p), 1)), *PEN_RANGE_PX)
    p, length = fit(p, length, radius[:, :, None])
    return centre(ink(p, length, radius, rng))


def fit(p: Array, length: Array, radius: Array) -> tuple[Array, Array]:
    """Scale curves so that the longer side with the pen's width is the box's, and put them in the box's middle."""
    low, high = p.min(1, keepdims=True), p.max(1, keepdims=True)
    scale = (BOX_SIDE_PX - 2 * radius) / (high - low).max(2, keepdims=True)
    return (p - (low + high) / 2) * scale + BOX_SIDE_PX / 2, length * scale[:, :, 0]


def ink(p: Array, length: Array, radius: Array, rng: np.random.Generator) -> Images:
    """Draw curves given in pixels with a pen of ``radius`` ``(n, 1)`` whose pressure changes along the way.

    The result is uint8 ``(n, 20, 20)``: the box, on whose edge the pen's soft rim ends. With b = ``INK_BLUR`` and d
    the distance to a point of the curve, the integral of exp((r^2 - d^2) / b) along the curve is about
    sqrt(pi b) exp((r^2 - D^2) / b), D being the distance to the curve: solved for D. The Gaussian is separable in x and
    y, so the integral is one small matrix product per image.
    """
    n, b = len(p), INK_BLUR
    phase = rng.uniform(3, 18, (n, 1)) * np.linspace(0, 1, p.shape[1]) + rng.uniform(0, 6, (n, 1))
    width = radius * (1 + rng.uniform(0, 0.2, (n, 1)) * np.sin(phase))
    grid = np.arange(BOX_SIDE_PX)[:, None] + 0.5
    across = np.exp(-((grid - p[:, None, :, 0]) ** 2) / b)
    down = np.exp(-((grid - p[:, None, :, 1]) ** 2) / b)
    total = (down * (length * np.exp(width**2 / b))[:, None]) @ across.transpose(0, 2, 1)
    r = radius[:, :, None]
    distance = np.sqrt(np.maximum(0, r**2 - b * np.log(total / np.sqrt(np.pi * b) + 1e-12)))  # 1e-12: far from any ink
    cover = np.clip((r - distance) / rng.uniform(0.8, 1.4, (n, 1, 1)) + 0.5, 0, 1)
    grey = np.round(255 * np.minimum(1, cover * rng.uniform(0.97, 1.02, (n, 1, 1))))
    return np.asarray(grey, np.uint8)


def centre(box: Images) -> Images:
    """Put boxes ``(n, 20, 20)`` into images ``(n, 28, 28)``, moved by whole pixels to bring their mass to (14, 14).

    It comes to lie within half a pixel of that on each axis, as in MNIST, unless the box would leave the image, where
    it stops: one very top-heavy digit in about 1,500.
    """
    weight = box.astype(np.float64)
    total, steps = weight.sum((1, 2)), np.arange(BOX_SIDE_PX)
    corner = [np.round(CENTRE_PX - weight.sum(axis) @ steps / total).astype(int) for axis in (2, 1)]
    top, left = (np.clip(start, 0, IMAGE_SIDE_PX - BOX_SIDE_PX)[:, None] + steps for start in corner)
    images = np.zeros((len(box), IMAGE_SIDE_PX, IMAGE_SIDE_PX), np.uint8)
    images[np.arange(len(box))[:, None, None], top[:, :, None], left[:, None, :]] = box
    return images


@DATASETS.register("pen_digits", label="Pen digits (synthetic)")
class PenDigits(DataSource):
    """Handwritten digits drawn by the program itself, 28 x 28 grey pixels: nothing to download."""

    input_shape = (IMAGE_SIDE_PX, IMAGE_SIDE_PX)
    class_names = tuple("0123456789")

    def __init__(
        self,
        train_size: Annotated[
            int, Range(10, 60_000), Help("How many digits are written for training.", label="training images")
        ] = 20_000,
        validation_size: Annotated[
            int, Range(10, 10_000), Help("How many digits are written for validation.", label="validation images")
        ] = 2_000,
        untidiness: Annotated[float, Range(0, 2), Help("How untidy the writing is: 0.6 is neat, 1.4 is hard.")] = 1.0,
        seed: Seed = 0,
        noise: Annotated[
            float,
            Range(0, 0.5, unit="std. dev."),
            Help("Standard deviation of the normal noise on every pixel, whose ink runs from 0 to 1."),
        ] = 0.0,
    ) -> None:
        self.train_size = train_size
        self.validation_size = validation_size
        self.untidiness = untidiness
        self.seed = seed
        self.noise = noise

    def load(self, cancelled: Cancelled = never) -> Dataset:
        """Write the digits. The two parts have streams of their own: a size changed leaves the other part as it was.

        So has the noise: with more of it, the same digits are less clear.
        """
        train_images, train_labels = pen_digits(self.train_size, self.seed, self.untidiness, cancelled)
        images, labels = pen_digits(self.validation_size, (self.seed, 1), self.untidiness, cancelled)
        return Dataset(
            title="Pen digits",
            train_inputs=self._noisy(train_images, 2, cancelled),
            train_targets=train_labels.astype(np.int64),
            validation_inputs=self._noisy(images, 3, cancelled),
            validation_targets=labels.astype(np.int64),
            class_names=self.class_names,
            image_shape=(IMAGE_SIDE_PX, IMAGE_SIDE_PX),
        )

    def _noisy(self, images: Images, stream: int, cancelled: Cancelled) -> NDArray[np.float32]:
        """Images as inputs, with noise on every pixel if there is to be any; what leaves 0..1 stops at its ends."""
        inputs = image_inputs(images)
        if not self.noise:
            return inputs
        rng = np.random.default_rng((self.seed, stream))
        for start in range(0, len(inputs), CHUNK):
            if cancelled():
                raise LoadingCancelled
            part = inputs[start : start + CHUNK]
            part += np.float32(self.noise) * rng.standard_normal(part.shape, np.float32)
            np.clip(part, 0, 1, out=part)
        return inputs
