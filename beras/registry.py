"""What exists and how it is configured: every layer, activation, initialiser, optimiser, loss, metric and data set.

A component registers where it is defined. Its annotated constructor is its schema: forms, JSON specs, presets and the
conformance tests are all derived from it, and the same annotations check the arguments of every constructor call. This
module knows no component and no user interface.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

C = TypeVar("C")


class Range(NamedTuple):
    """The numbers a setting accepts, from ``low`` to ``high``; ``open_low``/``open_high`` leave the end itself out.

    ``log`` says that the setting is best moved on a logarithmic scale, ``unit`` what it is counted in.
    """

    low: float | None = None
    high: float | None = None
    log: bool = False
    unit: str = ""
    open_low: bool = False
    open_high: bool = False

    def __contains__(self, value: Any) -> bool:
        if not math.isfinite(value):
            return False
        above = self.low is None or (value > self.low if self.open_low else value >= self.low)
        below = self.high is None or (value < self.high if self.open_high else value <= self.high)
        return above and below

    def __str__(self) -> str:
        low = "" if self.low is None else f"{'above' if self.open_low else 'at least'} {self.low:g}"
        high = "" if self.high is None else f"{'below' if self.open_high else 'at most'} {self.high:g}"
        return " and ".join(part for part in (low, high) if part)


class Wired(NamedTuple):
    """Marks a constructor argument that the builder supplies (``source`` says from what), not the user."""

    source: str


class Help(NamedTuple):
    """One plain sentence about a setting, shown where it is edited; ``label`` is its name there, in words."""

    text: str
    label: str = ""


class Structure:
    """Marks a setting that holds more than one value and is edited elsewhere than in a form; a subclass checks it."""

    def check(self, name: str, value: Any) -> Any:
        """Return ``value`` as the setting ``name`` keeps it, or raise ``SettingError`` saying what was expected."""
        raise NotImplementedError(f"{type(self).__name__} must define check.")


class SettingError(ValueError):
    """A setting with a value that its component cannot take; ``name`` is the setting."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class SettingTypeError(SettingError, TypeError):
    """A setting with a value of the wrong type."""


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One constructor argument: its type, default, and what it accepts."""

    name: str
    kind: type
    default: Any = None
    required: bool = False
    optional: bool = False
    choices: tuple[Any, ...] = ()
    range: Range | None = None
    wired: str | None = None
    registry: Registry[Any] | None = None
    help: str = ""
    label: str = ""
    structure: Structure | None = None

    @property
    def options(self) -> tuple[Any, ...]:
        """What a choice may be: the values of a ``Literal``, or the names in another registry."""
        return self.choices if self.registry is None else self.registry.names()

    def check(self, value: Any) -> Any:
        """Return ``value`` as this parameter's type, or raise ``SettingError`` saying what was expected."""
        if self.wired is not None or (self.optional and value is None):
            return value
        if self.structure is not None:
            return self.structure.check(self.name, value)
        if self.registry is not None:
            return value if callable(value) else self.registry.spec(value).name
        value = self._convert(value)
        if self.choices and value not in self.choices:
            raise SettingError(self.name, f"{self._expected()}. Received: {value!r}.")
        if self.range is not None and value not in self.range:
            raise SettingError(self.name, f"{self._expected()}. Received: {value!r}.")
        return value

    def _convert(self, value: Any) -> Any:
        if self.choices and isinstance(value, str):
            return next((c for c in self.choices if str(c).lower() == value.lower()), value)
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if self.kind is float and is_number:
            return self._finite(_as_float(value))
        if self.kind is int and is_number and _as_float(value).is_integer():
            return int(value)
        if self.kind in (int, float) and not (is_number and self.kind is int):
            raise SettingTypeError(self.name, f"{self._expected()}. Received: {value!r} ({type(value).__name__}).")
        if self.kind is int:
            raise SettingError(self.name, f"{self._expected()}. Received: {value!r}.")
        if self.kind in (bool, str) and not isinstance(value, self.kind):
            raise SettingTypeError(self.name, f"{self._expected()}. Received: {value!r} ({type(value).__name__}).")
        return value

    def _finite(self, value: float) -> float:
        if not math.isfinite(value):
            raise SettingError(self.name, f"{self._expected()}. Received: {value!r}.")
        return value

    def _expected(self) -> str:
        if self.choices:
            return f"{self.name} must be one of {', '.join(map(str, self.choices))}"
        words = {int: "a whole number", float: "a finite number", bool: "True or False", str: "a text"}
        expected = f"{self.name} must be {words.get(self.kind, self.kind.__name__)}"
        return f"{expected}, {self.range}" if self.range is not None and str(self.range) else expected


def _as_float(value: Any) -> float:
    """A real number as a float; an integer too large for one is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


@dataclass(frozen=True, slots=True)
class ComponentSpec(Generic[C]):
    """A registered component: its name in files, its label for people, its class, and its schema."""

    name: str
    label: str
    cls: Callable[..., C]
    signature: Callable[..., Any]

    @property
    def params(self) -> tuple[ParamSpec, ...]:
        """Every parameter; read from the annotations when first asked for, so that importing the library is quick."""
        return parameters_of(self.signature)

    @property
    def summary(self) -> str:
        """The first line of the documentation."""
        return (inspect.getdoc(self.cls) or "").split("\n", 1)[0]

    @property
    def settings(self) -> tuple[ParamSpec, ...]:
        """The parameters a user sets: all but the wired ones."""
        return tuple(param for param in self.params if param.wired is None)

    def defaults(self) -> dict[str, Any]:
        """Every setting at its default."""
        return {param.name: param.default for param in self.settings}

    def check(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the full, checked settings (missing ones at their default), or raise ``SettingError``."""
        known = {param.name: param for param in self.settings}
        for name in settings:
            if name not in known:
                raise SettingError(name, f"{self.label} has no setting {name!r}. Known: {', '.join(known) or 'none'}.")
        return {name: param.check(settings.get(name, param.default)) for name, param in known.items()}

    def create(self, settings: Mapping[str, Any] | None = None, /, **wired: Any) -> C:
        """Make the component from checked settings and the wired arguments."""
        return self.cls(**self.check(settings or {}), **wired)


class Registry(Generic[C]):
    """The components of one kind, in the order they were registered; names are case-insensitive."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._specs: dict[str, ComponentSpec[C]] = {}

    def register(self, name: str, label: str | None = None) -> Callable[[C], C]:
        """Class or function decorator: make a component known as ``name``; ``label`` is its name for people.

        A class's constructor is wrapped so that every call checks its arguments against their annotations.
        """

        def decorate(component: C) -> C:
            key = name.lower()
            if key in self._specs:
                raise ValueError(f"The {self.kind} {name!r} is registered already, as {self._specs[key].cls!r}.")
            signature: Any = component.__init__ if inspect.isclass(component) else component
            if signature is not object.__init__:
                _refuse_without_schema(signature)
            if inspect.isclass(component) and signature is not object.__init__:
                component.__init__ = checked(signature)  # type: ignore[method-assign]
            self._specs[key] = ComponentSpec(key, label or name, component, signature)  # type: ignore[arg-type]
            return component

        return decorate

    def unregister(self, name: str) -> None:
        """Forget a component (tests that register one of their own clean up with this)."""
        del self._specs[name.lower()]

    def names(self) -> tuple[str, ...]:
        return tuple(self._specs)

    def spec(self, name: str) -> ComponentSpec[C]:
        """Look a component up by name; an unknown name is an error that lists the known ones."""
        found = self._specs.get(name.lower()) if isinstance(name, str) else None
        if found is None:
            raise SettingError(self.kind, f"Unknown {self.kind} {name!r}. Known: {', '.join(self._specs)}.")
        return found

    def name_of(self, component: object) -> str | None:
        """The name under which a class, or an instance's class, is registered; None if it is not."""
        cls = component if inspect.isclass(component) else type(component)
        return next((spec.name for spec in self._specs.values() if spec.cls is cls), None)

    def create(self, name: str, settings: Mapping[str, Any] | None = None, /, **wired: Any) -> C:
        return self.spec(name).create(settings, **wired)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._specs

    def __iter__(self) -> Iterator[ComponentSpec[C]]:
        return iter(tuple(self._specs.values()))

    def __len__(self) -> int:
        return len(self._specs)


def _refuse_without_schema(function: Any) -> None:
    """Every parameter must be named and typed; told from the bare code, because evaluating types takes its time."""
    function = inspect.unwrap(function)
    code = function.__code__
    if code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        raise TypeError(f"{function.__qualname__} must name every parameter, *args and **kwargs have no schema.")
    for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        if name != "self" and name not in function.__annotations__:
            raise TypeError(f"{function.__qualname__}: the parameter {name!r} has no type.")


@functools.cache
def parameters_of(function: Callable[..., Any]) -> tuple[ParamSpec, ...]:
    """Read a constructor's (or function's) annotated signature as a schema."""
    if function is object.__init__:
        return ()
    _refuse_without_schema(function)
    hints = get_type_hints(function, include_extras=True)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    return tuple(_parameter_spec(parameter, hints[parameter.name]) for parameter in parameters)


def _parameter_spec(parameter: inspect.Parameter, hint: Any) -> ParamSpec:
    notes: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        notes = tuple(rest)
    union = get_args(hint) if type(None) in get_args(hint) else ()
    if union:
        hint = next(part for part in union if part is not type(None))
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    kind = type(choices[0]) if choices else hint if isinstance(hint, type) else object
    wired = next((note.source for note in notes if isinstance(note, Wired)), None)
    help_ = next((note for note in notes if isinstance(note, Help)), Help(""))
    required = parameter.default is parameter.empty
    return ParamSpec(
        name=parameter.name,
        kind=kind,
        default=None if required else parameter.default,
        required=required,
        optional=bool(union),
        choices=choices,
        range=next((note for note in notes if isinstance(note, Range)), None),
        wired=wired,
        registry=next((note for note in notes if isinstance(note, Registry)), None),
        structure=next((note for note in notes if isinstance(note, Structure)), None),
        help=help_.text,
        label=help_.label or parameter.name.replace("_", " "),
    )


def checked(init: Callable[..., None]) -> Callable[..., None]:
    """Wrap a constructor so that its arguments are checked against their annotations first."""

    @functools.wraps(init)
    def checked_init(self: object, *args: Any, **kwargs: Any) -> None:
        bound = inspect.signature(init).bind(self, *args, **kwargs)
        for param in parameters_of(init):
            if param.name in bound.arguments:
                bound.arguments[param.name] = param.check(bound.arguments[param.name])
        init(*bound.args, **bound.kwargs)

    return checked_init


LAYERS: Registry[Any] = Registry("layer")
ACTIVATIONS: Registry[Any] = Registry("activation")
INITIALIZERS: Registry[Any] = Registry("initializer")
OPTIMIZERS: Registry[Any] = Registry("optimizer")
LOSSES: Registry[Any] = Registry("loss")
METRICS: Registry[Any] = Registry("metric")
DATASETS: Registry[Any] = Registry("data set")
