"""NumPy's operators and functions on tensors: recorded, plain by nature, or a lost gradient that is named."""

import io

import numpy as np
import pytest

import beras
from beras import GradientTape, Tensor

REFUSED = "has no gradient rule in BERAS"


def recorded(values=(1.0, -2.0, 3.0)):
    return Tensor(list(values)) * 1


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
        lambda t: t >= 0,
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
