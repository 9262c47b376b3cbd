"""The digit pad's answer: the drawing as the network sees it, and what it predicts, also while it is being trained."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from gui.domain.check import data_shape
from gui.domain.digit_raster import centred, plain
from gui.domain.predictor import Predictor, Why, leaders, verdict
from gui.domain.saliency import DreamSettings
from gui.state.experiment import ExperimentState
from gui.state.run import RunState

PAD_INPUTS = 28 * 28


class PadState(QObject):
    """``image`` is the 28 x 28 input or None while the pad is blank, ``probabilities`` the network's answer or None.

    ``why`` says what of the image speaks for the answer: for the class that was chosen, else for the likeliest one
    against the second.
    """

    changed = Signal()
    sent_to_explorer = Signal(object)  # an OwnSample

    def __init__(self, run: RunState, experiment: ExperimentState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._experiment = experiment
        self._predictor = Predictor()
        self._ink: NDArray[np.float32] | None = None
        self.centre = True
        self.image: NDArray[np.float32] | None = None
        self.probabilities: NDArray[np.float32] | None = None
        self.explains = True
        self.explained_class: int | None = None
        self.why: Why | None = None
        self.class_names: tuple[str, ...] = experiment.shape.class_names
        run.weights_published.connect(self._on_weights_published)
        run.run_started.connect(self._on_run_started)
        experiment.changed.connect(self._on_experiment_changed)

    @property
    def fits(self) -> bool:
        """Whether the chosen data are images a drawing can be compared with."""
        return self._experiment.shape.inputs == PAD_INPUTS

    @property
    def is_ready(self) -> bool:
        """Whether there is a network to ask."""
        return self._predictor.is_ready

    def dream_step(
        self, image: NDArray[np.float32], chosen: int, settings: DreamSettings
    ) -> NDArray[np.float32] | None:
        """One step of a dream; None without a network of this class."""
        if not self.is_ready or chosen >= len(self.class_names):
            return None
        return self._predictor.dream(image, chosen, settings)

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

    def set_explains(self, explains: bool) -> None:
        """Say why, or only what."""
        self.explains = explains
        self._predict()

    def explain_class(self, chosen: int | None) -> None:
        """Say what speaks for this class; None, or the same once more: for the likeliest against the second."""
        self.explained_class = None if chosen == self.explained_class else chosen
        self._predict()

    @Slot()
    def send_to_explorer(self) -> None:
        """Walk through a pass of this drawing, taken for the class that is explained, or else for the likeliest one."""
        if self.image is not None and self.probabilities is not None:
            chosen = leaders(self.probabilities)[0] if self.explained_class is None else self.explained_class
            from gui.domain.backprop.next_batch import OwnSample  # here, so that the studio starts without it

            self.sent_to_explorer.emit(OwnSample(self.image.reshape(-1), chosen))

    @property
    def why_words(self) -> tuple[str, str, str]:
        """A heading, and what the negative and the positive end of the colours mean."""
        why = self.why
        if why is None or max(why.chosen, why.other or 0) >= len(self.class_names):
            return "Why", "against", "for"
        chosen = self.class_names[why.chosen]
        if why.other is None:
            return f"Why {chosen}", f"against {chosen}", f"for {chosen}"
        other = self.class_names[why.other]
        return f"Why {chosen}, not {other}", f"towards {other}", f"towards {chosen}"

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
        self.probabilities = self.answer(self.image) if ready and self.image is not None else None
        self.why = self._reason()
        self.changed.emit()

    def _reason(self) -> Why | None:
        """Of the answer, where there is one and somebody wants it."""
        if not self.explains or self.image is None or self.probabilities is None:
            return None
        chosen, other = leaders(self.probabilities)
        if self.explained_class is not None and self.explained_class < len(self.probabilities):
            chosen, other = self.explained_class, None
        why = self._predictor.explain(self.image, chosen, other)
        return why if np.isfinite(why.values).all() else None

    def _prepared(self) -> NDArray[np.float32] | None:
        if self._ink is None or not self._ink.any():
            return None
        image: Any = centred(self._ink) if self.centre else plain(self._ink)
        return image if image is None else np.asarray(image, np.float32)

    def answer(self, image: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """What the network makes of an image (28, 28); None if that is no answer. It must be ready."""
        output = self._predictor.predict(image)
        return output if np.isfinite(output).all() and len(output) == len(self.class_names) else None
