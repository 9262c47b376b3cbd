"""The row of pages under the run bar, with the switches of the two docks at its ends."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QFont, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTabBar, QToolBar, QToolButton, QWidget

from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider


class PageTabs(QTabBar):
    """A tab bar in which the bold, selected tab is no wider than it was before."""

    def tabSizeHint(self, index: int) -> QSize:
        size = super().tabSizeHint(index)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(bold).horizontalAdvance(self.tabText(index)) + 40
        return QSize(max(size.width(), width), metrics.scaled(self.font(), metrics.PAGE_BAR_SCALE))


class PageBar(QToolBar):
    """``page_chosen(index)`` when the user goes to another page."""

    page_chosen = Signal(int)

    def __init__(
        self,
        themes: ThemeProvider,
        pages: Sequence[str],
        left: tuple[QAction, str],
        right: tuple[QAction, str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Pages", parent)
        self._themes = themes
        self.setObjectName("page_bar")
        self.setMovable(False)
        self.toggleViewAction().setEnabled(False)
        self.tabs = PageTabs()
        self.tabs.setObjectName("page_tabs")
        self.tabs.setAccessibleName("Pages")
        self.tabs.setToolTip("Go to a page")
        self.tabs.setWhatsThis(
            "The pages of the window. A run goes on whichever page is on show, and opening a page changes nothing."
        )
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for i, page in enumerate(pages):
            self.tabs.addTab(page)
            self.tabs.setTabToolTip(i, f"{page} (Ctrl+{i + 1})")
        self.tabs.currentChanged.connect(self.page_chosen)
        inside = QWidget()
        line = QHBoxLayout(inside)
        line.setContentsMargins(metrics.PAGE_MARGIN_PX - 4, 0, metrics.PAGE_MARGIN_PX - 4, 0)
        line.addWidget(self._switch(*left))
        line.addWidget(self.tabs)
        line.addStretch(1)
        line.addWidget(self._switch(*right))
        inside.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(inside)

    def _switch(self, action: QAction, icon: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("flat", "true")
        button.setProperty("small", "true")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bind_icon(action, icon, self._themes)
        button.setDefaultAction(action)
        button.setAccessibleName(f"Show or hide: {action.text()}")
        button.setWhatsThis(f"Shows or hides a dock at the side. {action.whatsThis()}")
        return button
