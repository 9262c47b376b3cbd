"""The run bar: what can be done with the run, what it is doing, how far it is and how long it still takes."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.state.run import RunState
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import RunActions
from gui.views.widgets.action_button import action_button
from gui.views.widgets.progress_line import ProgressLine
from gui.views.widgets.run_state_label import RunStateLabel
from gui.views.widgets.themed import text_label
from gui.views.widgets.value_label import ValueLabel
from gui.views.widgets.wrap_row import WrapRow

REFRESH_INTERVAL_MS = 200


def seconds_text(seconds: float | None) -> str:
    """A time for people: "about 4 s", "about 3 min", "–" when there is none."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


class Readout(QWidget):
    """A small name above a value that keeps its width."""

    def __init__(self, name: str, widest: str, object_name: str, tip: str, explanation: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        self._name = text_label(name, Role.CAPTION, "caption")
        self.value = ValueLabel(widest, Role.TITLE)
        self.value.setObjectName(object_name)
        for widget in (self, self.value):
            widget.setToolTip(tip)
            widget.setWhatsThis(explanation)
        self.show_value("–")
        column.addStretch(1)
        column.addWidget(self._name)
        column.addWidget(self.value)
        column.addStretch(1)

    def show_value(self, text: str) -> None:
        if self.value.show_text(text):
            self.value.setAccessibleName(f"{self._name.text()}: {text}")


class RunBar(QToolBar):
    """Buttons on the left, the state in words and numbers on the right."""

    def __init__(
        self,
        themes: ThemeProvider,
        run: RunState,
        actions: RunActions,
        step_op: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Run bar", parent)
        self._run = run
        self._actions, self._step_op = actions, step_op
        self._buttons: list[tuple[QToolButton, QAction]] = []
        self.setObjectName("run_bar")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self._last = QElapsedTimer()
        self._state = RunStateLabel(themes)
        self._epoch = Readout(
            "Epoch",
            "100 of 100",
            "epoch_readout",
            "The pass over the training data that is going on",
            "In one epoch the network sees every training sample once. The number of epochs is set under Training.",
        )
        self._batch = Readout(
            "Batch",
            "600 of 600",
            "batch_readout",
            "The batch that was trained last, in this epoch",
            "A batch is the handful of samples that one update of the weights is computed from.",
        )
        self._left = Readout(
            "Time left",
            "about 10 min",
            "time_left_readout",
            "How long the run will still take, at its pace so far",
            "Reckoned from the pace of the whole run so far. A limit of time among the stop rules counts too.",
        )
        self._speed = Readout(
            "Speed",
            "100,000 /s",
            "speed_readout",
            "Samples that are trained per second",
            "How many samples go through forward pass, backward pass and update in one second, drawing included.",
        )
        self._percent = ValueLabel("100 %", Role.CAPTION)
        self._percent.setProperty("tone", "caption")
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._progress = ProgressLine(themes, "Progress of the run")
        self._progress.setObjectName("run_progress")
        self._progress.setToolTip("How much of the run is done")
        self._progress.setWhatsThis("The share of all batches of all epochs that have been trained in this run.")
        self._build()
        run.changed.connect(self.refresh)
        run.state_changed.connect(self._on_state_changed)
        self.refresh()

    def _build(self) -> None:
        inside = WrapRow((metrics.PAGE_MARGIN_PX - 4, 6, metrics.PAGE_MARGIN_PX - 4, 6))
        line = inside.first
        actions = self._actions
        self._main = self._button(actions.run, is_primary=True)
        step = self._button(actions.step)
        menu = QMenu(step)
        menu.addAction(self._step_op)
        menu.addAction(actions.step)
        menu.addAction(actions.step_epoch)
        step.setMenu(menu)
        step.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        for button in (self._main, step, self._button(actions.stop)):
            line.addWidget(button)
        line.addSpacing(metrics.GRID_PX)
        for action in (actions.restart, actions.new_weights):
            line.addWidget(self._button(action))
        line.addStretch(1)
        line = inside.second
        line.setSpacing(metrics.PAGE_MARGIN_PX)
        line.addWidget(self._state)
        line.addWidget(self._epoch)
        line.addWidget(self._batch)
        line.addLayout(self._progress_column(), 1)
        line.addWidget(self._left)
        line.addWidget(self._speed)
        self.addWidget(inside)

    def _progress_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(text_label("Progress", Role.CAPTION, "caption"))
        head.addStretch(1)
        head.addWidget(self._percent)
        set_least_size(self._progress, width=4)
        column.addStretch(1)
        column.addLayout(head)
        column.addWidget(self._progress)
        column.addStretch(1)
        return column

    @staticmethod
    def _button(action: QAction, is_primary: bool = False) -> QToolButton:
        button = action_button(action, is_primary=is_primary)
        if is_primary:
            set_least_size(button, width=7)
        return button

    @Slot()
    def _on_state_changed(self) -> None:
        self._last.invalidate()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show the run as it is now; numbers that nobody could read that fast are left out."""
        run, latest = self._run, self._run.latest
        if run.state == "running" and self._last.isValid() and self._last.elapsed() < REFRESH_INTERVAL_MS:
            return
        self._last.start()
        self._state.set_state(run.word)
        action = self._actions.run if run.can_run else self._actions.pause
        if self._main.defaultAction() is not action:
            self._main.setDefaultAction(action)
            self._main.setAccessibleName(action.text())
        self._progress.set_share(run.progress)
        self._percent.show_text(f"{100 * run.progress:.0f} %")
        if latest is None:
            for readout in (self._epoch, self._batch, self._speed):
                readout.show_value("–")
        else:
            epoch, batch = run.shown_place or (0, -1)
            self._epoch.show_value(f"{epoch + 1} of {latest.epochs}")
            self._batch.show_value(f"{batch + 1} of {latest.batches}")
            speed = run.samples_per_second
            self._speed.show_value("–" if speed is None else f"{speed:,.0f} /s")
        self._left.show_value(seconds_text(run.seconds_left))
