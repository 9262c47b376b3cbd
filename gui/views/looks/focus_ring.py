"""The focus ring: 2 px outside the control with a 1 px gap, round whatever has the keyboard focus.

A style (or a style sheet) may only paint inside its widget, so the ring is a widget of its own that lies over the
focused one, lets the mouse through and follows it. It scrolls and is clipped with the contents of a scroll area. A
widget opts out with the property ``focus_ring`` = False, and names a smaller area than itself with a method
``focus_rect() -> QRect``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QComboBox, QWidget
from shiboken6 import isValid

from gui.views.looks import metrics

if TYPE_CHECKING:
    from gui.views.looks.theme import ThemeProvider

REACH_PX = metrics.FOCUS_RING_PX + metrics.FOCUS_GAP_PX
FOLLOWED = frozenset(
    {QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ZOrderChange}
)


class FocusRing(QObject):
    """Keeps one ring round the focused widget of an application."""

    def __init__(self, themes: ThemeProvider, application: QApplication) -> None:
        super().__init__(themes)
        self._themes = themes
        self._target: QWidget | None = None
        self._host: QWidget | None = None
        self._frame: _RingFrame | None = None
        self._followed: list[QWidget] = []
        application.focusChanged.connect(self._on_focus_changed)
        themes.theme_changed.connect(self._on_theme_changed)

    def frame(self) -> QWidget | None:
        """The visible ring, or None."""
        return self._frame if self._frame is not None and isValid(self._frame) else None

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._drop()
        target = _outer(new)
        if target is None or target.isWindow() or target.property("focus_ring") is False:
            return
        host = _host(target)
        self._target, self._host, self._frame = target, host, _RingFrame(self._themes, host)
        link: QWidget | None = target
        while link is not None:
            link.installEventFilter(self)
            self._followed.append(link)
            link = None if link is host else link.parentWidget()
        self._place()

    @Slot(object)
    def _on_theme_changed(self, _theme: object) -> None:
        frame = self.frame()
        if frame is not None:
            frame.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in FOLLOWED:
            self._place()
        return False

    def _drop(self) -> None:
        for widget in self._followed:
            if isValid(widget):
                widget.removeEventFilter(self)
        frame = self.frame()
        if frame is not None:
            frame.hide()
            frame.deleteLater()
        self._followed, self._target, self._host, self._frame = [], None, None, None

    def _place(self) -> None:
        frame, target, host = self.frame(), self._target, self._host
        if frame is None or target is None or host is None or not isValid(target):
            return
        inner = target.focus_rect() if hasattr(target, "focus_rect") else target.rect()
        area = QRect(target.mapTo(host, QPoint(0, 0)) + inner.topLeft(), inner.size())
        frame.setGeometry(area.adjusted(-REACH_PX, -REACH_PX, REACH_PX, REACH_PX))
        frame.setVisible(target.isVisibleTo(host))
        frame.raise_()


class _RingFrame(QWidget):
    """The ring itself."""

    def __init__(self, themes: ThemeProvider, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setObjectName("focus_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = metrics.FOCUS_RING_PX
        painter.setPen(QPen(self._themes.theme.color("accent_line"), width))
        radius = metrics.CONTROL_RADIUS_PX + REACH_PX - width / 2
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)


def _outer(widget: QWidget | None) -> QWidget | None:
    """The control a person sees: the combo box or spin box round its own line edit."""
    parent = widget.parentWidget() if widget is not None else None
    return parent if isinstance(parent, QComboBox | QAbstractSpinBox) else widget


def _host(target: QWidget) -> QWidget:
    """The widget whose child the ring becomes: the window, or the scrolled contents around the target."""
    host = target
    while (parent := host.parentWidget()) is not None and (host is target or not _bounds(host)):
        host = parent
    return host


def _bounds(widget: QWidget) -> bool:
    """Whether a ring must stay within this widget: a window, a viewport, or the contents that a viewport shows."""
    parent = widget.parentWidget()
    if widget.isWindow() or parent is None:
        return True
    return isinstance(parent, QAbstractScrollArea) or isinstance(parent.parentWidget(), QAbstractScrollArea)
