"""The data: which set, its settings, how it looks, and a download where it is not on this computer."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QWidget

from beras.registry import DATASETS
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.views import metrics
from gui.views.component_form import ComponentForm, choice_combo, show_choice
from gui.views.metrics import Role
from gui.views.theme import ThemeProvider
from gui.views.widgets.collapsible import Collapsible
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.themed import text_label

THUMBNAILS = 10


class DataGroup(Collapsible):
    """Shows ``DataState``; the form below is made from the data set's schema."""

    def __init__(
        self, themes: ThemeProvider, experiment: ExperimentState, data: DataState, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, "Data", parent=parent)
        self._experiment = experiment
        self._data = data
        entries = [(spec.label, spec.name) for spec in DATASETS]
        self._combo = choice_combo("Data set", entries, "What the network is to learn.")
        self._combo.setObjectName("dataset_combo")
        self._combo.activated.connect(lambda index: experiment.set_data(self._combo.itemData(index)))
        self._thumbnails = [PixelImage(themes, f"Example {i}") for i in range(THUMBNAILS)]
        self._strip = QWidget()
        self._status = text_label("", Role.CAPTION, "secondary")
        self._status.setWordWrap(True)
        self._problem = text_label("", Role.CAPTION, "trouble")
        self._problem.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Download progress")
        self._download = QPushButton()
        self._download.setProperty("small", "true")
        self._download.setObjectName("download_button")
        self._download.clicked.connect(lambda _=False: self._on_download_clicked())
        self._form = ComponentForm(themes)
        self._form.setObjectName("data_form")
        self._form.setting_changed.connect(experiment.set_data_setting)
        self._fill()
        experiment.changed.connect(self.refresh)
        data.changed.connect(self.refresh)
        self.refresh()

    def _fill(self) -> None:
        self.body.addWidget(self._combo)
        line = QHBoxLayout(self._strip)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for thumbnail in self._thumbnails:
            thumbnail.setMinimumSize(18, 18)
            thumbnail.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            line.addWidget(thumbnail)
        self._strip.setFixedHeight(metrics.scaled(self.font(), 1.8))
        for widget in (self._strip, self._status, self._progress, self._download, self._form, self._problem):
            self.body.addWidget(widget)

    @Slot()
    def refresh(self) -> None:
        """Show the experiment's data set as it is now."""
        choice = self._experiment.spec.data
        show_choice(self._combo, choice.name)
        self._form.show_component(DATASETS.spec(choice.name), choice.settings)
        self._status.setText(self._status_text())
        self._show_thumbnails()
        problem = next((p for p in self._experiment.problems if p.place.startswith("data.")), None)
        self._problem.setText("" if problem is None else problem.message)
        self._problem.setVisible(problem is not None)
        self._show_download()

    def _status_text(self) -> str:
        data, shape = self._data.data, self._experiment.shape
        if self._data.status == "loading":
            return f"Preparing {shape.title}…"
        if self._data.status == "missing":
            return f"{shape.title} is not on this computer."
        if self._data.status == "failed":
            return self._data.reason
        if self._data.status == "downloading":
            done, total = self._data.downloaded
            return f"Downloading, {done / 2**20:.1f} of {total / 2**20:.1f} MB"
        if data is None:
            return ""
        size = " × ".join(map(str, data.image_shape or (data.input_size,)))
        what = size if data.image_shape else f"{size} inputs"
        return f"{len(data.train_inputs):,} train, {len(data.validation_inputs):,} validation, {what}"

    def _show_thumbnails(self) -> None:
        images = self._data.preview()
        self._strip.setVisible(bool(images))
        names = self._data.data.class_names if self._data.data is not None else ()
        for i, thumbnail in enumerate(self._thumbnails):
            thumbnail.setVisible(i < len(images))
            if i < len(images):
                thumbnail.set_array(images[i])
                thumbnail.setToolTip(f"A training image of class {names[i]}")
                thumbnail.setAccessibleName(f"Example of class {names[i]}")

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
