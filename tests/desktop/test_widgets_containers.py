"""Card, collapsible group, message bar and run state: what they show, what they say, by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.card import Card
from gui.views.widgets.collapsible import Collapsible
from gui.views.widgets.message_bar import MessageBar, MessageLevel
from gui.views.widgets.run_state_label import RunState, RunStateLabel


@pytest.fixture
def themes(qapp: QApplication) -> ThemeProvider:
    return ThemeProvider("light")


class TopLevelWatch(QObject):
    """Notes every widget that appears as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def test_building_widgets_flashes_no_window(themes: ThemeProvider, qtbot: QtBot, qapp: QApplication) -> None:
    watch = TopLevelWatch()
    qapp.installEventFilter(watch)
    try:
        card, group = Card(themes, "Loss", "train"), Collapsible(themes, "Data")
        card.set_empty("Nothing recorded yet.", "Record one batch")
        bar = MessageBar(themes)
    finally:
        qapp.removeEventFilter(watch)
    for widget in (card, group, bar):
        qtbot.addWidget(widget)
    assert watch.seen == []


def test_card_shows_its_body_or_one_sentence_with_a_button(themes: ThemeProvider, qtbot: QtBot) -> None:
    card = Card(themes, "Recorded graph", "5 ops")
    qtbot.addWidget(card)
    body = QLabel("contents")
    card.body.addWidget(body)
    card.show()
    assert body.isVisible()
    card.set_empty("Nothing recorded yet.", "Record one batch")
    button = next(each for each in card.findChildren(QPushButton) if each.text() == "Record one batch")
    assert button.isVisible()
    assert not body.isVisible()
    assert button.accessibleName() == "Record one batch"
    with qtbot.waitSignal(card.empty_action_triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    card.set_empty("No run yet.")
    assert not button.isVisible()
    card.set_empty(None)
    assert body.isVisible()
    assert not card.is_empty


def test_card_header_holds_title_caption_and_controls(themes: ThemeProvider, qtbot: QtBot) -> None:
    card = Card(themes, "Loss")
    qtbot.addWidget(card)
    log = QPushButton("log")
    card.add_header_widget(log)
    card.set_caption("20 epochs")
    card.resize(400, 200)
    card.show()
    texts = [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
    assert texts == ["Loss", "20 epochs"]
    assert log.geometry().right() > 300
    assert card.accessibleName() == "Loss"


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Left])
def test_collapsible_closes_by_keyboard(themes: ThemeProvider, qtbot: QtBot, key: Qt.Key) -> None:
    group = Collapsible(themes, "Data")
    qtbot.addWidget(group)
    content = QLabel("contents")
    group.body.addWidget(content)
    group.show()
    arrow = group.findChild(QToolButton)
    assert arrow is not None
    with qtbot.waitSignal(group.expanded_changed) as told:
        qtbot.keyClick(arrow, key)
    assert told.args == [False]
    assert not content.isVisible()
    qtbot.mouseClick(arrow, Qt.MouseButton.LeftButton)
    assert content.isVisible()
    assert group.expanded


def test_collapsible_can_begin_closed(themes: ThemeProvider, qtbot: QtBot) -> None:
    group = Collapsible(themes, "Training", expanded=False)
    qtbot.addWidget(group)
    content = QLabel("contents")
    group.body.addWidget(content)
    group.show()
    assert not content.isVisible()
    group.set_expanded(True)
    assert content.isVisible()


def test_message_bar_is_hidden_until_there_is_a_message(themes: ThemeProvider, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    bar, content = MessageBar(themes), QLabel("content")
    layout = QVBoxLayout(window)
    layout.addWidget(bar)
    layout.addWidget(content)
    window.show()
    assert not bar.isVisible()
    bar.show_message(MessageLevel.WARNING, "Cross-entropy needs Softmax at the end.", "Add Softmax")
    assert bar.isVisible()
    assert bar.objectName() == "message_bar"
    assert bar.accessibleName() == "Warning: Cross-entropy needs Softmax at the end."
    layout.activate()
    assert not bar.geometry().intersects(content.geometry())
    action = bar.findChild(QPushButton)
    assert action is not None
    with qtbot.waitSignal(bar.action_triggered):
        qtbot.mouseClick(action, Qt.MouseButton.LeftButton)
    assert bar.isVisible()


def test_message_bar_closes_and_says_so(themes: ThemeProvider, qtbot: QtBot) -> None:
    bar = MessageBar(themes)
    qtbot.addWidget(bar)
    bar.show_message(MessageLevel.INFO, "Synthetic pen digits are used.")
    action, close = bar.findChild(QPushButton), bar.findChild(QToolButton)
    assert action is not None
    assert close is not None
    assert not action.isVisible()
    with qtbot.waitSignal(bar.closed):
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
    assert bar.text == ""


def test_a_long_message_wraps_and_gets_its_height(themes: ThemeProvider, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    bar = MessageBar(themes)
    layout.addWidget(bar)
    layout.addStretch()
    window.resize(380, 300)
    window.show()
    bar.show_message(MessageLevel.INFO, "Short.")
    layout.activate()
    short = bar.height()
    bar.show_message(MessageLevel.ERROR, "Loss became NaN at step 412 in Softmax. " * 3, "Rewind 10 and halve it")
    layout.activate()
    assert bar.height() > short
    label = next(each for each in bar.findChildren(QLabel) if each.text().startswith("Loss"))
    assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize("state", RunState)
def test_run_state_is_a_word_a_shape_and_an_accessible_name(
    themes: ThemeProvider, qtbot: QtBot, state: RunState
) -> None:
    label = RunStateLabel(themes)
    qtbot.addWidget(label)
    label.set_state(state.value)
    assert label.text == state.value.capitalize()
    assert label.accessibleName() == f"Run state: {label.text}"
    side = label.sizeHint().height() // 2
    shape = label.grab().toImage().copy(0, 0, side, label.sizeHint().height())
    colors = {shape.pixelColor(x, y).name() for x in range(shape.width()) for y in range(shape.height())}
    assert len(colors) > 1


def test_run_state_keeps_its_width_and_refuses_unknown_words(themes: ThemeProvider, qtbot: QtBot) -> None:
    label = RunStateLabel(themes)
    qtbot.addWidget(label)
    width = label.sizeHint().width()
    label.set_state("completed")
    assert label.sizeHint().width() == width
    with pytest.raises(ValueError, match="dancing"):
        label.set_state("dancing")
    assert label.state == "completed"
