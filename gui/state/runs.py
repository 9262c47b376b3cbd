"""Every run that has ended: kept without being asked to, shown, named, coloured, compared, deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.experiment_file import reason_of
from gui.domain.kept_run import KeptRun, RunResults, tidy_name
from gui.domain.kept_run_file import Listing, PageMemory
from gui.domain.metrics_log import MetricsLog
from gui.domain.run_comparison import Comparison, compare, pair_to_compare
from gui.domain.run_curves import RunCurves
from gui.domain.run_names import free_color, suggested_run_name
from gui.domain.spec import ExperimentSpec
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.run_readings import RunMark
from gui.state.run_store import RUN, Loaded, RunStore

TOPIC = "runs"
SHOWN_BY_ITSELF = 6  # runs on show; beyond that a new one takes the place of the oldest that nobody asked for


class RunsState(QObject):
    """``runs`` are in the order in which they began. ``shown`` are those whose curves are drawn; ``curves`` hold them.

    ``selected`` are the rows that are marked. Where the disk refuses, a run is kept as long as the window is open.
    """

    changed = Signal()  # the runs, their names and colours, which are on show, the baseline, what cannot be read
    curves_changed = Signal()  # curves on show have been read
    pair_changed = Signal()  # the two runs that are compared

    def __init__(
        self,
        run: RunState,
        experiment: ExperimentState,
        messages: MessageState,
        folder: Path | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._run, self._experiment, self._messages = run, experiment, messages
        self.runs: tuple[KeptRun, ...] = ()
        self.unreadable: tuple[str, ...] = ()
        self.size_on_disk = 0
        self.shown: tuple[str, ...] = ()
        self.baseline: str | None = None
        self.curves: dict[str, RunCurves] = {}
        self.selected: tuple[str, ...] = ()
        self.is_loading = False
        self._is_swapped = False
        self._was_listed = False
        self._asked_for: set[str] = set()  # shown because somebody has said so
        self._wrong_curves: dict[str, str] = {}
        self._unwritten: dict[str, MetricsLog] = {}
        self._refused: set[str] = set()  # those of them that the disk did not take
        self._deleted: dict[str, KeptRun] = {}
        self._touched: set[str] = set()  # since the last look at the disk began
        self._listed_before: set[str] = set()
        self._said_unwritable = False
        self._kept_at: RunMark = run.mark
        self._began: tuple[str, ExperimentSpec, float] | None = None
        self._store = RunStore(folder, self)
        self._store.loaded.connect(self._on_loaded)
        self._store.written.connect(self._on_written)
        run.run_started.connect(self._on_run_started)
        run.run_ended.connect(self._on_run_ended)

    # -- what it comes to ---------------------------------------------------------------------------------------------

    def run_of(self, run_id: str | None) -> KeptRun | None:
        return next((run for run in self.runs if run.id == run_id), None)

    @property
    def shown_runs(self) -> list[KeptRun]:
        return [run for run in self.runs if run.id in self.shown]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being read or written."""
        return self._store.is_idle

    @property
    def pair(self) -> tuple[KeptRun, KeptRun] | None:
        """The runs that are compared, as ``pair_to_compare`` finds them, on the sides that the user wants them."""
        pair = pair_to_compare(self.runs, self.selected, self.baseline)
        return (pair[1], pair[0]) if pair is not None and self._is_swapped else pair

    @property
    def comparison(self) -> Comparison | None:
        pair = self.pair
        return None if pair is None else compare(*pair)

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each run, or its curves, that cannot be read."""
        return (*self.unreadable, *self._wrong_curves.values())

    # -- keeping ------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_run_started(self) -> None:
        run = self._run
        if run.spec is not None and (self._began is None or self._began[0] != run.run_id):
            self._began = (run.run_id, run.spec, time.time())
            self._kept_at = run.mark

    @Slot()
    def _on_run_ended(self) -> None:
        """Keep the run that has ended, with as many batches as it has had; not one that was only looked at."""
        run = self._run
        if run.spec is None or self._began is None or run.mark == self._kept_at:
            return
        self._kept_at = run.mark
        run_id, begun, started = self._began
        parameters = 0 if run.weights is None else sum(weight.size for weight in run.weights)
        before = self.run_of(run_id) or self._deleted.pop(run_id, None)
        results = RunResults.of(run.log, run.seconds, parameters, run.train_samples)
        kept = KeptRun(
            id=run_id,
            name=suggested_run_name(begun, self.runs) if before is None else before.name,
            color=free_color(self.runs, self.shown) if before is None else before.color,
            started=started,
            outcome=run.outcome or "stopped",
            begun=begun,
            ended=run.spec,
            results=results,
            changes=tuple(run.log.marks),
        )
        self._keep(kept, deepcopy(run.log))

    def _keep(self, run: KeptRun, log: MetricsLog) -> None:
        """Take a run in, in place of an earlier state of it, and write it; what could not be written is tried again."""
        self._replace([*(each for each in self.runs if each.id != run.id), run])
        self.curves[run.id] = RunCurves.of(log)
        self._touched.add(run.id)
        for earlier in self._refused:
            old = self.run_of(earlier)
            if old is not None and earlier != run.id:
                self._store.write(old, self._unwritten[earlier])
        self._refused = set()
        self._unwritten[run.id] = log
        self._store.write(run, log)
        self._show_new(run.id)
        self._tell()

    def _show_new(self, run_id: str) -> None:
        if run_id in self.shown:
            return
        shown = [*self.shown, run_id]
        spare = [each for each in self.shown if each != self.baseline and each not in self._asked_for]
        if len(shown) > SHOWN_BY_ITSELF and spare:
            shown.remove(spare[0])
        self._set_page(tuple(shown), self.baseline)

    @Slot(str, str, object)
    def _on_written(self, kind: str, name: str, error: Exception | None) -> None:
        if error is None:
            if kind == RUN:
                self._unwritten.pop(name, None)
                self._said_unwritable = False
        else:
            if kind == RUN and name in self._unwritten:
                self._refused.add(name)
            self._say_unwritable(error)

    def _say_unwritable(self, error: Exception) -> None:
        """Once, not for every run."""
        if not self._said_unwritable:
            self._said_unwritable = True
            reason = f"The computer says: {reason_of(error)}." if isinstance(error, OSError) else str(error)
            self._messages.show(
                "warning",
                f"Runs cannot be kept on the disk. {reason} They stay here until the window closes; make room, or let "
                "the folder be written to, and the next run writes them too.",
                topic=TOPIC,
            )

    # -- reading ------------------------------------------------------------------------------------------------------

    @Slot()
    def load(self) -> None:
        """Look at the disk: at first, and whenever the page is opened, as another window may have kept runs too."""
        if self.is_loading:
            return
        self._touched = set(self._unwritten)
        self._listed_before = {run.id for run in self.runs} - self._touched
        self.is_loading = self._store.list_runs()
        if self.is_loading and not self.runs:
            self.changed.emit()

    @Slot(object)
    def _on_loaded(self, loaded: Loaded) -> None:
        if loaded.listing is not None:
            self._take(loaded.listing)
        self.curves |= {run_id: curves for run_id, curves in loaded.curves.items() if run_id in self.shown}
        self._wrong_curves |= loaded.unreadable
        if loaded.unreadable:
            self.changed.emit()
        if loaded.curves:
            self.curves_changed.emit()

    def _take(self, listing: Listing) -> None:
        """What is on the disk now, beside what only this window has; what was changed here meanwhile stays."""
        self.is_loading = False
        found = {run.id: run for run in listing.runs if run.id not in self._deleted}
        here = {run.id: run for run in self.runs}
        gone = self._listed_before - set(found) - self._touched
        merged = {**here, **{run_id: run for run_id, run in found.items() if run_id not in self._touched}}
        before = (self.runs, self.unreadable, self.shown, self.baseline)
        self._replace([run for run_id, run in merged.items() if run_id not in gone])
        self.unreadable, self.size_on_disk = listing.unreadable, listing.size
        if not self._was_listed:
            self._was_listed = True
            self._remember(listing)
        if before != (self.runs, self.unreadable, self.shown, self.baseline) or not here:
            self._tell()

    def _remember(self, listing: Listing) -> None:
        """Show what was on show when the program was used last; at first, the latest runs."""
        page = listing.page or PageMemory(None, tuple(run.id for run in listing.runs[-SHOWN_BY_ITSELF:]))
        known = {run.id for run in self.runs}
        earlier = [run_id for run_id in page.shown if run_id in known and run_id not in self.shown]
        self.shown = (*earlier, *self.shown)
        if self.baseline is None and page.baseline in known:
            self.baseline = page.baseline

    def _replace(self, runs: Iterable[KeptRun]) -> None:
        self.runs = tuple(sorted(runs, key=lambda run: (run.started, run.id)))
        known = {run.id for run in self.runs}
        self.shown = tuple(run_id for run_id in self.shown if run_id in known)
        self.selected = tuple(run_id for run_id in self.selected if run_id in known)
        if self.baseline not in known:
            self.baseline = None

    def _tell(self) -> None:
        self._read_curves()
        self.changed.emit()
        self.pair_changed.emit()

    def _read_curves(self) -> None:
        """Have the curves on show read that are not here, and drop those that are not on show any more."""
        needed = [run_id for run_id in self.shown if run_id not in self._wrong_curves]
        self.curves = {run_id: self.curves[run_id] for run_id in needed if run_id in self.curves}
        for run_id in needed:
            if run_id in self._unwritten and run_id not in self.curves:
                self.curves[run_id] = RunCurves.of(self._unwritten[run_id])
        self._store.read_curves(run_id for run_id in needed if run_id not in self.curves)

    # -- intents ------------------------------------------------------------------------------------------------------

    def set_shown(self, run_id: str, is_shown: bool) -> None:
        """Draw a run's curves, or no longer."""
        self._asked_for.add(run_id) if is_shown else self._asked_for.discard(run_id)
        if is_shown != (run_id in self.shown):
            others = tuple(each for each in self.shown if each != run_id)
            self._set_page((*others, run_id) if is_shown else others, self.baseline)
            self._tell()

    def pin(self, run_id: str | None) -> None:
        """Make a run the baseline that others are compared with; None pins none."""
        if run_id != self.baseline:
            shown = self.shown if run_id is None or run_id in self.shown else (*self.shown, run_id)
            self._set_page(shown, run_id)
            self._tell()

    def _set_page(self, shown: tuple[str, ...], baseline: str | None) -> None:
        self.shown, self.baseline = shown, baseline
        self._store.write_page(PageMemory(baseline, shown))

    def select(self, run_ids: Sequence[str]) -> None:
        """Mark runs; two of them are compared."""
        if tuple(run_ids) != self.selected:
            self.selected, self._is_swapped = tuple(run_ids), False
            self.pair_changed.emit()

    @Slot()
    def swap(self) -> None:
        """Let the two runs that are compared change sides."""
        self._is_swapped = not self._is_swapped
        self.pair_changed.emit()

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; one without a letter changes nothing."""
        if tidy_name(name):
            self._edit(run_id, lambda run: replace(run, name=tidy_name(name)))

    def set_color(self, run_id: str, color: int) -> None:
        self._edit(run_id, lambda run: replace(run, color=color))

    def _edit(self, run_id: str, change: Callable[[KeptRun], KeptRun]) -> None:
        run = self.run_of(run_id)
        if run is None or change(run) == run:
            return
        edited = change(run)
        self._touched.add(run_id)
        self._replace(edited if each is run else each for each in self.runs)
        self._store.write_look(edited)
        self._tell()

    def delete(self, run_ids: Iterable[str]) -> None:
        """Take runs out of the list; they leave the disk only when the window closes, so that this can be undone."""
        wanted = set(run_ids)
        gone = [run for run in self.runs if run.id in wanted]
        if not gone:
            return
        shown, baseline = self.shown, self.baseline
        self._deleted |= {run.id: run for run in gone}
        self._replace(run for run in self.runs if run.id not in wanted)
        self._tell()
        count = f"{len(gone)} run{'' if len(gone) == 1 else 's'} deleted."
        self._messages.show("info", count, "Undo", lambda: self._bring_back(gone, shown, baseline), TOPIC)

    def _bring_back(self, runs: list[KeptRun], shown: tuple[str, ...], baseline: str | None) -> None:
        back = {run.id for run in runs if self._deleted.pop(run.id, None) is not None}
        self._touched |= back
        self._replace([*self.runs, *(run for run in runs if run.id in back)])
        self.shown = (*(each for each in shown if each in back), *self.shown)
        self.baseline = baseline if self.baseline is None and baseline in back else self.baseline
        self._tell()

    def load_settings(self, run_id: str) -> None:
        """Set the experiment up as a run began, as one edit; settings that were changed on the way are offered."""
        run = self.run_of(run_id)
        if run is None:
            return
        self._set_up(run.begun, run.name)
        text = f"The experiment is set up as “{run.name}” began. Ctrl+Z takes that back."
        if run.ended != run.begun:
            self._messages.show(
                "info", text, "Set up as it ended", lambda: self._set_up(run.ended, run.name), topic=TOPIC
            )
        else:
            self._messages.show("info", text, topic=TOPIC)

    def _set_up(self, spec: ExperimentSpec, name: str) -> None:
        titled = replace(spec, title=self._experiment.spec.title)
        self._experiment.replace(titled, f"loading of the settings of “{name}”")

    # -- the end ------------------------------------------------------------------------------------------------------

    def shutdown(self, limit_ms: int) -> bool:
        """Write what is not yet written, and take off the disk what was deleted; False if that takes longer."""
        for run_id in self._deleted:
            self._store.remove(run_id)
        self._deleted = {}
        return self._store.shutdown(limit_ms)
