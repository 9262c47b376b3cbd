"""The summary of a pass: labels, edges, shapes and norms, each equal to a recount in plain NumPy."""

import dataclasses
import json

import numpy as np
import pytest

from beras import (
    Callback,
    CategoricalCrossEntropy,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    MeanSquaredError,
    ReLU,
    Sequential,
    Softmax,
    Tensor,
)
from beras.graph import backpropagate
from beras.trace import BackwardPass, norm
from tests.library import small

pytestmark = pytest.mark.usefixtures("float64")


def swept(target, sources=None):
    """The pass of one backward sweep."""
    record = BackwardPass(target)
    backpropagate(target, np.ones(()), sources, on_node=record.note)
    return record


@pytest.fixture
def network(rng):
    return Sequential(Dense(3, 4, "xavier", name="hidden", rng=rng), LeakyReLU(0.1), Dense(4, 2, rng=rng), Softmax())


@pytest.fixture(params=[1, 7])
def sample(request, rng):
    x = rng.normal(size=(request.param, 3))
    return x, np.eye(2)[rng.integers(2, size=request.param)]


@pytest.fixture
def trace(network, sample):
    x, y = sample
    loss = CategoricalCrossEntropy()(network(x), y)
    return swept(loss, network.trainable_variables).summary()


def test_labels_are_names_or_classes(trace):
    assert [(node.label, node.op) for node in trace.nodes] == [
        ("hidden", "Dense"),
        ("LeakyReLU", "LeakyReLU"),
        ("Dense", "Dense"),
        ("Softmax", "Softmax"),
        ("CategoricalCrossEntropy", "CategoricalCrossEntropy"),
    ]
    assert [node.index for node in trace.nodes] == list(range(5))
    assert [node.is_target for node in trace.nodes] == [False] * 4 + [True]


def test_a_class_that_occurs_twice_is_numbered():
    model = Sequential(Dense(2, 2, rng=0), ReLU(), Dense(2, 2, rng=1), ReLU(), Dense(2, 1, rng=2))
    nodes = swept(MeanSquaredError()(model(np.ones((1, 2))), [[0.0]])).summary().nodes
    assert [node.label for node in nodes] == ["Dense 1", "ReLU 1", "Dense 2", "ReLU 2", "Dense 3", "MeanSquaredError"]


def test_edges_say_where_inputs_come_from(trace):
    sources = [[(i.name, i.source) for i in node.inputs] for node in trace.nodes]
    assert sources == [
        [("x", None)],
        [("x", 0)],
        [("x", 1)],
        [("x", 2)],
        [("y_pred", 3), ("y_true", None)],
    ]


def test_shapes(trace, sample):
    batch = len(sample[0])
    assert [node.output_shape for node in trace.nodes] == [(batch, 4), (batch, 4), (batch, 2), (batch, 2), ()]
    assert [i.shape for i in trace.nodes[-1].inputs] == [(batch, 2), (batch, 2)]
    assert [(p.name, p.shape) for p in trace.nodes[0].parameters] == [("W", (3, 4)), ("b", (4,))]


def test_details(trace, sample):
    assert [node.detail for node in trace.nodes] == [
        "3 → 4",
        "α = 0.1",
        "4 → 2",
        "over 2 classes",
        f"mean over B = {len(sample[0])}",
    ]


def test_details_of_the_other_layers(rng):
    model = Sequential(Flatten(), Dense(4, 2, rng=rng), Dropout(0.25, rng=rng))
    nodes = swept(MeanSquaredError()(model(Tensor(np.ones((3, 2, 2)))), np.ones((3, 2)))).summary().nodes
    assert [node.detail for node in nodes] == ["", "4 → 2", "rate 0.25", "mean over B = 3"]


def forward_and_backward_by_hand(network, x, y):
    """The same pass in plain NumPy: the loss, each upstream gradient, and each weight gradient."""
    w1, b1, w2, b2 = (weight.numpy() for weight in network.weights)
    h = x @ w1 + b1
    a = np.where(h > 0, h, 0.1 * h)
    z = a @ w2 + b2
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    into_p = -(y / p) / len(x)
    into_z = (p - y) / len(x)
    into_a = into_z @ w2.T
    into_h = into_a * np.where(h > 0, 1, 0.1)
    loss = -np.sum(y * np.log(p)) / len(x)
    weights = [x.T @ into_h, into_h.sum(axis=0), a.T @ into_z, into_z.sum(axis=0)]
    return loss, [into_h, into_a, into_z, into_p, np.ones(())], weights


def test_norms_equal_a_recount(network, sample, trace):
    loss, upstream, weight_gradients = forward_and_backward_by_hand(network, *sample)
    assert trace.loss == pytest.approx(loss, rel=1e-10)
    found = [node.upstream_norm for node in trace.nodes]
    np.testing.assert_allclose(found, [np.linalg.norm(u) for u in upstream], rtol=1e-10)
    parameters = [p for node in trace.nodes for p in node.parameters]
    np.testing.assert_allclose(
        [p.gradient_norm for p in parameters], [np.linalg.norm(g) for g in weight_gradients], rtol=1e-10
    )
    np.testing.assert_allclose(
        [p.value_norm for p in parameters], [np.linalg.norm(w) for w in network.weights], rtol=1e-10
    )


def test_gradient_into_an_input_is_the_upstream_of_its_source(trace):
    for node in trace.nodes[1:]:
        assert node.inputs[0].gradient_norm == trace.nodes[node.inputs[0].source].upstream_norm


def test_nobody_asked_for_the_gradient_of_the_data(trace):
    assert trace.nodes[0].inputs[0].gradient_norm is None


def test_a_frozen_layer_has_no_gradient_norms(network, sample):
    network.layers[2].trainable = False
    network.layers[0].b.trainable = False
    x, y = sample
    loss = CategoricalCrossEntropy()(network(x), y)
    nodes = swept(loss, network.trainable_variables).summary().nodes
    assert [p.gradient_norm for p in nodes[2].parameters] == [None, None]
    assert nodes[0].parameters[0].gradient_norm > 0
    assert nodes[0].parameters[1].gradient_norm is None


def test_a_layer_used_twice_is_two_nodes(rng):
    layer = Dense(2, 2, rng=rng)
    trace = swept(layer(layer(Tensor(np.ones((1, 2))))).sum()).summary()
    assert [node.label for node in trace.nodes] == ["Dense 1", "Dense 2", "Summation"]
    assert trace.nodes[1].inputs[0].source == 0


def test_operations_and_diamonds_are_drawn(rng):
    t = Tensor(rng.normal(size=3))
    a = t * 2
    trace = swept((a * a).sum()).summary()
    assert [node.label for node in trace.nodes] == ["MulScalar", "Mul", "Summation"]
    assert [i.source for i in trace.nodes[1].inputs] == [0, 0]


def test_leaves_that_are_operands_keep_their_names(rng):
    a, b = Tensor(rng.normal(size=3), name="a"), Tensor(rng.normal(size=3), name="b")
    (node, _) = swept((a * b).sum()).summary().nodes
    assert [i.name for i in node.inputs] == ["a", "b"]


def test_to_dict_is_plain_json(trace):
    data = json.loads(json.dumps(trace.to_dict()))
    assert data["loss"] == trace.loss
    assert [node["label"] for node in data["nodes"]] == [node.label for node in trace.nodes]


def test_a_trace_cannot_be_changed_and_holds_no_array(trace):
    with pytest.raises(AttributeError):
        trace.loss = 0
    with pytest.raises(TypeError):
        trace.nodes[0] = None
    assert not list(arrays_in(dataclasses.astuple(trace)))


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from arrays_in(item)


def test_structure_stays_the_same_from_batch_to_batch():
    structures = set()

    class Looks(Callback):
        def on_backward_end(self, batch, backward):
            structures.add(backward.summary().structure)

    small.fit(small.model(), samples=25, epochs=2, callbacks=[Looks()])
    assert len(structures) == 1


def test_structure_changes_with_the_network(trace):
    other = swept(MeanSquaredError()(Dense(2, 2, rng=0)(np.ones((1, 2))), np.ones((1, 2)))).summary()
    assert other.structure != trace.structure


def test_a_pass_in_training_has_the_gradients_of_the_step():
    seen = {}

    class Looks(Callback):
        def on_backward_end(self, batch, backward):
            seen["trace"] = backward.summary()
            seen["weights"] = small.weights_of(self.model)

    model, (x, y) = small.model(), small.data(10)
    small.fit(model, samples=10, callbacks=[Looks()])
    twin = small.model()
    CategoricalCrossEntropy()(twin(x), y).backward()
    norms = [p.gradient_norm for node in seen["trace"].nodes for p in node.parameters]
    np.testing.assert_allclose(norms, [norm(weight.grad) for weight in twin.weights], rtol=1e-10)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda m, x: None, None),
        (lambda m, x: m.weights[0].__setitem__((0, 0), np.nan), "hidden (forward)"),
        (lambda m, x: m.weights[2].__setitem__((0, 0), np.inf), "Dense (forward)"),
        (lambda m, x: x.__setitem__((0, 0), np.nan), "the data for hidden"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_first_non_finite_names_the_first_bad_op(network, sample, spoil, message):
    x, y = sample
    spoil(network, x)
    found = swept(CategoricalCrossEntropy()(network(x), y)).first_non_finite()
    assert (None if found is None else str(found)) == message


def test_first_non_finite_weight_names_op_and_weight(network, sample):
    x, y = sample
    record = swept(CategoricalCrossEntropy()(network(x), y))
    assert record.first_non_finite_weight() is None
    dense = network.layers[-2]
    dense.weights[1][...] = np.nan
    found = record.first_non_finite_weight()
    assert (record.nodes()[found.index].op, found.tensor, found.direction) == (dense, "b", "update")


def test_first_non_finite_in_the_backward_pass():
    t = Tensor([0.0])
    with np.errstate(divide="ignore"):
        assert str(swept((t**0.5).sum()).first_non_finite()) == "Sqrt (backward)"


def test_bad_targets_are_bad_data(network, sample):
    x, y = sample
    y[0, 0] = np.nan
    loss = CategoricalCrossEntropy()(network(x), y)
    assert str(swept(loss).first_non_finite()) == "the data for CategoricalCrossEntropy"


def test_norm_is_that_of_all_entries(rng):
    a = rng.normal(size=(2, 3, 4))
    assert norm(a) == pytest.approx(np.sqrt(np.sum(a**2)), rel=1e-12)
    assert norm(np.array(-3.0)) == 3
    assert norm(np.zeros((0, 2))) == 0


def test_norm_of_float32_does_not_overflow():
    assert norm(np.full(4, 1e30, np.float32)) == pytest.approx(2e30, rel=1e-6)


def test_norm_of_float32_does_not_vanish():
    assert norm(np.full(4, 1e-30, np.float32)) == pytest.approx(2e-30, rel=1e-6)


def test_norm_of_what_is_not_finite_is_not_finite():
    assert np.isnan(norm(np.array([1, np.nan], np.float32)))
    assert np.isinf(norm(np.array([1, np.inf], np.float32)))
