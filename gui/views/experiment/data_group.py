"""The data: which set, its settings, how it looks, and a download where it is not on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from beras.registry import DATASETS
from gui.domain.data_view import is_drawable, points_of, view_of
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.settings import Settings
from gui.views.experiment.component_form import ComponentForm, choice_combo, show_choice
from gui.views.experiment.data_pictures import DataPictures
from gui.views.looks import metrics
from gui.views.looks.font_sizes import fix_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.collapsible import Collapsible
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.point_legend import PointLegend
from gui.views.widgets.scatter_preview import ScatterPreview
from gui.views.widgets.themed import text_label

if TYPE_CHECKING:
    from gui.views.data.data_window import DataWindow

THUMBNAILS = 10
PREVIEWED_POINTS = 1000
STRIP_SCALE = 1.8


class DataGroup(Collapsible):
    """Shows ``DataState``; the form below is made from the data set's schema."""

    def __init__(
        self,
        themes: ThemeProvider,
        experiment: ExperimentState,
        data: DataState,
        settings: Settings | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, "Data", parent=parent)
        self._experiment = experiment
        self._data = data
        self._settings = settings
        self._window: DataWindow | None = None
        self._previewed: Any = None
        entries = [(spec.label, spec.name) for spec in DATASETS]
        self._combo = choice_combo("Data set", entries, "What the network is to learn.")
        self._combo.setObjectName("dataset_combo")
        self._combo.setWhatsThis(
            "What the network is to learn: digits, pieces of clothing, points in the plane or a curve. "
            "Another set changes the ends of the network so that it fits."
        )
        self._combo.activated.connect(lambda index: experiment.set_data(self._combo.itemData(index)))
        self._look = self._button("Look", "look_button", "Look at the data: every image, or all points at large")
        bind_icon(self._look, "look", themes)
        self._look.clicked.connect(lambda _=False: self.open_window())
        self._pictures = DataPictures(themes, experiment)
        self._thumbnails = [PixelImage(themes, f"Example {i}") for i in range(THUMBNAILS)]
        self._strip = QWidget()
        self._scatter = ScatterPreview(themes)
        self._scatter.setObjectName("data_preview")
        self._legend = PointLegend(themes)
        self._plane = QWidget()
        self._status = text_label("", Role.CAPTION, "secondary")
        self._status.setObjectName("data_status")
        self._status.setToolTip("How many samples there are, and of what size")
        self._status.setWhatsThis(
            "The network learns from the training samples; the validation samples are kept apart to see whether it can "
            "do what it was not shown."
        )
        self._status.setWordWrap(True)
        self._problem = text_label("", Role.CAPTION, "trouble")
        self._problem.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Download progress")
        self._progress.setToolTip("How much of the download has come")
        self._progress.setWhatsThis("How much of the download has come. It can be cancelled; nothing half is kept.")
        self._download = self._button("", "download_button", "Download the data set")
        self._download.clicked.connect(lambda _=False: self._on_download_clicked())
        self._retry = self._button("Try again", "data_retry_button", "Look for the files of the data set once more")
        self._retry.clicked.connect(lambda _=False: data.retry())
        self._form = ComponentForm(themes)
        self._form.setObjectName("data_form")
        self._form.setting_changed.connect(experiment.set_data_setting)
        self._fill()
        experiment.changed.connect(self.refresh)
        data.changed.connect(self.refresh)
        self.refresh()

    @staticmethod
    def _button(text: str, name: str, help_text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("small", "true")
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.setToolTip(help_text)
        button.setWhatsThis(f"{help_text}. What the network has learnt so far stays as it is.")
        return button

    def _fill(self) -> None:
        line = FlowLayout(metrics.GRID_PX)
        line.addWidget(self._combo)
        line.addWidget(self._look)
        self.body.addLayout(line)
        self.body.addWidget(self._pictures)
        self._fill_strip()
        plane = FlowLayout(metrics.GRID_PX, self._plane)
        plane.addWidget(self._scatter)
        plane.addWidget(self._legend)
        for widget in (self._strip, self._plane, self._status, self._progress):
            self.body.addWidget(widget)
        for button in (self._download, self._retry):
            self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._form, self._problem):
            self.body.addWidget(widget)

    def _fill_strip(self) -> None:
        line = QHBoxLayout(self._strip)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for thumbnail in self._thumbnails:
            thumbnail.setMinimumSize(18, 18)
            thumbnail.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            thumbnail.setWhatsThis(
                "One training image of this class, just as the network gets it: every square is one grey value."
            )
            line.addWidget(thumbnail)
        fix_size(self._strip, height=STRIP_SCALE)

    @Slot()
    def open_window(self) -> None:
        """Open the window onto the data, or bring it to the front."""
        if self._window is None:
            from gui.views.data.data_window import DataWindow  # here, so that the studio starts without it

            self._window = DataWindow(self._themes, self._experiment, self._data, self._settings, self.window())
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def refresh(self) -> None:
        """Show the experiment's data set as it is now."""
        choice = self._experiment.spec.data
        show_choice(self._combo, choice.name)
        self._form.show_component(DATASETS.spec(choice.name), choice.settings)
        self._show_preview()
        self._status.setText(self._status_text())
        self._status.setVisible(bool(self._status.text()))
        problem = next((p for p in self._experiment.problems if p.place.startswith(("data.", "points"))), None)
        self._problem.setText("" if problem is None else problem.message)
        self._problem.setVisible(problem is not None)
        self._retry.setVisible(self._data.status == "failed" and problem is None)
        self._show_download()

    def _status_text(self) -> str:
        data, shape = self._data.data, self._experiment.shape
        if self._data.status == "missing":
            return f"{shape.title} is not on this computer."
        if self._data.status == "failed":
            return f"{shape.title} cannot be used." if self._data.reason else ""
        if self._data.status == "downloading":
            done, total = self._data.downloaded
            return f"Downloading, {done / 2**20:.1f} of {total / 2**20:.1f} MB"
        if data is None or self._data.is_slow:
            return f"Preparing {shape.title}…"
        size = " × ".join(map(str, data.image_shape or (data.input_size,)))
        what = size if data.image_shape else f"{size} inputs" if data.input_size > 1 else "1 input"
        if data.task == "regression" and data.output_size > 1:
            what += f", {data.output_size} outputs"
        points = self._scatter.points if view_of(data) == "points" else None
        thinning = f"; {points.thinning}" if points is not None and points.thinning else ""
        return f"{len(data.train_inputs):,} train, {len(data.validation_inputs):,} validation, {what}{thinning}"

    def _show_preview(self) -> None:
        """Images as a strip, points as a scatter; what is being made anew is faded as soon as that takes long."""
        data = self._data.data
        if data is not self._previewed:
            self._previewed = data
            self._show_thumbnails()
            points = points_of(data, PREVIEWED_POINTS) if data is not None and view_of(data) == "points" else None
            self._scatter.set_points(points)
            self._legend.show_points(points)
        waits = self._data.status == "loading"
        is_plane = is_drawable(self._experiment.shape)
        self._pictures.setVisible(is_plane)
        self._plane.setVisible(is_plane and (waits or self._scatter.points is not None))
        self._scatter.set_note("Preparing…" if self._data.is_slow else "")
        self._strip.setVisible(self._experiment.shape.is_image and (waits or data is not None))
        for thumbnail in self._thumbnails:
            thumbnail.set_faded(self._data.is_slow)

    def _show_thumbnails(self) -> None:
        images = self._data.preview()
        names = self._data.data.class_names if self._data.data is not None else ()
        for i, thumbnail in enumerate(self._thumbnails):
            thumbnail.setVisible(i < len(images) or not images)
            if i >= len(images):
                thumbnail.set_array(None)
                continue
            label, image = images[i]
            thumbnail.set_array(image)
            thumbnail.setToolTip(f"A training image of class {names[label]}")
            thumbnail.setAccessibleName(f"Example of class {names[label]}")

    def _show_download(self) -> None:
        family, status = self._data.family, self._data.status
        busy = status == "downloading"
        self._progress.setVisible(busy)
        done, total = self._data.downloaded
        self._progress.setRange(0, 1000)
        self._progress.setValue(round(1000 * done / total) if total else 0)
        self._download.setVisible(family is not None and status in ("missing", "downloading"))
        if family is not None:
            text = "Cancel" if busy else f"Download ({family.download_size / 2**20:.0f} MB)"
            self._download.setText(text)
            self._download.setAccessibleName(text)
            self._download.setToolTip(f"{family.title}, licence: {family.licence}")

    def _on_download_clicked(self) -> None:
        if self._data.status == "downloading":
            self._data.cancel_download()
        else:
            self._data.offer_download()
