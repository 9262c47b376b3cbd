"""What leaves the studio for other programs: the experiment as a script, curves and graph as pictures, tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.curves_table import CurvesTable, compared_csv
from gui.domain.experiment_file import file_name, reason_of, suggested_name
from gui.domain.run_table import table_csv
from gui.domain.script import SUFFIX, script_name, script_of
from gui.domain.whole_file import write_whole
from gui.state.experiment import ExperimentState
from gui.state.explorer import ExplorerState
from gui.state.files import FilesState
from gui.state.messages import MessageState
from gui.state.run import RunState
from gui.state.run_messages import say_problem
from gui.state.runs import RunsState
from gui.training.background import BackgroundQueue

TOPIC = "export"
TABLE = "csv"
CURVE_KINDS = ("png", "svg", TABLE)
GRAPH_KINDS = ("png", "svg", "pdf", "dot")
NO_GRAPH = "There is no recorded graph yet. Train first, for example with Space."

Painter = Callable[[str], bytes]
"""Paints a picture of a kind, "png" or "svg" (a graph also "pdf" or "dot"); views can, a state cannot."""


class ExportsState(QObject):
    """Where a file goes is asked for by signals; what it holds is what there is when its name is chosen."""

    changed = Signal()  # whether there are curves, some that are compared, or a graph
    script_place_wanted = Signal()
    curves_place_wanted = Signal()
    compared_place_wanted = Signal()
    table_place_wanted = Signal()
    graph_place_wanted = Signal(str)  # the kind that is offered first, one of GRAPH_KINDS

    def __init__(
        self,
        experiment: ExperimentState,
        run: RunState,
        files: FilesState,
        runs: RunsState,
        explorer: ExplorerState,
        messages: MessageState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._experiment, self._run, self._files, self._messages = experiment, run, files, messages
        self._runs, self._explorer = runs, explorer
        self._folder: Path | None = None
        self._again: dict[Path, Callable[[], None]] = {}
        self._known = (False, False, False)
        self._queue = BackgroundQueue(self)
        self._queue.reported.connect(self._on_written)
        about_graphs = (run.graph_recorded, run.run_started, explorer.record_changed)
        for signal in (run.changed, runs.changed, runs.curves_changed, *about_graphs):
            signal.connect(self._on_changed)

    @property
    def has_curves(self) -> bool:
        return self._run.newest > 0

    @property
    def has_compared(self) -> bool:
        return any(run.id in self._runs.curves for run in self._runs.shown_runs)

    @property
    def has_graph(self) -> bool:
        """Whether a graph with at least one op has been recorded, in a run or to be walked through."""
        record = self._explorer.record
        traces = (self._run.trace, None if record is None else record.trace)
        return any(trace is not None and trace.nodes for trace in traces)

    @property
    def title(self) -> str:
        """What pictures are headed with."""
        return self._files.name

    @property
    def suggested_script(self) -> Path:
        return self._place / script_name(self._files.name)

    @property
    def suggested_curves(self) -> Path:
        return self._place / f"{Path(suggested_name(self._files.name)).stem} curves.{CURVE_KINDS[0]}"

    @property
    def suggested_compared(self) -> Path:
        return self._place / f"compared runs.{CURVE_KINDS[0]}"

    def suggested_graph(self, kind: str) -> Path:
        return self._place / f"{Path(suggested_name(self._files.name)).stem} graph.{kind}"

    @property
    def suggested_table(self) -> Path:
        return self._place / f"runs.{TABLE}"

    @property
    def _place(self) -> Path:
        """Where something was exported to last, or else where experiments are."""
        return self._folder if self._folder is not None and self._folder.is_dir() else self._files.folder

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot()
    def want_script(self) -> None:
        """Have a place chosen for the script; an experiment that cannot run is no script either."""
        if self._experiment.problems:
            say_problem(self._messages, self._experiment)
        else:
            self.script_place_wanted.emit()

    @Slot()
    def want_curves(self) -> None:
        """Have a place chosen for the curves of the run on show."""
        if self.has_curves:
            self.curves_place_wanted.emit()
        else:
            self._messages.show("info", "There are no curves yet. Train first, for example with Space.", topic=TOPIC)

    @Slot()
    def want_compared(self) -> None:
        """Have a place chosen for the curves of the runs that are compared."""
        if self.has_compared:
            self.compared_place_wanted.emit()
        else:
            self._messages.show("info", "No runs are drawn in Compare. Set the check box of a run there.", topic=TOPIC)

    @Slot()
    @Slot(str)
    def want_graph(self, kind: str = GRAPH_KINDS[0]) -> None:
        """Have a place chosen for the recorded graph; ``kind`` is offered first."""
        if self.has_graph:
            self.graph_place_wanted.emit(kind)
        else:
            self._messages.show("info", NO_GRAPH, topic=TOPIC)

    def export_script(self, path: Path) -> None:
        """Write the experiment, as it is set up now, as a script."""
        if path.suffix.lower() != SUFFIX:
            self._refuse(path, f"a script is a {SUFFIX} file", SUFFIX, self.script_place_wanted.emit)
            return
        trained = self._run.spec if self.has_curves else None
        marks = self._run.log.marks if self.has_curves else ()
        content = script_of(self._experiment.spec, marks, trained).encode()
        self._write(path, lambda: content, self.script_place_wanted.emit)

    def export_curves(self, path: Path, paint: Painter) -> None:
        """Write the curves of the run on show; the ending of the name says as what."""
        self._export(path, paint, lambda: CurvesTable.of(self._run.log).csv, self.curves_place_wanted.emit)

    def export_compared(self, path: Path, paint: Painter) -> None:
        """Write the curves of the runs that are compared."""
        curves = self._runs.curves
        runs = [(run, curves[run.id]) for run in self._runs.shown_runs if run.id in curves]
        self._export(path, paint, lambda: partial(compared_csv, runs), self.compared_place_wanted.emit)

    def export_graph(self, path: Path, paint: Painter) -> None:
        """Write the recorded graph; the ending of the name says as what. Without a graph a sentence, and no file."""
        kind = path.suffix.lower().removeprefix(".")
        again = partial(self.graph_place_wanted.emit, GRAPH_KINDS[0])
        if kind not in GRAPH_KINDS:
            endings = ".png or .svg for a picture, .pdf for a page, .dot for Graphviz"
            self._refuse(path, "the ending says what is written", endings, again)
        elif not self.has_graph:
            self._messages.show("info", NO_GRAPH, topic=TOPIC)
        else:
            content = paint(kind)
            self._write(path, lambda: content, again)

    def export_table(self, path: Path, run_ids: Sequence[str]) -> None:
        """Write the table of these runs, in this order."""
        if path.suffix.lower() != f".{TABLE}":
            self._refuse(path, f"a table is a .{TABLE} file", f".{TABLE}", self.table_place_wanted.emit)
            return
        runs = {run.id: run for run in self._runs.runs}
        listed = [runs[run_id] for run_id in run_ids if run_id in runs]
        self._write(path, partial(table_csv, listed), self.table_place_wanted.emit)

    def _export(
        self, path: Path, paint: Painter, table: Callable[[], Callable[[], bytes]], again: Callable[[], None]
    ) -> None:
        """``table`` gives what writes the table of the numbers as they are now."""
        kind = path.suffix.lower().removeprefix(".")
        if kind not in CURVE_KINDS:
            endings = ".png or .svg for a picture, .csv for a table"
            self._refuse(path, "the ending says what is written", endings, again)
        elif kind == TABLE:
            self._write(path, table(), again)
        else:
            content = paint(kind)
            self._write(path, lambda: content, again)

    # -- writing ------------------------------------------------------------------------------------------------------

    def _refuse(self, path: Path, why: str, expected: str, again: Callable[[], None]) -> None:
        received = path.suffix or "a name without an ending"
        text = f"“{file_name(path)}” is not written: {why}. Expected {expected}. Received {received}."
        self._messages.show("error", text, "Choose another name…", again, TOPIC)

    def _write(self, path: Path, content: Callable[[], bytes], again: Callable[[], None]) -> None:
        """Write beside the window, after a yes where a file is there already; ``again`` asks for another place."""
        self._files.if_replaceable(path, partial(self._write_now, path, content, again))

    def _write_now(self, path: Path, content: Callable[[], bytes], again: Callable[[], None]) -> None:
        self._again[path] = again
        self._queue.put(path, lambda: write_whole(path, content()))

    @Slot(object, object)
    def _on_written(self, path: Path, error: Exception | None) -> None:
        again, name = self._again.pop(path, self.curves_place_wanted.emit), file_name(path)
        if error is None:
            self._folder = path.parent
            self._messages.show("info", f"“{name}” is written to {file_name(path.parent)}.", topic=TOPIC)
            return
        text = f"“{name}” cannot be written. The computer says: {reason_of(error)}. What it held before is still there."
        self._messages.show("error", text, "Export elsewhere…", again, TOPIC)

    @Slot()
    def _on_changed(self) -> None:
        known = (self.has_curves, self.has_compared, self.has_graph)
        if known != self._known:
            self._known = known
            self.changed.emit()

    def shutdown(self, limit_ms: int) -> bool:
        """Write what is still to be written; False if the disk has not taken it in time."""
        return self._queue.shutdown(limit_ms)
