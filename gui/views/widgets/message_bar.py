"""The message bar: one sentence in place, above the content it belongs to, with at most one action."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from gui.views import metrics
from gui.views.icons import bind_icon, icon_pixmap
from gui.views.theme import Theme, ThemeProvider

EDGE_PX = 4


class MessageLevel(Enum):
    """What kind of message it is; the value is the icon that says so."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class MessageBar(QFrame):
    """Hidden while there is no message. The level shows in the edge, in the icon and in the accessible name."""

    action_triggered = Signal()
    closed = Signal()

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_bar")
        self._themes = themes
        self._level = MessageLevel.INFO
        self._icon = QLabel()
        self._text = QLabel()
        self._action = QPushButton()
        self._close = QToolButton()
        self._build()
        themes.theme_changed.connect(self._on_theme_changed)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def level(self) -> MessageLevel:
        return self._level

    def show_message(self, level: MessageLevel, sentence: str, action: str = "") -> None:
        """Show one sentence, in place of the last; ``action`` is the words on its one button, if it has one."""
        self._level = level
        self._text.setText(sentence)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._action.setAccessibleName(action)
        self._action.setToolTip(f"{sentence} {action}." if action else "")
        self._on_theme_changed(self._themes.theme)
        self._announce(sentence)
        self.show()

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
        self._action.setProperty("small", "true")
        self._action.clicked.connect(self.action_triggered)
        self._close.setProperty("flat", "true")
        self._close.setProperty("square", "true")
        side = metrics.icon_side(self.font())
        self._close.setIconSize(QSize(side, side))
        self._close.setAccessibleName("Close message")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self._on_close_clicked)
        bind_icon(self._close, "close", self._themes)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(metrics.PAGE_MARGIN_PX, metrics.HALF_PX, metrics.GRID_PX, metrics.HALF_PX)
        row.setSpacing(metrics.GRID_PX)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._text, 1)
        row.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignVCenter)
