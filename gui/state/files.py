"""Which file the experiment is kept in, whether there are changes that it lacks, and what is asked before any are lost.

Opening and saving happen here; that a file is to be chosen, and a question, are said by signals and shown by views.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot

from beras.registry import SettingError
from gui.domain.curves_file import CurvesError, pack_curves
from gui.domain.experiment_file import (
    ExperimentFileError,
    SavedExperiment,
    SavedRun,
    file_name,
    load_experiment,
    save_experiment,
    suggested_name,
)
from gui.domain.presets import DEFAULT_PRESET, load_preset
from gui.domain.spec import ExperimentSpec
from gui.domain.training_state import TrainingState
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.recent_files import RecentFile, recent_files
from gui.state.run import RunState
from gui.state.run_readings import RunMark
from gui.state.settings import Settings
from gui.training.background import BackgroundQueue

TOPIC = "file"

Occasion = Literal["close", "open", "replace"]
Answer = Literal["save", "go_on", "cancel"]


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before the experiment on show, or a file, gives way to another; the flags say what is at stake."""

    occasion: Occasion
    name: str
    loses_changes: bool = False
    ends_run: bool = False


@dataclass(slots=True, eq=False)
class _Saving:
    """A save that is going on: where to, what waits for it, and what of run and edits the file will hold."""

    path: Path
    then: Callable[[], None] | None
    is_written: bool = False
    mark: RunMark = ("", 0, 0)
    index: int = 0


class FilesState(QObject):
    """``path`` is None while the experiment is in no file. A preset is a beginning: it is never written to."""

    changed = Signal()  # the name, the path, whether there are changes, or the recent files
    asked = Signal()  # ``question`` waits for its answer
    open_place_wanted = Signal()
    save_place_wanted = Signal()
    close_agreed = Signal()

    def __init__(
        self,
        experiment: ExperimentState,
        run: RunState,
        messages: MessageState,
        settings: Settings,
        path: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._run = run
        self._messages = messages
        self._settings = settings
        self.path = path
        self.question: Question | None = None
        self._after_answer: Callable[[], None] | None = None
        self._after_save: Callable[[], None] | None = None
        self._after_run: Callable[[], None] | None = None
        self._saving: _Saving | None = None  # waits for the state of the run, or for the disk
        self._saved_at: RunMark = run.mark
        self._lacked_run = False
        self._queue = BackgroundQueue(self)
        self._queue.reported.connect(self._on_written)
        run.state_taken.connect(self._on_state_taken)
        run.changed.connect(self._on_run_changed)
        if path is not None:
            settings.remember_file(str(path))
        experiment.undo_stack.cleanChanged.connect(self._on_clean_changed)
        run.run_ended.connect(self._on_run_ended, Qt.ConnectionType.QueuedConnection)  # others still want to see it

    # -- what it comes to ---------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The file's name without its ending, or the title of an experiment that is in no file."""
        return self._experiment.spec.title if self.path is None else file_name(self.path.with_suffix(""))

    @property
    def is_modified(self) -> bool:
        """Whether there are edits that no file has, or a run that the file of this experiment lacks."""
        return not self._experiment.undo_stack.isClean() or self._file_lacks_run

    @property
    def _file_lacks_run(self) -> bool:
        return self.path is not None and self._run.newest > 0 and self._run.mark != self._saved_at

    @property
    def is_saving(self) -> bool:
        """Whether the disk has still to be waited for."""
        return self._saving is not None

    @property
    def recent(self) -> tuple[RecentFile, ...]:
        """The files that were open last, the latest first; looked for anew each time."""
        return recent_files(self._settings.recent_files)

    @property
    def folder(self) -> Path:
        """Where a file is looked for first: where the last one was."""
        last = self._settings.folder
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return next((Path(each) for each in (last, documents) if each and os.path.isdir(each)), Path.home())

    @property
    def suggested_path(self) -> Path:
        """Where a first "Save as" would put the experiment."""
        return self.path or self.folder / suggested_name(self._experiment.spec.title)

    # -- opening ------------------------------------------------------------------------------------------------------

    @Slot()
    def new(self) -> None:
        """The experiment that the program begins with."""
        self.open_preset(DEFAULT_PRESET)

    def open_preset(self, name: str) -> None:
        """Take a ready experiment; what it replaces is asked about first, if anything would be lost."""
        try:
            spec = load_preset(name)
        except SettingError as error:
            self._messages.show("error", str(error), topic=TOPIC)
        else:
            self._leave(partial(self._take, spec))

    def open(self, path: Path) -> None:
        """Take the experiment in a file. A wrong file is said before anything is asked, and changes nothing."""
        if self._read(path) is not None:
            self._leave(partial(self._open_now, path))

    def open_all(self, paths: list[Path]) -> None:
        """Take what was dropped on the window: one file."""
        if len(paths) == 1:
            self.open(paths[0])
        else:
            self._messages.show(
                "warning",
                f"There is one experiment at a time. Expected one file, received {len(paths)}: drop the one to open.",
                topic=TOPIC,
            )

    @Slot()
    def forget_recent(self) -> None:
        self._settings.forget_files()
        self.changed.emit()

    def _open_now(self, path: Path) -> None:
        """Read it anew: it may have been saved to since it was looked at."""
        saved = self._read(path)
        if saved is not None:
            self._remember(path)
            self._take(saved.spec, None if saved.is_preset else path, saved.run)

    def _read(self, path: Path) -> SavedExperiment | None:
        try:
            return load_experiment(path)
        except ExperimentFileError as error:
            self._messages.show("error", str(error), "Open another…", self.open_place_wanted.emit, TOPIC)
            self.changed.emit()  # a recent file may have gone
            return None

    def _take(self, spec: ExperimentSpec, path: Path | None = None, run: SavedRun | None = None) -> None:
        self.path = path
        self._experiment.open(spec)
        if run is None:
            self._run.forget_run()
        else:
            self.take_run(run)
        for topic in (TOPIC, "problem"):  # a problem of the last experiment offers a change of that one
            self._messages.withdraw(topic)
        self.changed.emit()

    def take_run(self, run: SavedRun, go_on: bool = False) -> None:
        """Take the run that the file on show holds; it stands still, or goes on."""
        self._run.open_state(run.state, run.log(), go_on)
        self._saved_at = self._run.mark

    def restore(self, saved: SavedExperiment, path: Path | None, then: Callable[[], None]) -> None:
        """Take an experiment that was never saved as it is; ``path`` is where it was saved before."""

        def take() -> None:
            there = path if path is not None and path.is_file() else None
            self._take(saved.spec, there, saved.run)
            self._experiment.undo_stack.resetClean()
            self.changed.emit()
            then()

        self._leave(take)

    # -- saving -------------------------------------------------------------------------------------------------------

    @Slot()
    def save(self) -> None:
        """Save where it was saved before; the first time, the place is asked for."""
        if self.path is None:
            self.save_place_wanted.emit()
        else:
            self.save_as(self.path)

    def save_to(self, path: Path) -> None:
        """Save where the user has chosen to; another file that is there already is asked about first."""
        save = partial(self.save_as, path)
        save() if path == self.path else self.if_replaceable(path, save)

    def if_replaceable(self, path: Path, then: Callable[[], None]) -> None:
        """Do what writes there: at once, or after a yes where something is there already."""
        if os.path.lexists(path):
            self._ask(Question("replace", file_name(path)), then)
        else:
            then()

    def save_as(self, path: Path) -> None:
        """Save there from now on, then do what was waiting for it; if that fails, nothing else happens.

        A run is saved as it is after the batch that is being trained; it is written beside the window.
        """
        then, self._after_save = self._after_save, None
        self._saving = _Saving(path, then)
        if not self._run.ask_for_state():
            self._write_now(self._saving)

    def _write_now(self, saving: _Saving) -> None:
        """There is no run, so there is next to nothing to write."""
        try:
            save_experiment(saving.path, self._experiment.spec)
        except ExperimentFileError as error:
            self._end_saving(saving, error)
        else:
            self._note_saved(saving)
            self._end_saving(saving, None)

    @Slot(object)
    def _on_state_taken(self, state: TrainingState) -> None:
        saving = self._saving
        if saving is None or saving.is_written:
            return
        saving.is_written = True
        spec, path = self._experiment.spec, saving.path
        try:
            run = SavedRun(state, pack_curves(self._run.log))
        except CurvesError as error:
            self._end_saving(saving, ExperimentFileError("saved", path, str(error)))
            return
        self._note_saved(saving)
        self._queue.put(saving, lambda: save_experiment(path, spec, run))

    def _note_saved(self, saving: _Saving) -> None:
        """What there is now is what the file will hold."""
        saving.mark, saving.index = self._run.mark, self._experiment.undo_stack.index()

    @Slot(object, object)
    def _on_written(self, saving: _Saving, error: Exception | None) -> None:
        self._end_saving(saving, error)

    def _end_saving(self, saving: _Saving, error: Exception | None) -> None:
        if saving is self._saving:
            self._saving = None
        if error is not None:
            self._messages.show("error", str(error), "Save as…", self.save_place_wanted.emit, TOPIC)
            return
        self.path, self._saved_at = saving.path, saving.mark
        if self._experiment.undo_stack.index() == saving.index:  # nothing was edited while it was written
            self._experiment.undo_stack.setClean()
        self._messages.withdraw(TOPIC)
        self._remember(saving.path)
        self.changed.emit()
        if saving.then is not None:
            saving.then()

    def shutdown(self, limit_ms: int) -> bool:
        """Write what is still to be written; False if the disk has not taken it in time."""
        return self._queue.shutdown(limit_ms)

    @Slot()
    def give_up_saving(self) -> None:
        """No place was chosen, so what was waiting for it does not happen."""
        self._after_save = None

    def _remember(self, path: Path) -> None:
        self._settings.remember_file(str(path))
        self._settings.folder = str(path.parent)

    # -- leaving the experiment on show -------------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Whether the window may close at once; otherwise asks, and ``close_agreed`` may come later."""
        return not self._asks("close", self.close_agreed.emit)

    def _leave(self, then: Callable[[], None]) -> None:
        """Do what replaces the experiment on show: at once, or when the user has agreed and the run has ended.

        A save that is going on is finished first, and if it fails, nothing is replaced.
        """
        saving = self._saving
        if saving is not None:
            before = saving.then
            saving.then = partial(_both, before, partial(self._leave, then))
            return
        if not self._asks("open", partial(self._end_run, then)):
            self._end_run(then)

    def _asks(self, occasion: Occasion, then: Callable[[], None]) -> bool:
        """Whether something would be lost; then it is asked about, and ``then`` is done after a yes."""
        question = Question(occasion, self.name, self.is_modified, self._run.is_under_way)
        if not question.loses_changes and not question.ends_run:
            return False
        self._after_save = None
        self._ask(question, then)
        return True

    def _ask(self, question: Question, then: Callable[[], None]) -> None:
        self.question, self._after_answer = question, then
        self.asked.emit()

    def answer(self, answer: Answer) -> None:
        """What the user says to ``question``; without a yes, nothing happens that was waiting for one."""
        then, self._after_answer, self.question = self._after_answer, None, None
        if then is None or answer == "cancel":
            self._after_save = None
        elif answer == "save":
            self._after_save = then
            self.save()
        else:
            then()

    def _end_run(self, then: Callable[[], None]) -> None:
        """Do it when the run has ended: a run goes on with the experiment it began with."""
        if self._run.is_active:
            self._after_run = then
            self._run.stop()
        else:
            then()

    @Slot()
    def _on_run_ended(self) -> None:
        then, self._after_run = self._after_run, None
        if then is not None:
            then()

    @Slot()
    def _on_clean_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_run_changed(self) -> None:
        """The first batch makes a difference to the file; the ones after it make no other."""
        if self._file_lacks_run != self._lacked_run:
            self._lacked_run = self._file_lacks_run
            self.changed.emit()


def _both(first: Callable[[], None] | None, second: Callable[[], None]) -> None:
    if first is not None:
        first()
    second()
