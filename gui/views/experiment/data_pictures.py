"""A row of small pictures, one for each generated set of points, so that sets are switched with one click."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from beras.registry import DATASETS
from gui.domain.check import OWN_POINTS
from gui.domain.data_view import picture_names, picture_points
from gui.state.experiment import ExperimentState
from gui.views.looks import metrics
from gui.views.looks.icons import bind_icon
from gui.views.looks.theme import Theme, ThemeProvider
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.scatter_preview import placed, styled

SIDE_SCALE = 1.5  # of a picture, in lines of text
POINT_SHARE = 0.1  # of its side
MARGIN_SHARE = 0.08


class DataPictures(QWidget):
    """Exclusive buttons; the pictures are painted from the sets' own points when they are first seen."""

    def __init__(self, themes: ThemeProvider, experiment: ExperimentState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._experiment = themes, experiment
        self.setObjectName("data_pictures")
        self._group = QButtonGroup(self)
        self._is_painted = False
        line = FlowLayout(metrics.HALF_PX, self)
        self._buttons = {name: self._button(name) for name in (*picture_names(), OWN_POINTS)}
        for button in self._buttons.values():
            line.addWidget(button)
        bind_icon(self._buttons[OWN_POINTS], "brush", themes)
        themes.theme_changed.connect(self._on_look_changed)
        themes.font_changed.connect(self._on_look_changed)
        experiment.changed.connect(self.refresh)
        self.refresh()

    def _button(self, name: str) -> QToolButton:
        spec = DATASETS.spec(name)
        button = QToolButton()
        button.setCheckable(True)
        button.setObjectName(f"data_{name}")
        button.setProperty("small", "true")
        button.setProperty("square", "true")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(spec.label)
        button.setToolTip("Own points: begin with an empty plane" if name == OWN_POINTS else spec.label)
        button.setWhatsThis(
            f"{spec.label}. {spec.summary} One click chooses this data set; Undo brings the old one back."
        )
        button.clicked.connect(lambda _=False: self._choose(name))
        self._group.addButton(button)
        return button

    def _choose(self, name: str) -> None:
        self._experiment.set_data(name)
        self.refresh()  # a click on the chosen one changes nothing

    @Slot()
    def refresh(self) -> None:
        """Mark the chosen set."""
        chosen = self._buttons.get(self._experiment.spec.data.name)
        self._group.setExclusive(False)  # or none could be marked
        for button in self._buttons.values():
            button.setChecked(button is chosen)
        self._group.setExclusive(True)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._is_painted:
            self._paint_all()

    @Slot()
    def _on_look_changed(self) -> None:
        self._is_painted = False
        if self.isVisible():
            self._paint_all()

    def _paint_all(self) -> None:
        self._is_painted = True
        side = metrics.scaled(self.font(), SIDE_SCALE)
        for name, button in self._buttons.items():
            if name != OWN_POINTS:
                button.setIcon(QIcon(data_picture(self._themes.theme, name, side, self.devicePixelRatioF())))
                button.setIconSize(QSize(side, side))


def data_picture(theme: Theme, name: str, side: int, ratio: float) -> QPixmap:
    """A generated set as a picture of a few pixels."""
    points = picture_points(name)
    picture = QPixmap(QSize(side, side) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    margin = MARGIN_SHARE * side
    x, y = placed(points, QRectF(0, 0, side, side).adjusted(margin, margin, -margin, -margin))
    for style, chosen in styled(theme, points):
        color = style.edge if style.fill == theme.color("panel") else style.fill
        painter.setPen(QPen(color, POINT_SHARE * side, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints([QPointF(x[at], y[at]) for at in chosen.tolist()])
    painter.end()
    return picture
