"""The tensor: what it is made of, its flags, its own methods and its backward."""

import copy
import warnings

import numpy as np
import pytest

from beras import Tensor, Variable, default_dtype, set_default_dtype
from beras.tensor import as_array, floating

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
    with pytest.raises(ValueError, match=r"must be float32 or float64. Received: int32"):
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
    with pytest.raises(TypeError, match=r"A Tensor holds real numbers. Received data of dtype"):
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
