"""A small network and a small, learnable data set, for the tests of training."""

import numpy as np

from beras import (
    Adam,
    CategoricalAccuracy,
    CategoricalCrossEntropy,
    Dense,
    LeakyReLU,
    Sequential,
    Softmax,
)


def data(samples=20, seed=0):
    """Inputs (samples, 3) and one-hot targets (samples, 2): the class says which of two entries is larger."""
    x = np.random.default_rng(seed).normal(size=(samples, 3)).astype(np.float32)
    return x, np.eye(2, dtype=np.float32)[(x[:, 0] > x[:, 1]).astype(int)]


def model(seed=0, learning_rate=0.05):
    """A compiled 3-4-2 classifier."""
    rng = np.random.default_rng(seed)
    network = Sequential(Dense(3, 4, "kaiming", rng=rng), LeakyReLU(), Dense(4, 2, "kaiming", rng=rng), Softmax())
    network.compile(Adam(learning_rate), CategoricalCrossEntropy(), CategoricalAccuracy())
    return network


def fit(network, samples=20, epochs=1, batch_size=10, **options):
    """Train quietly on the small data set."""
    return network.fit(*data(samples), epochs, batch_size, **{"verbose": 0, **options})


def weights_of(network):
    """Copies of a network's weights."""
    return [weight.numpy().copy() for weight in network.weights]


def assert_same_weights(network, expected):
    """The weights equal ``expected`` bit for bit, dtypes included."""
    assert [w.dtype for w in network.weights] == [w.dtype for w in expected]
    for weight, values in zip(network.weights, expected, strict=True):
        np.testing.assert_array_equal(weight.numpy(), values)
