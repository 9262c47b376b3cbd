"""Spacing, sizes and type: the grid in pixels, heights as multiples of the font's, text roles relative to the base.

Knows no widget of ours and no colour.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QFont, QFontMetrics

HALF_PX = 4
GRID_PX = 8
CARD_GAP_PX = 8
LABEL_GAP_PX = 8
PAGE_MARGIN_PX = 12
CARD_PADDING_PX = 12
GROUP_GAP_PX = 16
SECTION_GAP_PX = 24

CONTROL_RADIUS_PX = 4
CARD_RADIUS_PX = 6
PRESENTER_RADIUS_PX = 10

LINE_PX = 1.0
CURVE_PX = 2.4
RUN_CURVE_PX = 2.2
GHOST_PX = 1.6
BASELINE_PX = 3.0
MAP_FRAME_PX = 1.6
FOCUS_RING_PX = 2
FOCUS_GAP_PX = 1

BUTTON_SCALE = 2.0
FIELD_SCALE = 1.65
ROW_SCALE = 1.9
HEADER_SCALE = 2.25
DOCK_TITLE_SCALE = 2.1
CHIP_SCALE = 1.4
STATUS_SCALE = 1.65
RUN_BAR_SCALE = 3.25
PAGE_BAR_SCALE = 2.25

SMALLEST_CAPTION_PX = 12
ICON_SIDES_PX = (12, 16, 20, 24, 28, 32, 40, 48)


class Role(Enum):
    """What a text is for."""

    CAPTION = "caption"
    TABLE_HEAD = "table_head"
    BODY = "body"
    CONTROL = "control"
    TITLE = "title"
    VERDICT = "verdict"
    OP_TITLE = "op_title"
    FORMULA = "formula"
    RESULT = "result"


ROLE_STYLES = {
    Role.CAPTION: (0.92, QFont.Weight.Normal),
    Role.TABLE_HEAD: (0.92, QFont.Weight.DemiBold),
    Role.BODY: (1.0, QFont.Weight.Normal),
    Role.CONTROL: (1.0, QFont.Weight.Medium),
    Role.TITLE: (1.0, QFont.Weight.DemiBold),
    Role.VERDICT: (1.15, QFont.Weight.DemiBold),
    Role.OP_TITLE: (1.25, QFont.Weight.DemiBold),
    Role.FORMULA: (1.25, QFont.Weight.Normal),
    Role.RESULT: (1.55, QFont.Weight.DemiBold),
}
"""The size of each role relative to the base font, and its weight."""


def role_font(base: QFont, role: Role) -> QFont:
    """The font of a text role, from the base font; a caption never falls under 12 px (or the base, if that is less)."""
    scale, weight = ROLE_STYLES[role]
    font = QFont(base)
    font.setWeight(weight)
    if base.pixelSize() > 0:
        smallest = min(SMALLEST_CAPTION_PX, base.pixelSize())
        font.setPixelSize(max(smallest, round(base.pixelSize() * scale)))
    else:
        font.setPointSizeF(base.pointSizeF() * scale)
        if scale < 1 and QFontMetrics(font).height() < QFontMetrics(_at_pixels(font, SMALLEST_CAPTION_PX)).height():
            font.setPointSizeF(base.pointSizeF())
    return font


def _at_pixels(font: QFont, pixels: int) -> QFont:
    sized = QFont(font)
    sized.setPixelSize(pixels)
    return sized


def tabular(font: QFont) -> QFont:
    """The same font with figures of equal width, where it has them."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


def scaled(font: QFont, scale: float) -> int:
    """``scale`` times the font's height, in whole pixels."""
    return round(scale * QFontMetrics(font).height())


def button_height(font: QFont) -> int:
    return scaled(font, BUTTON_SCALE)


def field_height(font: QFont) -> int:
    return scaled(font, FIELD_SCALE)


def row_height(font: QFont) -> int:
    return scaled(font, ROW_SCALE)


def header_height(font: QFont) -> int:
    return scaled(font, HEADER_SCALE)


def chip_height(font: QFont) -> int:
    return scaled(font, CHIP_SCALE)


def icon_side(font: QFont) -> int:
    """The side of an icon beside text of this font: 16 px at the 13 px base font; a size that is drawn crisply."""
    height = QFontMetrics(font).height()
    return min(ICON_SIDES_PX, key=lambda side: (abs(side - height), -side))
