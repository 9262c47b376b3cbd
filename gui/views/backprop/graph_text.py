"""How numbers, shapes and names are written in the drawn graph, and how wide a gradient's arrow is."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gui.views.looks import metrics
from gui.views.looks.metrics import Role

USUAL_TEXT_HEIGHT = 14.0
WIDEST_NUMBER = "0.0e−00"
LARGE_CHANGE = 1.25
LATER = "later"
MOST_KEPT = 20_000


def number_text(value: float | None) -> str:
    """A norm with three decimals, or in e-notation where those would say nothing."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    if value != 0 and (abs(value) < 0.01 or abs(value) >= 1000):
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return f"{value:.3f}".replace("-", "−")


def loss_text(value: float) -> str:
    """The loss with four decimals where they can say something."""
    return f"{value:.4f}".replace("-", "−") if 0.01 <= abs(value) < 1000 else number_text(value)


def shape_text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})" if shape else "( )"


def gradient_name(of: str) -> str:
    return f"∂s/∂{of}"


def norm_name(of: str) -> str:
    return f"‖{gradient_name(of)}‖"


def gradient_width(norm: float | None) -> float:
    """The width in px of a gradient's arrow: it grows with the logarithm of the norm, between 1.8 and 6."""
    if norm is None or not math.isfinite(norm) or norm <= 0:
        return 1.8
    return min(6.0, max(1.8, 2.6 + 1.6 * math.log10(norm / 0.05)))


def ratio_of(norm: float | None, before: float | None) -> float | None:
    """How many times as large a norm is as the one before; None where that says nothing."""
    if norm is None or before is None or not (math.isfinite(norm) and math.isfinite(before)) or before <= 0:
        return None
    return norm / before


def tone_of(ratio: float | None) -> str:
    """ "grew", "shrank" or "same": whether a norm has changed by more than a quarter."""
    if ratio is None or 1 / LARGE_CHANGE <= ratio <= LARGE_CHANGE:
        return "same"
    return "grew" if ratio > 1 else "shrank"


def ratio_text(ratio: float | None) -> str:
    """What a tooltip says about it."""
    if ratio is None:
        return "no recording before to compare it with"
    number = f"{ratio:.1f}" if 0.1 <= ratio < 100 else number_text(ratio)
    return f"×{number} of the recording before"


class GraphFonts:
    """The fonts of one drawing, how tall their lines are, and how wide texts, each measured once."""

    def __init__(self, font: QFont) -> None:
        self.base = QFont(font)
        self._fonts = {role: metrics.tabular(metrics.role_font(font, role)) for role in Role}
        self._metrics = {role: QFontMetricsF(each) for role, each in self._fonts.items()}
        self._widths: dict[tuple[Role, str], float] = {}  # numbers change for ever, so it is emptied when it is long
        self.unit = QFontMetricsF(font).height() / USUAL_TEXT_HEIGHT
        """How much larger than usual everything is drawn: the lengths were chosen for text of that height."""

    def font(self, role: Role) -> QFont:
        return self._fonts[role]

    def height(self, role: Role) -> float:
        return self._metrics[role].height()

    def ascent(self, role: Role) -> float:
        return self._metrics[role].ascent()

    def width(self, role: Role, text: str) -> float:
        if (role, text) not in self._widths:
            if len(self._widths) > MOST_KEPT:
                self._widths.clear()
            self._widths[role, text] = self._metrics[role].horizontalAdvance(text)
        return self._widths[role, text]

    def elided(self, role: Role, text: str, width: float) -> str:
        """The text, cut off with "…" if it is wider than this."""
        if self.width(role, text) <= width:
            return text
        return self._metrics[role].elidedText(text, Qt.TextElideMode.ElideRight, width)

    def wrapped_height(self, role: Role, text: str, width: float) -> float:
        """How tall a text is in lines no wider than this."""
        return self._metrics[role].boundingRect(QRectF(0, 0, width, 1e6), Qt.TextFlag.TextWordWrap, text).height()
