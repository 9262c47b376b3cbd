"""Going back to an earlier moment of a run: what follows is the same again, bit for bit."""

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
    LeakyReLU,
    RMSProp,
    Sequential,
    Softmax,
)
from beras.snapshot import put_settings, restore, settings_of, take
from tests.library import small

OPTIMIZERS = [BasicOptimizer, RMSProp, Adam, lambda rate: Adam(rate, amsgrad=True)]


def network(optimizer):
    rng = np.random.default_rng(0)
    model = Sequential(Dense(3, 8, rng=rng), LeakyReLU(0.3), Dropout(0.2, rng=rng), Dense(8, 2, rng=rng), Softmax())
    model.compile(optimizer, CategoricalCrossEntropy(), CategoricalAccuracy())
    return model


class GoBack(Callback):
    """Takes a snapshot after step ``at`` and goes back to it once, after step ``later``."""

    def __init__(self, at, later, also=lambda model: None):
        self.at, self.later, self.also = at, later, also
        self.snapshot = None
        self.went_back = False
        self.losses = {}

    def on_train_begin(self):
        self._take()

    def on_batch_end(self, batch, logs):
        step = self.model.progress.step
        self.losses.setdefault(step, []).append(logs["loss"])
        self._take()
        if step == self.later and not self.went_back:
            self.went_back = True
            restore(self.model, self.snapshot)

    def _take(self):
        if self.model.progress.step == self.at and self.snapshot is None:
            self.snapshot = take(self.model)
            self.also(self.model)


def train(model, *callbacks, epochs=3):
    x, y = small.data(samples=50)
    history = model.fit(x, y, epochs, 8, shuffle=True, callbacks=callbacks, rng=3, verbose=0, validation_data=(x, y))
    return history, [np.array(weight) for weight in model.weights]


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize(("at", "later"), [(0, 5), (3, 4), (3, 12), (7, 8), (6, 8), (7, 21)])
def test_after_going_back_the_same_follows(make, at, later):
    """Seven batches an epoch: within one epoch, across its end, from the very beginning, at the very end."""
    expected_history, expected = train(network(make(0.01)))
    back = GoBack(at, later)
    history, weights = train(network(make(0.01)), back)
    assert back.went_back
    for first, again in (back.losses[step] for step in range(at + 1, later + 1)):
        assert first == again
    assert history == expected_history
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_settings_go_back_too():
    def steer(model):
        model.optimizer.learning_rate = 0.5
        model.layers[1].alpha = 0.9
        model.progress.batch_size = 5
        model.progress.epochs = 2

    model = network(Adam(0.01))
    _, weights = train(model, GoBack(4, 9, steer))
    for one, other in zip(weights, train(network(Adam(0.01)))[1], strict=True):
        np.testing.assert_array_equal(one, other)
    assert (model.optimizer.learning_rate, model.layers[1].alpha, model.progress.epochs) == (0.01, 0.3, 3)


def test_an_optimiser_that_was_swapped_comes_back():
    model = network(Adam(0.01))
    first = model.optimizer
    _, weights = train(model, GoBack(4, 9, lambda model: setattr(model, "optimizer", BasicOptimizer(0.5))))
    assert model.optimizer is first
    for one, other in zip(weights, train(network(Adam(0.01)))[1], strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_snapshot_says_its_size_and_is_no_view():
    back = GoBack(3, 99)
    model = network(Adam(0.01))
    _, weights = train(model, back)
    snapshot = back.snapshot
    assert snapshot.nbytes == 4 * sum(weight.nbytes for weight in weights)  # the weights, m, v and v_max
    assert snapshot.step == 3
    assert not any(np.array_equal(kept, now) for kept, now in zip(snapshot.weights, weights, strict=True))


def test_settings_are_read_and_put_back():
    seen = []

    class Look(Callback):
        def on_batch_end(self, batch, logs):
            seen.append(settings_of(self.model))
            self.model.optimizer.learning_rate = 0.2
            put_settings(self.model, seen[0])

    model = network(RMSProp(0.01))
    train(model, Look(), epochs=1)
    assert model.optimizer.learning_rate == 0.01
    assert seen[0].optimizer == {"learning_rate": 0.01, "beta": 0.9, "epsilon": 1e-6}
    assert seen[0].layers[1]["alpha"] == 0.3
    assert (seen[0].epochs, seen[0].batch_size) == (1, 8)


def test_outside_training_there_is_no_moment():
    with pytest.raises(RuntimeError, match="being trained"):
        take(network(Adam(0.01)))
