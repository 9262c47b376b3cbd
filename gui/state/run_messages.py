"""What the window says about a run: why it was not started, what it wants to know, why it stands or has ended."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from beras.registry import OPTIMIZERS
from gui.domain.divergence import STEPS_BACK, sentences
from gui.domain.steering import shared_state
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.training.events import Diverged

TOPICS = ("problem", "failure", "divergence", "rule", "swap")


class RunMessages(QObject):
    """Follows the run; every message offers what can be done, and goes when it is over."""

    show_graph_requested = Signal()

    def __init__(
        self, run: RunState, experiment: ExperimentState, messages: MessageState, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._run = run
        self._experiment = experiment
        self._messages = messages
        self._asked: tuple[str, str] | None = None
        self._explained: Diverged | None = None
        run.refused.connect(self._on_refused)
        run.run_started.connect(self._on_run_started)
        run.changed.connect(self._on_run_changed)
        run.run_ended.connect(self._on_run_ended)
        experiment.changed.connect(self._on_experiment_changed)

    @Slot()
    def _on_refused(self) -> None:
        say_problem(self._messages, self._experiment)

    @Slot()
    def _on_run_started(self) -> None:
        self._asked = self._explained = None
        for topic in TOPICS:
            self._messages.withdraw(topic)

    @Slot()
    def _on_run_ended(self) -> None:
        for topic in ("divergence", "swap"):
            self._messages.withdraw(topic)
        if self._run.failure is not None:
            self._messages.show("error", f"The run ended with an error: {self._run.failure.message}", topic="failure")
        elif self._run.rule is not None:
            self._messages.show("info", self._run.rule.sentence, topic="rule")

    # -- a number that is not finite ----------------------------------------------------------------------------------

    @Slot()
    def _on_run_changed(self) -> None:
        event = self._run.divergence
        if event is None or self._run.state != "paused":
            self._messages.withdraw("divergence")
        elif event is not self._explained:
            self._explain(event)
        self._explained = event

    def explanation(self, event: Diverged) -> str:
        """Where the first number stands that is not finite, and what probably did it."""
        spec = self._experiment.spec if self._run.spec is None else self._run.spec
        return sentences(spec, event.finding, event.step, event.loss)

    def _explain(self, event: Diverged) -> None:
        self._messages.show(
            "error",
            self.explanation(event),
            f"Rewind {STEPS_BACK} steps and halve the learning rate",
            self._run.rewind_and_halve,
            "divergence",
            (("Show", self._show), ("Keep going", self._run.ignore_divergence)),
        )

    def _show(self) -> None:
        """The question stays while somebody looks."""
        self.show_graph_requested.emit()
        if self._explained is not None:
            self._explain(self._explained)

    # -- another optimiser in the middle of a run ---------------------------------------------------------------------

    @Slot()
    def _on_experiment_changed(self) -> None:
        wanted = self._run.swap_wanted
        if wanted is None:
            self._messages.withdraw("swap")
        elif wanted != self._asked:
            self._ask_about_swap(*wanted)
        self._asked = wanted

    def _ask_about_swap(self, old: str, new: str) -> None:
        shared = " and ".join(shared_state(old, new))
        old, new = OPTIMIZERS.spec(old).label, OPTIMIZERS.spec(new).label
        begin = f"{new} in place of {old}, from the next batch on?"
        if shared:
            self._messages.show(
                "info",
                f"{begin} {old} remembers {shared} of every weight, which {new} can go on with.",
                f"Swap, keep {shared}",
                lambda: self._run.swap_optimizer(keep=True),
                "swap",
                ((f"Swap, clear {shared}", lambda: self._run.swap_optimizer(keep=False)),),
            )
        else:
            self._messages.show(
                "info",
                f"{begin} There is nothing in what {old} remembers that {new} could go on with.",
                "Swap",
                lambda: self._run.swap_optimizer(keep=False),
                "swap",
            )


def say_problem(messages: MessageState, experiment: ExperimentState) -> None:
    """Say the first problem that keeps the experiment from running, with the change that would mend it."""
    problem = experiment.problems[0]
    if problem.fix is None:
        messages.show("warning", problem.message, topic="problem")
    else:
        messages.show("warning", problem.message, problem.fix.label, lambda: experiment.mend(problem), topic="problem")
