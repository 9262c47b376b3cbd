"""``python -m tests.benchmarks.time_travel``: whether the same seed and the way back give the same bits, and how soon.

In the window a run is started twice with the same seed and the first 200 losses are compared. Then, for every
optimiser, the run is put back by 50 batches, once at a stretch and batch by batch, and forward again; weights and the
optimiser's memory must be the same bytes. The time of a step is from the wish to the drawn picture. It trains pen
digits 784-128-10, needs no files, and runs on any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop

from gui.app import Studio, build
from gui.domain.spec import Choice
from gui.domain.training_state import TrainingState
from tests.benchmarks.studio import show

STEPS, BACK, LOSSES = 400, 50, 200
OPTIMIZERS = ("sgd", "rmsprop", "adam")


def wait_for(studio: Studio, done: object) -> None:
    assert callable(done)
    while not done():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def run_to(studio: Studio, steps: int) -> None:
    """Begin a run and let it stand still after at least so many batches."""
    run = studio.run_state
    run.run()
    wait_for(studio, lambda: run.newest >= steps)
    run.pause()
    wait_for(studio, lambda: run.state == "paused")


def look_at(studio: Studio, step: int) -> float:
    """Milliseconds until another moment is on show."""
    run, began = studio.run_state, time.perf_counter()
    run.look_at(step)
    wait_for(studio, lambda: run.state == "paused" and not run.is_travelling)
    studio.window.train_page.repaint()
    return 1000 * (time.perf_counter() - began)


def newest_bytes(studio: Studio) -> bytes:
    """Weights, optimiser's memory, order and random states of the newest moment."""
    taken: list[TrainingState] = []
    studio.run_state.state_taken.connect(taken.append)
    studio.run_state.ask_for_state()
    wait_for(studio, lambda: taken)
    studio.run_state.state_taken.disconnect(taken.append)
    return b"".join(taken[0].to_parts().values())


def shown_bytes(studio: Studio) -> bytes:
    return b"".join(weight.tobytes() for weight in studio.run_state.weights or ())


def restart_is_exact(studio: Studio) -> bool:
    losses = []
    for _ in range(2):
        run_to(studio, LOSSES)
        losses.append(studio.run_state.log.batch_loss.y[:LOSSES].copy())
        studio.run_state.stop()
        wait_for(studio, lambda: not studio.run_state.is_active)
    return losses[0].tobytes() == losses[1].tobytes()


def travel(studio: Studio, optimizer: str) -> dict[str, object]:
    studio.experiment.open(replace(studio.experiment.spec, optimizer=Choice(optimizer)))
    run_to(studio, STEPS)
    run = studio.run_state
    newest, all_of_it, weights = run.newest, newest_bytes(studio), shown_bytes(studio)
    back = [look_at(studio, newest - step) for step in range(1, BACK + 1)]
    seen = [shown_bytes(studio)]
    forward = [look_at(studio, newest - BACK + step) for step in range(1, BACK + 1)]
    same = shown_bytes(studio) == weights and newest_bytes(studio) == all_of_it
    look_at(studio, newest - BACK)
    same = same and shown_bytes(studio) == seen[0]
    far = [look_at(studio, step) for step in (0, newest // 3, newest - 1)]
    look_at(studio, newest)
    same = same and shown_bytes(studio) == weights and newest_bytes(studio) == all_of_it
    run.stop()
    wait_for(studio, lambda: not run.is_active)
    return {
        "same bytes": same,
        "back_p50_ms": round(float(np.percentile(back, 50)), 1),
        "back_max_ms": round(max(back), 1),
        "forward_p50_ms": round(float(np.percentile(forward, 50)), 1),
        "far_max_ms": round(max(far), 1),
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    studio = build(["--preset", "pen-digits", "--epochs", "100000"])
    studio.window.resize(1440, 900)
    figures: dict[str, object] = {f"first {LOSSES} losses the same": restart_is_exact(studio)}
    figures |= {optimizer: travel(studio, optimizer) for optimizer in OPTIMIZERS}
    studio.close()
    show(figures)


if __name__ == "__main__":
    main()
