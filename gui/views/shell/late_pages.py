"""How the pages are made that the window starts without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.views.shell.file_drop import give_files_to_window

if TYPE_CHECKING:
    from gui.views.backprop.backprop_page import BackpropPage
    from gui.views.evaluate.evaluate_page import EvaluatePage
    from gui.views.shell.main_window import MainWindow


def make_backprop(window: MainWindow) -> BackpropPage:
    """The explorer with its drawings, the scratchpad among them."""
    from gui.views.backprop.backprop_page import BackpropPage
    from gui.views.scratchpad.scratchpad_view import ScratchpadView

    states, themes, actions = window.states, window.themes, window.actions_of_explorer
    scratchpad = ScratchpadView(themes, states.scratchpad(), actions)
    scratchpad.check_wanted_here.connect(window.actions_of_run.check_with)
    page = BackpropPage(themes, states.run, states.explorer, states.player, actions, scratchpad)
    for scene in (page.scene, scratchpad.scene):
        scene.follow_motion(states.settings)
    page.card.export_wanted.connect(states.exports.want_graph)
    page.card.view.addAction(window.actions_of_app.fit)
    give_files_to_window(page)
    return page


def make_evaluate(window: MainWindow) -> EvaluatePage:
    """Confusion matrix, classes, calibration, and mistakes as images."""
    from gui.views.evaluate.evaluate_page import EvaluatePage

    page = EvaluatePage(window.themes, window.states.evaluation)
    give_files_to_window(page)
    return page
