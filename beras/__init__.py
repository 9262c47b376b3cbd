"""BERAS: a deep-learning library in plain NumPy, in two familiar dialects on one recording engine.

>>> import beras
>>> w = beras.Tensor([1.0, 2.0])
>>> ((w * 3) ** 2).sum().backward()
>>> w.grad.tolist()
[18.0, 36.0]
"""

import importlib
from typing import Any

import beras.numpy_rules  # noqa: F401  from here on NumPy's functions are recorded
from beras import ops
from beras.activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from beras.callbacks import Callback, CSVLogger, EarlyStopping, History, TerminateOnNaN
from beras.core import Callable, Diffable, Weighted
from beras.dtype import default_dtype, set_default_dtype
from beras.gradient_tape import GradientTape
from beras.graph import no_grad
from beras.io import ModelFileError
from beras.layers import Dense, Dropout, Flatten, Linear
from beras.losses import CategoricalCrossEntropy, CategoricalCrossentropy, HalfSquaredError, MeanSquaredError
from beras.metrics import CategoricalAccuracy
from beras.model import Model, Sequential, SequentialModel, load_model
from beras.onehot import OneHotEncoder
from beras.operation import Operation
from beras.optimizer import Adam, BasicOptimizer, RMSProp
from beras.precision import in_float64
from beras.tensor import Tensor, Variable

__version__ = "0.1.0"

_ON_FIRST_USE = ("assignment", "datasets", "gradcheck", "preprocess", "trace")


def __getattr__(name: str) -> Any:
    """Import a part that not everybody needs when it is first asked for, so that ``import beras`` is quick."""
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module 'beras' has no attribute {name!r}")
    return importlib.import_module(f"beras.{name}")


__all__ = [
    "Adam",
    "BasicOptimizer",
    "CSVLogger",
    "Callable",
    "Callback",
    "CategoricalAccuracy",
    "CategoricalCrossEntropy",
    "CategoricalCrossentropy",
    "Dense",
    "Diffable",
    "Dropout",
    "EarlyStopping",
    "Flatten",
    "GradientTape",
    "HalfSquaredError",
    "History",
    "LeakyReLU",
    "Linear",
    "MeanSquaredError",
    "Model",
    "ModelFileError",
    "OneHotEncoder",
    "Operation",
    "RMSProp",
    "ReLU",
    "Sequential",
    "SequentialModel",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Tensor",
    "TerminateOnNaN",
    "Variable",
    "Weighted",
    "datasets",
    "default_dtype",
    "in_float64",
    "load_model",
    "no_grad",
    "ops",
    "set_default_dtype",
]
