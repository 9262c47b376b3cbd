"""The listener that turns the hooks of ``Model.fit`` into events, and lets the window pause, steer and stop the run."""

from __future__ import annotations

import math
import time

from beras.callbacks import Callback, Logs
from beras.optimizer import Optimizer
from beras.snapshot import Settings, Snapshot, put_settings, restore, settings_of
from beras.trace import BackwardPass, NonFinite
from gui.domain.build import weights_of
from gui.domain.stop_rules import RuleFired, RuleJudge
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.events import (
    BatchEnded,
    Diverged,
    EpochEnded,
    GraphRecorded,
    Paused,
    Resumed,
    RuleEnded,
    SettingChanged,
    WeightsPublished,
    WentBack,
)
from gui.training.timeline import Timeline

GRAPH_INTERVAL_S = 0.22
WEIGHTS_INTERVAL_S = 0.5


class ChannelCallback(Callback):
    """Puts what happens into the channel; after every batch it looks at the control.

    Going back, and looking for the first number that went wrong, are errands: the run is put back to a snapshot and
    trains again, silently and bit for bit the same, until the step that the errand is about.
    """

    def __init__(self, channel: Channel, control: RunControl) -> None:
        self.channel = channel
        self.control = control
        self.samples = 0
        self._paused_s = 0.0
        self._started = time.perf_counter()
        self._graph_due = self._weights_due = 0.0
        self._position = 0
        self._backward: BackwardPass | None = None
        self._timeline = Timeline()
        self._judge = RuleJudge()
        self._errand: _Search | _Return | None = None
        self._has_diverged = False
        self._epoch_reported_at = 0

    @property
    def seconds(self) -> float:
        """Time trained so far, pauses left out."""
        return time.perf_counter() - self._started - self._paused_s

    # -- the hooks ----------------------------------------------------------------------------------------------------

    def on_train_begin(self) -> None:
        self._started = time.perf_counter()
        self._timeline.note(self.model)

    def on_batch_begin(self, batch: int) -> None:
        self._position = self.model.progress.position

    def wants_backward(self, batch: int) -> bool:
        return not isinstance(self._errand, _Return)

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        if isinstance(self._errand, _Search):
            self._look_for_non_finite(batch, backward, self._errand)
            return
        self._backward = backward
        progress = self.model.progress
        is_last = progress.position + progress.batch_size >= progress.samples
        if is_last or time.perf_counter() >= self._graph_due:
            self._put_graph(batch)

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        progress = self.model.progress
        if self._errand is not None:
            self._run_errand()
        else:
            self._report_batch(batch, logs)
            self._timeline.note(self.model)
            if not math.isfinite(logs["loss"]):
                self._begin_search(logs["loss"])
        if self._errand is None and 0 < progress.position < progress.samples:
            self._stand()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self._errand is not None:
            return
        progress = self.model.progress
        if self._epoch_reported_at != progress.step:
            self._epoch_reported_at = progress.step
            self.channel.put(EpochEnded(epoch, dict(logs)))
            self._put_weights()
            self._end_by_rule(self._judge.after_epoch(self.control.rules, epoch, logs))
            if not math.isfinite(logs.get("val_loss", 0.0)):
                self._begin_search(logs["val_loss"])
        if self._errand is None:
            self._stand()

    def on_train_end(self) -> None:
        self._backward = None
        self._put_weights()

    # -- after a batch ------------------------------------------------------------------------------------------------

    def _report_batch(self, batch: int, logs: Logs) -> None:
        progress = self.model.progress
        self.samples += progress.position - self._position
        seconds = self.seconds
        forward, backward, update = progress.seconds
        self.channel.put(
            BatchEnded(
                epoch=progress.epoch,
                epochs=progress.epochs,
                batch=batch,
                batches=progress.batches,
                samples=self.samples,
                seconds=seconds,
                loss=logs["loss"],
                acc=logs.get("acc"),
                phases=(forward, backward, update),
            )
        )
        if self.control.is_watched and time.perf_counter() >= self._weights_due:
            self._put_weights()
        self._end_by_rule(self._judge.after_batch(self.control.rules, seconds))

    def _end_by_rule(self, fired: RuleFired | None) -> None:
        if fired is not None and not self.model.stop_training:
            progress = self.model.progress
            self.channel.put(RuleEnded(progress.epoch, progress.batch - 1, progress.batches, fired))
            self.model.stop_training = True

    def _stand(self) -> None:
        """Between two batches: pause if asked to, take what the window has sent, stop if asked to."""
        progress = self.model.progress
        self.control.count_batch(is_last_of_epoch=progress.position == progress.samples)
        if self.control.pause_requested and not self.control.stop_requested and not self.model.stop_training:
            self._pause()
        self._backward = None
        way_back = self.control.take_way_back()
        if way_back is not None:
            self._begin_return(way_back)
        if self._errand is None:
            self._apply_changes()
        if self.control.stop_requested:
            self.model.stop_training = True

    def _pause(self) -> None:
        """Stand still, with the graph and the weights of this very batch on show."""
        self._put_graph(self.model.progress.batch - 1)
        self._put_weights()
        self.channel.put(Paused())
        self.channel.wake()
        since = time.perf_counter()
        self.control.wait_while_paused()
        self._paused_s += time.perf_counter() - since
        self.channel.put(Resumed())

    def _apply_changes(self) -> None:
        progress = self.model.progress
        changes = self.control.take_changes()
        for change in changes:
            change.apply(self.model)
            self.channel.put(SettingChanged(progress.epoch, progress.batch - 1, progress.batches, change.label))
        if changes:
            self._timeline.note(self.model, settings_changed=True)

    # -- errands ------------------------------------------------------------------------------------------------------

    def _begin_search(self, loss: float) -> None:
        """Train the last steps again and look closely: where was the first number that is not finite?"""
        if not self.control.guarded or self._has_diverged or self.model.stop_training:
            return
        self._has_diverged = True
        step = self.model.progress.step
        self._set_out(_Search(step, loss), self._timeline.latest(step - 2))

    def _begin_return(self, step: int) -> None:
        model = self.model
        snapshot = self._timeline.latest(step)
        errand = _Return(max(step, snapshot.step), model.progress.step, settings_of(model), model.optimizer)
        self._timeline.forget_after(snapshot.step)
        self._set_out(errand, snapshot)
        self._run_errand()  # over at once if the snapshot is of the very step

    def _set_out(self, errand: _Search | _Return, snapshot: Snapshot) -> None:
        self._errand = errand
        restore(self.model, snapshot)

    def _run_errand(self) -> None:
        errand, step = self._errand, self.model.progress.step
        if self.control.stop_requested:
            self.model.stop_training = True
        if isinstance(errand, _Search):
            self._look_at_weights(errand)
        if errand is None or step < errand.until:
            return
        self._errand = None
        if isinstance(errand, _Search):
            self._end_search(errand)
        else:
            self._end_return(errand)

    def _look_for_non_finite(self, batch: int, backward: BackwardPass, search: _Search) -> None:
        if search.finding is None:
            search.finding, search.step = backward.first_non_finite(), self.model.progress.step + 1
            search.backward = backward
            self._put_finding(batch, search)

    def _look_at_weights(self, search: _Search) -> None:
        """The gradients were finite, but the step along them was too long."""
        progress = self.model.progress
        if search.finding is None and search.backward is not None:
            search.finding, search.step = search.backward.first_non_finite_weight(), progress.step
            self._put_finding(progress.batch - 1, search)
        search.backward = None

    def _put_finding(self, batch: int, search: _Search) -> None:
        if search.finding is not None and search.backward is not None:
            self.channel.put(GraphRecorded(self.model.progress.epoch, batch, search.backward.summary()))

    def _end_search(self, search: _Search) -> None:
        progress = self.model.progress
        finding = search.finding or NonFinite(-1, "the validation samples", "loss", "forward")
        epoch, batch = progress.epoch, progress.batch - 1
        self.channel.put(Diverged(epoch, batch, progress.batches, search.step, finding, search.loss))
        self.control.pause()

    def _end_return(self, errand: _Return) -> None:
        """Back at the step: the settings are those of the panel again."""
        model, progress = self.model, self.model.progress
        epochs = progress.epoch + progress.batch / progress.batches
        if model.optimizer is not errand.optimizer:  # it came in after this step, so it knows nothing yet
            model.optimizer = type(errand.optimizer)(errand.optimizer.learning_rate)
        put_settings(model, errand.settings)
        self._has_diverged = False
        self._epoch_reported_at = 0
        self._timeline.note(model, settings_changed=True)
        self.channel.put(WentBack(epochs, progress.step, errand.left_at - progress.step))
        self._put_weights()

    # -- what is put --------------------------------------------------------------------------------------------------

    def _put_graph(self, batch: int) -> None:
        if self._backward is None:
            return
        self.channel.put(GraphRecorded(self.model.progress.epoch, batch, self._backward.summary()))
        self._backward = None
        self._graph_due = time.perf_counter() + GRAPH_INTERVAL_S

    def _put_weights(self) -> None:
        self.channel.put(WeightsPublished(weights_of(self.model)))
        self._weights_due = time.perf_counter() + WEIGHTS_INTERVAL_S


class _Search:
    """Look for the first number that is not finite, in the steps up to ``until``, where the loss was ``loss``."""

    def __init__(self, until: int, loss: float) -> None:
        self.until = self.step = until
        self.loss = loss
        self.finding: NonFinite | None = None
        self.backward: BackwardPass | None = None


class _Return:
    """Go back to step ``until`` and put the settings in force again that are so now."""

    def __init__(self, until: int, left_at: int, settings: Settings, optimizer: Optimizer) -> None:
        self.until = until
        self.left_at = left_at
        self.settings = settings
        self.optimizer = optimizer
