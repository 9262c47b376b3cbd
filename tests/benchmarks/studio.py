"""``python -m tests.benchmarks.studio``: how late the event loop is while MNIST trains in the window, and at what cost.

A timer asks to be woken every 5 ms; how much later it is woken is the lateness of the event loop. It is watched beside
a tiny network too, whose thread hardly ever leaves the interpreter. For the cost the same training runs without and
with the window, in turn, in one process; the ratio of each pair is taken, then the median.
The Train page is shown, with both docks. It needs the MNIST files (``BERAS_DATA_DIR``) and runs on any platform, also
``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from gui.app import Studio, build
from gui.domain.build import build_model, load_data, order_generator, targets_of
from gui.domain.presets import load_preset

PROBE_INTERVAL_MS = 5
EPOCHS = 10  # as the preset has it


class LatenessProbe(QObject):
    """Notes by how many milliseconds each wake-up of a 5 ms timer came too late."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - PROBE_INTERVAL_MS))
        self._last = now


def headless_speed(studio: Studio, epochs: int) -> float:
    """Images per second of the same ``Model.fit`` without a window."""
    spec = studio.experiment.spec
    data = load_data(spec.data, studio.options.data_dir)
    model = build_model(spec, data)
    start = time.perf_counter()
    model.fit(
        data.train_inputs,
        targets_of(data, data.train_targets),
        epochs,
        spec.batch_size,
        validation_data=(data.validation_inputs, targets_of(data, data.validation_targets)),
        shuffle=True,
        rng=order_generator(spec.seed),
        verbose=0,
    )
    return epochs * len(data.train_inputs) / (time.perf_counter() - start)


def window_speed(studio: Studio, probe: LatenessProbe | None = None) -> float:
    """Images per second of one run in the window."""
    run = studio.run_state
    if probe is not None:
        run.run_started.connect(probe.start)
        run.run_ended.connect(probe.stop)
    loop = QEventLoop()  # the application's own loop would close the window at its end
    run.run_ended.connect(loop.quit)
    QTimer.singleShot(0, run.run)
    loop.exec()
    assert studio.window.train_page.isVisible()
    return float(run.result()["images_per_second"])


def speeds(studio: Studio, epochs: int, rounds: int, what: str) -> dict[str, float]:
    """How many of ``what`` are trained in a second with and without the window, in turn, and the median of the ratios.

    Each run in the window is compared with the mean of the headless ones before and after it.
    """
    window_speed(studio)  # the data are loaded, every page has been drawn once
    headless, windowed = [headless_speed(studio, epochs)], []
    for _ in range(rounds):
        windowed.append(window_speed(studio))
        headless.append(headless_speed(studio, epochs))
    beside = [(before + after) / 2 for before, after in itertools.pairwise(headless)]
    return {
        f"window_{what}_per_second": round(statistics.median(windowed), 1),
        f"headless_{what}_per_second": round(statistics.median(beside), 1),
        "window_to_headless": round(statistics.median(w / h for w, h in zip(windowed, beside, strict=True)), 3),
    }


def show(figures: Mapping[str, object]) -> None:
    """Print figures for people, and on the last line for programs."""
    for name, value in figures.items():
        print(f"{name:>28}  {value}")
    print(json.dumps(figures))


def measure(seconds: float, rounds: int) -> dict[str, float]:
    studio = build(["--dataset", "mnist", "--epochs", str(EPOCHS)])
    studio.window.resize(1440, 900)
    compared = speeds(studio, EPOCHS, rounds, "images")
    studio.experiment.set_epochs(100_000)
    studio.experiment.set_stop_rule("minutes", seconds / 60)
    probe = LatenessProbe()
    window_speed(studio, probe)
    result = studio.run_state.result()
    late = np.array(probe.late_ms)
    tiny = LatenessProbe()
    studio.experiment.replace(load_preset("xor"), "tiny network")
    studio.experiment.set_epochs(100_000)
    studio.experiment.set_stop_rule("minutes", seconds / 60)
    window_speed(studio, tiny)
    studio.close()
    return {
        "late_p50_ms": round(float(np.percentile(late, 50)), 2),
        "late_p99_ms": round(float(np.percentile(late, 99)), 2),
        "late_max_ms": round(float(late.max()), 2),
        "tiny_network_late_p99_ms": round(float(np.percentile(tiny.late_ms, 99)), 2),
        "tiny_network_late_max_ms": round(max(tiny.late_ms), 2),
        "late_over_seconds": result["seconds"],
        **compared,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long the lateness is watched")
    parser.add_argument("--rounds", type=int, default=7, help="pairs of runs without and with the window")
    args = parser.parse_args()
    figures = measure(args.seconds, args.rounds)
    show(figures)


if __name__ == "__main__":
    main()
