"""The promise of the assignment on the real data: what its network reaches on MNIST's official test set."""

import numpy as np

from beras import MeanSquaredError, assignment
from beras.datasets import load_mnist
from tests.real_data import real_data_dir


def test_the_assignment_reaches_96_percent_in_five_epochs():
    data = load_mnist(data_dir=real_data_dir())
    model = assignment.get_model(rng=0)
    model.compile(assignment.get_optimizer(), assignment.get_loss_fn(), assignment.get_acc_fn())
    history, predictions = assignment.train(model, data, epochs=5, seed=0, verbose=0)
    assert history["val_acc"][-1] >= 0.96
    assert np.mean(predictions.argmax(axis=1) == data.validation_targets) >= 0.96


def test_mean_squared_error_learns_digits_too():
    """A tenth of the data and two epochs, so that it is fast: far below what a whole run reaches."""
    data = load_mnist(data_dir=real_data_dir(), train_size=6_000, validation_size=2_000)
    model = assignment.get_model(rng=0)
    model.compile(assignment.get_optimizer(), MeanSquaredError(), assignment.get_acc_fn())
    history, _ = assignment.train(model, data, epochs=2, batch_size=20, seed=0, verbose=0)
    assert history["val_acc"][-1] >= 0.85
