"""The scratchpad in the window: typed with real keys, walked with the explorer's keys, checked with G."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from beras import ops
from gui.app import Studio
from gui.domain.scratchpad.examples import EXAMPLES, example
from gui.domain.scratchpad.nudge import nudged
from gui.domain.scratchpad.script import printed_by
from gui.views.scratchpad.value_items import ValueItem, cells_of
from tests.desktop.test_explained import unexplained

WAIT_MS = 20_000
BACKPROP = 1


@pytest.fixture
def opened(studio: Studio, qtbot: QtBot) -> Studio:
    """The scratchpad on show, its first example computed and checked."""
    studio.window.resize(1440, 900)
    studio.window.page_bar.tabs.setCurrentIndex(BACKPROP)
    qtbot.waitUntil(lambda: studio.explorer.record is not None, timeout=WAIT_MS)
    button = find(studio, "drawing_scratchpad_button_graph")
    if not button.isVisible():
        button = find(studio, "drawing_scratchpad_button_units")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.scratchpad.report is not None, timeout=WAIT_MS)
    return studio


def find(studio: Studio, name: str) -> QWidget:
    found = studio.window.findChild(QWidget, name)
    assert isinstance(found, QWidget), name
    return found


def box(studio: Studio, key: int) -> ValueItem:
    item = studio.window.backprop_page.scratchpad.scene.item_of(key)
    assert isinstance(item, ValueItem)
    return item


def rest(studio: Studio, qtbot: QtBot) -> None:
    """Wait until what was typed is computed."""
    qtbot.waitUntil(
        lambda: (
            bool(studio.scratchpad.faults)
            or (studio.scratchpad.evaluation is not None and not studio.scratchpad.is_checking)
        ),
        timeout=WAIT_MS,
    )


def typed(studio: Studio, qtbot: QtBot, text: str) -> None:
    """Replace the program with the keyboard."""
    editor = studio.window.backprop_page.scratchpad.program.editor
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for number, line in enumerate(text.split("\n")):
        if number:
            qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.keyClicks(editor, line)
    before = studio.scratchpad.evaluation
    qtbot.waitUntil(
        lambda: bool(studio.scratchpad.faults) or studio.scratchpad.evaluation is not before, timeout=WAIT_MS
    )


def test_the_first_example_stands_there_with_every_number(opened: Studio) -> None:
    view = opened.window.backprop_page.scratchpad
    assert view.program.editor.toPlainText() == example("neuron").text
    w1 = box(opened, -1)
    assert (w1.title, w1.kind) == ("w1", "parameter")
    assert w1.numbers.value == (("2.0000",),)
    assert w1.numbers.gradient == (("0.3189",),)
    x1 = box(opened, -2)
    assert (x1.kind, x1.numbers.gradient, x1.numbers.word) == ("constant", (), "not asked")
    loss = box(opened, 9)
    assert (loss.title, loss.name, loss.kind) == ("Add", "L", "target")


def test_what_is_typed_appears_as_a_graph(opened: Studio, qtbot: QtBot) -> None:
    typed(opened, qtbot, "a = param(2.0)\nc = a * a\nd = exp(c) + a")
    view = opened.window.backprop_page.scratchpad
    assert [(item.title, item.name) for item in view.scene.op_items if isinstance(item, ValueItem)] == [
        ("a", ""),
        ("Mul", "c"),
        ("Exp", ""),
        ("Add", "d"),
    ]
    assert view.program.heads._target == "d"
    assert "gradients of d" in view.card._caption.text()


def test_typing_waits_for_the_keys_to_rest(opened: Studio, qtbot: QtBot) -> None:
    before = opened.scratchpad.evaluation
    editor = opened.window.backprop_page.scratchpad.program.editor
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_End)
    qtbot.keyClicks(editor, "  # a")
    assert opened.scratchpad.evaluation is before
    qtbot.waitUntil(lambda: opened.scratchpad.evaluation is not before, timeout=WAIT_MS)


def test_a_wrong_line_is_marked_and_the_last_graph_stays(opened: Studio, qtbot: QtBot) -> None:
    typed(opened, qtbot, "w = param(2.0)\ny = w * q")
    view = opened.window.backprop_page.scratchpad
    assert [str(fault) for fault in opened.scratchpad.faults] == ["Line 2, column 9: No line gives the name “q”."]
    assert find(opened, "scratchpad_fault").isVisible()
    assert box(opened, 9).name == "L"
    assert not find(opened, "scratchpad_copy_script").isEnabled()
    marks = [m for m in view.program.editor.extraSelections() if m.format.underlineColor().isValid()]
    assert any(mark.cursor.selectedText() == "q" for mark in marks)
    view.program.editor.moveCursor(view.program.editor.textCursor().MoveOperation.Start)
    qtbot.keyClick(opened.window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: view.program.editor.textCursor().positionInBlock() == 8, timeout=WAIT_MS)


def test_undo_brings_the_program_before_an_example_back(opened: Studio, qtbot: QtBot) -> None:
    typed(opened, qtbot, "w = param(2.0)\ny = w * w")
    combo = find(opened, "scratchpad_examples")
    combo.setFocus()
    for _ in range(2):
        qtbot.keyClick(combo, Qt.Key.Key_Down)
    rest(opened, qtbot)
    editor = opened.window.backprop_page.scratchpad.program.editor
    assert editor.toPlainText() in [each.text for each in EXAMPLES]
    editor.setFocus()
    while editor.toPlainText() != "w = param(2.0)\ny = w * w":
        assert editor.document().isUndoAvailable()
        qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize("name", [each.name for each in EXAMPLES])
def test_every_example_is_right_and_explained(opened: Studio, qtbot: QtBot, name: str) -> None:
    opened.scratchpad.load_example(name)
    qtbot.waitUntil(lambda: opened.scratchpad.report is not None, timeout=WAIT_MS)
    report = opened.scratchpad.report
    assert report is not None
    assert report.is_right
    assert find(opened, "scratchpad_sentence").text() == example(name).sentence  # type: ignore[attr-defined]
    assert unexplained(opened.window) == {}
    for position in range(len(opened.scratchpad.walk.walk or ())):
        opened.scratchpad.walk.go_to(position + 1)
        assert opened.scratchpad.walk.equation is not None
    assert unexplained(opened.window) == {}


def test_the_keys_of_the_explorer_walk_through_the_program(opened: Studio, qtbot: QtBot) -> None:
    view, walk = opened.window.backprop_page.scratchpad, opened.scratchpad.walk
    explorer = opened.explorer.position
    view.card.view.setFocus()
    assert walk.is_at_end
    qtbot.keyClick(view.card.view, Qt.Key.Key_Right)
    assert walk.position == 1
    qtbot.keyClick(view.card.view, Qt.Key.Key_PageDown)
    assert walk.position == 2
    assert box(opened, 1).look.is_current
    assert box(opened, 2).numbers.value == ()
    assert view.inspector.isVisible()
    qtbot.keyClick(view.card.view, Qt.Key.Key_Left)
    assert walk.position == 1
    assert opened.explorer.position == explorer


def test_a_gradient_appears_when_all_its_paths_have_come(opened: Studio) -> None:
    walk = opened.scratchpad.walk
    arrived = []
    for position in range(11, 21):
        walk.go_to(position)
        arrived.append(box(opened, -1).numbers.gradient)
    assert arrived[-1] == (("0.3189",),)
    assert arrived.index((("0.3189",),)) == len([each for each in arrived if not each])


def test_the_arrow_keys_stay_in_the_editor(opened: Studio, qtbot: QtBot) -> None:
    editor = opened.window.backprop_page.scratchpad.program.editor
    editor.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Left):
        qtbot.keyClick(editor, key)
    qtbot.keyClicks(editor, "g")
    assert opened.scratchpad.walk.is_at_end
    assert "g" in editor.toPlainText().split("\n")[-1]


def test_alt_and_arrow_change_the_number_under_the_cursor(opened: Studio, qtbot: QtBot) -> None:
    editor = opened.window.backprop_page.scratchpad.program.editor
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_End)
    before = opened.scratchpad.evaluation
    qtbot.keyClick(editor, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert editor.toPlainText().startswith("x1 = 0.6\n")
    qtbot.waitUntil(lambda: opened.scratchpad.evaluation is not before, timeout=WAIT_MS)
    assert box(opened, -2).numbers.value == cells_of(opened.scratchpad.evaluation.lines[0].value)  # type: ignore[union-attr]
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText().startswith("x1 = 0.5\n")


@pytest.mark.parametrize(
    ("line", "column", "steps", "new"),
    [
        ("a = 0.5", 6, 1, "0.6"),
        ("a = 0.25", 6, -1, "0.24"),
        ("a = -1.0", 7, 1, "-0.9"),
        ("a = b - 1.0", 9, 1, "1.1"),
        ("a = -0.1", 7, 1, "0.0"),
        ("a = 12", 5, 1, "13"),
        ("a = [1, 2]", 5, 1, "1.1"),
        ("a1 = b2", 1, 1, None),
        ("a = 1e5", 5, 1, None),
        ("a = b  # 3", 9, 1, None),
    ],
)
def test_a_number_is_nudged_by_its_last_digit(line: str, column: int, steps: int, new: str | None) -> None:
    found = nudged(line, column, steps)
    assert (None if found is None else found[0]) == new


def test_g_checks_the_program_and_names_the_wrong_op(
    opened: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ops.Sigmoid, "backward", lambda self, out_grad, node: out_grad * node.output)
    view = opened.window.backprop_page.scratchpad
    opened.scratchpad.evaluate()
    qtbot.waitUntil(lambda: opened.scratchpad.report is not None, timeout=WAIT_MS)
    assert opened.scratchpad.report is not None
    assert opened.scratchpad.report.wrong_label == "Sigmoid"
    qtbot.waitUntil(lambda: box(opened, 4).is_wrong, timeout=WAIT_MS)
    assert (box(opened, 4).title, box(opened, 3).is_wrong) == ("Sigmoid", False)
    monkeypatch.undo()
    view.card.view.setFocus()
    with qtbot.waitSignal(opened.scratchpad.checked):
        qtbot.keyClick(view.card.view, Qt.Key.Key_G)
    assert not opened.gradient_check.is_busy


def test_the_tensor_of_the_line_is_looked_at(opened: Studio, qtbot: QtBot) -> None:
    editor = opened.window.backprop_page.scratchpad.program.editor
    editor.setFocus()
    assert opened.scratchpad.selected_name == "w1"
    for _ in range(5):
        qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert opened.scratchpad.selected_name == "z"
    assert box(opened, 3).isSelected()
    view = opened.window.backprop_page.scratchpad
    place = view.card.view.mapFromScene(box(opened, -3).sceneBoundingRect().center())
    qtbot.mouseClick(view.card.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert opened.scratchpad.selected_name == "w2"


def test_boxes_are_reached_with_tab_and_chosen_with_enter(opened: Studio, qtbot: QtBot) -> None:
    view = opened.window.backprop_page.scratchpad.card.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.scratchpad.selected_name == "x1"


def test_the_copied_script_prints_the_same_numbers(opened: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    qtbot.mouseClick(find(opened, "scratchpad_copy_script"), Qt.MouseButton.LeftButton)
    path = tmp_path / "copied.py"
    path.write_text(QGuiApplication.clipboard().text(), encoding="utf-8")
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=root, timeout=60,
                         env={**os.environ, "PYTHONPATH": str(root)}, check=True)  # fmt: skip
    assert opened.scratchpad.evaluation is not None
    assert ran.stdout == printed_by(opened.scratchpad.evaluation)


def test_the_way_back_to_the_network(opened: Studio, qtbot: QtBot) -> None:
    page = opened.window.backprop_page
    assert opened.window.backprop_page.scratchpad.isVisible()
    qtbot.mouseClick(find(opened, "drawing_graph_button_scratchpad"), Qt.MouseButton.LeftButton)
    assert not opened.window.backprop_page.scratchpad.isVisible()
    assert page.card.isVisible()
    page.setFocus()
    before = opened.scratchpad.walk.position
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert opened.explorer.position == 1
    assert opened.scratchpad.walk.position == before


def test_the_program_is_kept_while_another_page_is_on_show(opened: Studio, qtbot: QtBot) -> None:
    typed(opened, qtbot, "w = param(3.0)\ny = w * w")
    tabs = opened.window.page_bar.tabs
    tabs.setCurrentIndex(0)
    tabs.setCurrentIndex(BACKPROP)
    assert opened.window.backprop_page.scratchpad.isVisible()
    assert opened.window.backprop_page.scratchpad.program.editor.toPlainText() == "w = param(3.0)\ny = w * w"
    assert box(opened, 0).numbers.value == (("9.0000",),)


def test_step_op_of_the_run_bar_leads_to_the_network(opened: Studio) -> None:
    action = opened.window.findChild(QAction, "action_step_op")
    assert isinstance(action, QAction)
    action.trigger()
    assert not opened.window.backprop_page.scratchpad.isVisible()
    assert opened.explorer.position == 1


def test_themes_and_font_sizes_reach_the_graph(opened: Studio) -> None:
    before = box(opened, 0).size
    for theme in ("dark", "high_contrast", "light"):
        opened.themes.set_theme(theme)
        assert not opened.window.grab().isNull()
    opened.themes.set_font_percent(200)
    assert box(opened, 0).size[1] > 1.5 * before[1]
    assert not opened.window.grab().isNull()


def test_nothing_is_recorded_is_said(opened: Studio, qtbot: QtBot) -> None:
    typed(opened, qtbot, "a = 2\nb = a * 3")
    assert opened.window.backprop_page.scratchpad.card.is_empty
    assert "param(2.0)" in find(opened, "scratchpad_sentence").text()  # type: ignore[attr-defined]
