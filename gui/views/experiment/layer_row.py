"""One layer in the list: its size, its activation with a drawing, its initialiser, and what it makes of its input."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from beras.registry import ACTIVATIONS, INITIALIZERS, ParamSpec
from gui.domain.activation_curves import activation_curves
from gui.domain.check import LayerShape, Problem
from gui.domain.spec import LayerSpec
from gui.views.experiment.component_form import choice_combo, number_field_for, show_choice, title_of
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.count_spin import CountSpin
from gui.views.widgets.flow_layout import FlowLayout, clear_layout
from gui.views.widgets.number_field import NumberField
from gui.views.widgets.sparkline import Sparkline
from gui.views.widgets.themed import text_label

NO_ACTIVATION = "none"
BUTTONS = (
    ("up", "Move this layer up (Alt+Up)", "Moves the layer one place nearer to the input of the network."),
    ("down", "Move this layer down (Alt+Down)", "Moves the layer one place nearer to the output of the network."),
    (
        "duplicate",
        "Put a copy behind this layer (Ctrl+D)",
        "Adds a layer with the same settings behind this one; it draws weights of its own.",
    ),
    ("remove", "Remove this layer (Delete)", "Takes the layer out of the network. Undo brings it back."),
)
ACTIVATION_HELP = (
    "The function that every unit's sum goes through. Without one, several layers together can do no more than a "
    "single one. The little picture shows the function and, dashed, its slope, by which gradients are multiplied."
)
INITIALIZER_HELP = (
    "How the first weights are drawn. Xavier and kaiming choose their size so that neither values nor "
    "gradients fade or explode from layer to layer; zero makes all units of a layer the same for ever."
)
MORE_TIP = "More settings of this layer"
MORE_HELP = "Settings that are seldom changed. What is not as usual is written at the end of the layer."


class LayerRow(QFrame):
    """Shows a ``LayerSpec``. Every signal is one thing the user wants of this layer."""

    setting_wanted = Signal(str, object)
    activation_wanted = Signal(object)
    activation_setting_wanted = Signal(str, object)
    move_wanted = Signal(int)  # -1 up, +1 down
    removal_wanted = Signal()
    copy_wanted = Signal()
    fix_wanted = Signal()

    def __init__(self, themes: ThemeProvider, layer: LayerSpec, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._activation_shown: str | None = None
        self._fields: dict[str, NumberField] = {}
        self.setProperty("card", "true")
        self.setObjectName(f"layer_{index}")
        self._title = text_label("", Role.TITLE)
        self._shape = text_label("", Role.CAPTION, "secondary")
        self._count = text_label("", Role.TABLE_HEAD, "parameter")
        self._problem = text_label("", Role.CAPTION, "trouble")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._switches: list[tuple[ParamSpec, QAction]] = []
        self._switched = text_label("", Role.CAPTION, "caption")
        self._switched.setWordWrap(True)
        self._switched.hide()
        self._sparkline = Sparkline(themes)
        self._units: CountSpin | None = None
        self._initializer: Any = None
        self._activation: Any = None
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 8)
        column.setSpacing(metrics.HALF_PX)
        column.addLayout(self._head(layer, index))
        self._activation_line = self._activation_row(index)
        column.addLayout(self._activation_line)
        column.addLayout(self._foot(layer, index))
        column.addWidget(self._switched)
        column.addWidget(self._problem)

    @property
    def kind(self) -> str:
        """What decides whether the row can show another layer without being made anew."""
        return self._kind

    def heightForWidth(self, width: int) -> int:
        """The height with the sentence of a problem broken into lines of this width."""
        self.layout().activate()  # nested rows learn of new texts only now
        return max(self.layout().totalHeightForWidth(width), self.layout().totalMinimumSize().height())

    # -- making -------------------------------------------------------------------------------------------------------

    def _head(self, layer: LayerSpec, index: int) -> FlowLayout:
        self._kind = layer.layer.name
        line = FlowLayout(2)
        line.addWidget(self._title)
        for param in layer.kind.settings:
            if param.registry is None and param.kind is not bool:
                line.addWidget(self._setting_editor(param, index))
                if param.name != "output_size":
                    line.addWidget(text_label(param.label, Role.CAPTION, "secondary"))
        line.add_stretch()
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for (name, text, explanation), wanted in zip(
            BUTTONS,
            (
                lambda: self.move_wanted.emit(-1),
                lambda: self.move_wanted.emit(1),
                lambda: self.copy_wanted.emit(),
                lambda: self.removal_wanted.emit(),
            ),
            strict=True,
        ):
            button = self._button(name, f"layer_{index}_{name}", text)
            button.setWhatsThis(explanation)
            button.clicked.connect(lambda _=False, wanted=wanted: wanted())
            buttons.addWidget(button)
        line.addLayout(buttons)
        return line

    def _button(self, icon: str, name: str, text: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("flat", "true")
        button.setProperty("square", "true")
        button.setAccessibleName(text)
        button.setToolTip(text)
        bind_icon(button, icon, self._themes, "ink_2")
        return button

    def _setting_editor(self, param: ParamSpec, index: int) -> QWidget:
        if (
            param.kind is int
            and param.range is not None
            and param.range.low is not None
            and param.range.high is not None
        ):
            spin = CountSpin(param.label.capitalize(), int(param.range.low), int(param.range.high), param.help)
            spin.setObjectName(f"layer_{index}_{param.name}")
            fix_size(spin, width=3.8)
            spin.value_committed.connect(lambda value: self.setting_wanted.emit(param.name, value))
            if param.name == "output_size":
                self._units = spin
            return spin
        return self._number_field(param, self.setting_wanted.emit)

    def _number_field(self, param: ParamSpec, emit: Any) -> NumberField:
        field = number_field_for(param)
        fix_size(field, width=3.6)
        field.value_committed.connect(lambda value: emit(param.name, value))
        self._fields[param.name] = field
        return field

    def _activation_row(self, index: int) -> FlowLayout:
        line = FlowLayout(metrics.HALF_PX)
        entries: list[tuple[str, Any]] = [(spec.label, spec.name) for spec in ACTIVATIONS]
        self._activation = choice_combo(
            "Activation", [*entries, (NO_ACTIVATION, None)], "The function after this layer."
        )
        self._activation.setObjectName(f"layer_{index}_activation")
        self._activation.setWhatsThis(ACTIVATION_HELP)
        self._activation.activated.connect(lambda at: self.activation_wanted.emit(self._activation.itemData(at)))
        self._settings = QHBoxLayout()
        self._settings.setSpacing(metrics.HALF_PX)
        line.addWidget(self._activation)
        line.addLayout(self._settings)
        line.addWidget(self._sparkline)
        return line

    def _foot(self, layer: LayerSpec, index: int) -> FlowLayout:
        line = FlowLayout(metrics.HALF_PX)
        if any(param.registry is INITIALIZERS for param in layer.kind.settings):
            entries: list[tuple[str, Any]] = [(spec.label, spec.name) for spec in INITIALIZERS]
            self._initializer = choice_combo("Initialiser", entries, "How the weights of this layer begin.")
            self._initializer.setObjectName(f"layer_{index}_initializer")
            self._initializer.setWhatsThis(INITIALIZER_HELP)
            self._initializer.activated.connect(
                lambda at: self.setting_wanted.emit("initializer", self._initializer.itemData(at))
            )
            line.addWidget(self._initializer)
        switches = [param for param in layer.kind.settings if param.kind is bool]
        if switches:
            line.addWidget(self._more_button(switches, index))
        line.add_stretch()
        line.addWidget(self._shape)
        line.addWidget(self._count)
        return line

    def _more_button(self, switches: list[ParamSpec], index: int) -> QToolButton:
        """What is seldom switched stands in a menu, so that no row gets longer; ``_switched`` says what was."""
        button = self._button("more", f"layer_{index}_more", MORE_TIP)
        button.setWhatsThis(MORE_HELP)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        for param in switches:
            action = menu.addAction(title_of(param))
            action.setObjectName(f"layer_{index}_{param.name}")
            action.setCheckable(True)
            action.setToolTip(param.help)
            action.setWhatsThis(param.help)
            action.triggered.connect(lambda on, name=param.name: self.setting_wanted.emit(name, on))
            self._switches.append((param, action))
        button.setMenu(menu)
        return button

    # -- showing ------------------------------------------------------------------------------------------------------

    def show_layer(self, layer: LayerSpec, title: str, shape: LayerShape, problem: Problem | None) -> None:
        """Show a layer of the same kind; editors that have the focus keep what is being typed."""
        self._title.setText(title)
        if self._units is not None:
            self._units.set_value(int(layer.layer.settings.get("output_size", 1)))
        for name, value in layer.layer.settings.items():
            if name in self._fields:
                self._fields[name].set_value(value)
        if self._initializer is not None:
            show_choice(self._initializer, layer.layer.settings.get("initializer"))
        self._show_switches(layer)
        self._show_activation(layer)
        self._shape.setText(f"{shape.inputs:,} → {shape.outputs:,}")
        self._count.setText(f"{shape.parameters:,}" if shape.parameters else "")
        self._count.setToolTip("Weights and biases of this layer")
        self._problem.setText("" if problem is None else problem.message)
        self._problem.setVisible(problem is not None)

    def _show_switches(self, layer: LayerSpec) -> None:
        others = []
        for param, action in self._switches:
            value = bool(layer.layer.settings.get(param.name, param.default))
            action.setChecked(value)
            if value != param.default:
                others.append(f"{param.label}: {'on' if value else 'off'}")
        self._switched.setText(", ".join(others))
        self._switched.setVisible(bool(others))

    def _show_activation(self, layer: LayerSpec) -> None:
        activation = layer.activation
        show_choice(self._activation, None if activation is None else activation.name)
        name = None if activation is None else activation.name
        if name != self._activation_shown:
            self._activation_shown = name
            self._rebuild_settings(name)
        if activation is None:
            self._sparkline.clear()
            self._sparkline.setToolTip("No activation: the layer stays linear")
            return
        for key, value in activation.settings.items():
            self._fields[key].set_value(value)
        label = ACTIVATIONS.spec(activation.name).label
        self._sparkline.set_curves(*activation_curves(activation), f"{label}: f solid, its slope f′ dashed")

    def _rebuild_settings(self, name: str | None) -> None:
        clear_layout(self._settings)
        for param in ACTIVATIONS.spec(name).settings if name is not None else ():
            label = QLabel(param.label)
            self._settings.addWidget(label)
            self._settings.addWidget(self._number_field(param, self.activation_setting_wanted.emit))
