"""The training loop: every sample counts, seeds decide, callbacks steer."""

import threading

import numpy as np
import pytest

from beras import (
    Adam,
    BasicOptimizer,
    Callback,
    CategoricalAccuracy,
    CategoricalCrossEntropy,
    Dense,
    Dropout,
    MeanSquaredError,
    Sequential,
    Softmax,
    Tensor,
)
from tests.library import small
from tests.library.small import fit, weights_of


class Log:
    """Stands in for a wandb run."""

    def __init__(self):
        self.rows = []

    def log(self, row):
        self.rows.append(row)


# -- fit --------------------------------------------------------------------------------------------------------------


def test_training_lowers_the_loss():
    history = fit(small.model(), samples=200, epochs=20)
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["acc"][-1] > 0.9


def test_history_has_one_entry_per_epoch():
    history = fit(small.model(), epochs=3, validation_data=small.data(seed=1))
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ["loss", "acc", "val_loss", "val_acc"], 3
    )


def test_without_a_metric_there_is_only_the_loss():
    model = small.model()
    model.compile(Adam(0.05), MeanSquaredError())
    assert set(fit(model, validation_data=small.data(seed=1))) == {"loss", "val_loss"}


def still_model():
    """A model that a step does not change, so that sums over batches can be compared."""
    model = small.model()
    model.compile(BasicOptimizer(1e-30), CategoricalCrossEntropy(), CategoricalAccuracy())
    return model


@pytest.mark.parametrize("batch_size", [1, 7, 20, 1000])
def test_the_last_partial_batch_counts_by_its_size(batch_size):
    model = still_model()
    history = fit(model, samples=20, batch_size=batch_size)
    metrics, _ = model.evaluate(*small.data(20), batch_size=20)
    assert history["loss"][0] == pytest.approx(metrics["loss"], rel=1e-6)
    assert history["acc"][0] == pytest.approx(metrics["acc"])


class Rows(Callback):
    """Collects the inputs of every batch."""

    def __init__(self):
        self.rows = []

    def on_backward_end(self, batch, backward):
        self.rows.append(backward.nodes()[0].arrays[0].copy())


def test_without_shuffle_the_order_is_kept():
    rows = Rows()
    fit(small.model(), samples=17, batch_size=5, callbacks=[rows])
    assert [len(part) for part in rows.rows] == [5, 5, 5, 2]
    np.testing.assert_array_equal(np.concatenate(rows.rows), small.data(17)[0])


def test_shuffle_orders_every_epoch_anew_and_loses_nothing():
    rows = Rows()
    fit(small.model(), samples=17, batch_size=5, epochs=2, callbacks=[rows], shuffle=True, rng=0)
    first, second = np.concatenate(rows.rows[:4]), np.concatenate(rows.rows[4:])
    x = small.data(17)[0]
    assert not np.array_equal(first, x)
    assert not np.array_equal(first, second)
    for epoch in (first, second):
        np.testing.assert_array_equal(np.sort(epoch, axis=0), np.sort(x, axis=0))


def test_shuffle_keeps_inputs_and_targets_together():
    losses = [fit(still_model(), samples=20, shuffle=shuffle, rng=0)["loss"][0] for shuffle in (False, True)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


@pytest.mark.parametrize("rng", [lambda: 5, lambda: np.random.default_rng(5)])
def test_same_seed_same_bits(rng):
    runs = []
    for _ in range(2):
        model = small.model()
        history = fit(model, samples=50, epochs=3, shuffle=True, rng=rng())
        runs.append((history, weights_of(model)))
    assert runs[0][0] == runs[1][0]
    for a, b in zip(runs[0][1], runs[1][1], strict=True):
        np.testing.assert_array_equal(a, b)


def test_another_seed_gives_another_run():
    losses = [fit(small.model(), shuffle=True, rng=seed)["loss"] for seed in (0, 1)]
    assert losses[0] != losses[1]


def test_same_bits_in_another_thread():
    here, there = small.model(), small.model()
    fit(here, shuffle=True, rng=0)
    thread = threading.Thread(target=lambda: fit(there, shuffle=True, rng=0))
    thread.start()
    thread.join()
    for a, b in zip(weights_of(here), weights_of(there), strict=True):
        np.testing.assert_array_equal(a, b)


def test_looking_changes_no_bits():
    plain, watched = small.model(), small.model()
    fit(plain, shuffle=True, rng=0)
    fit(watched, shuffle=True, rng=0, callbacks=[Rows()], validation_data=small.data(seed=1), wandb_run=Log())
    for a, b in zip(weights_of(plain), weights_of(watched), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("convert", [np.ndarray.tolist, Tensor, lambda a: a.astype(np.float64), lambda a: a * 1])
def test_lists_tensors_and_other_dtypes_are_data_as_well(convert):
    x, y = small.data()
    model, reference = small.model(), small.model()
    history = model.fit(convert(x), convert(y), 1, 10, verbose=0)
    assert history == fit(reference)
    assert model.weights[0].dtype == np.float32


def test_integer_targets_are_accepted():
    x, y = small.data()
    assert small.model().fit(x, y.astype(int), 1, 10, verbose=0) == fit(small.model())


def test_fit_can_be_continued():
    once, twice = small.model(), small.model()
    fit(once, epochs=2)
    fit(twice)
    fit(twice)
    for a, b in zip(weights_of(once), weights_of(twice), strict=True):
        np.testing.assert_array_equal(a, b)


def test_dropout_is_active_in_training_only():
    modes = []

    class Looks(Callback):
        def on_backward_end(self, batch, backward):
            modes.append(self.model.layers[1].training)

    model = Sequential(Dense(3, 4, rng=0), Dropout(0.5, rng=0), Dense(4, 2, rng=0), Softmax())
    model.compile(Adam(0.05), CategoricalCrossEntropy(), CategoricalAccuracy())
    fit(model, callbacks=[Looks()], validation_data=small.data(seed=1), epochs=2)
    assert modes == [True] * 4
    assert not model.layers[1].training
    np.testing.assert_array_equal(model.predict(small.data()[0]), model.predict(small.data()[0]))


# -- steering ---------------------------------------------------------------------------------------------------------


class At(Callback):
    """Calls a function once, after the given batch of the first epoch."""

    def __init__(self, batch, action):
        self.batch, self.action = batch, action

    def on_batch_end(self, batch, logs):
        if batch == self.batch and self.model.progress.epoch == 0:
            self.action(self.model)


def test_batch_size_can_be_changed_in_the_middle():
    rows = Rows()
    change = At(1, lambda model: setattr(model.progress, "batch_size", 7))
    fit(small.model(), samples=30, batch_size=5, callbacks=[rows, change])
    assert [len(part) for part in rows.rows] == [5, 5, 7, 7, 6]
    np.testing.assert_array_equal(np.concatenate(rows.rows), small.data(30)[0])


def test_epochs_can_be_changed_in_the_middle():
    more = At(0, lambda model: setattr(model.progress, "epochs", 4))
    fewer = At(0, lambda model: setattr(model.progress, "epochs", 1))
    assert len(fit(small.model(), epochs=2, callbacks=[more])["loss"]) == 4
    assert len(fit(small.model(), epochs=3, callbacks=[fewer])["loss"]) == 1


def test_learning_rate_can_be_changed_in_the_middle():
    model = small.model()
    fit(model, callbacks=[At(0, lambda m: setattr(m.optimizer, "learning_rate", 0.5))])
    assert model.optimizer.learning_rate == 0.5


def test_stop_in_the_middle_reports_no_epoch():
    model, rows = small.model(), Rows()
    history = fit(model, samples=30, epochs=3, callbacks=[rows, At(1, lambda m: setattr(m, "stop_training", True))])
    assert history == {}
    assert len(rows.rows) == 2
    assert (model.progress.epoch, model.progress.position) == (0, 20)


def test_stop_at_the_last_batch_reports_the_epoch():
    stop = At(2, lambda model: setattr(model, "stop_training", True))
    assert len(fit(small.model(), samples=30, epochs=3, callbacks=[stop])["loss"]) == 1


def test_a_stopped_model_can_be_trained_again():
    model = small.model()
    fit(model, callbacks=[At(0, lambda m: setattr(m, "stop_training", True))])
    assert len(fit(model, epochs=2)["loss"]) == 2


def test_progress_counts_what_is_done():
    seen = []
    look = Callback()
    look.on_batch_end = lambda batch, logs: seen.append(
        (model.progress.epoch, model.progress.batch, model.progress.position, model.progress.batches)
    )
    model = small.model()
    fit(model, samples=25, epochs=2, callbacks=[look])
    assert seen == [(e, b, p, 3) for e in (0, 1) for b, p in ((1, 10), (2, 20), (3, 25))]
    assert (model.progress.epochs, model.progress.samples) == (2, 25)


# -- wandb ------------------------------------------------------------------------------------------------------------


def test_wandb_run_gets_batches_and_epochs():
    run = Log()
    history = fit(small.model(), validation_data=small.data(seed=1), wandb_run=run)
    assert [set(row) for row in run.rows] == [
        {"batch_loss", "batch_acc"},
        {"batch_loss", "batch_acc"},
        {"loss", "acc", "val_loss", "val_acc"},
    ]
    assert run.rows[-1] == {name: values[0] for name, values in history.items()}


def test_evaluate_reports_to_wandb():
    run = Log()
    metrics, _ = small.model().evaluate(*small.data(), 10, wandb_run=run)
    assert run.rows == [{"val_loss": metrics["loss"], "val_acc": metrics["acc"]}]
