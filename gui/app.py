"""The one wiring place: makes the states and the window and joins them. ``run(argv)`` is the program."""

from __future__ import annotations

import functools
import json
import logging
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

import beras

# Everything without Qt first: once PySide6 is there, its hook makes every import that follows twice as slow.
from gui.cli import Options, parse
from gui.domain import curves_table, data_view, experiment_file, kept_run_file, run_comparison, script  # noqa: F401
from gui.domain.time_limits import MEGABYTE
from gui.platform_check import complaint
from gui.training import events  # noqa: F401

_COMPLAINT = complaint()
if _COMPLAINT:
    sys.exit(f"BERAS Studio cannot start. {_COMPLAINT}")

import pyqtgraph as pg  # noqa: E402
from PySide6.QtCore import QObject, QTimer, Slot  # noqa: E402  Qt is imported only after the look at the platform
from PySide6.QtWidgets import QApplication  # noqa: E402
from threadpoolctl import ThreadpoolController  # noqa: E402

from gui.about import about_text, versions_text  # noqa: E402
from gui.collector import GuiThreadCollector  # noqa: E402
from gui.qt_messages import log_qt_messages  # noqa: E402
from gui.state.autosave import AutosaveState, sessions_folder  # noqa: E402
from gui.state.data import DataState  # noqa: E402
from gui.state.dream import DreamState  # noqa: E402
from gui.state.evaluation import EvaluationState  # noqa: E402
from gui.state.experiment import ExperimentState  # noqa: E402
from gui.state.explorer import ExplorerState  # noqa: E402
from gui.state.explorer_player import ExplorerPlayer  # noqa: E402
from gui.state.exports import ExportsState  # noqa: E402
from gui.state.fault_guide import FaultGuide  # noqa: E402
from gui.state.files import FilesState  # noqa: E402
from gui.state.gradient_check import GradientCheckState  # noqa: E402
from gui.state.health import HealthState  # noqa: E402
from gui.state.initializer_lab import InitializerLabState  # noqa: E402
from gui.state.messages import MessageState  # noqa: E402
from gui.state.pad import PadState  # noqa: E402
from gui.state.playground import PlaygroundState  # noqa: E402
from gui.state.run import RunState  # noqa: E402
from gui.state.run_messages import RunMessages  # noqa: E402
from gui.state.run_store import runs_folder  # noqa: E402
from gui.state.runs import RunsState  # noqa: E402
from gui.state.settings import FONT_PERCENT, THEME, TIME_MEMORY, Settings  # noqa: E402
from gui.training.data_store import DataStore  # noqa: E402
from gui.training.session import SHUTDOWN_LIMIT_MS, TrainingSession  # noqa: E402
from gui.views.looks.theme import ThemeProvider  # noqa: E402
from gui.views.shell.main_window import MainWindow  # noqa: E402
from gui.views.shell.states import States  # noqa: E402

log = logging.getLogger(__name__)

# Beside a tiny network, which hardly ever leaves the interpreter, longer turns stopped the window for a second.
SWITCH_INTERVAL_S = 0.0001
BLAS_THREADS = 1  # two threads beside a drawing window on two cores fell to a tenth of the speed
FIRST_PAINT_MS = 100  # data are made in a thread, and the first picture of the window should not wait for it
LAST_REDRAW_MS = 150

if TYPE_CHECKING:
    from gui.state.scratchpad import ScratchpadState


class Studio(QObject):
    """The running program: ``window``, and every state behind it. ``close()`` ends it without asking."""

    def __init__(self, application: QApplication, options: Options) -> None:
        super().__init__()
        self.application = application
        self.options = options
        self.exit_code = 0
        self._is_closed = False
        self._switch_interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._threads = _libraries().limit(limits=BLAS_THREADS, user_api="blas")
        self.settings = Settings(self)
        if options.reset_settings:
            self.settings.reset()
        self.themes = ThemeProvider(self.settings.theme, self, self.settings.font_percent)
        self.settings.changed.connect(self._on_setting_changed)
        self.themes.apply(application)
        self.messages = MessageState(self)
        self.experiment = ExperimentState(options.spec if options.saved is None else options.saved.spec, self)
        self.experiment.replace(options.spec, "settings of the command line")
        store = DataStore(options.data_dir)
        self.session = TrainingSession(store, self)
        self.session.set_timeline_bytes(self.settings.time_memory_mb * MEGABYTE)
        self.run_state = RunState(self.session, self.experiment, self)
        self.run_messages = RunMessages(self.run_state, self.experiment, self.messages, self)
        self.data = DataState(store, self.experiment, self.messages, self)
        self.pad = PadState(self.run_state, self.experiment, self)
        self.gradient_check = GradientCheckState(store, self.experiment, self.run_state, self.messages, self)
        self.playground = PlaygroundState(self.experiment, self.run_state, self.data, self.messages, self)
        self.files = FilesState(self.experiment, self.run_state, self.messages, self.settings, options.file, self)
        self.autosave = AutosaveState(
            self.files, self.experiment, self.run_state, self.messages, sessions_folder(), self
        )
        self.runs = RunsState(self.run_state, self.experiment, self.messages, runs_folder(), self)
        self.explorer = ExplorerState(store, self.experiment, self.run_state, self)
        self.player = ExplorerPlayer(self.explorer, self)
        self.evaluation = EvaluationState(store, self.run_state, self)
        self.dream = DreamState(self.pad, self)
        self.pad.sent_to_explorer.connect(self.explorer.explore)
        self.health = HealthState(self.run_state, self.experiment, self)
        self.initializer_lab = InitializerLabState(store, self.experiment, self)
        self.fault_guide = FaultGuide(self.explorer, self)
        self.exports = ExportsState(
            self.experiment, self.run_state, self.files, self.runs, self.explorer, self.messages, self
        )
        states = States(
            self.experiment,
            self.run_state,
            self.data,
            self.pad,
            self.messages,
            self.settings,
            self.files,
            self.gradient_check,
            self.autosave,
            self.playground,
            self.runs,
            self.exports,
            self.explorer,
            self.player,
            self.evaluation,
            self.dream,
            self.health,
            self.initializer_lab,
            self.fault_guide,
            lambda: self.scratchpad,
        )
        self.window = MainWindow(self.themes, states, about_text, self._shutdown)
        self.themes.dress()
        self.run_messages.show_graph_requested.connect(self.window.show_divergence)
        self._collector = GuiThreadCollector(self)
        self._collector.start()
        self.run_state.run_ended.connect(self._on_run_ended)
        if options.quit_when_done:
            self.run_state.changed.connect(self._on_run_changed)
        if self.settings.complaint:
            self.messages.show("info", self.settings.complaint)

    @functools.cached_property
    def scratchpad(self) -> ScratchpadState:
        """It is made when its page is."""
        from gui.state.scratchpad import ScratchpadState  # here, so that the studio starts without it

        return ScratchpadState(self)

    def start(self) -> None:
        """Show the window and do what the command line asked for."""
        self.window.show()
        QTimer.singleShot(FIRST_PAINT_MS, self._load_data)
        saved = None if self.options.saved is None else self.options.saved.run
        if saved is not None:
            self.files.take_run(saved, go_on=self.options.autostart)
        elif self.options.autostart:
            QTimer.singleShot(0, self.run_state.run)

    @Slot()
    def _load_data(self) -> None:
        if not self._is_closed:
            self.data.load()
            self.autosave.start()
            self.runs.load()
            self.window.compare_page.prepare()

    def close(self) -> bool:
        """End run and window, also in the middle of a run; False if a thread has not ended in time."""
        return self.window.close_without_asking()

    @Slot(str)
    def _on_setting_changed(self, name: str) -> None:
        if name == THEME:
            self.themes.set_theme(self.settings.theme)
        elif name == FONT_PERCENT:
            self.themes.set_font_percent(self.settings.font_percent)
        elif name == TIME_MEMORY:
            self.session.set_timeline_bytes(self.settings.time_memory_mb * MEGABYTE)

    def _shutdown(self) -> bool:
        beside = (self.gradient_check, self.explorer, self.evaluation, self.initializer_lab)
        tasks = (self.data, self.runs, self.files, self.autosave, self.exports, *beside)
        ended = self.run_state.shutdown() and all(task.shutdown(SHUTDOWN_LIMIT_MS) for task in tasks)
        if "scratchpad" in vars(self):
            ended = self.scratchpad.shutdown(SHUTDOWN_LIMIT_MS) and ended
        if ended:
            self._is_closed = True
            self.experiment.undo_stack.blockSignals(True)  # a stack that is destroyed clears itself, and says so
            self._collector.stop()
            self._threads.restore_original_limits()
            sys.setswitchinterval(self._switch_interval)
        return ended

    @Slot()
    def _on_run_ended(self) -> None:
        if self.run_state.failure is not None:
            self.data.recheck()
        if self.options.quit_when_done or self.options.screenshot is not None:
            QTimer.singleShot(LAST_REDRAW_MS, self._finish)

    @Slot()
    def _on_run_changed(self) -> None:
        """Nobody is there to say how to go on with numbers that are not finite."""
        divergence = self.run_state.divergence
        if divergence is not None and self.run_state.state == "paused":
            self._complain(self.run_messages.explanation(divergence))
            self.run_state.stop()

    @Slot()
    def _finish(self) -> None:
        """After the last redraw: picture, result, end."""
        if self.run_state.is_active:
            return
        path = self.options.screenshot
        saved = path is None or self.window.grab().save(str(path), "PNG")
        if not saved:
            self._complain(f"The screenshot could not be written to {path}.")
        if not self.options.quit_when_done:
            return
        result = self.run_state.result()
        if self.run_state.failure is not None:
            self._complain(self.run_state.failure.message)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        self.exit_code = 0 if result["outcome"] == "completed" and saved else 1
        self.close()

    def _complain(self, sentence: str) -> None:
        self.messages.show("error", sentence)
        sys.stderr.write(f"BERAS Studio: {sentence}\n")


@functools.cache
def _libraries() -> ThreadpoolController:
    """The arithmetic libraries whose threads are limited; to look for them takes a moment."""
    return ThreadpoolController()


def build(argv: Sequence[str] = ()) -> Studio:
    """Make everything, without starting the event loop. ``argv`` is the command line without the program's name."""
    options = parse(argv)
    application = QApplication.instance() or QApplication(["beras-studio"])
    if not isinstance(application, QApplication):
        raise RuntimeError("A Qt application without widgets is running already; the studio needs a QApplication.")
    application.setApplicationName("BERAS Studio")
    application.setApplicationVersion(beras.__version__)
    pg.setConfigOptions(antialias=True)
    studio = Studio(application, options)
    studio.start()
    return studio


def run(argv: Sequence[str]) -> int:
    """Run the studio; returns the exit code."""
    log_qt_messages()
    studio = build(argv)
    sys.excepthook = _Excepthook(studio)
    studio.application.exec()
    return studio.exit_code


def main() -> int:
    """The entry point of ``beras-studio``."""
    return run(sys.argv[1:])


class _Excepthook:
    """An unexpected error is logged and said in the window, and the window goes on."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._studio.close()
            return
        report = "".join(traceback.format_exception(kind, error, trace))
        log.error("An unexpected error.\n%s", report)
        self._studio.messages.show(
            "error",
            f"Something unexpected went wrong ({error}). Your work is still here.",
            "Copy report",
            lambda: self._studio.application.clipboard().setText(f"{versions_text()}\n\n{report}"),
        )
