"""``python -m tests.benchmarks.studio``: how late the event loop is while MNIST trains in the window, and at what cost.

A timer asks to be woken every 5 ms; how much later it is woken is the lateness of the event loop. The same training
runs without a window in the same process, before and after, and the ratio of the speeds is printed. It needs the MNIST
files (``BERAS_DATA_DIR``) and runs on any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from gui.app import Studio, build
from gui.domain.build import build_model, load_data, order_generator, targets_of

PROBE_INTERVAL_MS = 5


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


def measure(epochs: int) -> dict[str, float]:
    studio = build(["--dataset", "mnist", "--epochs", str(epochs)])
    probe = LatenessProbe()
    before = headless_speed(studio, 1)
    studio.run_state.run_started.connect(probe.start)
    studio.run_state.run_ended.connect(probe.stop)
    studio.run_state.run_ended.connect(studio.application.quit)
    QTimer.singleShot(0, studio.run_state.run)
    studio.application.exec()
    after = headless_speed(studio, 1)
    result = studio.run_state.result()
    studio.close()
    late = np.array(probe.late_ms)
    headless = (before + after) / 2
    return {
        "late_p50_ms": round(float(np.percentile(late, 50)), 2),
        "late_p99_ms": round(float(np.percentile(late, 99)), 2),
        "late_max_ms": round(float(late.max()), 2),
        "window_images_per_second": result["images_per_second"],
        "headless_images_per_second": round(headless, 1),
        "window_to_headless": round(result["images_per_second"] / headless, 3),
        "val_acc": result["val_acc"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    figures = measure(parser.parse_args().epochs)
    for name, value in figures.items():
        print(f"{name:>28}  {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
