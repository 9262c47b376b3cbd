"""The network at work: every unit with what it responds to over the plane, the weights as lines between them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.domain.network_layout import NetworkLayout, network_layout
from gui.state.playground import Answer, PlaygroundState
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import Role
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.playground.unit_atlas import UnitAtlas, square
from gui.views.playground.weight_lines import WeightLines, weight_at
from gui.views.widgets.numbers import short_number
from gui.views.widgets.themed import ThemedWidget

LEAST_WIDTH_LINES, LEAST_LINES = 14.0, 10.0
RADIUS_SHARE = 0.09  # of a square
INPUT_NAMES = ("x₁", "x₂")
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Down: (0, 1),
    Qt.Key.Key_Up: (0, -1),
}


class NetworkPicture(ThemedWidget):
    """Shows the answer of ``PlaygroundState``; ``pointed_at`` says in words which unit or weight is pointed at."""

    pointed_at = Signal(str)

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._state = state
        self._layout: NetworkLayout | None = None
        self._atlas: UnitAtlas | None = None
        self._lines = WeightLines()
        self._words: tuple[tuple[object, ...], QPixmap] | None = None
        self._title_lines = 1
        self._shown: Answer | None = None
        self._current: tuple[int, int] | None = None
        self.setObjectName("network_picture")
        self.setAccessibleName("What each unit responds to")
        self.setToolTip("Point at a unit or a line for its numbers; the arrow keys go from unit to unit")
        self.setWhatsThis(
            "Every square is the plane as one unit sees it: dark where its response is above 0, brown below. The lines "
            "are the weights: green and solid above 0, brown and dashed below, wide where they are large."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        set_least_size(self, LEAST_WIDTH_LINES, LEAST_LINES)
        themes.font_changed.connect(self._on_font_changed)

    @property
    def layout_of_units(self) -> NetworkLayout | None:
        """Where every unit is drawn; None while there is no network."""
        return self._layout

    @property
    def limits(self) -> tuple[float, ...]:
        """The size at which the colours of each column end."""
        return () if self._atlas is None else self._atlas.limits

    def is_of(self, answer: Answer | None) -> bool:
        """Whether what is drawn is of the same network, with other weights at most."""
        return answer is not None and self._shown is not None and answer.columns == self._shown.columns

    def show_answer(self, answer: Answer | None) -> None:
        """Draw a network with what it answers; nothing for None."""
        before, self._shown = self._shown, answer
        if answer is None:
            self._layout = self._atlas = None
            self.setAccessibleDescription(self._state.note)
        else:
            if before is None or before.columns != answer.columns or self._layout is None:
                self._lay_out(answer)
            self._make_atlas(answer)
        self.update()

    def _lay_out(self, answer: Answer) -> None:
        line = QFontMetricsF(self.role_font(Role.CAPTION)).height()
        width = self.width() / len(answer.columns) - metrics.HALF_PX
        head = QFontMetricsF(self.role_font(Role.TABLE_HEAD))
        self._title_lines = 1 if all(head.horizontalAdvance(each.title) <= width for each in answer.columns) else 2
        top = (self._title_lines + 0.5) * line
        units = [column.units for column in answer.columns]
        self._layout = network_layout(units, self.width(), top, self.height() - metrics.HALF_PX, line)
        self._lines.forget()
        self._words = None
        if self._current is not None and not self._has(*self._current):
            self._current = None

    def _make_atlas(self, answer: Answer) -> None:
        assert self._layout is not None
        is_decision = bool(self._state.class_names)
        self._atlas = UnitAtlas(self.theme, answer.responses, self._layout, is_decision)

    def _remake(self) -> None:
        if self._shown is not None:
            self._lay_out(self._shown)
            self._make_atlas(self._shown)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._remake()

    def _on_theme_changed(self, theme: Theme) -> None:
        self._remake()

    @Slot()
    def _on_font_changed(self) -> None:
        self._remake()

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        answer, layout = self._shown, self._layout
        if answer is None or layout is None or self._atlas is None:
            self._paint_note(painter)
            return
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(QPoint(0, 0), self._lines.picture(self.theme, layout, answer.matrices, self.size(), ratio))
        self._paint_units(painter, layout, self._atlas)
        painter.drawPixmap(QPoint(0, 0), self._frames_and_words(answer, layout, ratio))
        if self._current is not None and self.hasFocus():
            painter.setPen(QPen(self.theme.color("accent_line"), metrics.FOCUS_RING_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.area_of(*self._current).adjusted(-2, -2, 2, 2))
        painter.end()

    def _paint_note(self, painter: QPainter) -> None:
        """Why there is no network to see."""
        painter.setFont(self.role_font(Role.BODY))
        painter.setPen(self.theme.color("ink_3"))
        area = self.rect().adjusted(metrics.GRID_PX, 0, -metrics.GRID_PX, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._state.note)
        painter.end()

    def area_of(self, column: int, unit: int) -> QRectF:
        """The square of a unit."""
        assert self._layout is not None
        side, drawn = self._layout.side, self._layout.columns[column]
        return QRectF(drawn.x - side / 2, drawn.middles[unit] - side / 2, side, side)

    def _paint_units(self, painter: QPainter, layout: NetworkLayout, atlas: UnitAtlas) -> None:
        """On whole pixels: an image between them takes seven times as long."""
        image = atlas.image
        for number, column in enumerate(layout.columns):
            for unit in range(len(column.middles)):
                painter.drawImage(self.area_of(number, unit).toRect(), image, atlas.area(number, unit))

    def _frames_and_words(self, answer: Answer, layout: NetworkLayout, ratio: float) -> QPixmap:
        """What stays as it is while the network trains, as a picture that is kept."""
        key = (answer.columns, self._state.class_names, ratio)
        if self._words is None or self._words[0] != key:
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_frames(painter, layout)
            self._paint_words(painter, answer, layout)
            painter.end()
            self._words = (key, picture)
        return self._words[1]

    def _paint_frames(self, painter: QPainter, layout: NetworkLayout) -> None:
        painter.setPen(QPen(self.theme.color("ink_2"), metrics.LINE_PX))
        radius = RADIUS_SHARE * layout.side
        for number, column in enumerate(layout.columns):
            for unit in range(len(column.middles)):
                painter.drawRoundedRect(QRectF(self.area_of(number, unit).toRect()), radius, radius)

    def _paint_words(self, painter: QPainter, answer: Answer, layout: NetworkLayout) -> None:
        head, caption = self.role_font(Role.TABLE_HEAD), self.role_font(Role.CAPTION)
        line = QFontMetricsF(caption).height()
        width = layout.column_width - metrics.HALF_PX
        for number, (column, drawn) in enumerate(zip(answer.columns, layout.columns, strict=True)):
            left = drawn.x - width / 2
            titles = column.title.split(", ") if self._title_lines > 1 else [column.title]
            for place, title in enumerate(titles[: self._title_lines]):
                self._write(painter, QRectF(left, place * line, width, line), title, head, "ink")
            for unit, name in enumerate(self._names(number)[: len(drawn.middles)]):
                below = drawn.middles[unit] + layout.side / 2
                room = drawn.middles[unit + 1] - layout.side / 2 if unit + 1 < len(drawn.middles) else self.height()
                if room - below >= line:
                    self._write(painter, QRectF(left, below, width, line), name, caption, "ink_2")
            if drawn.hidden:
                area = QRectF(left, self.height() - line, width, line)
                self._write(painter, area, f"+ {drawn.hidden:,} more", caption, "ink_2")

    def _write(self, painter: QPainter, area: QRectF, text: str, font: QFont, tone: str) -> None:
        """Write a line in the middle of this area, its end left out where it is too narrow."""
        painter.setFont(font)
        painter.setPen(self.theme.color(tone))
        short = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, short)

    def _names(self, column: int) -> tuple[str, ...]:
        """The names of the units of a column: inputs and classes have some."""
        assert self._shown is not None
        if column == 0:
            return INPUT_NAMES if self._shown.columns[0].units == len(INPUT_NAMES) else ("x",)
        if column == len(self._shown.columns) - 1:
            return self._state.class_names or ("y",)
        return ()

    # -- pointing -----------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed_at.emit(self.text_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit("")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.text_at(QPointF(event.pos())) or self.toolTip()
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def text_at(self, position: QPointF) -> str:
        """The unit or the weight that is drawn here, in words; empty for none."""
        if self._layout is None:
            return ""
        unit = self._layout.unit_at(position.x(), position.y())
        if unit is not None:
            return self.unit_text(*unit)
        weight = weight_at(self._layout, position.x(), position.y())
        return "" if weight is None else self.weight_text(*weight)

    def unit_text(self, column: int, unit: int) -> str:
        """A unit with the least and the greatest number of its map."""
        assert self._shown is not None
        values = square(self._shown.responses.columns[column])[..., unit]
        if not np.isfinite(values).all():
            return f"{self._unit_name(column, unit)}: not finite everywhere"
        low, high = short_number(float(values.min())), short_number(float(values.max()))
        return f"{self._unit_name(column, unit)}: from {low} to {high}"

    def weight_text(self, column: int, unit: int, other: int) -> str:
        """A weight with the two units that it joins."""
        assert self._shown is not None
        value = float(self._shown.matrices[column][unit, other])
        names = f"{self._unit_name(column, unit)} → {self._unit_name(column + 1, other)}"
        return f"{names}: w = {short_number(value)}"

    def _unit_name(self, column: int, unit: int) -> str:
        assert self._shown is not None
        names = self._names(column)
        if unit < len(names):
            return names[unit]
        title = self._shown.columns[column].title.split(",")[0]
        return f"{title}, unit {unit + 1}"

    # -- the keys -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._layout is None:
            super().keyPressEvent(event)
            return
        column, unit = self._current if self._current is not None else (0, 0)
        if self._current is not None:
            column = min(max(column + step[0], 0), len(self._layout.columns) - 1)
            unit = min(max(unit + step[1], 0), len(self._layout.columns[column].middles) - 1)
        self._choose((column, unit))

    def _has(self, column: int, unit: int) -> bool:
        assert self._layout is not None
        return column < len(self._layout.columns) and unit < len(self._layout.columns[column].middles)

    def _choose(self, unit: tuple[int, int] | None) -> None:
        self._current = unit
        text = "" if unit is None else self.unit_text(*unit)
        self.setAccessibleDescription(text)
        self.pointed_at.emit(text)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._choose(None)

    def sizeHint(self) -> QSize:
        return QSize(metrics.scaled(self.font(), 30), metrics.scaled(self.font(), 20))
