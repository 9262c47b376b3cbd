"""The preferences: how the window looks and what it remembers. Every change applies at once and is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QPushButton, QScrollArea, QSlider, QVBoxLayout, QWidget

from gui.domain.appearance import FONT_PERCENTS, NORMAL_FONT_PERCENT
from gui.domain.time_limits import MEMORY_CHOICES_MB
from gui.state.messages import MessageState
from gui.state.settings import Settings
from gui.views.experiment.component_form import choice_combo, show_choice
from gui.views.looks import metrics
from gui.views.looks.font_sizes import reserve_text
from gui.views.looks.metrics import Role
from gui.views.shell.app_actions import THEME_LABELS
from gui.views.shell.dialogs import StudioDialog
from gui.views.widgets.themed import rule, text_label


class PreferencesDialog(StudioDialog):
    """Shows ``Settings``. The layout is the window's own, so its command is the action that was passed."""

    def __init__(self, settings: Settings, messages: MessageState, restore_layout: QAction, parent: QWidget) -> None:
        super().__init__(settings, "preferences", "Preferences", (28, 22), parent)
        self._messages = messages
        self._theme = choice_combo(
            "Theme", [(label, name) for name, label in THEME_LABELS.items()], "The colours of the whole window."
        )
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._percent = text_label("", Role.TITLE)
        self._motion = QCheckBox("Reduce motion")
        self._memory = choice_combo(
            "Memory for going back",
            [(f"{megabytes:,} MB", megabytes) for megabytes in MEMORY_CHOICES_MB],
            "How much memory the moments of a run may take.",
        )
        self._make_appearance()
        self._make_memory()
        layout = self._button("Restore window layout", "restore_layout_button", restore_layout.trigger)
        layout.setToolTip(restore_layout.statusTip())
        layout.setWhatsThis(restore_layout.whatsThis())
        reset = self._button("Reset all settings", "reset_settings_button", self._reset)
        reset.setToolTip("Theme, font size and everything that was remembered back to the defaults")
        reset.setWhatsThis(
            "Forgets every setting: theme, font size, motion, the sizes of windows and the last commands. "
            "The message that follows can take it back. Experiments and runs are not touched."
        )
        self._arrange(layout, reset)
        settings.changed.connect(self.refresh)
        self.refresh()
        self._theme.setFocus()

    def _make_appearance(self) -> None:
        settings = self._settings
        self._theme.setObjectName("theme_combo")
        self._theme.setWhatsThis(
            "Light, dark, high contrast, or whatever the system has at the moment. Plots and graphs change with it."
        )
        self._theme.activated.connect(lambda index: setattr(settings, "theme", self._theme.itemData(index)))
        self._size.setObjectName("font_size_slider")
        self._size.setAccessibleName("Font size")
        self._size.setRange(0, len(FONT_PERCENTS) - 1)
        self._size.setPageStep(1)
        self._size.setTracking(False)
        self._size.setToolTip("The size of all text (Ctrl+=, Ctrl+-, Ctrl+0)")
        self._size.setWhatsThis(
            f"Text, controls, plots and graphs from {FONT_PERCENTS[0]} to {FONT_PERCENTS[-1]} per cent of the system's "
            f"size, {NORMAL_FONT_PERCENT} being the system's own. Large text is for the back row of a lecture hall."
        )
        self._size.valueChanged.connect(lambda place: setattr(settings, "font_percent", FONT_PERCENTS[place]))
        self._size.sliderMoved.connect(lambda place: self._percent.setText(_percent_text(FONT_PERCENTS[place])))
        reserve_text(self._percent, _percent_text(FONT_PERCENTS[-1]))
        self._percent.setObjectName("font_size_label")
        self._percent.setToolTip(self._size.toolTip())
        self._percent.setWhatsThis(self._size.whatsThis())
        self._motion.setObjectName("reduce_motion_check")
        self._motion.setAccessibleName("Reduce motion")
        self._motion.setToolTip("Leave animations out")
        self._motion.setWhatsThis(
            "Nothing moves by itself: instead of pulses along the graph the result is shown at once. Curves still grow "
            "while the network trains."
        )
        self._motion.toggled.connect(lambda on: setattr(settings, "reduce_motion", on))

    def _make_memory(self) -> None:
        self._memory.setObjectName("time_memory_combo")
        self._memory.setWhatsThis(
            "While a network trains, moments of the run are kept so that you can go back to any step. When they take "
            "more memory than this, the oldest are thinned: going back that far takes a little longer, and is as exact."
        )
        self._memory.activated.connect(
            lambda index: setattr(self._settings, "time_memory_mb", self._memory.itemData(index))
        )

    def _button(self, text: str, name: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: slot())
        return button

    def _arrange(self, layout: QWidget, reset: QWidget) -> None:
        inside = QWidget()
        inside.setProperty("panel", "true")
        grid = QGridLayout(inside)
        grid.setContentsMargins(metrics.HALF_PX, metrics.HALF_PX, metrics.HALF_PX, metrics.HALF_PX)
        grid.setHorizontalSpacing(metrics.GROUP_GAP_PX)
        grid.setVerticalSpacing(metrics.PAGE_MARGIN_PX)
        for row, (text, field) in enumerate((("Theme", self._theme), ("Font size", self._size))):
            label = text_label(text)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        grid.addWidget(self._percent, 1, 2)
        grid.addWidget(self._motion, 2, 1, 1, 2)
        memory = text_label("Memory for going back")
        memory.setWordWrap(True)
        memory.setBuddy(self._memory)
        grid.addWidget(memory, 3, 0)
        grid.addWidget(self._memory, 3, 1)
        grid.addWidget(rule(), 4, 0, 1, 3)
        note = text_label("Every change applies at once and is kept.", Role.CAPTION, "caption")
        note.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(metrics.GRID_PX)
        for button in (layout, reset):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addLayout(column, 5, 0, 1, 3)
        grid.addWidget(note, 6, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(7, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        self.body.addWidget(area)

    @Slot()
    def refresh(self) -> None:
        """Show the settings as they are now."""
        settings = self._settings
        show_choice(self._theme, settings.theme)
        show_choice(self._memory, settings.time_memory_mb)
        for widget in (self._size, self._motion):
            widget.blockSignals(True)
        self._size.setValue(FONT_PERCENTS.index(settings.font_percent))
        self._motion.setChecked(settings.reduce_motion)
        for widget in (self._size, self._motion):
            widget.blockSignals(False)
        self._percent.setText(_percent_text(settings.font_percent))

    def _reset(self) -> None:
        settings = self._settings
        kept = settings.snapshot()
        settings.reset()
        self._messages.show("info", "All settings have their defaults again.", "Undo", lambda: settings.restore(kept))


def _percent_text(percent: int) -> str:
    return f"{percent} %"
