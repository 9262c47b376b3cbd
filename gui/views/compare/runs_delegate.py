"""How a cell of the table of runs is painted: a check box, a piece of the run's line with its name, or a text."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.domain.kept_run import LONGEST_RUN_NAME, KeptRun
from gui.domain.run_table import COLUMNS
from gui.views.compare.run_styles import SAMPLE_PX, paint_sample
from gui.views.compare.runs_model import IS_BASELINE, LEFT, NAME_COLUMN, RIGHT, RUN, SHOWN_COLUMN, AnyIndex
from gui.views.looks import metrics
from gui.views.looks.icons import paint_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider

BOX_SCALE = 0.9
BASELINE = "baseline"
PAD = metrics.GRID_PX


class RunsDelegate(QStyledItemDelegate):
    """Paints every cell, so that rows look alike in every style; a name is edited beside its line."""

    def __init__(self, themes: ThemeProvider, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._text_font: tuple[QFont, QFont, QFontMetrics] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        theme, area = self._themes.theme, option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.color("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.color("hover", 0.5))
        painter.setPen(QPen(theme.color("line"), metrics.LINE_PX))
        painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right() + 1, area.bottom() + 0.5))
        if index.column() == SHOWN_COLUMN:
            self._paint_box(painter, box_rect(option), index)
        elif index.column() == NAME_COLUMN:
            self._paint_name(painter, option, index)
        else:
            self._paint_text(painter, option, index)
        painter.restore()

    def _paint_box(self, painter: QPainter, box: QRect, index: AnyIndex) -> None:
        theme = self._themes.theme
        is_on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        painter.setPen(QPen(theme.color("accent_edge" if is_on else "line_strong"), metrics.LINE_PX))
        painter.setBrush(theme.color("accent" if is_on else "field"))
        area = QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, 3, 3)
        if is_on:
            painter.setPen(QPen(theme.color("on_accent"), 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
            side, corner = area.width(), area.topLeft()
            tick = ((0.24, 0.52), (0.43, 0.71), (0.77, 0.30))
            painter.drawPolyline(QPolygonF([corner + QPointF(x * side, y * side) for x, y in tick]))

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        run, theme = index.data(RUN), self._themes.theme
        if not isinstance(run, KeptRun):
            return
        is_baseline = bool(index.data(IS_BASELINE))
        area = QRectF(option.rect).adjusted(PAD, 0, -PAD, 0)
        sample = QRectF(area.left(), area.top(), SAMPLE_PX, area.height())
        paint_sample(painter, theme, run.color, sample, metrics.BASELINE_PX if is_baseline else metrics.RUN_CURVE_PX)
        area.setLeft(sample.right() + PAD)
        font = metrics.role_font(option.font, Role.TITLE)
        room = QFontMetrics(font).horizontalAdvance(run.name) + self._chip_width(option.font)
        word = BASELINE if is_baseline and area.width() >= room else ""
        chip = self._chip_width(option.font, word) if is_baseline else 0
        name = QFontMetrics(font).elidedText(run.name, Qt.TextElideMode.ElideRight, round(area.width() - chip))
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        if is_baseline:
            area.setLeft(area.left() + QFontMetrics(font).horizontalAdvance(name) + PAD)
            self._paint_chip(painter, area, word, option.font)

    def _paint_chip(self, painter: QPainter, area: QRectF, word: str, base: QFont) -> None:
        """At the left of ``area``; where there is little room, the pin without the word."""
        theme, font = self._themes.theme, metrics.role_font(base, Role.CAPTION)
        height, icon = metrics.chip_height(base), 0.8 * QFontMetrics(font).height()
        chip = QRectF(area.left(), area.center().y() - height / 2, self._chip_width(base, word) - PAD, height)
        painter.setPen(QPen(theme.color("line_strong"), metrics.LINE_PX))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(chip, height / 2, height / 2)
        paint_icon(painter, QRectF(chip.left() + PAD, chip.center().y() - icon / 2, icon, icon), "pin", theme)
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        text = chip.adjusted(PAD + icon + metrics.HALF_PX, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, word)

    @staticmethod
    def _chip_width(base: QFont, word: str = BASELINE) -> int:
        """With the gap before it."""
        font = QFontMetrics(metrics.role_font(base, Role.CAPTION))
        text = font.horizontalAdvance(word) + metrics.HALF_PX if word else 0
        return round(text + 0.8 * font.height() + 3 * PAD)

    def _paint_text(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        area = option.rect.adjusted(PAD, 0, -PAD, 0)
        font, room = self._font(option.font)
        text = room.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width() + 1)
        painter.setFont(font)
        painter.setPen(self._themes.theme.color("ink"))
        painter.drawText(area, RIGHT if COLUMNS[index.column() - 1].is_number else LEFT, text)

    def _font(self, base: QFont) -> tuple[QFont, QFontMetrics]:
        """The font of the texts; kept, because every cell asks for it."""
        if self._text_font is None or self._text_font[0] != base:
            font = metrics.tabular(base)
            self._text_font = QFont(base), font, QFontMetrics(font)
        return self._text_font[1:]

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, metrics.row_height(option.font))

    def name_widths(self, base: QFont, runs: Iterable[KeptRun], baseline: str | None) -> list[int]:
        """How much room each name needs with its line, and with the word for the baseline."""
        room, word = QFontMetrics(metrics.role_font(base, Role.TITLE)), self._chip_width(base)
        beside = SAMPLE_PX + 4 * PAD
        return [room.horizontalAdvance(run.name) + beside + (word if run.id == baseline else 0) for run in runs]

    # -- editing a name -----------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        field = QLineEdit(parent)
        field.setObjectName("run_name_field")
        field.setAccessibleName("Name of the run")
        field.setToolTip("Enter keeps the name, Escape leaves it as it was")
        field.setWhatsThis(
            "The name under which the run appears in the table and in the plots. It changes nothing else."
        )
        field.setMaxLength(LONGEST_RUN_NAME)
        return field

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        """Also called when the run is kept anew; what has been typed meanwhile stays."""
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        editor.setGeometry(option.rect.adjusted(SAMPLE_PX + PAD, 0, 0, 0))

    def editorEvent(
        self, event: QEvent, model: object, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> bool:
        return False  # the table sets check boxes itself, without marking the row


def box_rect(option: QStyleOptionViewItem) -> QRect:
    """Where the check box of a row is."""
    side = metrics.scaled(option.font, BOX_SCALE)
    box = QRect(0, 0, side, side)
    box.moveCenter(option.rect.center())
    return box
