"""The window: run bar, pages, the two docks, menus, status. It arranges; what happens is decided in the states."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gui.views.backprop.explorer_actions import ExplorerActions
from gui.views.backprop.graph_painter import graph_painter
from gui.views.backprop.live_graph import LiveGraph
from gui.views.compare.compare_page import ComparePage
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.experiment.experiment_panel import ExperimentPanel
from gui.views.looks import metrics
from gui.views.looks.icons import app_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.pad.pad_panel import PadPanel
from gui.views.shell.actions import RunActions
from gui.views.shell.app_actions import AppActions
from gui.views.shell.command_palette import CommandPalette
from gui.views.shell.docks import Docks
from gui.views.shell.export_actions import ExportActions
from gui.views.shell.file_actions import FileActions
from gui.views.shell.file_dialogs import FileDialogs
from gui.views.shell.file_drop import files_of, give_files_to_window
from gui.views.shell.file_question import FileQuestion
from gui.views.shell.fit_views import FitViews
from gui.views.shell.late_pages import make_backprop, make_evaluate
from gui.views.shell.menus import fill_menus
from gui.views.shell.page_bar import PageBar
from gui.views.shell.run_bar import RunBar
from gui.views.shell.screens import bring_back
from gui.views.shell.states import States
from gui.views.shell.status_facts import StatusFacts
from gui.views.shell.typing_end import finish_typing
from gui.views.shell.window_dialogs import WindowDialogs
from gui.views.train.train_page import TrainPage
from gui.views.widgets.adaptive_splitter import scrolled
from gui.views.widgets.lazy_page import LazyPage
from gui.views.widgets.message_bar import MessageBar, MessageLevel

DEFAULT_SIZE = QSize(1440, 900)
SMALLEST_SIZE = QSize(1024, 700)
EXPERIMENT_WIDTH, PAD_WIDTH = 21.0, 19.0  # in lines of text
BACKPROP_PAGE, EVALUATE_PAGE, COMPARE_PAGE = 1, 2, 3
WIDE_PAGES = (BACKPROP_PAGE, EVALUATE_PAGE, COMPARE_PAGE)
LAYOUT_VERSION = 1
NOT_ENDED = "Something is still being trained, read or written. Wait until it is done, then close again."
PAD_INTERVAL_S = 0.5  # the pad shows what the weights of so long ago say


if TYPE_CHECKING:
    from gui.views.backprop.backprop_page import BackpropPage
    from gui.views.backprop.graph_scene import GraphScene
    from gui.views.evaluate.evaluate_page import EvaluatePage


class MainWindow(QMainWindow):
    """``closed`` comes when the window has really gone, after every thread has ended."""

    closed = Signal()

    def __init__(
        self, themes: ThemeProvider, states: States, about: Callable[[], str], shutdown: Callable[[], bool]
    ) -> None:
        super().__init__()
        self.themes = themes
        self.states = states
        self._shutdown = shutdown
        self._may_close = False
        self._was_shown = False
        self._before_full_screen = Qt.WindowState.WindowNoState
        self.setObjectName("main_window")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(SMALLEST_SIZE)
        self.actions_of_run = RunActions(themes, states.run, states.gradient_check, self)
        self.actions_of_app = AppActions(themes, states.experiment, states.settings, self)
        self.actions_of_files = FileActions(themes, states.files, states.autosave, self)
        self.actions_of_kept_runs = KeptRunActions(themes, states.runs, self)
        self._live = LiveGraph(themes, states.run, states.settings, self.font(), self)
        self.scene = self._live.scene
        ways_in_time = (self.actions_of_run.step_back, self.actions_of_run.newest)
        self.train_page = TrainPage(themes, states.run, states.playground, states.health, self.scene, ways_in_time)
        self.actions_of_explorer = ExplorerActions(themes, states.explorer, states.player, self)
        self._backprop = LazyPage(lambda: make_backprop(self))
        self._evaluate = LazyPage(lambda: make_evaluate(self))
        self.compare_page = ComparePage(themes, states.runs, self.actions_of_kept_runs, self.actions_of_app.fit)
        self.actions_of_exports = ExportActions(
            themes,
            states.exports,
            self._curves_picture,
            lambda kind: self.compare_page.picture(kind, "Compared runs"),
            graph_painter(themes, states.run, states.explorer, states.exports, self._scenes),
            lambda: self.compare_page.listed_ids,
            self,
        )
        self.train_page.offer(self.actions_of_exports.curves)
        self.compare_page.offer(self.actions_of_exports.compared)
        self.message_bar = MessageBar(themes)
        self.pages = QStackedWidget()
        self._question = FileQuestion(states.files, self)
        self._file_dialogs = FileDialogs(states.files, self)
        self._build_docks()
        self._build_bars()
        self._build_centre()
        StatusFacts(themes, self.statusBar(), states.experiment, states.run)
        app, files, run = self.actions_of_app, self.actions_of_files, self.actions_of_run
        kept, exports, explorer = self.actions_of_kept_runs, self.actions_of_exports, self.actions_of_explorer
        fill_menus(self.menuBar(), app, files, exports, run, explorer, kept, self._docks.toggles)
        with_keys = [*run.with_keys, *explorer.with_keys]
        self.addActions([*with_keys, *app.findChildren(QAction), *files.findChildren(QAction)])
        self._fit_views = FitViews(self.actions_of_app.fit, self.pages)
        self._palette = CommandPalette(themes, states.settings, self)
        show_backprop = partial(self.page_bar.tabs.setCurrentIndex, BACKPROP_PAGE)
        self._dialogs = WindowDialogs(self, themes, app, states, about, show_backprop)
        self._connect()
        self._connect_commands()
        self._first_layout = self.saveState(LAYOUT_VERSION)
        self._restore()
        self.setAcceptDrops(True)
        give_files_to_window(self)

    @property
    def backprop_page(self) -> BackpropPage:
        """It is made when somebody asks for it."""
        return self._backprop.page

    @property
    def evaluate_page(self) -> EvaluatePage:
        """It is made when somebody asks for it."""
        return self._evaluate.page

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_docks(self) -> None:
        states, areas = self.states, Qt.DockWidgetArea
        lab, settings = self.actions_of_app.initializers, states.settings
        panel = ExperimentPanel(self.themes, states.experiment, states.data, states.run, settings, lab)
        self.pad_panel = PadPanel(self.themes, states.pad, states.dream, settings)
        self._docks = Docks(self.themes, self)
        self.experiment_dock = self._docks.add(
            "experiment",
            "Experiment",
            "What is trained and how: data, network, optimiser and training, from top to bottom.",
            panel,
            areas.LeftDockWidgetArea,
            EXPERIMENT_WIDTH,
        )
        self.pad_dock = self._docks.add(
            "pad",
            "Digit pad",
            "Draw a digit and see what the network answers, also while it is being trained.",
            self.pad_panel,
            areas.RightDockWidgetArea,
            PAD_WIDTH,
        )

    def _scenes(self) -> list[GraphScene]:
        """All graphs that are drawn."""
        return [self.scene, *([self.backprop_page.scene] if self._backprop.is_made else [])]

    def _build_bars(self) -> None:
        run_bar = RunBar(self.themes, self.states.run, self.actions_of_run, self.actions_of_explorer.step_op)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, run_bar)
        self.addToolBarBreak()
        self.page_bar = PageBar(
            self.themes,
            ("Train", "Backprop", "Evaluate", "Compare"),
            (self.experiment_dock.toggleViewAction(), "experiment"),
            (self.pad_dock.toggleViewAction(), "pad"),
        )
        self.page_bar.page_chosen.connect(self._on_page_chosen)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.page_bar)

    def _build_centre(self) -> None:
        self.pages.addWidget(scrolled(self.train_page))
        self.pages.addWidget(scrolled(self._backprop))
        self.pages.addWidget(scrolled(self._evaluate))
        self.pages.addWidget(scrolled(self.compare_page))
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        holder = QWidget()
        holder_layout = QVBoxLayout(holder)
        gap = metrics.CARD_GAP_PX
        holder_layout.setContentsMargins(gap, gap, gap, 0)
        holder_layout.addWidget(self.message_bar)
        self._message_holder = holder
        column.addWidget(holder)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        states = self.states
        states.messages.changed.connect(self._on_message_changed)
        self.message_bar.action_triggered.connect(states.messages.trigger_action)
        self.message_bar.closed.connect(states.messages.dismiss)
        states.experiment.changed.connect(self._on_name_changed)
        states.files.changed.connect(self._on_name_changed)
        states.files.close_agreed.connect(self.close_without_asking)
        self.pad_dock.visibilityChanged.connect(self._on_pad_shown)
        self.compare_page.run_wanted.connect(states.run.run)
        states.evaluation.image_sent.connect(self.pad_panel.canvas.set_image)
        states.evaluation.image_sent.connect(self.pad_dock.show)
        states.pad.sent_to_explorer.connect(lambda _: self.page_bar.tabs.setCurrentIndex(BACKPROP_PAGE))
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._on_screen_removed)
        self._on_name_changed()
        self._on_message_changed()

    def _connect_commands(self) -> None:
        app = self.actions_of_app
        for i, action in enumerate(app.pages):
            action.triggered.connect(lambda _=False, i=i: self.page_bar.tabs.setCurrentIndex(i))
        loss = self.train_page.loss
        for action, button in ((app.log_axis, loss.log_button), (app.smoothing, loss.smooth_button)):
            action.toggled.connect(button.setChecked)
            button.toggled.connect(action.setChecked)
        for action, slot in (
            (app.quit, self.close),
            (app.full_screen, self._toggle_full_screen),
            (app.palette, self._palette.open),
            (app.restore_layout, self.restore_layout),
            (self.actions_of_explorer.step_op, self._step_op),
            (self.actions_of_kept_runs.export, self.states.exports.table_place_wanted.emit),
        ):
            action.triggered.connect(lambda _=False, slot=slot: slot())

    @Slot(int)
    def _on_page_chosen(self, index: int) -> None:
        """Backprop and the comparison need the whole width; the other pages have their docks back."""
        if index in WIDE_PAGES:
            self._docks.put_away()
        else:
            self._docks.bring_out()
        self.layout().activate()  # at once, or the page would be painted twice
        self.pages.setCurrentIndex(index)
        self._live.catch_up()

    def _step_op(self) -> None:
        """One op, wherever one is: the page shows it."""
        self.page_bar.tabs.setCurrentIndex(BACKPROP_PAGE)
        self.backprop_page.show_network()
        self.actions_of_explorer.next.trigger()

    # -- following the states -----------------------------------------------------------------------------------------

    @Slot()
    def _on_message_changed(self) -> None:
        message = self.states.messages.message
        self._message_holder.setVisible(message is not None)
        if message is None:
            self.message_bar.clear()
        else:
            self.message_bar.show_message(MessageLevel(message.level), message.text, *message.labels)

    @Slot()
    def _on_name_changed(self) -> None:
        files = self.states.files
        name = files.name.replace("[*]", "[*][*]")  # Qt shows a doubled mark as it stands
        self.setWindowTitle(f"{name}[*] – BERAS Studio")
        self.setWindowModified(files.is_modified)

    @Slot(bool)
    def _on_pad_shown(self, shown: bool) -> None:
        self.states.run.watch("pad", PAD_INTERVAL_S if shown else None)

    # -- commands -----------------------------------------------------------------------------------------------------

    def _curves_picture(self, kind: str) -> bytes:
        return self.train_page.picture(kind, self.states.exports.title)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.setWindowState(self._before_full_screen)
        else:
            self._before_full_screen = self.windowState()
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_divergence(self) -> None:
        """Go to where the first number that is not finite stands in the recorded graph."""
        divergence = self.states.run.divergence
        self.page_bar.tabs.setCurrentIndex(BACKPROP_PAGE)
        if divergence is not None:
            self.backprop_page.show_finding(divergence.finding)

    def restore_layout(self) -> None:
        """Docks and bars as they were at first."""
        self.restoreState(self._first_layout, LAYOUT_VERSION)
        self._docks.show_at_first_widths()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and hasattr(self, "actions_of_app"):
            self.actions_of_app.full_screen.setChecked(self.isFullScreen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space that no button or field under the focus has used runs and pauses."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.actions_of_run.toggle()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        finish_typing(self)
        self.states.files.open_all(files_of(event.mimeData()))
        event.acceptProposedAction()

    # -- opening and closing ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._docks.fit()
            if self.states.settings.docks.isEmpty():
                self._docks.show_at_first_widths()
            self._stay_on_screen()
            self.setFocus()  # no control has the focus at first, so that Space runs
        self._was_shown = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._docks.fit()

    def _restore(self) -> None:
        settings = self.states.settings
        self.resize(DEFAULT_SIZE)
        has_screen = QApplication.platformName() not in ("offscreen", "minimal")
        if has_screen and not settings.geometry.isEmpty():  # a made-up screen would shrink the window to its own size
            self.restoreGeometry(settings.geometry)
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        if not settings.docks.isEmpty():
            self.restoreState(settings.docks, LAYOUT_VERSION)

    @Slot()
    def _on_screen_removed(self) -> None:
        self._stay_on_screen()

    def _stay_on_screen(self) -> None:
        """Bring the window, its dialogs and its docks back if they are where no screen is (any more)."""
        bring_back(self)
        self._docks.bring_back()
        self._dialogs.bring_back()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close:
            finish_typing(self)
            if not self.states.files.may_close():
                event.ignore()
                return
        self._docks.bring_out()
        self.states.settings.set_window(self.saveGeometry(), self.saveState(LAYOUT_VERSION))
        if not self._shutdown():
            event.ignore()
            self._may_close = False
            self.states.messages.show("error", NOT_ENDED)
            return
        self._dialogs.close()
        event.accept()
        self.closed.emit()

    @Slot()
    def close_without_asking(self) -> bool:
        """Close also with a run or unsaved changes; False if a thread has not ended in time."""
        self._may_close = True
        return self.close()
