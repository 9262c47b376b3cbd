"""Callable, Weighted and Diffable: what a call remembers, the aliases, and the generic products with Jacobians."""

import copy
import threading

import numpy as np
import pytest

from beras import Callable, Dense, Diffable, GradientTape, MeanSquaredError, Sigmoid, Tensor, Variable, Weighted
from beras.core import compose_input, compose_weight, only_upstream


class Scale(Diffable):
    """y = s x, the smallest layer with a weight."""

    def __init__(self, start=2.0, name=None):
        self.s = Variable(np.array(start), name="s")
        self.name = name

    @property
    def weights(self):
        return [self.s]

    def forward(self, x):
        return x * self.s

    def get_input_gradients(self):
        return [np.full_like(self.inputs[0], float(self.s))]

    def get_weight_gradients(self):
        return [self.inputs[0]]


class TwoInputs(Diffable):
    def forward(self, left, right=3.0):
        return left * right

    def get_input_gradients(self):
        left, right = self.inputs
        return [np.broadcast_to(right, left.shape), left]


# -- Callable ---------------------------------------------------------------------------------------------------------


def test_callable_runs_forward_and_returns_a_tensor():
    class Double(Callable):
        def forward(self, x):
            return np.asarray(x) * 2

    assert isinstance(Double()([1.0]), Tensor)
    np.testing.assert_array_equal(Double()([1.0]), [2])


def test_callable_may_define_call():
    class Double(Callable):
        def call(self, x):
            return np.asarray(x) * 2

    np.testing.assert_array_equal(Double()([1.0]), [2])
    np.testing.assert_array_equal(Double().forward([1.0]), [2])


def test_callable_without_forward_says_what_is_missing():
    class Empty(Callable):
        pass

    with pytest.raises(NotImplementedError, match="Empty must define forward"):
        Empty()(1)


def test_diffable_may_define_call():
    class Double(Diffable):
        def call(self, x):
            return x * 2

        def get_input_gradients(self):
            return [np.full_like(self.inputs[0], 2)]

    t = Tensor([[1.0, 2.0]])
    Double()(t).sum().backward()
    np.testing.assert_array_equal(t.grad, [[2, 2]])


def test_diffable_without_forward_says_what_is_missing():
    class Empty(Diffable):
        pass

    with pytest.raises(NotImplementedError, match="Empty must define forward"):
        Empty()(np.ones(1))


# -- Weighted ---------------------------------------------------------------------------------------------------------


def test_parameters_are_the_weights():
    layer = Dense(2, 3, rng=0)
    assert [w is p for w, p in zip(layer.weights, layer.parameters, strict=True)] == [True, True]


def test_a_subclass_may_define_parameters_instead():
    class Old(Weighted):
        @property
        def parameters(self):
            return [t]

    t = Tensor([1.0])
    assert Old().weights == [t]


def test_trainable_is_true_if_any_weight_is():
    layer = Dense(2, 3, rng=0)
    layer.b.trainable = False
    assert layer.trainable
    assert [w.name for w in layer.trainable_variables] == ["W"]
    assert [w.name for w in layer.non_trainable_variables] == ["b"]


def test_setting_trainable_sets_all_and_can_set_them_back():
    layer = Dense(2, 3, rng=0)
    layer.trainable = False
    assert not layer.trainable
    assert layer.trainable_variables == []
    layer.trainable = True
    assert len(layer.trainable_variables) == 2


def test_nothing_to_train_is_not_trainable():
    assert not Sigmoid().trainable


# -- a call and what it remembers -------------------------------------------------------------------------------------


def test_a_call_remembers_inputs_and_outputs():
    layer, x = Scale(), Tensor([[1.0, 2.0]])
    y = layer(x)
    assert layer.argnames == ["x"]
    assert layer.inputs[0] is x
    assert layer.outputs[0] is y
    assert layer.input_dict == {"x": x}
    assert layer.ins["x"] is x


def test_before_a_call_there_is_nothing():
    layer = Scale()
    assert (layer.inputs, layer.outputs, layer.input_dict) == ([], [], {})


def test_keyword_arguments_take_their_place():
    op, x = TwoInputs(), np.ones((1, 2))
    op(right=np.full((1, 2), 5.0), left=x)
    assert op.argnames == ["left", "right"]
    assert op.input_dict["left"] is x


def test_losses_name_their_arguments():
    assert MeanSquaredError().argnames == ["y_pred", "y_true"]


def test_a_diffable_is_one_recorded_step():
    y = Sigmoid()(Tensor([[1.0]]) * 2)
    assert y.node.label == "Sigmoid"
    assert y.node.inputs[0].node.label == "MulScalar"


def test_forward_computes_without_recording():
    layer = Scale()
    y = layer.forward(np.ones((1, 2)))
    assert isinstance(y, Tensor)
    assert y.node is None
    assert layer.inputs == []


def test_forward_leaves_the_latest_call_as_it_was():
    layer = Scale()
    y = layer(np.ones((1, 2)))
    layer.forward(np.zeros((3, 2)))
    assert layer.outputs[0] is y


def test_calls_of_another_thread_are_its_own():
    layer, x = Scale(), np.ones((1, 2))
    layer(x)
    seen = []
    other = threading.Thread(target=lambda: seen.append(layer.inputs))
    other.start()
    other.join()
    assert seen == [[]]
    assert layer.inputs[0] is x


def test_a_failed_call_leaves_the_one_before():
    layer = Dense(2, 1, rng=0)
    y = layer(np.ones((1, 2)))
    with pytest.raises(ValueError, match="needs inputs of shape"):
        layer(np.ones((1, 3)))
    assert layer.outputs[0] is y


def test_wrong_number_of_arguments_is_a_type_error():
    with pytest.raises(TypeError):
        Scale()(np.ones(1), np.ones(1))


def test_name_shows_in_the_record():
    assert Scale(name="doubler")(Tensor([[1.0]])).node.label == "doubler"
    assert (str(Scale(name="doubler")), str(Scale())) == ("doubler", "Scale")


def test_gradient_tape_is_the_open_one():
    assert Diffable.gradient_tape is None
    with GradientTape() as tape:
        assert Diffable.gradient_tape is tape
        assert Scale().gradient_tape is tape
    assert Diffable.gradient_tape is None


def test_deepcopy_of_a_called_layer_is_independent():
    layer = Dense(2, 1, rng=0)
    layer(np.ones((1, 2)))
    twin = copy.deepcopy(layer)
    assert twin.inputs == []
    assert twin.w is not layer.w
    assert twin.w.requires_grad
    twin.w.assign(np.zeros((2, 1)))
    assert layer.w.any()


# -- backward ---------------------------------------------------------------------------------------------------------


def test_backward_of_a_diffable_starts_at_its_latest_output():
    layer, x = Scale(3.0), Tensor([[1.0, 2.0]])
    layer(x)
    layer.backward()
    np.testing.assert_array_equal(x.grad, [[3, 3]])
    np.testing.assert_array_equal(layer.s.grad, 3)


def test_backward_before_a_call_says_so():
    with pytest.raises(RuntimeError, match="Scale has not been called in this thread yet"):
        Scale().backward()


def test_missing_gradients_say_what_is_missing():
    class NoGradient(Diffable):
        def forward(self, x):
            return x

    with pytest.raises(NotImplementedError, match="NoGradient must define get_input_gradients"):
        NoGradient()(Tensor([[1.0]])).sum().backward()


def test_missing_weight_gradients_say_what_is_missing():
    class Forgetful(Scale):
        get_weight_gradients = Diffable.get_weight_gradients

    layer = Forgetful()
    layer(np.ones((1, 1)))
    with pytest.raises(NotImplementedError, match="Forgetful must define get_weight_gradients"):
        layer.backward()


# -- the generic products ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("J", [None, [None], []])
def test_no_upstream_gives_the_local_gradients(J):
    layer = Scale()
    layer(np.ones((2, 3)))
    np.testing.assert_array_equal(layer.compose_input_gradients(J)[0], np.full((2, 3), 2.0))
    np.testing.assert_array_equal(layer.compose_weight_gradients(J)[0], np.ones((2, 3)))


def test_upstream_may_be_an_array_or_a_list_that_is_added():
    one = np.ones((2, 3))
    np.testing.assert_array_equal(only_upstream(one), one)
    np.testing.assert_array_equal(only_upstream([one]), one)
    np.testing.assert_array_equal(only_upstream([one, None, one]), 2 * one)


def test_compose_input_takes_one_jacobian_for_all_samples(rng):
    upstream, local = rng.normal(size=(7, 4)), rng.normal(size=(3, 4))
    np.testing.assert_allclose(
        compose_input(Sigmoid(), upstream, local, np.ones((7, 3))), np.einsum("bo,io->bi", upstream, local)
    )


def test_compose_input_takes_one_jacobian_per_sample(rng):
    upstream, local = rng.normal(size=(7, 4)), rng.normal(size=(7, 3, 4))
    np.testing.assert_allclose(
        compose_input(Sigmoid(), upstream, local, np.ones((7, 3))), np.einsum("bo,bio->bi", upstream, local)
    )


def test_compose_input_takes_factors_per_entry(rng):
    upstream, local = rng.normal(size=(7, 3)), rng.normal(size=(7, 3))
    np.testing.assert_allclose(compose_input(Sigmoid(), upstream, local, np.ones((7, 3))), upstream * local)


def test_compose_input_refuses_another_shape():
    with pytest.raises(ValueError, match=r"Sigmoid.get_input_gradients gives a local gradient of shape \(2, 2\)"):
        compose_input(Sigmoid(), np.ones((7, 4)), np.ones((2, 2)), np.ones((7, 3)))


def test_compose_weight_sums_over_the_batch(rng):
    upstream, local, weight = rng.normal(size=(7, 4)), rng.normal(size=(7, 3, 4)), np.ones((3, 4))
    np.testing.assert_allclose(
        compose_weight(Sigmoid(), upstream, local, weight), np.einsum("bo,bio->io", upstream, local)
    )


def test_compose_weight_takes_one_local_gradient_for_all_samples(rng):
    upstream = rng.normal(size=(7, 4))
    np.testing.assert_allclose(compose_weight(Sigmoid(), upstream, np.ones(4), np.ones(4)), upstream.sum(axis=0))


def test_compose_weight_refuses_another_shape():
    with pytest.raises(ValueError, match=r"for a weight of shape \(3, 4\). Expected \(3, 4\) or \(7, 3, 4\)"):
        compose_weight(Sigmoid(), np.ones((7, 4)), np.ones((2, 3, 4)), np.ones((3, 4)))
