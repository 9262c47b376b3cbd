"""Other samples in the middle of training: what is left of the epoch is drawn from them, and every one counts once."""

import numpy as np
import pytest

from beras import Callback
from beras.snapshot import restore, take
from tests.library import small
from tests.library.small import fit


class ChangeAt(Callback):
    """Puts in other samples after a number of steps, and writes down what every batch was."""

    def __init__(self, changes):
        self.changes = changes
        self.positions = []
        self.sizes = []
        self.epochs = []

    def on_batch_end(self, batch, logs):
        progress = self.model.progress
        self.positions.append((progress.epoch, progress.position, progress.samples))
        self.sizes.append(progress.seen)
        if progress.step in self.changes:
            self.model.change_data(*small.data(self.changes[progress.step], seed=5))

    def on_epoch_end(self, epoch, logs):
        self.epochs.append((epoch, self.model.progress.seen, logs["loss"]))


def trained(changes, samples=30, epochs=3, **options):
    model, listener = small.model(), ChangeAt(changes)
    fit(model, samples=samples, epochs=epochs, callbacks=[listener], shuffle=True, rng=1, **options)
    return model, listener


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (25, [10, 20, 25]),  # fewer: the epoch ends with them
        (47, [10, 20, 30, 40, 47]),  # more: the epoch goes on with them
        (5, [10]),  # fewer than were trained already: the epoch is over
        (30, [10, 20, 30]),
    ],
)
def test_the_epoch_goes_on_with_the_new_samples(after, expected):
    step = 1 if after == 5 else 2
    _, listener = trained({step: after}, epochs=1)
    assert [position for _, position, _ in listener.positions] == expected
    assert len(listener.epochs) == 1


def test_at_the_end_of_an_epoch_they_begin_with_the_next():
    _, listener = trained({3: 47})
    assert [len([1 for e, _, _ in listener.positions if e == epoch]) for epoch in range(3)] == [3, 5, 5]
    assert [seen for _, seen, _ in listener.epochs] == [30, 47, 47]


def test_the_mean_of_an_epoch_is_over_the_samples_that_were_trained():
    model, listener = small.model(learning_rate=1e-9), ChangeAt({2: 25})
    fit(model, samples=30, epochs=1, callbacks=[listener])
    assert listener.epochs[0][1] == 25
    assert listener.epochs[0][2] == pytest.approx(np.log(2), abs=0.5)


def test_the_new_samples_are_what_is_trained_and_validated_on():
    model = small.model()

    class Change(Callback):
        def on_epoch_end(self, epoch, logs):
            self.model.change_data(*small.data(40, seed=9), validation_data=small.data(12, seed=4))

    history = fit(model, epochs=2, callbacks=[Change()], validation_data=small.data(8, seed=3))
    assert len(history["val_loss"]) == 2
    np.testing.assert_array_equal(model.progress.inputs, small.data(40, seed=9)[0])
    expected, _ = model.evaluate(*small.data(12, seed=4), batch_size=12)
    assert history["val_loss"][-1] == pytest.approx(expected["loss"])


def test_the_same_changes_give_the_same_weights_and_so_does_going_back():
    class Back(ChangeAt):
        went = kept = None

        def on_batch_end(self, batch, logs):
            super().on_batch_end(batch, logs)
            step = self.model.progress.step
            if step == 1 and self.kept is None:
                self.kept = take(self.model)
            if step == 5 and not self.went:
                self.went = True
                restore(self.model, self.kept)

    plain, _ = trained({2: 47, 4: 12})
    again, _ = trained({2: 47, 4: 12})
    model, listener = small.model(), Back({2: 47, 4: 12})
    fit(model, samples=30, epochs=3, callbacks=[listener], shuffle=True, rng=1)
    for one, two, three in zip(plain.weights, again.weights, model.weights, strict=True):
        assert one.numpy().tobytes() == two.numpy().tobytes() == three.numpy().tobytes()


def test_wrong_samples_are_refused_and_training_goes_on_with_the_old_ones():
    class Wrong(Callback):
        messages = ()

        def on_batch_end(self, batch, logs):
            x, y = small.data(10)
            for wrong in ((x, y[:5]), (x[:0], y[:0]), (np.full_like(x, np.nan), y)):
                with pytest.raises(ValueError, match=r"Received|hold nan"):
                    self.model.change_data(*wrong)

    model = small.model()
    fit(model, callbacks=[Wrong()])
    assert model.progress.samples == 20
    with pytest.raises(RuntimeError, match="Call this from a callback"):
        small.model().change_data(*small.data(10))
