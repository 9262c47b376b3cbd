"""``python -m tests.benchmarks.health``: what live gradient health costs, as a ratio of training speeds.

The same run in the window, Train page on show, with the layers measured and drawn and without, in turn; the ratio of
each pair is taken, then the median. Beside it stands that of the processor time, which other programs disturb less. For
pen digits through 784-128-10, and for a tiny network (XOR), whose steps are so short that everything beside them shows.
Any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import NamedTuple
from unittest.mock import patch

from PySide6.QtCore import QEventLoop, QTimer

from gui.app import Studio, build
from gui.training.health_watch import HealthWatch
from tests.benchmarks.studio import show

EXPERIMENTS = {"digits": ("pen-digits", 12), "xor": ("xor", 600)}


class Cost(NamedTuple):
    """What one run took: seconds for a sample as the clock has it, and as the processor was busy (all threads)."""

    clock: float
    processor: float


def cost(studio: Studio) -> Cost:
    loop = QEventLoop()
    studio.run_state.run_ended.connect(loop.quit)
    busy = time.process_time()
    QTimer.singleShot(0, studio.run_state.run)
    loop.exec()
    samples = studio.run_state.samples
    return Cost(studio.run_state.seconds / samples, (time.process_time() - busy) / samples)


def without(studio: Studio) -> Cost:
    with patch.object(HealthWatch, "look", lambda *_: None):
        return cost(studio)


def measure(name: str, preset: str, epochs: int, rounds: int) -> dict[str, float]:
    studio = build(["--preset", preset, "--epochs", str(epochs)])
    studio.window.resize(1440, 900)
    cost(studio)  # the data are loaded, every page has been drawn once
    measured = len(studio.run_state.health)
    pairs = []
    for place in range(rounds):
        one, other = (cost, without) if place % 2 else (without, cost)
        first, second = one(studio), other(studio)
        pairs.append((first, second) if place % 2 else (second, first))
    studio.close()
    speeds = [plain.clock / live.clock for live, plain in pairs]
    work = [live.processor / plain.processor for live, plain in pairs]
    return {
        f"{name}_speed_ratio": round(statistics.median(speeds), 3),
        f"{name}_speed_spread": round(statistics.stdev(speeds), 3),
        f"{name}_processor_ratio": round(statistics.median(work), 3),
        f"{name}_processor_spread": round(statistics.stdev(work), 3),
        f"{name}_measured": measured,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for name, (preset, epochs) in EXPERIMENTS.items():
        figures |= measure(name, preset, epochs, options.rounds)
    show(figures)


if __name__ == "__main__":
    main()
