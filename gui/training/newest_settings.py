"""The settings that were in force at the newest moment of a run, to be put in force again at an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from beras.model import Model
from beras.optimizer import Optimizer
from beras.snapshot import Settings, put_settings, settings_of
from gui.domain.steering import Change


@dataclass(frozen=True, slots=True)
class NewestSettings:
    """Settings, optimiser and data. They are what the panel shows, so a run goes on with them from any moment."""

    settings: Settings
    optimizer: Optimizer
    data: tuple[Any, Any, Any]

    @classmethod
    def of(cls, model: Model) -> NewestSettings:
        """As they are now; the model must be training."""
        progress = model.progress
        if progress is None:
            raise RuntimeError("Only a model that is being trained has settings of fit().")
        data = (progress.inputs, progress.targets, progress.validation_data)
        return cls(settings_of(model), model.optimizer, data)

    @property
    def change(self) -> Change:
        return Change("settings of the panel", self._apply)

    def _apply(self, model: Any) -> None:
        if type(model.optimizer) is not type(self.optimizer):  # it came in after this step, so it knows nothing yet
            model.optimizer = type(self.optimizer)(self.optimizer.learning_rate)
        put_settings(model, self.settings)
        if model.progress.inputs is not self.data[0] or model.progress.targets is not self.data[1]:
            model.change_data(*self.data)
