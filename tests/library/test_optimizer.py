"""Optimisers: reference values in both dialects, in place, skipping what is not trained, state readable by index."""

import numpy as np
import pytest

import beras.optimizer
import beras.optimizers
from beras import Adam, BasicOptimizer, RMSProp, Tensor
from beras.registry import SettingError

GRADIENT = np.array([0.5, -0.5])
SETTINGS = {
    BasicOptimizer: {"learning_rate": 0.05},
    RMSProp: {"learning_rate": 0.05, "beta": 0.8, "epsilon": 1e-7},
    Adam: {"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.888, "epsilon": 1e-6},
}
REFERENCE = {
    BasicOptimizer: (1.025, 1.05),
    RMSProp: (1.11180335, 1.19513665),
    Adam: (1.0499999, 1.0999998),
}
CLASSES = list(SETTINGS)


def weight():
    return Tensor(np.array([-1.0, 1.0]))


@pytest.mark.parametrize("cls", CLASSES)
def test_reference_values_in_the_first_dialect(cls):
    w, optimizer = weight(), cls(**SETTINGS[cls])
    for expected in REFERENCE[cls]:
        optimizer.apply_gradients([w], [GRADIENT])
        np.testing.assert_allclose(w, [-expected, expected], rtol=1e-8)


@pytest.mark.parametrize("cls", CLASSES)
def test_reference_values_in_the_second_dialect(cls):
    w = weight()
    optimizer = cls([w], **SETTINGS[cls])
    for expected in REFERENCE[cls]:
        optimizer.zero_grad()
        (w * GRADIENT).sum().backward()
        optimizer.step()
        np.testing.assert_allclose(w, [-expected, expected], rtol=1e-8)


def test_all_settings_may_be_given_by_place_in_both_dialects():
    w = weight()
    first, second = Adam(0.05, 0.8, 0.888, 1e-6, True), Adam([w], 0.05, 0.8, 0.888, 1e-6, True)
    for optimizer in (first, second):
        assert (optimizer.learning_rate, optimizer.beta_1, optimizer.beta_2) == (0.05, 0.8, 0.888)
        assert (optimizer.epsilon, optimizer.amsgrad) == (1e-6, True)
    assert second.parameters == [w] or second.parameters[0] is w


def test_parameters_may_be_named_or_a_generator():
    w = weight()
    assert BasicOptimizer(parameters=[w], learning_rate=0.1).parameters[0] is w
    assert BasicOptimizer((p for p in [w]), 0.1).parameters[0] is w


def test_rmsprop_state_by_index():
    w, optimizer = weight(), RMSProp(**SETTINGS[RMSProp])
    for expected in (0.05, 0.09):
        optimizer.apply_gradients([w], [GRADIENT])
        np.testing.assert_allclose(optimizer.v[0], [expected, expected])


def test_adam_state_by_index():
    w, optimizer = weight(), Adam(**SETTINGS[Adam])
    for step, (m, v) in enumerate([(0.1, 0.028), (0.18, 0.052864)], start=1):
        optimizer.apply_gradients([w], [GRADIENT])
        assert optimizer.t == step
        np.testing.assert_allclose(optimizer.m[0], [m, -m])
        np.testing.assert_allclose(optimizer.v[0], [v, v])


def adam_by_hand(gradients, lr, b1, b2, epsilon, amsgrad):
    w, m, v, largest = 1.0, 0.0, 0.0, 0.0
    for t, g in enumerate(gradients, start=1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        corrected = v / (1 - b2**t)
        largest = max(largest, corrected)
        w -= lr * m / (1 - b1**t) / (np.sqrt(largest if amsgrad else corrected) + epsilon)
    return w


@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_follows_the_formula_over_many_steps(amsgrad):
    gradients = [3.0, -0.1, 0.5, 0.01, 0.02, -0.3]
    w = Tensor(np.array([1.0]))
    optimizer = Adam(0.1, 0.9, 0.99, 1e-7, amsgrad)
    for g in gradients:
        optimizer.apply_gradients([w], [np.array([g])])
    np.testing.assert_allclose(w, adam_by_hand(gradients, 0.1, 0.9, 0.99, 1e-7, amsgrad))


def test_state_of_a_second_parameter_is_its_own():
    a, b = weight(), Tensor(np.ones((2, 3)))
    optimizer = Adam(**SETTINGS[Adam])
    optimizer.apply_gradients([a, b], [GRADIENT, np.zeros((2, 3))])
    optimizer.apply_gradients([b, a], [np.ones((2, 3)), GRADIENT])
    np.testing.assert_allclose(a, [-1.0999998, 1.0999998], rtol=1e-7)
    assert [m.shape for m in optimizer.m] == [(2,), (2, 3)]


@pytest.mark.parametrize("cls", CLASSES)
def test_updates_are_in_place(cls):
    w = weight()
    memory = w.numpy()
    cls(**SETTINGS[cls]).apply_gradients([w], [GRADIENT])
    assert memory[0] < -1


@pytest.mark.parametrize("cls", CLASSES)
def test_what_is_not_trainable_is_skipped_in_both_dialects(cls):
    frozen, w = weight(), weight()
    frozen.requires_grad = False
    frozen.grad, w.grad = GRADIENT, GRADIENT
    cls(**SETTINGS[cls]).apply_gradients([frozen, w], [GRADIENT, GRADIENT])
    cls([frozen, w], **SETTINGS[cls]).step()
    np.testing.assert_array_equal(frozen, [-1, 1])
    assert w[0] < -1


@pytest.mark.parametrize("cls", CLASSES)
def test_what_has_no_gradient_is_skipped(cls):
    w, untouched = weight(), weight()
    w.grad = GRADIENT
    cls([w, untouched], **SETTINGS[cls]).step()
    np.testing.assert_array_equal(untouched, [-1, 1])


def test_zero_grad_forgets():
    w = weight()
    w.grad = GRADIENT
    BasicOptimizer([w], 0.1).zero_grad()
    assert w.grad is None


def test_a_single_number_can_be_a_parameter():
    w = Tensor(np.array(2.0))
    for cls in CLASSES:
        cls(**SETTINGS[cls]).apply_gradients([w], [np.array(1.0)])
    assert w.shape == ()
    assert w < 2


@pytest.mark.parametrize("cls", CLASSES)
def test_float32_stays_float32(cls):
    w = Tensor(np.array([-1.0, 1.0], np.float32))
    optimizer = cls(**SETTINGS[cls])
    optimizer.apply_gradients([w], [GRADIENT.astype(np.float32)])
    assert w.dtype == np.float32
    assert all(state.dtype == np.float32 for slot in optimizer.slots for state in getattr(optimizer, slot))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_zero_gradient_moves_nothing(cls):
    w = weight()
    cls(**SETTINGS[cls]).apply_gradients([w], [np.zeros(2)])
    np.testing.assert_array_equal(w, [-1, 1])


def test_update_between_forward_and_backward_is_noticed():
    w = weight()
    loss = (w * w).sum()
    BasicOptimizer(0.1).apply_gradients([w], [GRADIENT])
    with pytest.raises(RuntimeError, match="was changed in place"):
        loss.backward()


def test_gradients_may_be_tensors():
    w = weight()
    BasicOptimizer(0.05).apply_gradients([w], [Tensor(GRADIENT)])
    np.testing.assert_allclose(w, [-1.025, 1.025])


def test_number_of_gradients_is_checked():
    with pytest.raises(ValueError, match="Received: 1 parameters, 2 gradients"):
        BasicOptimizer(0.1).apply_gradients([weight()], [GRADIENT, GRADIENT])


def test_shape_of_gradients_is_checked_before_anything_changes():
    w = weight()
    with pytest.raises(ValueError, match=r"has the shape of its parameter, \(2,\). Received: \(3,\)"):
        BasicOptimizer(0.1).apply_gradients([w, weight()], [GRADIENT, np.ones(3)])
    np.testing.assert_array_equal(w, [-1, 1])


def test_step_without_parameters_says_how_to_give_them():
    with pytest.raises(RuntimeError, match=r"step\(\) needs to know the parameters.*Adam\(model\.parameters"):
        Adam(0.1).step()


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("learning_rate", [0, -0.1, 1e9, float("nan"), float("inf")])
def test_learning_rate_out_of_range_is_refused(cls, learning_rate):
    with pytest.raises(SettingError, match="learning_rate must be a finite number, above 0 and at most 1000"):
        cls(learning_rate)


@pytest.mark.parametrize("learning_rate", ["0.1", None, [0.1]])
def test_learning_rate_of_a_wrong_type_is_a_type_error(learning_rate):
    with pytest.raises(TypeError, match="learning_rate must be a finite number"):
        Adam(learning_rate=learning_rate)


def test_parameters_must_be_tensors():
    with pytest.raises(TypeError, match=r"parameters must be tensors. Received: 0.1"):
        Adam([0.1, 0.2])


def test_a_decay_of_one_is_refused():
    with pytest.raises(SettingError, match="beta_1 must be a finite number, at least 0 and below 1"):
        Adam(0.1, beta_1=1)


def test_both_module_names_offer_the_same():
    for name in beras.optimizers.__all__:
        assert getattr(beras.optimizers, name) is getattr(beras.optimizer, name)
