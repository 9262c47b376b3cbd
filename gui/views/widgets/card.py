"""A card: a header row with title, caption and room for controls, a body, and a sentence while there is nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import elided_label, text_label


class Card(QFrame):
    """``QFrame[card="true"]``: put contents into ``body``, header controls in with ``add_header_widget``."""

    empty_action_triggered = Signal()

    def __init__(self, themes: ThemeProvider, title: str, caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setProperty("card", "true")
        self._title = text_label(title, metrics.Role.TITLE)
        self._caption = elided_label(caption, metrics.Role.CAPTION, "caption")
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._empty_text = text_label("", tone="caption")
        self._empty_button = QPushButton()
        self._shown_empty: tuple[str | None, str | None] = (None, None)
        self._stack = QStackedLayout()
        self._build()
        self.set_title(title)
        self.set_caption(caption)

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_caption(self, caption: str) -> None:
        """The grey words after the title; none when empty."""
        self._caption.setText(caption)
        self._caption.setVisible(bool(caption))

    def add_header_widget(self, widget: QWidget) -> None:
        """Add a control at the right end of the header row."""
        self._header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_leading_widget(self, widget: QWidget) -> None:
        """Put a control at the left end of the header, before the title."""
        self._header.insertWidget(0, widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_empty(self, sentence: str | None, button: str | None = None) -> None:
        """Show one grey sentence, with a button if named, in place of the body; None shows the body again."""
        if (sentence, button) == self._shown_empty:
            return
        self._shown_empty = (sentence, button)
        self._empty_text.setText(sentence or "")
        self._empty_button.setText(button or "")
        self._empty_button.setAccessibleName(button or "")
        self._empty_button.setToolTip(f"{sentence} {button}." if button else "")
        self._empty_button.setWhatsThis(
            f"Nothing is here yet. The button does what brings it about: {button}." if button else ""
        )
        self._empty_button.setVisible(bool(button))
        self._stack.setCurrentIndex(0 if sentence is None else 1)

    @property
    def is_empty(self) -> bool:
        return self._stack.currentIndex() == 1

    def _build(self) -> None:
        pad, half = metrics.CARD_PADDING_PX, metrics.HALF_PX
        header = QWidget()
        fix_size(header, height=metrics.HEADER_SCALE)
        self._header = QHBoxLayout(header)
        self._header.setContentsMargins(pad, half, pad, half)
        self._header.setSpacing(metrics.LABEL_GAP_PX)
        self._header.addWidget(self._title)
        self._header.addWidget(self._caption)
        self._header.addStretch(1)
        self.body.setContentsMargins(pad, 0, pad, pad)
        self.body.setSpacing(metrics.GRID_PX)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        outer.addWidget(header)
        outer.addLayout(self._stack, 1)  # before its pages: a page without a parent would flash up as a window
        self._stack.addWidget(self._content)
        self._stack.addWidget(self._build_empty())

    def _build_empty(self) -> QWidget:
        self._empty_button.setProperty("small", "true")
        self._empty_button.hide()
        self._empty_button.clicked.connect(self.empty_action_triggered)
        empty = QWidget()
        row = QHBoxLayout(empty)
        pad = metrics.CARD_PADDING_PX
        row.setContentsMargins(pad, 0, pad, pad)
        row.setSpacing(metrics.PAGE_MARGIN_PX)
        row.addStretch(1)
        row.addWidget(self._empty_text, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._empty_button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        return empty
