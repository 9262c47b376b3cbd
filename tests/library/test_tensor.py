"""The tensor: its flags, NumPy's functions on it (recorded, plain by nature, or refused), and its own methods."""

import copy
import io
import warnings

import numpy as np
import pytest

import beras
from beras import GradientTape, Tensor, Variable, default_dtype, set_default_dtype
from beras.tensor import as_array, floating

REFUSED = "has no gradient rule in BERAS"


def recorded(values=(1.0, -2.0, 3.0)):
    return Tensor(list(values)) * 1


# -- construction -----------------------------------------------------------------------------------------------------


def test_numbers_and_lists_become_the_default_dtype():
    assert Tensor(1.5).dtype == Tensor([1.0, 2.0]).dtype == np.float32


def test_arrays_keep_their_dtype():
    assert Tensor(np.ones(2)).dtype == np.float64
    assert Tensor(np.ones(2, np.int32)).dtype == np.int32


def test_float16_becomes_the_default_dtype():
    assert Tensor(np.ones(2, np.float16)).dtype == np.float32


def test_dtype_can_be_given():
    assert Tensor([1, 2], dtype="float64").dtype == np.float64


def test_default_dtype_can_be_changed(float64):
    assert default_dtype() == np.float64
    assert Tensor([1.0]).dtype == np.float64


def test_default_dtype_is_a_float():
    with pytest.raises(ValueError, match="must be float32 or float64. Received: int32"):
        set_default_dtype("int32")


def test_data_is_copied():
    data = np.zeros(2)
    Tensor(data)[0] = 5
    assert data[0] == 0


def test_a_tensor_is_returned_as_it_is():
    t = Tensor([1.0])
    assert Tensor(t) is t
    assert Variable(t) is not t
    assert isinstance(Variable([1.0]), Tensor)


def test_integers_in_a_variable_become_floats():
    assert Variable([1, 2]).dtype == np.float32


@pytest.mark.parametrize("data", [["a"], [None], [1j], [object()]])
def test_data_must_be_real_numbers(data):
    with pytest.raises(TypeError, match="A Tensor holds real numbers. Received data of dtype"):
        Tensor(data)


def test_ragged_rows_are_refused():
    with pytest.raises((TypeError, ValueError)):
        Tensor([[1.0, 2.0], [3.0]])


# -- flags ------------------------------------------------------------------------------------------------------------


def test_trainable_is_requires_grad():
    t = Tensor([1.0])
    assert t.requires_grad
    assert t.trainable
    t.trainable = False
    assert t.requires_grad is False
    t.requires_grad = True
    assert t.trainable is True


def test_tensors_are_born_detached():
    t = Tensor([1.0, 2.0])
    t.grad = np.ones(2)
    for child in (t[:1], t.view(Tensor), np.zeros_like(t), t.detach()):
        assert getattr(child, "grad", None) is None


def test_detach_cuts_on_purpose_and_shares_memory():
    t = Tensor([1.0])
    twin = t.detach()
    assert not twin.requires_grad
    assert np.shares_memory(t, twin)
    weight = Tensor([2.0])
    (twin * weight).backward()
    assert t.grad is None


def test_numpy_shares_memory():
    t = Tensor([1.0])
    assert type(t.numpy()) is np.ndarray
    assert np.shares_memory(t.numpy(), t)


def test_deepcopy_keeps_what_was_set_by_hand():
    t = Variable([1.0, 2.0], name="w")
    t.requires_grad = False
    t.grad = np.ones(2)
    twin = copy.deepcopy(t)
    assert type(twin) is Variable
    assert (twin.requires_grad, twin.name, twin.grad.tolist()) == (False, "w", [1.0, 1.0])
    twin[0] = 9
    twin.grad[0] = 9
    assert (t[0], t.grad[0]) == (1, 1)


def test_deepcopy_of_a_shared_tensor_stays_shared():
    t = Tensor([1.0])
    first, second = copy.deepcopy([t, t])
    assert first is second


def test_copy_of_a_leaf_is_data():
    t = Tensor([1.0, 2.0])
    assert t.copy().node is None
    np.testing.assert_array_equal(t.copy(), t)


# -- assign -----------------------------------------------------------------------------------------------------------


def test_assign_writes_in_place():
    t = Tensor([1.0, 2.0])
    memory = t.numpy()
    assert t.assign([3, 4]) is t
    np.testing.assert_array_equal(memory, [3, 4])


def test_assign_checks_the_shape():
    with pytest.raises(ValueError, match=r"assign\(\) needs values of shape \(2,\) for w. Received: \(3,\)"):
        Tensor([1.0, 2.0], name="w").assign(np.zeros(3))


def test_assign_of_fractions_to_integers_is_refused():
    with pytest.raises(TypeError, match="cannot take fractions"):
        Tensor(np.array([1, 2])).assign([0.5, 1.5])


# -- arithmetic through the gateway -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compute", "value", "gradient"),
    [
        (lambda t: 5 - t, 3, -1),
        (lambda t: 1 / t, 0.5, -0.25),
        (lambda t: 5 + t, 7, 1),
        (lambda t: 3 * t, 6, 3),
        (lambda t: 2.0**t, 4, 4 * np.log(2)),
        (lambda t: np.float64(2) * t, 4, 2),
        (lambda t: np.float64(2) / t, 1, -0.5),
        (lambda t: np.float64(5) - t, 3, -1),
        (lambda t: np.ones(1) * 3 - t, 1, -1),
        (lambda t: np.add(1, t), 3, 1),
        (lambda t: t**2, 4, 4),
        (lambda t: t**0.5, np.sqrt(2), 0.5 / np.sqrt(2)),
        (lambda t: t**-1, 0.5, -0.25),
        (lambda t: t**3, 8, 12),
        (lambda t: -t, -2, -1),
        (lambda t: +t, 2, 1),
        (lambda t: abs(-t), 2, 1),
        (lambda t: np.square(t), 4, 4),
        (lambda t: np.reciprocal(t), 0.5, -0.25),
    ],
)
def test_operators_and_their_reflected_forms(compute, value, gradient):
    t = Tensor([2.0], dtype="float64")
    y = compute(t)
    np.testing.assert_allclose(y, [value])
    y.sum().backward()
    np.testing.assert_allclose(t.grad, [gradient])


def test_reflected_matmul():
    t = Tensor([[1.0], [2.0]], dtype="float64")
    (np.array([[3.0, 4.0]]) @ t).sum().backward()
    np.testing.assert_array_equal(t.grad, [[3], [4]])


@pytest.mark.parametrize(
    "compute",
    [
        lambda t: t * 2,
        lambda t: 0.1 * t,
        lambda t: t + np.float64(0.1),
        lambda t: np.float64(0.1) - t,
        lambda t: np.float64(0.1) / t,
        lambda t: t / np.float64(3),
        lambda t: t ** np.float64(2),
        lambda t: np.float64(2) ** t,
        lambda t: t**2,
        lambda t: 2**t,
        lambda t: t.mean(),
        lambda t: t.sum() / 3,
        lambda t: 1 / t,
        lambda t: -t,
        lambda t: ((t - 1) ** 2).mean() * 0.5,
    ],
)
def test_float32_stays_float32(compute):
    t = Tensor([1.0, 2.0])
    y = compute(t)
    assert y.dtype == np.float32
    y.sum().backward()
    assert t.grad.dtype == np.float32


def test_gradient_has_the_dtype_of_its_tensor_in_mixed_sums():
    single, double = Tensor([1.0]), Tensor([1.0], dtype="float64")
    (single * double).sum().backward()
    assert (single.grad.dtype, double.grad.dtype) == (np.float32, np.float64)


def test_integer_data_becomes_floating_when_gradients_are_asked_for():
    t = Tensor(np.array([1, 2]))
    y = (t * t).sum()
    y.backward()
    np.testing.assert_array_equal(t.grad, [2, 4])
    assert t.grad.dtype == np.float32


# -- functions without a gradient by nature ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "compute",
    [
        lambda t: t > 0,
        lambda t: 0 <= t,
        lambda t: t == t,
        lambda t: t != 1,
        lambda t: np.isfinite(t),
        lambda t: np.isnan(t),
        lambda t: np.sign(t),
        lambda t: np.floor(t),
        lambda t: np.rint(t),
        lambda t: np.argmax(t),
        lambda t: np.argsort(t),
        lambda t: t.argmax(),
        lambda t: np.round(t),
        lambda t: np.around(t, 2),
        lambda t: np.unique(t),
        lambda t: np.zeros_like(t),
        lambda t: np.ones_like(t),
        lambda t: np.sort(t),
        lambda t: np.isclose(t, t),
        lambda t: np.logical_and(t > 0, t < 2),
    ],
)
@pytest.mark.parametrize("in_tape", [False, True])
def test_functions_without_gradient_give_plain_arrays(compute, in_tape):
    t = recorded()
    if in_tape:
        with GradientTape():
            result = compute(t)
    else:
        result = compute(t)
    assert not isinstance(result, Tensor)
    np.testing.assert_array_equal(result, compute(t.numpy()))


def test_truth_values_and_conversions_are_plain():
    t = recorded([2.0])
    with GradientTape():
        assert np.allclose(t, [2.0])
        assert np.array_equal(t, [2.0])
        assert float(t.sum()) == 2
        assert int(t.sum()) == 2
        assert t.tolist() == [2.0]
        assert t.item() == 2
        assert bool(t > 1)
        assert bool(np.any(t > 1))
        assert (len(t), t.shape, t.ndim, t.size) == (1, (1,), 1, 1)


def test_assertions_of_numpy_run_on_recorded_tensors():
    t = recorded()
    with GradientTape():
        np.testing.assert_allclose(t, [1, -2, 3])
        np.testing.assert_array_equal(t, t)
        np.testing.assert_almost_equal(t, np.array([1, -2, 3]))
        np.testing.assert_array_almost_equal(t, [1, -2, 3])
        np.testing.assert_equal(t, np.array([1, -2, 3], np.float32))
        np.testing.assert_array_less(t, 4)


def test_a_failing_assertion_of_numpy_can_describe_itself():
    with GradientTape(), pytest.raises(AssertionError, match="Mismatched elements: 1 / 3"):
        np.testing.assert_allclose(recorded(), [1, -2, 4])


def test_printing_runs_on_recorded_tensors():
    t = recorded()
    with GradientTape():
        assert "1." in str(t)
        assert "Tensor" in repr(t)
        assert f"{t.sum():.2f}" == "2.00"
        assert np.array2string(t)


def test_saving_runs_on_recorded_tensors():
    t = recorded()
    file = io.BytesIO()
    with GradientTape():
        np.save(file, t, allow_pickle=False)
        np.savez(io.BytesIO(), t=t)
        np.savetxt(io.StringIO(), t)
    file.seek(0)
    np.testing.assert_array_equal(np.load(file), [1, -2, 3])


def test_iterating_and_hashing_do_not_fail():
    assert [float(value) for value in recorded()] == [1, -2, 3]


# -- functions that would lose a gradient -----------------------------------------------------------------------------

LOSING = [
    np.sinh,
    np.cumsum,
    np.std,
    np.var,
    np.prod,
    lambda t: t.min(),
    lambda t: t.std(),
    lambda t: t.clip(0, 1),
    lambda t: t.squeeze(),
    lambda t: t.copy(),
    lambda t: t.astype(float),
    lambda t: np.maximum(t, 0),
    lambda t: np.where(t > 0, t, 0),
    lambda t: np.concatenate([t, t]),
    lambda t: np.stack([t, t]),
    lambda t: np.vstack((t, t)),
    lambda t: np.einsum("i,i->", t, t),
    lambda t: np.linalg.norm(t),
    lambda t: np.add.reduce(t),
    lambda t: np.multiply.outer(t, t),
    lambda t: np.sum(t, dtype=float),
    lambda t: t.sum(dtype=float),
    lambda t: np.max(t, initial=9.0),
    lambda t: np.sum(t, where=np.array([True, False, True])),
    lambda t: t.reshape(3, 1, order="F"),
    lambda t: np.ravel(t, "F"),
    lambda t: t.flatten("F"),
    lambda t: np.add(t, 1, dtype=float),
    lambda t: np.dot(t, np.ones((2, 3, 4))),
]


@pytest.mark.parametrize("compute", LOSING)
def test_a_lost_gradient_is_remembered(compute):
    result = compute(recorded())
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result, compute(np.array([1.0, -2.0, 3.0])), rtol=1e-6)
    with pytest.raises(RuntimeError, match=REFUSED):
        result.sum().backward()


@pytest.mark.parametrize("compute", LOSING)
def test_a_lost_gradient_is_an_error_at_once_inside_a_tape(compute):
    with GradientTape(), pytest.raises(RuntimeError, match=REFUSED):
        compute(recorded())


@pytest.mark.parametrize("compute", LOSING)
def test_inside_no_grad_every_function_is_free(compute):
    with GradientTape(), beras.no_grad():
        assert np.all(np.isfinite(compute(recorded())))


def test_the_message_names_the_function():
    with pytest.raises(RuntimeError, match=r"^np\.sinh has no gradient rule"):
        np.sinh(recorded()).backward()
    with pytest.raises(RuntimeError, match=r"^Tensor\.cumsum has no gradient rule"):
        recorded().cumsum().backward()
    with pytest.raises(RuntimeError, match=r"^np\.add\.reduce has no gradient rule"):
        np.add.reduce(recorded()).backward()


def test_results_with_out_are_written():
    t = recorded()
    out = np.zeros(())
    t.sum(out=out)
    np.sum(t, out=out)
    assert out == 2
    total = np.zeros(3)
    np.add(t, 1, out=total)
    np.testing.assert_array_equal(total, [2, -1, 4])


# -- methods ----------------------------------------------------------------------------------------------------------


def test_t_reverses_the_axes():
    t = Tensor(np.arange(6.0).reshape(1, 2, 3))
    assert t.T.shape == (3, 2, 1)
    assert Tensor([1.0]).T.shape == (1,)


def test_transpose_swaps_the_last_two_axes_without_arguments():
    t = Tensor(np.zeros((2, 3, 4)))
    assert t.transpose().shape == t.transpose(None).shape == (2, 4, 3)
    assert t.transpose(2, 0, 1).shape == t.transpose((2, 0, 1)).shape == (4, 2, 3)
    assert np.transpose(t).shape == (4, 3, 2)


def test_reshape_takes_numbers_or_a_tuple():
    t = Tensor(np.arange(6.0))
    assert t.reshape(2, 3).shape == t.reshape((2, 3)).shape == t.reshape(2, -1).shape == (2, 3)
    assert t.reshape(2, 3).flatten().shape == t.reshape(2, 3).ravel().shape == (6,)


def test_reductions_know_axis_and_keepdims():
    t = Tensor(np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(t.sum(0), [3, 5, 7])
    np.testing.assert_array_equal(t.sum(axis=1, keepdims=True), [[3], [12]])
    np.testing.assert_array_equal(t.mean(axis=-1), [1, 4])
    np.testing.assert_array_equal(t.max(axis=(0, 1)), 5)
    np.testing.assert_array_equal(np.max(t, axis=1), [2, 5])


def test_dot_is_numpys_for_every_rank():
    a, b = Tensor(np.arange(3.0)), Tensor(np.arange(6.0).reshape(3, 2))
    np.testing.assert_array_equal(a.dot(b), np.dot(a.numpy(), b.numpy()))
    np.testing.assert_array_equal(np.dot(2.0, a), [0, 2, 4])
    a3, b3 = np.ones((2, 3, 4)), np.ones((2, 4, 3))
    assert np.dot(Tensor(a3), b3).shape == np.dot(a3, b3).shape


# -- backward ---------------------------------------------------------------------------------------------------------


def test_backward_of_an_array_takes_the_sum():
    t = Tensor([1.0, 2.0])
    (t * 3).backward()
    np.testing.assert_array_equal(t.grad, [3, 3])


def test_backward_takes_an_upstream_gradient():
    t = Tensor([1.0, 2.0])
    (t * 3).backward([10, 100])
    np.testing.assert_array_equal(t.grad, [30, 300])


def test_upstream_gradient_has_the_tensors_shape():
    with pytest.raises(ValueError, match=r"must have the tensor's shape \(2,\). Received: \(3,\)"):
        (Tensor([1.0, 2.0]) * 3).backward([1, 2, 3])


def test_gradient_belongs_to_the_caller():
    t = Tensor([1.0])
    seed = np.ones(1, np.float32)
    (t * 1).backward(seed)
    t.grad[0] = 9
    assert seed[0] == 1


def test_not_requiring_a_gradient_gets_none():
    t, data = Tensor([1.0]), Tensor([2.0])
    data.requires_grad = False
    (t * data).backward()
    assert data.grad is None
    np.testing.assert_array_equal(t.grad, [2])


# -- conversion -------------------------------------------------------------------------------------------------------


def test_floating_converts_integers_and_booleans():
    assert floating([1, 2]).dtype == floating(np.array([True])).dtype == floating(np.float16(1)).dtype == np.float32
    double = np.ones(2)
    assert floating(double) is double


@pytest.mark.parametrize("data", [np.array(["a"]), np.array([None]), np.array([1j])])
def test_floating_refuses_what_is_no_real_number(data):
    with pytest.raises(TypeError, match="Expected real numbers"):
        floating(data)


def test_as_array_leaves_other_things_alone():
    assert as_array(None) is None
    assert as_array("text") == "text"
    assert as_array(2.0).dtype == np.float32


def test_copy_module_and_reduce_rebuild_a_tensor():
    t = Variable([1.0, 2.0], name="w")
    t.requires_grad = False
    rebuild, state = t.__reduce__()
    twin = rebuild(*state)
    assert (type(twin), twin.name, twin.requires_grad) == (Variable, "w", False)


def test_no_warning_is_raised_by_everyday_use():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        t = Tensor([[1.0, 2.0], [3.0, 4.0]])
        ((t @ t.T - 1) ** 2).mean().backward()
    assert np.isfinite(t.grad).all()
