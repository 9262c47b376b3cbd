"""Joins the drawn graph with the export of files: paints what was recorded last, also where nobody looks at it."""

from __future__ import annotations

from gui.state.exports import ExportsState, Painter
from gui.state.run import RunState
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.theme import ThemeProvider


def graph_painter(scene: GraphScene, themes: ThemeProvider, run: RunState, exports: ExportsState) -> Painter:
    """What paints the scene; a graph that is on no page that is open may be of long ago, and is written anew first."""

    def paint(kind: str) -> bytes:
        from gui.views.backprop.graph_picture import graph_picture  # here, so that the studio starts without it

        if not scene.is_seen and scene.trace is not run.trace:
            scene.show_trace(run.trace)
        return graph_picture(scene, themes.theme, kind, exports.title)

    return paint
