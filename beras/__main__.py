"""``python -m beras``: trains a classifier on a registered data set, without a window."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import beras
from beras import assignment
from beras.datasets import DATASETS, DataFileError, DataNotFoundError, Dataset
from beras.registry import ACTIVATIONS, OPTIMIZERS, SettingError


def _parser() -> argparse.ArgumentParser:
    classification = [spec.name for spec in DATASETS if spec.cls.task == "classification"]  # type: ignore[attr-defined]
    parser = argparse.ArgumentParser(prog="python -m beras", description=__doc__)
    parser.add_argument("--dataset", default="pen_digits", choices=classification, help="default: %(default)s")
    parser.add_argument("--data-dir", metavar="DIR", help="where MNIST and Fashion-MNIST lie")
    parser.add_argument("--epochs", type=int, default=5, help="passes over the training data, default: %(default)s")
    parser.add_argument("--batch-size", type=int, default=assignment.BATCH_SIZE, help="default: %(default)s")
    parser.add_argument("--hidden", type=int, nargs="*", default=[128], metavar="UNITS", help="default: 128")
    activations = [name for name in ACTIVATIONS.names() if name != "softmax"]
    parser.add_argument("--activation", default="relu", choices=activations, help="default: %(default)s")
    parser.add_argument("--optimizer", default="adam", choices=OPTIMIZERS.names(), help="default: %(default)s")
    parser.add_argument("--learning-rate", type=float, help="default: the optimiser's own")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same numbers; default: %(default)s")
    parser.add_argument("--predictions", metavar="FILE", help="write the predictions (samples, classes) as .npy")
    parser.add_argument("--quiet", action="store_true", help="print only the last line")
    parser.add_argument("--version", action="version", version=f"BERAS {beras.__version__}")
    return parser


def _load(args: argparse.Namespace) -> Dataset:
    spec = DATASETS.spec(args.dataset)
    takes_folder = any(param.name == "data_dir" for param in spec.params)
    source = spec.create(data_dir=args.data_dir) if takes_folder else spec.create()
    data: Dataset = source.load()
    return data


def _require_file_place(path: Path) -> None:
    if path.is_dir():
        raise SettingError("predictions", f"{path} is a folder. Give the name of a file.")
    if not path.absolute().parent.is_dir():
        raise SettingError("predictions", f"The folder of {path} does not exist. Make it first.")


def _train(args: argparse.Namespace) -> None:
    if args.seed < 0:
        raise SettingError("seed", f"seed must be a whole number, at least 0. Received: {args.seed}.")
    settings = {} if args.learning_rate is None else {"learning_rate": args.learning_rate}
    optimizer = OPTIMIZERS.create(args.optimizer, settings)
    if args.predictions:
        _require_file_place(Path(args.predictions))
    data = _load(args)
    model = assignment.build_classifier(data.input_size, args.hidden, data.output_size, args.activation, args.seed)
    model.compile(optimizer, assignment.get_loss_fn(), assignment.get_acc_fn())
    if not args.quiet:
        print(
            f"{data.title}: {len(data.train_inputs):,} training and {len(data.validation_inputs):,} validation samples"
        )
        print(model.summary())
    start = time.perf_counter()
    history, predictions = assignment.train(
        model, data, args.epochs, args.batch_size, args.seed, verbose=0 if args.quiet else 1
    )
    seconds = time.perf_counter() - start
    speed = args.epochs * len(data.train_inputs) / seconds
    print(
        f"Validation accuracy {history['val_acc'][-1]:.2%}, loss {history['val_loss'][-1]:.4f}, "
        f"after {args.epochs} epochs in {seconds:.1f} s ({speed:,.0f} samples/s)"
    )
    if args.predictions:
        with Path(args.predictions).open("wb") as file:  # a name alone would get .npy added to it
            np.save(file, predictions, allow_pickle=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code: 0, or 2 with one sentence on standard error."""
    args = _parser().parse_args(argv)
    try:
        _train(args)
    except (SettingError, DataFileError, DataNotFoundError, ValueError, OSError) as error:
        print(f"python -m beras: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
