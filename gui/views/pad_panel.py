"""The right dock: draw a digit, see what the network sees, and what it answers, also while it is being trained."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QScrollArea, QSlider, QToolButton, QVBoxLayout, QWidget

from gui.state.pad import PadState
from gui.views import metrics
from gui.views.icons import bind_icon
from gui.views.metrics import Role
from gui.views.theme import ThemeProvider
from gui.views.widgets.bars import PredictionBars
from gui.views.widgets.digit_canvas import DigitCanvas
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.themed import rule, text_label

BRUSH_PER_MILLE = (30, 160)
PREVIEW_SCALE = 7.0


class PadPanel(QScrollArea):
    """Canvas, tools, preview, verdict and bars, top to bottom."""

    def __init__(self, themes: ThemeProvider, pad: PadState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._pad = pad
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.canvas = DigitCanvas(themes)
        self.canvas.drawn.connect(self._on_drawn)
        self.canvas.history_changed.connect(self._on_history_changed)
        self._preview = PixelImage(themes, "What the network sees, 28 × 28")
        self._preview.setObjectName("network_input_preview")
        self._centre = QCheckBox("Centre like MNIST")
        self._centre.setObjectName("centre_check")
        self._centre.setChecked(pad.centre)
        self._centre.setToolTip("Crop, scale to 20 pixels and centre by mass, as MNIST was made. Off: only shrink.")
        self._centre.toggled.connect(pad.set_centre)
        self._verdict = text_label("", Role.VERDICT)
        self._verdict.setObjectName("pad_verdict")
        self._verdict.setWordWrap(True)
        self._bars = PredictionBars(themes, pad.class_names)
        self._build()
        pad.changed.connect(self.refresh)
        self._on_history_changed()
        self.refresh()

    def _build(self) -> None:
        inside = QWidget()
        inside.setProperty("panel", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(metrics.CARD_PADDING_PX, metrics.GRID_PX, metrics.CARD_PADDING_PX, metrics.GRID_PX)
        column.setSpacing(metrics.GRID_PX)
        column.addWidget(self.canvas)
        column.addLayout(self._tools())
        sees = QHBoxLayout()
        side = metrics.scaled(self.font(), PREVIEW_SCALE)
        self._preview.setFixedSize(side, side)
        sees.addWidget(self._preview)
        words = QVBoxLayout()
        words.addWidget(text_label("What the net sees", Role.TITLE))
        size = text_label("28 × 28, the longer side 20, the centre of mass in the middle", Role.CAPTION, "secondary")
        size.setWordWrap(True)
        words.addWidget(size)
        words.addStretch(1)
        words.addWidget(self._centre)
        sees.addLayout(words, 1)
        column.addLayout(sees)
        column.addWidget(rule())
        column.addWidget(self._verdict)
        column.addWidget(self._bars)
        column.addStretch(1)
        self.setWidget(inside)

    def _tools(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(metrics.HALF_PX)
        self._brush = self._tool("brush", "Draw", checkable=True)
        self._eraser = self._tool("eraser", "Erase", checkable=True)
        self._brush.setChecked(True)
        self._brush.clicked.connect(lambda _=False: self._choose_eraser(False))
        self._eraser.clicked.connect(lambda _=False: self._choose_eraser(True))
        width = QSlider(Qt.Orientation.Horizontal)
        width.setObjectName("brush_slider")
        width.setRange(*BRUSH_PER_MILLE)
        width.setValue(round(1000 * self.canvas.brush_share))
        width.setAccessibleName("Brush width")
        width.setToolTip("Brush width; 8 % of the paper suits MNIST best")
        width.valueChanged.connect(lambda value: self.canvas.set_brush_share(value / 1000))
        self._undo = self._tool("undo", "Take back the last stroke (Ctrl+Z on the pad)")
        self._undo.clicked.connect(lambda _=False: self.canvas.undo())
        clear = self._tool("remove", "Clear the pad (Delete on the pad)")
        clear.setObjectName("pad_clear_button")
        clear.clicked.connect(lambda _=False: self.canvas.clear())
        line.addWidget(self._brush)
        line.addWidget(self._eraser)
        line.addWidget(text_label("Brush", Role.CAPTION, "secondary"))
        line.addWidget(width, 1)
        line.addWidget(self._undo)
        line.addWidget(clear)
        return line

    def _tool(self, icon: str, text: str, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setProperty("square", "true")
        button.setCheckable(checkable)
        button.setObjectName(f"pad_{icon}_button")
        button.setAccessibleName(text)
        button.setToolTip(text)
        bind_icon(button, icon, self._themes)
        return button

    def _choose_eraser(self, eraser: bool) -> None:
        self.canvas.set_eraser(eraser)
        self._eraser.setChecked(eraser)
        self._brush.setChecked(not eraser)

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
        self._verdict.setText(pad.sentence)
        if pad.class_names and pad.class_names != self._bars.class_names:
            self._bars.set_class_names(pad.class_names)
        self._bars.set_probabilities(pad.probabilities)
        self.canvas.setEnabled(pad.fits)
