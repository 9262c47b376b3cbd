"""``python -m tests.benchmarks.library``: what the library costs, as ratios taken in one run.

Import time against NumPy's (whole processes, taken in turn, with bytecode written), a training step with the recorded
graph summarised every 10th batch against one without, and with ``--accuracy`` what the assignment reaches on MNIST.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from beras import Adam, CategoricalAccuracy, CategoricalCrossEntropy, MeanSquaredError, assignment
from beras.backward_pass import BackwardPass
from beras.callbacks import Callback
from beras.datasets import load_mnist
from beras.registry import OPTIMIZERS

ROUNDS = 25
BATCH, BATCHES = 100, 100


def process_seconds(code: str) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - start


def import_ratio() -> float:
    """Starting Python and importing BERAS, over the same with NumPy alone: the median of pairs."""
    process_seconds("import beras")
    return statistics.median(process_seconds("import beras") / process_seconds("import numpy") for _ in range(ROUNDS))


class SummaryEveryTenth(Callback):
    """Summarises every 10th backward pass, as a live viewer does, and times every training step."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def wants_backward(self, batch: int) -> bool:
        return batch % 10 == 0

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        backward.summary()

    def on_batch_begin(self, batch: int) -> None:
        self._start = time.perf_counter()

    def on_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self.seconds.append(time.perf_counter() - self._start)


def trace_cost() -> float:
    """What norms every 10th batch add to ten steps, over what ten steps take without.

    Both kinds of step are taken from the same runs, a few milliseconds apart, so that the machine's own speed is the
    same for both. The step after a summary counts with it: it finds the caches as the summary left them.
    """
    rng = np.random.default_rng(0)
    x = rng.random((BATCH * BATCHES, 784), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=len(x))]
    costs = []
    for _ in range(ROUNDS):
        model = assignment.get_model(0)
        model.compile(Adam(1e-3), CategoricalCrossEntropy(), CategoricalAccuracy())
        listener = SummaryEveryTenth()
        model.fit(x, y, 1, BATCH, callbacks=[listener], verbose=0)
        steps = np.median(np.reshape(listener.seconds, (-1, 10))[1:], axis=0)  # by place after a summary
        plain = np.median(steps[2:])
        costs.append((steps[0] + steps[1] - 2 * plain) / (10 * plain))
    return statistics.median(costs)


def print_accuracies() -> None:
    data = load_mnist()
    runs = [("seed", seed, CategoricalCrossEntropy(), assignment.get_optimizer()) for seed in range(5)]
    runs.append(("mean squared error, seed", 0, MeanSquaredError(), assignment.get_optimizer()))
    runs += [(f"{name}, seed", 0, CategoricalCrossEntropy(), OPTIMIZERS.create(name)) for name in OPTIMIZERS.names()]
    for label, seed, loss_fn, optimizer in runs:
        model = assignment.get_model(seed)
        model.compile(optimizer, loss_fn, CategoricalAccuracy())
        history, _ = assignment.train(model, data, 10, seed=seed, verbose=0)
        best = max(history["val_acc"])
        print(f"MNIST, {label} {seed}: best {best:.2%}, last {history['val_acc'][-1]:.2%} of 10 epochs", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--accuracy", action="store_true", help="train on MNIST too (needs BERAS_DATA_DIR), some minutes"
    )
    args = parser.parse_args()
    print(f"import beras / import numpy       {import_ratio():.2f}")
    print(f"norms every 10th batch add        {trace_cost():.2%} to a training step")
    if args.accuracy:
        print_accuracies()


if __name__ == "__main__":
    main()
