"""The state of a run between two batches, as parts of a file: what follows is bit for bit what would have followed.

Arrays (weights, the optimiser's memory, the order of this epoch's samples) are safetensors; the rest is plain JSON in
which every float is written in hexadecimal, so that nothing is rounded and NaN survives.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beras.io import pack_arrays, unpack_arrays
from beras.model import Model
from beras.registry import OPTIMIZERS
from beras.snapshot import Snapshot, settings_of
from gui.domain.check import layer_shapes
from gui.domain.spec import MAX_EPOCHS, Choice, ExperimentSpec

ABOUT, ARRAYS = "state.json", "state.safetensors"
STATE_PARTS = {ABOUT: 1 << 26, ARRAYS: 1 << 31}
"""Each part and the most bytes it may have."""

COUNTS = ("epoch", "batch", "position", "seen", "optimizer_step", "optimizer_parameters")
WEIGHT, ORDER = "weight", "order"
MOST_STEPS = 2**53
LONGEST_RUN_S = 1e9
EpochLogs = tuple[int, int, Mapping[str, float]]


class StateError(ValueError):
    """A state that is damaged or belongs to another network; the message says what was expected and received."""


@dataclass(frozen=True, slots=True)
class TrainingState:
    """``step`` batches were done with the experiment ``spec``, in ``seconds``; ``epochs`` are (step, epoch, logs)."""

    spec: ExperimentSpec
    step: int
    seconds: float
    samples: int
    epochs: tuple[EpochLogs, ...]
    counts: Mapping[str, int] = field(repr=False)
    sums: Mapping[str, float] = field(repr=False)
    generators: tuple[Mapping[str, Any] | None, ...] = field(repr=False)
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)

    @classmethod
    def of(
        cls, spec: ExperimentSpec, snapshot: Snapshot, seconds: float, samples: int, epochs: Sequence[EpochLogs]
    ) -> TrainingState:
        """What ``snapshot`` holds, with the optimiser that it was trained with."""
        progress, optimizer = snapshot.progress, snapshot.optimizer
        name = OPTIMIZERS.name_of(optimizer) or spec.optimizer.name
        known = {param.name for param in OPTIMIZERS.spec(name).settings}
        settings = {key: value for key, value in snapshot.settings.optimizer.items() if key in known}
        arrays: dict[str, NDArray[Any]] = {f"{WEIGHT}.{i}": array for i, array in enumerate(snapshot.weights)}
        for slot, kept in snapshot.optimizer_state.items():
            arrays |= {f"{slot}.{i}": array for i, array in enumerate(kept)}
        if progress.order is not None:
            arrays[ORDER] = np.asarray(progress.order, np.float64)
        counts = {
            "epoch": progress.epoch,
            "batch": progress.batch,
            "position": progress.position,
            "seen": progress.seen,
            "optimizer_step": snapshot.optimizer_step,
            "optimizer_parameters": len(snapshot.optimizer_parameters),
        }
        return cls(
            replace(spec, optimizer=Choice(name, settings)),
            snapshot.step,
            seconds,
            samples,
            tuple(epochs),
            counts,
            dict(progress.sums),
            snapshot.generators,
            arrays,
        )

    # -- files --------------------------------------------------------------------------------------------------------

    def to_parts(self) -> dict[str, bytes]:
        """The parts of a file."""
        about = {
            "spec": self.spec.to_dict(),
            "step": self.step,
            "seconds": self.seconds.hex(),
            "samples": self.samples,
            "epochs": [[step, epoch, _hex(logs)] for step, epoch, logs in self.epochs],
            "counts": dict(self.counts),
            "sums": _hex(self.sums),
            "generators": list(self.generators),
        }
        return {ABOUT: json.dumps(about, allow_nan=False).encode(), ARRAYS: pack_arrays(self.arrays)}

    @classmethod
    def from_parts(cls, parts: Mapping[str, bytes]) -> TrainingState:
        """Read what ``to_parts`` wrote; ``StateError``, whatever is wrong with it."""
        try:
            about = json.loads(parts[ABOUT])
            return cls(
                spec=ExperimentSpec.from_dict(about["spec"]),
                step=_count("step", about["step"], MOST_STEPS),
                seconds=_seconds(about["seconds"]),
                samples=_count("samples", about["samples"], MOST_STEPS),
                epochs=tuple(_epoch(entry) for entry in about["epochs"]),
                counts={name: _count(name, about["counts"][name], MOST_STEPS) for name in COUNTS},
                sums=_from_hex(about["sums"]),
                generators=tuple(_generator(state) for state in about["generators"]),
                arrays=unpack_arrays(parts[ARRAYS])[0],
            )
        except StateError:
            raise
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
            raise StateError(f"The state of its training is damaged ({str(error)[:200]}). Save it again.") from error

    def check_sizes(self, inputs: int) -> None:
        """Raises ``StateError`` if the weights are not those of the network, before anybody makes room for it."""
        expected = sum(shape.parameters for shape in layer_shapes(self.spec.layers, inputs))
        received = sum(array.size for name, array in self.arrays.items() if name.startswith(f"{WEIGHT}."))
        if received != expected:
            raise StateError(f"Expected {expected:,} weights for its network. Received {received:,}. Save it again.")

    # -- going on -----------------------------------------------------------------------------------------------------

    def snapshot(self, model: Model) -> Snapshot:
        """The moment to put ``model`` to, which was built from ``spec`` and is being trained by ``fit``.

        Raises ``StateError`` if weights, optimiser or data are not those of the state.
        """
        progress = model.progress
        if progress is None:
            raise RuntimeError("A state is put into a model that is being trained. Call this from a callback.")
        counts, weights = self.counts, model.weights
        trained = [weight for weight in weights if weight.requires_grad]  # an optimiser knows no others
        known = trained[: counts["optimizer_parameters"]]
        optimizer = OPTIMIZERS.create(self.spec.optimizer.name, self.spec.optimizer.settings, parameters=known)
        state = {
            slot: tuple(self._array(f"{slot}.{i}", weight.shape, weight.dtype) for i, weight in enumerate(known))
            for slot in optimizer.slots
        }
        samples = len(progress.inputs)
        if not 0 <= counts["position"] <= samples or not 0 <= counts["epoch"] <= MAX_EPOCHS:
            raise StateError(
                f"Expected a run on {samples:,} samples, as the data set has. Received one that is at sample "
                f"{counts['position']:,}. The data have changed since it was saved."
            )
        rngs = [progress.rng, *(getattr(layer, "rng", None) for layer in model.layers)]
        if [rng is None for rng in rngs] != [state is None for state in self.generators]:
            raise StateError("Expected one random state for each layer that needs one. Received others.")
        return Snapshot(
            step=self.step,
            settings=settings_of(model),
            weights=tuple(self._array(f"{WEIGHT}.{i}", weight.shape, weight.dtype) for i, weight in enumerate(weights)),
            optimizer=optimizer,
            optimizer_step=counts["optimizer_step"],
            optimizer_parameters=tuple(known),
            optimizer_state=state,
            generators=self.generators,
            progress=replace(
                progress,
                epoch=counts["epoch"],
                batch=counts["batch"],
                position=counts["position"],
                seen=counts["seen"],
                step=self.step,
                order=self._order(samples),
                sums=dict(self.sums),
            ),
        )

    def _array(self, name: str, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        array = self.arrays.get(name)
        if array is None or array.shape != (shape or (1,)) or array.dtype != dtype:
            received = "none" if array is None else f"{array.shape} of {array.dtype}"
            raise StateError(f"Expected {name} of shape {shape} of {dtype} for this network. Received {received}.")
        return array

    def _order(self, samples: int) -> NDArray[np.int64] | None:
        """The order of the samples in the epoch that has begun: each of them once."""
        stored = self.arrays.get(ORDER)
        if stored is None:
            return None
        order = stored.astype(np.int64)
        if order.shape != (samples,) or not np.array_equal(np.sort(order), np.arange(samples)):
            raise StateError(
                f"Expected an order of the {samples:,} samples of the data set. Received {stored.size:,} numbers. The "
                "data have changed since it was saved."
            )
        return order


def _hex(numbers: Mapping[str, float]) -> dict[str, str]:
    return {name: float(value).hex() for name, value in numbers.items()}


def _from_hex(table: Any) -> dict[str, float]:
    return {str(name): float.fromhex(value) for name, value in dict(table).items()}


def _count(name: str, value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise StateError(f"Expected {name}, a whole number from 0 to {most:,}. Received: {str(value)[:60]}.")
    return value


def _seconds(text: Any) -> float:
    seconds = float.fromhex(text)
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_RUN_S):
        raise StateError(f"Expected the seconds that were trained. Received: {seconds}.")
    return seconds


def _epoch(entry: Any) -> EpochLogs:
    step, epoch, table = entry
    logs = _from_hex(table)
    if "loss" not in logs:
        raise StateError("Expected the loss of every epoch. Received an epoch without one. Save it again.")
    return _count("step", step, MOST_STEPS), _count("epoch", epoch, MAX_EPOCHS), logs


def _generator(state: Any) -> Mapping[str, Any] | None:
    """A random state that NumPy takes; ``ValueError`` or ``TypeError`` otherwise."""
    if state is None:
        return None
    np.random.default_rng().bit_generator.state = state
    return dict(state)
