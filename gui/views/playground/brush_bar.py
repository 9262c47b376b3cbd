"""What the next point is: a button for each class, which is the key to the markers too, or the value on a surface."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from gui.domain.painting import LARGEST_NUMBER, MOST_BRUSHES
from gui.state.playground import PlaygroundState
from gui.views.looks import metrics
from gui.views.looks.class_styles import class_style, stamp
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.number_field import LabelledField, NumberField

LONGEST_NAME = 12
NAME_ROOM_PX = 34  # of a button round its marker and its name
MARK_ROOM_PX = 16  # of a button round its marker
MARK_SHARE = 0.62  # of an icon


class BrushBar(QWidget):
    """Exclusive buttons with the classes' markers; ``set_names_shown`` adds their names where there is room."""

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._state = themes, state
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._buttons = [self._button(number) for number in range(MOST_BRUSHES)]
        self._value = NumberField(
            "Value of new points",
            "float",
            state.brush_value,
            -LARGEST_NUMBER,
            LARGEST_NUMBER,
            help_text="The value of the next point.",
        )
        self._value.setObjectName("brush_value")
        self._value.value_committed.connect(state.set_brush_value)
        self._value_row = LabelledField(self._value, "value", "")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics.HALF_PX)
        for button in self._buttons:
            line.addWidget(button)
        line.addWidget(self._value_row)
        state.points_changed.connect(self.refresh)
        state.brush_changed.connect(self.refresh)
        themes.theme_changed.connect(self.refresh)
        themes.font_changed.connect(self.refresh)
        self.refresh()

    def _button(self, number: int) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setObjectName(f"brush_{number}")
        button.setProperty("small", "true")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda _=False: self._state.set_brush(number))
        self._group.addButton(button)
        return button

    def set_names_shown(self, shown: bool) -> None:
        """Write the names beside the markers, or show the markers alone."""
        style = Qt.ToolButtonStyle
        wanted = style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly
        for button in self._buttons:
            if button.toolButtonStyle() != wanted:
                button.setToolButtonStyle(wanted)

    def minimumSizeHint(self) -> QSize:
        """The markers alone, or the names would keep the card from becoming narrow again."""
        shown = [button for button in self._buttons if not button.isHidden()]
        side = metrics.icon_side(self.font()) + MARK_ROOM_PX
        value = self._value_row.minimumSizeHint().width() if not self._value_row.isHidden() else 0
        return QSize(len(shown) * (side + metrics.HALF_PX) + value, super().minimumSizeHint().height())

    def named_width(self) -> int:
        """How wide the bar is with all names."""
        room = self.fontMetrics()
        names = [button.text() for button in self._buttons if button.text()]
        return sum(room.horizontalAdvance(name) + metrics.icon_side(self.font()) + NAME_ROOM_PX for name in names)

    @Slot()
    def refresh(self) -> None:
        """Show the classes of the data and the brush as they are now."""
        state, points = self._state, self._state.points
        names = state.class_names if points is not None and len(state.class_names) <= MOST_BRUSHES else ()
        for number, button in enumerate(self._buttons):
            is_class = number < len(names)
            button.setVisible(is_class)
            button.setText(_shortened(names[number]) if is_class else "")
            if is_class:
                self._dress(button, number, names[number])
        self._value_row.setVisible(points is not None and points.kind == "surface")
        self._value.set_value(state.brush_value)

    def _dress(self, button: QToolButton, number: int, name: str) -> None:
        side, ratio = metrics.icon_side(self.font()), self.devicePixelRatioF()
        button.setIcon(QIcon(stamp(class_style(self._themes.theme, number), MARK_SHARE * side, ratio)))
        button.setIconSize(QSize(side, side))
        button.setAccessibleName(f"New points are of {name}")
        button.setToolTip(f"{name}: a click in the plot sets a point of this class (key {number + 1})")
        button.setWhatsThis(
            f"New points are of the class {name}. The marker on this button is that of the class everywhere."
        )
        button.setChecked(number == self._state.brush)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
