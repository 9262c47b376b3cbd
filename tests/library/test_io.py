"""Model files: what is written comes back exactly, and other tools can read it."""

import builtins
import os

import numpy as np
import pytest
import safetensors.numpy

import beras
from beras import (
    Dense,
    Diffable,
    Dropout,
    Flatten,
    LeakyReLU,
    Model,
    ModelFileError,
    ReLU,
    Sequential,
    Softmax,
    Variable,
)
from beras import io as files
from beras.registry import ACTIVATIONS, INITIALIZERS, LAYERS
from tests.library import small
from tests.library.conformance import create_from_schema


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def every_layer():
    rng = np.random.default_rng(0)
    return Sequential(
        Flatten(),
        Dense(6, 5, "xavier uniform", name="first", rng=rng),
        LeakyReLU(0.125),
        Dropout(0.25, rng=rng),
        Dense(5, 3, rng=rng),
        Softmax(),
    )


# -- whole models -----------------------------------------------------------------------------------------------------


def test_a_model_comes_back_with_its_settings_and_weights(path):
    model = every_layer()
    model.layers[4].b.trainable = False
    model.save(path)
    loaded = beras.load_model(path)
    small.assert_same_weights(loaded, small.weights_of(model))
    assert str(loaded) == str(model)
    assert (loaded.layers[1].name, loaded.layers[2].alpha, loaded.layers[3].rate) == ("first", 0.125, 0.25)
    assert [w.trainable for w in loaded.weights] == [True, True, True, False]
    assert [w.name for w in loaded.weights] == ["W", "b", "W", "b"]
    x = np.random.default_rng(1).normal(size=(7, 2, 3))
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("registry", "name"), [(r, spec.name) for r in (LAYERS, ACTIVATIONS) for spec in r], ids=lambda v: str(v)[:12]
)
def test_every_registered_component_can_be_saved(path, registry, name):
    layer = create_from_schema(registry, name)
    Sequential(layer).save(path)
    (loaded,) = beras.load_model(path).layers
    assert type(loaded) is type(layer)
    for param in registry.spec(name).settings:
        assert getattr(loaded, param.name) == getattr(layer, param.name)


def test_a_component_registered_by_a_user_can_be_saved(path):
    @LAYERS.register("scale")
    class Scale(Diffable):
        """x times one number"""

        def __init__(self, start: float = 1.0) -> None:
            self.start = start
            self.factor = Variable(np.array(start))

        @property
        def weights(self):
            return [self.factor]

        def forward(self, x):
            return x * self.factor.numpy()

    try:
        model = Sequential(Scale(2.5))
        model.layers[0].factor.assign(3.5)
        model.save(path)
        loaded = beras.load_model(path)
    finally:
        LAYERS.unregister("scale")
    assert loaded.layers[0].start == 2.5
    small.assert_same_weights(loaded, [np.array(3.5, np.float64)])
    with pytest.raises(ModelFileError, match=r"Layer 0 cannot be made.*Unknown layer 'scale'. Known: dense"):
        beras.load_model(path)


def test_a_loaded_model_trains_and_does_not_share_with_the_file(path):
    small.model().save(path)
    loaded, twin = beras.load_model(path), small.model()
    loaded.compile(twin.optimizer, twin.loss_fn, twin.acc_fn)
    before = path.read_bytes()
    small.fit(loaded)
    small.fit(small_twin := small.model())
    small.assert_same_weights(loaded, small.weights_of(small_twin))
    assert path.read_bytes() == before


def test_a_layer_used_twice_is_one_layer_again(path):
    shared = Dense(3, 3, rng=0)
    model = Sequential(shared, ReLU(), shared)
    assert len(model.weights) == 2
    model.save(path)
    loaded = beras.load_model(path)
    assert loaded.layers[0] is loaded.layers[2]
    small.assert_same_weights(loaded, small.weights_of(model))


def test_float64_stays_float64(path, float64):
    model = every_layer()
    model.save(path)
    beras.set_default_dtype("float32")
    small.assert_same_weights(beras.load_model(path), small.weights_of(model))


def test_an_initialiser_of_ones_own_is_no_hindrance(path):
    model = Sequential(Dense(3, 2, lambda shape, rng: np.full(shape, 0.5)), Dense(2, 2, INITIALIZERS.spec("zero").cls))
    model.save(path)
    loaded = beras.load_model(path)
    small.assert_same_weights(loaded, small.weights_of(model))
    assert [layer.initializer for layer in loaded.layers] == ["normal", "zero"]


def test_what_cannot_be_made_again_is_refused_before_anything_is_written(path):
    class Own(Diffable):
        def forward(self, x):
            return x

    class Skips(Sequential):
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match=r"Own is not registered.*save_weights"):
        Sequential(Own()).save(path)
    with pytest.raises(TypeError, match=r"Only layers in a row.*save_weights"):
        Skips(Dense(2, 2)).save(path)
    assert not path.exists()


# -- weights ----------------------------------------------------------------------------------------------------------


def test_weights_come_back(path):
    model, other = small.model(0), small.model(1)
    model.save_weights(path)
    other.load_weights(path)
    small.assert_same_weights(other, small.weights_of(model))


def test_a_whole_model_serves_as_weights_too(path):
    model, other = small.model(0), small.model(1)
    model.save(path)
    other.load_weights(path)
    small.assert_same_weights(other, small.weights_of(model))


@pytest.mark.parametrize(
    "strided",
    [
        lambda a: np.ascontiguousarray(a.T).T,
        lambda a: np.repeat(a, 2, axis=0)[::2],
        lambda a: np.array(a[:, ::-1])[:, ::-1],
        np.asfortranarray,
    ],
    ids=["transposed", "strided", "reversed", "fortran"],
)
def test_weights_with_strides_are_stored_right(path, strided):
    model, values = small.model(), np.arange(12, dtype=np.float32).reshape(3, 4)
    model.layers[0].w = strided(values).view(Variable)
    assert not model.layers[0].w.flags.c_contiguous
    model.save(path)
    np.testing.assert_array_equal(safetensors.numpy.load_file(path)["layers.0.weight"], values)
    np.testing.assert_array_equal(beras.load_model(path).layers[0].w, values)


def test_the_names_are_those_other_tools_use(path):
    small.model().save_weights(path)
    shapes = {name: array.shape for name, array in safetensors.numpy.load_file(path).items()}
    assert shapes == {
        "layers.0.weight": (3, 4),
        "layers.0.bias": (4,),
        "layers.2.weight": (4, 2),
        "layers.2.bias": (2,),
    }


def test_a_file_from_another_tool_is_taken_if_it_fits(path):
    model = small.model()
    values = {name: np.full(w.shape, 0.5, np.float16) for name, w in files.named_weights(model).items()}
    safetensors.numpy.save_file(values, path)
    model.load_weights(path)
    assert all((w == 0.5).all() and w.dtype == np.float32 for w in model.weights)


def test_a_model_without_a_list_of_layers_can_save_its_weights(path):
    class Own(Model):
        def __init__(self):
            self.dense = Dense(2, 2, rng=0)

        @property
        def weights(self):
            return self.dense.weights

        def forward(self, x):
            return self.dense(x)

    model, other = Own(), Own()
    model.dense.w.assign([[1, 2], [3, 4]])
    model.save_weights(path)
    other.load_weights(path)
    assert other.dense.w.tolist() == [[1, 2], [3, 4]]


# -- writing ----------------------------------------------------------------------------------------------------------


def test_the_same_model_gives_the_same_bytes(tmp_path):
    for name in "ab":
        every_layer().save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_interrupted_write_leaves_the_old_file_and_no_other(path, monkeypatch):
    small.model(0).save(path)
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match=r"Cannot be written: No space left on device"):
        small.model(1).save(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"nowhere/m\.safetensors: Cannot be written: No such file"):
        small.model().save(tmp_path / "nowhere" / "m.safetensors")


def test_without_safetensors_the_package_is_named(path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("safetensors"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="python -m pip install safetensors"):
        small.model().save(path)


def test_a_held_bias_stays_held(tmp_path):
    model = Sequential(Dense(3, 4, rng=0, train_bias=False), Dense(4, 2, rng=1))
    model.save(tmp_path / "model.safetensors")
    loaded = beras.load_model(tmp_path / "model.safetensors")
    assert [layer.train_bias for layer in loaded.layers] == [False, True]
    assert [weight.requires_grad for weight in loaded.weights] == [True, False, True, True]
