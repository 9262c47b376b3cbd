"""The time bar beneath the curves: every moment of the run on a slider, and which of them is on show."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QWidget

from gui.state.run import RunState
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import elided_label, text_label
from gui.views.widgets.value_label import ValueLabel

REFRESH_INTERVAL_MS = 250  # nobody reads a number faster
WIDEST_STEP = "Step 0,000 of 0,000"
SLIDER_TIP = "Drag to look at the run as it was (Shift+Left and Shift+Right go by one batch)"


class TimeBar(QFrame):
    """Follows the run; dragging shows another moment. The two buttons are commands of the Run menu."""

    def __init__(self, themes: ThemeProvider, run: RunState, back: QAction, newest: QAction) -> None:
        super().__init__()
        self._run = run
        self._range = (0, 0)
        self._shown = QElapsedTimer()
        self.setProperty("card", "true")
        self.setObjectName("time_bar")
        self.setAccessibleName("Time")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("time_slider")
        self.slider.setAccessibleName("Moment of the run")
        self.slider.setWhatsThis(
            "Every step of the run is kept, or can be trained again exactly. Drag to go back: curves, graph, pad and "
            "everything else show that moment, with its weights. Resume goes on from there as a new branch, with the "
            "settings of the panel; what came after stays as a dotted line. At the right end is the newest moment."
        )
        self._step = ValueLabel(WIDEST_STEP, metrics.Role.TABLE_HEAD)
        self._hint = elided_label("", metrics.Role.CAPTION, "caption")
        self._build(back, newest)
        self.slider.valueChanged.connect(self._on_moved)
        run.changed.connect(self.refresh)
        self.refresh()

    def _build(self, back: QAction, newest: QAction) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(metrics.CARD_PADDING_PX, 0, metrics.CARD_PADDING_PX, 0)
        line.setSpacing(metrics.LABEL_GAP_PX)
        line.addWidget(text_label("Time", metrics.Role.TITLE))
        line.addWidget(self._button(back))
        line.addWidget(self.slider, 3)
        line.addWidget(self._button(newest))
        line.addWidget(self._step)
        line.addWidget(self._hint, 2)
        fix_size(self, height=metrics.HEADER_SCALE)

    @staticmethod
    def _button(action: QAction) -> QWidget:
        button = QToolButton()
        button.setProperty("flat", "true")
        button.setProperty("small", "true")
        button.setProperty("square", "true")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(action.text())
        button.setWhatsThis(action.whatsThis())
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    @property
    def text(self) -> str:
        """Where the run is looked at, in words."""
        return f"{self._step.text()} {self._hint.text()}".strip()

    @Slot()
    def refresh(self) -> None:
        """Show the moment that is looked at; while one is dragged to, the slider is left alone."""
        run = self._run
        if run.state == "running" and self._shown.isValid() and self._shown.elapsed() < REFRESH_INTERVAL_MS:
            return
        self._shown.start()
        self.slider.setEnabled(run.can_travel)
        if not self.slider.isSliderDown() and not run.is_travelling:
            self._show(run.first_moment, run.newest, run.shown_step)
        elif run.newest != self._range[1]:
            self._show(run.first_moment, run.newest, self.slider.value())
        self._say()

    def _show(self, first: int, last: int, value: int) -> None:
        """One quiet change of everything, and no more than has changed."""
        self.slider.blockSignals(True)
        if (first, last) != self._range:
            self._range = (first, last)
            self.slider.setRange(first, last)
            self.slider.setPageStep(max(1, self._run.batches_per_epoch or 1))
        self.slider.setValue(value)
        self.slider.blockSignals(False)

    def _say(self) -> None:
        run = self._run
        self.slider.setToolTip(SLIDER_TIP if run.newest else "There is nothing to go back to yet")
        if run.is_travelling:
            self._step.show_text(f"Step {self.slider.value():,} of {run.newest:,}")
            self._hint.setText("on the way there…")
        elif run.moment is None:
            self._step.show_text(f"Step {run.newest:,}" if run.newest else "")
            self._hint.setText("newest" if run.newest else "Nothing has been trained yet")
        else:
            self._step.show_text(f"Step {run.moment:,} of {run.newest:,}")
            self._hint.setText("Resume branches off here")

    @Slot(int)
    def _on_moved(self, step: int) -> None:
        self._run.look_at(step)
