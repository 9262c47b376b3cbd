"""The commands that are not the run's: looking, finding, preferences, help. The window connects some."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWhatsThis

from gui.domain.appearance import FONT_PERCENTS, NORMAL_FONT_PERCENT, THEME_CHOICES, next_font_percent
from gui.state.experiment import ExperimentState
from gui.state.settings import Settings
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import command, describe

THEME_LABELS = {"system": "As the system", "light": "Light", "dark": "Dark", "high_contrast": "High contrast"}
PAGES = (
    ("&Train", "Set up, train and watch the curves", "The page with loss, accuracy and the recorded graph of a run."),
    (
        "&Backprop",
        "Look at the recorded backward pass",
        "The page with the recorded graph at large: choose an op to read its upstream, local and downstream gradients.",
    ),
    (
        "E&valuate",
        "See what the network gets wrong",
        "The page with the confusion matrix, every class by itself, and the images that are taken for something else.",
    ),
    (
        "&Compare",
        "Compare the runs that were kept",
        "The page with every run that was trained: a table, curves over each other, and what differs between two runs.",
    ),
)


class AppActions(QObject):
    """Theme and font size are carried out here, by the settings; everything else by who connects ``triggered``."""

    def __init__(
        self, themes: ThemeProvider, experiment: ExperimentState, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._settings = settings
        self.undo, self.redo = self._undo_actions(experiment)
        self._make_window_commands()
        self._make_view_commands()
        self._make_help_commands()
        self.pages = [self._page(i, *texts) for i, texts in enumerate(PAGES)]
        self.theme_actions = self._theme_actions()
        settings.changed.connect(self._on_setting_changed)
        self._on_setting_changed()

    # -- making -------------------------------------------------------------------------------------------------------

    def _undo_actions(self, experiment: ExperimentState) -> tuple[QAction, QAction]:
        stack = experiment.undo_stack
        undo, redo = stack.createUndoAction(self, "Undo"), stack.createRedoAction(self, "Redo")
        describe(
            undo,
            "undo",
            "Take the last edit of the experiment back",
            "Takes back the last change of data, network, optimiser or training settings. What was trained stays.",
            "Ctrl+Z",
        )
        describe(
            redo,
            "redo",
            "Make the edit again that was taken back",
            "Makes the change again that Undo has taken back last.",
            "Ctrl+Shift+Z",
            "Ctrl+Y",
        )
        for action, name in ((undo, "undo"), (redo, "redo")):
            bind_icon(action, name, self._themes)
        return undo, redo

    def _make_window_commands(self) -> None:
        self.quit = command(
            self,
            "quit",
            "&Quit",
            "End BERAS Studio",
            "Ends a run that is going on (after asking), remembers the window and closes it.",
            "Ctrl+Q",
        )
        self.preferences = command(
            self,
            "preferences",
            "Pre&ferences…",
            "Theme, font size, motion and what is remembered",
            "Opens the preferences. Everything in them applies at once and is kept for the next start.",
            "Ctrl+,",
        )
        bind_icon(self.preferences, "settings", self._themes)
        self.palette = command(
            self,
            "palette",
            "Command &palette…",
            "Find any command by a few letters of its name",
            "Opens a field at the top of the window. Type a few letters, choose with the arrow keys, press Enter.",
            "Ctrl+Shift+P",
        )
        bind_icon(self.palette, "find", self._themes)
        self.initializers = command(
            self,
            "initializers",
            "Compare &initialisers…",
            "See what every initialiser does to this network before it is trained",
            "Draws the first weights with every initialiser and measures, layer by layer, how the spread of "
            "activations and of gradients changes, beside what theory predicts. One click uses one of them.",
        )
        self.restore_layout = command(
            self,
            "restore_layout",
            "&Restore layout",
            "Put docks and bars back where they were at first",
            "Shows both docks at their first places and widths again. The experiment and its runs are not touched.",
        )

    def _make_view_commands(self) -> None:
        self.log_axis = command(
            self,
            "log_axis",
            "&Logarithmic loss axis",
            "Show the loss on a logarithmic axis",
            "On a logarithmic axis equal factors are equally far apart, so one sees whether a small loss still falls. "
            "Zero and negative values have no place on it.",
            "L",
        )
        self.log_axis.setCheckable(True)
        self.smoothing = command(
            self,
            "smoothing",
            "&Smoothed curves",
            "Show the mean of about the last 50 batches over the values of every batch",
            "Single batches scatter; their running mean shows where training goes. Switched off, loss and accuracy "
            "show every batch as it was measured.",
            "S",
        )
        self.smoothing.setCheckable(True)
        self.smoothing.setChecked(True)
        self.fit = command(
            self,
            "fit_view",
            "&Fit view",
            "Show the whole graph, and let the curves follow the run again",
            "Undoes zooming and moving: graphs show everything, plots follow the newest points. With the key only "
            "the graph or plot that has the focus does.",
            "Home",
        )
        self.fit.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        bind_icon(self.fit, "fit", self._themes)
        self.full_screen = command(
            self,
            "full_screen",
            "F&ull screen",
            "Give the window the whole screen, or take it back",
            "Hides the window's frame and the desktop's bars, so that there is most room for the panels.",
            "F11",
        )
        self.full_screen.setCheckable(True)
        self._make_font_commands()

    def _make_font_commands(self) -> None:
        sizes = "Text, controls, plots and graphs grow and shrink together; the size is kept for the next start."
        self.larger = command(self, "font_larger", "&Larger text", "Make all text larger", sizes, "Ctrl+=", "Ctrl++")
        self.smaller = command(self, "font_smaller", "&Smaller text", "Make all text smaller", sizes, "Ctrl+-")
        self.normal = command(
            self, "font_normal", "&Normal text size", "Give all text the system's size", sizes, "Ctrl+0"
        )
        self.larger.triggered.connect(lambda _=False: self._resize_font(1))
        self.smaller.triggered.connect(lambda _=False: self._resize_font(-1))
        self.normal.triggered.connect(self._reset_font)

    def _make_help_commands(self) -> None:
        self.whats_this = command(
            self,
            "whats_this",
            "&What’s this?",
            "Point at anything to read what it is",
            "The pointer becomes a question mark. Click a button, a field, a plot or a number and a note explains it; "
            "Esc ends it.",
            "Shift+F1",
        )
        self.whats_this.triggered.connect(lambda _=False: QWhatsThis.enterWhatsThisMode())
        self.keys = command(
            self,
            "keys",
            "&Keys",
            "All commands that have a key",
            "Lists every command that has a key, menu by menu.",
            "F1",
        )
        self.about = command(
            self,
            "about",
            "&About BERAS Studio",
            "Versions and licences",
            "Shows the versions of BERAS and of the packages it uses, and their licences. Useful in a bug report.",
        )

    def _page(self, index: int, text: str, tip: str, explanation: str) -> QAction:
        return command(self, f"page_{index + 1}", text, tip, explanation, f"Ctrl+{index + 1}")

    def _theme_actions(self) -> dict[str, QAction]:
        group = QActionGroup(self)
        actions = {}
        for name in THEME_CHOICES:
            label = THEME_LABELS[name]
            explanation = "Changes the colours of the whole window at once, plots and graphs included."
            action = command(self, f"theme_{name}", label, f"Colours: {label.lower()}", explanation)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, name=name: setattr(self._settings, "theme", name))
            group.addAction(action)
            actions[name] = action
        return actions

    # -- carrying out -------------------------------------------------------------------------------------------------

    def _resize_font(self, steps: int) -> None:
        self._settings.font_percent = next_font_percent(self._settings.font_percent, steps)

    @Slot()
    def _reset_font(self) -> None:
        self._settings.font_percent = NORMAL_FONT_PERCENT

    @Slot()
    def _on_setting_changed(self) -> None:
        percent = self._settings.font_percent
        self.larger.setEnabled(percent < FONT_PERCENTS[-1])
        self.smaller.setEnabled(percent > FONT_PERCENTS[0])
        self.normal.setEnabled(percent != NORMAL_FONT_PERCENT)
        self.theme_actions[self._settings.theme].setChecked(True)
