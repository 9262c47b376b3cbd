"""Dreams: the input that a class would like best, found step by step by climbing the gradient of its score."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.domain.saliency import DreamSettings
from gui.state.pad import PadState

INTERVAL_MS = 40
SHAPE = (28, 28)
NOISE = 0.1
"""A dream begins nearly grey: with so much random ink around the middle."""


class DreamState(QObject):
    """``image`` (rows, columns) in 0..1 is the dream as it is now, ``step`` counts how far it has come."""

    changed = Signal()
    image_sent = Signal(object)

    def __init__(self, pad: PadState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pad = pad
        self.chosen = 0
        self.settings = DreamSettings()
        self.step = 0
        self._image: NDArray[np.float32] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._advance)
        pad.changed.connect(self._on_pad_changed)

    @staticmethod
    def _noise() -> NDArray[np.float32]:
        return np.random.default_rng(0).normal(0.5, NOISE, SHAPE).clip(0, 1).astype(np.float32)

    @property
    def image(self) -> NDArray[np.float32]:
        """Begun with noise when it is asked for; random numbers take a moment to be loaded."""
        if self._image is None:
            self._image = self._noise()
        return self._image

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    @property
    def can_dream(self) -> bool:
        """Whether there is a trained network of images."""
        return self._pad.fits and self._pad.is_ready

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._pad.class_names

    @property
    def probability(self) -> float | None:
        """What the network gives the class for the dream."""
        answer = self._pad.answer(self.image) if self.can_dream else None
        return None if answer is None or self.chosen >= len(answer) else float(answer[self.chosen])

    # -- intents ------------------------------------------------------------------------------------------------------

    def choose_class(self, chosen: int) -> None:
        """Dream of another class, from where the dream is."""
        self.chosen = chosen
        self.changed.emit()

    def set_rate(self, rate: float) -> None:
        self.settings = replace(self.settings, rate=rate)
        self.changed.emit()

    def set_smoothness(self, smoothness: float) -> None:
        self.settings = replace(self.settings, smoothness=smoothness)
        self.changed.emit()

    @Slot()
    def toggle(self) -> None:
        """Dream on, or stand still."""
        if self.is_running:
            self._timer.stop()
        elif self.can_dream:
            self._timer.start()
        self.changed.emit()

    @Slot()
    def stop(self) -> None:
        if self.is_running:
            self.toggle()

    @Slot()
    def restart(self) -> None:
        """From noise again."""
        self._image, self.step = self._noise(), 0
        self.changed.emit()

    @Slot()
    def begin_with_drawing(self) -> None:
        """From the drawing on the pad."""
        if self._pad.image is not None:
            self._image, self.step = np.array(self._pad.image, np.float32), 0
            self.changed.emit()

    @Slot()
    def send(self) -> None:
        """Onto the pad."""
        self.image_sent.emit(self.image)

    @Slot()
    def _advance(self) -> None:
        dreamt: Any = self._pad.dream_step(self.image, self.chosen, self.settings) if self.can_dream else None
        if dreamt is None:
            self.stop()
            return
        self._image, self.step = dreamt, self.step + 1
        self.changed.emit()

    @Slot()
    def _on_pad_changed(self) -> None:
        if not self.can_dream:
            self.stop()
        self.chosen = min(self.chosen, max(len(self.class_names) - 1, 0))
        self.changed.emit()
