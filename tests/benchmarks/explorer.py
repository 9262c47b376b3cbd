"""``python -m tests.benchmarks.explorer``: how long an op step takes until it is painted, and what the explorer costs.

A step is timed from its key to the end of all painting that it causes, for 784-128-10 and 784-1024-1024-10 with a batch
of 64, all of it recorded. Memory is how much larger the program is with the pass open than before. The cost of live
norms is the speed of MNIST training with the Backprop page on show, divided by that with the Compare page, where
nothing moves, in turn. It needs the MNIST files (``BERAS_DATA_DIR``).
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from gui.app import Studio, build
from gui.domain.backprop.pass_record import WHOLE
from gui.domain.spec import dense
from tests.benchmarks.memory import resident_mb
from tests.benchmarks.studio import show

TRAIN, BACKPROP, COMPARE = 0, 1, 3
BATCH = 64
NETWORKS = {"128": (128,), "1024_1024": (1024, 1024)}


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def show_page(studio: Studio, page: int) -> None:
    studio.window.page_bar.tabs.setCurrentIndex(page)


def open_pass(studio: Studio) -> float:
    """Go to the explorer and wait for the pass; the milliseconds it took."""
    explorer = studio.explorer
    start = time.perf_counter()
    show_page(studio, BACKPROP)
    while explorer.record is None or explorer.is_busy or not explorer.is_fresh:
        wait(1)
    QCoreApplication.processEvents()
    return 1000 * (time.perf_counter() - start)


def step_times(studio: Studio) -> list[float]:
    """Milliseconds of every step of one walk, painting included."""
    explorer, next_op = studio.explorer, studio.window.actions_of_explorer.next
    explorer.go_to_begin()
    wait(50)
    times = []
    while not explorer.is_at_end:
        start = time.perf_counter()
        next_op.trigger()
        QCoreApplication.processEvents()
        times.append(1000 * (time.perf_counter() - start))
        wait(5)
    return times


def steps_of(studio: Studio, units: tuple[int, ...], walks: int) -> dict[str, float]:
    show_page(studio, TRAIN)
    layers = (*(dense(count) for count in units), dense(10, "softmax"))
    studio.explorer.choose_samples(WHOLE)
    studio.experiment.replace(replace(studio.experiment.spec, layers=layers, batch_size=BATCH), "another network")
    wait(500)
    before = resident_mb()
    opened = open_pass(studio)
    times = [time for _ in range(walks) for time in step_times(studio)]
    record = studio.explorer.record
    assert record is not None
    return {
        "open_ms": round(opened, 1),
        "step_p50_ms": round(statistics.median(times), 1),
        "step_max_ms": round(max(times), 1),
        "grown_mb": round(resident_mb() - before, 1),
        "pass_mb": round(record.nbytes / 2**20, 1),
    }


def speed_on(studio: Studio, page: int) -> float:
    """Images per second of one run with this page on show."""
    show_page(studio, page)
    loop = QEventLoop()
    studio.run_state.run_ended.connect(loop.quit)
    QTimer.singleShot(0, studio.run_state.run)
    loop.exec()
    return float(studio.run_state.result()["images_per_second"])


def measure(rounds: int, walks: int) -> dict[str, float]:
    studio = build(["--dataset", "mnist", "--epochs", "3"])
    studio.window.resize(1440, 900)
    wait(1000)
    first = studio.experiment.spec
    figures: dict[str, float] = {}
    for name, units in NETWORKS.items():
        figures |= {f"{name}_{key}": value for key, value in steps_of(studio, units, walks).items()}
    studio.experiment.replace(first, "the preset again")
    speed_on(studio, COMPARE)
    pairs = [(speed_on(studio, BACKPROP), speed_on(studio, COMPARE)) for _ in range(rounds)]
    figures["backprop_page_to_quiet_page"] = round(statistics.median(a / b for a, b in pairs), 3)
    studio.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--walks", type=int, default=5)
    options = parser.parse_args()
    show(measure(options.rounds, options.walks))


if __name__ == "__main__":
    main()
