"""The experiment being edited: the spec, what is wrong with it, and every edit a user can make as one method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from beras.registry import ACTIVATIONS, LOSSES, OPTIMIZERS
from gui.domain.check import DataShape, LayerShape, Problem, check, data_shape, layer_shapes, layer_titles, with_data
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, dense

NEW_LAYER_UNITS = 32


class ExperimentState(QObject):
    """Holds one immutable spec; an edit replaces it, judges it anew and emits ``changed``."""

    changed = Signal()

    def __init__(self, spec: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.problems: tuple[Problem, ...] = check(spec)
        self.shape: DataShape = data_shape(spec)

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def layer_titles(self) -> tuple[str, ...]:
        return layer_titles(self.spec.layers)

    @property
    def layer_shapes(self) -> tuple[LayerShape, ...]:
        return layer_shapes(self.spec.layers, self.shape.inputs)

    @property
    def parameter_count(self) -> int:
        return sum(shape.parameters for shape in self.layer_shapes)

    def problem_at(self, place: str) -> Problem | None:
        return next((problem for problem in self.problems if problem.place == place), None)

    # -- edits --------------------------------------------------------------------------------------------------------

    def replace(self, spec: ExperimentSpec) -> None:
        """Take another spec as a whole: a preset, a fix."""
        if spec == self.spec:
            return
        self.spec = spec
        self.problems = check(spec)
        if not any(problem.place.startswith("data.") for problem in self.problems):
            self.shape = data_shape(spec)
        self.changed.emit()

    def _edit(self, **changes: Any) -> None:
        self.replace(replace(self.spec, **changes))

    def set_data(self, name: str) -> None:
        """Choose a data set; a last layer that fitted the old one is made to fit the new one."""
        if name != self.spec.data.name:
            self.replace(with_data(self.spec, name))

    def set_data_setting(self, name: str, value: Any) -> None:
        self._edit(data=self.spec.data.with_setting(name, value))

    def add_layer(self) -> None:
        """Put a new layer before the last one, which gives the output."""
        layers = list(self.spec.layers)
        if not layers:
            layers = [dense(self.shape.outputs, "softmax" if self.shape.class_names else None)]
        else:
            layers.insert(len(layers) - 1, dense(NEW_LAYER_UNITS))
        self._edit(layers=tuple(layers))

    def remove_layer(self, index: int) -> None:
        self._edit(layers=self.spec.layers[:index] + self.spec.layers[index + 1 :])

    def move_layer(self, index: int, to: int) -> None:
        """Move the layer at ``index`` so that it comes to stand at ``to``."""
        layers = list(self.spec.layers)
        to = max(0, min(to, len(layers) - 1))
        layers.insert(to, layers.pop(index))
        self._edit(layers=tuple(layers))

    def set_layer_setting(self, index: int, name: str, value: Any) -> None:
        self._edit_layer(index, lambda layer: replace(layer, layer=layer.layer.with_setting(name, value)))

    def set_activation(self, index: int, name: str | None) -> None:
        chosen = None if name is None else Choice.default(ACTIVATIONS, name)
        self._edit_layer(index, lambda layer: replace(layer, activation=chosen))

    def set_activation_setting(self, index: int, name: str, value: Any) -> None:
        def change(layer: LayerSpec) -> LayerSpec:
            if layer.activation is None:
                return layer
            return replace(layer, activation=layer.activation.with_setting(name, value))

        self._edit_layer(index, change)

    def _edit_layer(self, index: int, change: Callable[[LayerSpec], LayerSpec]) -> None:
        layers = list(self.spec.layers)
        layers[index] = change(layers[index])
        self._edit(layers=tuple(layers))

    def set_optimizer(self, name: str) -> None:
        if name != self.spec.optimizer.name:
            self._edit(optimizer=Choice.default(OPTIMIZERS, name))

    def set_optimizer_setting(self, name: str, value: Any) -> None:
        self._edit(optimizer=self.spec.optimizer.with_setting(name, value))

    def reset_optimizer(self) -> None:
        """All settings of the chosen optimiser back to their defaults."""
        self._edit(optimizer=Choice.default(OPTIMIZERS, self.spec.optimizer.name))

    def set_loss(self, name: str) -> None:
        if name != self.spec.loss.name:
            self._edit(loss=Choice.default(LOSSES, name))

    def set_batch_size(self, value: int) -> None:
        self._edit(batch_size=value)

    def set_epochs(self, value: int) -> None:
        self._edit(epochs=value)

    def set_seed(self, value: int) -> None:
        self._edit(seed=value)
