"""What listens to training: the order of the hooks, and the listeners that come with the library."""

import csv
import io

import numpy as np
import pytest

from beras import Callback, CSVLogger, EarlyStopping, History, TerminateOnNaN
from beras.callbacks import CallbackList, ConsoleProgress, print_stats, update_metric_dict
from tests.library import small


class Recorder(Callback):
    """Writes down every hook."""

    def __init__(self):
        self.calls = []

    def on_train_begin(self):
        self.calls.append("train begin")

    def on_train_end(self):
        self.calls.append("train end")

    def on_epoch_begin(self, epoch):
        self.calls.append(f"epoch {epoch} begin")

    def on_epoch_end(self, epoch, logs):
        self.calls.append(f"epoch {epoch} end")

    def on_batch_begin(self, batch):
        self.calls.append(f"batch {batch} begin")

    def on_backward_end(self, batch, backward):
        self.calls.append(f"batch {batch} backward")

    def on_batch_end(self, batch, logs):
        self.calls.append(f"batch {batch} end")


def batch_calls(batch):
    return [f"batch {batch} begin", f"batch {batch} backward", f"batch {batch} end"]


class FailsIn(Callback):
    """Raises in one hook."""

    def __init__(self, hook):
        def fail(*args):
            raise ZeroDivisionError(hook)

        setattr(self, hook, fail)


def fit(*callbacks, epochs=1, model=None, **options):
    network = model or small.model()
    options = {"verbose": 0, **options}
    return network.fit(*small.data(), epochs, 10, callbacks=callbacks, **options)


# -- order ------------------------------------------------------------------------------------------------------------


def test_hooks_come_in_order():
    recorder = Recorder()
    fit(recorder, epochs=2)
    epoch = [*batch_calls(0), *batch_calls(1)]
    assert recorder.calls == [
        "train begin",
        *("epoch 0 begin", *epoch, "epoch 0 end"),
        *("epoch 1 begin", *epoch, "epoch 1 end"),
        "train end",
    ]


def test_every_listener_is_called_in_the_given_order():
    calls = []

    class Named(Callback):
        def __init__(self, name):
            self.name = name

        def on_batch_end(self, batch, logs):
            calls.append(self.name)

    fit(Named("a"), Named("b"))
    assert calls == ["a", "b", "a", "b"]


@pytest.mark.parametrize("hook", ["on_train_begin", "on_epoch_begin", "on_batch_begin", "on_batch_end", "on_epoch_end"])
def test_train_end_comes_after_an_error_too(hook):
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError, match=hook):
        fit(recorder, FailsIn(hook))
    assert recorder.calls[-1] == "train end"
    assert recorder.calls.count("train end") == 1


def test_train_end_comes_after_a_keyboard_interrupt():
    class Interrupts(Callback):
        def on_batch_begin(self, batch):
            raise KeyboardInterrupt

    recorder = Recorder()
    with pytest.raises(KeyboardInterrupt):
        fit(recorder, Interrupts())
    assert recorder.calls[-1] == "train end"


def test_every_listener_gets_train_end_even_if_one_fails_in_it():
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError):
        fit(FailsIn("on_train_end"), recorder)
    assert recorder.calls[-1] == "train end"


def test_listeners_know_the_model_before_training_begins():
    class Looks(Callback):
        def on_train_begin(self):
            self.seen = self.model

    network, looks = small.model(), Looks()
    fit(looks, model=network)
    assert looks.seen is network


def test_logs_hold_loss_and_accuracy():
    seen = {}

    class Looks(Callback):
        def on_batch_end(self, batch, logs):
            seen["batch"] = set(logs)

        def on_epoch_end(self, epoch, logs):
            seen["epoch"] = set(logs)

    fit(Looks(), validation_data=small.data(seed=1))
    assert seen == {"batch": {"loss", "acc"}, "epoch": {"loss", "acc", "val_loss", "val_acc"}}


def test_the_backward_pass_is_offered_before_the_weights_change():
    class Looks(Callback):
        def on_batch_begin(self, batch):
            self.before = self.model.weights[0].numpy().copy()

        def on_backward_end(self, batch, backward):
            assert np.array_equal(self.before, self.model.weights[0])
            assert np.isfinite(backward.loss)

    fit(Looks())


def test_the_backward_pass_is_kept_only_for_those_who_want_it():
    assert CallbackList([Recorder()], None).wants_backward(0)
    assert not CallbackList([History()], None).wants_backward(0)

    class Late(Callback):
        def __init__(self):
            self.on_backward_end = lambda batch, backward: None

    assert CallbackList([Late()], None).wants_backward(0)


def test_a_listener_can_ask_for_some_batches_only():
    class EveryThird(Callback):
        def __init__(self):
            self.seen = []

        def wants_backward(self, batch):
            return batch % 3 == 0

        def on_backward_end(self, batch, backward):
            self.seen.append(batch)

    some, all_of_them = EveryThird(), Recorder()
    fit(some, all_of_them, epochs=1)
    batches = sum(call.endswith(" begin") for call in all_of_them.calls if call.startswith("batch"))
    assert some.seen == list(range(0, batches, 3))


# -- History and CSV --------------------------------------------------------------------------------------------------


def test_history_is_what_fit_returns():
    history = History()
    assert fit(history, epochs=3, validation_data=small.data(seed=1)) == history.history
    assert {name: len(values) for name, values in history.history.items()} == {
        "loss": 3,
        "acc": 3,
        "val_loss": 3,
        "val_acc": 3,
    }
    assert all(type(value) is float for values in history.history.values() for value in values)


def test_csv_holds_one_row_per_epoch(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(CSVLogger(path), epochs=2, validation_data=small.data(seed=1))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == values


def test_csv_can_be_read_while_training_runs(tmp_path):
    path = tmp_path / "log.csv"
    sizes = []

    class Reads(Callback):
        def on_epoch_end(self, epoch, logs):
            sizes.append(len(path.read_text().splitlines()))

    fit(CSVLogger(path), Reads(), epochs=2)
    assert sizes == [2, 3]


def test_csv_is_closed_after_an_error(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    with pytest.raises(ZeroDivisionError):
        fit(logger, FailsIn("on_batch_end"))
    assert logger._file is None


def test_csv_into_a_missing_folder_fails_before_training(tmp_path):
    recorder = Recorder()
    with pytest.raises(FileNotFoundError):
        fit(CSVLogger(tmp_path / "missing" / "log.csv"), recorder)
    assert "batch 0 begin" not in recorder.calls


# -- EarlyStopping ----------------------------------------------------------------------------------------------------


class Script(Callback):
    """Replaces the epoch's numbers by given ones, and marks each epoch in the weights."""

    def __init__(self, name, values):
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs):
        logs[self.name] = self.values[epoch]
        self.model.weights[0].assign(np.full_like(self.model.weights[0].numpy(), epoch))


def stop_on(values, monitor="val_loss", **options):
    stopping, network = EarlyStopping(monitor, **options), small.model()
    history = fit(Script(monitor, values), stopping, epochs=len(values), model=network)
    return stopping, network, len(history["loss"])


def test_early_stopping_waits_patiently_and_restores_the_best():
    stopping, network, epochs = stop_on([3, 1, 2, 2, 0], patience=2)
    assert (stopping.best_epoch, stopping.stopped_epoch, epochs) == (1, 3, 4)
    np.testing.assert_array_equal(network.weights[0], np.full((3, 4), 1))


def test_early_stopping_restores_the_best_after_a_full_run_too():
    stopping, network, _ = stop_on([3, 1, 2], patience=5)
    assert stopping.stopped_epoch is None
    np.testing.assert_array_equal(network.weights[0], np.full((3, 4), 1))


def test_early_stopping_may_leave_the_last_weights():
    _, network, _ = stop_on([3, 1, 2, 2], patience=2, restore_best_weights=False)
    np.testing.assert_array_equal(network.weights[0], np.full((3, 4), 3))


def test_accuracy_improves_upwards():
    stopping, _, _ = stop_on([0.1, 0.9, 0.5, 0.5], monitor="val_acc", patience=2)
    assert stopping.best_epoch == 1


def test_small_improvements_do_not_count():
    stopping, _, epochs = stop_on([1.0, 0.95, 0.9, 0.85], patience=2, min_delta=0.2)
    assert (stopping.best_epoch, epochs) == (0, 3)


def test_a_run_that_is_never_finite_stops():
    stopping, _, epochs = stop_on([np.nan, np.nan, np.nan, np.nan], patience=2)
    assert (stopping.best_epoch, stopping.stopped_epoch, epochs) == (None, 1, 2)


def test_early_stopping_can_be_used_again():
    stopping = EarlyStopping("val_loss", patience=1)
    for _ in range(2):
        fit(Script("val_loss", [1, 2, 3]), stopping, epochs=3)
        assert (stopping.best_epoch, stopping.stopped_epoch) == (0, 1)


def test_early_stopping_restores_the_best_after_an_error():
    network = small.model()

    class FailsLate(Callback):
        def on_epoch_begin(self, epoch):
            if epoch == 2:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fit(Script("loss", [1, 2, 3]), EarlyStopping("loss", patience=5), FailsLate(), epochs=3, model=network)
    np.testing.assert_array_equal(network.weights[0], np.zeros((3, 4)))


def test_early_stopping_names_what_it_could_watch():
    with pytest.raises(ValueError, match=r"watches 'val_loss', which this .* not report. Reported: loss, acc"):
        fit(EarlyStopping())


@pytest.mark.parametrize("patience", [0, -1])
def test_patience_is_at_least_one(patience):
    with pytest.raises(ValueError, match="patience must be a whole number of epochs, at least 1"):
        EarlyStopping(patience=patience)


# -- TerminateOnNaN ---------------------------------------------------------------------------------------------------


def test_terminate_on_nan_stops_and_names_the_first_bad_op():
    network, guard, recorder = small.model(), TerminateOnNaN(), Recorder()
    network.weights[2].assign(np.full((4, 2), np.nan))
    fit(guard, recorder, model=network)
    assert guard.message == "The loss became nan in batch 1, first in Dense 2 (forward)."
    assert "batch 1 begin" not in recorder.calls
    assert "epoch 0 end" not in recorder.calls


def test_terminate_on_nan_leaves_a_healthy_run_alone():
    guard = TerminateOnNaN()
    assert len(fit(guard, epochs=2)["loss"]) == 2
    assert guard.message is None


def test_terminate_on_nan_can_be_used_again():
    guard, network = TerminateOnNaN(), small.model()
    network.weights[0].assign(np.full((3, 4), np.nan))
    fit(guard, model=network)
    fit(guard)
    assert guard.message is None


# -- the console ------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_console_is_quiet_per_batch_when_it_is_no_terminal():
    stream = io.StringIO()
    fit(ConsoleProgress(stream), epochs=2)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("Epoch  1: Average Stats : loss 0.")


def test_console_writes_over_one_line_on_a_terminal():
    stream = Terminal()
    fit(ConsoleProgress(stream))
    assert stream.getvalue().count("\n") == 1
    assert "\rEpoch  1: Batch   2/2 : loss" in stream.getvalue()


def test_fit_prints_by_default(capsys):
    fit(verbose=1)
    assert "Average Stats" in capsys.readouterr().out


def test_fit_prints_nothing_when_asked(capsys):
    fit(verbose=0)
    assert capsys.readouterr().out == ""


def test_print_stats_averages_lists():
    stream = io.StringIO()
    print_stats({"loss": [1.0, 3.0]}, avg=True, stream=stream)
    assert stream.getvalue() == "Average Stats : loss 2.0000\n"


def test_print_stats_of_a_batch():
    stream = io.StringIO()
    print_stats({"loss": 1.0, "acc": 0.5}, 2, 5, 0, stream=stream)
    assert stream.getvalue() == "Epoch  1: Batch   3/5 : loss 1.0000, acc 0.5000\n"


def test_update_metric_dict_appends_means():
    metrics = {"loss": [1.0]}
    update_metric_dict(metrics, {"loss": [2.0, 4.0], "acc": 0.5})
    assert metrics == {"loss": [1.0, 3.0], "acc": [0.5]}
