"""Small generated sets of points in the plane (and on a line): made in a moment, and seen at a glance.

Inputs lie in about -1.2..1.2. Each set says where its points are; size, noise, order and split are shared. Sample i
belongs to class i modulo the number of classes, so every stretch of samples, hence either part of the split, is
balanced to within one; each part is shuffled afterwards.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from beras.datasets.dataset import Dataset
from beras.datasets.source import Cancelled, DataSource, Seed, never
from beras.registry import DATASETS, Help, Range

Points = NDArray[np.float64]
Targets = NDArray[Any]

SPIRAL_TURN_RAD = 2.5 * np.pi
CHECKER_CELLS = 4
RING_RADII = (0.5, 1.0)
BUMP_WIDTH = 0.4

Samples = Annotated[int, Range(20, 20_000, unit="points"), Help("Points in both parts together.")]
Noise = Annotated[
    float,
    Range(0, 0.5, unit="std. dev."),
    Help("Standard deviation of the normal noise: on the points of classes, on the target of a regression."),
]
ValidationShare = Annotated[
    float,
    Range(0.1, 0.5, unit="of all"),
    Help("The part of the points that is kept for validation, 0.3 for three in ten.", label="validation share"),
]


class ToySet(DataSource):
    """What the generated sets share: settings, split and order."""

    input_shape = (2,)
    title: str

    def __init__(
        self, samples: Samples = 1000, noise: Noise = 0.05, validation_share: ValidationShare = 0.3, seed: Seed = 0
    ) -> None:
        self.samples = samples
        self.noise = noise
        self.validation_share = validation_share
        self.seed = seed

    @abstractmethod
    def generate(self, rng: np.random.Generator) -> tuple[Points, Targets]:
        """All points ``(samples, features)`` and their targets, in an order of which any stretch is representative."""

    def load(self, cancelled: Cancelled = never) -> Dataset:
        """Generate the points; the same settings always give the same bytes."""
        rng = np.random.default_rng(self.seed)
        points, targets = self.generate(rng)
        kept = round(self.samples * self.validation_share)
        validation, train = rng.permutation(kept), kept + rng.permutation(self.samples - kept)
        inputs = points.astype(np.float32)
        return Dataset(
            title=self.title,
            train_inputs=inputs[train],
            train_targets=targets[train],
            validation_inputs=inputs[validation],
            validation_targets=targets[validation],
            class_names=self.class_names,
            task=self.task,
        )


class ToyClasses(ToySet):
    """A set of classes: a subclass places points, given their class numbers; noise is added to the points."""

    def generate(self, rng: np.random.Generator) -> tuple[Points, Targets]:
        labels = np.arange(self.samples, dtype=np.int64) % len(self.class_names)
        points = self.place(labels, rng)
        return points + rng.normal(0, self.noise, points.shape), labels

    @abstractmethod
    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        """Points ``(n, 2)`` of the classes ``labels`` ``(n,)``, without noise."""


class ToyRegression(ToySet):
    """A function to learn: uniform points in -1..1, float32 targets ``(n, 1)``; noise is added to the targets."""

    task = "regression"

    def generate(self, rng: np.random.Generator) -> tuple[Points, Targets]:
        points = rng.uniform(-1, 1, (self.samples, *self.input_shape))
        values = self.function(points) + rng.normal(0, self.noise, self.samples)
        return points, values.astype(np.float32)[:, None]

    @abstractmethod
    def function(self, points: Points) -> Points:
        """The values ``(n,)`` at ``points`` ``(n, features)``, without noise."""


def on_circle(radius: Points | float, angle: Points) -> Points:
    """Points ``(n, 2)`` from polar coordinates (radians)."""
    return np.asarray(np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def wave(x: Points) -> Points:
    """The border of the sine set: 0.5 sin(pi x)."""
    return np.asarray(0.5 * np.sin(np.pi * x))


@DATASETS.register("blobs", label="Blobs")
class Blobs(ToyClasses):
    """Two to five round clouds around the origin."""

    title = "Blobs"

    def __init__(
        self,
        samples: Samples = 1000,
        noise: Noise = 0.15,
        validation_share: ValidationShare = 0.3,
        seed: Seed = 0,
        classes: Annotated[int, Range(2, 5), Help("How many clouds there are.")] = 3,
    ) -> None:
        super().__init__(samples, noise, validation_share, seed)
        self.classes = classes
        self.class_names = tuple(f"blob {number}" for number in range(1, classes + 1))

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        return on_circle(0.7, 2 * np.pi * labels / self.classes)


@DATASETS.register("xor", label="XOR")
class Xor(ToyClasses):
    """Four quadrants; opposite ones belong together, so no straight line parts them."""

    title = "XOR"
    class_names = ("same signs", "opposite signs")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        side = rng.choice([-1.0, 1.0], (len(labels), 1))
        points: Points = side * rng.uniform(0.05, 1, (len(labels), 2))
        points[labels == 1, 0] *= -1
        return points


@DATASETS.register("circles", label="Circles")
class Circles(ToyClasses):
    """A ring inside another."""

    title = "Circles"
    class_names = ("inner ring", "outer ring")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        return on_circle(np.array(RING_RADII)[labels], rng.uniform(0, 2 * np.pi, len(labels)))


@DATASETS.register("moons", label="Moons")
class Moons(ToyClasses):
    """Two half circles that reach into each other."""

    title = "Moons"
    class_names = ("upper moon", "lower moon")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        upper = on_circle(0.7, rng.uniform(0, np.pi, len(labels))) - [0.35, 0.2]
        return np.where(labels[:, None] == 0, upper, -upper)


@DATASETS.register("spiral", label="Spiral")
class Spiral(ToyClasses):
    """Two arms wound around each other."""

    title = "Spiral"
    class_names: tuple[str, ...] = ("arm 1", "arm 2")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        along = np.sqrt(rng.uniform(0.01, 1, len(labels)))  # even spacing along the arm, not crowded in the middle
        return on_circle(along, SPIRAL_TURN_RAD * along + 2 * np.pi * labels / len(self.class_names))


@DATASETS.register("spiral3", label="Spiral, three arms")
class Spiral3(Spiral):
    """Three arms wound around each other."""

    title = "Spiral, three arms"
    class_names = ("arm 1", "arm 2", "arm 3")


@DATASETS.register("checker", label="Checkerboard")
class Checker(ToyClasses):
    """The fields of a 4 x 4 checkerboard."""

    title = "Checkerboard"
    class_names = ("dark", "light")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        column = rng.integers(CHECKER_CELLS, size=len(labels))
        row = 2 * rng.integers(CHECKER_CELLS // 2, size=len(labels)) + (column + labels) % 2
        cells = np.stack([column, row], axis=1) + rng.uniform(0, 1, (len(labels), 2))
        return cells * (2 / CHECKER_CELLS) - 1


@DATASETS.register("sine", label="Above or below a sine")
class Sine(ToyClasses):
    """Is the point above the curve y = 0.5 sin(pi x)?"""

    title = "Above or below a sine"
    class_names = ("below", "above")

    def place(self, labels: NDArray[np.int64], rng: np.random.Generator) -> Points:
        x, share = rng.uniform(-1, 1, (2, len(labels)))
        border, edge = wave(x), 2.0 * labels - 1
        return np.stack([x, border + (edge - border) * np.abs(share)], axis=1)


@DATASETS.register("regression_sine", label="Regression: sine")
class RegressionSine(ToyRegression):
    """One input: y = sin(pi x)."""

    title = "Regression: sine"
    input_shape = (1,)

    def function(self, points: Points) -> Points:
        return np.asarray(np.sin(np.pi * points[:, 0]))


@DATASETS.register("regression_plane", label="Regression: plane")
class RegressionPlane(ToyRegression):
    """Two inputs: y = 0.6 x1 - 0.3 x2 + 0.1."""

    title = "Regression: plane"

    def function(self, points: Points) -> Points:
        return np.asarray(0.6 * points[:, 0] - 0.3 * points[:, 1] + 0.1)


@DATASETS.register("regression_bump", label="Regression: bump")
class RegressionBump(ToyRegression):
    """Two inputs: y = exp(-(x1^2 + x2^2) / (2 s^2)), a hill of width s = 0.4 at the origin."""

    title = "Regression: bump"

    def function(self, points: Points) -> Points:
        return np.asarray(np.exp(-(points**2).sum(axis=1) / (2 * BUMP_WIDTH**2)))
