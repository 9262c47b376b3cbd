"""The graph of the batch that was trained last, drawn while the run goes on: written only where somebody sees it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QFont

from gui.state.run import RunState
from gui.state.settings import Settings
from gui.views.backprop.graph_scene import GraphScene
from gui.views.looks.theme import ThemeProvider


class LiveGraph(QObject):
    """Keeps ``scene`` at the newest recording, in the font and with the motion that are set."""

    def __init__(self, themes: ThemeProvider, run: RunState, settings: Settings, font: QFont, parent: QObject) -> None:
        super().__init__(parent)
        self._run = run
        self._waits = False
        self.scene = GraphScene(themes, font, self)
        self.scene.follow_motion(settings)
        themes.font_changed.connect(self.scene.set_font)
        run.graph_recorded.connect(self._on_recorded)
        run.run_started.connect(self._on_recorded)
        run.changed.connect(self.catch_up)

    @Slot()
    def _on_recorded(self) -> None:
        run = self._run
        goes_on = run.state == "running" and run.outcome is None
        self._waits = goes_on and not self.scene.is_seen
        if not self._waits:
            self.scene.show_trace(run.trace)

    @Slot()
    def catch_up(self) -> None:
        """Write what was recorded while nobody looked, if somebody does now or the run stands still."""
        if self._waits:
            self._on_recorded()
