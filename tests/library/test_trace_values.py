"""The full record: every value and gradient of one pass, by hand and against the tape; nothing else is touched."""

import json

import numpy as np
import pytest

import beras
from beras import (
    Adam,
    CategoricalCrossEntropy,
    Dense,
    Diffable,
    Dropout,
    GradientTape,
    LeakyReLU,
    MeanSquaredError,
    Operation,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tensor,
    Variable,
)
from beras.trace import GraphTrace, trace, trace_tensor

pytestmark = pytest.mark.usefixtures("float64")


def two_two_two():
    """x (1, 2) -> Dense -> ReLU -> Dense -> mean squared error, with numbers one can follow on paper."""
    first, last = Dense(2, 2, "zero", name="hidden"), Dense(2, 2, "zero", name="output")
    first.w.assign([[1, 2], [3, -4]])
    first.b.assign([0.5, 1])
    last.w.assign([[1, -1], [2, 3]])
    last.b.assign([0, 1])
    return Sequential(first, ReLU(), last)


@pytest.fixture
def by_hand():
    return trace(two_two_two(), [[1.0, 1.0]], [[4.0, 0.0]], MeanSquaredError(), wrt_inputs=True)


def test_the_forward_pass_by_hand(by_hand):
    # z = [1 + 3 + .5, 2 - 4 + 1] = [4.5, -1]; a = [4.5, 0]; p = [4.5, -4.5 + 1]; loss = (.5² + 3.5²) / 2
    outputs = [node.output.tolist() for node in by_hand.nodes]
    assert outputs == [[[4.5, -1.0]], [[4.5, 0.0]], [[4.5, -3.5]], 6.25]
    assert by_hand.loss == 6.25
    assert by_hand.nodes[0].inputs[0].value.tolist() == [[1, 1]]
    assert by_hand.nodes[3].inputs[1].value.tolist() == [[4, 0]]


def test_the_backward_pass_by_hand(by_hand):
    # ds/dp = 2 (p - y) / 2 = [.5, -3.5]; ds/da = [.5 + 3.5, 1 - 10.5]; ds/dz = [4, 0]; ds/dx = [1·4, 3·4]
    assert [node.upstream.tolist() for node in by_hand.nodes] == [[[4, 0]], [[4, -9.5]], [[0.5, -3.5]], 1]
    assert by_hand.nodes[0].inputs[0].gradient.tolist() == [[4, 12]]
    assert by_hand.nodes[0].inputs[0].gradient_norm == pytest.approx(np.sqrt(160))
    hidden, output = by_hand.nodes[0].parameters, by_hand.nodes[2].parameters
    assert [p.gradient.tolist() for p in hidden] == [[[4, 0], [4, 0]], [4, 0]]
    assert [p.gradient.tolist() for p in output] == [[[2.25, -15.75], [0, 0]], [0.5, -3.5]]
    assert [p.value.tolist() for p in output] == [[[1, -1], [2, 3]], [0, 1]]


def test_local_jacobians_by_hand(by_hand):
    assert by_hand.local_jacobian(0, 0).tolist() == [[1, 2], [3, -4]]
    assert by_hand.local_jacobian(1, 0).tolist() == [[1, 0], [0, 0]]
    assert by_hand.local_jacobian(3, 0).tolist() == [0.5, -3.5]
    assert by_hand.local_jacobian(3, 0, input=1).tolist() == [0, 0]
    assert by_hand.local_weight_gradient(2, 0).tolist() == [[4.5, 4.5], [0, 0]]
    assert by_hand.local_weight_gradient(2, 0, parameter=1).tolist() == [1, 1]


@pytest.fixture
def network(rng):
    layers = Dense(3, 4, "xavier", name="hidden", rng=rng), LeakyReLU(0.1), Dense(4, 2, rng=rng), Softmax()
    model = Sequential(*layers)
    model.compile(Adam(0.01), CategoricalCrossEntropy())
    return model


@pytest.fixture(params=[1, 7])
def data(request, rng):
    return rng.normal(size=(request.param, 3)), np.eye(2)[rng.integers(2, size=request.param)]


def test_gradients_equal_those_of_the_tape(network, data):
    x, y = data
    with GradientTape() as tape:
        loss = network.loss_fn(network(x), y)
    expected = tape.gradient(loss, network.trainable_variables)
    record = trace(network, x, y)
    assert record.loss == float(loss)
    assert [p.name for p in record.gradients] == ["hidden W", "hidden b", "Dense W", "Dense b"]
    for parameter, gradient in zip(record.gradients, expected, strict=True):
        np.testing.assert_allclose(parameter.gradient, gradient, rtol=1e-12, atol=1e-14)


def test_the_record_holds_what_the_summary_holds(network, data):
    x, y = data
    record = trace(network, x, y)
    summary = trace_tensor(network.loss_fn(network(x), y))
    assert record.structure == summary.structure
    assert record.nodes == summary.nodes
    assert isinstance(record, GraphTrace)
    assert record.gap is None


def test_local_jacobians_equal_what_the_layers_state(network, data):
    x, y = data
    record = trace(network, x, y)
    network.loss_fn(network(x), y)
    for index, layer in enumerate(network.layers):
        (stated,) = layer.get_input_gradients()
        for sample in range(len(x)):
            local = stated[sample] if stated.ndim == 3 else stated if index in (0, 2) else np.diag(stated[sample])
            np.testing.assert_allclose(record.local_jacobian(index, sample), local, atol=1e-15)
    into_w, into_b = network.layers[2].get_weight_gradients()
    for sample in range(len(x)):
        np.testing.assert_allclose(record.local_weight_gradient(2, sample), into_w[sample], atol=1e-15)
        np.testing.assert_allclose(record.local_weight_gradient(2, sample, 1), into_b, atol=1e-15)


def test_a_jacobian_of_samples_that_depend_on_each_other_is_right():
    class Centre(Diffable):
        """Subtracts the mean of the batch"""

        def forward(self, x):
            return x - x.mean(axis=0)

        def compose_input_gradients(self, J=None):
            return [J[0] - J[0].mean(axis=0)]

    record = trace(Sequential(Dense(2, 3, rng=0), Centre()), np.ones((4, 2)), np.ones((4, 3)), MeanSquaredError())
    np.testing.assert_allclose(record.local_jacobian(1, 2), np.eye(3) * 0.75)


@pytest.mark.parametrize("sample", [-1, 7])
def test_a_sample_that_is_not_there(network, sample):
    record = trace(network, np.ones((7, 3)), np.ones((7, 2)))
    with pytest.raises(IndexError, match=r"hidden has recorded the samples 0 to 6\. Received: "):
        record.local_jacobian(0, sample)


# -- what it must not touch -------------------------------------------------------------------------------------------


def state_of(model):
    optimizer = model.optimizer
    arrays = [w.numpy().copy() for w in model.weights] + [np.array(a) for a in (*optimizer.m, *optimizer.v)]
    gradients = [None if w.grad is None else w.grad.copy() for w in model.weights]
    return arrays, gradients, optimizer.t, [layer.inputs for layer in model.layers]


def test_the_model_is_not_disturbed(network, data):
    x, y = data
    network.fit(x, y, 1, 4, verbose=0)
    network.loss_fn(network(x), y).backward()
    before = state_of(network)
    trace(network, x, y, wrt_inputs=True).local_jacobian(0, 0)
    after = state_of(network)
    np.testing.assert_equal(after[0], before[0])
    np.testing.assert_equal(after[1], before[1])
    assert after[2] == before[2]
    assert all(a[0] is b[0] for a, b in zip(after[3], before[3], strict=True))


def test_dropout_draws_what_training_would_draw_and_keeps_its_random_state(rng):
    dropout = Dropout(0.5, rng=3)
    model = Sequential(Dense(3, 50, rng=rng), dropout)
    dropout.training = True
    x = rng.normal(size=(2, 3))
    before = dropout.rng.bit_generator.state
    record = trace(model, x, np.zeros((2, 50)), MeanSquaredError())
    assert dropout.rng.bit_generator.state == before
    np.testing.assert_array_equal(record.nodes[1].output, model(x))


def test_a_tape_that_is_open_sees_nothing(network, data):
    with GradientTape() as tape:
        trace(network, *data)
        assert tape.nodes == []
        assert Diffable.gradient_tape is tape


def test_later_training_does_not_change_the_record(network, data):
    x, y = data
    for record in (trace(network, x, y), trace_tensor(network.loss_fn(network(x), y))):
        text = json.dumps(record.to_dict(values=True))
        jacobian = record.local_jacobian(2, 0)
        network.fit(x, y, 2, 4, verbose=0)
        x += 1
        y[:] = 0.5
        assert json.dumps(record.to_dict(values=True)) == text
        np.testing.assert_array_equal(record.local_jacobian(2, 0), jacobian)


def test_the_record_is_read_only(by_hand):
    with pytest.raises(AttributeError):
        by_hand.nodes = ()
    for array in (by_hand.nodes[0].output, by_hand.nodes[0].parameters[0].gradient, by_hand.gradients[0].value):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# -- what it is asked for ---------------------------------------------------------------------------------------------


def test_the_gradient_of_the_data_only_on_request(network, data):
    x, y = data
    assert trace(network, x, y).nodes[0].inputs[0].gradient is None
    record = trace(network, x, y, wrt_inputs=True)
    t = Tensor(x)
    network.loss_fn(network(t), y).backward()
    assert record.gradients[-1].name == "x"
    np.testing.assert_allclose(record.gradients[-1].gradient, t.grad, rtol=1e-12)


def test_frozen_weights_have_no_gradient(network, data):
    network.layers[0].trainable = False
    record = trace(network, *data)
    assert record.nodes[0].label == "Dense"  # what needs no gradient is not recorded
    assert [p.name for p in record.gradients] == ["Dense W", "Dense b"]


def test_without_a_loss(network, data):
    network.loss_fn = None
    with pytest.raises(RuntimeError, match=r"trace\(\) needs a loss"):
        trace(network, *data)


def test_a_layer_used_twice_adds_up(rng):
    layer = Dense(2, 2, rng=rng)
    model = Sequential(layer, Sigmoid(), layer)
    x, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 2))
    record = trace(model, x, y, MeanSquaredError())
    MeanSquaredError()(model(x), y).backward()
    parts = [node.parameters[0].gradient for node in record.nodes if node.parameters]
    assert len(parts) == 2
    np.testing.assert_allclose(parts[0] + parts[1], layer.w.grad, rtol=1e-12)
    np.testing.assert_allclose(record.gradients[0].gradient, layer.w.grad, rtol=1e-12)


def test_a_users_own_layer_with_weights(rng):
    class Scale(Diffable):
        def __init__(self):
            self.factor = Variable(np.array([2.0, 3.0]), name="factor")

        @property
        def weights(self):
            return [self.factor]

        def forward(self, x):
            return x * self.factor.numpy()

        def get_input_gradients(self):
            return [np.diag(self.factor.numpy())]

        def get_weight_gradients(self):
            return [self._arrays()[0]]

    model, x, y = Sequential(Scale()), rng.normal(size=(7, 2)), rng.normal(size=(7, 2))
    record = trace(model, x, y, MeanSquaredError())
    MeanSquaredError()(model(x), y).backward()
    np.testing.assert_allclose(record.gradients[0].gradient, model.layers[0].factor.grad, rtol=1e-12)
    np.testing.assert_array_equal(record.local_weight_gradient(0, 3), x[3])


def test_graphs_of_operations(rng):
    class Cube(Operation):
        def forward(self, a):
            return a**3

        def backward(self, out_grad, node):
            return 3 * node.arrays[0] ** 2 * out_grad

    a, b = Tensor(rng.normal(size=(4, 3)), name="a"), Tensor(rng.normal(size=(3, 2)), name="b")
    loss = (Cube()(a) @ b).sum()
    record = trace_tensor(loss)
    assert (a.grad, b.grad) == (None, None)
    loss.backward()
    assert {p.name for p in record.gradients} == {"a", "b"}
    for parameter in record.gradients:
        np.testing.assert_allclose(parameter.gradient, {"a": a, "b": b}[parameter.name].grad, rtol=1e-12)
    np.testing.assert_allclose(record.local_jacobian(0, 1), np.diag(3 * a.numpy()[1] ** 2))
    np.testing.assert_allclose(record.local_jacobian(1, 2), b.numpy())


@pytest.mark.parametrize("target", [Tensor([1.0, 2.0]) * 2, 3.0])
def test_a_trace_starts_at_one_number(target):
    with pytest.raises(ValueError, match="A trace starts at a tensor of one entry"):
        trace_tensor(target)


def test_a_long_chain(rng):
    t = Tensor(rng.normal(size=3))
    end = t
    for _ in range(3000):
        end = end + 1
    assert len(trace_tensor(end.sum()).nodes) == 3001


# -- gaps -------------------------------------------------------------------------------------------------------------


class CallsForward(Sequential):
    def forward(self, x):
        hidden = self.layers[1](self.layers[0](x))
        return self.layers[2](self.layers[1].forward(hidden))


def test_a_call_that_was_not_recorded_is_a_gap(rng):
    model = CallsForward(Dense(2, 3, name="first", rng=rng), Sigmoid(), Dense(3, 2, name="last", rng=rng))
    record = trace(model, np.ones((7, 2)), np.ones((7, 2)), MeanSquaredError())
    assert record.gap.startswith("Sigmoid was called with .forward()")
    assert [node.label for node in record.nodes] == ["first", "Sigmoid", "last", "MeanSquaredError"]
    assert [node.inputs[0].gap for node in record.nodes] == [None, None, record.gap, None]
    assert [p.gradient is None for p in record.gradients] == [True, True, False, False]
    assert [node.upstream is None for node in record.nodes] == [True, True, False, False]
    assert "Not recorded: Sigmoid was called with .forward()" in str(record)


def test_a_function_without_a_gradient_is_a_gap(rng):
    class Sinh(Sequential):
        def forward(self, x):
            return np.sinh(self.layers[0](x))

    record = trace(Sinh(Dense(2, 2, rng=rng)), np.ones((7, 2)), np.ones((7, 2)), MeanSquaredError())
    assert record.gap.startswith("np.sinh has no gradient rule")
    assert np.isfinite(record.loss)


def test_recording_switched_off_is_a_gap(network, data):
    with beras.no_grad():
        record = trace(network, *data)
    assert record.nodes == ()
    assert record.gap.startswith("Nothing was recorded")


def test_an_error_in_the_model_stays_an_error(network):
    with pytest.raises(ValueError, match=r"hidden \(3 → 4\) needs inputs"):
        trace(network, np.ones((7, 5)), np.ones((7, 2)))


# -- texts ------------------------------------------------------------------------------------------------------------


def test_a_table_for_a_report(by_hand):
    assert str(by_hand).splitlines() == [
        "loss 6.25, 4 recorded ops",
        "#  op                detail           output  ‖upstream‖  ‖downstream‖  ‖weight gradients‖",
        "-  ----------------  ---------------  ------  ----------  ------------  ------------------",
        "0  hidden            2 → 2            1 × 2   4           12.65         W 5.657, b 4",
        "1  ReLU                               1 × 2   10.31       4",
        "2  output            2 → 2            1 × 2   3.536       10.31         W 15.91, b 3.536",
        "3  MeanSquaredError  mean over B = 1  1       1           3.536",
    ]


def test_plain_data_with_and_without_values(by_hand):
    data = json.loads(json.dumps(by_hand.to_dict(), allow_nan=False))
    assert "output" not in data["nodes"][0]
    assert "value" not in data["gradients"][0]
    full = json.loads(json.dumps(by_hand.to_dict(values=True), allow_nan=False))
    assert full["nodes"][0]["output"] == [[4.5, -1.0]]
    assert full["nodes"][2]["parameters"][0]["gradient"] == [[2.25, -15.75], [0, 0]]
    assert full["gradients"][0]["name"] == "hidden W"
    assert "_nodes" not in full


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_not_finite_survives_as_a_name():
    model = two_two_two()
    model.layers[0].w.assign([[np.nan, np.inf], [0, 0]])
    model.layers[2].w.assign([[1, 0], [0, -np.inf]])
    record = trace(model, [[1.0, 1.0]], [[0.0, 0.0]], MeanSquaredError())
    data = json.loads(json.dumps(record.to_dict(values=True), allow_nan=False))
    assert data["loss"] == "NaN"
    assert data["nodes"][0]["parameters"][0]["value"] == [["NaN", "Infinity"], [0, 0]]
    assert data["nodes"][2]["parameters"][0]["value"] == [[1, 0], [0, "-Infinity"]]
    assert str(record).startswith("loss nan")


def test_single_numbers_have_their_gradients(rng):
    """Arithmetic of 0-d arrays gives NumPy's plain numbers: these are recorded as well."""
    w, x = Tensor(2.0, name="w", dtype=np.float64), Tensor(3.0, name="x", dtype=np.float64)
    x.requires_grad = False
    found = trace_tensor(w * x + w * w)
    assert [float(total.gradient) for total in found.gradients] == [7.0]
    products = found.nodes[:2]
    assert [each.gradient is None for node in products for each in node.inputs] == [False, True, False, False]
