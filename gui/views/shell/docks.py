"""The two docks at the sides: their titles, their widths in lines of text, and their way back onto a screen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QToolButton, QWidget

from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.actions import describe
from gui.views.shell.screens import bring_back
from gui.views.widgets.themed import text_label

NARROWEST_PX = 260
WIDEST_SHARE = 0.28
"""No dock insists on more of the window than this, however large the font: it scrolls instead."""


class DockTitle(QWidget):
    """Name, a button that makes the dock a window of its own, a button that hides it. Drag it to move the dock."""

    def __init__(self, themes: ThemeProvider, dock: QDockWidget) -> None:
        super().__init__(dock)
        title = dock.windowTitle()
        self.setObjectName(f"{dock.objectName()}_title")
        self.setAccessibleName(title)
        self.setToolTip("Drag to move this dock, double-click to make it a window")
        self.setWhatsThis(
            f"The title of the dock “{title}”. Drag it to another side of the window or out of it; a double click "
            "makes it a window of its own and back."
        )
        self.setProperty("panel", "true")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(self)
        line.setContentsMargins(metrics.PAGE_MARGIN_PX + metrics.HALF_PX, 0, metrics.GRID_PX, 0)
        line.setSpacing(metrics.HALF_PX)
        line.addWidget(text_label(title, Role.TITLE))
        line.addStretch(1)
        self._window = self._button(themes, "presenter", f"Make “{title}” a window", "float")
        self._window.setWhatsThis(
            "Takes this dock out of the window, for instance onto a second screen, or puts it back."
        )
        self._window.clicked.connect(lambda _=False: dock.setFloating(not dock.isFloating()))
        hide = self._button(themes, "close", f"Hide “{title}”", "close")
        hide.setWhatsThis("Hides this dock. The button in the row of pages and the Window menu show it again.")
        hide.clicked.connect(dock.close)
        for button in (self._window, hide):
            line.addWidget(button)
        fix_size(self, height=metrics.DOCK_TITLE_SCALE)

    def _button(self, themes: ThemeProvider, icon: str, text: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"{self.objectName()}_{name}")
        button.setProperty("flat", "true")
        button.setProperty("square", "true")
        button.setAccessibleName(text)
        button.setToolTip(text)
        bind_icon(button, icon, themes, "ink_3")
        return button


class Docks(QObject):
    """Makes the docks of a window and keeps them reachable."""

    def __init__(self, themes: ThemeProvider, window: QMainWindow) -> None:
        super().__init__(window)
        self._themes = themes
        self._window = window
        self._docks: list[tuple[QDockWidget, float]] = []
        self._put_away: list[QDockWidget] = []
        self._wanted_everywhere: list[QDockWidget] = []
        self._line = metrics.scaled(window.font(), 1)
        themes.font_changed.connect(self._on_font_changed)

    def add(
        self, name: str, title: str, explanation: str, inside: QWidget, area: Qt.DockWidgetArea, width: float
    ) -> QDockWidget:
        """Add a dock that is ``width`` lines of text wide."""
        dock = QDockWidget(title)
        dock.setObjectName(f"dock_{name}")
        dock.setAccessibleName(title)
        dock.setWhatsThis(explanation)
        dock.setWidget(inside)
        dock.setTitleBarWidget(DockTitle(self._themes, dock))
        describe(dock.toggleViewAction(), f"toggle_{name}", f"Show or hide “{title}”", explanation)
        dock.topLevelChanged.connect(self.bring_back)
        self._window.addDockWidget(area, dock)
        self._docks.append((dock, width))
        return dock

    @property
    def toggles(self) -> list[QAction]:
        return [dock.toggleViewAction() for dock, _ in self._docks]

    @Slot(QFont)
    def _on_font_changed(self, font: QFont) -> None:
        """The docks keep their widths in lines of text, as far as the centre keeps its room."""
        before, self._line = self._line, metrics.scaled(font, 1)
        docks = [dock for dock, _ in self._docks if dock.isVisible() and not dock.isFloating()]
        widths = [dock.width() for dock in docks]
        self.fit()
        widest = max(round(WIDEST_SHARE * self._window.width()), 1)
        wanted = [min(round(width * self._line / before), max(widest, width)) for width in widths]
        self._window.resizeDocks(docks, wanted, Qt.Orientation.Horizontal)

    def fit(self) -> None:
        """Let each dock be as narrow as its lines of text need, but never keep the centre from its room."""
        widest = round(WIDEST_SHARE * self._window.width())
        for dock, width in self._docks:
            dock.setMinimumWidth(min(max(metrics.scaled(self._window.font(), width), NARROWEST_PX), widest))

    def show_at_first_widths(self) -> None:
        """Give every dock the width that its lines of text need."""
        self.fit()
        docks = [dock for dock, _ in self._docks]
        self._window.resizeDocks(docks, [dock.minimumWidth() for dock in docks], Qt.Orientation.Horizontal)

    def put_away(self) -> None:
        """Hide the docks for a page that needs the whole width; ``bring_out`` shows those again that were to be seen.

        One that the user opens there stays open, now and the next time.
        """
        if not self._put_away:
            self._put_away = [dock for dock, _ in self._docks if dock.isVisible() and not dock.isFloating()]
            self._put_away = [dock for dock in self._put_away if dock not in self._wanted_everywhere]
            for dock in self._put_away:
                dock.hide()

    def bring_out(self) -> None:
        """Show the docks again that ``put_away`` has hidden."""
        for dock in self._put_away:
            if dock.isVisible():
                self._wanted_everywhere.append(dock)
            dock.show()
        self._put_away = []

    @Slot()
    def bring_back(self) -> None:
        """Put docks that float off every screen where one can reach them."""
        for dock, _ in self._docks:
            if dock.isFloating():
                bring_back(dock)
