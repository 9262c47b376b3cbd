"""The experiment being edited: the spec, what is wrong with it, and every edit a user can make as one method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from weakref import ref

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from beras.registry import ACTIVATIONS, LOSSES, OPTIMIZERS
from gui.domain.check import DataShape, LayerShape, Problem, check, data_shape, layer_shapes, layer_titles, with_data
from gui.domain.first_weights import FirstWeights, read_weights
from gui.domain.spec import Choice, ExperimentSpec, LayerSpec, Precision, dense

NEW_LAYER_UNITS = 32


UNDO_LIMIT = 500


class _Edit(QUndoCommand):
    """One edit: the whole spec before and after. Edits of one drag, told by its number, are one."""

    def __init__(self, state: ExperimentState, after: ExperimentSpec, text: str, drag: int) -> None:
        super().__init__(text)
        # A strong reference would close a ring through the stack, which the collector cannot see through: it crashes.
        self._state = ref(state)
        self.before, self.after, self._drag = state.spec, after, drag

    def redo(self) -> None:
        self._show(self.after)

    def undo(self) -> None:
        self._show(self.before)

    def _show(self, spec: ExperimentSpec) -> None:
        state = self._state()
        if state is not None:
            state._show(spec)

    def id(self) -> int:
        return self._drag

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit):
            return False
        self.after = other.after
        return True


class ExperimentState(QObject):
    """Holds one immutable spec; an edit replaces it, judges it anew and emits ``changed``. Every edit can be undone."""

    changed = Signal()

    def __init__(self, spec: ExperimentSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.problems: tuple[Problem, ...] = check(spec)
        self.shape: DataShape = data_shape(spec)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self._drag = -1  # no drag is going on
        self._drags = 0

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

    @property
    def has_wrong_data(self) -> bool:
        """Whether the settings of the data set make no data set; ``shape`` is then the one before."""
        return any(problem.place.startswith("data.") for problem in self.problems)

    # -- edits --------------------------------------------------------------------------------------------------------

    def replace(self, spec: ExperimentSpec, text: str) -> None:
        """Take another spec as one edit; ``text`` says what it does, after "Undo"."""
        if spec != self.spec:
            self.undo_stack.push(_Edit(self, spec, text, self._drag))

    def mend(self, problem: Problem) -> None:
        """Make the change that a problem offers, as one edit."""
        if problem.fix is not None:
            self.replace(problem.fix.spec, problem.fix.label.lower())

    def open(self, spec: ExperimentSpec) -> None:
        """Take another experiment, which is no edit: there is nothing to undo, and nothing that is not saved."""
        self._drag = -1
        self.undo_stack.clear()
        self._show(spec)

    def begin_drag(self) -> None:
        """The edits from here to ``end_drag`` come from one drag of a slider and are undone as one."""
        self._drags += 1
        self._drag = self._drags

    def end_drag(self) -> None:
        self._drag = -1

    def _show(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self.problems = check(spec)
        if not self.has_wrong_data:
            self.shape = data_shape(spec)
        self.changed.emit()

    def _edit(self, text: str, **changes: Any) -> None:
        self.replace(replace(self.spec, **changes), text)

    def set_data(self, name: str) -> None:
        """Choose a data set; a last layer that fitted the old one is made to fit the new one."""
        if name != self.spec.data.name:
            self.replace(with_data(self.spec, name), "change of data")

    def set_data_setting(self, name: str, value: Any) -> None:
        self._edit(f"change of {spaced(name)}", data=self.spec.data.with_setting(name, value))

    def set_points(self, data: Choice, text: str) -> None:
        """Take the data with their points edited by hand; ``text`` says how, as in "new point"."""
        self._edit(text, data=data)

    def add_layer(self) -> None:
        """Put a new layer before the last one, which gives the output."""
        layers = list(self.spec.layers)
        if not layers:
            layers = [dense(self.shape.outputs, "softmax" if self.shape.class_names else None)]
        else:
            layers.insert(len(layers) - 1, dense(NEW_LAYER_UNITS))
        self._edit("new layer", layers=tuple(layers))

    def duplicate_layer(self, index: int) -> None:
        """Put a copy of a layer behind it."""
        layers = list(self.spec.layers)
        layers.insert(index + 1, layers[index])
        self._edit("copy of a layer", layers=tuple(layers))

    def remove_layer(self, index: int) -> None:
        self._edit("removal of a layer", layers=self.spec.layers[:index] + self.spec.layers[index + 1 :])

    def move_layer(self, index: int, to: int) -> None:
        """Move the layer at ``index`` so that it comes to stand at ``to``."""
        layers = list(self.spec.layers)
        to = max(0, min(to, len(layers) - 1))
        layers.insert(to, layers.pop(index))
        self._edit("move of a layer", layers=tuple(layers))

    def set_layer_setting(self, index: int, name: str, value: Any) -> None:
        self._edit_layer(index, name, lambda layer: replace(layer, layer=layer.layer.with_setting(name, value)))

    def set_activation(self, index: int, name: str | None) -> None:
        chosen = None if name is None else Choice.default(ACTIVATIONS, name)
        self._edit_layer(index, "activation", lambda layer: replace(layer, activation=chosen))

    def set_activation_setting(self, index: int, name: str, value: Any) -> None:
        def change(layer: LayerSpec) -> LayerSpec:
            if layer.activation is None:
                return layer
            return replace(layer, activation=layer.activation.with_setting(name, value))

        self._edit_layer(index, name, change)

    def _edit_layer(self, index: int, what: str, change: Callable[[LayerSpec], LayerSpec]) -> None:
        layers = list(self.spec.layers)
        layers[index] = change(layers[index])
        self._edit(f"change of {spaced(what)}", layers=tuple(layers))

    def set_optimizer(self, name: str) -> None:
        if name != self.spec.optimizer.name:
            self._edit("change of optimiser", optimizer=Choice.default(OPTIMIZERS, name))

    def set_optimizer_setting(self, name: str, value: Any) -> None:
        self._edit(f"change of {spaced(name)}", optimizer=self.spec.optimizer.with_setting(name, value))

    def reset_optimizer(self) -> None:
        """All settings of the chosen optimiser back to their defaults."""
        self._edit("reset of the optimiser", optimizer=Choice.default(OPTIMIZERS, self.spec.optimizer.name))

    def set_loss(self, name: str) -> None:
        if name != self.spec.loss.name:
            self._edit("change of loss", loss=Choice.default(LOSSES, name))

    def set_batch_size(self, value: int) -> None:
        self._edit("change of batch size", batch_size=value)

    def set_stop_rule(self, name: str, value: float | None) -> None:
        """Set a stop rule, or switch it off with None."""
        changed: Any = {name: value}
        self._edit("change of a stop rule", stop=replace(self.spec.stop, **changed))

    def set_epochs(self, value: int) -> None:
        self._edit("change of epochs", epochs=value)

    def set_seed(self, value: int) -> None:
        """Another seed draws other first weights: those that were set by hand give way."""
        if value != self.spec.seed:
            self._edit("change of seed", seed=value, weights=None)

    def set_precision(self, value: Precision) -> None:
        self._edit("change of precision", precision=value)

    def set_first_weights(self, weights: FirstWeights | None, text: str = "change of the first weights") -> None:
        """Begin with weights that were set by hand, or (None) with those that are drawn."""
        self._edit(text, weights=read_weights(weights))


def spaced(name: str) -> str:
    """A setting's name in words."""
    return name.replace("output_size", "units").replace("_", " ")
