"""The window: run bar, pages, the two docks, menus, status. It arranges; what happens is decided in the states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.domain.presets import load_preset, preset_names
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.pad import PadState
from gui.state.run import RunState
from gui.state.settings import Settings
from gui.views import metrics
from gui.views.actions import RunActions
from gui.views.backprop_page import BackpropPage
from gui.views.experiment_panel import ExperimentPanel
from gui.views.graph_scene import GraphScene
from gui.views.icons import app_icon, bind_icon
from gui.views.pad_panel import PadPanel
from gui.views.page_bar import PageBar
from gui.views.run_bar import RunBar
from gui.views.theme import ThemeProvider
from gui.views.train_page import TrainPage
from gui.views.widgets.message_bar import MessageBar, MessageLevel

DEFAULT_SIZE = QSize(1440, 900)
SMALLEST_SIZE = QSize(1024, 700)
DOCK_WIDTHS = (300, 272)
THEME_LABELS = {"system": "As the system", "light": "Light", "dark": "Dark", "high_contrast": "High contrast"}
KEYS = (
    ("Space", "run, pause, continue"),
    ("Shift+Right, Ctrl+Right", "train one batch, one epoch"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo an edit of the experiment"),
    ("R, Shift+R", "restart with the same weights, with new weights"),
    ("Ctrl+.", "stop"),
    ("L", "logarithmic loss axis"),
    ("Ctrl+1, Ctrl+2", "go to a page"),
    ("Home", "show the whole graph (in the graph)"),
)


@dataclass(frozen=True, slots=True)
class States:
    """Everything that the window shows."""

    experiment: ExperimentState
    run: RunState
    data: DataState
    pad: PadState
    messages: MessageState
    settings: Settings


class MainWindow(QMainWindow):
    """``closed`` comes when the window has really gone, after every thread has ended."""

    closed = Signal()

    def __init__(self, themes: ThemeProvider, states: States, about: str, shutdown: Callable[[], bool]) -> None:
        super().__init__()
        self._themes = themes
        self._states = states
        self._about = about
        self._shutdown = shutdown
        self._question: QMessageBox | None = None
        self._may_close = False
        self._was_shown = False
        self.setObjectName("main_window")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(SMALLEST_SIZE)
        self.actions_of_run = RunActions(themes, states.run, self)
        self.scene = GraphScene(themes, self.font(), self)
        self.train_page = TrainPage(themes, states.run, self.scene)
        self.backprop_page = BackpropPage(themes, states.run, self.scene)
        self.message_bar = MessageBar(themes)
        self.pages = QStackedWidget()
        self._build_docks()
        self._build_bars()
        self._build_centre()
        self._build_menus()
        self._build_status()
        self._connect()
        self._restore()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build_docks(self) -> None:
        states = self._states
        panel = ExperimentPanel(self._themes, states.experiment, states.data, states.run)
        self.pad_panel = PadPanel(self._themes, states.pad)
        self.experiment_dock = self._dock(
            "dock_experiment", "Experiment", panel, Qt.DockWidgetArea.LeftDockWidgetArea, 21.0
        )
        self.pad_dock = self._dock("dock_pad", "Digit pad", self.pad_panel, Qt.DockWidgetArea.RightDockWidgetArea, 19.0)

    def _dock(self, name: str, title: str, inside: QWidget, area: Qt.DockWidgetArea, width: float) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(name)
        dock.setAccessibleName(title)
        dock.setMinimumWidth(metrics.scaled(self.font(), width))
        dock.setWidget(inside)
        self.addDockWidget(area, dock)
        return dock

    def _build_bars(self) -> None:
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, RunBar(self._themes, self._states.run, self.actions_of_run))
        self.addToolBarBreak()
        self.page_bar = PageBar(
            self._themes,
            ("Train", "Backprop"),
            (self.experiment_dock.toggleViewAction(), "experiment"),
            (self.pad_dock.toggleViewAction(), "pad"),
        )
        self.page_bar.page_chosen.connect(self.pages.setCurrentIndex)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, self.page_bar)

    def _build_centre(self) -> None:
        self.pages.addWidget(self.train_page)
        self.pages.addWidget(self.backprop_page)
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

    def _build_menus(self) -> None:
        file_menu = self.menuBar().addMenu("&File")
        presets = file_menu.addMenu("Open &preset")
        for name in preset_names():
            action = presets.addAction(load_preset(name).title)
            action.triggered.connect(lambda _=False, name=name: self._open_preset(name))
        file_menu.addSeparator()
        self._add_action(file_menu.addAction("&Quit"), "action_quit", QKeySequence.StandardKey.Quit, self.close)
        self._build_edit_menu()
        self._build_view_menu()
        run_menu = self.menuBar().addMenu("&Run")
        actions = self.actions_of_run
        run_menu.addActions([actions.run, actions.pause, actions.stop])
        run_menu.addSeparator()
        run_menu.addActions([actions.step, actions.step_epoch])
        run_menu.addSeparator()
        run_menu.addActions([actions.restart, actions.new_weights])
        self.addActions(run_menu.actions())
        window_menu = self.menuBar().addMenu("&Window")
        window_menu.addAction(self.experiment_dock.toggleViewAction())
        window_menu.addAction(self.pad_dock.toggleViewAction())
        help_menu = self.menuBar().addMenu("&Help")
        self._add_action(help_menu.addAction("&Keys"), "action_keys", QKeySequence("F1"), self._show_keys)
        self._add_action(help_menu.addAction("&About BERAS Studio"), "action_about", None, self._show_about)

    def _build_edit_menu(self) -> None:
        menu = self.menuBar().addMenu("&Edit")
        stack = self._states.experiment.undo_stack
        for action, name, keys in (
            (stack.createUndoAction(self, "Undo"), "action_undo", QKeySequence.StandardKey.Undo),
            (stack.createRedoAction(self, "Redo"), "action_redo", QKeySequence.StandardKey.Redo),
        ):
            action.setObjectName(name)
            action.setShortcuts(keys)
            bind_icon(action, name.removeprefix("action_"), self._themes)
            menu.addAction(action)

    def _build_view_menu(self) -> None:
        menu = self.menuBar().addMenu("&View")
        for i, title in enumerate(("&Train", "&Backprop")):
            action = menu.addAction(title)
            self._add_action(
                action,
                f"action_page_{i + 1}",
                QKeySequence(f"Ctrl+{i + 1}"),
                lambda i=i: self.page_bar.tabs.setCurrentIndex(i),
            )
        menu.addSeparator()
        themes = menu.addMenu("T&heme")
        group = QActionGroup(self)
        for name, label in THEME_LABELS.items():
            action = themes.addAction(label)
            action.setObjectName(f"action_theme_{name}")
            action.setCheckable(True)
            action.setChecked(self._themes.choice == name)
            action.triggered.connect(lambda _=False, name=name: self._set_theme(name))
            group.addAction(action)

    @staticmethod
    def _add_action(
        action: QAction, name: str, keys: QKeySequence | QKeySequence.StandardKey | None, slot: Callable[[], object]
    ) -> None:
        action.setObjectName(name)
        if keys is not None:
            action.setShortcut(keys)
        action.triggered.connect(lambda _=False: slot())

    def _build_status(self) -> None:
        self._status_run = QLabel()
        self._status_run.setProperty("tone", "caption")
        self.statusBar().setSizeGripEnabled(False)
        self._status_change = QLabel()
        self._status_change.setProperty("tone", "caption")
        self._status_change.setObjectName("last_change_label")
        self.statusBar().addPermanentWidget(self._status_change)
        self.statusBar().addPermanentWidget(self._status_run)

    def _connect(self) -> None:
        states = self._states
        states.messages.changed.connect(self._on_message_changed)
        self.message_bar.action_triggered.connect(states.messages.trigger_action)
        self.message_bar.closed.connect(states.messages.dismiss)
        states.run.changed.connect(self._on_run_changed)
        states.run.graph_recorded.connect(self._on_graph_recorded)
        states.run.run_started.connect(self._on_graph_recorded)
        states.experiment.changed.connect(self._on_experiment_changed)
        states.pad.changed.connect(self._on_pad_changed)
        self.pad_dock.visibilityChanged.connect(states.run.watch)
        QShortcut(QKeySequence(Qt.Key.Key_L), self).activated.connect(self._toggle_log)
        self._on_experiment_changed()
        self._on_message_changed()

    # -- following the states -----------------------------------------------------------------------------------------

    @Slot()
    def _on_message_changed(self) -> None:
        message = self._states.messages.message
        self._message_holder.setVisible(message is not None)
        if message is None:
            self.message_bar.clear()
        else:
            self.message_bar.show_message(MessageLevel(message.level), message.text, message.action_label)

    @Slot()
    def _on_graph_recorded(self) -> None:
        self.scene.show_trace(self._states.run.trace)

    @Slot()
    def _on_experiment_changed(self) -> None:
        spec = self._states.experiment.spec
        self.setWindowTitle(f"{spec.title} – BERAS Studio")
        self._status_run.setText(f"BLAS threads 1     float32     seed {spec.seed}")

    @Slot()
    def _on_run_changed(self) -> None:
        change = self._states.run.last_change
        self._status_change.setText(f"last change: {change}" if change else "")

    @Slot()
    def _on_pad_changed(self) -> None:
        self.statusBar().showMessage("" if self._states.pad.fits else self._states.pad.sentence)

    # -- commands -----------------------------------------------------------------------------------------------------

    def _open_preset(self, name: str) -> None:
        self._states.experiment.replace(load_preset(name), "opening of a preset")

    def _set_theme(self, name: str) -> None:
        self._themes.set_theme(name)
        self._states.settings.theme = name

    @Slot()
    def _toggle_log(self) -> None:
        self.train_page.loss.log_button.toggle()

    def _show_keys(self) -> None:
        rows = "".join(
            f"<tr><td style='padding-right: 16px'><b>{keys}</b></td><td>{what}</td></tr>" for keys, what in KEYS
        )
        self._show_dialog("Keys", f"<table>{rows}</table>")

    def _show_about(self) -> None:
        self._show_dialog("About BERAS Studio", self._about)

    def _show_dialog(self, title: str, text: str) -> None:
        dialog = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Close, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setModal(False)
        dialog.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space that no button or field under the focus has used runs and pauses."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.actions_of_run.toggle()
        else:
            super().keyPressEvent(event)

    # -- opening and closing ------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown and self._states.settings.docks.isEmpty():
            docks = [self.experiment_dock, self.pad_dock]
            self.resizeDocks(docks, list(DOCK_WIDTHS), Qt.Orientation.Horizontal)
        if not self._was_shown:
            self.setFocus()  # no control has the focus at first, so that Space runs
        self._was_shown = True

    def _restore(self) -> None:
        settings = self._states.settings
        self.resize(DEFAULT_SIZE)
        has_screen = QApplication.platformName() not in ("offscreen", "minimal")
        if has_screen and not settings.geometry.isEmpty():  # a made-up screen would shrink the window to its own size
            self.restoreGeometry(settings.geometry)
        if not settings.docks.isEmpty():
            self.restoreState(settings.docks)
        self._stay_on_screen()

    def _stay_on_screen(self) -> None:
        """A window that would open where no screen is any more is brought back."""
        frame = self.frameGeometry()
        if not any(screen.availableGeometry().intersects(frame) for screen in QApplication.screens()):
            self.move(QApplication.primaryScreen().availableGeometry().topLeft())

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._states.run.is_active and not self._may_close:
            event.ignore()
            self._ask_to_close()
            return
        self._states.settings.set_window(self.saveGeometry(), self.saveState())
        if not self._shutdown():
            event.ignore()
            self._may_close = False
            self._states.messages.show(
                "error", "Training has not stopped within 2 seconds. Wait for the batch to end, then close again."
            )
            return
        event.accept()
        self.closed.emit()

    def close_without_asking(self) -> bool:
        """Close also while a run is going on; False if its thread has not ended in time."""
        self._may_close = True
        return self.close()

    def _ask_to_close(self) -> None:
        if self._question is not None:
            self._question.raise_()
            return
        question = QMessageBox(
            QMessageBox.Icon.Question,
            "Close BERAS Studio?",
            "A run is going on. It ends when the window closes.",
            QMessageBox.StandardButton.Cancel,
            self,
        )
        question.setObjectName("close_question")
        end = question.addButton("End run and close", QMessageBox.ButtonRole.AcceptRole)
        end.setObjectName("close_confirm_button")
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.finished.connect(lambda _: self._on_question_answered(question.clickedButton() is end))
        self._question = question
        question.open()

    def _on_question_answered(self, may_close: bool) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if may_close:
            self.close_without_asking()
