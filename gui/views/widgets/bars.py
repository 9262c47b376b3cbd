"""What the network says: one bar per class, the two leaders emphasised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.views.looks import metrics
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.themed import ThemedWidget

ROW_SCALE = 1.2
BAR_SCALE = 0.75
BAR_RADIUS_PX = 2
WIDEST_PERCENT = "100.0 %"
TRACK_IN_LETTERS = 8
LEAST_NAME_IN_LETTERS, LEAST_TRACK_IN_LETTERS = 6, 3
NAME_SHARE = 0.4
SHOWN_FROM = 0.0005  # 0.1 % after rounding: a second place below it is no rival


class PredictionBars(ThemedWidget):
    """Rows of name, bar and per cent. Without probabilities it shows nothing, but keeps its place."""

    class_clicked = Signal(int)

    def __init__(
        self, themes: ThemeProvider, class_names: Sequence[str] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, parent)
        self.setObjectName("prediction_bars")
        self.setAccessibleName("Prediction")
        self.setToolTip("The probability that the network gives to each class; click one to ask why")
        self.setWhatsThis(
            "What the network answers to the drawing: one bar for each class, all together 100 %. The "
            "likeliest is honey, the second dark; two long bars mean that it is not sure."
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._names: tuple[str, ...] = tuple(class_names or map(str, range(10)))
        self._probabilities: npt.NDArray[np.float64] | None = None
        self.set_probabilities(None)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._names

    def set_class_names(self, names: Sequence[str]) -> None:
        """Name the classes, one row each; the old probabilities go."""
        self._names = tuple(names)
        self.set_probabilities(None)
        self.updateGeometry()

    def set_probabilities(self, probabilities: npt.ArrayLike | None) -> None:
        """Show one probability per class name, shape (n,); None shows nothing. ``ValueError`` for another shape."""
        array = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
        if array is not None and array.shape != (len(self._names),):
            raise ValueError(f"Expected {len(self._names)} probabilities, shape (n,). Received shape: {array.shape}.")
        self._probabilities = array
        self.setAccessibleDescription(self._description())
        self.update()

    def leaders(self) -> list[int]:
        """The likeliest class and, if it has a share that shows, the second; empty while nothing is shown."""
        if self._probabilities is None:
            return []
        values = np.nan_to_num(self._probabilities, nan=-1.0)
        order = np.argsort(-values, kind="stable")[:2].tolist()
        return [row for place, row in enumerate(order) if values[row] >= (0 if place == 0 else SHOWN_FROM)]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() / self.height() * len(self._names))
        if event.button() == Qt.MouseButton.LeftButton and self._probabilities is not None:
            self.class_clicked.emit(min(max(row, 0), len(self._names) - 1))

    def sizeHint(self) -> QSize:
        room = QFontMetrics(self.font())
        width = self._name_width(room) + TRACK_IN_LETTERS * room.horizontalAdvance("0")
        width += room.horizontalAdvance(WIDEST_PERCENT) + 2 * metrics.GRID_PX
        return QSize(width, round(ROW_SCALE * room.height()) * len(self._names))

    def minimumSizeHint(self) -> QSize:
        """Long names end in dots before a panel has to scroll."""
        letter, room = QFontMetrics(self.font()).horizontalAdvance("0"), 2 * metrics.GRID_PX
        least = (LEAST_NAME_IN_LETTERS + LEAST_TRACK_IN_LETTERS + len(WIDEST_PERCENT)) * letter + room
        return QSize(min(least, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._probabilities is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        leaders = self.leaders()
        height = self.height() / len(self._names)
        for row, probability in enumerate(self._probabilities.tolist()):
            place = leaders.index(row) if row in leaders else -1
            self._paint_row(painter, QRectF(0, row * height, self.width(), height), row, probability, place)

    def _paint_row(self, painter: QPainter, area: QRectF, row: int, probability: float, place: int) -> None:
        theme, strong = self.theme, place >= 0
        bold = self.role_font(metrics.Role.TITLE)
        painter.setFont(bold if strong else self.role_font(metrics.Role.BODY))
        room = QFontMetrics(bold)
        name_width, percent_width = self._name_width(room), room.horizontalAdvance(WIDEST_PERCENT)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.color("ink" if strong else "ink_2"))
        name = QRectF(area.left(), area.top(), name_width, area.height())
        text = room.elidedText(self._names[row], Qt.TextElideMode.ElideRight, name_width)
        painter.drawText(name, middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(theme.color("ink" if strong else "ink_3"))
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, percent(probability))
        left = name.right() + metrics.GRID_PX
        right = area.right() - percent_width - metrics.GRID_PX
        thick = round(BAR_SCALE * QFontMetrics(self.font()).height())
        track = QRectF(left, area.center().y() - thick / 2, max(0.0, right - left), thick)
        self._paint_bar(painter, track, probability, place)

    def _paint_bar(self, painter: QPainter, track: QRectF, probability: float, place: int) -> None:
        theme = self.theme
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("grid"))
        painter.drawRoundedRect(track, BAR_RADIUS_PX, BAR_RADIUS_PX)
        painter.fillRect(QRectF(track.left(), track.top(), 1, track.height()), theme.color("ink_3"))
        if np.isnan(probability):
            return
        share = min(1.0, max(0.0, probability))
        painter.setBrush(theme.color(("accent", "train")[place] if place >= 0 else "ink_3"))
        if share * track.width() >= 1:
            filled = QRectF(track.left(), track.top(), share * track.width(), track.height())
            painter.drawRoundedRect(filled, BAR_RADIUS_PX, BAR_RADIUS_PX)

    def _name_width(self, room: QFontMetrics) -> int:
        widest = max((room.horizontalAdvance(name) for name in self._names), default=0)
        limit = max(round(self.width() * NAME_SHARE), 6 * room.horizontalAdvance("0"))
        return min(widest, limit) + 1

    def _description(self) -> str:
        if self._probabilities is None:
            return "No prediction"
        rows = zip(self._names, self._probabilities.tolist(), strict=True)
        return ", ".join(f"{name}: {percent(value)}" for name, value in rows)


def percent(share: float) -> str:
    """A share as per cent with one decimal: ``41.4 %``; NaN says so."""
    return "NaN" if np.isnan(share) else f"{100 * share:.1f} %"
