"""Every command once: one ``QAction`` that menus, bars and keys share. The run's state says what is possible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence

from gui.state.run import RunState
from gui.views.icons import bind_icon
from gui.views.theme import ThemeProvider


class RunActions(QObject):
    """The commands of the run bar and the Run menu."""

    def __init__(self, themes: ThemeProvider, run: RunState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._run = run
        self.run = self._action("run", "Run", "Train the network as it is set up now", "run", run.run)
        self.pause = self._action("pause", "Pause", "Stand still after this batch", "pause", run.pause)
        self.step = self._action("step", "Step batch", "Train one batch, then pause", "step", self._step_batch)
        self.step_epoch = self._action(
            "step_epoch", "Step epoch", "Train to the end of this epoch, then pause", "step", self._step_epoch
        )
        self.stop = self._action("stop", "Stop", "End this run after this batch", "stop", run.stop)
        self.restart = self._action(
            "restart", "Restart, same weights", "From the beginning with the same first weights", "restart", run.restart
        )
        self.new_weights = self._action(
            "new_weights",
            "New weights",
            "From the beginning with other first weights (next seed)",
            "dice",
            run.new_weights,
        )
        for action, keys in (
            (self.step, "Shift+Right"),
            (self.step_epoch, "Ctrl+Right"),
            (self.restart, "R"),
            (self.new_weights, "Shift+R"),
            (self.stop, "Ctrl+."),
        ):
            action.setShortcut(QKeySequence(keys))
            action.setToolTip(f"{action.statusTip()} ({keys})")
        self.run.setToolTip(f"{self.run.statusTip()} (Space)")
        self.pause.setToolTip(f"{self.pause.statusTip()} (Space)")
        run.state_changed.connect(self.refresh)
        self.refresh()

    def _action(self, name: str, text: str, tip: str, icon: str, slot: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setObjectName(f"action_{name}")
        action.setStatusTip(tip)
        action.setWhatsThis(f"{tip}.")
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        bind_icon(action, icon, self._themes, "on_accent" if name in ("run", "pause") else "ink")
        action.triggered.connect(slot)
        return action

    @Slot()
    def _step_batch(self) -> None:
        self._run.step("batch")

    @Slot()
    def _step_epoch(self) -> None:
        self._run.step("epoch")

    @Slot()
    def toggle(self) -> None:
        """Space: run, pause, go on."""
        (self.run if self._run.can_run else self.pause).trigger()

    @Slot()
    def refresh(self) -> None:
        """Enable what is possible now."""
        run = self._run
        self.run.setEnabled(run.can_run)
        self.run.setText("Run" if run.state != "paused" else "Continue")
        self.pause.setEnabled(run.can_pause)
        self.stop.setEnabled(run.can_stop)
        self.step.setEnabled(run.can_run)
        self.step_epoch.setEnabled(run.can_run)
        self.restart.setEnabled(run.state != "stopping")
        self.new_weights.setEnabled(run.state != "stopping")
