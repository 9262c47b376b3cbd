"""Look at the data: the contact sheet and the large scatter, by mouse and by keyboard, and the window round them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from beras.registry import DATASETS
from gui.app import Studio
from gui.domain.data_view import points_of
from gui.state.settings import Settings
from gui.views.data.data_scatter import DataScatter
from gui.views.data.data_window import HINT, DataWindow
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.contact_sheet import EMPTY_TEXT, ContactSheet
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.point_legend import PointLegend

WAIT_MS = 20_000
LEFT = Qt.MouseButton.LeftButton
MANY = 60_000


@pytest.fixture
def themes(qapp: QApplication) -> ThemeProvider:
    return ThemeProvider("light")


@pytest.fixture
def sheet(themes: ThemeProvider, qtbot: QtBot) -> ContactSheet:
    """60,000 images of 4 x 4 pixels, of which image i has the grey level i / 60,000 and the class i modulo 3."""
    widget = ContactSheet(themes)
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    widget.show()
    grey = np.linspace(0, 1, MANY, dtype=np.float32)
    inputs = np.repeat(grey[:, None], 16, axis=1)
    widget.show_images(
        inputs, np.arange(MANY) % 3, np.arange(MANY), (4, 4), ("ant", "bee", "a very long name of a cat")
    )
    return widget


def find(window: QWidget, kind: type[QWidget], name: str):  # type: ignore[no-untyped-def]
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def hover(widget: QWidget, where: QPoint) -> None:
    """Move the mouse there, in a window that another one may cover: the offscreen platform cannot raise windows."""
    no_buttons = Qt.MouseButton.NoButton
    point, place = QPointF(where), QPointF(widget.mapToGlobal(where))
    event = QMouseEvent(QEvent.Type.MouseMove, point, place, no_buttons, no_buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def grey_at(image: QImage, x: int, y: int) -> int:
    return image.pixelColor(x, y).red()


# -- the contact sheet ------------------------------------------------------------------------------------------------


def test_the_sheet_scrolls_through_all_images(sheet: ContactSheet) -> None:
    bar = sheet.verticalScrollBar()
    rows = -(-MANY // sheet.columns)
    assert sheet.columns > 3
    assert bar.maximum() > rows * 50
    first = sheet.grab().toImage()
    bar.setValue(bar.maximum())
    assert sheet.grab().toImage() != first
    last = sheet.tile_rect(MANY - 1)
    assert last.bottom() <= sheet.viewport().height()
    assert sheet.place_at(last.center()) == MANY - 1


def test_only_the_images_in_sight_are_touched(sheet: ContactSheet, qtbot: QtBot) -> None:
    class Counting(np.ndarray):  # type: ignore[type-arg]
        asked = 0

        def __getitem__(self, key):  # type: ignore[no-untyped-def]
            Counting.asked += len(key) if isinstance(key, np.ndarray) else 1
            return super().__getitem__(key)

    inputs = np.zeros((MANY, 16), np.float32).view(Counting)
    sheet.show_images(inputs, np.zeros(MANY, np.int64), np.arange(MANY), (4, 4), ("ant",))
    Counting.asked = 0
    sheet.grab()
    in_sight = (sheet.viewport().height() // sheet.tile_rect(0).height() + 2) * sheet.columns
    assert 0 < Counting.asked <= in_sight


def test_a_tile_shows_its_own_image(sheet: ContactSheet) -> None:
    sheet.verticalScrollBar().setValue(sheet.verticalScrollBar().maximum())
    image = sheet.viewport().grab().toImage()
    tile = sheet.tile_rect(MANY - 1)
    assert grey_at(image, tile.center().x(), tile.top() + 20) > 240
    sheet.verticalScrollBar().setValue(0)
    image = sheet.viewport().grab().toImage()
    tile = sheet.tile_rect(0)
    assert grey_at(image, tile.center().x(), tile.top() + 20) < 60


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        (Qt.Key.Key_Right, lambda sheet: 1),
        (Qt.Key.Key_Down, lambda sheet: sheet.columns),
        (Qt.Key.Key_End, lambda sheet: MANY - 1),
        (Qt.Key.Key_Home, lambda sheet: 0),
        (Qt.Key.Key_Left, lambda sheet: 0),
        (Qt.Key.Key_Up, lambda sheet: 0),
    ],
    ids=["right", "down", "end", "home", "left", "up"],
)
def test_keys_go_through_the_sheet(
    sheet: ContactSheet, qtbot: QtBot, key: Qt.Key, steps: Callable[[ContactSheet], int]
) -> None:
    with qtbot.waitSignal(sheet.pointed) as told:
        qtbot.keyClick(sheet, key)
    assert told.args == [steps(sheet)]
    assert sheet.viewport().rect().contains(sheet.tile_rect(steps(sheet)))
    assert sheet.accessibleDescription() == sheet.text_of(steps(sheet))


def test_pages_go_there_and_back_and_stop_at_the_ends(sheet: ContactSheet, qtbot: QtBot) -> None:
    qtbot.keyClick(sheet, Qt.Key.Key_PageDown)
    page = sheet.sample
    assert page is not None
    assert page % sheet.columns == 0
    assert page >= 2 * sheet.columns
    qtbot.keyClick(sheet, Qt.Key.Key_PageUp)
    assert sheet.sample == 0
    qtbot.keyClick(sheet, Qt.Key.Key_End)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(sheet, key)
        assert sheet.sample == MANY - 1


def test_the_mouse_names_a_tile_and_a_click_keeps_it(sheet: ContactSheet, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sheet.pointed) as told:
        qtbot.mouseMove(sheet.viewport(), sheet.tile_rect(2).center())
    assert told.args == [2]
    assert sheet.text_of(2) == "Image 3, class a very long name of a cat"
    qtbot.mouseMove(sheet.viewport(), QPoint(3, sheet.viewport().height() - 1))
    qtbot.mouseClick(sheet.viewport(), LEFT, pos=sheet.tile_rect(4).center())
    assert sheet.sample == 4


def test_a_narrower_sheet_keeps_its_place(sheet: ContactSheet) -> None:
    sheet.verticalScrollBar().setValue(sheet.tile_rect(30_000).top())
    sheet.resize(300, 400)
    place = sheet.place_at(QPoint(5, 5))
    assert place is not None
    assert abs(place - 30_000) < 20


def test_a_sheet_without_images_says_so(sheet: ContactSheet, qtbot: QtBot) -> None:
    sheet.show_images(np.empty((0, 16), np.float32), np.empty(0, np.int64), np.empty(0, np.int64), (4, 4), ("ant",))
    sheet.grab()
    assert sheet.sample is None
    assert sheet.accessibleDescription() == EMPTY_TEXT
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_PageDown):
        qtbot.keyClick(sheet, key)
    assert sheet.place_at(QPoint(5, 5)) is None


def test_images_with_wrong_numbers_are_painted_all_the_same(sheet: ContactSheet) -> None:
    inputs = np.array([[np.nan] * 16, [np.inf] * 16, [-5.0] * 16], np.float32)
    sheet.show_images(inputs, np.zeros(3, np.int64), np.arange(3), (4, 4), ("ant",))
    assert not sheet.grab().isNull()


def test_the_sheet_follows_the_theme(sheet: ContactSheet, themes: ThemeProvider) -> None:
    before = sheet.grab().toImage()
    themes.set_theme("high_contrast")
    after = sheet.grab().toImage()
    assert after != before
    assert after.pixelColor(after.width() - 30, 1).name() == "#000000"


# -- the scatter ------------------------------------------------------------------------------------------------------


@pytest.fixture
def scatter(themes: ThemeProvider, qtbot: QtBot) -> DataScatter:
    plot = DataScatter(themes)
    qtbot.addWidget(plot)
    plot.resize(500, 400)
    plot.show()
    return plot


def test_keys_go_from_point_to_point_and_say_their_values(scatter: DataScatter, qtbot: QtBot) -> None:
    data = DATASETS.create("xor").load()
    scatter.show_points(points_of(data, 1000))
    with qtbot.waitSignal(scatter.point_named) as told:
        qtbot.keyClick(scatter, Qt.Key.Key_Right)
    x, y = data.train_inputs[0]
    name = data.class_names[data.train_targets[0]]
    sign = str.maketrans("-", "−")
    assert told.args == [f"Training point 1: x₁ {x:.3g}, x₂ {y:.3g}, {name}".translate(sign)]
    qtbot.keyClick(scatter, Qt.Key.Key_Left)
    assert scatter.current == 999
    assert scatter.text_of(999).startswith("Validation point 300: ")
    qtbot.keyClick(scatter, Qt.Key.Key_PageDown)
    assert scatter.current == 99


def test_the_mouse_names_the_nearest_point(scatter: DataScatter, qtbot: QtBot) -> None:
    cloud = points_of(DATASETS.create("blobs", {"noise": 0, "samples": 30}).load(), 1000)
    scatter.show_points(cloud)
    scatter.grab()
    view = scatter.getPlotItem().getViewBox()
    scatter._on_mouse_moved(view.mapViewToScene(QPointF(cloud.x[0], cloud.y[0])))
    assert scatter.current is not None
    assert (cloud.x[scatter.current], cloud.y[scatter.current]) == (cloud.x[0], cloud.y[0])
    scatter._on_mouse_moved(view.mapViewToScene(QPointF(0.05, 0.02)))
    assert scatter.current is None


@pytest.mark.parametrize(("name", "what"), [("regression_sine", "x "), ("regression_plane", ", y ")])
def test_values_of_a_regression_are_said(scatter: DataScatter, name: str, what: str) -> None:
    scatter.show_points(points_of(DATASETS.create(name).load(), 1000))
    assert what in scatter.text_of(0)
    assert scatter.getPlotItem().getViewBox().state["aspectLocked"] == (1.0 if name == "regression_plane" else False)


def test_a_zoom_stays_when_the_same_kind_of_points_is_made_anew(scatter: DataScatter, qtbot: QtBot) -> None:
    scatter.show_points(points_of(DATASETS.create("xor").load(), 1000))
    view = scatter.getPlotItem().getViewBox()
    view.setRange(xRange=(0.1, 0.3), yRange=(0.1, 0.3), padding=0)
    before = view.viewRange()
    scatter.show_points(points_of(DATASETS.create("xor", {"seed": 4}).load(), 1000))
    assert view.viewRange() == before
    qtbot.keyClick(scatter, Qt.Key.Key_Home)
    scatter.grab()
    assert view.viewRange() != before


def test_the_scatter_follows_the_theme(scatter: DataScatter, themes: ThemeProvider) -> None:
    scatter.show_points(points_of(DATASETS.create("moons").load(), 1000))
    before = scatter.grab().toImage()
    themes.set_theme("dark")
    assert scatter.grab().toImage() != before
    assert scatter.backgroundBrush().color().name().upper() == themes.theme.panel


# -- the window -------------------------------------------------------------------------------------------------------


@pytest.fixture
def look(open_studio: Callable[..., Studio], qtbot: QtBot) -> Callable[..., tuple[Studio, DataWindow]]:
    """Opens a studio with a data set and, by its button, the window onto the data."""

    def open_look(name: str, **settings: object) -> tuple[Studio, DataWindow]:
        studio = open_studio()
        studio.experiment.set_data(name)
        for setting, value in settings.items():
            studio.experiment.set_data_setting(setting, value)
        qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
        qtbot.mouseClick(find(studio.window, QPushButton, "look_button"), LEFT)
        window = find(studio.window, DataWindow, "look_window")
        qtbot.waitUntil(window.isVisible)
        return studio, window

    return open_look


DIGITS = {"train_size": 200, "validation_size": 50}


def test_images_are_filtered_by_class_and_part(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    _, window = look("pen_digits", **DIGITS)
    count = find(window, QLabel, "look_count")
    assert count.text() == "200 of 200 images"
    combo = find(window, QComboBox, "look_class_combo")
    assert [combo.itemText(i) for i in (0, 4)] == ["All classes (200)", "3 (20)"]
    combo.setFocus()
    for _ in range(4):
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    assert count.text() == "20 of 200 images"
    qtbot.mouseClick(find(window, QPushButton, "look_part_validation"), LEFT)
    assert count.text() == "5 of 50 images"
    assert combo.currentText() == "3 (5)"
    qtbot.keyClick(window.sheet, Qt.Key.Key_End)
    texts = [label.text() for label in window.findChildren(QLabel)]
    assert "Class 3" in texts
    assert any(text.startswith("Validation image ") for text in texts)


def test_shuffling_gives_another_order_that_can_be_had_again(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, window = look("pen_digits", **DIGITS)
    shuffle, order = find(window, QPushButton, "look_shuffle_button"), find(window, QPushButton, "look_order_button")
    assert not order.isEnabled()
    orders = []
    for seed in (1, 2):
        qtbot.mouseClick(shuffle, LEFT)
        orders.append(studio.data.look.numbers.tolist())
        assert find(window, QLabel, "look_count").text() == f"200 of 200 images, shuffled with seed {seed}"
    qtbot.mouseClick(order, LEFT)
    assert studio.data.look.numbers.tolist() == list(range(200))
    qtbot.mouseClick(shuffle, LEFT)
    assert studio.data.look.numbers.tolist() == orders[0] != orders[1]


def test_the_image_under_the_mouse_is_enlarged(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    _, window = look("pen_digits", **DIGITS)
    image = find(window, PixelImage, "look_image")
    before = image.grab().toImage()
    hover(window.sheet.viewport(), window.sheet.tile_rect(7).center())
    assert image.grab().toImage() != before
    assert "Training image 8" in [label.text() for label in window.findChildren(QLabel)]


def test_points_are_shown_with_parts_and_count(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, window = look("spiral3", samples=20_000)
    assert find(window, QLabel, "look_count").text() == "5,000 of 20,000 shown"
    assert window.scatter.isVisible()
    qtbot.mouseClick(find(window, QPushButton, "look_part_validation"), LEFT)
    assert find(window, QLabel, "look_count").text() == "5,000 of 6,000 shown"
    studio.experiment.set_data_setting("samples", 100)
    qtbot.waitUntil(lambda: find(window, QLabel, "look_count").text() == "30 points", timeout=WAIT_MS)
    assert find(window, QLabel, "look_readout").text() == HINT
    qtbot.keyClick(window.scatter, Qt.Key.Key_Right)
    assert find(window, QLabel, "look_readout").text().startswith("Validation point 1: ")


def test_the_window_follows_the_chosen_set(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, window = look("xor")
    studio.experiment.set_data("pen_digits")
    for setting, value in DIGITS.items():
        studio.experiment.set_data_setting(setting, value)
    nothing = find(window, QLabel, "look_nothing")
    assert nothing.isVisible()
    assert nothing.text() == "Preparing Pen digits (synthetic)…"
    qtbot.waitUntil(lambda: window.sheet.isVisible(), timeout=WAIT_MS)
    assert window.windowTitle() == "Look at the data – Pen digits (synthetic)"
    studio.experiment.set_data("regression_bump")
    qtbot.waitUntil(lambda: window.scatter.isVisible(), timeout=WAIT_MS)
    assert not find(window, QComboBox, "look_class_combo").isVisible()


def test_a_class_that_the_new_set_lacks_is_not_asked_for(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, _ = look("pen_digits", **DIGITS)
    studio.data.look.set_label(9)
    studio.experiment.set_data("blobs")
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    assert studio.data.look.selection.label is None


def test_a_set_that_is_not_there_is_said(look, qtbot: QtBot, monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("BERAS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    studio, window = look("xor")
    studio.experiment.set_data("mnist")
    qtbot.waitUntil(lambda: studio.data.status == "missing", timeout=WAIT_MS)
    assert find(window, QLabel, "look_nothing").text() == "MNIST is not on this computer."


def test_escape_closes_and_the_size_is_remembered(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, window = look("xor")
    window.resize(777, 555)
    assert not window.isModal()
    qtbot.keyClick(window.scatter, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isVisible())
    settings = Settings()
    assert settings.dialog_size("look") == QSize(777, 555)
    other = DataWindow(studio.themes, studio.experiment, studio.data, settings)
    qtbot.addWidget(other)
    assert other.size() == QSize(777, 555)


def test_the_button_opens_one_window_only(look, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    studio, window = look("xor")
    window.close()
    for _ in range(2):
        qtbot.mouseClick(find(studio.window, QPushButton, "look_button"), LEFT)
    assert studio.window.findChildren(DataWindow) == [window]
    assert window.isVisible()


def test_everything_in_the_window_is_named_and_explained(look) -> None:  # type: ignore[no-untyped-def]
    _, window = look("pen_digits", **DIGITS)
    for kind in (QPushButton, QComboBox, ContactSheet, DataScatter, PixelImage, PointLegend):
        for widget in window.findChildren(kind):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()
            assert widget.whatsThis().endswith("."), widget.objectName()
            assert widget.toolTip() or isinstance(widget, ContactSheet | PointLegend), widget.objectName()
