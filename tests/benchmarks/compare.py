"""``python -m tests.benchmarks.compare``: how quickly the Compare page opens, draws a run, and compares one.

Fifty kept runs of 5,000 batches each lie on the disk. Each time is from the click to the painted window. The page
is built part by part in the first seconds. ``--drawn`` is how many runs have their curves on show.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, Qt
from PySide6.QtTest import QTest

from gui.app import Studio, build
from gui.domain.kept_run import KeptRun, RunResults
from gui.domain.kept_run_file import PageMemory, RunShelf
from gui.domain.metrics_log import MetricsLog
from gui.domain.presets import load_preset
from gui.state.run_store import runs_folder
from gui.state.settings import APPLICATION
from tests.benchmarks.studio import LatenessProbe

EPOCHS = 25
WAIT_S = 60


def made_run(number: int, batches: int) -> tuple[KeptRun, MetricsLog]:
    """A run with plausible curves."""
    rng = np.random.default_rng(number)
    log, each = MetricsLog(), batches // EPOCHS
    losses = np.exp(-np.linspace(0, 3, batches)) + 0.1 * rng.random(batches)
    log.add_batches([(i + 1) / each for i in range(batches)], losses.tolist(), (1 - losses / 2).tolist())
    for epoch in range(EPOCHS):
        loss = float(losses[(epoch + 1) * each - 1])
        log.add_epoch(epoch, {"loss": loss, "acc": 1 - loss / 2, "val_loss": loss + 0.05, "val_acc": 0.95 - loss / 2})
    spec = load_preset("pen-digits")
    results = RunResults.of(log, 10.0, 101_770, 20_000)
    return KeptRun(
        uuid.uuid4().hex, f"Run {number}", number % 36, 1.7e9 + number, "completed", spec, spec, results
    ), log


def fill(folder: Path, runs: int, batches: int, drawn: int) -> float:
    """Write the runs; returns the megabytes that they take."""
    shelf = RunShelf(folder)
    made = [made_run(number, batches) for number in range(runs)]
    for run, log in made:
        shelf.write(run, log)
    shelf.write_page(PageMemory(None, tuple(run.id for run, _ in made[:drawn])))
    return sum(path.stat().st_size for path in folder.iterdir()) / 2**20


def until(is_over: Callable[[], bool]) -> None:
    end = time.perf_counter() + WAIT_S
    while not is_over():
        if time.perf_counter() > end:
            raise RuntimeError("It has taken too long.")
        QTest.qWait(5)


def lateness(is_over: Callable[[], bool]) -> list[float]:
    """By how many milliseconds each tick of a timer was late until something is over."""
    probe = LatenessProbe()
    probe.start()
    until(is_over)
    probe.stop()
    return probe.late_ms


def painted_after(studio: Studio, act: Callable[[], None]) -> float:
    """Milliseconds from an act until the window is painted and nothing waits to be painted."""
    start = time.perf_counter()
    act()
    studio.application.sendPostedEvents()
    studio.application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return 1000 * (time.perf_counter() - start)


def measure(runs: int, batches: int, drawn: int, rounds: int) -> None:
    QCoreApplication.setApplicationName(APPLICATION)  # the folder goes by it
    folder = runs_folder()
    assert folder is not None
    megabytes = fill(folder, runs, batches, drawn)
    studio = build([])
    window, state = studio.window, studio.runs
    window.resize(1440, 900)
    late = lateness(lambda: len(state.runs) == runs and len(state.curves) >= drawn and state.is_settled)
    until(lambda: studio.data.status == "ready" and window.compare_page.is_built)
    print(f"{runs} runs of {batches:,} batches, {megabytes:.1f} MB, {drawn} drawn, {window.width()}x{window.height()}")
    print(f"event loop while they load: late by {np.percentile(late, 99):.1f} ms at p99, {max(late):.1f} ms at worst")
    tabs = window.page_bar.tabs
    print(f"first opening: {painted_after(studio, lambda: click_tab(studio, 2)):.0f} ms")
    opening, drawing, marking = [], [], []
    table = window.compare_page.runs_card.table
    for number in range(rounds):
        click_tab(studio, 0)
        until(lambda: state.is_settled)
        opening.append(painted_after(studio, lambda: click_tab(studio, 2)))
        until(lambda: state.is_settled)
        row = number % table.sorted_runs.rowCount()
        table.scrollTo(table.model().index(row, 1))
        drawing.append(time_of_toggle(studio, row))
        marking.append(painted_after(studio, lambda row=row: click(table, row, 1)))  # type: ignore[misc]
    for name, times in (("opening", opening), ("drawing a run", drawing), ("marking a run", marking)):
        print(f"{name}: {np.median(times):.0f} ms at p50, {max(times):.0f} ms at worst")
    assert tabs.currentIndex() == 2
    studio.close()


def time_of_toggle(studio: Studio, row: int) -> float:
    """From the click on the check box until the curve is read (or gone) and everything is painted."""
    table, state = studio.window.compare_page.runs_card.table, studio.runs
    start = time.perf_counter()
    click(table, row, 0)
    while any(run_id not in state.curves for run_id in state.shown):
        studio.application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    return 1000 * (time.perf_counter() - start) + painted_after(studio, lambda: None)


def click_tab(studio: Studio, index: int) -> None:
    tabs = studio.window.page_bar.tabs
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(index).center())


def click(table, row: int, column: int) -> None:  # type: ignore[no-untyped-def]
    place: QPoint = table.visualRect(table.model().index(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--batches", type=int, default=5000)
    parser.add_argument("--drawn", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        measure(options.runs, options.batches, options.drawn, options.rounds)


if __name__ == "__main__":
    main()
