"""The ways of a run in time: which of its moments is looked at, and what it was like there, for whoever keeps it."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.metrics_log import BETWEEN_BATCHES
from gui.domain.steering import Change
from gui.domain.training_state import TrainingState
from gui.state.run_readings import RunReadings
from gui.training.events import StateTaken
from gui.training.session import TrainingSession


class RunTravels(RunReadings):
    """A run that can be put to any of its moments, and asked for its state."""

    changed = Signal()  # anything, at most once per tick
    state_changed = Signal()
    state_taken = Signal(object)  # the TrainingState that was asked for
    shown_taken = Signal(object)  # the same for the moment on show, or None where nothing was trained

    def __init__(self, session: TrainingSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._reopening = self._state_wanted = False
        self._opened: TrainingState | None = None
        self._wanted_moment: int | None = None
        self._waiting: tuple[Change, ...] = ()

    @property
    def is_active(self) -> bool:
        return self._session.is_active

    @property
    def can_travel(self) -> bool:
        """Whether another moment of the run can be looked at."""
        known = self.state in ("running", "stepping", "paused") or self._session.past is not None
        return known and self.newest > self.first_moment

    @property
    def is_travelling(self) -> bool:
        """Whether the run is on its way to another moment."""
        return self._wanted_moment is not None

    # -- time ---------------------------------------------------------------------------------------------------------

    def look_at(self, step: int) -> None:
        """Stand still and show the run as it was after ``step`` batches; a run that has ended is opened again."""
        if not self.can_travel or self.spec is None:
            return
        self._waiting = ()
        step = self._wanted_moment = max(self.first_moment, min(step, self.newest))
        if self._session.past is None:
            self._session.look_at(step)  # if the run ends before it has seen this, it is opened again for it
            return
        self.outcome = None
        self._begin_again()
        self._session.reopen(self.spec, step)
        self._on_experiment_changed()
        self.changed.emit()

    def step_back(self) -> None:
        """One batch back."""
        self.look_at(self.shown_step - 1)

    def epoch_back(self) -> None:
        """To where the epoch began, or the one before if it has just begun."""
        begun = math.ceil(self.log.done(self.shown_step) - BETWEEN_BATCHES) - 1
        self.look_at(self.log.step_at(begun))

    def look_at_newest(self) -> None:
        """No earlier moment any more."""
        if self.moment is not None or self.is_travelling:
            self.look_at(self.newest)

    def _end_of_epoch(self, step: int) -> int:
        """The number of batches after which the epoch ended that went on after ``step``."""
        return self.log.step_at(math.floor(self.log.done(step) + BETWEEN_BATCHES) + 1)

    def _begin_again(self) -> None:
        self._steps_before = self._steps_trained
        self._seconds_before = 0.0 if self.latest is None else self.latest.seconds
        self._reopening = True
        self._set_state("starting")

    # -- states that are kept -----------------------------------------------------------------------------------------

    def ask_for_state(self) -> bool:
        """Have ``state_taken`` say the newest moment, as soon as may be; False if nothing was trained."""
        past = self._session.past
        if self.spec is None or not self.newest:
            return False
        self._state_wanted = True
        if past is not None:
            newest = past.timeline.latest(past.timeline.newest)
            self._say_state(StateTaken(newest, tuple(past.timeline.epochs), past.seconds, past.samples))
        elif self.is_active:
            self._session.ask_for_state()
        elif self._opened is not None:  # it could not be opened again here, so it is what it was
            self._state_wanted = False
            self.state_taken.emit(self._opened)
        return True

    def ask_for_shown(self) -> None:
        """Have ``shown_taken`` say the moment on show; the run must stand still."""
        past = self._session.past
        if self.is_active and self.state == "paused":
            self._session.ask_for_shown()
        elif past is not None and self.spec is not None and self.newest:
            newest = past.timeline.latest(past.timeline.newest)
            self._say_shown(StateTaken(newest, (), past.seconds, past.samples, is_shown=True))
        else:
            self.shown_taken.emit(None)

    def _say_state(self, event: StateTaken) -> None:
        if self._state_wanted and self.spec is not None:
            self._state_wanted = False
            spec, snapshot = self.spec, event.snapshot
            self.state_taken.emit(TrainingState.of(spec, snapshot, event.seconds, event.samples, event.epochs))

    def _say_shown(self, event: StateTaken) -> None:
        if self.spec is not None:
            self.shown_taken.emit(
                TrainingState.of(self.spec, event.snapshot, event.seconds, event.samples, event.epochs)
            )

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()

    @Slot()
    def _on_experiment_changed(self) -> None:
        """What can change while the run goes on is changed at the next batch."""
        raise NotImplementedError
