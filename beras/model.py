"""Models: layers in a row, and the one training loop.

``fit`` knows no window and no file: everything that watches or steers it is a callback. ``progress`` is where the loop
reads its plan from, so a callback may change it between two batches.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beras.backward_pass import BackwardPass
from beras.callbacks import Callback, CallbackList, ConsoleProgress, History, print_stats, update_metric_dict
from beras.core import Callable, Diffable, Weighted
from beras.dtype import default_dtype
from beras.graph import Array, backpropagate, no_grad, refuse_detached
from beras.io import PathLike, load_layers, load_weights, save_layers, save_weights
from beras.tensor import Tensor, as_array, floating, plain, seed_like
from beras.text import table

EVALUATION_BATCH = 1024


@dataclass(slots=True)
class FitProgress:
    """Where ``fit`` is: ``epoch`` epochs, and in this one ``batch`` batches and ``position`` samples, are done.

    ``epochs`` and ``batch_size`` may be changed by a callback and hold from the next batch on. ``step`` counts the
    batches of all epochs. ``rng``, the ``order`` of this epoch's samples and its running ``sums`` over ``seen`` samples
    are what else the loop needs to go on from here; ``seconds`` is the time spent so far on forward, backward and
    update. ``inputs``, ``targets`` and ``validation_data`` are what it trains on: ``Model.change_data`` replaces them.
    """

    epochs: int
    batch_size: int
    samples: int
    epoch: int = 0
    batch: int = 0
    position: int = 0
    step: int = 0
    rng: Any = None
    order: Array | None = None
    sums: dict[str, float] = field(default_factory=dict)
    seen: int = 0
    seconds: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    inputs: Any = field(default=None, repr=False)
    targets: Any = field(default=None, repr=False)
    validation_data: tuple[Any, Any] | None = field(default=None, repr=False)

    @property
    def batches(self) -> int:
        """How many batches this epoch has, if the batch size stays."""
        return self.batch + -(-(self.samples - self.position) // self.batch_size)


def _require_counts(**counts: Any) -> None:
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be a whole number, at least 1. Received: {value!r}.")


def _require_finite(name: str, array: Array) -> None:
    """Refuse data with gaps. The sum is finite where all entries are, so that one quick pass is enough as a rule."""
    if np.isfinite(np.sum(array, dtype=np.float64)):
        return
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        place = ", ".join(map(str, bad[0]))
        raise ValueError(
            f"The {name} hold {array[tuple(bad[0])]} at [{place}], and {len(bad):,} such entries in all. "
            "Training needs finite numbers: fill or drop these samples first."
        )


class Model(Callable, Weighted):
    """Something that predicts and can be trained. A subclass gives ``forward`` (recorded) and ``layers``."""

    layers: Sequence[Any] = ()
    optimizer: Any = None
    loss_fn: Any = None
    acc_fn: Any = None
    stop_training: bool = False
    progress: FitProgress | None = None

    @property
    def weights(self) -> list[Tensor]:
        """Every weight once, also where a layer is used twice."""
        found = [weight for layer in self.layers for weight in getattr(layer, "weights", ())]
        return list({id(weight): weight for weight in found}.values())

    def compile(self, optimizer: Any, loss_fn: Any, acc_fn: Any = None) -> None:
        """Say how to train: an optimiser, a loss, and a metric called as ``acc_fn(predictions, targets)``."""
        for name, part in (("optimizer", optimizer), ("loss_fn", loss_fn)):
            if part is None or isinstance(part, type):
                raise TypeError(f"compile() needs an object as {name}, for example Adam(0.001). Received: {part!r}.")
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.acc_fn = acc_fn

    # -- training -----------------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any,
        y: Any,
        epochs: int,
        batch_size: int,
        *,
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = False,
        callbacks: Iterable[Callback] = (),
        rng: Any = None,
        verbose: int = 1,
        wandb_run: Any = None,
    ) -> dict[str, list[float]]:
        """Train and return one list per number (loss, acc, val_loss, val_acc), one entry per epoch.

        ``x`` (samples, features), ``y`` (samples, outputs). The last partial batch counts, and an epoch's numbers are
        means over its samples. ``rng`` (a Generator or a seed) orders the samples of each epoch if ``shuffle``.
        ``verbose`` 0 prints nothing. ``wandb_run`` is any object with ``log(dict)``.
        """
        inputs, targets = self._checked_data(x, y)
        _require_counts(epochs=epochs, batch_size=batch_size)
        if validation_data is not None:
            validation_data = self._checked_data(*validation_data)
        history = History()
        listeners = [history, *callbacks, *([ConsoleProgress()] if verbose else [])]
        hooks = CallbackList(listeners, self)
        progress = self.progress = FitProgress(
            epochs,
            batch_size,
            len(inputs),
            rng=np.random.default_rng(rng),
            inputs=inputs,
            targets=targets,
            validation_data=validation_data,
        )
        self.stop_training = False
        try:
            hooks.on_train_begin()
            while progress.epoch < progress.epochs and not self.stop_training:
                if progress.position == 0:
                    progress.order = progress.rng.permutation(progress.samples) if shuffle else None
                    progress.sums, progress.seen = {}, 0
                    hooks.on_epoch_begin(progress.epoch)
                if progress.position < progress.samples:
                    self._fit_batch(progress, hooks, wandb_run)
                if progress.position == progress.samples:
                    self._end_epoch(progress, hooks, wandb_run)
        finally:
            self._set_training(False)
            hooks.on_train_end()
        return history.history

    def _fit_batch(self, progress: FitProgress, hooks: CallbackList, wandb_run: Any) -> None:
        start, stop = progress.position, min(progress.position + progress.batch_size, progress.samples)
        rows = slice(start, stop) if progress.order is None else progress.order[start:stop]
        batch = progress.batch
        hooks.on_batch_begin(batch)
        logs = self.batch_step(progress.inputs[rows], progress.targets[rows], hooks=hooks)
        progress.seen += stop - start
        for name, value in logs.items():
            progress.sums[name] = progress.sums.get(name, 0.0) + value * (stop - start)
        progress.position, progress.batch = stop, batch + 1
        progress.step += 1
        if wandb_run is not None:
            wandb_run.log({f"batch_{name}": value for name, value in logs.items()})
        hooks.on_batch_end(batch, logs)

    def _end_epoch(self, progress: FitProgress, hooks: CallbackList, wandb_run: Any) -> None:
        step = progress.step
        logs = {name: value / progress.seen for name, value in progress.sums.items()}
        if progress.validation_data is not None:
            metrics, _ = self.evaluate(*progress.validation_data, batch_size=EVALUATION_BATCH)
            logs |= {f"val_{name}": value for name, value in metrics.items()}
        if wandb_run is not None:
            wandb_run.log(logs)
        hooks.on_epoch_end(progress.epoch, logs)
        if progress.step == step:  # no callback has gone back in time
            progress.epoch += 1
            progress.batch = progress.position = 0

    def change_data(self, x: Any, y: Any, validation_data: tuple[Any, Any] | None = None) -> None:
        """Go on with other samples from the next batch on; for a callback, between two batches.

        What is left of this epoch is drawn anew from them. Shapes and errors are those of ``fit``.
        """
        progress = self.progress
        if progress is None:
            raise RuntimeError("There is no training whose data could change. Call this from a callback of fit().")
        inputs, targets = self._checked_data(x, y)
        if validation_data is not None:
            validation_data = self._checked_data(*validation_data)
        is_over = progress.position == progress.samples
        progress.inputs, progress.targets, progress.validation_data = inputs, targets, validation_data
        progress.samples = len(inputs)
        progress.position = len(inputs) if is_over else min(progress.position, len(inputs))
        if progress.order is not None:
            progress.order = progress.rng.permutation(len(inputs))

    def batch_step(self, x: Any, y: Any, training: bool = True, hooks: CallbackList | None = None) -> Any:
        """One batch. Training: forward, backward, update, and {"loss", "acc"}; otherwise (that, predictions)."""
        self._require_compiled()
        if not training:
            with no_grad():
                self._set_training(False)
                predictions = self(x)
                return self._metrics(self.loss_fn(predictions, y), predictions, y), plain(predictions)
        started = time.perf_counter()
        self._set_training(True)
        predictions = self(as_array(x))
        loss = self.loss_fn(predictions, as_array(y))
        weights = self.trainable_variables
        if not weights:
            raise RuntimeError("The model has nothing to train: it has no weights, or all have trainable = False.")
        refuse_detached(loss)
        logs = self._metrics(loss, predictions, y)
        batch = self.progress.batch if self.progress is not None else 0
        forward = time.perf_counter()
        record = BackwardPass(loss) if hooks is not None and hooks.wants_backward(batch) else None
        pairs = backpropagate(
            loss,
            seed_like(loss, None),
            weights,
            on_node=None if record is None else record.note,
        )
        backward = time.perf_counter()
        if record is not None and hooks is not None:
            hooks.on_backward_end(batch, record)
        updating = time.perf_counter()
        self.optimizer.apply_gradients(weights, [gradient for _, gradient in pairs])
        if self.progress is not None:
            seconds = self.progress.seconds
            seconds[0] += forward - started
            seconds[1] += backward - forward
            seconds[2] += time.perf_counter() - updating
        return logs

    def _metrics(self, loss: Tensor, predictions: Tensor, y: Any) -> dict[str, float]:
        metrics = {"loss": float(loss)}
        if self.acc_fn is not None:
            metrics["acc"] = float(self.acc_fn(plain(predictions), plain(y)))
        return metrics

    def evaluate(self, x: Any, y: Any, batch_size: int, wandb_run: Any = None) -> tuple[dict[str, float], Array]:
        """Loss and accuracy over all samples, and the predictions (samples, outputs); nothing is recorded."""
        inputs, targets = self._checked_data(x, y)
        _require_counts(batch_size=batch_size)
        sums: dict[str, float] = {}
        predictions = []
        for start in range(0, len(inputs), batch_size):
            batch = slice(start, start + batch_size)
            metrics, predicted = self.batch_step(inputs[batch], targets[batch], training=False)
            predictions.append(predicted)
            for name, value in metrics.items():
                sums[name] = sums.get(name, 0.0) + value * len(predicted)
        means = {name: value / len(inputs) for name, value in sums.items()}
        if wandb_run is not None:
            wandb_run.log({f"val_{name}": value for name, value in means.items()})
        return means, np.concatenate(predictions)

    def predict(self, x: Any, batch_size: int = EVALUATION_BATCH) -> Array:
        """The outputs (samples, outputs) for inputs (samples, features); nothing is recorded."""
        inputs = floating(x)
        _require_counts(batch_size=batch_size)
        if len(inputs) == 0:
            raise ValueError(f"predict() needs at least one sample. Received inputs of shape {inputs.shape}.")
        with no_grad():
            self._set_training(False)
            outputs = [plain(self(inputs[i : i + batch_size])) for i in range(0, len(inputs), batch_size)]
        return np.concatenate(outputs)

    print_stats = staticmethod(print_stats)
    update_metric_dict = staticmethod(update_metric_dict)

    # -- checks -------------------------------------------------------------------------------------------------------

    def _require_compiled(self) -> None:
        if self.optimizer is None or self.loss_fn is None:
            raise RuntimeError(
                "The model does not know how to train yet. Call compile(optimizer, loss_fn, acc_fn) first."
            )

    def _checked_data(self, x: Any, y: Any) -> tuple[Array, Array]:
        self._require_compiled()
        weights = self.weights
        dtype = weights[0].dtype if weights else default_dtype()
        inputs, targets = (np.asarray(floating(part), dtype) for part in (x, y))
        if inputs.ndim == 0 or len(inputs) == 0:
            raise ValueError(
                f"Training and evaluation need at least one sample. Received inputs of shape {inputs.shape}."
            )
        if targets.ndim == 0 or len(targets) != len(inputs):
            raise ValueError(
                f"Every sample needs a target. Received inputs {inputs.shape} and targets {targets.shape}."
            )
        _require_finite("inputs", inputs)
        _require_finite("targets", targets)
        return inputs, targets

    def _set_training(self, training: bool) -> None:
        for layer in self.layers:
            if isinstance(layer, Diffable) and layer.training != training:
                layer.training = training

    # -- files --------------------------------------------------------------------------------------------------------

    def save(self, path: PathLike) -> None:
        """Write the layers and their weights to a safetensors file, which ``beras.load_model(path)`` reads.

        How it was compiled is not part of the file. Raises ``TypeError`` for a layer that is not registered, or a model
        with a ``forward`` of its own: ``save_weights`` serves these.
        """
        if type(self).forward is not Sequential.forward:
            raise TypeError(
                "Only layers in a row can be made again from a file. Use save_weights(path), and load_weights(path) on "
                f"a new {type(self).__name__}."
            )
        save_layers(self.layers, path)

    def save_weights(self, path: PathLike) -> None:
        """Write the weights only."""
        save_weights(self, path)

    def load_weights(self, path: PathLike) -> None:
        """Read the weights back; if they do not fit, ``ModelFileError`` says why and nothing has changed."""
        load_weights(self, path)

    # -- texts --------------------------------------------------------------------------------------------------------

    def summary(self) -> str:
        """A table of the layers and their parameters."""
        counts = [sum(int(w.size) for w in getattr(layer, "weights", ())) for layer in self.layers]
        total = sum(int(w.size) for w in self.weights)
        trainable = sum(int(w.size) for w in self.trainable_variables)
        rows = [(str(layer), f"{count:>10,}") for layer, count in zip(self.layers, counts, strict=True)]
        rows.append(("Total", f"{total:>10,}  ({trainable:,} trainable)"))
        return table(("Layer", "Parameters"), rows)

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.layers))})"


class Sequential(Model):
    """Layers in a row: ``Sequential(layer, layer, ...)`` or ``SequentialModel([layer, layer, ...])``."""

    def __init__(self, *layers: Any) -> None:
        if len(layers) == 1 and isinstance(layers[0], (list, tuple)):
            layers = tuple(layers[0])
        if not layers:
            raise ValueError("A network needs at least one layer. Received none.")
        for layer in layers:
            if not callable(layer) or isinstance(layer, type):
                raise TypeError(
                    f"A layer must be an object that can be called, for example ReLU(). Received: {layer!r}."
                )
        self.layers = list(layers)

    def forward(self, x: Any) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x if isinstance(x, Tensor) else Tensor(x)


SequentialModel = Sequential


def load_model(path: PathLike) -> Sequential:
    """The network that ``model.save(path)`` wrote, not compiled; ``ModelFileError`` if the file is not one."""
    return Sequential(*load_layers(path))
