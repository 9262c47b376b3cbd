"""The card in which a program is typed: examples, the editor with its columns, what is wrong, and the ways on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.domain.scratchpad.examples import EXAMPLES
from gui.domain.scratchpad.tree import Fault
from gui.state.scratchpad import ScratchpadState
from gui.views.backprop.drawing_switch import SCRATCHPAD, drawing_buttons
from gui.views.experiment.component_form import choice_combo
from gui.views.looks import metrics
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.icons import bind_icon
from gui.views.looks.metrics import Role
from gui.views.looks.theme import ThemeProvider
from gui.views.scratchpad.program_edit import ProgramEdit
from gui.views.scratchpad.tall_card import TallCard
from gui.views.widgets.flow_layout import FlowLayout
from gui.views.widgets.themed import ThemedWidget, rule, text_label

PROMPT = "Example…"
LEAST_LINES = 8.0


class ColumnHeads(ThemedWidget):
    """What the columns of the editor are: expression, value, gradient."""

    def __init__(self, themes: ThemeProvider, editor: ProgramEdit) -> None:
        super().__init__(themes)
        self._editor = editor
        self._target = ""
        self.setObjectName("scratchpad_heads")
        self.setAccessibleName("Columns: expression, value, gradient")
        self.setToolTip("The line as it is typed, what it gives, and the gradient of the last result")
        self.setWhatsThis(
            "Left stands what is typed, then the value it gives, then in blue the gradient of the result."
        )

    def set_target(self, target: str) -> None:
        if target != self._target:
            self._target = target
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, metrics.scaled(self.font(), 1.6))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.role_font(Role.TABLE_HEAD))
        letters = QFontMetrics(painter.font())
        value, gradient = self._editor.column_widths()
        pad, right = metrics.HALF_PX, self.width()
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.color("ink_2"))
        left = self._editor.number_width() + pad
        painter.drawText(left, 0, right, self.height(), flags | Qt.AlignmentFlag.AlignLeft, "Expression")
        ends = flags | Qt.AlignmentFlag.AlignRight
        painter.drawText(right - value - gradient, 0, value - pad, self.height(), ends, "value")
        painter.setPen(self.theme.color("gradient_text"))
        name = letters.elidedText(f"∂{self._target or 's'}/∂·", Qt.TextElideMode.ElideMiddle, gradient - 2 * pad)
        painter.drawText(right - gradient, 0, gradient - pad, self.height(), ends, name)


class ProgramCard(TallCard):
    """``drawing_chosen`` says which other drawing is wanted."""

    drawing_chosen = Signal(int)
    run_wanted = Signal()

    def __init__(self, themes: ThemeProvider, state: ScratchpadState) -> None:
        super().__init__(themes, "")
        self._state = state
        self.setObjectName("scratchpad_card")
        self.setAccessibleName("Scratchpad")
        self.editor = ProgramEdit(themes, state.text)
        self.heads = ColumnHeads(themes, self.editor)
        holder, self._group = drawing_buttons("scratchpad")
        self._group.button(SCRATCHPAD).setChecked(True)
        self.examples = choice_combo("Examples", [(PROMPT, ""), *((each.title, each.name) for each in EXAMPLES)])
        self.fault = text_label("", Role.CAPTION, "trouble")
        self.fault_button = QPushButton("Show me")
        self.sentence = text_label("", Role.CAPTION, "secondary")
        self.run_button = QToolButton()
        self.undo_button = QToolButton()
        self.copy_button = QToolButton()
        self._dress()
        self._fill(holder)
        self._connect()
        self.show_state()

    # -- building -----------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        self.examples.setObjectName("scratchpad_examples")
        self.examples.setToolTip("Put a ready program into the editor; Undo brings yours back")
        self.fault.setObjectName("scratchpad_fault")
        self.fault.setWordWrap(True)
        self.fault.setToolTip("What is wrong, and where; the graph is that of the last program that could be read")
        self.fault.setWhatsThis(
            "What is wrong with the first line that cannot be read or computed, and in which column."
        )
        self.fault_button.setObjectName("scratchpad_fault_button")
        self.fault_button.setProperty("small", "true")
        self.fault_button.setAccessibleName("Go to the place that is wrong")
        self.fault_button.setToolTip("Go to the place in the line (F8)")
        self.fault_button.setShortcut("F8")
        self.fault_button.setWhatsThis("Puts the cursor where the first line that cannot be read goes wrong.")
        self.sentence.setObjectName("scratchpad_sentence")
        self.sentence.setWordWrap(True)
        self.sentence.setToolTip("What to look at in this program")
        self.sentence.setWhatsThis(
            "Says what is to be seen in the program, or what is missing before a gradient can flow."
        )
        for button, name, icon, text, tip, told in (
            (
                self.run_button,
                "scratchpad_run",
                "run",
                "Run backward",
                "Compute the program and show every gradient (Ctrl+Enter)",
                "Computes all lines and sweeps back from the last result. While you type this happens by itself.",
            ),
            (
                self.undo_button,
                "scratchpad_undo",
                "undo",
                "Undo",
                "Take the last change of the program back (Ctrl+Z)",
                "Takes back what was typed last, an example that was put in included. Ctrl+Shift+Z brings it again.",
            ),
            (
                self.copy_button,
                "scratchpad_copy_script",
                "export",
                "Copy as script",
                "Copy the program as a Python script of plain BERAS calls",
                "Puts a script into the clipboard that runs as it is and prints the same values and gradients.",
            ),
        ):
            button.setObjectName(name)
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.setWhatsThis(told)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            bind_icon(button, icon, self._themes, "on_accent" if button is self.run_button else "ink")
        self.run_button.setProperty("primary", "true")
        self.undo_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        set_least_size(self.editor, height=LEAST_LINES)

    def _fill(self, holder: QWidget) -> None:
        self._title.hide()
        head = QWidget()
        row = FlowLayout(metrics.LABEL_GAP_PX, head)
        row.addWidget(holder)
        row.addWidget(self.examples)
        self.examples.setMinimumContentsLength(12)
        pad = metrics.CARD_PADDING_PX
        self.layout().itemAt(0).widget().hide()  # the controls need more than a header's row
        self.body.setContentsMargins(pad, metrics.GRID_PX, pad, pad)
        buttons = QWidget()
        ways = FlowLayout(metrics.GRID_PX, buttons)
        for button in (self.run_button, self.undo_button, self.copy_button):
            ways.addWidget(button)
        fault = QHBoxLayout()
        fault.setSpacing(metrics.LABEL_GAP_PX)
        fault.addWidget(self.fault, 1)
        fault.addWidget(self.fault_button, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(head)
        table = QVBoxLayout()
        table.setSpacing(0)
        for part in (self.heads, rule()):
            table.addWidget(part)
        table.addWidget(self.editor, 1)
        self.body.addLayout(table, 1)
        self.body.addLayout(fault)
        self.body.addWidget(buttons)
        self.body.addWidget(self.sentence)

    def _connect(self) -> None:
        state, editor = self._state, self.editor
        editor.typed.connect(state.type_text)
        editor.line_entered.connect(state.select_line)
        editor.run_wanted.connect(self.run_wanted)
        state.text_wanted.connect(editor.replace_text)
        state.evaluated.connect(self.show_state)
        state.faults_changed.connect(self.show_state)
        self.examples.activated.connect(self._on_example_chosen)
        self.fault_button.clicked.connect(self._on_fault_clicked)
        self.run_button.clicked.connect(self.run_wanted)
        self.undo_button.clicked.connect(editor.undo)
        self.copy_button.clicked.connect(self.copy_script)
        editor.undoAvailable.connect(self.undo_button.setEnabled)
        self.undo_button.setEnabled(False)
        self._group.idClicked.connect(self._on_drawing_clicked)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def show_state(self) -> None:
        """Values, gradients, and what is wrong."""
        state = self._state
        evaluation, faults = state.evaluation, state.faults
        if evaluation is not None and not faults:
            self.editor.show_lines(evaluation.lines)
            self.heads.set_target(evaluation.target)
        self.editor.show_faults(faults)
        self._show_fault(faults[0] if faults else None, len(faults))
        note = "" if evaluation is None else evaluation.note
        self.sentence.setText(note or self._said())
        self.sentence.setVisible(not faults)
        self.copy_button.setEnabled(evaluation is not None and not faults)

    def _said(self) -> str:
        state = self._state
        example = next((each for each in EXAMPLES if each.text == state.text.strip()), None)
        if example is not None:
            return example.sentence
        if state.evaluation is not None and state.evaluation.is_summed:
            return "The last result is an array: the gradients are those of the sum of its entries."
        return "A number or list is a constant; param(...) asks for a gradient. The last result is where it starts."

    def _show_fault(self, fault: Fault | None, count: int) -> None:
        for part in (self.fault, self.fault_button):
            part.setVisible(fault is not None)
        more = f" ({count} lines are wrong.)" if count > 1 else ""
        self.fault.setText("" if fault is None else f"{fault}{more}")

    # -- intents ------------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_example_chosen(self, place: int) -> None:
        name = self.examples.itemData(place)
        self.examples.setCurrentIndex(0)
        if name:
            self._state.load_example(name)
            self.editor.setFocus()

    @Slot()
    def _on_fault_clicked(self) -> None:
        if self._state.faults:
            self.editor.go_to(self._state.faults[0])

    @Slot(int)
    def _on_drawing_clicked(self, drawing: int) -> None:
        if drawing != SCRATCHPAD:
            self._group.button(SCRATCHPAD).setChecked(True)
            self.drawing_chosen.emit(drawing)

    @Slot()
    def copy_script(self) -> None:
        """Put the script into the clipboard."""
        QGuiApplication.clipboard().setText(self._state.script)
