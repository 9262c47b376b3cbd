"""The digit pad's answer: the drawing as the network sees it, and what it predicts, also while it is being trained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.check import data_shape
from gui.domain.digit_raster import centred, plain
from gui.domain.predictor import Predictor, verdict
from gui.state.experiment import ExperimentState
from gui.state.run import RunState

PAD_INPUTS = 28 * 28


class PadState(QObject):
    """``image`` is the 28 x 28 input or None while the pad is blank, ``probabilities`` the network's answer or None."""

    changed = Signal()

    def __init__(self, run: RunState, experiment: ExperimentState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._experiment = experiment
        self._predictor = Predictor()
        self._ink: NDArray[np.float32] | None = None
        self.centre = True
        self.image: NDArray[np.float32] | None = None
        self.probabilities: NDArray[np.float32] | None = None
        self.class_names: tuple[str, ...] = experiment.shape.class_names
        run.weights_published.connect(self._on_weights_published)
        run.run_started.connect(self._on_run_started)
        experiment.changed.connect(self._on_experiment_changed)

    @property
    def fits(self) -> bool:
        """Whether the chosen data are images a drawing can be compared with."""
        return self._experiment.shape.inputs == PAD_INPUTS

    @property
    def sentence(self) -> str:
        """The answer in words, or what to do to get one."""
        if not self.fits:
            return f"{self._experiment.shape.title} has no images to draw."
        if self.image is None:
            return "Draw a digit"
        if self.probabilities is None:
            return "Train first: press Run"
        return verdict(self.probabilities, self.class_names)

    # -- intents ------------------------------------------------------------------------------------------------------

    def set_ink(self, ink: NDArray[np.float32]) -> None:
        """The drawing as it is now: (side, side), 0 paper to 1 ink."""
        self._ink = ink
        self._predict()

    def set_centre(self, centre: bool) -> None:
        """Prepare drawings as MNIST was prepared, or only shrink them so that the failure can be seen."""
        self.centre = centre
        self._predict()

    # -- following the run --------------------------------------------------------------------------------------------

    @Slot()
    def _on_run_started(self) -> None:
        self._predictor.clear()
        self._predict()

    @Slot()
    def _on_weights_published(self) -> None:
        spec, weights = self._run.spec, self._run.weights
        if spec is None or weights is None or self._run.input_size != PAD_INPUTS:
            return
        self._predictor.update(spec, self._run.input_size, weights)
        self.class_names = data_shape(spec).class_names
        self._predict()

    @Slot()
    def _on_experiment_changed(self) -> None:
        self.changed.emit()

    def _predict(self) -> None:
        self.image = self._prepared()
        ready = self.image is not None and self._predictor.is_ready
        self.probabilities = self._answer(self.image) if ready and self.image is not None else None
        self.changed.emit()

    def _prepared(self) -> NDArray[np.float32] | None:
        if self._ink is None or not self._ink.any():
            return None
        image: Any = centred(self._ink) if self.centre else plain(self._ink)
        return image if image is None else np.asarray(image, np.float32)

    def _answer(self, image: NDArray[np.float32]) -> NDArray[np.float32] | None:
        output = self._predictor.predict(image)
        return output if np.isfinite(output).all() and len(output) == len(self.class_names) else None
