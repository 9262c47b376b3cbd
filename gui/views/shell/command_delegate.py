"""One row of the command palette: the path in grey, the name with the letters that were met in bold, the keys."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.domain.command_search import Match
from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.shell.commands import Command

COMMAND = Qt.ItemDataRole.UserRole
MATCH = Qt.ItemDataRole.UserRole + 1
CHECK_MARK = "✓ "


class CommandDelegate(QStyledItemDelegate):
    """Expects a ``Command`` and a ``Match`` in the roles ``COMMAND`` and ``MATCH``."""

    def __init__(self, themes: ThemeProvider, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, metrics.row_height(option.font))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        command, match = index.data(COMMAND), index.data(MATCH)
        if not isinstance(command, Command) or not isinstance(match, Match):
            return
        theme = self._themes.theme
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(theme.color("selection_edge"))
            painter.setBrush(theme.color("selection"))
            edge = option.rect.adjusted(0, 0, -1, -1)
            painter.drawRoundedRect(edge, metrics.CONTROL_RADIUS_PX, metrics.CONTROL_RADIUS_PX)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("hover"))
        area = option.rect.adjusted(metrics.GRID_PX, 0, -metrics.GRID_PX, 0)
        keys = self._paint_keys(painter, area, command.keys, option.font)
        self._paint_path(painter, area.adjusted(0, 0, -keys, 0), command, match, option.font)
        painter.restore()

    def _paint_keys(self, painter: QPainter, area: QRect, keys: str, font: QFont) -> int:
        """Paint the shortcut at the right end; returns the room that it takes."""
        painter.setFont(font)
        painter.setPen(self._themes.theme.color("ink_3"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, keys)
        return QFontMetrics(font).horizontalAdvance(keys) + metrics.GROUP_GAP_PX if keys else 0

    def _paint_path(self, painter: QPainter, area: QRect, command: Command, match: Match, font: QFont) -> None:
        """Menus grey, the name in ink, all grey where the command is not possible; cut off at the right end."""
        theme, path = self._themes.theme, command.path
        name_from = len(path) - len(command.name)
        enabled = command.action.isEnabled()
        bold = QFont(font)
        bold.setWeight(QFont.Weight.Bold)
        painter.setClipRect(area)
        x = area.left()
        if command.action.isCheckable():
            painter.setPen(theme.color("parameter_text" if enabled else "ink_3"))
            if command.action.isChecked():
                painter.drawText(QRect(x, area.top(), area.width(), area.height()), _LEFT, CHECK_MARK)
            x += QFontMetrics(font).horizontalAdvance(CHECK_MARK)
        looks = ((i in match.letters, i >= name_from) for i in range(len(path)))
        at = 0
        for (met, is_name), group in groupby(looks):
            text = path[at : at + len(list(group))]
            at += len(text)
            painter.setFont(bold if met else font)
            painter.setPen(theme.color("ink" if is_name and enabled else "ink_3"))
            painter.drawText(QRect(x, area.top(), area.width(), area.height()), _LEFT, text)
            x += QFontMetrics(painter.font()).horizontalAdvance(text)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
