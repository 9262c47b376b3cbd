"""The card of the decision boundary, or of the fitted curve or surface: the brushes, how many are wrong, the plot."""

from __future__ import annotations

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from gui.state.playground import PlaygroundState
from gui.views.looks import metrics
from gui.views.looks.class_styles import PointStyle, stamp
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.playground.boundary_items import RING_PX
from gui.views.playground.boundary_plot import BoundaryPlot
from gui.views.playground.brush_bar import BrushBar
from gui.views.widgets.card import Card
from gui.views.widgets.themed import text_label

TITLES = {"classes": "Decision boundary", "curve": "Fitted curve", "surface": "Fitted surface"}
NOT_TRAINED = "not trained yet"
BUTTON_ROOM_PX = 22
COUNT_WIDTH = 6.5  # of the words with the number of wrong points, in lines of text


class BoundaryCard(Card):
    """Follows ``PlaygroundState``."""

    def __init__(self, themes: ThemeProvider, state: PlaygroundState, parent: QWidget | None = None) -> None:
        super().__init__(themes, TITLES["classes"], parent=parent)
        self.setObjectName("boundary_card")
        self._state = state
        self.plot = BoundaryPlot(themes, state)
        self.brushes = BrushBar(themes, state)
        self._ring = QLabel()
        self._wrong = text_label("", Role.CAPTION, "secondary")
        self._wrong.setObjectName("wrong_label")
        self._wrong.setAccessibleName("Wrong points")
        self._wrong.setToolTip("How many of the points on show the network puts into a wrong class; each wears a ring")
        self._wrong.setWhatsThis(
            "How many of the points on show the network puts into another class than their own. Each of them wears a "
            "ring in the plot."
        )
        self.validation_button = self._validation_button()
        self._fill()
        state.points_changed.connect(self._on_points_changed)
        state.brush_changed.connect(self._on_points_changed)
        state.answered.connect(self.refresh)
        themes.theme_changed.connect(self._paint_ring)
        themes.font_changed.connect(self._paint_ring)
        self._paint_ring()
        self._on_points_changed()

    def _validation_button(self) -> QPushButton:
        button = QPushButton("validation")
        button.setCheckable(True)
        button.setChecked(self._state.shows_validation)
        button.setProperty("small", "true")
        button.setObjectName("validation_button")
        button.setAccessibleName("Show validation points")
        button.setToolTip("Show the validation points too: they are hollow, and the network never learns from them")
        button.setWhatsThis(
            "Shows or hides the validation points, which the network never learns from. They are hollow; Shift and a "
            "click in the plot sets one."
        )
        button.toggled.connect(self._state.set_shows_validation)
        return button

    def _fill(self) -> None:
        legend = QWidget()
        line = QHBoxLayout(legend)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics.HALF_PX)
        line.addWidget(self._ring)
        line.addWidget(self._wrong)
        self._legend = legend
        for widget in (self.brushes, legend, self.validation_button):
            self.add_header_widget(widget)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(metrics.GRID_PX, 0, metrics.GRID_PX, 0)
        self._row.addStretch(1)
        self.body.setContentsMargins(metrics.HALF_PX, 0, metrics.HALF_PX, metrics.HALF_PX)
        self.body.setSpacing(0)
        self.body.addLayout(self._row)
        self.body.addWidget(self.plot)

    # -- where there is little room -----------------------------------------------------------------------------------

    @property
    def is_narrow(self) -> bool:
        """Whether the brushes have a row of their own, below the title."""
        return self._row.indexOf(self.brushes) >= 0

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is with the brushes below the title."""
        title = self._title.sizeHint().width() + self.validation_button.minimumWidth() + metrics.GRID_PX
        title += self._caption.minimumSizeHint().width() + metrics.GRID_PX
        brushes = self.brushes.minimumSizeHint().width() + self._legend.sizeHint().width()
        return QSize(max(title, brushes) + 4 * metrics.CARD_PADDING_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_header()

    def _fit_header(self) -> None:
        """Brushes and count go below the title where they do not fit beside it; names are where there is room."""
        bold = QFont(self.validation_button.font())
        bold.setWeight(QFont.Weight.DemiBold)  # as it is when switched on, which Qt does not reckon with
        words = QFontMetrics(bold).horizontalAdvance(self.validation_button.text())
        self.validation_button.setMinimumWidth(words + BUTTON_ROOM_PX)
        pads = 2 * metrics.CARD_PADDING_PX
        count = metrics.scaled(self.font(), COUNT_WIDTH)
        beside = self._title.sizeHint().width() + self.validation_button.minimumWidth() + pads + 3 * metrics.GRID_PX
        narrow = self.width() < beside + count + self.brushes.minimumSizeHint().width()
        if narrow != self.is_narrow:
            self._move_brushes(narrow)
        room = self.width() - count - (pads if narrow else beside)
        self.brushes.set_names_shown(room >= self.brushes.named_width())

    def _move_brushes(self, narrow: bool) -> None:
        if narrow:
            for place, widget in enumerate((self.brushes, self._legend)):
                self._header.removeWidget(widget)
                self._row.insertWidget(place, widget)
        else:
            before = self._header.indexOf(self.validation_button)
            for place, widget in enumerate((self.brushes, self._legend)):
                self._row.removeWidget(widget)
                self._header.insertWidget(before + place, widget)
        self.brushes.show()  # a widget that goes to another parent is hidden, and twice in a row it would stay so
        self._legend.setVisible(self._has_count())

    def _has_count(self) -> bool:
        """Whether there are wrong points to count: classes, and a network that has been trained."""
        answer, points = self._state.answer, self._state.points
        is_classes = points is not None and points.kind == "classes" and len(points) > 0
        return is_classes and answer is not None and answer.is_trained

    @Slot()
    def _on_points_changed(self) -> None:
        points = self._state.points
        if points is not None:
            self.set_title(TITLES[points.kind])
            self.plot.setAccessibleName(TITLES[points.kind])
        self.validation_button.setVisible(points is not None and points.has_validation)
        self.validation_button.blockSignals(True)
        self.validation_button.setChecked(self._state.shows_validation)
        self.validation_button.blockSignals(False)
        self._fit_header()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say what there is to say about the points and the answers."""
        self._legend.setVisible(self._has_count())
        self._wrong.setText(f"wrong: {self.plot.wrong_count:,}")
        self.set_caption(self._words())

    def _words(self) -> str:
        answer = self._state.answer
        if answer is not None and not answer.responses.is_finite:
            return "The network gives numbers that are not finite."
        if answer is not None and not answer.is_trained:
            return NOT_TRAINED
        return ""

    @Slot()
    def _paint_ring(self) -> None:
        theme, side = self._themes.theme, metrics.icon_side(self.font())
        style = PointStyle("circle", theme.color("panel"), theme.color("trouble"), RING_PX)
        picture = stamp(style, 0.65 * side, self.devicePixelRatioF())
        self._ring.setPixmap(QIcon(picture).pixmap(QSize(side, side), self.devicePixelRatioF()))
