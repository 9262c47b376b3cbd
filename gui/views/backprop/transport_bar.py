"""The row over the graph: walk and play, where the walk stands, how fast it goes, and which sample is looked at."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.domain.backprop.pass_record import WHOLE
from gui.state.explorer import FEW_SAMPLES, ExplorerState
from gui.state.explorer_player import FASTEST, SLOWEST, ExplorerPlayer
from gui.views.backprop.explorer_actions import ExplorerActions
from gui.views.backprop.op_scrubber import OpScrubber
from gui.views.backprop.sample_pictures import sample_pictures
from gui.views.backprop.sample_strip import SampleStrip
from gui.views.experiment.component_form import choice_combo, show_choice
from gui.views.looks.font_sizes import fix_size, set_least_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import CARD_PADDING_PX, GRID_PX, HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.action_button import action_button
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.log_slider import LogSlider
from gui.views.widgets.themed import text_label

SIZES = ((FEW_SAMPLES, "of 8"), (1, "of 1"), (WHOLE, "of all"))
NAMELESS = frozenset({"first_op", "last_op"})


class TransportBar(QFrame):
    """One card. Its parts wrap where the window is narrow."""

    size_chosen = Signal(int)

    def __init__(
        self, themes: ThemeProvider, explorer: ExplorerState, player: ExplorerPlayer, actions: ExplorerActions
    ) -> None:
        super().__init__()
        self._themes, self._explorer, self._player = themes, explorer, player
        self.setProperty("card", "true")
        self.setObjectName("transport_bar")
        self.scrubber = OpScrubber(themes)
        self.speed = LogSlider(themes, "Speed of playing", SLOWEST, FASTEST)
        self._speed_text = text_label("", Role.TITLE)
        self.strip = SampleStrip(themes)
        self._sample_text = text_label("", Role.TITLE)
        self.whole = QPushButton("Whole batch")
        self.others = QToolButton()
        self.sizes = choice_combo("How much of the next batch is recorded", [(text, size) for size, text in SIZES])
        self._build(actions)
        self.scrubber.position_chosen.connect(explorer.go_to)
        self.speed.value_changed.connect(player.set_speed)
        self.strip.sample_chosen.connect(explorer.choose_sample)
        self.whole.clicked.connect(self._on_whole_clicked)
        self.sizes.activated.connect(self._on_size_chosen)
        self.others.clicked.connect(explorer.draw_samples)
        for signal in (explorer.record_changed, explorer.choice_changed):
            signal.connect(self.show_samples)
        for signal in (explorer.record_changed, explorer.position_changed):
            signal.connect(self.show_position)
        player.changed.connect(self.show_speed)
        themes.theme_changed.connect(self.show_samples)
        self.show_samples()
        self.show_position()
        self.show_speed()

    def _build(self, actions: ExplorerActions) -> None:
        flow = FlowLayout(GRID_PX)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID_PX)
        for action in actions.all:
            buttons.addWidget(self._button(action, is_primary=action is actions.next))
        flow.addLayout(buttons)
        flow.addWidget(self.scrubber)
        pace = QWidget()
        pace.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        speed = QHBoxLayout(pace)
        speed.setContentsMargins(0, 0, 0, 0)
        speed.setSpacing(GRID_PX)
        speed.addLayout(_pair("Speed", self._speed_text))
        set_least_size(self._speed_text, width=4.2)
        fix_size(self.speed, width=5)
        self.speed.setObjectName("ops_speed")
        speed.addWidget(self.speed)
        flow.addWidget(pace)
        samples = QHBoxLayout()
        samples.setSpacing(GRID_PX)
        set_least_size(self._sample_text, width=1.6)
        samples.addLayout(_pair("Sample", self._sample_text))
        samples.addWidget(self.sizes)
        samples.addWidget(self.strip)
        samples.addWidget(self.others)
        samples.addWidget(self.whole)
        flow.addLayout(samples)
        fix_size(self.sizes, width=4.6)
        self.sizes.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._describe_choices()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(CARD_PADDING_PX, HALF_PX, CARD_PADDING_PX, HALF_PX)
        outer.addLayout(flow)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _describe_choices(self) -> None:
        self.whole.setObjectName("whole_batch_button")
        self.whole.setCheckable(True)
        self.whole.setProperty("small", "true")
        self.whole.setAccessibleName("Whole batch")
        self.whole.setToolTip("Look at all samples of the batch at once, not at one of them")
        self.whole.setWhatsThis(
            "The graph and the maps show the whole batch. Weight gradients are sums over the batch either way; input "
            "gradients stay one per sample."
        )
        bind_icon(self.others, "dice", self._themes)
        self.others.setObjectName("other_samples_button")
        self.others.setProperty("square", "true")
        self.others.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.others.setAccessibleName("Other samples")
        self.others.setToolTip("Walk through other samples, drawn at random; the list leads back to the next batch")
        self.others.setWhatsThis(
            "Takes as many samples from anywhere in the training data instead of the next batch. Training is not "
            "touched. Choose a size in the list to come back to the batch that training takes next."
        )
        self.sizes.setObjectName("pass_size_combo")
        self.sizes.setToolTip("How many samples of the next batch are walked through")
        self.sizes.setWhatsThis(
            "Eight samples can be read from the back row. The whole batch is what training takes next, so its last op "
            "is the very update that will be made. One sample alone has no sum over the batch."
        )

    @staticmethod
    def _button(action: QAction, is_primary: bool) -> QToolButton:
        name = action.objectName().removeprefix("action_")
        button = action_button(action, is_primary=is_primary, has_text=name not in NAMELESS)
        button.setObjectName(f"{name}_button")
        if is_primary:
            set_least_size(button, width=7)
        return button

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def show_position(self) -> None:
        self.scrubber.show_walk(self._explorer.walk, self._explorer.position)

    @Slot()
    def show_samples(self) -> None:
        """Show the samples of the pass, and which of them is looked at."""
        record, sample = self._explorer.record, self._explorer.sample
        has = record is not None
        for part in (self.strip, self.whole, self.sizes, self.others):
            part.setEnabled(has)
        self.whole.setChecked(has and sample is None)
        show_choice(self.sizes, self._explorer.samples_wanted)
        if record is None:
            self.strip.show_samples(0, None, (), ())
            self._sample_text.setText("–")
            return
        self.strip.show_samples(record.samples, sample, record.labels, sample_pictures(record, self._themes.theme))
        self._sample_text.setText("all" if sample is None else str(sample + 1))

    @Slot()
    def show_speed(self) -> None:
        player = self._player
        self._speed_text.setText("no limit" if player.is_unlimited else f"{player.speed:.3g} op/s")
        self.speed.set_number(player.speed)

    @Slot()
    def _on_whole_clicked(self) -> None:
        self._explorer.choose_sample(None if self._explorer.sample is not None else 0)

    @Slot(int)
    def _on_size_chosen(self, place: int) -> None:
        self._explorer.choose_samples(SIZES[place][0])


def _pair(name: str, value: QLabel) -> QVBoxLayout:
    """A small name over what it is now."""
    column = QVBoxLayout()
    column.setSpacing(0)
    column.setContentsMargins(0, HALF_PX // 2, 0, HALF_PX // 2)
    column.addWidget(text_label(name, Role.CAPTION, "caption"))
    column.addWidget(value)
    return column
