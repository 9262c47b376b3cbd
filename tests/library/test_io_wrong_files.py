"""What is no model file, or not this model's: one clear error, and the model is what it was."""

import json
import os
import struct
import zipfile

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import beras
from beras import Dense, ModelFileError, ReLU, Sequential, Sigmoid
from beras import io as files
from tests.library import small


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def header_of(data, size=None):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "text")
    return path.read_bytes()


def npz(path):
    with path.open("wb") as file:
        np.savez(file, w=np.zeros(3))
    return path.read_bytes()


WRONG = {
    "empty": lambda path: b"",
    "short": lambda path: b"abc",
    "text": lambda path: b"layers: 3\nunits: 4\n" * 20,
    "zip": zipped,
    "npz": npz,
    "header longer than the file": lambda path: header_of({}, size=1000),
    "huge header": lambda path: header_of({}, size=2**63),
    "no header": lambda path: header_of(b""),
    "no json": lambda path: header_of(b"{'a': 1}"),
    "no table": lambda path: header_of([1, 2]),
    "deep json": lambda path: header_of(b"[" * 200_000),
    "huge number": lambda path: header_of(b'{"a": ' + b"9" * 10_000 + b"}"),
    "no utf-8": lambda path: header_of(b"\xff\xfe{}"),
    "entry of the wrong kind": lambda path: header_of({"layers.0.weight": 3}),
    "strange dtype": lambda path: header_of({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}) + b"1234",
    "offsets outside": lambda path: header_of({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}),
    "a shape that is too large": lambda path: header_of(
        {"layers.0.weight": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 8]}}
    ),
    "integers": lambda path: safetensors.numpy.save({"layers.0.weight": np.zeros((3, 4), np.int64)}),
    "other names": lambda path: safetensors.numpy.save({"0.weight": np.zeros((3, 4), np.float32)}),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_one_clear_error_and_changes_nothing(path, content):
    path.write_bytes(content(path))
    model = small.model()
    before = small.weights_of(model)
    for read in (model.load_weights, beras.load_model):
        with pytest.raises(ModelFileError, match=r"model\.safetensors: (Expected|The )") as caught:
            read(path)
        assert len(str(caught.value)) < 2000
    small.assert_same_weights(model, before)


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelFileError, match="There is no such file; check its name and folder"):
            small.model().load_weights(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(ModelFileError, match="no such file"):
        beras.load_model(path)


def test_an_oversized_file_is_not_read(path):
    with path.open("wb") as file:
        file.truncate(3 << 30)  # sparse: it takes no room
    for read in (small.model().load_weights, beras.load_model):
        with pytest.raises(ModelFileError, match=r"Expected at most .* bytes\. Received 3,221,225,472"):
            read(path)


def test_weights_of_another_network_are_listed(path):
    Sequential(Dense(3, 4), ReLU(), Dense(4, 3)).save_weights(path)
    model = Sequential(Dense(3, 4, rng=0), Sigmoid(), Dense(4, 2, rng=0), ReLU(), Dense(2, 1, rng=0))
    before = small.weights_of(model)
    with pytest.raises(ModelFileError) as caught:
        model.load_weights(path)
    for part in (
        "layers.4.weight is missing",
        "layers.4.bias is missing",
        "layers.2.weight has shape (4, 3)",
        "Expected: layers.0.weight (3, 4), ",
        "Make the model that was saved",
    ):
        assert part in str(caught.value)
    small.assert_same_weights(model, before)


def test_a_transposed_weight_is_recognised(path):
    model = small.model()
    arrays = {name: np.asarray(w.numpy().T, order="C") for name, w in files.named_weights(model).items()}
    safetensors.numpy.save_file(arrays, path)
    with pytest.raises(ModelFileError, match=r"has shape \(4, 3\): transpose it, PyTorch stores \(out, in\)"):
        model.load_weights(path)


def test_values_that_would_be_rounded_are_refused(path):
    model = small.model()
    arrays = {name: w.numpy().astype(np.float64) for name, w in files.named_weights(model).items()}
    safetensors.numpy.save_file(arrays, path)
    with pytest.raises(
        ModelFileError, match=r'float64, which float32 would round: call set_default_dtype\("float64"\)'
    ):
        model.load_weights(path)


def with_architecture(path, about, **arrays):
    metadata = {"beras": about if isinstance(about, str) else json.dumps(about)}
    safetensors.numpy.save_file(arrays or {"a": np.zeros(1, np.float32)}, path, metadata)


def dense(**changes):
    settings = {"input_size": 3, "output_size": 4, "initializer": "normal"} | changes
    return {"kind": "layer", "name": "dense", "settings": settings, "trainable": [True, True]}


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ("no json", "without its description of the layers"),
        ("[" * 100_000, "without its description"),
        ([], "without its description"),
        ({"layers": []}, "without its description"),
        ({"version": 2, "layers": [dense()]}, "Expected file version 1. Received: 2"),
        ({"version": 1}, r"Received weights only.*load_weights"),
        ({"version": 1, "layers": [3]}, "Expected a whole model"),
        ({"version": 1, "layers": [{}]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [{"same_as": 0}]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [{"same_as": "x"}]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [dense() | {"kind": "optimizer"}]}, "Expected the kind layer or activation"),
        ({"version": 1, "layers": [dense() | {"kind": []}]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [dense() | {"name": "conv"}]}, "Unknown layer 'conv'"),
        ({"version": 1, "layers": [dense() | {"name": ["dense"]}]}, "Unknown layer"),
        ({"version": 1, "layers": [dense(colour="red")]}, "Dense has no setting colour"),
        ({"version": 1, "layers": [dense(output_size=float("nan"))]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [dense(input_size="3")]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [dense(name=[1])]}, "Layer 0 cannot be made"),
        ({"version": 1, "layers": [dense(rng=7), dense()]}, "does not hold"),
        ({"version": 1, "layers": [dense(initializer="magic")]}, "Unknown initializer 'magic'"),
        ({"version": 1, "layers": [dense(input_size=2**40, output_size=60_000)]}, "which the file does not hold"),
        ({"version": 1, "layers": [dense()]}, "which the file does not hold"),
        (
            {"version": 1, "layers": [dense() | {"settings": {"input_size": 2**40, "output_size": 60_000}}]},
            "which the file does not hold",
        ),
    ],
)
def test_a_wrong_description_is_an_error(path, about, message):
    with_architecture(path, about)
    with pytest.raises(ModelFileError, match=message):
        beras.load_model(path)


def test_flags_that_do_not_match_the_weights(path):
    arrays = {"layers.0.weight": np.zeros((3, 4), np.float32), "layers.0.bias": np.zeros(4, np.float32)}
    with_architecture(path, {"version": 1, "layers": [dense() | {"trainable": [True]}]}, **arrays)
    with pytest.raises(ModelFileError, match="Layer 0 cannot be made"):
        beras.load_model(path)


_WHOLE: list[bytes] = []


def whole(folder):
    """The bytes of a small saved model, made once."""
    if not _WHOLE:
        small.model().save(folder / "whole")
        _WHOLE.append((folder / "whole").read_bytes())
    return _WHOLE[0]


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check_refused_or_right(path, content):
    """Read a damaged file both ways: either it is refused and changes nothing, or it is taken as a whole."""
    path.write_bytes(content)
    model = small.model(1)
    before = small.weights_of(model)
    for read in (model.load_weights, beras.load_model):
        try:
            read(path)
        except ModelFileError:
            small.assert_same_weights(model, before)
        else:
            before = small.weights_of(model)


@FUZZ
@given(flips=st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 255)), min_size=1, max_size=4))
def test_flipped_bytes_never_crash(tmp_path, flips):
    content = bytearray(whole(tmp_path))
    for place, change in flips:
        content[place % len(content)] ^= change
    check_refused_or_right(tmp_path / "damaged", bytes(content))


@FUZZ
@given(share=st.floats(0, 1, exclude_max=True), more=st.binary(max_size=20))
def test_a_cut_file_never_crashes(tmp_path, share, more):
    content = whole(tmp_path)
    cut = content[: int(share * len(content))] + more
    if cut != content:
        check_refused_or_right(tmp_path / "damaged", cut)


@FUZZ
@given(st.binary(max_size=200))
def test_any_bytes_never_crash(tmp_path, content):
    check_refused_or_right(tmp_path / "damaged", header_of(content) if content[:1] == b"{" else content)
