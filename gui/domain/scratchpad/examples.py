"""Programs to begin with, each with the sentence that says what to look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """``sentence`` is read with the program."""

    name: str
    title: str
    sentence: str
    text: str


EXAMPLES = (
    Example(
        "neuron",
        "One neuron by hand",
        "Two inputs, two weights, a bias: w1 is used twice, in the neuron and in the penalty, so its two paths add.",
        "x1 = 0.5\nx2 = -1.0\nw1 = param(2.0)\nw2 = param(0.7)\nb = param(0.3)\n"
        "z = w1*x1 + w2*x2 + b\np = sigmoid(z)\nL = (p - 1)**2 + 0.1*w1**2",
    ),
    Example(
        "diamond",
        "A diamond: one tensor, two paths",
        "a is read by b and by c. Two gradients come back to it, and they add.",
        "a = param(2.0)\nb = a * 3\nc = exp(a)\nd = b * c",
    ),
    Example(
        "broadcasting",
        "Broadcasting, and its undoing",
        "b is stretched over four rows on the way forward. On the way back the four rows of its gradient are summed.",
        "x = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]\nb = param([0.1, -0.2, 0.3])\ns = param(0.5)\n"
        "y = s * (x + b)\nL = mean(y**2)",
    ),
    Example(
        "matmul",
        "A matrix product",
        "For y = x @ w the gradient of w is xᵀ times the gradient of y: each shape comes out as it went in.",
        "x = [[1, 2], [3, 4], [5, 6]]\nw = param([[0.1, -0.3], [0.2, 0.4]])\ny = x @ w\nL = (y * y).sum()",
    ),
    Example(
        "two_layers",
        "Two layers from bare ops",
        "A network is nothing but this: two products, two biases, one kink, one loss.",
        "x = [[0, 0], [0, 1], [1, 0], [1, 1]]\nt = [[0], [1], [1], [0]]\n"
        "W1 = param([[0.8, -0.5, 0.3], [-0.4, 0.9, 0.6]])\nb1 = param([0.1, 0.1, -0.1])\n"
        "W2 = param([[0.7], [0.5], [-0.6]])\nb2 = param([0.05])\n"
        "h = relu(x @ W1 + b1)\ny = h @ W2 + b2\nL = mean((y - t)**2)",
    ),
    Example(
        "softmax",
        "Softmax and cross-entropy: p − y",
        "Ops with awkward slopes of their own, and yet the gradient of z is simply (p − y) / 2; the 1/2 is 1/B.",
        "z = param([[2.0, 0.5, -1.0], [0.1, 1.2, 0.4]])\ny = [[1, 0, 0], [0, 0, 1]]\n"
        "e = exp(z - z.max(axis=1, keepdims=True))\np = e / e.sum(axis=1, keepdims=True)\n"
        "L = -(y * log(p)).sum() / 2",
    ),
)
FIRST = EXAMPLES[0]


def example(name: str) -> Example:
    """The example of this name; ``KeyError`` if there is none."""
    return {each.name: each for each in EXAMPLES}[name]
