"""``python -m tests.benchmarks.playground``: how often the plane is drawn while the network trains, and at what cost.

A network 2-16-16-3 trains on three arms of a spiral; every redraw of the decision boundary (a grid of about 100 x 100)
and of the response maps (32 units and the ends) is counted, and how late the event loop is meanwhile. For the cost the
moons preset runs without and with the window, in turn; the ratio of each pair is taken, then the median. It runs on any
platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QObject

from gui.app import Studio, build
from gui.domain.check import with_data
from gui.domain.presets import load_preset
from gui.domain.spec import dense
from tests.benchmarks.studio import LatenessProbe, show, speeds, window_speed

EPOCHS = 200


class PaintCounter(QObject):
    """Counts how often a widget is painted anew, and how often with another answer."""

    def __init__(self, widget: QObject, state: QObject) -> None:
        super().__init__()
        self.paints = 0
        self.times: list[float] = []
        self._state, self._last = state, None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.paints += 1
            if self._state.answer is not self._last:
                self._last = self._state.answer
                self.times.append(time.perf_counter())
        return False

    def per_second(self) -> float:
        """How many new answers were painted in a second."""
        return (len(self.times) - 1) / (self.times[-1] - self.times[0])


def wide_spiral(studio: Studio, seconds: float) -> None:
    """2-16-16-3 on three arms, for so many seconds."""
    spec = with_data(load_preset("moons"), "spiral3")
    layers = (dense(16, "tanh", "xavier"), dense(16, "tanh", "xavier"), spec.layers[-1])
    studio.experiment.replace(replace(spec, layers=layers, epochs=100_000), "benchmark")
    studio.experiment.set_stop_rule("minutes", seconds / 60)


def measure(seconds: float, rounds: int) -> dict[str, float]:
    studio = build(["--preset", "moons", "--epochs", str(EPOCHS)])
    studio.window.resize(1440, 900)
    compared = speeds(studio, EPOCHS, rounds, "points")
    wide_spiral(studio, seconds)
    playground = studio.window.train_page.playground
    assert playground is not None
    assert playground.isVisible()
    boundary = PaintCounter(playground.boundary.plot.viewport(), studio.playground)
    maps = PaintCounter(playground.network.picture, studio.playground)
    probe = LatenessProbe()
    window_speed(studio, probe)
    answer = studio.playground.answer
    assert answer is not None
    late = np.array(probe.late_ms)
    figures = {
        "grid_cells": answer.responses.outputs.shape[0] * answer.responses.outputs.shape[1],
        "drawn_units": sum(len(column.middles) for column in playground.network.picture.layout_of_units.columns),
        "boundary_per_second": round(boundary.per_second(), 1),
        "maps_per_second": round(maps.per_second(), 1),
        "late_p50_ms": round(float(np.percentile(late, 50)), 2),
        "late_p99_ms": round(float(np.percentile(late, 99)), 2),
        "late_max_ms": round(float(late.max()), 2),
        **compared,
    }
    studio.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long redraws and lateness are watched")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs without and with the window")
    args = parser.parse_args()
    figures = measure(args.seconds, args.rounds)
    show(figures)


if __name__ == "__main__":
    main()
