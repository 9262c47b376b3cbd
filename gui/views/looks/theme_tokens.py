"""The design tokens: every colour of the studio, once, as one frozen ``Theme`` per look.

The meaning of each hue is fixed: blue is a gradient, green a parameter, vermillion loss or trouble, reddish purple
validation, honey the one accent, brown the negative end of every signed map.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

SignedKind = Literal["value", "gradient", "parameter"]


@dataclass(frozen=True)
class SeriesStyle:
    """How one run (or class) is drawn: colour, text colour, dash in px (empty: solid) and the marker of a class."""

    line: str
    text: str
    dash: tuple[float, ...]
    marker: str


@dataclass(frozen=True)
class SignedStops:
    """A signed map's colours: zero, then three stops outward at 1/3, 2/3 and 1 of the limit, on either side."""

    zero: str
    positive: tuple[str, str, str]
    negative: tuple[str, str, str]


@dataclass(frozen=True)
class Theme:
    """The colours of one look, as ``#RRGGBB``; the names are those of the design tokens."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    field: str
    button: str
    line: str
    line_strong: str
    grid: str
    ink: str
    ink_2: str
    ink_3: str
    accent: str
    on_accent: str
    accent_line: str
    accent_edge: str
    selection: str
    selection_edge: str
    gradient: str
    gradient_text: str
    gradient_tint: str
    parameter: str
    parameter_text: str
    parameter_tint: str
    trouble: str
    trouble_text: str
    trouble_tint: str
    validation: str
    train: str
    train_raw: str
    digit_paper: str
    digit_ink: str
    signed_value: SignedStops
    signed_gradient: SignedStops
    signed_parameter: SignedStops
    series: tuple[SeriesStyle, ...]
    disabled_edge: str = "solid"
    class_fill: tuple[str, str] = ("#E69F00", "#56B4E9")
    class_outline: tuple[str, str] = ("#7A5200", "#0B4E7A")

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """A token's colour by name, for painting; an unknown name is an AttributeError."""
        color = QColor(getattr(self, token))
        color.setAlphaF(alpha)
        return color

    def map_color(self, kind: SignedKind) -> str:
        """The colour of a signed map's frame: the kind's own hue, grey for values."""
        return {"value": self.ink_3, "gradient": self.gradient, "parameter": self.parameter}[kind]

    def signed_lookup(self, kind: SignedKind) -> npt.NDArray[np.uint8]:
        """The (256, 4) RGBA table of a signed map, read-only; entry 128 is zero, 1 and 255 are the two limits."""
        return _signed_lookup(getattr(self, f"signed_{kind}"))

    def signed_colors(self, kind: SignedKind, values: npt.ArrayLike, limit: float) -> npt.NDArray[np.uint8]:
        """Colour an array: RGBA, uint8, shape ``values.shape + (4,)``, symmetric about 0 and clipped at +-``limit``.

        A NaN takes the colour of trouble. A limit of 0 (nothing but zeros) shows zero. Raises ``ValueError`` for a
        negative or NaN limit.
        """
        return signed_colors(self, kind, values, limit)


def signed_colors(theme: Theme, kind: SignedKind, values: npt.ArrayLike, limit: float) -> npt.NDArray[np.uint8]:
    """See ``Theme.signed_colors``."""
    if not limit >= 0:
        raise ValueError(f"The limit of a signed map must be 0 or more. Received: {limit!r}.")
    array = np.asarray(values, dtype=np.float64)
    missing = np.isnan(array)
    share = np.sign(array) if limit == 0 else np.clip(array / limit, -1, 1)
    index = 128 + np.rint(127 * np.where(missing, 0, share)).astype(np.intp)
    colors: npt.NDArray[np.uint8] = np.take(theme.signed_lookup(kind), index, axis=0)
    colors[missing] = _rgba(theme.trouble)
    return colors


@functools.cache
def _signed_lookup(stops: SignedStops) -> npt.NDArray[np.uint8]:
    ramp = [*reversed(stops.negative), stops.zero, *stops.positive]
    table = np.array([_rgba(color) for color in ramp], dtype=np.float64)
    where = (np.arange(256) - 128) / 127
    at = np.linspace(-1, 1, len(ramp))
    lookup = np.stack([np.interp(where, at, table[:, channel]) for channel in range(4)], axis=1)
    result = np.rint(lookup).astype(np.uint8)
    result.setflags(write=False)
    return result


def _rgba(color: str) -> tuple[int, int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16), 255


_DASHES: tuple[tuple[float, ...], ...] = ((), (8, 4), (2, 4), (9, 3, 2, 3), (5, 3), (12, 4))
_MARKERS = ("square", "diamond", "cross", "star", "circle", "triangle")


def _series(lines: tuple[str, ...], texts: tuple[str, ...]) -> tuple[SeriesStyle, ...]:
    return tuple(SeriesStyle(*style) for style in zip(lines, texts, _DASHES, _MARKERS, strict=True))


_BROWN_LIGHT = ("#EBD0A9", "#CC8E48", "#8C4A0A")
_BROWN_DARK = ("#6B4319", "#B9792F", "#F0B36B")
_SIGNED_LIGHT = (
    SignedStops("#F3F2F0", ("#B9BEC3", "#5A636B", "#1E2429"), _BROWN_LIGHT),
    SignedStops("#F3F2F0", ("#8CC4E6", "#0072B2", "#003354"), _BROWN_LIGHT),
    SignedStops("#F3F2F0", ("#8AD3BA", "#009E73", "#00432F"), _BROWN_LIGHT),
)
_SIGNED_DARK = (
    SignedStops("#272C32", ("#5B636B", "#AEB5BC", "#FFFFFF"), _BROWN_DARK),
    SignedStops("#272C32", ("#1E6C98", "#56B4E9", "#DCF1FF"), _BROWN_DARK),
    SignedStops("#272C32", ("#12765A", "#2BC79A", "#D2F8EA"), _BROWN_DARK),
)
_SERIES_DARK = ("#2BC79A", "#FF9C57", "#7CC6F0", "#E08FBE", "#F5BE55", "#8CCBF0")
_SERIES_CONTRAST = ("#39E6B0", "#FF9A4D", "#6CC8FF", "#FF9EDB", "#FFD23F", "#FFFFFF")

LIGHT = Theme(
    name="light",
    window="#F4F3F0",
    panel="#FFFFFF",
    raised="#FAF9F7",
    hover="#EDEBE6",
    field="#FFFFFF",
    button="#FFFFFF",
    line="#E0DDD7",
    line_strong="#C9C5BD",
    grid="#ECEAE6",
    ink="#1E2429",
    ink_2="#4C545B",
    ink_3="#666D74",
    accent="#F2B33D",
    on_accent="#221803",
    accent_line="#9A5B00",
    accent_edge="#C98A12",
    selection="#FDF2DC",
    selection_edge="#E6C27A",
    gradient="#0072B2",
    gradient_text="#00629B",
    gradient_tint="#E6F2FA",
    parameter="#009E73",
    parameter_text="#006B4E",
    parameter_tint="#E2F4EE",
    trouble="#D55E00",
    trouble_text="#A84400",
    trouble_tint="#FCEDE1",
    validation="#A8447F",
    train="#2B343C",
    train_raw="#C3C7CA",
    digit_paper="#14171A",
    digit_ink="#FFFFFF",
    signed_value=_SIGNED_LIGHT[0],
    signed_gradient=_SIGNED_LIGHT[1],
    signed_parameter=_SIGNED_LIGHT[2],
    series=_series(
        ("#009E73", "#D55E00", "#0072B2", "#A8447F", "#B07900", "#3A8FC4"),
        ("#00714F", "#A84400", "#00629B", "#A8447F", "#805800", "#1F6B99"),
    ),
)

DARK = Theme(
    name="dark",
    window="#15181C",
    panel="#1D2126",
    raised="#23282E",
    hover="#2F363E",
    field="#171A1E",
    button="#2A3037",
    line="#333A41",
    line_strong="#4A525B",
    grid="#2A3036",
    ink="#ECEEF0",
    ink_2="#BCC2C8",
    ink_3="#9BA3AB",
    accent="#F2B33D",
    on_accent="#221803",
    accent_line="#F5BE55",
    accent_edge="#C98A12",
    selection="#352B18",
    selection_edge="#7A5F2A",
    gradient="#56B4E9",
    gradient_text="#7CC6F0",
    gradient_tint="#15303F",
    parameter="#2BC79A",
    parameter_text="#4AD6AC",
    parameter_tint="#12342B",
    trouble="#F57F2A",
    trouble_text="#FF9C57",
    trouble_tint="#3B2414",
    validation="#E08FBE",
    train="#E3E6E9",
    train_raw="#565E66",
    digit_paper="#14171A",
    digit_ink="#FFFFFF",
    signed_value=_SIGNED_DARK[0],
    signed_gradient=_SIGNED_DARK[1],
    signed_parameter=_SIGNED_DARK[2],
    series=_series(_SERIES_DARK, _SERIES_DARK),
)

HIGH_CONTRAST = Theme(
    name="high_contrast",
    window="#000000",
    panel="#000000",
    raised="#000000",
    hover="#2B2B2B",
    field="#000000",
    button="#000000",
    line="#FFFFFF",
    line_strong="#FFFFFF",
    grid="#4D4D4D",
    ink="#FFFFFF",
    ink_2="#FFFFFF",
    ink_3="#E0E0E0",
    accent="#FFD23F",
    on_accent="#000000",
    accent_line="#FFD23F",
    accent_edge="#FFFFFF",
    selection="#3A3000",
    selection_edge="#FFD23F",
    gradient="#6CC8FF",
    gradient_text="#6CC8FF",
    gradient_tint="#000000",
    parameter="#39E6B0",
    parameter_text="#39E6B0",
    parameter_tint="#000000",
    trouble="#FF9A4D",
    trouble_text="#FF9A4D",
    trouble_tint="#000000",
    validation="#FF9EDB",
    train="#FFFFFF",
    train_raw="#808080",
    digit_paper="#000000",
    digit_ink="#FFFFFF",
    signed_value=_SIGNED_DARK[0],
    signed_gradient=_SIGNED_DARK[1],
    signed_parameter=_SIGNED_DARK[2],
    series=_series(_SERIES_CONTRAST, _SERIES_CONTRAST),
    disabled_edge="dashed",
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}
