"""The registry: a component's annotated constructor is its schema, and the schema checks every call."""

from typing import Annotated, Literal

import numpy as np
import pytest

from beras.registry import (
    LAYERS,
    OPTIMIZERS,
    Help,
    Range,
    Registry,
    SettingError,
    SettingTypeError,
    Wired,
    parameters_of,
)

SHAPES = Registry("shape")


@SHAPES.register("Square", label="A square")
class Square:
    """Four equal sides.

    And a second paragraph that no form shows.
    """


@pytest.fixture
def registry():
    return Registry("widget")


@pytest.fixture
def widget(registry):
    @registry.register("Widget", label="A widget")
    class Widget:
        """One line about widgets."""

        def __init__(
            self,
            width: Annotated[int, Range(1, 8, unit="px"), Help("How wide it is.", "the width")] = 4,
            weight: Annotated[float, Range(0, 2, open_low=True)] = 1.0,
            colour: Literal["red", "Green"] = "red",
            solid: bool = True,
            title: str | None = None,
            shape: Annotated[str, SHAPES] = "square",
            rng: Annotated[object, Wired("generator")] = None,
        ) -> None:
            self.settings = (width, weight, colour, solid, title, shape)
            self.rng = rng

    return Widget


def test_schema_is_read_from_the_annotations(registry, widget):
    params = {param.name: param for param in registry.spec("widget").params}
    assert [(name, param.kind) for name, param in params.items()] == [
        ("width", int),
        ("weight", float),
        ("colour", str),
        ("solid", bool),
        ("title", str),
        ("shape", str),
        ("rng", object),
    ]
    assert params["width"].range == Range(1, 8, unit="px")
    assert (params["width"].help, params["width"].label) == ("How wide it is.", "the width")
    assert params["weight"].label == "weight"
    assert params["colour"].options == ("red", "Green")
    assert params["shape"].options == ("square",)
    assert params["title"].optional
    assert params["rng"].wired == "generator"


def test_spec_has_name_label_and_first_line_of_the_docstring(registry, widget):
    spec = registry.spec("widget")
    assert (spec.name, spec.label, spec.summary, spec.cls) == ("widget", "A widget", "One line about widgets.", widget)
    assert SHAPES.spec("square").summary == "Four equal sides."


def test_component_without_constructor_has_no_settings():
    assert SHAPES.spec("square").params == ()
    assert isinstance(SHAPES.create("square"), Square)


def test_settings_leave_out_what_is_wired(registry, widget):
    assert registry.spec("widget").defaults() == {
        "width": 4,
        "weight": 1.0,
        "colour": "red",
        "solid": True,
        "title": None,
        "shape": "square",
    }


def test_create_checks_settings_and_passes_wired_arguments(registry, widget):
    made = registry.create("WIDGET", {"width": 8.0, "weight": 2, "colour": "GREEN", "shape": "SQUARE"}, rng="mine")
    assert made.settings == (8, 2.0, "Green", True, None, "square")
    assert [type(value) for value in made.settings[:2]] == [int, float]
    assert made.rng == "mine"


def test_numpy_numbers_are_numbers(widget):
    assert widget(np.int64(3), np.float32(0.5)).settings[:2] == (3, 0.5)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("width", 0, "width must be a whole number, at least 1 and at most 8. Received: 0."),
        ("width", 2.5, "width must be a whole number, at least 1 and at most 8. Received: 2.5."),
        ("weight", 0, "weight must be a finite number, above 0 and at most 2. Received: 0.0."),
        ("weight", float("nan"), "weight must be a finite number, above 0 and at most 2. Received: nan."),
        ("weight", float("inf"), "weight must be a finite number, above 0 and at most 2. Received: inf."),
        ("width", float("nan"), "width must be a whole number, at least 1 and at most 8. Received: nan."),
        ("width", float("inf"), "width must be a whole number, at least 1 and at most 8. Received: inf."),
        pytest.param("weight", 10**400, "weight must be a finite number", id="weight too large for a float"),
        pytest.param("width", 10**400, "width must be a whole number", id="width too large for a float"),
        ("colour", "blue", "colour must be one of red, Green. Received: 'blue'."),
        ("shape", "circle", "Unknown shape 'circle'. Known: square."),
    ],
)
def test_wrong_values_are_refused_with_what_was_expected(widget, setting, value, message):
    with pytest.raises(SettingError) as refused:
        widget(**{setting: value})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("width", "4", "width must be a whole number, at least 1 and at most 8. Received: '4' (str)."),
        ("width", True, "Received: True (bool)."),
        ("weight", None, "weight must be a finite number, above 0 and at most 2. Received: None (NoneType)."),
        ("weight", 1j, "Received: 1j (complex)."),
        ("solid", 1, "solid must be True or False. Received: 1 (int)."),
        ("title", 7, "title must be a text. Received: 7 (int)."),
    ],
)
def test_wrong_types_are_type_errors_too(widget, setting, value, message):
    with pytest.raises(SettingTypeError) as refused:
        widget(**{setting: value})
    assert message in str(refused.value)
    assert isinstance(refused.value, TypeError)
    assert isinstance(refused.value, ValueError)


def test_error_knows_the_name_of_the_setting(registry, widget):
    with pytest.raises(SettingError) as refused:
        registry.create("widget", {"weight": -1})
    assert refused.value.name == "weight"
    with pytest.raises(SettingError) as refused:
        registry.spec("widget").check({"wheels": 4})
    assert refused.value.name == "wheels"


def test_unknown_setting_lists_the_known_ones(registry, widget):
    with pytest.raises(SettingError, match=r"A widget has no setting 'wheels'. Known: width, weight, colour"):
        registry.create("widget", {"wheels": 4})


def test_constructor_checks_positional_arguments(widget):
    with pytest.raises(SettingError, match="width must be"):
        widget(9)


def test_missing_and_surplus_arguments_stay_type_errors(widget):
    with pytest.raises(TypeError):
        widget(wheels=4)


def test_names_are_case_insensitive(registry, widget):
    assert "WIDGET" in registry
    assert registry.spec("WiDgEt").cls is widget
    assert registry.name_of(widget) == registry.name_of(widget()) == "widget"


def test_unknown_name_lists_the_known_ones(registry, widget):
    with pytest.raises(SettingError, match=r"Unknown widget 'gadget'. Known: widget."):
        registry.spec("gadget")


@pytest.mark.parametrize("name", [None, 3, ["widget"]])
def test_a_name_that_is_no_text_is_unknown(registry, widget, name):
    assert name not in registry
    with pytest.raises(SettingError, match="Unknown widget"):
        registry.spec(name)


def test_a_name_is_registered_once(registry, widget):
    with pytest.raises(ValueError, match="The widget 'WIDGET' is registered already"):
        registry.register("WIDGET")(Square)


def test_unregister_forgets(registry, widget):
    registry.unregister("Widget")
    assert len(registry) == 0
    assert registry.name_of(widget) is None


def test_iteration_survives_registering_meanwhile(registry, widget):
    for spec in registry:
        registry.register(f"{spec.name} twin")(Square)
    assert registry.names() == ("widget", "widget twin")


def test_parameters_need_a_type():
    def nameless(size=3):
        return size

    with pytest.raises(TypeError, match="the parameter 'size' has no type"):
        parameters_of(nameless)


def test_parameters_must_be_named():
    def funnel(**settings: int):
        return settings

    with pytest.raises(TypeError, match="must name every parameter"):
        parameters_of(funnel)


def test_required_parameter_has_no_default():
    def box(size: int):
        return size

    (param,) = parameters_of(box)
    assert (param.required, param.default) == (True, None)


@pytest.mark.parametrize(
    ("accepted", "text"),
    [
        (Range(), ""),
        (Range(1), "at least 1"),
        (Range(high=10), "at most 10"),
        (Range(0, 1, open_low=True, open_high=True), "above 0 and below 1"),
        (Range(1e-6, 0.5), "at least 1e-06 and at most 0.5"),
    ],
)
def test_range_in_words(accepted, text):
    assert str(accepted) == text


def test_range_ends_may_be_open():
    assert 0 in Range(0, 1)
    assert 0 not in Range(0, 1, open_low=True)
    assert 1 not in Range(0, 1, open_high=True)
    assert float("nan") not in Range()
    assert float("inf") not in Range()


def test_settings_of_real_components():
    assert [param.name for param in LAYERS.spec("dense").settings] == ["output_size", "initializer", "train_bias"]
    assert OPTIMIZERS.spec("adam").defaults()["beta_1"] == 0.9
