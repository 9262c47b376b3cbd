"""The samples of a recorded batch as small pictures: the images themselves, or their numbers."""

from __future__ import annotations

import functools

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from gui.domain.backprop.pass_record import PassRecord
from gui.views.looks.theme import Theme
from gui.views.widgets.pixel_image import gray_colors, image_of

PICTURE_PX = 56
MOST_PICTURES = 256


@functools.lru_cache(maxsize=2)
def sample_pictures(record: PassRecord, theme: Theme) -> tuple[QPixmap, ...]:
    """A pixmap of every sample, none where the data are no images."""
    shape = record.image_shape
    if shape is None:
        return ()
    pictures = []
    for row in record.inputs[:MOST_PICTURES]:
        image = image_of(gray_colors(theme, np.asarray(row, np.float64).reshape(shape)))
        pixmap = QPixmap.fromImage(image)
        side, mode = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
        pictures.append(pixmap.scaled(PICTURE_PX, PICTURE_PX, side, mode))
    return tuple(pictures)
