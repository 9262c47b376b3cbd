"""What every registered component must do, as functions: the parametrised tests call them, and so may others."""

import contextlib
import json

import numpy as np

from beras import Diffable, Tensor, default_dtype, set_default_dtype
from beras.gradcheck import assert_gradients, check_gradients
from beras.registry import ACTIVATIONS, LAYERS, LOSSES

BATCHES = (1, 7)
FEATURES = 5
ROUTES_AGREE = 1e-12


@contextlib.contextmanager
def in_float64():
    """The default dtype is float64 within this context, as gradient checks need it."""
    before = default_dtype()
    set_default_dtype("float64")
    try:
        yield
    finally:
        set_default_dtype(before)


def wired_arguments(spec, rng):
    """What the builder would supply to a component: the size of its input and a generator."""
    values = {"input_size": FEATURES, "rng": rng, "name": None, "parameters": None, "shape": (FEATURES, 4)}
    return {param.name: values[param.name] for param in spec.params if param.wired is not None}


def create_from_schema(registry, name, rng=0):
    """The component made from its defaults after these went through JSON, as from a saved experiment."""
    spec = registry.spec(name)
    settings = json.loads(json.dumps(spec.defaults()))
    return spec.create(settings, **wired_arguments(spec, np.random.default_rng(rng)))


def random_input(batch, rng, features=FEATURES):
    """Entries of both signs, none within 0.1 of 0, where activations have their kinks."""
    values = rng.uniform(0.1, 2, (batch, features)) * rng.choice([-1, 1], (batch, features))
    return Tensor(values, name="input")


def random_pair(batch, rng):
    """Predictions that are probabilities, and one-hot true values: what every loss accepts."""
    powers = np.exp(rng.normal(0, 1, (batch, FEATURES)))
    y_pred = Tensor(powers / powers.sum(axis=1, keepdims=True), name="y_pred")
    return y_pred, np.eye(FEATURES)[rng.integers(FEATURES, size=batch)]


def check_routes(diffable, upstream):
    """After a call: the generic product with the local Jacobians equals the class's own fast product."""
    pairs = [
        (Diffable.compose_input_gradients(diffable, [upstream]), diffable.compose_input_gradients([upstream])),
        (Diffable.compose_weight_gradients(diffable, [upstream]), diffable.compose_weight_gradients([upstream])),
    ]
    for generic, fast in pairs:
        assert len(generic) == len(fast)
        for slow, quick in zip(generic, fast, strict=True):
            assert slow.shape == quick.shape
            np.testing.assert_allclose(slow, quick, rtol=ROUTES_AGREE, atol=ROUTES_AGREE)


def check_diffable(diffable, rng):
    """A layer or activation (batch, features): true gradients at batch 1 and 7, both routes alike, shapes kept."""
    for batch in BATCHES:
        x = random_input(batch, rng)
        assert_gradients(lambda: diffable(x), [x, *diffable.weights])  # noqa: B023  called before x changes
        assert diffable.output_shape(x.shape) == diffable(x).shape
        upstream = rng.normal(0, 1, diffable(x).shape)
        check_routes(diffable, upstream)
        assert [g.shape for g in diffable.compose_input_gradients([upstream])] == [x.shape]
        weight_gradients = diffable.compose_weight_gradients([upstream])
        assert [g.shape for g in weight_gradients] == [w.shape for w in diffable.weights]


def check_activation(name):
    """Everything an activation must fulfil; raises ``AssertionError`` naming the worst gradient entry."""
    with in_float64():
        check_diffable(create_from_schema(ACTIVATIONS, name), np.random.default_rng(1))


def check_layer(name):
    """Everything a layer must fulfil."""
    with in_float64():
        check_diffable(create_from_schema(LAYERS, name), np.random.default_rng(2))


def check_loss(name):
    """Everything a loss must fulfil: a 0-d value, the true gradient for the predictions, zeros for the true values."""
    with in_float64():
        loss, rng = create_from_schema(LOSSES, name), np.random.default_rng(3)
        for batch in BATCHES:
            y_pred, y_true = random_pair(batch, rng)
            assert loss(y_pred, y_true).shape == loss.output_shape(y_pred.shape, y_true.shape) == ()
            assert_gradients(lambda: loss(y_pred, y_true), [y_pred])  # noqa: B023  called before they change
            check_routes(loss, np.array(rng.uniform(0.5, 2)))
            into_pred, into_true = loss.compose_input_gradients([np.array(1.0)])
            assert into_pred.shape == y_pred.shape
            np.testing.assert_array_equal(into_true, np.zeros_like(y_true))


def worst_error(function, tensors):
    """The largest relative gradient error of ``function`` over ``tensors``."""
    return max(error.relative for error in check_gradients(function, tensors))
