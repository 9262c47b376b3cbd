"""``python -m tests.benchmarks.scratchpad``: how long a key press takes in the scratchpad, from the text to the pixels.

Sixty lines with 300 operations, the most that fits. A new value keeps the drawing, a new line lays it out anew.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("XDG_CONFIG_HOME", tempfile.mkdtemp())
os.environ.setdefault("XDG_DATA_HOME", tempfile.mkdtemp())

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from gui.app import Studio, build
from gui.domain.scratchpad.differentiate import evaluated
from gui.domain.scratchpad.evaluate import computed
from gui.domain.scratchpad.op_graph import op_graph
from gui.domain.scratchpad.parse import read_program

REPEATS = 7
WAIT_MS = 600


def program(start: float, lines: int = 60) -> str:
    """As many operations as fit: five in every line but the first two."""
    body = [f"x{i + 1} = tanh(x{i} * 0.9 + w * 0.1) + x{i}" for i in range(lines - 3)]
    last = f"L = x{lines - 3} ** 2 + w ** 2 {' '.join(f'+ x{i}' for i in range(1, 300 - 1 - 5 * (lines - 3) - 2))}"
    return "\n".join([f"w = param({start})", "x0 = w * w", *body, last])


def measured(work: Callable[[int], object], after: Callable[[], object] = lambda: None) -> str:
    """The median by the clock, and of the processor's time in this thread, which other programs do not lengthen."""
    times = []
    for repeat in range(REPEATS):
        begin, busy = time.perf_counter(), time.thread_time()
        work(repeat)
        times.append(((time.perf_counter() - begin) * 1000, (time.thread_time() - busy) * 1000))
        after()
    clock, busy = (statistics.median(column) for column in zip(*times, strict=True))
    return f"{clock:7.1f} {busy:9.1f}"


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def drawn(studio: Studio, text: str) -> None:
    """From the text in the editor to the pixels of the graph."""
    state, view = studio.scratchpad, studio.window.backprop_page.scratchpad
    state.text = text
    state.evaluate()
    view.card.view.viewport().repaint()
    view.program.editor.viewport().repaint()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    options = parser.parse_args()
    texts = [program(1.0 + i / 10) for i in range(REPEATS)]
    read = read_program(texts[0])
    print(f"{len(read.statements)} lines, {read.ops} operations; median of {REPEATS}, ms by the clock and of the CPU")
    print(f"  read                       {measured(lambda i: read_program(texts[i]))}")
    print(f"  read and compute           {measured(lambda i: computed(read_program(texts[i])))}")
    print(f"  ... and differentiate      {measured(lambda i: evaluated(texts[i]))}")
    print(f"  ... and describe the graph {measured(lambda i: op_graph(evaluated(texts[i])))}")
    studio = build(["--preset", "xor"])
    studio.window.resize(1440, 900)
    studio.window.page_bar.tabs.setCurrentIndex(1)
    studio.window.backprop_page.show_scratchpad()
    wait(WAIT_MS)
    drawn(studio, texts[0])
    wait(WAIT_MS)

    def changed(i: int) -> None:
        drawn(studio, texts[i])

    def another(i: int) -> None:
        drawn(studio, program(1.0, 60 - i % 2))

    def rest() -> None:
        studio.scratchpad.shutdown(2000)

    print(f"  all, painted: a new value  {measured(changed, rest)}")
    print(f"  all, painted: a new line   {measured(another, rest)}")
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(another, 1)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    studio.close()
    QApplication.processEvents()


if __name__ == "__main__":
    main()
