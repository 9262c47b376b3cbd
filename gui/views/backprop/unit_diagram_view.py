"""The hand check: a small network unit by unit, every weight in its place, to be set with one click."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.domain.backprop.decimals import decimal_text
from gui.domain.backprop.unit_diagram import UnitDiagram, UnitPlace, WeightPlace, label_rows
from gui.domain.label_layout import spread
from gui.views.looks.metrics import CARD_PADDING_PX, GRID_PX, HALF_PX, Role, scaled
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.number_field import NumberField
from gui.views.widgets.themed import ThemedWidget

UNIT_LINES, BIAS_LINES, BESIDE_LINES = 3.4, 2.7, 6.4
LEAST_WIDTH = 60.0
DIGITS = (9, 6, 4, 3)
GRADIENT_DIGITS = 6
LARGEST_WEIGHT = 1e6
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class UnitDiagramView(ThemedWidget):
    """Click a number, or choose it with Up and Down and press Enter, type another, press Enter: that is the weight now.

    ``weight_set`` carries the place and the value.
    """

    weight_set = Signal(object, float)

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._diagram: UnitDiagram | None = None
        self._decimals = 9
        self._boxes: list[QRectF] = []
        self._current = 0
        self._editor: NumberField | None = None
        self.setObjectName("hand_check")
        self.setAccessibleName("Hand check: every weight of the network")
        self.setToolTip("Click a weight or a bias to set it; Up and Down choose one, Enter opens it")
        self.setWhatsThis(
            "A small network unit by unit. Black is what goes forward, blue the gradient of the loss, green the weight "
            "after the update. Click a weight or a bias, type another number and press Enter: the whole pass is "
            "computed again. With it a sum from a book can be checked digit by digit."
        )
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)

    def show_diagram(self, diagram: UnitDiagram | None, decimals: int) -> None:
        """Show a network as far as the walk has come."""
        self._diagram, self._decimals = diagram, decimals
        if diagram is None or self._current >= len(diagram.weights):
            self._current = 0
        self._place()
        self._describe()
        self.updateGeometry()
        self.update()

    @property
    def weights(self) -> tuple[WeightPlace, ...]:
        """What can be set, in the order of Up and Down."""
        return () if self._diagram is None else self._diagram.weights

    def rect_of(self, name: str) -> QRectF:
        """Where the number of a weight stands."""
        return next(box for box, weight in zip(self._boxes, self.weights, strict=True) if weight.name == name)

    def sizeHint(self) -> QSize:
        return QSize(scaled(self.font(), LEAST_WIDTH), round(self._least_height()))

    def minimumSizeHint(self) -> QSize:
        columns = 2 if self._diagram is None else len(self._diagram.units)
        return QSize(round(self._needed_width(columns, DIGITS[-1])), round(self._least_height()))

    # -- places -------------------------------------------------------------------------------------------------------

    def _line(self) -> float:
        return QFontMetricsF(self.role_font(Role.CAPTION)).height()

    def _least_height(self) -> float:
        """Every unit with its bias below it."""
        rows = max((len(column) for column in self._diagram.units), default=2) if self._diagram is not None else 2
        return rows * (UNIT_LINES + BIAS_LINES) * self._line() + 2 * GRID_PX

    def _unit_width(self, digits: int) -> float:
        return QFontMetricsF(self.role_font(Role.CAPTION)).horizontalAdvance(f"net −0.{'0' * digits}") + 2 * GRID_PX

    def _label_width(self, digits: int) -> float:
        """As wide as the widest number that may come: the new weight, or the gradient."""
        bold, plain = (QFontMetricsF(self.role_font(role)) for role in (Role.TABLE_HEAD, Role.CAPTION))
        widest, gradient = f"w₁₀ → −0.{'0' * digits}", f"∂s/∂w₁₀ −0.{'0' * min(digits, GRADIENT_DIGITS)}"
        return max(bold.horizontalAdvance(widest), plain.horizontalAdvance(gradient)) + GRID_PX

    def _needed_width(self, columns: int, digits: int) -> float:
        """All columns of units, a number between each two, and the targets beside the last."""
        units, labels = columns * self._unit_width(digits), (columns - 1) * (self._label_width(digits) + 2 * GRID_PX)
        return units + labels + BESIDE_LINES * self._line() + 2 * CARD_PADDING_PX

    @property
    def _digits(self) -> int:
        """As many decimals as there is room for; all of them are in the tables."""
        columns = 2 if self._diagram is None else len(self._diagram.units)
        fitting = (digits for digits in DIGITS if self._needed_width(columns, digits) <= self.width())
        return min(next(fitting, DIGITS[-1]), self._decimals)

    def _unit_rect(self, unit: UnitPlace) -> QRectF:
        width, height = self._unit_width(self._digits), UNIT_LINES * self._line()
        room = self.width() - 2 * CARD_PADDING_PX - width - BESIDE_LINES * self._line()
        y = unit.y * self.height() - BIAS_LINES * self._line() / 2
        return QRectF(CARD_PADDING_PX + unit.x * room, y - height / 2, width, height)

    def _is_parted(self, weight: WeightPlace, width: float) -> bool:
        """Whether there is room for the labels that lead to different units beside each other."""
        if self._diagram is None:
            return False
        start, end = self._diagram.units[weight.column - 1], self._diagram.units[weight.column]
        gap = self._unit_rect(end[0]).left() - self._unit_rect(start[0]).right()
        return gap / len(end) >= width + HALF_PX

    def _place(self) -> None:
        """Where the numbers stand: weights on their lines, biases below their units."""
        self._boxes = []
        diagram = self._diagram
        if diagram is None:
            return
        width, height = self._label_width(self._digits), 2.0 * self._line() + 2
        weights = [weight for weight in diagram.weights if not weight.is_bias]
        wanted = []
        for weight, (share, _) in zip(weights, label_rows(weights, diagram.units), strict=True):
            start = self._unit_rect(diagram.units[weight.column - 1][weight.source or 0])
            end = self._unit_rect(diagram.units[weight.column][weight.unit])
            a, b = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
            wanted.append(a + (b - a) * share if self._is_parted(weight, width) else (a + b) * 0.5)
        columns = [(weight.column, weight.unit if self._is_parted(weight, width) else 0) for weight in weights]
        for slot in dict.fromkeys(columns):
            members = [i for i, each in enumerate(columns) if each == slot]
            rows = spread([wanted[i].y() for i in members], height + 2, height / 2, self.height() - height / 2)
            for i, y in zip(members, rows, strict=True):
                wanted[i].setY(y)
        self._boxes = [QRectF(p.x() - width / 2, p.y() - height / 2, width, height) for p in wanted]
        for weight in diagram.weights[len(weights) :]:
            unit = self._unit_rect(diagram.units[weight.column][weight.unit])
            self._boxes.append(QRectF(unit.left(), unit.bottom() + HALF_PX, unit.width(), height))

    # -- events -------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QEvent) -> None:
        self._close_editor()
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.edit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self._at(event.position()) is not None
        self.setCursor(Qt.CursorShape.IBeamCursor if is_over else Qt.CursorShape.ArrowCursor)

    def _at(self, place: QPointF) -> int | None:
        return next((i for i, box in enumerate(self._boxes) if box.contains(place)), None)

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and Qt.Key(event.key()) in {*STEPS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2}
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS and self.weights:
            self._current = (self._current + STEPS[key]) % len(self.weights)
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.weights:
            self.edit(self._current)
        else:
            super().keyPressEvent(event)

    def _describe(self) -> None:
        if self.weights:
            weight = self.weights[self._current]
            self.setAccessibleDescription(f"{weight.name} = {decimal_text(weight.value, self._decimals)}")

    # -- editing ------------------------------------------------------------------------------------------------------

    def edit(self, place: int) -> None:
        """Open the field of one number."""
        self._close_editor()
        self._current = place
        weight = self.weights[place]
        editor = self._editor = NumberField(
            f"Weight {weight.name}",
            "float",
            weight.value,
            -LARGEST_WEIGHT,
            LARGEST_WEIGHT,
            step=0.05,
            help_text=f"The value of {weight.name}",
            parent=self,
        )
        editor.setObjectName("weight_editor")
        box = self._boxes[place]
        editor.setGeometry(box.adjusted(-HALF_PX, 0, HALF_PX, 0).toRect())
        editor.setText(repr(weight.value))
        editor.value_committed.connect(self._on_committed)
        editor.returnPressed.connect(self._on_return_pressed)
        editor.show()
        editor.setFocus()
        editor.selectAll()
        editor.installEventFilter(self)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        editor = self._editor
        if editor is None or watched is not editor:
            return False
        if event.type() == QEvent.Type.FocusOut and not editor.reason:
            self._close_editor()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._close_editor()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # a field lets them through after it has taken them
            editor.event(event)
            event.accept()
            return True
        return False

    @Slot(object)
    def _on_committed(self, value: float) -> None:
        self.weight_set.emit(self.weights[self._current], float(value))

    @Slot()
    def _on_return_pressed(self) -> None:
        if self._editor is not None and not self._editor.reason:
            self._close_editor()

    def _close_editor(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            editor.removeEventFilter(self)
            if editor.hasFocus():  # while it is still there: the focus of what is hidden goes to anybody
                self.setFocus()
            editor.hide()
            editor.deleteLater()

    # -- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        diagram = self._diagram
        if diagram is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for weight in diagram.weights:
            if weight.source is not None:
                self._paint_edge(painter, diagram, weight)
        for column in diagram.units:
            for unit in column:
                self._paint_unit(painter, unit)
        for place, (weight, box) in enumerate(zip(diagram.weights, self._boxes, strict=True)):
            self._paint_weight(painter, weight, box, place == self._current and self.hasFocus())

    def _paint_edge(self, painter: QPainter, diagram: UnitDiagram, weight: WeightPlace) -> None:
        start = self._unit_rect(diagram.units[weight.column - 1][weight.source or 0])
        end = self._unit_rect(diagram.units[weight.column][weight.unit])
        is_back = weight.gradient is not None
        painter.setPen(QPen(self.theme.color("gradient" if is_back else "ink_3"), 2.2 if is_back else 1.4))
        painter.drawLine(QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y()))

    def _paint_unit(self, painter: QPainter, unit: UnitPlace) -> None:
        box = self._unit_rect(unit)
        painter.setPen(QPen(self.theme.color("line_strong"), 1.2))
        painter.setBrush(self.theme.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        lines = [(unit.name, "ink", Role.TITLE)]
        if unit.net is not None:
            lines.append((f"net {decimal_text(unit.net, self._digits)}", "ink_2", Role.CAPTION))
        if unit.out is not None:
            lines.append(
                (f"{'out ' if unit.column else ''}{decimal_text(unit.out, self._digits)}", "ink", Role.CAPTION)
            )
        self._lines(painter, box, lines)
        if unit.target is not None:
            beside = QRectF(box.right() + HALF_PX, box.top(), BESIDE_LINES * self._line(), box.height())
            lines = [(f"target {unit.target:g}", "ink_2", Role.CAPTION)]
            if unit.out is not None:
                lines.append((f"off by {decimal_text(unit.out - unit.target)}", "trouble_text", Role.CAPTION))
            self._lines(painter, beside, lines)

    def _lines(self, painter: QPainter, box: QRectF, lines: list[tuple[str, str, Role]]) -> None:
        height = self._line()
        y = box.center().y() - len(lines) * height / 2
        for text, color, role in lines:
            painter.setFont(self.role_font(role))
            painter.setPen(self.theme.color(color))
            painter.drawText(QRectF(box.left(), y, box.width(), height), Qt.AlignmentFlag.AlignCenter, text)
            y += height

    def _paint_weight(self, painter: QPainter, weight: WeightPlace, box: QRectF, is_current: bool) -> None:
        theme = self.theme
        painter.setPen(QPen(theme.color("accent_line" if is_current else "parameter"), 2.4 if is_current else 1.0))
        painter.setBrush(theme.color("selection" if weight.is_edited else "parameter_tint"))
        painter.drawRoundedRect(box, HALF_PX, HALF_PX)
        shown = weight.value if weight.new is None else weight.new
        value = (
            f"{weight.name} {'= ' if weight.new is None else '→ '}{decimal_text(shown, self._value_decimals(shown))}"
        )
        lines = [(value, "ink" if weight.new is None else "parameter_text", Role.TABLE_HEAD)]
        if weight.gradient is not None:
            lines.append(
                (
                    f"∂s/∂{weight.name} {decimal_text(weight.gradient, min(self._digits, GRADIENT_DIGITS))}",
                    "gradient_text",
                    Role.CAPTION,
                )
            )
        elif weight.is_held:
            lines.append(("held", "ink_3", Role.CAPTION))
        self._lines(painter, box, lines)

    def _value_decimals(self, value: float) -> int:
        """No more than the number has: 0.15 and not 0.150000000."""
        digits = f"{value:.{self._digits}f}".rstrip("0")
        return max(2, len(digits.partition(".")[2]))
