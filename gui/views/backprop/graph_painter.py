"""Joins the drawn graphs with the export of files: the one in sight is painted, or what was recorded last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gui.state.explorer import ExplorerState
from gui.state.exports import ExportsState, Painter
from gui.state.run import RunState
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.theme import ThemeProvider


def graph_painter(
    themes: ThemeProvider,
    run: RunState,
    explorer: ExplorerState,
    exports: ExportsState,
    scenes_now: Callable[[], Sequence[GraphScene]],
) -> Painter:
    """What paints the graph. One that is on no page that is open may be of long ago, and is written anew first."""

    def paint(kind: str) -> bytes:
        from gui.views.backprop.graph_picture import graph_picture  # here, so that the studio starts without it

        scenes = scenes_now()
        scene = next((each for each in scenes if each.is_seen and each.op_items), None)
        if scene is None:
            scene, record = scenes[0], explorer.record
            trace = run.trace if run.trace is not None or record is None else record.trace
            if scene.trace is not trace:
                scene.show_trace(trace)
        return graph_picture(scene, themes.theme, kind, exports.title)

    return paint
