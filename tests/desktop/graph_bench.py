"""Recordings for the tests of the drawn graph: small networks really traced, and a bench with scene and view."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import beras
from beras import CategoricalCrossEntropy, Dense, LeakyReLU, MeanSquaredError, Sequential, Sigmoid, Softmax, Tensor
from beras.trace import GraphTrace, Trace, trace, trace_tensor
from gui.domain.backprop.pass_progress import Direction, PassProgress
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks.theme import ThemeProvider

BATCH = 8


def network(sizes: tuple[int, ...] = (64, 32, 10)) -> Sequential:
    layers: list[object] = []
    for number, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        layers.append(Dense(inputs, outputs, "xavier", rng=number))
        layers.append(Softmax() if number == len(sizes) - 2 else LeakyReLU(0.3))
    return Sequential(*layers)


def data(inputs: int = 64, classes: int = 10, batch: int = BATCH) -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).random((batch, inputs)).astype("f")
    return x, np.eye(classes, dtype="f")[np.arange(batch) % classes]


def traced(sizes: tuple[int, ...] = (64, 32, 10), **options: bool) -> Trace:
    """A network of Dense layers with LeakyReLU between them and Softmax at the end, with all its arrays."""
    return trace(network(sizes), *data(sizes[0], sizes[-1]), CategoricalCrossEntropy(), **options)


def summary(sizes: tuple[int, ...] = (64, 32, 10)) -> GraphTrace:
    """The same without arrays, as it comes from a run that goes on."""
    return bare(traced(sizes))


def bare(full: GraphTrace) -> GraphTrace:
    nodes = tuple(
        replace(
            node,
            output=None,
            upstream=None,
            inputs=tuple(replace(each, value=None, gradient=None) for each in node.inputs),
            parameters=tuple(replace(each, value=None, gradient=None) for each in node.parameters),
        )
        for node in full.nodes
    )
    return GraphTrace(nodes, full.loss, full.gap)


def scaled(before: GraphTrace, factor: float) -> GraphTrace:
    """The same structure with gradients ``factor`` times as large, as another recording of the network would have."""
    nodes = tuple(
        replace(
            node,
            inputs=tuple(
                replace(each, gradient_norm=None if each.gradient_norm is None else each.gradient_norm * factor)
                for each in node.inputs
            ),
        )
        for node in before.nodes
    )
    return GraphTrace(nodes, before.loss, before.gap)


class CallsForward(Sequential):
    """Calls a layer in the way that is not recorded."""

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.layers[1](self.layers[0](x))
        return self.layers[2](self.layers[1].forward(hidden))


def interrupted() -> Trace:
    model = CallsForward(Dense(2, 3, name="first", rng=0), Sigmoid(), Dense(3, 2, name="last", rng=1))
    return trace(model, np.ones((7, 2)), np.ones((7, 2)), MeanSquaredError())


def nothing_recorded() -> Trace:
    with beras.no_grad():
        return trace(network(), *data(), CategoricalCrossEntropy())


def diamond() -> Trace:
    """s = sum(3 a + a²) with a = 2 x, and a way past two ops."""
    x = Tensor([1.0, 2.0], name="x")
    a = x * 2
    return trace_tensor(((a * 3) + (a**2) * a + a).sum())


def chain_of_ops(count: int) -> Trace:
    end = Tensor([1.0, 2.0], name="x")
    for _ in range(count - 1):
        end = end + 1
    return trace_tensor(end.sum())


def progress(
    forward: int, backward: set[int] = frozenset(), current: int | None = None, sample: int | None = None
) -> PassProgress:
    direction: Direction = "backward" if backward else "forward"
    return PassProgress(forward, frozenset(backward), current, direction, sample)


@dataclass(frozen=True)
class Bench:
    """A scene and a view of it on the screen."""

    themes: ThemeProvider
    scene: GraphScene
    view: GraphView

    def show(self, shown: GraphTrace | None) -> None:
        self.scene.show_trace(shown)
        QApplication.processEvents()


def bench(qtbot: QtBot, shown: GraphTrace | None = None, **options: bool) -> Bench:
    themes = ThemeProvider("light")
    scene = GraphScene(themes, QApplication.font(), **options)
    view = GraphView(scene, "graph_view")
    qtbot.addWidget(view)
    scene.setParent(view)
    themes.setParent(view)
    view.resize(1200, 400)
    view.show()
    qtbot.waitExposed(view)
    scene.show_trace(shown)
    return Bench(themes, scene, view)
