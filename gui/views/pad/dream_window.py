"""Dream a digit: the image that a class would like best, climbed to step by step before one's eyes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from gui.state.dream import DreamState
from gui.state.settings import Settings
from gui.views.experiment.component_form import choice_combo, show_choice
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import CARD_PADDING_PX, GRID_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.dialogs import StudioDialog
from gui.views.widgets.log_slider import LogSlider
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.themed import text_label

RATES = (0.005, 0.5)
PER_CENT = 100
SENTENCE = (
    "Each step follows the gradient of the class’s score to the pixels, uphill. What appears is what the network looks "
    "for, which need not be what people would draw."
)


class DreamWindow(StudioDialog):
    """Dreams while it is open; closing it stands still."""

    def __init__(self, themes: ThemeProvider, dream: DreamState, settings: Settings, parent: QWidget) -> None:
        super().__init__(settings, "dream", "Dream a digit", (26, 36), parent)
        self._themes, self._dream = themes, dream
        self.picture = PixelImage(themes, "The dream", "gray")
        self.picture.setObjectName("dream_picture")
        set_least_size(self.picture, width=14, height=14)
        self._classes = choice_combo("Class to dream of", [], "The class whose score is climbed.")
        self._classes.setObjectName("dream_class_combo")
        self._rate = LogSlider(themes, "Rate: how far one step goes", *RATES)
        self._rate.setObjectName("dream_rate")
        self._smoothness = QSlider(Qt.Orientation.Horizontal)
        self._sentence = text_label("", Role.VERDICT)
        self._run = QPushButton("Dream")
        self._fill()
        self._classes.activated.connect(lambda place: dream.choose_class(place))
        self._rate.value_changed.connect(dream.set_rate)
        self._smoothness.valueChanged.connect(lambda value: dream.set_smoothness(value / PER_CENT))
        dream.changed.connect(self.refresh)
        self.refresh()

    def _fill(self) -> None:
        self._smoothness.setObjectName("dream_smoothness")
        self._smoothness.setRange(0, PER_CENT)
        self._smoothness.setAccessibleName("Smoothness")
        self._smoothness.setToolTip("How much every pixel is drawn to its neighbours")
        self._smoothness.setWhatsThis(
            "Without smoothness dreams are noise that only the network understands; with much of it they are blots."
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, GRID_PX)
        column.setSpacing(GRID_PX)
        column.addWidget(self.picture, 1)
        column.addWidget(self._sentence)
        form = QGridLayout()
        for row, (name, widget) in enumerate(
            (("Class", self._classes), ("Rate", self._rate), ("Smoothness", self._smoothness))
        ):
            form.addWidget(text_label(name, tone="secondary"), row, 0)
            form.addWidget(widget, row, 1)
        column.addLayout(form)
        buttons = QHBoxLayout()
        dream = self._dream
        for button, name, tip, slot in (
            (self._run, "dream_button", "Climb step by step, or stand still", dream.toggle),
            (QPushButton("From noise"), "dream_noise_button", "Begin again with nearly grey noise", dream.restart),
            (
                QPushButton("From drawing"),
                "dream_drawing_button",
                "Begin with the drawing on the pad",
                dream.begin_with_drawing,
            ),
            (QPushButton("To pad"), "dream_send_button", "Put the dream onto the pad, to ask why", dream.send),
        ):
            button.setObjectName(name)
            button.setAutoDefault(False)
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
            button.setWhatsThis(f"{tip}. {SENTENCE}")
            button.clicked.connect(lambda _=False, slot=slot: slot())
            buttons.addWidget(button)
        column.addLayout(buttons)
        words = text_label(SENTENCE, Role.CAPTION, "secondary")
        words.setWordWrap(True)
        column.addWidget(words)
        self.body.addWidget(inside)

    @Slot()
    def refresh(self) -> None:
        """Show the dream as it is now."""
        if not self.isVisible():
            return
        dream = self._dream
        if [self._classes.itemText(i) for i in range(self._classes.count())] != list(dream.class_names):
            self._classes.clear()
            for place, name in enumerate(dream.class_names):
                self._classes.addItem(name, place)
        show_choice(self._classes, dream.chosen)
        self._rate.set_number(dream.settings.rate)
        self._smoothness.setValue(round(PER_CENT * dream.settings.smoothness))
        self.picture.set_array(dream.image)
        self._run.setText("Stand still" if dream.is_running else "Dream")
        self._run.setEnabled(dream.can_dream)
        share = dream.probability
        said = "Train first: press Run" if share is None else f"{100 * share:.1f} % {dream.class_names[dream.chosen]}"
        self._sentence.setText(f"{said}, step {dream.step:,}" if share is not None else said)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._dream.stop()
