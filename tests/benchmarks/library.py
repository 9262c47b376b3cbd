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
    """Summarises every 10th backward pass, as a live viewer does, and takes the time that this takes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wants_backward(self, batch: int) -> bool:
        return batch % 10 == 0

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        start = time.perf_counter()
        backward.summary()
        self.seconds += time.perf_counter() - start


def fit_seconds(callbacks: list[Callback], x: np.ndarray, y: np.ndarray) -> float:
    model = assignment.get_model(0)
    model.compile(Adam(1e-3), CategoricalCrossEntropy(), CategoricalAccuracy())
    start = time.perf_counter()
    model.fit(x, y, 1, BATCH, callbacks=callbacks, verbose=0)
    return time.perf_counter() - start


def trace_cost() -> tuple[float, float]:
    """Norms taken every 10th batch: a run with them over one without, and their share of the run; medians."""
    rng = np.random.default_rng(0)
    x = rng.random((BATCH * BATCHES, 784), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=len(x))]
    fit_seconds([], x, y)
    ratios, shares = [], []
    for _ in range(ROUNDS):  # without, with, with, without: a drift of the machine's speed cancels out
        without = fit_seconds([], x, y)
        listener = SummaryEveryTenth()
        with_norms = fit_seconds([listener], x, y) + fit_seconds([listener], x, y)
        ratios.append(with_norms / (without + fit_seconds([], x, y)))
        shares.append(listener.seconds / with_norms)
    return statistics.median(ratios), statistics.median(shares)


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
    ratio, share = trace_cost()
    print(f"norms every 10th batch / without  {ratio:.3f}, their share of the run {share:.2%}")
    if args.accuracy:
        print_accuracies()


if __name__ == "__main__":
    main()
