"""``python -m tests.benchmarks.graph``: how long the recorded graph takes to lay out, to draw, and to write anew.

For chains of Dense layers and for graphs of operations with shared values, of 500 and 5,000 ops: the time of
``place_nodes``, of building the scene, of writing another recording of the same structure, of one painting of the
view, and of a step of a walk; in milliseconds, the best of several. Any platform, also ``QT_QPA_PLATFORM=offscreen``.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QApplication

from beras.trace import GraphTrace, InputTrace, NodeTrace, ParameterTrace
from gui.domain.backprop.graph_layout import place_nodes
from gui.domain.backprop.pass_progress import PassProgress
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks.theme import ThemeProvider

SIZES = (500, 5000)


def chain(count: int) -> GraphTrace:
    """Dense and LeakyReLU in turns, and a loss."""
    nodes = []
    for index in range(count - 1):
        dense = index % 2 == 0
        names = (("W", (64, 64)), ("b", (64,))) if dense else ()
        nodes.append(
            NodeTrace(
                index,
                "Dense" if dense else "LeakyReLU",
                f"{'Dense' if dense else 'LeakyReLU'} {index // 2 + 1}",
                "64 → 64" if dense else "α = 0.3",
                (InputTrace("x", index - 1 if index else None, (32, 64), 0.1 + index / count if index else None),),
                tuple(ParameterTrace(name, shape, 1.0, 0.2) for name, shape in names),
                (32, 64),
                0.3,
            )
        )
    loss = InputTrace("y_pred", count - 2, (32, 64), 0.4), InputTrace("y_true", None, (32, 64), None)
    nodes.append(
        NodeTrace(count - 1, "MeanSquaredError", "MeanSquaredError", "mean over B = 32", loss, (), (), 1.0, True)
    )
    return GraphTrace(tuple(nodes), 0.7)


def web(count: int) -> GraphTrace:
    """Operations that read one or two earlier values, so that many values are read more than once."""
    draw = random.Random(1)
    nodes = []
    for index in range(count):
        sources = {max(index - draw.choice((1, 1, 1, 2, 3, 5)), 0) if index else None}
        if index and draw.random() < 0.3:
            sources.add(max(index - draw.randint(2, 8), 0))
        inputs = tuple(
            InputTrace("x", each, (2,), 0.1) for each in sorted(sources, key=lambda s: -1 if s is None else s)
        )
        nodes.append(NodeTrace(index, "Add", f"Add {index + 1}", "", inputs, (), (2,), 0.3, index == count - 1))
    return GraphTrace(tuple(nodes), 0.7)


def again(trace: GraphTrace) -> GraphTrace:
    """Another recording of it."""
    nodes = tuple(
        replace(
            node, inputs=tuple(replace(i, gradient_norm=i.gradient_norm and i.gradient_norm * 1.5) for i in node.inputs)
        )
        for node in trace.nodes
    )
    return GraphTrace(nodes, trace.loss * 0.9)


def best(run: Callable[[], object], times: int) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begin)
    return round(1000 * min(taken), 2)


def measure(trace: GraphTrace, times: int) -> dict[str, float]:
    themes = ThemeProvider("light")
    scene = GraphScene(themes, QApplication.font())
    view = GraphView(scene, "graph_view")
    view.resize(1400, 400)
    view.show()
    found = {"place_nodes": best(lambda: place_nodes(trace), times)}

    def build() -> None:
        scene.show_trace(None)
        scene.show_trace(trace)

    found["build"] = best(build, times)
    recordings = [again(trace), trace]
    found["write anew"] = best(lambda: scene.show_trace(recordings[int(time.perf_counter() * 1e6) % 2]), times)
    found["write anew"] = max(best(lambda each=each: scene.show_trace(each), 1) for each in recordings * times)
    found["paint"] = best(view.grab, times)
    half = len(trace.nodes) // 2
    steps = [PassProgress(half + step, frozenset(), half + step - 1, "forward") for step in range(times)]
    found["step"] = max(best(lambda step=step: scene.show_progress(step), 1) for step in steps)
    view.fit()
    found["paint all"] = best(view.grab, times)
    view.close()
    view.deleteLater()
    scene.deleteLater()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    measure(web(50), 1)  # the layout's module is imported once
    result = {}
    for count in SIZES:
        for name, trace in (("chain", chain(count)), ("shared values", web(count))):
            result[f"{count} ops, {name}"] = measure(trace, options.times if count < 1000 else 2)
    print(json.dumps(result, indent=2))
    application.processEvents()


if __name__ == "__main__":
    main()
