"""How the studio may look: the themes and font sizes there are to choose from. Knows no colour and no font."""

from __future__ import annotations

THEME_CHOICES = ("system", "light", "dark", "high_contrast")
DEFAULT_THEME = "system"

FONT_PERCENTS = tuple(range(80, 201, 10))
NORMAL_FONT_PERCENT = 100


def next_font_percent(percent: int, steps: int) -> int:
    """The font size that lies so many steps above (or below) another; the largest or smallest where they end."""
    place = FONT_PERCENTS.index(percent) + steps
    return FONT_PERCENTS[min(max(place, 0), len(FONT_PERCENTS) - 1)]
