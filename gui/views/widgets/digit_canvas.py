"""The paper that a digit is drawn on: smooth strokes by mouse or pen, an eraser, undo, and the keyboard.

The drawing lives in a grey picture of fixed size, whatever the size of the widget, so that what the network is given
does not depend on the screen.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

INK_SIDE = 280
"""The side of the grey picture: ten of its pixels to one of the network's."""

SHIFT = INK_SIDE // 28
BRUSH_SHARE = 0.08
ERASER_FACTOR = 2.0
LIGHTEST_PRESSURE = 0.5
DRAWN_INTERVAL_MS = 16
MAX_UNDO = 50
SIDE_SCALE = 15.0
SMALLEST_SCALE = 8.0
EMPTY_TEXT = "Draw a digit"
EMPTY_INK_ALPHA = 0.62


class DigitCanvas(ThemedWidget):
    """A square of paper. ``drawn`` says that the ink changed: at most every 16 ms while drawing, and at its end."""

    drawn = Signal()
    history_changed = Signal()

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setObjectName("digit_canvas")
        self.setAccessibleName("Digit pad")
        self.setToolTip("Draw a digit; the right button erases. Arrow keys move it, Delete clears, Ctrl+Z takes back")
        self.setWhatsThis(
            "Paper to draw a digit on, with the mouse or a pen. Every stroke is prepared as the training "
            "images were and shown to the network at once, also while it is being trained."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._image = _blank_image()
        self._blank = True
        self._brush_share, self._eraser = BRUSH_SHARE, False
        self._undo: list[QImage] = []
        self._redo: list[QImage] = []
        self._points: list[QPointF] = []
        self._erases = False
        self._pending = False
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.setInterval(DRAWN_INTERVAL_MS)
        self._throttle.timeout.connect(self._on_throttle_timeout)
        self._describe()

    def ink(self) -> npt.NDArray[np.float32]:
        """The drawing, (280, 280), float32, 0 for paper to 1 for ink; a copy."""
        return _pixels(self._image).astype(np.float32) / np.float32(255)

    @property
    def is_blank(self) -> bool:
        return self._blank

    @property
    def brush_share(self) -> float:
        """The width of the brush as a share of the side."""
        return self._brush_share

    def set_brush_share(self, share: float) -> None:
        """Set the width of the brush, as a share of the side, above 0 and at most 0.5; else ``ValueError``."""
        if not 0 < share <= 0.5:
            raise ValueError(f"The brush must be above 0 and at most 0.5 of the side. Received: {share!r}.")
        self._brush_share = share

    @property
    def eraser(self) -> bool:
        return self._eraser

    @Slot(bool)
    def set_eraser(self, on: bool) -> None:
        """Let the left button erase instead of draw."""
        self._eraser = on

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    @Slot()
    def undo(self) -> None:
        """Take the last stroke, clearing, shift or picture back."""
        self._travel(self._undo, self._redo)

    @Slot()
    def redo(self) -> None:
        self._travel(self._redo, self._undo)

    @Slot()
    def clear(self) -> None:
        """Start with clean paper; can be undone."""
        if not self._blank:
            self._replace(_blank_image())

    def set_image(self, array: npt.ArrayLike) -> None:
        """Put a picture (h, w) on the paper, 0..1 (or 0..255 as uint8); can be undone. ``ValueError`` for other shapes.

        Pixels become blocks, so that a 28 x 28 image comes back exactly from ``gui.domain.digit_raster.plain``.
        """
        values = np.asarray(array)
        if values.ndim != 2 or values.size == 0:
            raise ValueError(f"The digit pad takes an image (height, width). Received shape: {values.shape}.")
        scale = 1 if values.dtype == np.uint8 else 255
        grey = np.ascontiguousarray(np.rint(np.clip(values * float(scale), 0, 255)).astype(np.uint8))
        height, width = grey.shape
        small = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
        self._replace(small.scaled(INK_SIDE, INK_SIDE).convertToFormat(QImage.Format.Format_Grayscale8))

    def shift(self, right: int, down: int) -> None:
        """Move the drawing by whole pixels of the network's 28 x 28; what leaves the paper is cut off (undo helps)."""
        if self._blank:
            return
        moved = _blank_image()
        painter = QPainter(moved)
        painter.drawImage(right * SHIFT, down * SHIFT, self._image)
        painter.end()
        self._replace(moved)

    def focus_rect(self) -> QRect:
        """Where the focus ring goes: round the paper."""
        return self._paper().toAlignedRect()

    def sizeHint(self) -> QSize:
        side = metrics.scaled(self.font(), SIDE_SCALE)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = metrics.scaled(self.font(), SMALLEST_SCALE)
        return QSize(side, side)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton) and not self._points:
            self._begin(event.position(), self._eraser or event.button() == Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._points:
            self._extend(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._points:
            self._finish(event.position())

    def tabletEvent(self, event: QTabletEvent) -> None:
        width = LIGHTEST_PRESSURE + (1 - LIGHTEST_PRESSURE) * event.pressure()
        if event.type() == QEvent.Type.TabletPress:
            erases = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(event.position(), self._eraser or erases, width)
        elif event.type() == QEvent.Type.TabletMove and self._points:
            self._extend(event.position(), width)
        elif event.type() == QEvent.Type.TabletRelease and self._points:
            self._finish(event.position(), width)
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Keep the pad's own keys from the window's shortcuts while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._knows(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = _ARROWS.get(event.key())
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.redo()
        elif event.key() in _CLEARS:
            self.clear()
        elif arrow is not None:
            self.shift(*arrow)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        paper, theme = self._paper(), self.theme
        edge = QPainterPath()
        edge.addRoundedRect(paper.adjusted(0.5, 0.5, -0.5, -0.5), metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        painter.save()
        painter.setClipPath(edge)
        painter.fillRect(paper, theme.color("digit_paper"))
        if self._blank:
            painter.setPen(theme.color("digit_ink", EMPTY_INK_ALPHA))
            painter.drawText(paper, Qt.AlignmentFlag.AlignCenter, EMPTY_TEXT)
        else:
            painter.drawImage(paper, self._tinted())
        painter.restore()
        painter.setPen(QPen(theme.color("line_strong"), metrics.LINE_PX))
        painter.drawPath(edge)

    def _paper(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _tinted(self) -> QImage:
        """The grey picture in the theme's paper and ink."""
        theme = self.theme
        paper, ink = (_rgb(theme.color(token)) for token in ("digit_paper", "digit_ink"))
        table = np.rint(paper + np.linspace(0, 1, 256)[:, None] * (ink - paper)).astype(np.uint8)
        colors = table[_pixels(self._image)]
        return QImage(colors.data, INK_SIDE, INK_SIDE, 4 * INK_SIDE, QImage.Format.Format_RGBX8888).copy()

    def _knows(self, event: QKeyEvent) -> bool:
        undoes = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        return undoes or event.key() in _CLEARS or event.key() in _ARROWS

    def _begin(self, position: QPointF, erases: bool, width: float = 1.0) -> None:
        self._remember()
        self._erases = erases
        self._points = [self._on_image(position)]
        dot = QPainterPath(self._points[0])
        dot.lineTo(self._points[0] + QPointF(0.01, 0))
        self._paint_stroke(dot, width)

    def _extend(self, position: QPointF, width: float = 1.0) -> None:
        """Curves run from middle to middle of the points, with the points as handles: no corners."""
        self._points.append(self._on_image(position))
        if len(self._points) == 2:
            path = QPainterPath(self._points[0])
            path.lineTo(_middle(*self._points))
        else:
            first, handle, last = self._points[-3:]
            path = QPainterPath(_middle(first, handle))
            path.quadTo(handle, _middle(handle, last))
        self._paint_stroke(path, width)

    def _finish(self, position: QPointF, width: float = 1.0) -> None:
        end = self._on_image(position)
        before = _middle(*self._points[-2:]) if len(self._points) > 1 else self._points[-1]
        path = QPainterPath(before)
        path.lineTo(self._points[-1])
        path.lineTo(end)
        if end != before:
            self._paint_stroke(path, width)
        self._points = []
        self._throttle.stop()
        self._pending = False
        self._blank = _is_blank(self._image)
        self._changed()

    def _on_image(self, position: QPointF) -> QPointF:
        paper = self._paper()
        return (position - paper.topLeft()) * (INK_SIDE / max(1.0, paper.width()))

    def _paint_stroke(self, path: QPainterPath, width: float) -> None:
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = Qt.GlobalColor.black if self._erases else Qt.GlobalColor.white
        factor = ERASER_FACTOR if self._erases else width
        pen = QPen(color, INK_SIDE * self._brush_share * factor)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.end()
        self._blank = self._blank and self._erases
        self.update()
        if self._throttle.isActive():
            self._pending = True
        else:
            self._throttle.start()
            self.drawn.emit()

    @Slot()
    def _on_throttle_timeout(self) -> None:
        if self._pending:
            self._pending = False
            self._throttle.start()
            self.drawn.emit()

    def _remember(self) -> None:
        self._undo.append(self._image.copy())
        del self._undo[:-MAX_UNDO]
        self._redo.clear()

    def _replace(self, image: QImage) -> None:
        self._remember()
        self._show(image)

    def _travel(self, source: list[QImage], other: list[QImage]) -> None:
        if source and not self._points:
            other.append(self._image)
            self._show(source.pop())

    def _show(self, image: QImage) -> None:
        self._image = image
        self._blank = _is_blank(image)
        self._changed()

    def _changed(self) -> None:
        self._describe()
        self.update()
        self.history_changed.emit()
        self.drawn.emit()

    def _describe(self) -> None:
        self.setAccessibleDescription(EMPTY_TEXT if self._blank else "There is a drawing")


_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CLEARS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


def _blank_image() -> QImage:
    image = QImage(INK_SIDE, INK_SIDE, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.black)
    return image


def _pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """A view of a grey picture's pixels, (280, 280)."""
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(INK_SIDE, image.bytesPerLine())
    return rows[:, :INK_SIDE]


def _is_blank(image: QImage) -> bool:
    return not _pixels(image).any()


def _middle(a: QPointF, b: QPointF) -> QPointF:
    return QPointF((a.x() + b.x()) / 2, (a.y() + b.y()) / 2)


def _rgb(color: QColor) -> npt.NDArray[np.float64]:
    return np.array([color.red(), color.green(), color.blue(), 255], dtype=np.float64)
