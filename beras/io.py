"""Model files: the weights as safetensors, the architecture as JSON in the file's metadata. Nothing is pickled.

A weight is stored as ``layers.0.weight``, ``layers.0.bias`` and so on, the number being the layer's place in the model;
other layers' weights go by the attribute that holds them. ``weight`` of a Dense layer has the shape (in, out), as in
Keras; PyTorch's ``Linear.weight`` is its transpose. Files from elsewhere are never trusted: size, header, names, shapes
and dtypes are checked before a single weight is written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from beras.graph import Array
from beras.registry import ACTIVATIONS, INITIALIZERS, LAYERS, ParamSpec
from beras.tensor import Tensor, plain

VERSION = 1
METADATA_KEY = "beras"
MAX_HEADER_BYTES = 1 << 20
MAX_FILE_BYTES = 1 << 31
FLOATS = ("F16", "F32", "F64")
_KINDS = {registry.kind: registry for registry in (LAYERS, ACTIVATIONS)}
_FAMILIAR_NAMES = {"w": "weight", "b": "bias"}

PathLike = str | os.PathLike[str]


class ModelFileError(ValueError):
    """A model file that cannot be read, does not fit, or cannot be written. The model is what it was before."""

    def __init__(self, path: PathLike, problem: str) -> None:
        super().__init__(f"{os.fspath(path)}: {problem}")


def save_weights(model: Any, path: PathLike) -> None:
    """Write every weight of ``model``. The file is complete or not there at all."""
    _write(path, named_weights(model), {"version": VERSION})


def load_weights(model: Any, path: PathLike) -> None:
    """Read every weight of ``model`` from a safetensors file, BERAS's own or another with the same names and shapes.

    Values are taken exactly: float32 goes into a float64 model, the reverse is refused. Raises ``ModelFileError``, and
    then has changed nothing.
    """
    weights = named_weights(model)
    arrays, _ = _read(path, MAX_HEADER_BYTES + 8 * sum(weight.size + 1 for weight in weights.values()))
    _assign(path, weights, arrays)


def save_layers(layers: Sequence[Any], path: PathLike) -> None:
    """Write layers in a row: what they are, their settings, and their weights. Each must be a registered component.

    An initialiser that is a function of one's own has no name to be stored under, and is left out.
    """
    places = {id(layer): index for index, layer in reversed(list(enumerate(layers)))}
    described = [
        _describe(layer) if places[id(layer)] == index else {"same_as": places[id(layer)]}
        for index, layer in enumerate(layers)
    ]
    _write(path, _weights_of(layers), {"version": VERSION, "layers": described})


def load_layers(path: PathLike) -> list[Any]:
    """Make the layers that ``save_layers`` wrote, with their weights; ``ModelFileError`` if they cannot be made."""
    arrays, metadata = _read(path, MAX_FILE_BYTES)
    layers: list[Any] = []
    for index, entry in enumerate(_architecture(path, metadata)):
        stored = {name: array for name, array in arrays.items() if name.startswith(f"layers.{index}.")}
        try:
            layers.append(layers[entry["same_as"]] if "same_as" in entry else _make(entry, list(stored.values())))
        except (ValueError, TypeError, LookupError, OverflowError, MemoryError) as error:
            raise ModelFileError(path, f"Layer {index} cannot be made from {str(entry)[:200]}: {error}") from error
    _assign(path, _weights_of(layers), arrays)
    return layers


# -- names ------------------------------------------------------------------------------------------------------------


def named_weights(model: Any) -> dict[str, Tensor]:
    """The weights of a model under the names they have in a file; a weight that is used twice is there once."""
    found = _weights_of(getattr(model, "layers", ()))
    known = {id(weight) for weight in found.values()}
    others = {f"weights.{i}": weight for i, weight in enumerate(model.weights) if id(weight) not in known}
    return found | others


def _weights_of(layers: Sequence[Any]) -> dict[str, Tensor]:
    found: dict[int, tuple[str, Tensor]] = {}
    for index, layer in enumerate(layers):
        attributes = {id(value): name for name, value in getattr(layer, "__dict__", {}).items()}
        for place, weight in enumerate(getattr(layer, "weights", ())):
            name = attributes.get(id(weight), f"weights.{place}")
            found.setdefault(id(weight), (f"layers.{index}.{_FAMILIAR_NAMES.get(name, name)}", weight))
    return dict(found.values())


# -- architecture -----------------------------------------------------------------------------------------------------


def _describe(layer: Any) -> dict[str, Any]:
    """A layer as plain data: its registered name, what its constructor was given, and which weights are trained."""
    kind, name = next(
        ((kind, name) for kind, registry in _KINDS.items() if (name := registry.name_of(layer)) is not None), (None, "")
    )
    if kind is None:
        raise TypeError(
            f"{type(layer).__name__} is not registered, so a file cannot say how to make it. Put "
            '@LAYERS.register("name") of beras.registry on the class, or use save_weights(path).'
        )
    settings = {}
    for param in _KINDS[kind].spec(name).params:
        if param.wired is None and not hasattr(layer, param.name):
            raise TypeError(f"{type(layer).__name__} must keep its setting {param.name!r} as an attribute to be saved.")
        value = getattr(layer, param.name, None)
        if param.registry is not None and callable(value):
            value = next((spec.name for spec in param.registry if spec.cls is value), None)
        if value is not None and isinstance(value, (bool, int, float, str)):
            settings[param.name] = value
    trainable = [bool(weight.requires_grad) for weight in getattr(layer, "weights", ())]
    return {"kind": kind, "name": name, "settings": settings, "trainable": trainable}


def _make(entry: Mapping[str, Any], stored: Sequence[Array]) -> Any:
    """The layer that ``entry`` describes, its weights still to be filled in from ``stored``."""
    if entry["kind"] not in _KINDS:
        raise ValueError(f"Expected the kind {' or '.join(_KINDS)}. Received: {entry['kind']!r}.")
    spec = _KINDS[entry["kind"]].spec(entry["name"])
    params = {param.name: param for param in spec.params}
    unknown = set(entry["settings"]) - set(params)
    if unknown:
        raise ValueError(f"{spec.label} has no setting {', '.join(sorted(unknown))}.")
    settings = {name: _checked(params[name], value) for name, value in dict(entry["settings"]).items()}
    drawn = [param for param in spec.params if param.registry is INITIALIZERS]
    draws = {param.name: settings.get(param.name, param.default) for param in drawn}
    layer = spec.cls(**(settings | dict.fromkeys(draws, _blank(stored))))
    vars(layer).update(draws)
    for weight, trainable in zip(getattr(layer, "weights", ()), entry["trainable"], strict=True):
        weight.requires_grad = bool(trainable)
    return layer


def _checked(param: ParamSpec, value: Any) -> Any:
    """A setting from a file, held to its annotation, also where a builder would supply it."""
    return replace(param, wired=None).check(value)


def _blank(stored: Sequence[Array]) -> Any:
    """An initialiser that makes room only for weights that the file holds, so that no setting can ask for more."""

    def room_for(shape: tuple[int, ...], rng: Any) -> Array:
        dtype = next((array.dtype for array in stored if array.shape == tuple(shape)), None)
        if dtype is None:
            raise ValueError(f"it needs weights of shape {tuple(shape)}, which the file does not hold")
        return np.zeros(shape, dtype)

    return room_for


def _architecture(path: PathLike, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    try:
        about = json.loads(metadata[METADATA_KEY])
        version, entries = about["version"], about.get("layers", [])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ModelFileError(
            path,
            "Expected a model saved by BERAS. Received a safetensors file without its description of the layers. "
            "Make the model yourself and use model.load_weights(path).",
        ) from error
    if version != VERSION:
        raise ModelFileError(path, f"Expected file version {VERSION}. Received: {version!r}. Use the BERAS it is from.")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ModelFileError(
            path, "Expected a whole model. Received weights only. Make the model and use model.load_weights(path)."
        )
    return entries


# -- files ------------------------------------------------------------------------------------------------------------


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError("Model files need the package safetensors: python -m pip install safetensors") from error
    return safetensors


def pack_arrays(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> bytes:
    """Named arrays as the contents of a safetensors file, whatever their order in memory."""
    # safetensors stores wrong values for strided arrays without a word (0.8.0), hence the copies in C order
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    packed: bytes = _safetensors().numpy.save(whole, None if metadata is None else dict(metadata))
    return packed


def unpack_arrays(content: bytes) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the metadata in the contents of a safetensors file; ``ValueError`` says what is wrong with them.

    Header, dtypes and sizes are looked at before anything is made from them; names and shapes are the caller's.
    """
    safetensors = _safetensors()
    length = int.from_bytes(content[:8], "little")
    if not 0 < length <= min(MAX_HEADER_BYTES, len(content) - 8):
        raise ValueError(f"Expected a safetensors file. Received one that begins with {content[:8]!r}.")
    try:
        header = json.loads(content[8 : 8 + length])
        metadata = header.pop("__metadata__", None) or {}
        strange = sorted({str(entry["dtype"]) for entry in header.values()} - set(FLOATS))
        arrays = {} if strange else safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(
            f"The safetensors file is damaged or incomplete ({str(error)[:200]}). Save or copy it again."
        ) from error
    if strange:
        raise ValueError(f"Expected numbers in {', '.join(FLOATS)}. Received: {', '.join(strange)[:200]}.")
    return arrays, metadata


def _write(path: PathLike, weights: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write beside ``path`` first and move it there when it is complete."""
    arrays = {name: plain(weight) for name, weight in weights.items()}
    content = pack_arrays(arrays, {METADATA_KEY: json.dumps(about)})
    folder, name = os.path.split(os.fspath(path))
    unfinished = os.path.join(folder, f".{name}.{os.urandom(4).hex()}")
    try:
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise ModelFileError(path, f"Cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(FileNotFoundError):  # moved already, or never made
            os.unlink(unfinished)


def _read(path: PathLike, limit: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays and the metadata of a safetensors file of at most ``limit`` bytes."""
    try:
        return unpack_arrays(_content(path, limit))
    except ModelFileError:
        raise
    except ValueError as error:
        raise ModelFileError(path, str(error)) from error


def _content(path: PathLike, limit: int) -> bytes:
    try:
        if not os.path.isfile(path):
            raise ModelFileError(path, "Expected a safetensors file. There is no such file; check its name and folder.")
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                raise ModelFileError(
                    path, f"Expected at most {limit:,} bytes. Received {size:,}; it is not the file of this model."
                )
            return file.read(size)
    except OSError as error:
        raise ModelFileError(path, f"Cannot be read: {error.strerror or error}.") from error


def _assign(path: PathLike, weights: Mapping[str, Tensor], arrays: Mapping[str, Array]) -> None:
    """Copy the arrays into the weights if all of them fit, otherwise none."""
    problems = [f"{name} is missing" for name in weights if name not in arrays]
    problems += [f"{name} is not wanted" for name in arrays if name not in weights]
    problems += [_misfit(name, weights[name], array) for name, array in arrays.items() if name in weights]
    problems = [problem for problem in problems if problem]
    if problems:
        wanted = ", ".join(f"{name} {weight.shape}" for name, weight in weights.items())
        more = f", and {len(problems) - 8} more" if len(problems) > 8 else ""
        raise ModelFileError(
            path,
            f"The weights do not fit. Expected: {wanted[:600] or 'none'}. Received: "
            f"{'; '.join(problem[:200] for problem in problems[:8])}{more}. Make the model that was saved.",
        )
    for name, array in arrays.items():
        weights[name].assign(array)


def _misfit(name: str, weight: Tensor, array: Array) -> str:
    if array.shape != weight.shape:
        transposed = array.ndim == 2 and array.shape[::-1] == weight.shape
        hint = ": transpose it, PyTorch stores (out, in)" if transposed else ""
        return f"{name} has shape {array.shape}{hint}"
    if not np.can_cast(array.dtype, weight.dtype, "safe"):
        return (
            f'{name} is {array.dtype}, which {weight.dtype} would round: call set_default_dtype("{array.dtype}") first'
        )
    return ""
