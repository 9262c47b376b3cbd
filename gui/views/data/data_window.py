"""Look at the data: a contact sheet of images, or the points of a small set at large, in a window of its own."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontMetrics, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui.domain.data_view import samples_text
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.settings import Settings
from gui.views.data.data_scatter import DataScatter
from gui.views.experiment.component_form import choice_combo, show_choice
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.contact_sheet import ContactSheet
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.point_legend import PointLegend
from gui.views.widgets.themed import set_style_property, text_label

NAME = "look"
SIZE_SCALE = (58.0, 42.0)
DETAIL_SCALE = 13.0
PARTS = (
    ("both", "Both", "Show both parts, for training and for validation"),
    ("train", "Training", "Show the part that the network learns from"),
    ("validation", "Validation", "Show the part that is kept apart to see what the network has learnt"),
)
ALL_CLASSES = -1
HINT = "Point at a point, or go through them with the arrow keys."


class DataWindow(QDialog):
    """Follows the chosen data set while it is open. Escape closes it; its size is remembered."""

    def __init__(
        self,
        themes: ThemeProvider,
        experiment: ExperimentState,
        data: DataState,
        settings: Settings | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._themes, self._experiment, self._data, self._settings = themes, experiment, data, settings
        self._look = data.look
        self._shown: Any = None
        self.setObjectName("look_window")
        self.setModal(False)
        self._title = text_label("", Role.VERDICT)
        self._count = text_label("", tone="secondary")
        _explain(self._count, "look_count", "How many of the samples are shown, and in what order")
        self._readout = text_label(HINT, tone="secondary")
        _explain(self._readout, "look_readout", "The point under the mouse, or the one chosen with the arrow keys")
        self._nothing = text_label("", tone="caption")
        _explain(self._nothing, "look_nothing", "Why there is nothing to look at in this data set")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self.sheet = ContactSheet(themes)
        self.scatter = DataScatter(themes)
        self._legend = PointLegend(themes)
        self._image = PixelImage(themes, "Enlarged image")
        self._image_text = text_label("", Role.TITLE)
        self._class_text = text_label("", tone="secondary")
        self._class_text.setWordWrap(True)
        self._pages = QStackedWidget()
        self._fill()
        self._connect()

    # -- making -------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        column = QVBoxLayout(self)
        margin = metrics.PAGE_MARGIN_PX
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(metrics.GRID_PX)
        column.addLayout(self._heading())
        column.addLayout(self._controls())
        self._image_page, self._point_page = self._images(), self._points()
        for page in (self._image_page, self._point_page, self._nothing):
            self._pages.addWidget(page)
        column.addWidget(self._pages, 1)
        column.addWidget(self._readout)
        scales = (metrics.scaled(self.font(), scale) for scale in SIZE_SCALE)
        remembered = self._settings.dialog_size(NAME) if self._settings is not None else QSize()
        self.resize(remembered if remembered.isValid() else QSize(*scales))

    def _heading(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(metrics.GROUP_GAP_PX)
        line.addWidget(self._title)
        line.addWidget(self._count)
        line.addStretch(1)
        return line

    def _controls(self) -> FlowLayout:
        line = FlowLayout(metrics.GRID_PX)
        line.addLayout(self._parts())
        self._classes = choice_combo("Class", [], "Show the images of one class, or those of all classes.")
        self._classes.setObjectName("look_class_combo")
        self._classes.setMinimumContentsLength(18)
        self._classes.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._shuffle = self._button(
            "Shuffle",
            "look_shuffle_button",
            "Show the images in another order; the same seed always gives the same one",
        )
        bind_icon(self._shuffle, "dice", self._themes)
        self._sort = self._button("In order", "look_order_button", "Back to the order in which the images are stored")
        for control in (self._classes, self._shuffle, self._sort):
            line.addWidget(control)
        return line

    def _parts(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(0)
        self._part_buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for place, (part, text, help_text) in enumerate(PARTS):
            button = self._button(text, f"look_part_{part}", help_text)
            button.setCheckable(True)
            button.setProperty("segment", ("first", "middle", "last")[place])
            button.clicked.connect(lambda _=False, part=part: self._look.set_part(part))
            group.addButton(button)
            self._part_buttons[part] = button
            line.addWidget(button)
        return line

    @staticmethod
    def _button(text: str, name: str, help_text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(name)
        button.setProperty("small", "true")
        button.setAutoDefault(False)
        button.setAccessibleName(text)
        button.setToolTip(help_text)
        button.setWhatsThis(f"{help_text}.")
        return button

    def _images(self) -> QWidget:
        page = QWidget()
        line = QHBoxLayout(page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics.GROUP_GAP_PX)
        line.addWidget(self.sheet, 1)
        detail = QWidget()
        fix_size(detail, width=DETAIL_SCALE)
        self._image.setWhatsThis("The image under the mouse, or the one chosen with the arrow keys, enlarged.")
        self._image.setObjectName("look_image")
        column = QVBoxLayout(detail)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._image, self._image_text, self._class_text):
            column.addWidget(widget)
        column.addStretch(1)
        line.addWidget(detail)
        return page

    def _points(self) -> QWidget:
        page = QWidget()
        line = QHBoxLayout(page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics.GROUP_GAP_PX)
        line.addWidget(self.scatter, 1)
        self._legend.setObjectName("look_legend")
        line.addWidget(self._legend, 0, Qt.AlignmentFlag.AlignTop)
        return page

    def _connect(self) -> None:
        self._classes.activated.connect(self._on_class_chosen)
        self._shuffle.clicked.connect(lambda _=False: self._look.shuffle())
        self._sort.clicked.connect(lambda _=False: self._look.sort())
        self.sheet.pointed.connect(self._on_sample_pointed)
        self.scatter.point_named.connect(self._on_point_named)
        self._look.changed.connect(self._on_changed)
        self._data.changed.connect(self._on_changed)
        self._themes.font_changed.connect(self._on_changed)

    # -- showing ------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        (self.sheet if self._look.view == "images" else self.scatter).setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._settings is not None and not self.isMaximized():
            self._settings.set_dialog_size(NAME, self.size())

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Show what is to be seen of the data set as it is now."""
        look, title = self._look, self._experiment.shape.title
        self.setWindowTitle(f"Look at the data – {title}")
        self._title.setText(title)
        view = look.view
        for part, button in self._part_buttons.items():
            button.setVisible(view == "points" or (view == "images" and part != "both"))
            button.setChecked(part == look.part)
        set_style_property(self._part_buttons["train"], "segment", "middle" if view == "points" else "first")
        self._reserve_room()
        for control in (self._classes, self._shuffle, self._sort):
            control.setVisible(view == "images")
        shown = (id(look.data), view, look.part, look.selection)
        if shown != self._shown or view == "none":
            self._shown = shown
            {"images": self._show_images, "points": self._show_points, "none": self._show_nothing}[view]()

    def _reserve_room(self) -> None:
        """A chosen button is written bold: it must not become wider then."""
        bold = QFontMetrics(metrics.role_font(self.font(), Role.TITLE))
        for button in self._part_buttons.values():
            button.setMinimumWidth(bold.horizontalAdvance(button.text()) + 2 * metrics.PAGE_MARGIN_PX)

    def _show_images(self) -> None:
        look = self._look
        assert look.data is not None
        assert look.data.image_shape is not None
        self._show_classes()
        inputs, targets = look.images
        seed = look.selection.seed
        order = "" if seed is None else f", shuffled with seed {seed}"
        self._count.setText(f"{len(look.numbers):,} of {len(targets):,} images{order}")
        self._sort.setEnabled(seed is not None)
        self.sheet.show_images(inputs, targets, look.numbers, look.data.image_shape, look.data.class_names)
        self._readout.hide()
        self._pages.setCurrentWidget(self._image_page)

    def _show_classes(self) -> None:
        counts = self._look.counts
        assert self._look.data is not None
        names = self._look.data.class_names
        self._classes.clear()
        self._classes.addItem(f"All classes ({sum(counts):,})", ALL_CLASSES)
        for label, (name, count) in enumerate(zip(names, counts, strict=True)):
            self._classes.addItem(f"{name} ({count:,})", label)
        chosen = self._look.selection.label
        show_choice(self._classes, ALL_CLASSES if chosen is None else chosen)

    def _show_points(self) -> None:
        points = self._look.points()
        self._count.setText(points.thinning or f"{points.total:,} points")
        self.scatter.show_points(points)
        self._legend.show_points(points)
        self._readout.show()
        self._pages.setCurrentWidget(self._point_page)

    def _show_nothing(self) -> None:
        data, title = self._data, self._experiment.shape.title
        sentences = {
            "loading": f"Preparing {title}…",
            "missing": f"{title} is not on this computer.",
            "downloading": f"{title} is being downloaded.",
            "failed": data.reason or "The settings of the data set are wrong.",
        }
        said = "" if data.data is None else samples_text(data.data)
        self._nothing.setText(sentences.get(data.status, said))
        self._count.setText("")
        self._readout.hide()
        self._pages.setCurrentWidget(self._nothing)

    # -- what the mouse and the keys choose ---------------------------------------------------------------------------

    @Slot(int)
    def _on_class_chosen(self, index: int) -> None:
        label = self._classes.itemData(index)
        self._look.set_label(None if label == ALL_CLASSES else label)

    @Slot(str)
    def _on_point_named(self, sentence: str) -> None:
        self._readout.setText(sentence or HINT)

    @Slot(object)
    def _on_sample_pointed(self, number: int | None) -> None:
        data = self._look.data
        if number is None or data is None or data.image_shape is None:
            self._image.set_array(None)
            self._image_text.setText("")
            self._class_text.setText("")
            return
        inputs, targets = self._look.images
        self._image.set_array(inputs[number].reshape(data.image_shape))
        part = "Validation" if self._look.part == "validation" else "Training"
        self._image_text.setText(f"{part} image {number + 1:,}")
        self._class_text.setText(f"Class {data.class_names[targets[number]]}")


def _explain(label: QLabel, name: str, help_text: str) -> None:
    label.setObjectName(name)
    label.setAccessibleDescription(help_text)
    label.setToolTip(help_text)
    label.setWhatsThis(f"{help_text}.")
