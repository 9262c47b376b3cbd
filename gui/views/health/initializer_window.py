"""The initialiser lab: all initialisers side by side, what they do to activations and gradients, a click to use one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from gui.domain.health.initializer_lab import DRAWS, SAMPLES, InitializerSpread
from gui.domain.health.strips import limits
from gui.state.initializer_lab import InitializerLabState
from gui.state.settings import Settings
from gui.views.health.spread_pictures import SpreadPlot, WeightHistogram
from gui.views.looks import metrics
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.dialogs import StudioDialog
from gui.views.widgets.themed import rule, text_label

NAME, TITLE = "initializers", "Compare initialisers"
HEADS = ("Initialiser", "Weights", "Activations, forward →", "← gradients, backward", "")
MEASURED = "Dots: measured. Rings: theory (wide layers, independent weights). Standard deviations, from layer to layer."
INTRODUCTION = (
    f"The network as it is set up now, before training: {DRAWS} draws of its weights with each initialiser in every "
    f"layer, on up to {SAMPLES} training samples."
)
IN_USE = "In use"
NAME_LINES = 13.0


class _Row:
    """One initialiser."""

    def __init__(self, themes: ThemeProvider, lab: InitializerLabState, result: InitializerSpread) -> None:
        self.name = result.name
        key = result.name.replace(" ", "_")
        self.title = text_label(result.label, Role.TITLE)
        self.verdict = text_label("", Role.CAPTION, "secondary")
        self.verdict.setWordWrap(True)
        self.histogram = WeightHistogram(themes, result.name, result.label)
        self.forward = SpreadPlot(themes, f"forward_{key}", f"Activations with {result.label}", "train")
        self.backward = SpreadPlot(themes, f"backward_{key}", f"Gradients with {result.label}", "gradient")
        self.use = QPushButton("Use this one")
        self.use.setProperty("small", "true")
        self.use.setAutoDefault(False)
        self.use.setObjectName(f"use_{key}_button")
        self.use.setAccessibleName(f"Use {result.label}")
        self.use.setToolTip(f"Give every layer {result.label}; Undo takes it back")
        self.use.setWhatsThis(
            f"Every layer that draws weights begins with {result.label} from the next run on: {result.summary}. "
            "Weights that were set by hand give way. It is one edit, which Undo takes back."
        )
        self.use.clicked.connect(lambda _=False: lab.use(self.name))

    def show(self, result: InitializerSpread, ends: list[tuple[float, float]], is_chosen: bool) -> None:
        labels = [layer.label for layer in result.layers]
        self.title.setToolTip(result.summary)
        self.verdict.setText(f"{'✓ ' if result.is_steady else ''}{result.verdict}")
        self.histogram.show_counts(result.counts, result.reach)
        self.forward.show_spread(
            labels,
            [layer.activation for layer in result.layers],
            [layer.predicted_activation for layer in result.layers],
            ends[0],
        )
        self.backward.show_spread(
            labels,
            [layer.gradient for layer in result.layers],
            [layer.predicted_gradient for layer in result.layers],
            ends[1],
        )
        self.use.setText(IN_USE if is_chosen else "Use this one")
        self.use.setEnabled(not is_chosen)


class InitializerWindow(StudioDialog):
    """Works the comparison out when it is opened, and again whenever the experiment changes."""

    def __init__(self, themes: ThemeProvider, lab: InitializerLabState, settings: Settings, parent: QWidget) -> None:
        super().__init__(settings, NAME, TITLE, (56, 42), parent)
        self._themes, self._lab = themes, lab
        self._rows: list[_Row] = []
        self._status = text_label("", tone="secondary")
        self._status.setObjectName("initializers_status")
        self._status.setWordWrap(True)
        self._status.setToolTip("What was measured, and how far the comparison is")
        self._status.setWhatsThis("What is compared here, or why it cannot be. It is worked out beside the window.")
        self._grid_holder = QWidget()
        self._grid_holder.setProperty("panel", "true")
        self._grid = QGridLayout(self._grid_holder)
        self._grid.setContentsMargins(0, 0, metrics.GRID_PX, 0)
        self._grid.setHorizontalSpacing(metrics.GROUP_GAP_PX)
        self._grid.setVerticalSpacing(metrics.GRID_PX)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._grid_holder)
        self.body.addWidget(self._status)
        self.body.addWidget(area, 1)
        note = text_label(MEASURED, Role.CAPTION, "caption")
        note.setWordWrap(True)
        self.body.addWidget(note)
        lab.changed.connect(self.refresh)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._lab.watch(True)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._lab.watch(False)

    @Slot()
    def refresh(self) -> None:
        """Show what has been worked out."""
        if not self.isVisible():
            return
        lab = self._lab
        self._status.setText(lab.problem or ("Drawing weights and measuring…" if lab.is_busy else INTRODUCTION))
        self._grid_holder.setVisible(bool(lab.results) and not lab.problem)
        if [row.name for row in self._rows] != [each.name for each in lab.results]:
            self._rebuild()
        layers = [layer for each in lab.results for layer in each.layers]
        ends = [
            limits(np.array([getattr(layer, name) for layer in layers])) or (0.1, 1.0)
            for name in ("activation", "gradient")
        ]
        for row, result in zip(self._rows, lab.results, strict=True):
            row.show(result, ends, result.name == lab.chosen)

    def _rebuild(self) -> None:
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for column, head in enumerate(HEADS):
            self._grid.addWidget(text_label(head, Role.CAPTION, "caption"), 0, column)
        self._rows = [_Row(self._themes, self._lab, result) for result in self._lab.results]
        for place, row in enumerate(self._rows):
            line = 2 * place + 1
            self._grid.addWidget(rule(), line, 0, 1, len(HEADS))
            for column, widget in enumerate(
                (_stacked(row.title, row.verdict), row.histogram, row.forward, row.backward)
            ):
                self._grid.addWidget(widget, line + 1, column)
            self._grid.addWidget(row.use, line + 1, 4)
        for column in (2, 3):
            self._grid.setColumnStretch(column, 1)
        self._grid.setColumnMinimumWidth(0, metrics.scaled(self.font(), NAME_LINES))
        self._grid.setRowStretch(2 * len(self._rows) + 1, 1)


def _stacked(*labels: QLabel) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for label in labels:
        column.addWidget(label)
    column.addStretch(1)
    return holder
