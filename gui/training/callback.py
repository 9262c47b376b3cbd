"""The listener that turns the hooks of ``Model.fit`` into events, and lets the window pause, steer and stop the run."""

from __future__ import annotations

import math
import time

from beras.callbacks import Callback, Logs
from beras.snapshot import restore, take
from beras.trace import BackwardPass
from gui.domain.build import weights_of
from gui.domain.stop_rules import RuleFired, RuleJudge
from gui.domain.training_state import TrainingState
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.errands import Errand, Move, Search
from gui.training.events import (
    BatchEnded,
    Diverged,
    EpochEnded,
    GraphRecorded,
    HealthMeasured,
    MomentShown,
    Paused,
    Resumed,
    RuleEnded,
    SettingChanged,
    StateTaken,
    WeightsPublished,
    WentBack,
)
from gui.training.health_watch import HealthWatch
from gui.training.newest_settings import NewestSettings
from gui.training.timeline import Timeline

GRAPH_INTERVAL_S = 0.22


class ChannelCallback(Callback):
    """Puts what happens into the channel; after every batch it looks at the control.

    Going to another moment, and looking for the first number that went wrong, are errands: the run is put back to a
    snapshot and trains again, silently and bit for bit the same, until the step that the errand is about.

    With a ``begin`` the run begins there and stands still: it comes from a file, or it has ended before.
    """

    def __init__(
        self,
        channel: Channel,
        control: RunControl,
        timeline: Timeline | None = None,
        begin: TrainingState | int | None = None,
    ) -> None:
        self.channel = channel
        self.control = control
        self.timeline = Timeline() if timeline is None else timeline
        self.samples = 0
        self.seconds_before = 0.0
        self._begin = begin
        self._paused_s = 0.0
        self._paused_since: float | None = None
        self._started = time.perf_counter()
        self._graph_due = self._weights_put = 0.0
        self._position = 0
        self._backward: BackwardPass | None = None
        self._health = HealthWatch()
        self._judge = RuleJudge()
        self._errand: Errand | None = None
        self._newest_settings: NewestSettings | None = None  # while the run stands at an earlier moment
        self._changes_due = False  # at the newest moment, those that were made there before
        self._has_diverged = False
        self._epoch_reported_at = 0
        self._went_on_from = -1

    @property
    def seconds(self) -> float:
        """Time trained so far, pauses left out."""
        now = time.perf_counter() if self._paused_since is None else self._paused_since
        return self.seconds_before + now - self._started - self._paused_s

    # -- the hooks ----------------------------------------------------------------------------------------------------

    def on_train_begin(self) -> None:
        self._started = time.perf_counter()
        if self._begin is None:
            self.timeline.note(self.model)
            return
        if isinstance(self._begin, TrainingState):
            self.timeline.begin_at(self._begin.snapshot(self.model), self._begin.epochs)
        self._epoch_reported_at = self.timeline.epochs[-1][0] if self.timeline.epochs else 0
        self._judge_again()
        restore(self.model, self.timeline.latest(self.timeline.newest))
        self._changes_due = True
        if isinstance(self._begin, int):
            self._begin_move(self._begin)
        if self._errand is None:
            self._stand()

    def on_batch_begin(self, batch: int) -> None:
        self._position = self.model.progress.position
        self._went_on_from = -1

    def wants_backward(self, batch: int) -> bool:
        return self._errand is None or self._errand.wants_backward(self.model.progress.step)

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        if isinstance(self._errand, Search):
            if self._errand.look_at_gradients(backward, self.model.progress.step):
                self._put_trace(batch, backward)
            return
        self._backward = backward
        progress = self.model.progress
        is_last = progress.position + progress.batch_size >= progress.samples
        if self._errand is None:
            self._health.look(backward, progress.step)
        if self._errand is None and (is_last or time.perf_counter() >= self._graph_due):
            self._put_graph(batch)

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        progress = self.model.progress
        if self._errand is not None:
            self._run_errand(self._errand)
        else:
            self._report_batch(batch, logs)
            self._report_health()
            self.timeline.limit_bytes = self.control.timeline_bytes
            self.timeline.note(self.model)
            if not math.isfinite(logs["loss"]):
                self._begin_search(logs["loss"])
        if self._errand is None and progress.position < progress.samples:
            self._stand()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self._errand is not None:
            return
        progress = self.model.progress
        if progress.step > self._epoch_reported_at:
            self._epoch_reported_at = progress.step
            self.channel.put(EpochEnded(epoch, dict(logs)))
            self.timeline.epochs.append((progress.step, epoch, dict(logs)))
            self._put_weights()
            self._end_by_rule(self._judge.after_epoch(self.control.rules, epoch, logs))
            if not math.isfinite(logs.get("val_loss", 0.0)):
                self._begin_search(logs["val_loss"])
        if self._errand is None and self._went_on_from != progress.step:
            self._stand()

    def on_train_end(self) -> None:
        self._backward = None
        if self._errand is None and self._newest_settings is None:
            self.timeline.note(self.model, wanted=True)
        if self._errand is None:
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
                done=self._done,
                samples=self.samples,
                seconds=seconds,
                loss=logs["loss"],
                acc=logs.get("acc"),
                phases=(forward, backward, update),
            )
        )
        if time.perf_counter() - self._weights_put >= self.control.weights_interval_s:
            self._put_weights()
        self._end_by_rule(self._judge.after_batch(self.control.rules, seconds))

    def _report_health(self) -> None:
        record = self._health.finish(self.model.progress.step)
        if record is not None:
            self.channel.put(HealthMeasured(record))

    @property
    def _done(self) -> float:
        """How many epochs are done, this one by its share of samples."""
        progress = self.model.progress
        return float(progress.epoch + progress.position / progress.samples)

    def _end_by_rule(self, fired: RuleFired | None) -> None:
        if fired is not None and not self.model.stop_training:
            self.channel.put(RuleEnded(self._done, fired))
            self.model.stop_training = True

    def _stand(self) -> None:
        """Between two batches: pause if asked to, take what the window has sent, stop if asked to."""
        progress, control = self.model.progress, self.control
        control.count_batch(is_last_of_epoch=progress.position == progress.samples)
        while True:
            if control.pause_requested and not control.stop_requested and not self.model.stop_training:
                self._pause()
            if control.take_state_wish():
                self._put_state()
            if control.take_shown_wish():
                self._put_shown()
            moment = control.take_moment()
            if moment is not None:
                self._begin_move(moment)
            if self._errand is not None:
                return
            if moment is None and not (control.pause_requested and not control.stop_requested):
                break
            if self.model.stop_training:
                break
        self._go_on()

    def _go_on(self) -> None:
        self._end_pause()
        self._backward = None
        if self.control.stop_requested:
            self.model.stop_training = True
            return
        if self._newest_settings is not None:
            self._begin_branch(self._newest_settings)
        elif self._changes_due:
            self.timeline.change_again(self.model)
        self._changes_due = False
        self._apply_changes()
        self._went_on_from = self.model.progress.step

    def _pause(self) -> None:
        """Stand still, with the graph and the weights of this very batch on show."""
        if self._paused_since is None:
            self._put_graph(self.model.progress.batch - 1)
            self._put_weights()
            self._paused_since = time.perf_counter()
        self.channel.put(Paused())  # again after each wish: the window may have thought that the run goes on
        self.channel.wake()
        self.control.wait_while_paused()

    def _end_pause(self) -> None:
        if self._paused_since is not None:
            self._paused_s += time.perf_counter() - self._paused_since
            self._paused_since = None
            self.channel.put(Resumed())

    def _apply_changes(self) -> None:
        progress, changes = self.model.progress, self.control.take_changes()
        if changes:
            self.timeline.note(self.model, wanted=True)  # a moment is kept as it was before its changes
        for change in changes:
            change.apply(self.model)
            self.timeline.note_change(progress.step, change)
            event = SettingChanged(progress.epoch, progress.batch - 1, self._done, change.label, progress.step)
            self.channel.put(event)

    def _put_state(self) -> None:
        newest = self.timeline.latest(self.timeline.newest)
        if self._newest_settings is None and newest.step != self.model.progress.step:
            newest = take(self.model)
        epochs = tuple(self.timeline.epochs)
        self.channel.put(StateTaken(newest, epochs, self.seconds, self.samples))
        self.channel.wake()

    def _put_shown(self) -> None:
        state = StateTaken(take(self.model), tuple(self.timeline.epochs), self.seconds, self.samples, is_shown=True)
        self.channel.put(state)
        self.channel.wake()

    # -- errands ------------------------------------------------------------------------------------------------------

    def _begin_search(self, loss: float) -> None:
        """Train the last steps again and look closely: where was the first number that is not finite?"""
        if not self.control.guarded or self._has_diverged or self.model.stop_training:
            return
        self._has_diverged = True
        self.timeline.note(self.model, wanted=True)  # a stop on the way must still find the newest moment
        step = self.model.progress.step
        self._set_out(Search(step, loss, self.model), step - 2)

    def _begin_move(self, step: int) -> None:
        """Go to another moment; the batch that led there is trained again, so that its graph can be shown."""
        timeline, here = self.timeline, self.model.progress.step
        step = max(timeline.first, min(step, timeline.newest))
        self._backward = None
        if self._newest_settings is None and self._errand is None:
            self._leave_newest()
        move = Move(step, self.model)
        if self._errand is None and timeline.latest(step - 1).step <= here < step:
            self._errand = move
            timeline.change_again(self.model)
        else:
            self._set_out(move, step - 1)
        if self.model.progress.step == step:
            self._run_errand(move)  # over at once

    def _leave_newest(self) -> None:
        self.timeline.note(self.model, wanted=True)
        if self._changes_due:
            self.timeline.change_again(self.model)
        self._newest_settings = NewestSettings.of(self.model)

    def _set_out(self, errand: Errand, step: int) -> None:
        self._errand = errand
        restore(self.model, self.timeline.latest(step))
        if self.model.progress.step < errand.until:
            self.timeline.change_again(self.model)

    def _run_errand(self, errand: Errand) -> None:
        progress = self.model.progress
        if self.control.stop_requested:
            self.model.stop_training = True
        if isinstance(errand, Search):
            if errand.look_at_weights(progress.step) and errand.backward is not None:
                self._put_trace(progress.batch - 1, errand.backward)
            errand.backward = None
        elif self.control.is_moment_wanted and progress.step < errand.until:  # another one by now
            self._begin_move(self.control.take_moment() or 0)
            return
        else:
            self.timeline.keep_on_the_way(self.model, errand.until)
        if progress.step < errand.until:
            self.timeline.change_again(self.model)
            return
        self._errand = None
        errand.give_back_seconds(self.model)
        if isinstance(errand, Search):
            self._end_search(errand)
        else:
            self._end_move()

    def _end_search(self, search: Search) -> None:
        self.channel.put(Diverged(self._done, search.step, search.result, search.loss))
        self.control.pause()

    def _end_move(self) -> None:
        progress = self.model.progress
        if progress.step == self.timeline.newest:
            self._newest_settings = None
            self._changes_due = True
        has_graph = self._backward is not None
        self._put_graph(progress.batch - 1)
        self._put_weights()
        self.channel.put(MomentShown(progress.step, has_graph))
        self.channel.wake()

    def _begin_branch(self, newest: NewestSettings) -> None:
        """The run goes on from an earlier moment, with the settings of the panel."""
        timeline, step = self.timeline, self.model.progress.step
        left_at, self._newest_settings = timeline.newest, None
        timeline.branch(self.model)
        change = newest.change
        change.apply(self.model)
        timeline.note_change(step, change)
        self._epoch_reported_at = timeline.epochs[-1][0] if timeline.epochs else 0
        self._has_diverged = False
        self._judge_again()
        self.channel.put(WentBack(step, left_at - step))
        self._put_weights()

    def _judge_again(self) -> None:
        self._judge = RuleJudge()
        for _, epoch, logs in self.timeline.epochs:
            self._judge.after_epoch(self.control.rules, epoch, logs)

    # -- what is put --------------------------------------------------------------------------------------------------

    def _put_graph(self, batch: int) -> None:
        if self._backward is not None:
            self._put_trace(batch, self._backward)
            self._backward = None
            self._graph_due = time.perf_counter() + GRAPH_INTERVAL_S

    def _put_trace(self, batch: int, backward: BackwardPass) -> None:
        self.channel.put(GraphRecorded(self.model.progress.epoch, batch, backward.summary()))

    def _put_weights(self) -> None:
        self.channel.put(WeightsPublished(weights_of(self.model)))
        self._weights_put = time.perf_counter()
