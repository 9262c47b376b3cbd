"""The table of runs in its card: a filter, the commands for the marked runs, what is shown and what cannot be read."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from gui.state.runs import RunsState
from gui.views.compare.runs_actions import KeptRunActions
from gui.views.compare.runs_table import RunsTable
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.card import Card
from gui.views.widgets.themed import elided_label

NO_RUN = "No run yet. Press Space to train; every run is kept here with its settings."
LOADING = "Looking for kept runs…"
FILTER_LINES = 9.0
LEAST_LINES = 36.0
NAMES_FROM_LINES = 62.0  # in a narrower card the buttons show their icons alone


class RunsCard(Card):
    """``empty_action_triggered`` when somebody wants to run from the empty card."""

    def __init__(
        self, themes: ThemeProvider, state: RunsState, actions: KeptRunActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, "Runs", parent=parent)
        self.setObjectName("runs_card")
        self._state = state
        self._buttons: list[QToolButton] = []
        self.table = RunsTable(themes, state)
        self.table.addActions(actions.all)
        self.filter = self._filter_field()
        self.add_header_widget(self.filter)
        for action in actions.all:
            self._add_button(action, actions)
        self.body.addWidget(self.table)
        self.unreadable = elided_label("", metrics.Role.CAPTION, "trouble")
        self.unreadable.setObjectName("runs_unreadable_label")
        self.unreadable.setWhatsThis("Kept runs that could not be read, and why. The files are left as they are.")
        self.body.addWidget(self.unreadable)
        state.changed.connect(self.refresh)
        self.table.sorting_changed.connect(self.refresh)
        self.filter.textChanged.connect(self.refresh)
        self.refresh()

    def _filter_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("runs_filter")
        field.setAccessibleName("Filter the runs")
        field.setPlaceholderText("Filter")
        field.setClearButtonEnabled(True)
        field.setToolTip("Show only runs in which every word is found, in any column")
        field.setWhatsThis(
            "Type one or more words, such as “adam 32”. Only runs in which each is found in some column stay in the "
            "table; their curves are drawn as before."
        )
        fix_size(field, width=FILTER_LINES)
        field.textChanged.connect(self.table.sorted_runs.set_words)
        return field

    def _add_button(self, action: QAction, actions: KeptRunActions) -> None:
        button = QToolButton()
        button.setObjectName(f"{action.objectName().removeprefix('action_')}_button")
        button.setProperty("small", "true")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if action is actions.colors.menuAction():
            button.setMenu(actions.colors)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setDefaultAction(action)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setWhatsThis(action.whatsThis())
        self._buttons.append(button)
        self.add_header_widget(button)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the buttons are without their names: in a narrow card they have none."""
        return QSize(metrics.scaled(self.font(), LEAST_LINES), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= metrics.scaled(self.font(), NAMES_FROM_LINES)
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if has_room else Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in self._buttons:
            button.setToolButtonStyle(style)

    @Slot()
    def refresh(self) -> None:
        """Say how many runs there are, and what cannot be read."""
        state = self._state
        if not state.runs:
            self.set_empty(LOADING if state.is_loading else NO_RUN, None if state.is_loading else "Run")
            self.set_caption("")
        else:
            self.set_empty(None)
            self.set_caption(self._caption_text())
        notes = state.notes
        self.unreadable.setVisible(bool(notes))
        more = f" {len(notes) - 1} more cannot be read either." if len(notes) > 1 else ""
        self.unreadable.setText(f"{notes[0]}{more}" if notes else "")
        self.unreadable.setToolTip("\n".join(notes))

    def _caption_text(self) -> str:
        state, visible = self._state, self.table.sorted_runs.rowCount()
        filtered = f", {visible} match the filter" if self.filter.text().strip() else ""
        return f"{len(state.runs)} kept, {len(state.shown)} drawn{filtered}, sorted by {self.table.sorted_by}"
