"""A small array shown pixel by pixel: in grey like a digit, or through a signed map with its frame."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import SignedKind, Theme, ThemeProvider
from gui.views.widgets.themed import ThemedWidget

PixelMode = Literal["gray", "value", "gradient", "parameter"]
SIDE_SCALE = 7.0
OVERLAY_ALPHA = 130
FADED_ALPHA = 0.3


class PixelImage(ThemedWidget):
    """Shows an array (h, w) as a square of crisp pixels; ``gray`` runs from 0 (paper) to 1 (ink)."""

    def __init__(
        self, themes: ThemeProvider, name: str, mode: PixelMode = "gray", parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self._mode: PixelMode = mode
        self._array: npt.NDArray[np.float64] | None = None
        self._overlay: npt.NDArray[np.float64] | None = None
        self._limit = 1.0
        self._image: QImage | None = None
        self._overlay_image: QImage | None = None
        self._faded = False
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setWhatsThis(f"{name}: every square is one number, drawn as a shade, just as the network gets it.")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_array(
        self, array: npt.ArrayLike | None, limit: float | None = None, overlay: npt.ArrayLike | None = None
    ) -> None:
        """Show an array (h, w), or the empty paper for None.

        ``limit`` is where a signed map ends (the largest finite size if None). ``overlay`` is a drawing (h, w) in 0..1
        laid over it in grey, so that one sees where on the digit a gradient lies. ``ValueError`` for other shapes.
        """
        self._array, self._overlay = _checked(array), _checked(overlay)
        sizes = np.abs(self._array[np.isfinite(self._array)]) if self._array is not None else np.empty(0)
        self._limit = limit if limit is not None else float(sizes.max(initial=0.0))
        self._make_images(self.theme)
        self.update()

    def set_faded(self, faded: bool) -> None:
        """Show the array faintly: it is not what is asked for now."""
        if faded != self._faded:
            self._faded = faded
            self.update()

    @property
    def limit(self) -> float:
        """The value at either end of the signed map, for the bar beside it."""
        return self._limit

    def sizeHint(self) -> QSize:
        side = metrics.scaled(self.font(), SIDE_SCALE)
        return QSize(side, side)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        edge = QPainterPath()
        edge.addRoundedRect(area, metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        painter.save()
        painter.setClipPath(edge)
        painter.fillRect(area, self.theme.color("digit_paper" if self._mode == "gray" else "raised"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setOpacity(FADED_ALPHA if self._faded else 1.0)
        for image in (self._image, self._overlay_image):
            if image is not None:
                painter.drawImage(area, image)
        painter.restore()
        self._paint_frame(painter, area)

    def _on_theme_changed(self, theme: Theme) -> None:
        self._make_images(theme)
        super()._on_theme_changed(theme)

    def _paint_frame(self, painter: QPainter, area: QRectF) -> None:
        mode = self._mode
        color = QColor(self.theme.line if mode == "gray" else self.theme.map_color(mode))
        width = metrics.LINE_PX if mode == "gray" else metrics.MAP_FRAME_PX
        painter.setPen(QPen(color, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = width / 2
        radius = metrics.CONTROL_RADIUS_PX - half
        painter.drawRoundedRect(area.adjusted(half, half, -half, -half), radius, radius)

    def _make_images(self, theme: Theme) -> None:
        self._image = None if self._array is None else image_of(self._colors(theme, self._array))
        self._overlay_image = None if self._overlay is None else image_of(_ink(theme, self._overlay))

    def _colors(self, theme: Theme, array: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
        if self._mode == "gray":
            return gray_colors(theme, array)
        kind: SignedKind = self._mode
        return theme.signed_colors(kind, array, self._limit)


def _checked(array: npt.ArrayLike | None) -> npt.NDArray[np.float64] | None:
    if array is None:
        return None
    values = np.asarray(array, dtype=np.float64)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"A pixel image needs an array (height, width). Received shape: {values.shape}.")
    return values


def _rgb(theme: Theme, token: str) -> npt.NDArray[np.float64]:
    color = theme.color(token)
    return np.array([color.red(), color.green(), color.blue(), 255], dtype=np.float64)


def gray_colors(theme: Theme, array: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """A digit in 0..1 as it is drawn everywhere: paper where there is no ink."""
    share = np.clip(np.nan_to_num(array), 0, 1)[..., None]
    paper, ink = _rgb(theme, "digit_paper"), _rgb(theme, "digit_ink")
    return np.rint(paper + share * (ink - paper)).astype(np.uint8)


def _ink(theme: Theme, drawing: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    colors = np.broadcast_to(_rgb(theme, "ink_3"), (*drawing.shape, 4)).copy()
    colors[..., 3] = OVERLAY_ALPHA * np.clip(np.nan_to_num(drawing), 0, 1)
    return np.rint(colors).astype(np.uint8)


def image_of(colors: npt.NDArray[np.uint8]) -> QImage:
    """An image of RGBA colours (height, width, 4) that owns its pixels."""
    height, width = colors.shape[:2]
    data = np.ascontiguousarray(colors)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
