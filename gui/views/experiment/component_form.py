"""A form made from a component's schema: one field for every setting that the registry knows of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from beras.registry import ComponentSpec, ParamSpec
from gui.views.looks import metrics
from gui.views.looks.font_sizes import reserve_text
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.flow_layout import FlowLayout, clear_layout
from gui.views.widgets.log_slider import LogSlider
from gui.views.widgets.number_field import LabelledField, NumberField
from gui.views.widgets.themed import text_label

SLIDER_LOW, SLIDER_HIGH = 1e-5, 0.1
CHOICE_USAGE = "Choose one of the entries; it takes effect at once."


class ComponentForm(QWidget):
    """Shows one component's settings; ``setting_changed(name, value)`` carries only values the setting can take."""

    setting_changed = Signal(str, object)
    drag_began = Signal()
    drag_ended = Signal()

    def __init__(self, themes: ThemeProvider, slider_for: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._slider_for = slider_for
        self._component: str | None = None
        self._editors: dict[str, _Editor] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(metrics.GRID_PX)

    def show_component(self, spec: ComponentSpec[Any], settings: Mapping[str, Any]) -> None:
        """Show a component with its settings; the fields are made anew only when the component is another."""
        if spec.name != self._component:
            self._component = spec.name
            self._rebuild(spec)
        for name, editor in self._editors.items():
            editor.show(settings.get(name, spec.defaults()[name]))

    def field(self, name: str) -> QWidget:
        """The widget that edits a setting."""
        return self._editors[name].widget

    def _rebuild(self, spec: ComponentSpec[Any]) -> None:
        clear_layout(self._layout)
        self._editors = {}
        for param in spec.settings:
            if param.structure is not None:
                continue  # edited elsewhere
            editor = self._editor_for(param)
            self._editors[param.name] = editor
            editor.widget.setObjectName(f"setting_{param.name}")
            if not editor.widget.whatsThis():
                editor.widget.setWhatsThis(f"{param.help or title_of(param)} {editor.usage}")
            self._layout.addWidget(editor.row)
        self._align()

    def _align(self) -> None:
        """All fields begin and end at the same place: names and units have the room of the widest one."""
        rows = [editor.labelled for editor in self._editors.values() if isinstance(editor, _NumberEditor)]
        for labels in ([row.label for row in rows], [row.unit_label for row in rows]):
            widest = max(labels, key=lambda label: label.sizeHint().width(), default=None)
            for label in labels:
                if widest is not None and widest.text():
                    reserve_text(label, widest.text())
                    label.setVisible(True)

    def _editor_for(self, param: ParamSpec) -> _Editor:
        if param.options:
            return _ChoiceEditor(self, param)
        if param.kind is bool:
            return _CheckEditor(self, param)
        if param.name == self._slider_for:
            return _SliderEditor(self, param, self._themes)
        return _NumberEditor(self, param)


class _Editor(QObject):
    """A setting's row in the form: ``row`` goes into the layout, ``widget`` is what is edited."""

    row: QWidget
    widget: QWidget
    usage = ""

    def show(self, value: Any) -> None:
        """Show a value without a signal."""
        raise NotImplementedError


def title_of(param: ParamSpec) -> str:
    """A setting's name at the beginning of a line; a formula's letter stays as it is."""
    return param.label[:1].upper() + param.label[1:] if param.label[:1].isascii() else param.label


def number_field_for(param: ParamSpec, parent: QWidget | None = None) -> NumberField:
    """A number field with the range, kind and help of a setting."""
    limits = param.range
    return NumberField(
        title_of(param),
        "int" if param.kind is int else "float",
        param.default if param.default is not None else 0,
        None if limits is None else limits.low,
        None if limits is None else limits.high,
        open_minimum=limits is not None and limits.open_low,
        open_maximum=limits is not None and limits.open_high,
        log=limits is not None and limits.log,
        help_text=param.help,
        parent=parent,
    )


class _NumberEditor(_Editor):
    def __init__(self, form: ComponentForm, param: ParamSpec) -> None:
        super().__init__(form)
        field = number_field_for(param)
        field.value_committed.connect(lambda value: form.setting_changed.emit(param.name, value))
        self.widget = field
        unit = param.range.unit if param.range is not None else ""
        self.row = self.labelled = LabelledField(field, title_of(param), unit)

    def show(self, value: Any) -> None:
        assert isinstance(self.widget, NumberField)
        self.widget.set_value(value)


class _SliderEditor(_NumberEditor):
    """A number field with a logarithmic slider beneath it."""

    def __init__(self, form: ComponentForm, param: ParamSpec, themes: ThemeProvider) -> None:
        super().__init__(form, param)
        self.row = QWidget()
        column = QVBoxLayout(self.row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.HALF_PX)
        self._slider = LogSlider(themes, title_of(param), SLIDER_LOW, SLIDER_HIGH)
        self._slider.setObjectName(f"slider_{param.name}")
        self._slider.value_changed.connect(lambda value: form.setting_changed.emit(param.name, value))
        self._slider.sliderPressed.connect(form.drag_began)
        self._slider.sliderReleased.connect(form.drag_ended)
        column.addWidget(self.labelled)
        column.addWidget(self._slider)

    def show(self, value: Any) -> None:
        super().show(value)
        self._slider.set_number(value)


class _CheckEditor(_Editor):
    usage = "Tick it to switch it on; the default is off where nothing else is said."

    def __init__(self, form: ComponentForm, param: ParamSpec) -> None:
        super().__init__(form)
        self._box = QCheckBox(title_of(param))
        self._box.setToolTip(param.help)
        self._box.setAccessibleName(param.label)
        self._box.toggled.connect(lambda value: form.setting_changed.emit(param.name, value))
        self.row = self.widget = self._box

    def show(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setChecked(bool(value))
        self._box.blockSignals(False)


class _ChoiceEditor(_Editor):
    def __init__(self, form: ComponentForm, param: ParamSpec) -> None:
        super().__init__(form)
        self._combo = choice_combo(param.label, [(str(option), option) for option in param.options], param.help)
        self._combo.activated.connect(lambda index: form.setting_changed.emit(param.name, self._combo.itemData(index)))
        self.widget = self._combo
        self.row = QWidget()
        line = FlowLayout(metrics.LABEL_GAP_PX, self.row)
        line.addWidget(text_label(title_of(param)))
        line.addWidget(self._combo)

    def show(self, value: Any) -> None:
        show_choice(self._combo, value)


class ChoiceCombo(QComboBox):
    """A combo box whose wheel acts only with the focus, so that scrolling a panel changes nothing."""

    def wheelEvent(self, event: Any) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def choice_combo(name: str, entries: list[tuple[str, Any]], help_text: str = "") -> ChoiceCombo:
    """A combo box of (label, data) entries that may become narrower than its longest entry."""
    combo = ChoiceCombo()
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by default the wheel would bring the focus and then act
    combo.setAccessibleName(name)
    combo.setToolTip(help_text or name)
    combo.setWhatsThis(f"{help_text or f'{name}.'} {CHOICE_USAGE}")
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(4)
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    for label, data in entries:
        combo.addItem(label, data)
    return combo


def show_choice(combo: QComboBox, data: Any) -> None:
    """Select the entry with this data, without a signal."""
    index = combo.findData(data)
    if index != combo.currentIndex():
        combo.blockSignals(True)
        combo.setCurrentIndex(index)
        combo.blockSignals(False)
