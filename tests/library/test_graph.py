"""The recorded graph: what is recorded, the order of the sweep, and what it refuses."""

import threading
import warnings

import numpy as np
import pytest

from beras import Dense, Operation, Sigmoid, Tensor, no_grad, ops
from beras.graph import STATE, backpropagate, needs_recording, topological_order


def test_a_call_is_recorded_with_its_operands_in_order():
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 5.0])
    c = a - b
    assert type(c.node.op) is ops.Sub
    assert c.node.inputs[0] is a
    assert c.node.inputs[1] is b
    assert c.node.label == "Sub"
    assert c._op is c.node.op
    assert c._inputs == [a, b] or (c._inputs[0] is a and c._inputs[1] is b)


def test_a_leaf_has_no_record():
    leaf = Tensor([1.0])
    assert (leaf.node, leaf._op, leaf._inputs) == (None, None, [])


def test_nothing_is_recorded_for_operands_without_gradient():
    data = np.ones(3)
    assert not needs_recording((data, 2.0))
    assert (Tensor(data).detach() * 2).node is None


def test_nothing_is_recorded_inside_no_grad_and_contexts_nest():
    t = Tensor([1.0])
    with no_grad():
        with Tensor.no_grad():
            assert (t * 2).node is None
        assert (t * 2).node is None
    assert (t * 2).node is not None


def test_no_grad_holds_for_its_own_thread_only():
    t = Tensor([1.0])
    recorded = []
    with no_grad():
        other = threading.Thread(target=lambda: recorded.append((t * 2).node is not None))
        other.start()
        other.join()
    assert recorded == [True]


def test_no_grad_ends_with_an_error_too():
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert STATE.suspended == 0


def test_order_puts_every_node_after_its_inputs():
    t = Tensor([1.0])
    a = t * 2
    b = a + t
    c = b * a
    order = topological_order(c.node)
    assert [node.label for node in order] == ["MulScalar", "Add", "Mul"]


def test_diamond_adds_both_paths_up():
    t = Tensor([3.0])
    a = t * 2
    ((a * 5) + (a * 7)).backward()
    np.testing.assert_allclose(t.grad, [24])


def test_diamond_of_diamonds_visits_every_node_once():
    t = Tensor(np.array(1.0))
    top = t
    for _ in range(40):
        top = top + top
    visits = []
    pairs = backpropagate(top, np.array(1.0), [t], on_node=lambda node, *_: visits.append(node))
    assert len(visits) == 40
    assert pairs[0][1] == 2.0**40


def test_same_tensor_twice_in_one_operation():
    t = Tensor([3.0, -2.0])
    (t * t).sum().backward()
    np.testing.assert_allclose(t.grad, [6, -4])


def test_same_matrix_on_both_sides_of_matmul():
    a = Tensor([[1.0, 2.0], [3.0, 4.0]], dtype="float64")
    (a @ a).sum().backward()
    ones = np.ones((2, 2))
    np.testing.assert_allclose(a.grad, ones @ a.numpy().T + a.numpy().T @ ones)


def test_chain_of_20000_operations():
    t = Tensor(np.array(1.0))
    top = t
    for _ in range(20_000):
        top = top + 1e-3
    top.backward()
    assert t.grad == 1


def test_layer_used_twice_gets_both_gradients(rng):
    layer = Dense(3, 3, rng=rng)
    x = np.ones((2, 3), np.float32)
    first = layer(x)
    second = layer(first)
    second.sum().backward()
    upstream = np.ones((2, 3), np.float32)
    below = upstream @ layer.w.numpy().T
    np.testing.assert_allclose(layer.w.grad, first.numpy().T @ upstream + x.T @ below, rtol=1e-5)
    np.testing.assert_allclose(layer.b.grad, (upstream + below).sum(axis=0), rtol=1e-5)


def test_only_paths_to_requested_sources_are_swept():
    a, b = Tensor([1.0]), Tensor([2.0])
    left, right = a * 2, b * 3
    visits = []
    pairs = backpropagate(left + right, np.ones(1), [a], on_node=lambda node, *_: visits.append(node.label))
    assert visits == ["Add", "MulScalar"]
    assert [gradient.tolist() for _, gradient in pairs] == [[2.0]]


def test_gradient_of_an_intermediate_can_be_asked_for():
    t = Tensor([3.0])
    a = t * 2
    pairs = backpropagate((a * a).sum(), np.array(1.0), [a, t])
    assert [gradient.tolist() for _, gradient in pairs] == [[12.0], [24.0]]


def test_the_target_itself_has_its_seed_as_gradient():
    t = Tensor([3.0]) * 1
    ((_, gradient),) = backpropagate(t, np.array([5.0]), [t])
    np.testing.assert_array_equal(gradient, [5])


def test_a_source_asked_for_twice_gets_two_arrays_of_its_own():
    t = Tensor([3.0])
    (_, first), (_, second) = backpropagate(t * 2, np.ones(1), [t, t])
    first[:] = 0
    np.testing.assert_array_equal(second, [2])


def test_unreached_source_gives_none():
    t, other = Tensor([1.0]), Tensor([1.0])
    assert backpropagate(t * 2, np.ones(1), [other])[0][1] is None


def test_data_without_gradient_costs_no_sweep():
    class Refusing(Operation):
        def forward(self, a):
            return a

        def backward(self, out_grad, node):
            raise AssertionError("nobody asked for this gradient")

    data = Tensor([1.0])
    data.requires_grad = False
    weight = Tensor([2.0])
    (Refusing()(data) * weight).backward()
    np.testing.assert_array_equal(weight.grad, [1])


def test_gradients_of_two_leaves_share_no_memory():
    a, b = Tensor([1.0]), Tensor([1.0])
    (a + b).backward()
    a.grad[:] = 9
    np.testing.assert_array_equal(b.grad, [1])


class TwoGradients(Operation):
    def forward(self, a):
        return a

    def backward(self, out_grad, node):
        return out_grad, out_grad


class WrongShape(Operation):
    def forward(self, a):
        return a

    def backward(self, out_grad, node):
        return out_grad.sum()


class Nothing(Operation):
    def forward(self, a):
        return a

    def backward(self, out_grad, node):
        return (None,)


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (TwoGradients, "TwoGradients must give one gradient for each of its 1 operands. Received: 2."),
        (WrongShape, r"WrongShape gives a gradient of shape \(\) for an operand of shape \(2,\)"),
        (Nothing, r"Nothing gives no gradient for its operand of shape \(2,\)"),
    ],
)
def test_a_wrong_set_of_gradients_names_the_operation(operation, message):
    with pytest.raises(ValueError, match=message):
        operation()(Tensor([1.0, 2.0])).backward()


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.__setitem__(0, 5),
        lambda t: t.assign(np.zeros(2)),
        lambda t: t.__iadd__(1),
        lambda t: np.add(t, 1, out=t),
        lambda t: t.fill(0),
        lambda t: t.sort(),
        lambda t: t.put([0], [9]),
        lambda t: np.copyto(t, 0),
        lambda t: np.put(t, [0], [9]),
        lambda t: np.place(t, [True, False], [9]),
        lambda t: np.putmask(t, [True, False], [9]),
        lambda t: t.partition(1),
        lambda t: np.add.at(t, [0], 1),
        lambda t: np.clip(np.ones(2), 0, 1, out=t),
        lambda t: np.ones((2, 2)).sum(axis=0, out=t),
        lambda t: np.sum(np.ones((2, 2)), axis=0, out=t),
    ],
)
def test_writing_into_a_recorded_intermediate_is_refused_at_once(write):
    t = Tensor([1.0, 2.0]) * 2
    with pytest.raises(RuntimeError, match=r"recorded as the output of MulScalar; writing into it"):
        write(t)
    np.testing.assert_array_equal(t, [2, 4])


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.__setitem__(0, 5),
        lambda t: t.assign(np.zeros(2)),
        lambda t: t.__iadd__(1),
        lambda t: t.fill(0),
        lambda t: t.sort(),
        lambda t: t.put([0], [9]),
        lambda t: np.copyto(t, 0),
        lambda t: np.add.at(t, [0], 1),
    ],
)
def test_a_leaf_changed_between_forward_and_backward_is_refused(write):
    t = Tensor([1.0, 2.0], name="w")
    loss = (t * t).sum()
    write(t)
    with pytest.raises(RuntimeError, match=r"shape \(2,\) \(w\) was changed in place after Mul recorded it"):
        loss.backward()
    assert t.grad is None


def test_a_view_of_an_intermediate_cannot_be_written_either():
    t = Tensor([1.0, 2.0]) * 2
    with pytest.raises(ValueError, match="read-only"):
        t.numpy()[0] = 5


def test_a_recorded_tensor_added_in_place_is_a_lost_gradient_that_is_named():
    total, t = Tensor([0.0]), Tensor([1.0])
    total += t * 2
    np.testing.assert_array_equal(total, [2])
    with pytest.raises(RuntimeError, match=r"np\.add wrote a recorded tensor into another in place"):
        (total * 1).backward()


def test_a_recorded_tensor_written_by_item_is_a_lost_gradient_that_is_named():
    total, t = Tensor([0.0, 0.0]), Tensor([1.0])
    total[0] = (t * 2)[0]
    with pytest.raises(RuntimeError, match="written into another by item assignment"):
        total.sum().backward()


def test_update_by_hand_inside_no_grad_is_no_lost_gradient():
    w = Tensor([1.0])
    (w * 3).backward()
    with no_grad():
        w -= 0.1 * w.grad
    (w * 3).backward()
    np.testing.assert_allclose(w, [0.7])
    np.testing.assert_allclose(w.grad, [6])


def test_backward_twice_on_one_result_is_refused():
    t = Tensor([1.0])
    loss = t * 2
    loss.backward()
    with pytest.raises(RuntimeError, match="backward\\(\\) has run on this result already"):
        loss.backward()
    np.testing.assert_array_equal(t.grad, [2])


def test_gradients_of_two_passes_accumulate():
    t = Tensor([1.0])
    (t * 2).backward()
    (t * 3).backward()
    np.testing.assert_array_equal(t.grad, [5])


def test_backward_of_what_nothing_recorded_says_so():
    with pytest.raises(RuntimeError, match="Nothing was recorded for this tensor"):
        Tensor([1.0]).backward()


def test_backward_beneath_a_forward_call_names_the_layer(rng):
    layer = Dense(2, 2, name="hidden", rng=rng)
    out = Sigmoid()(layer.forward(np.ones((1, 2), np.float32)))
    with pytest.raises(RuntimeError, match=r"hidden was called with \.forward\(\), so nothing was recorded there"):
        out.sum().backward()


def test_what_no_grad_computed_is_a_constant_further_on(rng):
    layer = Dense(2, 2, rng=rng)
    with no_grad():
        features = layer(np.ones((1, 2), np.float32))
    weight = Tensor([1.0, 1.0])
    (features * weight).sum().backward()
    np.testing.assert_allclose(weight.grad, features.numpy()[0])
    assert layer.w.grad is None


def test_backward_of_a_layer_inside_no_grad_says_so(rng):
    with no_grad():
        y = Dense(2, 2, rng=rng)(np.ones((1, 2), np.float32))
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()


def test_backward_of_an_operation_inside_no_grad_says_so():
    with no_grad():
        y = Tensor([1.0]) * 2
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()


def test_backward_beneath_a_function_without_rule_names_it():
    t = Tensor([1.0])
    with pytest.raises(RuntimeError, match=r"np\.sinh has no gradient rule in BERAS"):
        (np.sinh(t) * 2).backward()


def test_a_lost_gradient_elsewhere_does_not_hide_behind_a_recorded_path():
    t = Tensor([1.0])
    with pytest.raises(RuntimeError, match=r"np\.cumsum|Tensor\.cumsum"):
        (t * 2 + np.cumsum(t)).backward()


def test_deep_graphs_are_freed_without_recursion():
    t = Tensor(np.array(1.0))
    top = t
    for _ in range(20_000):
        top = top * 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del top
    assert t.node is None
