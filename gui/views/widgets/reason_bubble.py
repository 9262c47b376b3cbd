"""Why a field's text is wrong, right beneath the field, for fields that have no line of their own for it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget
from shiboken6 import isValid

from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_role

WIDTH_SCALE = 15.0
PADDING_PX = 6
FOLLOWED = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})


class ReasonBubble(QObject):
    """Lays a sentence over what is beneath its field; it scrolls with the field and lets the mouse through."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field
        self._label: QLabel | None = None

    @property
    def label(self) -> QLabel | None:
        """The sentence on show, or None."""
        return self._label if self._label is not None and isValid(self._label) else None

    def show(self, reason: str) -> None:
        """Show a sentence; an empty one goes away."""
        label = self.label
        if not reason:
            if label is not None:
                label.hide()
                label.deleteLater()
            self._label = None
            return
        if label is None:
            label = self._made()
        label.setText(reason)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in FOLLOWED and self._label is not None:
            self._place()
        return False

    def _made(self) -> QLabel:
        host = _host(self._field)
        label = QLabel(host)
        label.setObjectName("reason_bubble")
        label.setProperty("card", "true")
        label.setProperty("tone", "trouble")
        set_role(label, metrics.Role.CAPTION)
        label.setWordWrap(True)
        label.setMargin(PADDING_PX)
        label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._field.destroyed.connect(label.deleteLater)
        link: QWidget | None = self._field
        while link is not None and link is not host:
            link.installEventFilter(self)
            link = link.parentWidget()
        self._label = label
        return label

    def _place(self) -> None:
        """Beneath the field, or above it where there is no room beneath, and within the host."""
        label, field = self.label, self._field
        host = None if label is None else label.parentWidget()
        if label is None or host is None:
            return
        width = min(metrics.scaled(field.font(), WIDTH_SCALE), host.width() - 2 * metrics.GRID_PX)
        height = label.heightForWidth(width)
        corner = field.mapTo(host, QPoint(0, field.height() + metrics.HALF_PX))
        if corner.y() + height > host.height():
            corner.setY(field.mapTo(host, QPoint(0, 0)).y() - height - metrics.HALF_PX)
        corner.setX(max(metrics.GRID_PX, min(corner.x(), host.width() - width - metrics.GRID_PX)))
        label.setGeometry(corner.x(), corner.y(), width, height)
        label.setVisible(field.isVisibleTo(host))
        label.raise_()


def _host(field: QWidget) -> QWidget:
    """The contents of the outermost scroll area round the field, else its window."""
    host = field.window()
    link: QWidget | None = field
    while link is not None and link is not host:
        viewport = link.parentWidget()
        if viewport is not None and isinstance(viewport.parentWidget(), QAbstractScrollArea):
            found = link
            link = viewport.parentWidget()
            if link is not None and not any(isinstance(above, QAbstractScrollArea) for above in _above(link)):
                return found
        else:
            link = viewport
    return host


def _above(widget: QWidget) -> list[QWidget]:
    found, link = [], widget.parentWidget()
    while link is not None:
        found.append(link)
        link = link.parentWidget()
    return found
