"""Runs one experiment in a thread of its own. It knows the library and the channel, and nothing of the window."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from beras import Sequential
from beras.datasets import Dataset
from beras.datasets.source import LoadingCancelled
from gui.domain.build import build_model, order_generator, targets_of, validation_of, weights_of
from gui.domain.spec import ExperimentSpec
from gui.domain.training_state import TrainingState
from gui.training.callback import ChannelCallback
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.data_store import DataStore
from gui.training.events import RunEnded, RunFailed, RunStarted
from gui.training.timeline import Timeline

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """What a run leaves when it ends: enough to go on from any of its moments."""

    model: Sequential
    timeline: Timeline
    samples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Return:
    """A run that has ended is opened again at the moment after ``step`` batches."""

    past: Past
    step: int


Begin = TrainingState | Return | None


class TrainingWorker(QObject):
    """Builds the network, trains it, and reports the end in every case; ``finished`` comes last.

    A run that begins with a state from a file, or with a moment of its own past, stands still there and waits.
    """

    finished = Signal()

    def __init__(
        self,
        spec: ExperimentSpec,
        store: DataStore,
        channel: Channel,
        control: RunControl,
        begin: Begin = None,
    ) -> None:
        super().__init__()
        self._spec = spec
        self._store = store
        self._channel = channel
        self._control = control
        self._model: Sequential | None = None
        if isinstance(begin, Return):
            self._model = begin.past.model
            self._callback = ChannelCallback(channel, control, begin.past.timeline, begin.step)
            self._callback.samples, self._callback.seconds_before = begin.past.samples, begin.past.seconds
        else:
            self._callback = ChannelCallback(channel, control, begin=begin)
            if begin is not None:
                self._callback.samples, self._callback.seconds_before = begin.samples, begin.seconds

    @property
    def past(self) -> Past | None:
        """What it leaves; None if it has not begun to train."""
        timeline = self._callback.timeline
        if self._model is None or not len(timeline):
            return None
        return Past(self._model, timeline, self._callback.samples, self._callback.seconds)

    @Slot()
    def run(self) -> None:
        """Train to the end, or until the control says stop."""
        outcome = "failed"
        try:
            outcome = self._train()
        except LoadingCancelled:
            outcome = "stopped"
        except Exception as error:
            log.exception("The run failed.")
            self._channel.put(RunFailed(_sentence(error), traceback.format_exc()))
        finally:
            self._channel.put(RunEnded(outcome, self._callback.seconds, self._callback.samples))
            self.finished.emit()

    def _train(self) -> str:
        spec = self._spec
        data = self._store.load(spec.data, lambda: self._control.stop_requested)
        model = self._model = build_model(spec, data) if self._model is None else self._model
        self._announce(data, model)
        # a run that diverges is shown in the window, not warned of on the console
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            model.fit(
                data.train_inputs,
                targets_of(data, data.train_targets),
                spec.epochs,
                min(spec.batch_size, len(data.train_inputs)),
                validation_data=validation_of(data),
                shuffle=True,
                callbacks=[self._callback],
                rng=order_generator(spec.seed),
                verbose=0,
            )
        return "stopped" if self._control.stop_requested else "completed"

    def _announce(self, data: Dataset, model: Sequential) -> None:
        self._channel.put(
            RunStarted(
                data_title=data.title,
                train_samples=len(data.train_inputs),
                validation_samples=len(data.validation_inputs),
                input_size=data.input_size,
                epochs=self._spec.epochs,
                weights=weights_of(model),
            )
        )
        self._channel.wake()


def _sentence(error: Exception) -> str:
    """An error for people: its own words, or what kind it is when it has none."""
    if isinstance(error, MemoryError):
        return "There is not enough memory for this network and data. Make the layers or the data smaller."
    return str(error) or type(error).__name__
