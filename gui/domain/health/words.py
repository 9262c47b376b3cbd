"""How the numbers of gradient health are written: small and large ones in powers of ten, layers as subscripts."""

from __future__ import annotations

import math

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PLAIN_FROM, PLAIN_TO = 0.0095, 999.5


def small_number(value: float) -> str:
    """At most three digits: "0.461", "12.3", "3e-6", "1.2e4"; "–" for what was not measured."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    if value == 0:
        return "0"
    if PLAIN_FROM <= abs(value) < PLAIN_TO:
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.3g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"


def limit_text(value: float) -> str:
    """An end of a scale, which is a round number: "0.01", "5", "2e-6"."""
    return f"{value:g}" if PLAIN_FROM <= value < PLAIN_TO else small_number(value)


def share_text(share: float) -> str:
    """Per cent without decimals, "<1 %" where that would hide something."""
    if math.isnan(share):
        return "–"
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def weight_name(layer: int) -> str:
    """‖∂s/∂W₁‖ of the layer counted from 0."""
    return f"‖∂s/∂W{str(layer + 1).translate(SUBSCRIPTS)}‖"


def ratio_name(layer: int, other: int) -> str:
    """‖∂s/∂W₁‖ / ‖∂s/∂W₃‖."""
    return f"{weight_name(layer)} / {weight_name(other)}"
