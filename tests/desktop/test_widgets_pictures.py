"""Digit pad, bars, pixel image and sparkline: real strokes, and what is painted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gui.domain.digit_raster import centred, plain
from gui.views.looks.theme import DARK, LIGHT, ThemeProvider
from gui.views.widgets.bars import PredictionBars
from gui.views.widgets.digit_canvas import DRAWN_INTERVAL_MS, INK_SIDE, DigitCanvas
from gui.views.widgets.legend import Legend
from gui.views.widgets.pixel_image import PixelImage
from gui.views.widgets.sparkline import Sparkline

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def themes(qapp: QApplication) -> ThemeProvider:
    return ThemeProvider("light")


@pytest.fixture
def canvas(themes: ThemeProvider, qtbot: QtBot) -> DigitCanvas:
    pad = DigitCanvas(themes)
    qtbot.addWidget(pad)
    pad.resize(140, 140)
    pad.show()
    return pad


def stroke(qtbot: QtBot, pad: DigitCanvas, *points: tuple[int, int], button: Qt.MouseButton = LEFT) -> None:
    qtbot.mousePress(pad, button, pos=QPoint(*points[0]))
    for point in points[1:]:
        qtbot.mouseMove(pad, QPoint(*point))
    qtbot.mouseRelease(pad, button, pos=QPoint(*points[-1]))


def colors_of(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}


def test_a_stroke_leaves_no_gaps_between_mouse_events(canvas: DigitCanvas, qtbot: QtBot) -> None:
    stroke(qtbot, canvas, (20, 70), (120, 70))
    ink = canvas.ink()
    assert ink.shape == (INK_SIDE, INK_SIDE)
    assert ink.dtype == np.float32
    assert (ink[140, 42:238] == 1).all()
    thick = (ink[:, 140] > 0.5).sum()
    assert thick == pytest.approx(0.08 * INK_SIDE, abs=2)
    assert not canvas.is_blank


def test_strokes_have_soft_edges(canvas: DigitCanvas, qtbot: QtBot) -> None:
    stroke(qtbot, canvas, (20, 20), (60, 90), (120, 120))
    ink = canvas.ink()
    assert ((ink > 0.05) & (ink < 0.95)).sum() > 50


def test_ink_does_not_depend_on_the_size_of_the_widget(themes: ThemeProvider, qtbot: QtBot) -> None:
    inks = []
    for side in (140, 280, 420):
        pad = DigitCanvas(themes)
        qtbot.addWidget(pad)
        pad.resize(side + 30, side)
        pad.show()
        scale = side // 140
        stroke(qtbot, pad, *((15 + x * scale, y * scale) for x, y in ((30, 30), (70, 110), (100, 50))))
        inks.append(pad.ink())
    np.testing.assert_allclose(inks[0], inks[1], atol=0.1)
    np.testing.assert_allclose(inks[0], inks[2], atol=0.1)


def test_a_click_is_a_dot(canvas: DigitCanvas, qtbot: QtBot) -> None:
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(70, 70))
    assert canvas.ink()[140, 140] == 1


def test_drawn_is_throttled_and_always_told_at_the_end(canvas: DigitCanvas, qtbot: QtBot) -> None:
    told: list[float] = []
    canvas.drawn.connect(lambda: told.append(float(canvas.ink().sum())))
    qtbot.mousePress(canvas, LEFT, pos=QPoint(20, 20))
    for x in range(21, 121):
        qtbot.mouseMove(canvas, QPoint(x, 20))
    during = len(told)
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(120, 20))
    assert 1 <= during < 60
    assert told[-1] == float(canvas.ink().sum())
    assert len(told) == during + 1


def test_pending_ink_is_told_when_the_interval_is_over(canvas: DigitCanvas, qtbot: QtBot) -> None:
    qtbot.mousePress(canvas, LEFT, pos=QPoint(20, 20))
    qtbot.mouseMove(canvas, QPoint(60, 60))
    with qtbot.waitSignal(canvas.drawn, timeout=50 * DRAWN_INTERVAL_MS):
        pass
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(60, 60))


@pytest.mark.parametrize("by", ["switch", "right button"])
def test_eraser_takes_ink_away(canvas: DigitCanvas, qtbot: QtBot, by: str) -> None:
    stroke(qtbot, canvas, (20, 70), (120, 70))
    canvas.set_eraser(by == "switch")
    button = LEFT if by == "switch" else Qt.MouseButton.RightButton
    stroke(qtbot, canvas, (70, 40), (70, 100), button=button)
    assert canvas.ink()[140, 140] == 0
    assert canvas.ink()[140, 60] == 1


def test_ctrl_z_takes_strokes_back_and_redo_returns_them(canvas: DigitCanvas, qtbot: QtBot) -> None:
    assert not canvas.can_undo
    stroke(qtbot, canvas, (20, 30), (120, 30))
    one = canvas.ink()
    stroke(qtbot, canvas, (20, 100), (120, 100))
    two = canvas.ink()
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(canvas.ink(), one)
    canvas.undo()
    assert canvas.is_blank
    canvas.redo()
    canvas.redo()
    np.testing.assert_array_equal(canvas.ink(), two)
    assert not canvas.can_redo


def test_the_pad_keeps_its_keys_from_the_windows_shortcuts(canvas: DigitCanvas) -> None:
    for key, modifier in ((Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_Delete, None)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier or Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(canvas, event)
        assert event.isAccepted()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(canvas, event)
    assert not event.isAccepted()


def test_arrow_keys_move_by_one_network_pixel(canvas: DigitCanvas, qtbot: QtBot) -> None:
    stroke(qtbot, canvas, (50, 50), (90, 90))
    before = plain(canvas.ink())
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    np.testing.assert_allclose(plain(canvas.ink())[1:, 1:], before[:-1, :-1], atol=1e-6)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    np.testing.assert_allclose(plain(canvas.ink()), before, atol=1e-6)


def test_delete_clears_and_can_be_undone(canvas: DigitCanvas, qtbot: QtBot) -> None:
    stroke(qtbot, canvas, (50, 50), (90, 90))
    with qtbot.waitSignal(canvas.drawn):
        qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_blank
    canvas.undo()
    assert not canvas.is_blank


def test_an_image_on_the_pad_comes_back_exactly(canvas: DigitCanvas) -> None:
    image = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    canvas.set_image(image)
    np.testing.assert_allclose(plain(canvas.ink()), image / 255, atol=1e-6)
    canvas.set_image(image.astype(np.float32) / 255)
    np.testing.assert_allclose(plain(canvas.ink()), image / 255, atol=1e-6)
    with pytest.raises(ValueError, match="shape"):
        canvas.set_image(np.zeros(784))


def test_the_same_digit_in_a_corner_gives_the_same_centred_image(canvas: DigitCanvas, qtbot: QtBot) -> None:
    seen = []
    for shift in (0, 50):
        canvas.clear()
        stroke(qtbot, canvas, *((20 + shift + x, 20 + shift + y) for x, y in ((0, 0), (50, 0), (20, 60))))
        seen.append(centred(canvas.ink()))
    np.testing.assert_allclose(seen[0], seen[1], atol=0.02)


def test_paper_keeps_the_themes_colours(canvas: DigitCanvas, themes: ThemeProvider) -> None:
    assert LIGHT.digit_paper in colors_of(canvas)
    canvas.set_image(np.ones((28, 28)))
    assert LIGHT.digit_ink in colors_of(canvas)
    themes.set_theme("high_contrast")
    canvas.clear()
    assert "#000000" in colors_of(canvas)


def test_brush_width_is_settable_within_limits(canvas: DigitCanvas, qtbot: QtBot) -> None:
    canvas.set_brush_share(0.2)
    stroke(qtbot, canvas, (20, 70), (120, 70))
    assert (canvas.ink()[:, 140] > 0.5).sum() == pytest.approx(0.2 * INK_SIDE, abs=2)
    for share in (0, -1, 0.6, float("nan")):
        with pytest.raises(ValueError, match="brush"):
            canvas.set_brush_share(share)


def test_bars_emphasise_the_two_leaders(themes: ThemeProvider, qtbot: QtBot) -> None:
    bars = PredictionBars(themes)
    qtbot.addWidget(bars)
    bars.resize(bars.sizeHint().expandedTo(bars.minimumSizeHint()))
    assert bars.objectName() == "prediction_bars"
    bars.set_probabilities([0, 0, 0, 0, 0.414, 0, 0, 0.003, 0, 0.583])
    assert bars.leaders() == [9, 4]
    assert {LIGHT.accent, LIGHT.train, LIGHT.grid} <= colors_of(bars)
    assert "4: 41.4 %" in bars.accessibleDescription()
    bars.set_probabilities([0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0])
    assert bars.leaders() == [9]


def test_bars_without_a_drawing_show_nothing(themes: ThemeProvider, qtbot: QtBot) -> None:
    bars = PredictionBars(themes)
    qtbot.addWidget(bars)
    size = bars.sizeHint()
    bars.set_probabilities([0.1] * 10)
    bars.set_probabilities(None)
    assert len(colors_of(bars)) == 1
    assert bars.accessibleDescription() == "No prediction"
    assert bars.leaders() == []
    assert bars.sizeHint() == size


def test_bars_take_class_names_and_refuse_other_lengths(themes: ThemeProvider, qtbot: QtBot) -> None:
    bars = PredictionBars(themes, ["Ankle boot", "Bag"])
    qtbot.addWidget(bars)
    bars.set_probabilities([0.25, 0.75])
    assert bars.accessibleDescription() == "Ankle boot: 25.0 %, Bag: 75.0 %"
    with pytest.raises(ValueError, match="Expected 2 probabilities"):
        bars.set_probabilities([1.0] * 10)
    bars.set_probabilities([np.nan, 0.5])
    bars.grab()
    assert bars.leaders() == [1]
    assert "Ankle boot: NaN" in bars.accessibleDescription()


def test_pixel_image_shows_crisp_pixels(themes: ThemeProvider, qtbot: QtBot) -> None:
    picture = PixelImage(themes, "What the net sees")
    qtbot.addWidget(picture)
    picture.resize(112, 112)
    array = np.zeros((28, 28))
    array[10:20, 10:20] = 1
    picture.set_array(array)
    image = picture.grab().toImage()
    ratio = image.width() / 112
    assert image.pixelColor(round(60 * ratio), round(60 * ratio)) == QColor(LIGHT.digit_ink)
    assert image.pixelColor(round(20 * ratio), round(60 * ratio)) == QColor(LIGHT.digit_paper)


def test_pixel_image_follows_theme_and_limit(themes: ThemeProvider, qtbot: QtBot) -> None:
    picture = PixelImage(themes, "Why", "gradient")
    qtbot.addWidget(picture)
    picture.resize(80, 80)
    picture.set_array(np.array([[-2.0, 2.0], [0.0, np.nan]]), overlay=np.zeros((28, 28)))
    assert picture.limit == 2.0
    light = colors_of(picture)
    assert {LIGHT.signed_gradient.positive[2], LIGHT.signed_gradient.negative[2], LIGHT.trouble} <= light
    themes.set_theme("dark")
    assert DARK.signed_gradient.positive[2] in colors_of(picture)
    with pytest.raises(ValueError, match="height, width"):
        picture.set_array(np.zeros(784))


def test_sparkline_draws_the_curve_and_its_slope(themes: ThemeProvider, qtbot: QtBot) -> None:
    line = Sparkline(themes)
    qtbot.addWidget(line)
    empty = colors_of(line)
    x = np.linspace(-3, 3, 50)
    line.set_curves(x, np.maximum(x, 0), (x > 0).astype(float), "ReLU and its slope")
    drawn = colors_of(line)
    assert len(drawn) > len(empty)
    assert any(QColor(color).blue() > QColor(color).red() + 60 for color in drawn)
    assert line.toolTip() == "ReLU and its slope"
    line.set_curves(x, np.full(50, np.nan), np.zeros(50))
    line.grab()
    with pytest.raises(ValueError, match="three arrays"):
        line.set_curves(x, x[:-1], x)


def test_the_key_to_the_curves_reads_as_a_list(themes: ThemeProvider, qtbot: QtBot) -> None:
    legend = Legend(themes)
    qtbot.addWidget(legend)
    assert legend.accessibleName() == "train, validation"
    legend.set_values(0.5, 0.25, lambda value: f"{value:.2f}")
    legend.set_best(3)
    assert legend.accessibleName() == "train 0.50, validation 0.25, best epoch 3"
