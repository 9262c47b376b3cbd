"""Where the time of a batch goes: four parts of a bar, and how long a batch takes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks.metrics import HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

PHASES = ("forward", "backward", "update", "data and window")
TONES = ("ink_2", "gradient", "parameter", "line_strong")
BAR_LETTERS = 8
BAR_SHARE = 0.5
WIDEST = "00.00 ms a batch"


def milliseconds_text(milliseconds: float) -> str:
    digits = 0 if milliseconds >= 100 else 1 if milliseconds >= 10 else 2
    return f"{milliseconds:.{digits}f} ms"


class PhaseBar(ThemedWidget):
    """Shows nothing, but keeps its place, while nothing has been measured."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.setObjectName("phase_bar")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._phases: tuple[float, ...] = ()
        self.setWhatsThis(
            "Where the time of a batch goes. Dark: forward, from the data to the loss. Blue: backward, from the loss "
            "to the gradients. Green: update, the optimiser's step. Grey: choosing the samples, and this window."
        )
        self.set_phases(None)

    def set_phases(self, milliseconds: tuple[float, float, float, float] | None) -> None:
        """Show the milliseconds that a batch takes in each phase."""
        self._phases = milliseconds or ()
        parts = ", ".join(f"{name} {milliseconds_text(each)}" for name, each in zip(PHASES, self._phases, strict=False))
        self.setAccessibleName(f"Time of a batch: {parts or 'not measured yet'}")
        self.setToolTip(
            f"Time of a batch on average: {parts}" if parts else "The time of a batch, once one was trained"
        )
        self.update()

    @property
    def text(self) -> str:
        return f"{milliseconds_text(sum(self._phases))} a batch" if self._phases else ""

    def _bar_width(self) -> float:
        return BAR_LETTERS * QFontMetricsF(self.role_font(Role.CAPTION)).averageCharWidth()

    def sizeHint(self) -> QSize:
        text = QFontMetricsF(self.role_font(Role.CAPTION))
        return QSize(round(self._bar_width() + 2 * HALF_PX + text.horizontalAdvance(WIDEST)), round(text.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._phases:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width, height = self._bar_width(), BAR_SHARE * self.height()
        x, total = 0.0, sum(self._phases) or 1.0
        for tone, each in zip(TONES, self._phases, strict=True):
            painter.setBrush(self.theme.color(tone))
            painter.drawRect(QRectF(x, (self.height() - height) / 2, width * each / total, height))
            x += width * each / total
        painter.setPen(self.theme.color("ink_2"))
        painter.setFont(self.role_font(Role.CAPTION))
        room = QRectF(x + 2 * HALF_PX, 0, self.width() - x - 2 * HALF_PX, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text)
        painter.end()
