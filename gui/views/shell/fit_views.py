"""What "Fit view" does: a graph shows everything again, a plot follows its contents again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGraphicsView, QStackedWidget

from gui.views.backprop.graph_view import GraphView
from gui.views.widgets.following_plot import FollowingPlot


class FitViews(QObject):
    """Gives every graph and plot of the pages the command, and carries it out."""

    def __init__(self, action: QAction, pages: QStackedWidget) -> None:
        super().__init__(pages)
        self._pages = pages
        for view in self._views():
            view.addAction(action)
        action.triggered.connect(self._on_triggered)

    def _views(self) -> list[QGraphicsView]:
        return [*self._pages.findChildren(GraphView), *self._pages.findChildren(FollowingPlot)]

    @Slot()
    def _on_triggered(self) -> None:
        """Fit the view with the focus; without one, everything on the page."""
        views = [view for view in self._views() if view.isVisible()]
        for view in [view for view in views if view.hasFocus()] or views:
            if isinstance(view, GraphView):
                view.fit()
            elif isinstance(view, FollowingPlot):
                view.follow()
