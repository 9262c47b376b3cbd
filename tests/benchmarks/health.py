"""``python -m tests.benchmarks.health``: what live gradient health costs, as a ratio of training speeds.

The same run in the window, Train page on show, with the layers measured and drawn and without, in turn; the ratio of
each pair is taken, then the median. For a large network (MNIST or pen digits through 784-128-10) and for a tiny one
(XOR), whose steps are so short that everything beside them shows. Any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import statistics
from unittest.mock import patch

from PySide6.QtCore import QEventLoop, QTimer

from gui.app import Studio, build
from gui.training.health_watch import HealthWatch
from tests.benchmarks.studio import show

EXPERIMENTS = {"digits": ("pen-digits", 12), "xor": ("xor", 600)}


def speed(studio: Studio) -> float:
    """Samples per second of one run."""
    loop = QEventLoop()
    studio.run_state.run_ended.connect(loop.quit)
    QTimer.singleShot(0, studio.run_state.run)
    loop.exec()
    return float(studio.run_state.result()["images_per_second"])


def without(studio: Studio) -> float:
    with patch.object(HealthWatch, "look", lambda *_: None):
        return speed(studio)


def measure(preset: str, epochs: int, rounds: int) -> tuple[float, float, int]:
    studio = build(["--preset", preset, "--epochs", str(epochs)])
    studio.window.resize(1440, 900)
    speed(studio)  # the data are loaded, every page has been drawn once
    ratios = []
    for place in range(rounds):
        if place % 2:
            plain = without(studio)
            ratios.append(speed(studio) / plain)
        else:
            measured = speed(studio)
            ratios.append(measured / without(studio))
    speed(studio)
    count = len(studio.run_state.health)
    studio.close()
    return statistics.median(ratios), statistics.stdev(ratios) if rounds > 1 else 0.0, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for name, (preset, epochs) in EXPERIMENTS.items():
        ratio, spread, count = measure(preset, epochs, options.rounds)
        figures |= {f"{name}_ratio": round(ratio, 3), f"{name}_spread": round(spread, 3), f"{name}_measured": count}
    show(figures)


if __name__ == "__main__":
    main()
