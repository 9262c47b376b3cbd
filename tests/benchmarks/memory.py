"""``python -m tests.benchmarks.memory``: how much the program grows over 30 epochs of MNIST in the window.

The resident size is read after every epoch; what counts is how much larger it is at the end than after the third epoch.
The moments of the run that are kept for going back have their own limit, here the smallest, which they reach at once.
The time that the window says is left after three seconds is compared with what the run then takes. It needs the MNIST
files (``BERAS_DATA_DIR``) and Linux.
"""

from __future__ import annotations

import argparse
import resource
from pathlib import Path

from PySide6.QtCore import QTimer

from gui.app import build
from gui.domain.time_limits import MEGABYTE, MEMORY_CHOICES_MB

SETTLED_AFTER = 3
ESTIMATE_AT_S = 3.0


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    epochs = parser.parse_args().epochs
    studio = build(["--dataset", "mnist", "--epochs", str(epochs)])
    studio.session.set_timeline_bytes(MEMORY_CHOICES_MB[0] * MEGABYTE)
    run = studio.run_state
    sizes: list[float] = []
    estimates: list[float] = []

    def note() -> None:
        if run.epochs_done > len(sizes):
            sizes.append(resident_mb())
        if not estimates and run.latest is not None and run.latest.seconds >= ESTIMATE_AT_S:
            estimates.append(run.latest.seconds + (run.seconds_left or 0.0))

    run.changed.connect(note)
    run.run_ended.connect(studio.application.quit)
    QTimer.singleShot(0, run.run)
    studio.application.exec()
    studio.close()
    print("MB after each epoch:", " ".join(f"{size:.0f}" for size in sizes))
    print(f"whole time as estimated after {ESTIMATE_AT_S:.0f} s, over what it took  {estimates[0] / run.seconds:.3f}")
    print(f"growth after epoch {SETTLED_AFTER}  {sizes[-1] - sizes[SETTLED_AFTER - 1]:.1f} MB")


if __name__ == "__main__":
    main()
