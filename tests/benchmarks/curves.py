"""``python -m tests.benchmarks.curves``: how often the curves are drawn anew with 100,000 points each, and how late.

A small network is really trained in the window until every curve has so many points; then, while it goes on, the
paintings of both plots are counted and the lateness of the event loop is watched (see ``studio``). It needs no files
and runs on any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from gui.app import Studio, build
from gui.domain.spec import dense
from tests.benchmarks.studio import LatenessProbe, show


class PaintCounter(QObject):
    """Counts how often a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def trained(points: int) -> Studio:
    """A studio in which a tiny network has been trained for so many batches, and goes on."""
    studio = build(["--dataset", "pen_digits", "--epochs", "100000"])
    studio.window.resize(1440, 900)
    data = studio.experiment.spec.data.with_setting("train_size", 1000).with_setting("validation_size", 100)
    layers = (dense(4, "tanh", "xavier"), dense(10, "softmax"))
    studio.experiment.open(replace(studio.experiment.spec, data=data, layers=layers, batch_size=4))
    studio.run_state.run()
    while studio.run_state.newest < points:
        wait(500)
    return studio


def measure(points: int, seconds: float) -> dict[str, float]:
    studio = trained(points)
    page = studio.window.train_page
    counters = {}
    for card in (page.loss, page.accuracy):
        counters[card] = PaintCounter()
        card.plot.viewport().installEventFilter(counters[card])
    probe = LatenessProbe()
    probe.start()
    began, steps = time.perf_counter(), studio.run_state.newest
    wait(round(1000 * seconds))
    took = time.perf_counter() - began
    probe.stop()
    counts = [counter.count for counter in counters.values()]
    figures = {
        "points_per_curve": len(studio.run_state.log.batch_loss),
        "redraws_per_second": round(sum(counts) / took, 1),
        "late_p99_ms": round(float(np.percentile(probe.late_ms, 99)), 1),
        "late_max_ms": round(max(probe.late_ms), 1),
        "batches_per_second": round((studio.run_state.newest - steps) / took),
    }
    studio.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20, help="how long it is watched")
    args = parser.parse_args()
    figures = measure(args.points, args.seconds)
    show(figures)


if __name__ == "__main__":
    main()
