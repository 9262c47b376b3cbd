"""An experiment as a Python script of plain BERAS calls, to read and to hand out: it trains to the same losses.

Everything that a run of the studio draws at random, in the same order, is written out. The script knows beras, NumPy
and the standard library; of the studio it knows nothing.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import beras
import beras.datasets
from beras.registry import ACTIVATIONS, DATASETS, LAYERS, LOSSES, OPTIMIZERS, ComponentSpec
from gui.domain.check import OWN_POINTS, data_shape
from gui.domain.kept_run import CHANGE_ARROW
from gui.domain.script_text import COLUMNS_OF_TEXT, array_rows, call, literal, number, point_rows
from gui.domain.spec import Choice, ExperimentSpec
from gui.domain.steering import POINTS_EDITED

SUFFIX = ".py"
WENT_BACK = "back "
MOST_CHANGES = 30
LONGEST_NAME = 60
NEEDS_FILES = "data_dir"

Mark = tuple[float, str]


def script_name(title: str) -> str:
    """A file name in small letters, as modules have it: digits_first_network.py."""
    words = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    return f"{words[:LONGEST_NAME].strip('_') or 'experiment'}{SUFFIX}"


def script_of(spec: ExperimentSpec, marks: Sequence[Mark] = (), trained: ExperimentSpec | None = None) -> str:
    """The script. ``marks`` and ``trained`` are of the run on show: where its losses are others, a comment says so."""
    return _Script(spec).text(_remarks(spec, marks, trained))


class _Script:
    """Writes one part after the other, and notes what has to be imported."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self._spec = spec
        self._shape = data_shape(spec)
        self._imports: dict[str, set[str]] = {"beras": {"Callback", "Sequential"}}
        self._is_classification = bool(self._shape.class_names)
        self._target = spec.stop.target_accuracy if self._is_classification else None
        self._has_validation = self._shape.has_validation
        self._needs_files = any(param.name == NEEDS_FILES for param in DATASETS.spec(spec.data.name).params)

    def text(self, remarks: Sequence[str]) -> str:
        parts = [self._settings(remarks), self._data(), self._network(), self._listeners(), self._training()]
        return "\n".join([self._begin(), *parts])  # the beginning last, when it is known what is imported

    def _name(self, component: ComponentSpec[Any]) -> str:
        """The name of a component's class, to be imported from where the library offers it."""
        cls: Any = component.cls
        offered = (module for module in (beras, beras.datasets) if getattr(module, cls.__name__, None) is cls)
        module = next(offered, None)
        self._imports.setdefault(cls.__module__ if module is None else module.__name__, set()).add(cls.__name__)
        return str(cls.__name__)

    def _made(self, component: ComponentSpec[Any], choice: Choice, *first: str, **wired: str) -> tuple[str, list[str]]:
        """A component's class and what it is called with, every setting written out."""
        settings = component.check(choice.settings)
        written = [f"{name}={literal(value)}" for name, value in settings.items()]
        return self._name(component), [*first, *written, *(f"{name}={value}" for name, value in wired.items())]

    # -- the parts ----------------------------------------------------------------------------------------------------

    def _begin(self) -> str:
        lines = ['"""' + _docstring(self._spec.title)]
        lines += ["", "Made by BERAS Studio. The same seed gives the same losses as there, batch by batch.", ""]
        lines += ["Prints the mean losses of every epoch. With --csv FILE it also writes the loss of", "every batch."]
        lines += ['"""', "", "import argparse", "import csv", "import os", *self._standard_imports(), ""]
        lines += ["# One thread, as in the window: with more, sums may be rounded otherwise."]
        lines += ['os.environ["OPENBLAS_NUM_THREADS"] = "1"', "", "import numpy as np", ""]
        for module in sorted(self._imports):
            lines += _import(module, self._imports[module])
        return "\n".join(lines)

    def _standard_imports(self) -> list[str]:
        return [
            *(["import sys"] if self._needs_files else []),
            *(["import time"] if self._spec.stop.minutes is not None else []),
        ]

    def _settings(self, remarks: Sequence[str]) -> str:
        spec = self._spec
        lines = ["", *remarks, *([""] if remarks else [])]
        lines += [f"SEED = {number(spec.seed)}", f"EPOCHS = {number(spec.epochs)}"]
        lines += [f"BATCH_SIZE = {number(spec.batch_size)}"]
        if spec.data.name == OWN_POINTS:
            lines += point_rows(spec.data.settings)
        lines += ["", "parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])"]
        lines += ['parser.add_argument("--csv", help="file for the loss of every batch")']
        lines += ["args = parser.parse_args()"]
        return "\n".join(lines)

    def _data(self) -> str:
        component = DATASETS.spec(self._spec.data.name)
        name, arguments = self._made(component, self._spec.data)
        if self._spec.data.name == OWN_POINTS:
            arguments = ["points=POINTS" if each.startswith("points=") else each for each in arguments]
        lines = ["", f"# The data: inputs (samples, {self._shape.inputs}) in training and validation part."]
        if self._needs_files:
            self._imports.setdefault("beras.datasets", set()).update(("DataFileError", "DataNotFoundError"))
            lines += ["try:", *call("    data = ", name, arguments, ".load()")]
            lines += ["except (DataFileError, DataNotFoundError) as error:"]
            lines += ["    sys.exit(str(error))  # it says where the files are looked for"]
        else:
            lines += call("data = ", name, arguments, ".load()")
        if self._is_classification:
            lines += ["", "", "def one_hot(classes):"]
            lines += ['    """Class numbers (samples,) as rows (samples, classes) with a single 1."""']
            lines += ["    return np.eye(data.output_size, dtype=np.float32)[classes]", "", ""]
            lines += ["targets = one_hot(data.train_targets)"]
        else:
            lines += ["targets = data.train_targets"]
        return "\n".join([*lines, *self._validation()])

    def _validation(self) -> list[str]:
        if not self._has_validation:
            return ["validation = None  # no sample is kept for it"]
        targets = "one_hot(data.validation_targets)" if self._is_classification else "data.validation_targets"
        return [f"validation = (data.validation_inputs, {targets})"]

    def _network(self) -> str:
        lines = ["", "# The network. One generator draws its first weights, layer by layer; a dropout layer"]
        lines += ["# goes on drawing from it. Another one draws the order of the samples in each epoch."]
        lines += ["weight_rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(0,)))"]
        lines += ["order_rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(1,)))"]
        lines += ["model = Sequential(", *(f"    {line}" for line in self._layers()), ")"]
        lines += self._precision() + self._weights_by_hand()
        optimizer = OPTIMIZERS.spec(self._spec.optimizer.name)
        loss = LOSSES.spec(self._spec.loss.name)
        lines += call("optimizer = ", *self._made(optimizer, self._spec.optimizer))
        lines += call("loss = ", *self._made(loss, self._spec.loss))
        if self._is_classification:
            self._imports["beras"].add("CategoricalAccuracy")
        accuracy = ", CategoricalAccuracy()" if self._is_classification else ""
        return "\n".join([*lines, f"model.compile(optimizer, loss{accuracy})", "print(model.summary())"])

    def _precision(self) -> list[str]:
        if self._spec.precision != "float64":
            return []
        self._imports["beras"].add("in_float64")
        return ["model = in_float64(model)  # the weights keep their values, all sums have 16 digits"]

    def _weights_by_hand(self) -> list[str]:
        weights = self._spec.weights
        if weights is None:
            return []
        return [
            "",
            "# The first weights, set by hand in place of the drawn ones: for every layer W, then b.",
            *array_rows("FIRST_WEIGHTS = ", weights),
            "for weight, values in zip(model.weights, FIRST_WEIGHTS, strict=True):",
            "    weight.assign(values)",
            "",
        ]

    def _layers(self) -> Iterable[str]:
        size = self._shape.inputs
        for row in self._spec.layers:
            takes = {param.name for param in row.kind.params if param.wired is not None}
            first = [str(size)] if "input_size" in takes else []
            wired = {"rng": "weight_rng"} if "rng" in takes else {}
            size = row.layer.settings.get("output_size", size)
            name, arguments = self._made(LAYERS.spec(row.layer.name), row.layer, *first, **wired)
            if first and arguments[1].startswith("output_size="):
                arguments[1] = arguments[1].removeprefix("output_size=")
            yield from call("", name, arguments, ",", indent=4)
            if row.activation is not None:
                activation = ACTIVATIONS.spec(row.activation.name)
                yield from call("", *self._made(activation, row.activation), ",", indent=4)

    def _listeners(self) -> str:
        stop = self._spec.stop
        lines = ["", "", "class BatchLosses(Callback):"]
        lines += ['    """Keeps the loss of every batch, as measured before the weights are updated."""', ""]
        lines += ["    def on_train_begin(self):", "        self.losses = []", ""]
        lines += ["    def on_batch_end(self, batch, logs):", '        self.losses.append(logs["loss"])']
        if self._target is not None:
            lines += ["", "", "class TargetAccuracy(Callback):"]
            lines += [f'    """Ends the training at an accuracy of {100 * self._target:g} %."""', ""]
            lines += ["    def on_epoch_end(self, epoch, logs):"]
            lines += [f'        if logs["{self._measure("acc")}"] >= {literal(self._target)}:']
            lines += ["            self.model.stop_training = True"]
        if stop.minutes is not None:
            lines += ["", "", "class TimeLimit(Callback):"]
            lines += [f'    """Ends the training after {stop.minutes:g} min; where, depends on the computer."""', ""]
            lines += ["    def on_train_begin(self):", "        self.begun = time.perf_counter()", ""]
            lines += ["    def on_batch_end(self, batch, logs):"]
            lines += [f"        if time.perf_counter() - self.begun >= 60 * {literal(stop.minutes)}:"]
            lines += ["            self.model.stop_training = True"]
        return "\n".join([*lines, ""])

    def _measure(self, name: str) -> str:
        return f"val_{name}" if self._has_validation else name

    def _training(self) -> str:
        stop, listeners = self._spec.stop, ["batch_losses"]
        if self._target is not None:
            listeners.append("TargetAccuracy()")
        if stop.patience is not None:
            self._imports["beras"].add("EarlyStopping")
            arguments = [f'"{self._measure("loss")}"', f"patience={stop.patience}", "restore_best_weights=False"]
            listeners.append(f"EarlyStopping({', '.join(arguments)})")
        if stop.minutes is not None:
            listeners.append("TimeLimit()")
        lines = ["", "batch_losses = BatchLosses()", *call("callbacks = ", "", listeners, brackets="[]")]
        lines += ["model.fit("]
        lines += ["    data.train_inputs,", "    targets,", "    epochs=EPOCHS,", "    batch_size=BATCH_SIZE,"]
        lines += [
            "    validation_data=validation,",
            "    shuffle=True,",
            "    rng=order_rng,",
            "    callbacks=callbacks,",
        ]
        lines += [")", "", "if args.csv:"]
        lines += ['    with open(args.csv, "w", newline="", encoding="utf-8") as file:']
        lines += ["        writer = csv.writer(file)", '        writer.writerow(["batch", "loss"])']
        return "\n".join([*lines, "        writer.writerows(enumerate(batch_losses.losses, start=1))", ""])


def _docstring(title: str) -> str:
    """A title as the first line of a docstring: nothing in it can end the docstring, or is taken for an escape."""
    safe = title.replace("\\", "/").replace('"', "'")
    return f"Trains “{textwrap.shorten(safe, COLUMNS_OF_TEXT - 13, placeholder='…')}”."


def _import(module: str, names: set[str]) -> list[str]:
    one_line = f"from {module} import {', '.join(_sorted(names))}"
    if len(one_line) <= COLUMNS_OF_TEXT:
        return [one_line]
    return [f"from {module} import (", *(f"    {name}," for name in _sorted(names)), ")"]


def _sorted(names: set[str]) -> list[str]:
    """In the order that import sorters have: constants, classes, functions."""
    return sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def _remarks(spec: ExperimentSpec, marks: Sequence[Mark], trained: ExperimentSpec | None) -> list[str]:
    """Comments that say where the curves on show are of other settings than the script's."""
    changes = [(x, label) for x, label in marks if _is_change(label)]
    if changes:
        listed = [_shown(f"  epoch {x:.2f}: {label}") for x, label in changes[:MOST_CHANGES]]
        more = len(changes) - len(listed)
        return [
            "# While the run in the window went on, settings were changed:",
            *listed,
            *([f"#   and {more:,} more times"] if more else []),
            "# The script has the settings as they were last, from its first batch on, so that",
            "# its losses differ from that run's.",
        ]
    if trained is not None and _without_title(trained) != _without_title(spec):
        return [
            "# The settings were edited after the last run in the window: the losses are those",
            "# of the next one.",
        ]
    return []


def _is_change(label: str) -> bool:
    return CHANGE_ARROW in label or label == POINTS_EDITED or label.startswith(WENT_BACK)


def _shown(text: str) -> str:
    """A comment from words that may come from a file: on one line, and no longer than a line."""
    letters = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"# {letters}"[:COLUMNS_OF_TEXT].rstrip()


def _without_title(spec: ExperimentSpec) -> dict[str, Any]:
    return spec.to_dict() | {"title": ""}
