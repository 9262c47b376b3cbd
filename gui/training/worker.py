"""Runs one experiment in a thread of its own. It knows the library and the channel, and nothing of the window."""

from __future__ import annotations

import logging
import traceback

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from beras import Sequential
from beras.datasets import Dataset
from beras.datasets.source import LoadingCancelled
from gui.domain.build import build_model, order_generator, targets_of, validation_of, weights_of
from gui.domain.spec import ExperimentSpec
from gui.training.callback import ChannelCallback
from gui.training.channel import Channel
from gui.training.control import RunControl
from gui.training.data_store import DataStore
from gui.training.events import RunEnded, RunFailed, RunStarted

log = logging.getLogger(__name__)


class TrainingWorker(QObject):
    """Builds the network, trains it, and reports the end in every case; ``finished`` comes last."""

    finished = Signal()

    def __init__(self, spec: ExperimentSpec, store: DataStore, channel: Channel, control: RunControl) -> None:
        super().__init__()
        self._spec = spec
        self._store = store
        self._channel = channel
        self._control = control
        self._callback = ChannelCallback(channel, control)

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
        model = build_model(spec, data)
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
