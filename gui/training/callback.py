"""The listener that turns the hooks of ``Model.fit`` into events, and lets the window pause and stop the run."""

from __future__ import annotations

import time

from beras.callbacks import Callback, Logs
from beras.trace import BackwardPass
from gui.domain.build import weights_of
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.events import (
    BatchEnded,
    EpochEnded,
    GraphRecorded,
    Paused,
    Resumed,
    SettingChanged,
    WeightsPublished,
)

GRAPH_INTERVAL_S = 0.22
WEIGHTS_INTERVAL_S = 0.5


class ChannelCallback(Callback):
    """Puts what happens into the channel; after every batch it looks at the control."""

    def __init__(self, channel: Channel, control: RunControl) -> None:
        self.channel = channel
        self.control = control
        self.samples = 0
        self._paused_s = 0.0
        self._started = time.perf_counter()
        self._graph_due = self._weights_due = 0.0
        self._backward: BackwardPass | None = None

    @property
    def seconds(self) -> float:
        """Time trained so far, pauses left out."""
        return time.perf_counter() - self._started - self._paused_s

    def on_train_begin(self) -> None:
        self._started = time.perf_counter()

    def on_backward_end(self, batch: int, backward: BackwardPass) -> None:
        self._backward = backward
        progress = self.model.progress
        is_last = progress.position + progress.batch_size >= progress.samples
        if is_last or time.perf_counter() >= self._graph_due:
            self._put_graph(batch)

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        progress = self.model.progress
        self.samples += progress.position - (self._position if batch else 0)
        self._position = progress.position
        self.channel.put(
            BatchEnded(
                epoch=progress.epoch,
                epochs=progress.epochs,
                batch=batch,
                batches=progress.batches,
                samples=self.samples,
                seconds=self.seconds,
                loss=logs["loss"],
                acc=logs.get("acc"),
            )
        )
        if self.control.is_watched and time.perf_counter() >= self._weights_due:
            self._put_weights()
        self.control.count_batch(is_last_of_epoch=progress.position == progress.samples)
        if self.control.pause_requested and not self.control.stop_requested:
            self._pause(batch)
        self._backward = None
        self._apply_changes(batch)
        if self.control.stop_requested:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        self.channel.put(EpochEnded(epoch, dict(logs)))
        self._put_weights()

    def on_train_end(self) -> None:
        self._backward = None
        self._put_weights()

    _position: int = 0

    def _pause(self, batch: int) -> None:
        """Stand still, with the graph and the weights of this very batch on show."""
        if self._backward is not None:
            self._put_graph(batch)
        self._put_weights()
        self.channel.put(Paused())
        since = time.perf_counter()
        self.control.wait_while_paused()
        self._paused_s += time.perf_counter() - since
        self.channel.put(Resumed())

    def _apply_changes(self, batch: int) -> None:
        progress = self.model.progress
        for change in self.control.take_changes():
            change.apply(self.model)
            self.channel.put(SettingChanged(progress.epoch, batch, progress.batches, change.label))

    def _put_graph(self, batch: int) -> None:
        if self._backward is None:
            return
        self.channel.put(GraphRecorded(self.model.progress.epoch, batch, self._backward.summary()))
        self._backward = None
        self._graph_due = time.perf_counter() + GRAPH_INTERVAL_S

    def _put_weights(self) -> None:
        self.channel.put(WeightsPublished(weights_of(self.model)))
        self._weights_due = time.perf_counter() + WEIGHTS_INTERVAL_S
