"""The menu bar: File, Edit, View, Run, Window, Help. It arranges the commands; what they do is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.views.backprop.explorer_actions import ExplorerActions
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.shell.actions import RunActions, describe
from gui.views.shell.app_actions import AppActions
from gui.views.shell.export_actions import ExportActions
from gui.views.shell.file_actions import FileActions

EXPLANATIONS = {
    "file": ("&File", "Open, save, quit", "Opens experiments and saves them; ready ones to begin with; the way out."),
    "edit": ("&Edit", "Undo, redo, preferences", "Takes edits of the experiment back, and opens the preferences."),
    "view": ("&View", "Pages, plots, text size, colours", "What is on show and how large; it never changes a run."),
    "run": ("&Run", "Train, step, stop, begin again", "The same commands as on the run bar, with their keys."),
    "ops": (
        "&Op by op",
        "Walk through one pass on the Backprop page",
        "Runs one recorded op at a time, forward to the loss and backward again, with the numbers of each.",
    ),
    "kept_runs": (
        "&Kept runs",
        "What can be done with the marked runs",
        "Commands for the runs that are marked in Compare.",
    ),
    "window": ("&Window", "Show or hide the docks", "Shows and hides the docks at the sides of the window."),
    "help": ("&Help", "Find commands, keys and explanations", "Explains what is on the screen and lists the keys."),
    "recent": ("Open &recent", "Files that were open before", "The files that were open last, the latest first."),
    "presets": ("Open &preset", "Ready experiments", "Experiments that are set up to learn well from the first click."),
    "export": (
        "&Export",
        "Write a script, a picture or a table",
        "Writes the experiment or its curves to files for other programs.",
    ),
    "themes": ("T&heme", "The colours of the window", "Light, dark or high contrast, or as the system has it."),
}


def fill_menus(
    bar: QMenuBar,
    app: AppActions,
    files: FileActions,
    exports: ExportActions,
    run: RunActions,
    explorer: ExplorerActions,
    kept: KeptRunActions,
    docks: Sequence[QAction],
) -> None:
    """Put every command into its menu; None stands for a line."""
    file = _menu(bar, "file", files.new, files.open)
    files.follow(_menu(file, "recent", *files.recent, None, files.clear_recent))
    _menu(file, "presets", *files.presets)
    _fill(file, files.restore, None, files.save, files.save_as)
    _menu(file, "export", exports.script, exports.curves, exports.compared, exports.graph)
    _fill(file, None, app.quit)
    _menu(bar, "edit", app.undo, app.redo, None, app.preferences)
    plots, sizes = (app.log_axis, app.smoothing, app.fit), (app.larger, app.smaller, app.normal)
    view = _menu(bar, "view", *app.pages, None, *plots, None, *sizes, None)
    _menu(view, "themes", *app.theme_actions.values())
    _fill(view, app.full_screen)
    run_menu = _menu(
        bar,
        "run",
        *(run.run, run.pause, run.stop, None),
        *(run.step, run.step_epoch, None),
        *(run.step_back, run.epoch_back, run.newest, None),
        *(run.restart, run.new_weights, None),
        *(run.gradient_check, app.initializers, None),
    )
    _menu(run_menu, "ops", *explorer.with_keys)
    _menu(run_menu, "kept_runs", *kept.all)
    _menu(bar, "window", *docks, None, app.restore_layout)
    _menu(bar, "help", app.palette, app.whats_this, app.keys, None, app.about)


def _menu(place: QMenuBar | QMenu, name: str, *commands: QAction | None) -> QMenu:
    title, tip, explanation = EXPLANATIONS[name]
    menu = place.addMenu(title)
    menu.setObjectName(f"menu_{name}")
    menu.setAccessibleName(title.replace("&", ""))
    menu.setWhatsThis(explanation)
    describe(menu.menuAction(), f"menu_{name}", tip, explanation)
    _fill(menu, *commands)
    return menu


def _fill(menu: QMenu, *commands: QAction | None) -> None:
    for each in commands:
        if each is None:
            menu.addSeparator()
        else:
            menu.addAction(each)
