"""A formula as it stands on the board: fractions, subscripts, a gradient in blue. One line, painted.

The notation: ``{a/b}`` is a fraction, ``_x`` or ``_{xy}`` a subscript; everything else stands as it is. A fraction over
∂s, or over another target without a subscript, is a gradient that flows, so it is blue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks.metrics import HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SUBSCRIPT = 0.72
GRADIENT_TOP = "∂"
_TOKENS = re.compile(
    r"\{(?P<fraction>[^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|_(?:\{(?P<long>[^{}]*)\}|(?P<short>[^\s]))|(?P<text>[^{_]+)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula: plain text, a subscript, or a fraction of two lines of pieces."""

    text: str = ""
    is_subscript: bool = False
    top: tuple[Piece, ...] = ()
    bottom: tuple[Piece, ...] = ()

    @property
    def is_gradient(self) -> bool:
        return len(self.top) == 1 and self.top[0].text.startswith(GRADIENT_TOP)


def pieces_of(formula: str) -> tuple[Piece, ...]:
    """The parts of a formula in the notation of this module."""
    found = []
    for token in _TOKENS.finditer(formula):
        fraction = token["fraction"]
        if fraction is not None and "/" in fraction:
            top, bottom = fraction.split("/", 1)
            found.append(Piece(top=pieces_of(top), bottom=pieces_of(bottom)))
        elif fraction is not None:
            found += pieces_of(fraction)
        elif token["text"] is not None:
            found.append(Piece(token["text"]))
        else:
            found.append(Piece(token["long"] or token["short"] or "", is_subscript=True))
    return tuple(found)


def plain_formula(formula: str) -> str:
    """The same for a screen reader or a table of text: ∂s/∂W_ij = Σ_n ∂s/∂z_nj · a_ni."""
    return re.sub(r"[{}]", "", formula)


class FormulaView(ThemedWidget):
    """Paints one formula; it is as wide as it has to be, and shrinks its letters where there is no room."""

    def __init__(self, themes: ThemeProvider, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._pieces: tuple[Piece, ...] = ()
        self._formula = ""
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_formula(self, formula: str, explanation: str = "") -> None:
        """Show a formula; ``explanation`` says what its letters mean."""
        if formula != self._formula:
            self._formula, self._pieces = formula, pieces_of(formula)
            self.setAccessibleName(plain_formula(formula))
            self.updateGeometry()
            self.update()
        self.setToolTip(explanation)
        self.setWhatsThis(f"{plain_formula(formula)}. {explanation}")

    def sizeHint(self) -> QSize:
        font = self.role_font(Role.FORMULA)
        return QSize(round(_width(self._pieces, font)) + 2 * HALF_PX, round(2.4 * QFontMetricsF(font).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self.role_font(Role.FORMULA)
        width = _width(self._pieces, font)
        if width > self.width() - 2 and width > 0:
            share = (self.width() - 2) / width
            painter.scale(share, share)
        height = self.height() / painter.transform().m22()
        self._paint(painter, self._pieces, QPointF(0, height / 2), font, "ink")

    def _paint(self, painter: QPainter, pieces: tuple[Piece, ...], start: QPointF, font: QFont, token: str) -> float:
        """Paint from ``start`` (the middle of the line's left end) and return the width."""
        x = start.x()
        for piece in pieces:
            if piece.top:
                x += self._paint_fraction(painter, piece, QPointF(x, start.y()), font)
                continue
            small = _small(font) if piece.is_subscript else font
            letters = QFontMetricsF(small)
            drop = 0.3 * QFontMetricsF(font).height() if piece.is_subscript else 0.0
            painter.setFont(small)
            painter.setPen(self.theme.color(token))
            baseline = start.y() + (QFontMetricsF(font).ascent() - QFontMetricsF(font).descent()) / 2 + drop
            painter.drawText(QPointF(x, baseline), piece.text)
            x += letters.horizontalAdvance(piece.text)
        return x - start.x()

    def _paint_fraction(self, painter: QPainter, piece: Piece, start: QPointF, font: QFont) -> float:
        token = "gradient_text" if piece.is_gradient else "ink"
        widths = _width(piece.top, font), _width(piece.bottom, font)
        width = max(widths) + 2 * HALF_PX
        half = QFontMetricsF(font).height() / 2 + 1
        for part, own, y in ((piece.top, widths[0], -half), (piece.bottom, widths[1], half)):
            self._paint(painter, part, QPointF(start.x() + (width - own) / 2, start.y() + y), font, token)
        painter.setPen(QPen(self.theme.color(token), 1.2))
        painter.drawLine(QPointF(start.x() + 1, start.y()), QPointF(start.x() + width - 1, start.y()))
        return width


def _small(font: QFont) -> QFont:
    small = QFont(font)
    if font.pixelSize() > 0:
        small.setPixelSize(max(1, round(font.pixelSize() * SUBSCRIPT)))
    else:
        small.setPointSizeF(font.pointSizeF() * SUBSCRIPT)
    return small


def _width(pieces: tuple[Piece, ...], font: QFont) -> float:
    width = 0.0
    for piece in pieces:
        if piece.top:
            width += max(_width(piece.top, font), _width(piece.bottom, font)) + 2 * HALF_PX
        else:
            width += QFontMetricsF(_small(font) if piece.is_subscript else font).horizontalAdvance(piece.text)
    return width
