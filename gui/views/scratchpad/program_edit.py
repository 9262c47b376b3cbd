"""The editor of the scratchpad: numbered lines, and beside each of them the value it gives and its gradient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from gui.domain.scratchpad.differentiate import LineValue
from gui.domain.scratchpad.nudge import nudged
from gui.domain.scratchpad.op_graph import sides_text
from gui.domain.scratchpad.tree import Fault
from gui.views.looks.metrics import HALF_PX, Role, role_font, scaled, tabular
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.value_items import cell_text
from gui.views.widgets.themed import ThemedWidget

WIDEST_VALUE, WIDEST_GRADIENT = "−00.0000", "−00.0000"
LISTED = 3
OWN_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)
LINE_COLORS = {"parameter": "parameter_text", "target": "trouble_text"}
NOTHING = "–"


def number_text(array: np.ndarray | None) -> str:
    """A value or gradient in a narrow column: the number, or the shape of an array."""
    if array is None:
        return NOTHING
    return cell_text(float(array), True) if array.ndim == 0 else sides_text(array.shape)


class LineColumns(ThemedWidget):
    """Painted beside the lines: their numbers on the left, or value and gradient on the right."""

    def __init__(self, themes: ThemeProvider, editor: ProgramEdit, name: str, is_right: bool) -> None:
        super().__init__(themes, editor)
        self._editor, self._is_right = editor, is_right
        self.setObjectName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.theme.color("field"))
        self._editor.paint_columns(painter, self, self._is_right)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and self._is_right:
            self._editor.show_tip_at(self, event)
            return True
        return super().event(event)


class ProgramEdit(QPlainTextEdit):
    """What is typed is said with ``typed``; ``line_entered`` says where the cursor is. Alt+Up and Alt+Down change the
    number under the cursor.
    """

    typed = Signal(str)
    line_entered = Signal(int)
    run_wanted = Signal()

    def __init__(self, themes: ThemeProvider, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._lines: dict[int, LineValue] = {}
        self._texts: dict[int, str] = {}
        self._faults: tuple[Fault, ...] = ()
        self._line = 0
        self._is_replacing = False
        self.setObjectName("scratchpad_edit")
        self.setAccessibleName("Program of the scratchpad")
        self.setToolTip("One line, one tensor: w = param(2.0), then y = w * w. Alt+Up and Alt+Down change a number")
        self.setWhatsThis(
            "Every line gives one tensor a name. A plain number or list is a constant; param(...) makes a parameter, "
            "which asks for its gradient. Known are + − * / ** @, exp, log, sqrt, abs, relu, sigmoid, tanh, matmul, "
            "and .sum, .mean, .max, .reshape, .T, .flatten, .broadcast_to. Alt+Up and Alt+Down change the number "
            "under the cursor, Ctrl+Enter runs the backward pass, Tab leaves the editor."
        )
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self._numbers = LineColumns(themes, self, "scratchpad_line_numbers", False)
        self._values = LineColumns(themes, self, "scratchpad_line_values", True)
        self._numbers.setAccessibleName("Line numbers")
        self._numbers.setToolTip("The number of the line; red where it cannot be read")
        self._numbers.setWhatsThis("Every line has a number, by which messages call it. A red one cannot be read.")
        self._values.setAccessibleName("Values and gradients of the lines")
        self._values.setToolTip("What the line gives, and the gradient of the last result with respect to it")
        self._values.setWhatsThis(
            "Beside every line stands its value, and in blue the gradient: how much the last result changes when this "
            "one does. Arrays are given by their shape; point at one to see its numbers."
        )
        self.setPlainText(text)
        self.textChanged.connect(self._on_text_changed)
        self.cursorPositionChanged.connect(self._on_cursor_moved)
        self.updateRequest.connect(self._on_update_request)
        themes.theme_changed.connect(self._on_looks_changed)
        themes.font_changed.connect(self._on_looks_changed)
        self._on_looks_changed()

    # -- what is shown ------------------------------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[LineValue]) -> None:
        """Value and gradient of every line."""
        self._lines = {each.line: each for each in lines}
        self._texts = {each.line: self.document().findBlockByNumber(each.line).text() for each in lines}
        self._values.update()
        self._mark()

    def show_faults(self, faults: tuple[Fault, ...]) -> None:
        """Underline what is wrong; values are those of the last good program."""
        self._faults = faults
        self._numbers.update()
        self._values.update()
        self._mark()

    def replace_text(self, text: str) -> None:
        """Hold another program; it can be taken back."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        self._is_replacing = True
        cursor.insertText(text)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._is_replacing = False

    def go_to(self, fault: Fault) -> None:
        """Put the cursor where something is wrong."""
        block = self.document().findBlockByNumber(fault.line)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(fault.column, max(block.length() - 1, 0)))
        self.setTextCursor(cursor)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self) -> None:
        """Colours of lines, the line of the cursor, and the places of faults."""
        theme = self._themes.theme
        here = QTextEdit.ExtraSelection()
        here.format.setBackground(theme.color("selection"))
        here.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        here.cursor = self.textCursor()
        here.cursor.clearSelection()
        marks = [here]
        wrong = {fault.line for fault in self._faults}
        for number in self._lines:
            line = self._line_at(number)
            if line is None:
                continue
            token = LINE_COLORS.get(line.kind)
            if token is not None and number not in wrong:
                marks.append(
                    self._selection(number, 0, -1, lambda found, token=token: found.setForeground(theme.color(token)))
                )
        marks += [self._selection(each.line, each.column, each.length, self._underline) for each in self._faults]
        self.setExtraSelections(marks)

    def _underline(self, found: QTextCharFormat) -> None:
        found.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        found.setUnderlineColor(self._themes.theme.color("trouble"))
        found.setBackground(self._themes.theme.color("trouble_tint"))

    def _selection(self, line: int, column: int, length: int, dress: object) -> QTextEdit.ExtraSelection:
        """A stretch of a line, to its end if ``length`` is -1; at its end the last character."""
        block = self.document().findBlockByNumber(line)
        last = max(block.length() - 1, 0)
        begin = min(column, max(last - 1, 0))
        end = last if length < 0 else min(max(begin + 1, column + length), last)
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        if block.isValid():
            cursor.setPosition(block.position() + begin)
            cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        found = QTextCharFormat()
        if callable(dress):
            dress(found)
        mark.format = found
        return mark

    # -- columns ------------------------------------------------------------------------------------------------------

    @property
    def column_font(self) -> QFont:
        return tabular(role_font(self._themes_font(), Role.TABLE_HEAD))

    def _themes_font(self) -> QFont:
        parent = self.parentWidget()
        return self.font() if parent is None else parent.font()

    def column_widths(self) -> tuple[int, int]:
        """Of the values and of the gradients."""
        letters, gap = QFontMetrics(self.column_font), 2 * HALF_PX
        return letters.horizontalAdvance(WIDEST_VALUE) + gap, letters.horizontalAdvance(WIDEST_GRADIENT) + gap

    def number_width(self) -> int:
        return QFontMetrics(self.column_font).horizontalAdvance("00") + 4 * HALF_PX

    def _blocks(self) -> list[tuple[int, QRectF]]:
        """The lines in sight with their places."""
        found = []
        block = self.firstVisibleBlock()
        while block.isValid():
            rect = self.blockBoundingGeometry(block)
            if rect.translated(self.contentOffset()).top() > self.viewport().height():
                break
            line = block.layout().lineAt(0)  # the last block would count the document's margin to itself
            rect.setHeight(line.height() if line.isValid() else rect.height())
            found.append((block.blockNumber(), rect.translated(self.contentOffset())))
            block = block.next()
        return found

    def paint_columns(self, painter: QPainter, widget: QWidget, is_right: bool) -> None:
        """Paint line numbers, or values and gradients, into one of the side widgets."""
        theme, wrong = self._themes.theme, {fault.line for fault in self._faults}
        painter.setFont(self.column_font)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        value_width, gradient_width = self.column_widths()
        for number, rect in self._blocks():
            place = QRectF(0, rect.top(), widget.width() - HALF_PX, rect.height())
            if number == self.textCursor().blockNumber():
                painter.fillRect(QRectF(0, rect.top(), widget.width(), rect.height()), theme.color("selection"))
            if not is_right:
                painter.setPen(QColor(theme.trouble_text if number in wrong else theme.ink_3))
                painter.drawText(place.adjusted(0, 0, -HALF_PX, 0), flags, str(number + 1))
                continue
            line = self._line_at(number)
            if line is None or number in wrong:
                continue
            tone = theme.ink if not self._faults else theme.ink_3
            painter.setPen(QColor(tone))
            painter.drawText(
                QRectF(0, rect.top(), value_width - HALF_PX, rect.height()), flags, number_text(line.value)
            )
            painter.setPen(QColor(theme.gradient_text if not self._faults else theme.ink_3))
            left = QRectF(value_width, rect.top(), gradient_width - HALF_PX, rect.height())
            painter.drawText(left, flags, number_text(line.gradient))

    def _line_at(self, number: int) -> LineValue | None:
        """What a line gives, if it is the line that was computed and has not been changed since."""
        block = self.document().findBlockByNumber(number)
        return self._lines.get(number) if self._texts.get(number) == block.text() else None

    def show_tip_at(self, widget: QWidget, event: QEvent) -> None:
        """The whole arrays of the line under the mouse."""
        if not isinstance(event, QHelpEvent):
            return
        line = next((n for n, rect in self._blocks() if rect.top() <= event.pos().y() < rect.bottom()), -1)
        found = self._line_at(line)
        QToolTip.showText(event.globalPos(), widget.toolTip() if found is None else line_tip(found), widget)

    # -- events -------------------------------------------------------------------------------------------------------

    @Slot()
    def _on_text_changed(self) -> None:
        self._need_scroll_bar()
        self.typed.emit(self.toPlainText())

    @Slot()
    def _on_cursor_moved(self) -> None:
        self._numbers.update()
        self._values.update()
        self._mark()
        line = self.textCursor().blockNumber()
        if line != self._line:
            self._line = line
            if not self._is_replacing:
                self.line_entered.emit(line)

    @Slot(QRect, int)
    def _on_update_request(self, rect: QRect, moved: int) -> None:
        for side in (self._numbers, self._values):
            if moved:
                side.scroll(0, moved)
            else:
                side.update()

    @Slot()
    def _on_looks_changed(self, _: object = None) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        base = self._themes_font()
        if base.pixelSize() > 0:
            font.setPixelSize(base.pixelSize())
        else:
            font.setPointSizeF(base.pointSizeF())
        self.document().setDefaultFont(font)
        self.setFont(font)
        self._place()
        self._mark()

    def _place(self) -> None:
        left, right = self.number_width(), sum(self.column_widths())
        self.setViewportMargins(left, 0, right, 0)
        area = self.contentsRect()
        bar = self.verticalScrollBar().width() if self.verticalScrollBar().isVisible() else 0
        self._numbers.setGeometry(area.left(), area.top(), left, area.height())
        self._values.setGeometry(area.right() + 1 - right - bar, area.top(), right, area.height())

        self._need_scroll_bar()

    def _need_scroll_bar(self) -> None:
        """A bar below only where a line is longer than there is room: Qt goes on counting the room that was before."""
        letters, document = QFontMetrics(self.font()), self.document()
        texts = (document.findBlockByNumber(number).text() for number in range(document.blockCount()))
        widest = max(map(letters.horizontalAdvance, texts), default=0) + 2 * round(document.documentMargin())
        policy = Qt.ScrollBarPolicy
        needed = widest > self.viewport().width()
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if needed else policy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def sizeHint(self) -> QSize:
        return QSize(scaled(self.font(), 24), scaled(self.font(), 12))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.number_width() + sum(self.column_widths()) + scaled(self.font(), 8), scaled(self.font(), 6))

    def event(self, event: QEvent) -> bool:
        """The arrow keys move the cursor here, and do not walk through the pass."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if steps and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._nudge(steps)
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.run_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _nudge(self, steps: int) -> None:
        """Change the number under the cursor; it can be taken back like anything that is typed."""
        cursor = self.textCursor()
        block = cursor.block()
        found = nudged(block.text(), cursor.position() - block.position(), steps)
        if found is None:
            return
        text, begin, end = found
        cursor.setPosition(block.position() + begin)
        cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        self.setTextCursor(cursor)


def line_tip(line: LineValue) -> str:
    """Name, shape, value and gradient of a line, as far as a tooltip has room."""
    with np.printoptions(precision=4, suppress=True, threshold=60, edgeitems=3):
        said = [f"{line.name} {sides_text(line.value.shape) if line.value.ndim else ''}", str(line.value)]
        if line.gradient is not None:
            said += ["gradient", str(line.gradient)]
    return "\n".join(said)
