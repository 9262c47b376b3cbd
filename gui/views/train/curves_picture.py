"""The curves of the run on show as a picture: loss, and below it accuracy where there is any."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from gui.views.looks.theme import ThemeProvider
from gui.views.train.curves import CurveCard
from gui.views.widgets.plot_picture import Panel, make_ready, picture_of, picture_ratio, settle


def curves_picture(kind: str, title: str, cards: Sequence[CurveCard], themes: ThemeProvider) -> bytes:
    """What the plots of these cards show, with their axes, range and smoothing, as "png" or "svg"."""
    font = QApplication.font()
    panels = []
    for card in cards:
        plot = card.new_plot()
        make_ready(plot, picture_ratio(kind), font, themes.theme)
        plot.show_like(card.plot)
        settle(plot)
        panels.append(Panel(card.accessibleName(), plot, plot.key()))
    content = picture_of(kind, title, panels, themes.theme, font)
    for panel in panels:
        panel.plot.deleteLater()
    return content
