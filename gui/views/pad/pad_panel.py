"""The right dock: draw a digit, see what the network sees, and what it answers, also while it is being trained."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.state.dream import DreamState
from gui.state.pad import PadState
from gui.state.settings import Settings
from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.bars import PredictionBars
from gui.views.widgets.digit_canvas import DigitCanvas
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.ramp_bar import RampBar
from gui.views.widgets.themed import elided_label, rule, text_label

BRUSH_PER_MILLE = (30, 160)


class PadPanel(QScrollArea):
    """Canvas, tools, preview, verdict and bars, top to bottom."""

    def __init__(
        self,
        themes: ThemeProvider,
        pad: PadState,
        dream: DreamState,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._dream, self._settings = dream, settings
        self._dream_window: QWidget | None = None
        self._themes = themes
        self._pad = pad
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas = DigitCanvas(themes)
        self.canvas.drawn.connect(self._on_drawn)
        self.canvas.history_changed.connect(self._on_history_changed)
        self._preview = PixelImage(themes, "What the network sees, 28 × 28")
        self._preview.setObjectName("network_input_preview")
        self._preview.setWhatsThis(
            "The drawing as it reaches the network: 28 by 28 grey values. Compare it with the training "
            "images to see why an answer is wrong."
        )
        self._centre = QCheckBox("Centre")
        self._centre.setObjectName("centre_check")
        self._centre.setChecked(pad.centre)
        self._centre.setToolTip("Crop, scale to 20 pixels and centre by mass, as MNIST was made. Off: only shrink.")
        self._centre.setWhatsThis(
            "The digits of MNIST were cut out, scaled to 20 pixels and centred by their mass. A drawing that is not "
            "prepared like this looks strange to the network; switch it off to see how much that matters."
        )
        self._centre.toggled.connect(pad.set_centre)
        self._sees_title = elided_label("The net sees", Role.TITLE)
        self._why_title = elided_label("Why", Role.TITLE)
        self._make_why(pad)
        self._verdict = text_label("", Role.VERDICT)
        self._verdict.setObjectName("pad_verdict")
        self._verdict.setToolTip("The network's answer in words")
        self._verdict.setWhatsThis("The class with the longest bar; where two are close it says that it is not sure.")
        self._verdict.setWordWrap(True)
        self._dream_button = QPushButton("Dream a digit…")
        self._dream_button.setObjectName("dream_open_button")
        self._dream_button.setProperty("small", "true")
        self._dream_button.setAccessibleName("Dream a digit")
        self._dream_button.setToolTip("Let the network dream of a class: gradient ascent on the image")
        self._dream_button.setWhatsThis(
            "Opens a window in which an image is changed step by step so that the score of a class rises. It shows "
            "what the network looks for."
        )
        self._dream_button.clicked.connect(self._open_dream)
        dream.image_sent.connect(self.canvas.set_image)
        self._walk = QPushButton("Walk through it")
        self._walk.setObjectName("send_to_explorer_button")
        self._walk.setProperty("small", "true")
        self._walk.setAccessibleName("Walk through the backward pass of this drawing")
        self._walk.setToolTip("Open the Backprop page with this drawing as the sample, op by op")
        self._walk.setWhatsThis(
            "Takes the drawing as the one sample of a pass, as the class that is explained or else the likeliest one, "
            "and walks through it op by op on the Backprop page. Nothing is trained."
        )
        self._walk.clicked.connect(pad.send_to_explorer)
        self._bars = PredictionBars(themes, pad.class_names)
        self._build()
        self._bars.class_clicked.connect(pad.explain_class)
        pad.changed.connect(self.refresh)
        self._on_history_changed()
        self.refresh()

    def _make_why(self, pad: PadState) -> None:
        self._why = PixelImage(self._themes, "What of the drawing speaks for the answer", "gradient")
        self._why.setObjectName("why_picture")
        self._why.setWhatsThis(
            "The gradient of the score of a class with respect to each pixel, over the drawing in grey. Blue: more ink "
            "here would raise the score. Brown: it would lower it. Without a choice it is the likeliest class against "
            "the second; click a bar to ask about its class. Without hidden layers it is exact: what each pixel adds."
        )
        self._explain = QCheckBox("Show why")
        self._explain.setObjectName("why_check")
        self._explain.setChecked(pad.explains)
        self._explain.setToolTip("Colour every pixel by what it does to the answer; click a bar to ask about its class")
        self._explain.setWhatsThis(
            "The network itself says which pixels matter: its gradient is followed back from the score of a class to "
            "the image, by the same backward pass that training uses."
        )
        self._explain.toggled.connect(pad.set_explains)
        self._ramp = RampBar(self._themes, "gradient")
        self._ramp.setToolTip("What the colours mean")
        self._ramp.setWhatsThis(
            "The colours of the picture above: brown lowers the score of the class, blue raises it."
        )

    def _build(self) -> None:
        inside = QWidget()
        inside.setProperty("panel", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(metrics.CARD_PADDING_PX, metrics.GRID_PX, metrics.CARD_PADDING_PX, metrics.GRID_PX)
        column.setSpacing(metrics.GRID_PX)
        column.addWidget(self.canvas)
        column.addLayout(self._tools())
        column.addLayout(self._pictures())
        column.addWidget(self._ramp)
        column.addWidget(rule())
        column.addWidget(self._verdict)
        column.addWidget(self._bars)
        further = FlowLayout(metrics.GRID_PX)
        further.addWidget(self._walk)
        further.addWidget(self._dream_button)
        column.addLayout(further)
        column.addStretch(1)
        self.setWidget(inside)

    def _pictures(self) -> QHBoxLayout:
        """What the network sees, and why it answers as it does, side by side."""
        row = QHBoxLayout()
        row.setSpacing(metrics.PAGE_MARGIN_PX)
        for title, picture, check in (
            (self._sees_title, self._preview, self._centre),
            (self._why_title, self._why, self._explain),
        ):
            part = QVBoxLayout()
            part.setSpacing(metrics.HALF_PX)
            part.addWidget(title)
            part.addWidget(picture)
            part.addWidget(check)
            row.addLayout(part, 1)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_canvas()

    def _fit_canvas(self) -> None:
        """In a low window the canvas gives way, so that the bars are seen while somebody draws."""
        inside, room = self.widget(), self.viewport().size()
        if inside is None:
            return
        layout = inside.layout()
        margins = layout.contentsMargins()
        width = room.width() - margins.left() - margins.right()
        least = self.canvas.minimumSizeHint().height()
        rest = layout.heightForWidth(room.width()) - min(width, self.canvas.maximumHeight())
        side = max(least, min(width, room.height() - rest))
        if side > 0 and side != self.canvas.maximumHeight():
            self.canvas.setMaximumSize(side, side)

    def _tools(self) -> FlowLayout:
        line = FlowLayout(metrics.HALF_PX)
        self._brush = self._tool("brush", "Draw", "The left mouse button draws ink; the right one always erases.", True)
        self._eraser = self._tool(
            "eraser", "Erase", "The left mouse button takes ink away, twice as wide as the brush.", True
        )
        self._brush.setChecked(True)
        self._brush.clicked.connect(lambda _=False: self._choose_eraser(False))
        self._eraser.clicked.connect(lambda _=False: self._choose_eraser(True))
        width = QSlider(Qt.Orientation.Horizontal)
        width.setObjectName("brush_slider")
        width.setRange(*BRUSH_PER_MILLE)
        width.setValue(round(1000 * self.canvas.brush_share))
        width.setAccessibleName("Brush width")
        width.setToolTip("Brush width; 8 % of the paper suits MNIST best")
        width.setWhatsThis(
            "How thick strokes are, as a share of the paper. Thin or fat digits are harder for the network."
        )
        width.valueChanged.connect(lambda value: self.canvas.set_brush_share(value / 1000))
        self._undo = self._tool(
            "undo",
            "Take back the last stroke (Ctrl+Z on the pad)",
            "Takes back what was drawn, erased, moved or cleared last; up to fifty times.",
        )
        self._undo.clicked.connect(lambda _=False: self.canvas.undo())
        clear = self._tool(
            "remove", "Clear the pad (Delete on the pad)", "Begins with clean paper. It can be taken back, too."
        )
        clear.setObjectName("pad_clear_button")
        clear.clicked.connect(lambda _=False: self.canvas.clear())
        line.addWidget(self._brush)
        line.addWidget(self._eraser)
        line.addWidget(text_label("Brush", Role.CAPTION, "secondary"))
        line.addWidget(width)
        line.addWidget(self._undo)
        line.addWidget(clear)
        return line

    def _tool(self, icon: str, text: str, explanation: str, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setProperty("square", "true")
        button.setCheckable(checkable)
        button.setObjectName(f"pad_{icon}_button")
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setWhatsThis(explanation)
        bind_icon(button, icon, self._themes)
        return button

    def _choose_eraser(self, eraser: bool) -> None:
        self.canvas.set_eraser(eraser)
        self._eraser.setChecked(eraser)
        self._brush.setChecked(not eraser)

    @Slot()
    def _open_dream(self) -> None:
        from gui.views.pad.dream_window import DreamWindow  # here, so that the studio starts without it

        if self._dream_window is None:
            self._dream_window = DreamWindow(self._themes, self._dream, self._settings, self.window())
        self._dream_window.show()
        self._dream_window.raise_()

    @Slot()
    def _on_drawn(self) -> None:
        self._pad.set_ink(self.canvas.ink())

    @Slot()
    def _on_history_changed(self) -> None:
        self._undo.setEnabled(self.canvas.can_undo)

    @Slot()
    def refresh(self) -> None:
        """Show the state's answer."""
        pad = self._pad
        self._preview.set_array(pad.image)
        self._show_why()
        self._verdict.setText(pad.sentence)
        if pad.class_names and pad.class_names != self._bars.class_names:
            self._bars.set_class_names(pad.class_names)
        self._bars.set_probabilities(pad.probabilities)
        self._walk.setEnabled(pad.probabilities is not None)
        self.canvas.setEnabled(pad.fits)

    def _show_why(self) -> None:
        why, image = self._pad.why, self._pad.image
        heading, low, high = self._pad.why_words
        self._why_title.setText(heading)
        self._ramp.set_ends(low, high)
        self._ramp.setVisible(why is not None)
        if why is None or image is None:
            self._why.set_array(None)
            return
        self._why.set_array(why.values.reshape(image.shape), overlay=image)
        self._why.setToolTip(
            "What every pixel adds to the score" if why.is_exact else "How the score changes with a pixel"
        )
