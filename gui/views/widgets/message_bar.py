"""The message bar: one sentence in place, above the content it belongs to, with the actions that answer it."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon, icon_pixmap
from gui.views.looks.theme import Theme, ThemeProvider

EDGE_PX = 4


class MessageLevel(Enum):
    """What kind of message it is; the value is the icon that says so."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class MessageBar(QFrame):
    """Hidden while there is no message. The level shows in the edge, in the icon and in the accessible name."""

    action_triggered = Signal(int)
    closed = Signal()

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._themes = themes
        self._level = MessageLevel.INFO
        self._icon = QLabel()
        self._text = QLabel()
        self._actions: list[QPushButton] = []
        self._close = QToolButton()
        self._build()
        themes.theme_changed.connect(self._on_theme_changed)
        themes.font_changed.connect(self._on_font_changed)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def level(self) -> MessageLevel:
        return self._level

    def show_message(self, level: MessageLevel, sentence: str, *actions: str) -> None:
        """Show one sentence, in place of the last; ``actions`` are the words on its buttons, the likeliest first."""
        self._level = level
        self._text.setText(sentence)
        for index in range(len(self._actions), len(actions)):
            self._add_action(index)
        for index, button in enumerate(self._actions):
            label = actions[index] if index < len(actions) else ""
            button.setText(label)
            button.setVisible(bool(label))
            button.setAccessibleName(label)
            button.setToolTip(f"{sentence} {label}." if label else "")
            button.setWhatsThis(f"Answers the message by doing what it says: {label}." if label else "")
        self._place_buttons(len(actions))
        self._on_theme_changed(self._themes.theme)
        self._announce(sentence)
        self.show()

    def _place_buttons(self, count: int) -> None:
        """One button stands beside the sentence; several would leave it no room, so they stand below it."""
        direction = QBoxLayout.Direction
        self._content.setDirection(direction.TopToBottom if count > 1 else direction.LeftToRight)
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignLeft if count > 1 else Qt.AlignmentFlag.AlignRight)

    def button(self, index: int = 0) -> QPushButton:
        """The button of an action."""
        return self._actions[index]

    def _add_action(self, index: int) -> None:
        button = QPushButton()
        button.setObjectName("message_action" if index == 0 else f"message_action_{index + 1}")
        button.setProperty("small", "true")
        button.clicked.connect(lambda _=False: self.action_triggered.emit(index))
        self._actions.append(button)
        self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    @Slot()
    def clear(self) -> None:
        """Take the message away, without ``closed``: the caller knows."""
        self._text.clear()
        self.setAccessibleName("")
        self.hide()

    @Slot()
    def _on_close_clicked(self) -> None:
        self.clear()
        self.closed.emit()

    @Slot(object)
    def _on_theme_changed(self, theme: Theme) -> None:
        side, ratio = metrics.icon_side(self.font()), self.devicePixelRatioF()
        self._icon.setPixmap(icon_pixmap(self._level.value, theme, side, token=self._token(), pixel_ratio=ratio))
        self.update()

    @Slot()
    def _on_font_changed(self) -> None:
        self._on_theme_changed(self._themes.theme)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, radius = self._themes.theme, metrics.CONTROL_RADIUS_PX
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setPen(QPen(theme.color("line_strong"), metrics.LINE_PX))
        painter.setBrush(theme.color("panel"))
        painter.drawPath(shape)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self._token()))
        painter.setClipRect(QRectF(0, 0, EDGE_PX, self.height()))
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)

    def _token(self) -> str:
        return "ink_2" if self._level is MessageLevel.INFO else "trouble"

    def _announce(self, sentence: str) -> None:
        spoken = f"{self._level.value.capitalize()}: {sentence}"
        self.setAccessibleName(spoken)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, spoken))

    def _build(self) -> None:
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close.setProperty("flat", "true")
        self._close.setProperty("square", "true")
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close this message")
        self._close.setWhatsThis("Takes the message away without doing what it offers. Nothing else changes.")
        self._close.clicked.connect(self._on_close_clicked)
        bind_icon(self._close, "close", self._themes)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(metrics.GRID_PX)
        self._content = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._content.setSpacing(metrics.HALF_PX)
        self._content.addWidget(self._text, 1)
        self._content.addLayout(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(metrics.PAGE_MARGIN_PX, metrics.HALF_PX, metrics.GRID_PX, metrics.HALF_PX)
        row.setSpacing(metrics.GRID_PX)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(self._content, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
        self._add_action(0)
