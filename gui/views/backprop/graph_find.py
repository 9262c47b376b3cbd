"""The find bar of a drawn graph: type a name, Enter goes to the next hit, which is centred and outlined."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from gui.domain.backprop.graph_search import find_ops
from gui.views.backprop.graph_items import OpItem
from gui.views.backprop.graph_scene import GraphScene
from gui.views.backprop.graph_view import GraphView
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import text_label

FIELD_LINES = 9.0
NOTHING = "nothing found"


class FindBar(QWidget):
    """Opens with ``open``; Esc closes it and gives the focus back to the graph."""

    closed = Signal()

    def __init__(self, themes: ThemeProvider, scene: GraphScene, view: GraphView) -> None:
        super().__init__()
        self._scene, self._view = scene, view
        self._hits: tuple[int, ...] = ()
        self._at = -1
        self._outlined: OpItem | None = None
        name = view.objectName()
        self.setObjectName(f"{name}_find_bar")
        self.field = QLineEdit()
        self.count = text_label("", tone="secondary")
        self._build(themes, name)
        self.field.textChanged.connect(self._on_text_changed)
        scene.laid_out.connect(self._on_laid_out)
        self.hide()

    def _build(self, themes: ThemeProvider, name: str) -> None:
        self.field.setObjectName(f"{name}_find_edit")
        self.field.setAccessibleName("Find in the graph")
        self.field.setPlaceholderText("dense 2, W2, softmax")
        self.field.setToolTip("Find an op by its name, its size, its output or a parameter. Enter: next, Esc: close")
        self.field.setWhatsThis(
            "Type part of an op's name or size, or the name of an output or a parameter, such as “dense 2”, “784” or "
            "“W2”. Enter goes to the next op found, Shift+Enter to the one before, Esc closes the bar."
        )
        set_least_size(self.field, width=FIELD_LINES)
        self.count.setObjectName(f"{name}_find_count")
        self.count.setAccessibleName("Number of ops found")
        self.count.setToolTip("Which of the ops found is shown")
        self.count.setWhatsThis("Which of the ops that were found is in the middle now, and how many there are.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.LABEL_GAP_PX)
        row.addWidget(self.field, 1)
        row.addWidget(self.count, 0)
        for icon, text, slot in (
            ("up", "Previous hit", self.go_back),
            ("down", "Next hit", self.go_on),
            ("close", "Close the find bar", self.close_bar),
        ):
            row.addWidget(self._button(themes, f"{name}_find_{icon}", icon, text, slot))

    @staticmethod
    def _button(themes: ThemeProvider, name: str, icon: str, text: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("square", "true")
        button.setProperty("flat", "true")
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setWhatsThis(f"{text}. The field beside it says what is looked for in the recorded graph.")
        button.clicked.connect(slot)
        bind_icon(button, icon, themes)
        return button

    @property
    def hits(self) -> tuple[int, ...]:
        """The ops that are found, in recorded order."""
        return self._hits

    @Slot()
    def open(self) -> None:
        """Show the bar and take the focus."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._search()

    @Slot()
    def close_bar(self) -> None:
        self._outline(None)
        self._hits, self._at = (), -1
        if not self.isHidden():
            self.hide()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            self.closed.emit()

    @Slot()
    def go_on(self) -> None:
        """Go to the next hit, from the last one to the first."""
        self._go(1)

    @Slot()
    def go_back(self) -> None:
        self._go(-1)

    def _go(self, step: int) -> None:
        if self._hits:
            self._at = (self._at + step) % len(self._hits)
            item = self._scene.item_of(self._hits[self._at])
            self._outline(item)
            if item is not None:
                self._view.look_at(item)
        self._say()

    @Slot()
    def _on_text_changed(self) -> None:
        self._search()
        if self._hits:
            self.go_on()

    @Slot()
    def _on_laid_out(self) -> None:
        """The items are others now, perhaps of another network."""
        self._outlined = None
        if not self.isHidden():
            self._search()

    def _search(self) -> None:
        trace = self._scene.trace
        self._outline(None)
        self._hits = () if trace is None else find_ops(trace, self.field.text())
        self._at = -1
        self._say()

    def _say(self) -> None:
        if not self.field.text().strip():
            self.count.setText("")
        elif not self._hits:
            self.count.setText(NOTHING)
        else:
            self.count.setText(f"{max(self._at, 0) + 1} of {len(self._hits)}")

    def _outline(self, item: OpItem | None) -> None:
        if self._outlined is not None:
            self._outlined.set_found(False)
        self._outlined = item
        if item is not None:
            item.set_found(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)
