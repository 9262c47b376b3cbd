"""The preview of a data set in the dock: it follows every edit, and never shows old data as if they were current."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from beras.datasets import Dataset
from beras.registry import DATASETS
from gui.app import Studio
from gui.domain.data_view import Points, points_of
from gui.domain.presets import load_preset
from gui.state import data as data_module
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.training.data_store import DataStore
from gui.views.looks.class_styles import MARKERS, class_style, marker_path
from gui.views.looks.theme import THEMES, ThemeProvider
from gui.views.widgets.number_field import NumberField
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.point_legend import PointLegend
from gui.views.widgets.scatter_preview import ScatterPreview, styled

WAIT_MS = 20_000
NO_POINT_SETS = ("mnist", "fashion", "pen_digits", "own_points", "worked_example")
POINT_SETS = [spec.name for spec in DATASETS if spec.name not in NO_POINT_SETS]


@pytest.fixture
def themes(qapp: QApplication) -> ThemeProvider:
    return ThemeProvider("light")


@pytest.fixture
def preview(themes: ThemeProvider, qtbot: QtBot) -> ScatterPreview:
    widget = ScatterPreview(themes)
    qtbot.addWidget(widget)
    widget.resize(240, 140)
    widget.show()
    return widget


def points(name: str, **settings: object) -> Points:
    return points_of(DATASETS.create(name, settings).load(), 1000)


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def has_color(image: QImage, color: QColor) -> bool:
    """Whether some pixel has nearly this colour."""
    wanted = color.getRgb()[:3]
    found = (image.pixelColor(x, y).getRgb()[:3] for x in range(image.width()) for y in range(image.height()))
    return any(max(abs(a - b) for a, b in zip(each, wanted, strict=True)) < 12 for each in found)


def shown(studio: Studio) -> ScatterPreview:
    found = studio.window.findChild(ScatterPreview, "data_preview")
    assert found is not None
    return found


def status(studio: Studio) -> str:
    label = studio.window.findChild(QLabel, "data_status")
    assert label is not None
    return label.text()


def ready(studio: Studio, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)


# -- how points look --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_classes_differ_in_colour_and_in_marker(theme) -> None:  # type: ignore[no-untyped-def]
    styles = [class_style(theme, number) for number in range(len(MARKERS))]
    assert len({style.marker for style in styles}) == len(MARKERS)
    assert len({style.fill.name() for style in styles}) == len(MARKERS)
    many = [class_style(theme, number) for number in range(30)]
    assert len({(style.marker, style.fill.name()) for style in many}) == 30
    hollow = class_style(theme, 0, hollow=True)
    assert hollow.fill == theme.color("panel")
    assert hollow.marker == styles[0].marker


def test_every_marker_is_about_as_large() -> None:
    for name in (*MARKERS, "ring"):
        box = marker_path(name).boundingRect()
        assert 0.8 < box.width() < 1.25, name
        assert 0.8 < box.height() < 1.25, name
    with pytest.raises(ValueError, match="Unknown marker 'blob'"):
        marker_path("blob")


def test_validation_points_are_hollow_and_drawn_last(themes: ThemeProvider) -> None:
    cloud = points("xor")
    parts = [bool(cloud.in_validation[chosen].all()) for _, chosen in styled(themes.theme, cloud)]
    assert parts == [False, False, True, True]
    assert sum(len(chosen) for _, chosen in styled(themes.theme, cloud)) == len(cloud)


def test_points_are_painted_in_the_colours_of_their_classes(preview: ScatterPreview, themes: ThemeProvider) -> None:
    preview.set_points(points("circles", samples=60))
    image = picture(preview)
    for number in (0, 1):
        assert has_color(image, class_style(themes.theme, number).fill)
    assert not has_color(image, class_style(themes.theme, 2).fill)


@pytest.mark.parametrize("name", ["regression_sine", "regression_plane", "regression_bump", "blobs"])
def test_other_kinds_are_painted_and_described(preview: ScatterPreview, name: str) -> None:
    empty = picture(preview)
    preview.set_points(points(name))
    assert picture(preview) != empty
    assert preview.accessibleDescription().startswith("700 training and 300 validation points, ")


def test_a_theme_repaints_the_points(preview: ScatterPreview, themes: ThemeProvider) -> None:
    preview.set_points(points("moons"))
    before = picture(preview)
    themes.set_theme("high_contrast")
    after = picture(preview)
    assert before != after
    assert has_color(after, QColor("#000000"))


def test_a_note_fades_the_points(preview: ScatterPreview, themes: ThemeProvider) -> None:
    preview.set_points(points("circles", samples=60))
    preview.set_note("Preparing…")
    assert not has_color(picture(preview), class_style(themes.theme, 0).fill)
    preview.set_note("")
    assert has_color(picture(preview), class_style(themes.theme, 0).fill)


def test_the_legend_names_every_class_and_what_hollow_means(themes: ThemeProvider, qtbot: QtBot) -> None:
    legend = PointLegend(themes)
    qtbot.addWidget(legend)
    assert legend.sizeHint().height() == 0
    legend.show_points(points("blobs", classes=5))
    assert legend.toolTip() == "blob 1, blob 2, blob 3, blob 4, blob 5, validation"
    legend.show_points(points("regression_plane"))
    assert legend.toolTip() == "training, validation"
    legend.resize(legend.sizeHint())
    assert has_color(picture(legend), QColor(themes.theme.signed_value.negative[2]))
    legend.show_points(None)
    assert legend.accessibleDescription() == ""


def test_a_legend_of_very_long_names_stays_narrow(themes: ThemeProvider, qtbot: QtBot) -> None:
    legend = PointLegend(themes)
    qtbot.addWidget(legend)
    data = DATASETS.create("xor").load()
    names = ("a very long name of a class that nobody would choose", "Donaudampfschifffahrtsgesellschaft")
    long = Dataset(
        "Long",
        data.train_inputs,
        data.train_targets,
        data.validation_inputs,
        data.validation_targets,
        names,
    )
    legend.show_points(points_of(long, 100))
    assert legend.sizeHint().width() < 200
    assert names[0] in legend.toolTip()


# -- in the window ----------------------------------------------------------------------------------------------------


def test_every_set_of_points_has_a_preview(studio: Studio, qtbot: QtBot) -> None:
    for name in POINT_SETS:
        studio.experiment.set_data(name)
        ready(studio, qtbot)
        qtbot.waitUntil(shown(studio).isVisible)
        cloud = shown(studio).points
        assert cloud is not None, name
        assert (cloud.total, cloud.class_names) == (1000, studio.experiment.shape.class_names), name
        assert status(studio).startswith("700 train, 300 validation, "), name


def test_images_have_a_strip_and_points_a_scatter(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    assert shown(studio).isVisible()
    studio.experiment.set_data("pen_digits")
    studio.experiment.set_data_setting("train_size", 50)
    ready(studio, qtbot)
    assert not shown(studio).isVisible()
    group = shown(studio).parentWidget().parentWidget()
    strip = [image for image in group.findChildren(PixelImage) if image.toolTip().startswith("A training image")]
    qtbot.waitUntil(strip[0].isVisible)
    assert [image.toolTip() for image in strip] == [f"A training image of class {digit}" for digit in range(10)]


def test_the_preview_follows_noise_size_and_seed(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    for name, text, total in (("noise", "0.4", 1000), ("samples", "200", 200), ("seed", "9", 200)):
        before = shown(studio).points
        field = studio.window.findChild(NumberField, f"setting_{name}")
        assert field is not None
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        ready(studio, qtbot)
        after = shown(studio).points
        assert after is not None
        assert after is not before
        assert after.total == total


def test_many_points_are_thinned_and_that_is_said(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_data_setting("samples", 20_000)
    ready(studio, qtbot)
    assert status(studio) == "14,000 train, 6,000 validation, 2 inputs; 1,000 of 20,000 shown"


def test_quick_edits_end_with_the_last_one(studio: Studio, qtbot: QtBot) -> None:
    for seed in range(1, 40):
        studio.experiment.set_data_setting("seed", seed)
    ready(studio, qtbot)
    assert studio.data.data is not None
    expected = DATASETS.create("xor", studio.experiment.spec.data.settings).load()
    assert (studio.data.data.train_inputs == expected.train_inputs).all()


def test_going_back_while_the_old_set_is_given_up_loads_it_again(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The set that is wanted is the one whose loading has just been cancelled."""
    ready(studio, qtbot)
    studio.experiment.set_data("pen_digits")
    qtbot.waitUntil(lambda: studio.data.status == "loading")
    studio.experiment.set_data("xor")
    studio.experiment.set_data("pen_digits")
    studio.experiment.set_data_setting("train_size", 30)
    ready(studio, qtbot)


class Gate:
    """Lets a test say when loading may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        load = DataStore.load

        def waiting(store: DataStore, choice: object, cancelled: Callable[[], bool]) -> Dataset:
            self.open.wait(10)
            return load(store, choice, cancelled)  # type: ignore[arg-type]

        monkeypatch.setattr(DataStore, "load", waiting)


def test_what_takes_long_is_shown_as_not_current(studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(studio, qtbot)
    gate = Gate(monkeypatch)
    studio.experiment.set_data_setting("noise", 0.33)
    assert not studio.data.is_current
    qtbot.waitUntil(lambda: studio.data.is_slow, timeout=5000)
    assert shown(studio).note == "Preparing…"
    assert status(studio) == "Preparing XOR…"
    gate.open.set()
    ready(studio, qtbot)
    assert shown(studio).note == ""
    assert not studio.data.is_slow


def test_what_comes_quickly_takes_the_place_of_the_old_without_flashing(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(studio, qtbot)
    notes: list[str] = []
    studio.data.changed.connect(lambda: notes.append(shown(studio).note))
    monkeypatch.setattr(studio.data._slow_timer, "start", lambda: None)
    studio.experiment.set_data_setting("noise", 0.2)
    ready(studio, qtbot)
    assert set(notes) == {""}
    assert data_module.SLOW_AFTER_MS < 1000 / 3, "slower than three times a second is a flash"


def test_another_set_leaves_nothing_of_the_old_one(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(studio, qtbot)
    gate = Gate(monkeypatch)
    studio.experiment.set_data("moons")
    assert shown(studio).points is None
    assert status(studio) == "Preparing Moons…"
    gate.open.set()
    ready(studio, qtbot)
    assert shown(studio).points is not None


def test_undo_shows_the_data_of_before(studio: Studio, qtbot: QtBot) -> None:
    ready(studio, qtbot)
    studio.experiment.set_data_setting("samples", 50)
    ready(studio, qtbot)
    studio.experiment.undo_stack.undo()
    ready(studio, qtbot)
    cloud = shown(studio).points
    assert cloud is not None
    assert cloud.total == 1000


def test_settings_that_make_no_set_load_no_set(qtbot: QtBot) -> None:
    experiment = ExperimentState(load_preset("xor"))
    state = DataState(DataStore(), experiment, MessageState())
    state.load()
    qtbot.waitUntil(lambda: state.is_current, timeout=WAIT_MS)
    experiment.set_data_setting("noise", -1.0)
    assert (state.status, state.data, state.look.data) == ("failed", None, None)
    experiment.undo_stack.undo()
    qtbot.waitUntil(lambda: state.is_current, timeout=WAIT_MS)
    assert state.shutdown(5000)
