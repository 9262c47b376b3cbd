"""The commands for kept runs, shared by the buttons over the table, its context menu, the Run menu and the palette."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu

from gui.state.runs import RunsState
from gui.views.compare.run_styles import sample_icon, style_name
from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import CommandGroup, command, describe

OFFERED_COLORS = 12


class KeptRunActions(CommandGroup):
    """What needs no table is done here by the state; ``rename`` is connected by the page, ``export`` by the window."""

    def __init__(self, themes: ThemeProvider, state: RunsState, parent: QObject | None = None) -> None:
        super().__init__(themes, parent)
        self._state = state
        self.pin = self._action(
            "pin_baseline",
            "&Pin baseline",
            "Compare every run with this one",
            "Makes the marked run the baseline: its line is thicker, and every run that you mark is compared with it. "
            "The same command takes the pin off again.",
            self._on_pin,
            icon="pin",
        )
        self.load = self._action(
            "load_run_settings",
            "&Load settings",
            "Set the experiment up as this run began",
            "Takes data, network, optimiser and training settings of the marked run into the experiment, as one edit "
            "that can be undone. Nothing is trained.",
            self._on_load,
            icon="settings",
        )
        self.rename = self._action(
            "rename_run",
            "Re&name",
            "Give the run another name",
            "Lets you type another name for the marked run, in the table. Enter keeps it, Escape leaves the old one.",
            None,
            "F2",
            icon="rename",
        )
        self.delete = self._action(
            "delete_runs",
            "&Delete",
            "Delete the marked runs",
            "Takes the marked runs out of the table. It can be undone until the window is closed or another deletion.",
            self._on_delete,
            "Del",
            icon="remove",
        )
        self.export = self._action(
            "export_runs",
            "&Export CSV…",
            "Write the table to a file for a spreadsheet",
            "Writes the runs of the table, as sorted and filtered, to a CSV file with exact numbers.",
            None,
            icon="export",
        )
        for action in (self.rename, self.delete):  # their keys hold in the table alone
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.colors = self._color_menu()
        state.changed.connect(self.refresh)
        state.pair_changed.connect(self.refresh)
        self.refresh()

    def _color_menu(self) -> QMenu:
        menu = QMenu("&Colour")
        menu.setObjectName("menu_run_color")
        menu.setAccessibleName("Colour")
        explanation = "The colour and dash in which the marked run is drawn everywhere. They stay with the run."
        menu.setWhatsThis(explanation)
        describe(menu.menuAction(), "run_color", "Draw the run in another colour and dash", explanation)
        bind_icon(menu.menuAction(), "colour", self._themes)
        self._color_group = QActionGroup(self)
        for color in range(OFFERED_COLORS):
            name = style_name(color).capitalize()
            action = command(self, f"run_color_{color + 1}", name, f"Draw the run {style_name(color)}", explanation)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, color=color: self._on_color(color))
            self._color_group.addAction(action)
            menu.addAction(action)
        menu.aboutToShow.connect(self._paint_colors)
        return menu

    @property
    def all(self) -> list[QAction]:
        """In the order of the context menu."""
        return [self.pin, self.load, self.rename, self.colors.menuAction(), self.delete, self.export]

    @Slot()
    def refresh(self) -> None:
        """Enable what can be done with the rows that are marked."""
        marked = self._state.selected
        for action in (self.pin, self.load, self.rename, self.colors.menuAction()):
            action.setEnabled(len(marked) == 1)
        self.colors.setEnabled(len(marked) == 1)
        self.delete.setEnabled(bool(marked))
        self.export.setEnabled(bool(self._state.runs))
        is_pinned = len(marked) == 1 and marked[0] == self._state.baseline
        self.pin.setText("&Unpin baseline" if is_pinned else "&Pin baseline")

    @Slot()
    def _paint_colors(self) -> None:
        """The lines themselves as icons; made only when they are asked for."""
        size = QSize(metrics.icon_side(QApplication.font()), metrics.icon_side(QApplication.font()))
        run = self._state.run_of(self._state.selected[0]) if len(self._state.selected) == 1 else None
        for color, action in enumerate(self._color_group.actions()):
            ratio = self.colors.devicePixelRatioF()
            action.setIcon(sample_icon(self._themes.theme, color, size, ratio))
            action.setChecked(run is not None and run.color == color)

    def _on_pin(self) -> None:
        for run_id in self._state.selected:
            self._state.pin(None if run_id == self._state.baseline else run_id)

    def _on_load(self) -> None:
        for run_id in self._state.selected:
            self._state.load_settings(run_id)

    def _on_delete(self) -> None:
        self._state.delete(self._state.selected)

    def _on_color(self, color: int) -> None:
        for run_id in self._state.selected:
            self._state.set_color(run_id, color)
