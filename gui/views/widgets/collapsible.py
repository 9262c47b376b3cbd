"""A group that opens and closes: a flat button with an arrow, room for a control beside it, and a body."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.themed import rule


class _ArrowButton(QToolButton):
    """Space and Enter toggle; Right opens, Left closes."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle()
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self.setChecked(event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)


class Collapsible(QWidget):
    """Put contents into ``body``; a rule closes the group at the bottom."""

    expanded_changed = Signal(bool)

    def __init__(self, themes: ThemeProvider, title: str, expanded: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._name = themes, title
        self._arrow = _ArrowButton()
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._build(title)
        self._arrow.setChecked(expanded)
        self._on_toggled(expanded)
        self._arrow.toggled.connect(self._on_toggled)

    @property
    def expanded(self) -> bool:
        return self._arrow.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        self._arrow.setChecked(expanded)

    def add_header_widget(self, widget: QWidget) -> None:
        """Add a control at the right end of the title row."""
        self._header.addWidget(widget)

    @Slot(bool)
    def _on_toggled(self, expanded: bool) -> None:
        bind_icon(self._arrow, "chevron-down" if expanded else "chevron-right", self._themes, "ink_3")
        self._content.setVisible(expanded)
        self._arrow.setAccessibleDescription("expanded" if expanded else "collapsed")
        self._arrow.setToolTip(f"{'Close' if expanded else 'Open'} {self._name}")
        self.expanded_changed.emit(expanded)

    def _build(self, title: str) -> None:
        pad, half = metrics.CARD_PADDING_PX, metrics.HALF_PX
        arrow = self._arrow
        arrow.setText(title)
        arrow.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        arrow.setCheckable(True)
        arrow.setProperty("group", "true")
        arrow.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        arrow.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        arrow.setAccessibleName(title)
        arrow.setWhatsThis(
            f"Opens and closes the group “{title}”. What is closed keeps its settings and goes on working."
        )
        self._header = FlowLayout(metrics.HALF_PX)
        self._header.setContentsMargins(pad - half, half, pad, half)
        self._header.addWidget(arrow)
        self._header.add_stretch()
        self.body.setContentsMargins(pad, 0, pad, pad)
        self.body.setSpacing(metrics.GRID_PX)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, half, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self._header)
        outer.addWidget(self._content)
        outer.addWidget(rule())
