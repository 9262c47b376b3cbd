"""One suite over the registries: a component that is registered is tested here with no further edit."""

import copy
import json
import math

import numpy as np
import pytest

from beras import Tensor
from beras.registry import ACTIVATIONS, INITIALIZERS, LAYERS, LOSSES, METRICS, OPTIMIZERS, SettingError
from tests.library import conformance

COMPONENTS = [
    pytest.param(registry, name, id=f"{registry.kind}: {name}")
    for registry in (LAYERS, ACTIVATIONS, LOSSES, INITIALIZERS, OPTIMIZERS, METRICS)
    for name in registry.names()
]
DIFFABLES = [
    pytest.param(registry, name, id=f"{registry.kind}: {name}")
    for registry in (LAYERS, ACTIVATIONS, LOSSES)
    for name in registry.names()
]
NUMBERS = [
    pytest.param(registry, spec.name, param, id=f"{spec.name}: {param.name}")
    for registry in (LAYERS, ACTIVATIONS, LOSSES, OPTIMIZERS, METRICS)
    for spec in registry
    for param in spec.settings
    if param.kind in (int, float)
]


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("registry", "name"), COMPONENTS)
def test_settings_survive_json(registry, name):
    spec = registry.spec(name)
    settings = spec.check({})
    assert spec.check(json.loads(json.dumps(settings))) == settings == spec.defaults()


@pytest.mark.parametrize(("registry", "name"), [c for c in COMPONENTS if c.values[0] is not INITIALIZERS])
def test_constructible_from_its_defaults(registry, name):
    component = conformance.create_from_schema(registry, name)
    assert registry.name_of(component) == name
    for param in registry.spec(name).settings:
        assert getattr(component, param.name) == param.default


@pytest.mark.parametrize(("registry", "name"), COMPONENTS)
def test_has_a_label_and_a_summary_for_people(registry, name):
    spec = registry.spec(name)
    assert spec.label
    assert spec.summary


@pytest.mark.parametrize(("registry", "name"), COMPONENTS)
def test_every_setting_has_a_help_text_and_a_label(registry, name):
    for param in registry.spec(name).settings:
        assert param.help, param.name
        assert param.label, param.name


@pytest.mark.parametrize(("registry", "name"), COMPONENTS)
def test_a_setting_it_does_not_have_is_refused(registry, name):
    with pytest.raises(SettingError, match="has no setting 'nonsense'"):
        registry.spec(name).check({"nonsense": 1})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("registry", "name", "param"), NUMBERS)
def test_a_number_that_is_not_finite_is_refused(registry, name, param, value):
    with pytest.raises(SettingError, match=f"{param.name} must be .*Received") as refused:
        registry.create(name, {param.name: value}, **wired(registry, name))
    assert refused.value.name == param.name


@pytest.mark.parametrize("value", ["0.1", None, [0.1], True, {}])
@pytest.mark.parametrize(("registry", "name", "param"), NUMBERS)
def test_a_number_of_a_wrong_type_is_a_type_error(registry, name, param, value):
    with pytest.raises(TypeError, match=f"{param.name} must be .*Received"):
        registry.create(name, {param.name: value}, **wired(registry, name))


@pytest.mark.parametrize(("registry", "name", "param"), NUMBERS)
def test_every_number_states_its_range_and_keeps_to_it(registry, name, param):
    assert param.range is not None
    assert param.default in param.range
    for end, beyond in ((param.range.low, -1), (param.range.high, 1)):
        if end is not None:
            with pytest.raises(SettingError, match=f"{param.name} must be"):
                registry.create(name, {param.name: end + beyond}, **wired(registry, name))


def wired(registry, name):
    return conformance.wired_arguments(registry.spec(name), np.random.default_rng(0))


# -- gradients --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTIVATIONS.names())
def test_activation_gradients(name):
    conformance.check_activation(name)


@pytest.mark.parametrize("name", LAYERS.names())
def test_layer_gradients(name):
    conformance.check_layer(name)


@pytest.mark.parametrize("name", LOSSES.names())
def test_loss_gradients(name):
    conformance.check_loss(name)


@pytest.mark.parametrize("batch", conformance.BATCHES)
@pytest.mark.parametrize(("registry", "name"), DIFFABLES)
def test_float32_stays_float32(registry, name, batch, rng):
    diffable = conformance.create_from_schema(registry, name)
    if registry is LOSSES:
        y_pred, y_true = conformance.random_pair(batch, rng)
        operands = Tensor(y_pred.numpy().astype(np.float32)), y_true
    else:
        operands = (Tensor(conformance.random_input(batch, rng).numpy().astype(np.float32)),)
    result = diffable(*operands)
    result.sum().backward()
    assert result.dtype == operands[0].grad.dtype == np.float32


@pytest.mark.parametrize(("registry", "name"), DIFFABLES)
def test_integers_and_lists_are_accepted(registry, name):
    diffable = conformance.create_from_schema(registry, name)
    rows = [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]
    operands = (rows, rows) if registry is LOSSES else (rows,)
    expected = diffable(*[np.array(part, np.float32) for part in operands])
    np.testing.assert_array_equal(diffable(*operands), expected)
    np.testing.assert_array_equal(diffable(*map(np.array, operands)), expected)


@pytest.mark.parametrize("wrong", [np.array([["a"] * 5]), np.array([[None] * 5]), np.array([[1j] * 5])])
@pytest.mark.parametrize(("registry", "name"), DIFFABLES)
def test_what_is_no_real_number_is_a_type_error(registry, name, wrong):
    diffable = conformance.create_from_schema(registry, name)
    with pytest.raises(TypeError, match="Expected real numbers"):
        diffable(*((wrong, wrong) if registry is LOSSES else (wrong,)))


@pytest.mark.parametrize(("registry", "name"), DIFFABLES)
def test_deepcopy_computes_the_same(registry, name, rng):
    diffable = conformance.create_from_schema(registry, name)
    x = conformance.random_input(7, rng).numpy().astype(np.float32)
    operands = (x, x) if registry is LOSSES else (x,)
    np.testing.assert_array_equal(copy.deepcopy(diffable)(*operands), diffable(*operands))


@pytest.mark.parametrize(("registry", "name"), DIFFABLES)
def test_the_input_is_left_as_it_was(registry, name, rng):
    diffable = conformance.create_from_schema(registry, name)
    x = conformance.random_input(7, rng)
    before = x.numpy().copy()
    y = diffable(*((x, before) if registry is LOSSES else (x,)))
    y.sum().backward()
    np.testing.assert_array_equal(x, before)


# -- initialisers and optimisers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INITIALIZERS.names())
def test_initialiser_gives_the_shape_and_dtype_and_follows_the_seed(name):
    draw = INITIALIZERS.spec(name).cls
    first, second = (draw((6, 4), np.random.default_rng(5)) for _ in range(2))
    assert first.shape == (6, 4)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, second)
    with conformance.in_float64():
        assert draw((6, 4), np.random.default_rng(5)).dtype == np.float64


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_optimiser_goes_downhill_in_place(name, dtype):
    optimizer = conformance.create_from_schema(OPTIMIZERS, name)
    weight = Tensor(np.array([1.0, -1.0], dtype))
    memory = weight.numpy()
    for _ in range(5):
        optimizer.apply_gradients([weight], [2 * weight.numpy()])
    assert np.all(np.abs(memory) < 1)
    assert weight.dtype == dtype
    assert np.shares_memory(memory, weight)
