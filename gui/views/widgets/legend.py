"""The key to a pair of curves, with their latest values: training solid, validation dashed."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks.metrics import GHOST_PX, GRID_PX, HALF_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

SAMPLE_PX = 22
WIDEST_VALUE = "100.0 %"
NAMES = ("train", "validation")
SHORTER_NAMES = (("train", "val."), ("", ""))
LAST_RUN = "last run"


class Legend(ThemedWidget):
    """Two entries: a piece of line, a name, the latest value. With less room the names are shorter, then gone."""

    def __init__(self, themes: ThemeProvider, parent: QWidget | None = None) -> None:
        self._lengths: dict[tuple[Role, str], float] = {}
        super().__init__(themes, parent)
        self._values = ("", "")
        self._best = ""
        self._has_last_run = False
        self._is_smoothed = True
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setWhatsThis(
            "The key to the curves with their latest values. Training is measured on the batches being learnt from, "
            "validation on data the network never learns from; a growing distance between them is overfitting."
        )
        self._describe()

    def set_values(self, train: float | None, validation: float | None, form: Callable[[float], str]) -> None:
        """Show the latest values; None shows the name alone."""
        values = ("" if train is None else form(train), "" if validation is None else form(validation))
        if values != self._values:
            self._values = values
            self._describe()

    def set_last_run(self, shown: bool) -> None:
        """Say that the run before is drawn too."""
        if shown != self._has_last_run:
            self._has_last_run = shown
            self.updateGeometry()
            self._describe()

    def set_smoothing(self, on: bool) -> None:
        """Say whether the training curve is smoothed."""
        self._is_smoothed = on
        self._describe()

    def set_best(self, epoch: int | None) -> None:
        """Name the epoch of the star in the plot; None names none."""
        best = "" if epoch is None else f"best epoch {epoch}"
        if best != self._best:
            self._best = best
            self._describe()

    def _describe(self) -> None:
        entries = (f"{name} {value}".strip() for name, value in zip(NAMES, self._values, strict=True))
        text = ", ".join(filter(None, (*entries, self._best)))
        last_run = " Thin and grey: the run before." if self._has_last_run else ""
        self.setAccessibleName(text)
        training = "training, smoothed" if self._is_smoothed else "training, every batch"
        self.setToolTip(f"Dark solid: {training}. Purple dashed: validation.{last_run} {text}")
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._lengths = {}
        super().changeEvent(event)

    def _length(self, role: Role, text: str) -> float:
        """How long a text is; kept, because it is asked many times a second."""
        if (role, text) not in self._lengths:
            self._lengths[role, text] = QFontMetricsF(self.role_font(role)).horizontalAdvance(text)
        return self._lengths[role, text]

    def _width(self, names: tuple[str, ...]) -> int:
        each = SAMPLE_PX + 2 * HALF_PX + self._length(Role.TABLE_HEAD, WIDEST_VALUE) + GRID_PX
        return round(sum(each + self._length(Role.CAPTION, name) for name in names))

    def sizeHint(self) -> QSize:
        last_run = self._last_run_width() if self._has_last_run else 0
        return QSize(self._width(NAMES) + last_run, round(1.4 * QFontMetricsF(self.font()).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._width(("", "")), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names = next((each for each in (NAMES, *SHORTER_NAMES) if self.width() >= self._width(each)), ("", ""))
        x = float(self.width() - self._width(names))
        if self._has_last_run and x >= self._last_run_width():
            self._paint_last_run(painter, x - 2 * GRID_PX)
        for name, value, dashed in zip(names, self._values, (False, True), strict=True):
            x = self._paint_entry(painter, x, name, value, dashed)
        painter.end()

    def _last_run_width(self) -> int:
        return math.ceil(SAMPLE_PX + HALF_PX + self._length(Role.CAPTION, LAST_RUN) + 2 * GRID_PX)

    def _paint_last_run(self, painter: QPainter, right: float) -> None:
        """Only where there is room to its left."""
        x, middle = right - self._length(Role.CAPTION, LAST_RUN), self.height() / 2
        painter.setPen(QPen(self.theme.color("ink_3"), GHOST_PX))
        painter.drawLine(QPointF(x - HALF_PX - SAMPLE_PX, middle), QPointF(x - HALF_PX, middle))
        painter.setFont(self.role_font(Role.CAPTION))
        painter.setPen(self.theme.color("ink_2"))
        painter.drawText(QPointF(x, middle + QFontMetricsF(self.font()).ascent() / 2 - 1), LAST_RUN)

    def _paint_entry(self, painter: QPainter, x: float, name: str, value: str, dashed: bool) -> float:
        """Paint one entry and return where the next one begins."""
        theme, middle = self.theme, self.height() / 2
        pen = QPen(theme.color("validation" if dashed else "train"), 2.4)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if dashed:
            pen.setDashPattern([2.6, 1.4])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, middle), QPointF(x + SAMPLE_PX, middle))
        x += SAMPLE_PX + HALF_PX
        baseline = middle + QFontMetricsF(self.font()).ascent() / 2 - 1
        for role, text, tone in ((Role.CAPTION, name, "ink_2"), (Role.TABLE_HEAD, value, "ink")):
            painter.setFont(self.role_font(role))
            painter.setPen(theme.color("validation" if dashed else tone))
            painter.drawText(QPointF(x, baseline), text)
            x += self._length(role, name) + HALF_PX if role is Role.CAPTION else 0
        return x + self._length(Role.TABLE_HEAD, WIDEST_VALUE) + GRID_PX
