"""``python -m tests.benchmarks.startup``: from the start of Python to a window that is painted, as a ratio.

The studio is compared with a bare script that imports PySide6 and pyqtgraph and shows one empty plot. Whole processes,
taken in turn, with bytecode written; the median of the pairs' ratios is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

PAINTED = """
class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            app.removeEventFilter(self)
            QTimer.singleShot(0, lambda: print("painted", flush=True))  # behind all that is painted with it
        return False

first_paint = FirstPaint()
app.installEventFilter(first_paint)
app.exec()
"""
BARE = f"""
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
import pyqtgraph as pg
app = QApplication([])
window = pg.PlotWidget()
window.resize(1440, 900)
window.show()
{PAINTED}"""
STUDIO = f"""
import gc
gc.disable()  # as main.py begins
from gui.app import build
from PySide6.QtCore import QEvent, QObject, QTimer
studio = build([])
app, window = studio.application, studio.window
{PAINTED}"""


def seconds_to_paint(script: str) -> float:
    """From starting Python to the painted window; what comes after, such as closing, does not count."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "painted":
            raise RuntimeError("The window was not painted.")
        elapsed = time.perf_counter() - start
        process.kill()
    return elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    pairs = [(seconds_to_paint(BARE), seconds_to_paint(STUDIO)) for _ in range(rounds + 1)][1:]
    bare, studio = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"bare script {bare:.2f} s, studio {studio:.2f} s")
    print(f"studio / bare script  {statistics.median(studio / bare for bare, studio in pairs):.2f}")


if __name__ == "__main__":
    main()
