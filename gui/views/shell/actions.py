"""Every command once: one ``QAction`` that menus, bars, keys and the palette share. The states say what is possible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.state.gradient_check import GradientCheckState
from gui.state.run import RunState
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.commands import keys_text
from gui.views.shell.typing_end import finish_typing


def command(parent: QObject, name: str, text: str, tip: str, explanation: str, *keys: str) -> QAction:
    """A command that explains itself: ``tip`` in the status bar, ``explanation`` under "What's this?"."""
    action = QAction(text, parent)
    describe(action, name, tip, explanation, *keys)
    return action


def describe(action: QAction, name: str, tip: str, explanation: str, *keys: str) -> None:
    """Name and explain an action that somebody else has made; ``keys`` are alternatives."""
    action.setObjectName(f"action_{name}")
    action.setShortcuts([QKeySequence(each) for each in keys])
    action.setStatusTip(tip)
    action.setWhatsThis(explanation)
    shown = keys_text(action.shortcut())
    action.setToolTip(f"{tip} ({shown})" if shown else tip)


class CommandGroup(QObject):
    """Commands that belong together. What is typed in the window ``typed_in`` counts before one is carried out."""

    def __init__(self, themes: ThemeProvider, parent: QObject | None = None, typed_in: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._typed_in = themes, typed_in

    def _action(
        self,
        name: str,
        text: str,
        tip: str,
        explanation: str,
        slot: Callable[[], None] | None,
        *keys: str,
        icon: str = "",
    ) -> QAction:
        """A command with its slot; without one, somebody else connects it."""
        action = command(self, name, text, tip, explanation, *keys)
        if icon:
            bind_icon(action, icon, self._themes)
        if slot is not None:
            action.triggered.connect(lambda _=False: self._carry_out(slot))
        return action

    def _carry_out(self, slot: Callable[[], None]) -> None:
        if self._typed_in is not None:
            finish_typing(self._typed_in)
        slot()


class RunActions(CommandGroup):
    """The commands of the run bar and the Run menu."""

    def __init__(
        self, themes: ThemeProvider, run: RunState, check: GradientCheckState, parent: QObject | None = None
    ) -> None:
        super().__init__(themes, parent)
        self._run = run
        self._check = check.start
        self._check_here: Callable[[], None] | None = None
        self._make_run_and_pause()
        self._make_steps_and_stop()
        self._make_beginnings()
        self._make_ways_in_time()
        self._make_gradient_check()
        run.state_changed.connect(self.refresh)
        run.moment_changed.connect(self.refresh)
        run.changed.connect(self._show_ways_in_time)
        self.refresh()

    # -- making -------------------------------------------------------------------------------------------------------

    def _make_run_and_pause(self) -> None:
        self.run = self._action(
            "run",
            "Run",
            "Train the network as it is set up now",
            "Trains the network on the chosen data, epoch after epoch, until the number of epochs is reached. "
            "After a pause it goes on from where it stood.",
            self._run.run,
            "Space",
        )
        self.pause = self._action(
            "pause",
            "Pause",
            "Stand still after this batch",
            "Finishes the batch that is being trained and waits. Nothing is lost: Resume goes on with the next batch "
            "as if there had been no pause.",
            self._run.pause,
            "Space",
        )
        for action, icon in ((self.run, "run"), (self.pause, "pause")):
            # the window itself listens to Space; here it is only shown
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setAutoRepeat(False)
            bind_icon(action, icon, self._themes, "on_accent")
            action.setIconVisibleInMenu(False)  # the button's ink would not be seen on a dark menu

    def _make_steps_and_stop(self) -> None:
        self.step = self._action(
            "step",
            "Step batch",
            "Train one batch, then pause",
            "One step of learning: forward pass, loss, backward pass and one update of all weights with one batch. "
            "Then the run waits, so that you can look at what was recorded.",
            self._step_batch,
            "Shift+Right",
            icon="step",
        )
        self.step_epoch = self._action(
            "step_epoch",
            "Step epoch",
            "Train to the end of this epoch, then pause",
            "Trains until every training sample has been seen once more, measures the validation data, and waits.",
            self._step_epoch,
            "Ctrl+Right",
            icon="step",
        )
        self.stop = self._action(
            "stop",
            "Stop",
            "End this run after this batch",
            "Ends the run. The curves and the trained weights stay until the next run begins.",
            self._run.stop,
            "Ctrl+.",
            icon="stop",
        )

    def _make_beginnings(self) -> None:
        self.restart = self._action(
            "restart",
            "Restart, same weights",
            "From the beginning with the same first weights",
            "Begins again with the very weights the last run began with, so that a difference in the curves comes "
            "only from what you changed.",
            self._run.restart,
            "R",
            icon="restart",
        )
        self.new_weights = self._action(
            "new_weights",
            "New weights",
            "From the beginning with other first weights (next seed)",
            "Draws other first weights with the next seed and begins again. It shows how much of a result was luck. "
            "Weights that were set by hand give way to drawn ones; Undo brings them back.",
            self._run.new_weights,
            "Shift+R",
            icon="dice",
        )

    def _make_ways_in_time(self) -> None:
        self.step_back = self._action(
            "step_back",
            "Back one batch",
            "Look at the run as it was one batch before",
            "Stands still and shows the run as it was one batch before: curves, graph, weights and everything else. "
            "Nothing is lost; Step batch goes forward again, exactly as it was.",
            self._run.step_back,
            "Shift+Left",
            icon="back",
        )
        self.epoch_back = self._action(
            "epoch_back",
            "Back one epoch",
            "Look at the run as it was when this epoch began",
            "Stands still and shows the run as it was when the epoch began, or the one before if it has just begun.",
            self._run.epoch_back,
            "Ctrl+Left",
            icon="first",
        )
        self.newest = self._action(
            "newest",
            "Newest moment",
            "Look at the run as it is now",
            "Leaves the earlier moment that is looked at. Resume then goes on where training stopped, with no branch.",
            self._run.look_at_newest,
            "Shift+End",
            icon="last",
        )

    def _make_gradient_check(self) -> None:
        self.gradient_check = self._action(
            "gradient_check",
            "Gradient check",
            "Compare every gradient with central differences",
            "Moves weights a little up and down and measures how the loss changes. Every layer’s backward pass must "
            "say the same. It takes a few real samples and the weights of the run, or the first weights; nothing is "
            "trained.",
            self._check_gradients,
            "G",
            icon="check",
        )

    def check_with(self, check: Callable[[], None] | None) -> None:
        """What the gradient check looks at while something else than the network is on show; None for the network."""
        self._check_here = check

    # -- carrying out -------------------------------------------------------------------------------------------------

    @Slot()
    def _check_gradients(self) -> None:
        (self._check_here or self._check)()

    @property
    def with_keys(self) -> list[QAction]:
        """Those whose keys hold in the whole window, also while menus and bars are hidden."""
        forward = [self.step, self.step_epoch, self.stop, self.restart, self.new_weights, self.gradient_check]
        return [*forward, self.step_back, self.epoch_back, self.newest]

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
        self.run.setText("Run" if run.state != "paused" else "Resume")
        self.pause.setEnabled(run.can_pause)
        self.stop.setEnabled(run.can_stop)
        self.step.setEnabled(run.can_run)
        self.step_epoch.setEnabled(run.can_run)
        self.restart.setEnabled(run.state != "stopping")
        self.new_weights.setEnabled(run.state != "stopping")
        self._show_ways_in_time()

    @Slot()
    def _show_ways_in_time(self) -> None:
        run = self._run
        is_later = run.can_travel and run.shown_step > run.first_moment
        for action, possible in (
            (self.step_back, is_later),
            (self.epoch_back, is_later),
            (self.newest, run.moment is not None),
        ):
            if action.isEnabled() != possible:
                action.setEnabled(possible)
