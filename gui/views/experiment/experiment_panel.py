"""The left dock: data, network, optimiser and training, one below the other."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.run import RunState
from gui.state.settings import Settings
from gui.views.experiment.data_group import DataGroup
from gui.views.experiment.network_group import NetworkGroup
from gui.views.experiment.training_groups import OptimizerGroup, TrainingGroup
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider


class ExperimentPanel(QScrollArea):
    """Scrolls inside, so that the centre never has to."""

    def __init__(
        self,
        themes: ThemeProvider,
        experiment: ExperimentState,
        data: DataState,
        run: RunState,
        settings: Settings | None = None,
        initializers: QAction | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("panel", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(metrics.GRID_PX, metrics.HALF_PX, metrics.GRID_PX, metrics.GRID_PX)
        column.setSpacing(0)
        for group in (
            DataGroup(themes, experiment, data, settings),
            NetworkGroup(themes, experiment, initializers),
            OptimizerGroup(themes, experiment),
            TrainingGroup(themes, experiment, run),
        ):
            column.addWidget(group)
        column.addStretch(1)
        self.setWidget(inside)
