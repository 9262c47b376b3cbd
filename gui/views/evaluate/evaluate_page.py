"""The Evaluate page: what the network makes of samples it has not learnt from, in numbers and in images."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from gui.domain.evaluation import Evaluation
from gui.state.evaluation import EvaluationState, Selection
from gui.views.backprop.graph_card import Switch
from gui.views.evaluate.answer_sheet import AnswerSheet
from gui.views.evaluate.calibration_plot import CalibrationPlot
from gui.views.evaluate.class_table import BAR_FROM, ClassTable
from gui.views.evaluate.confusion_matrix import ConfusionMatrix
from gui.views.looks.font_sizes import set_least_size
from gui.views.looks.metrics import CARD_GAP_PX, CARD_PADDING_PX, GRID_PX, SECTION_GAP_PX, Role
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.adaptive_splitter import AdaptiveSplitter, fill
from gui.views.widgets.card import Card
from gui.views.widgets.themed import elided_label, text_label

NARROWEST = 20.0
EVALUATING = "Asking the network about all validation samples…"
FACTS = (
    ("accuracy", "Validation accuracy", "The share of right answers, give or take its standard error"),
    ("wrong", "Wrong", "How many answers are wrong, of how many"),
    ("loss", "Loss", "The mean of the experiment's own loss over these samples"),
    ("calibration", "Calibration error", "How far confidence and accuracy are apart on average"),
)
ORDERS = (
    ("confident", "Most confident first", "Sorted by how sure the network was of what it said, right or wrong."),
    ("hardest", "Hardest first", "Sorted by how little it gives the true class: what it finds hardest comes first."),
)
COUNTS = (
    ("counts", "counts", "Every cell says how many samples it holds."),
    ("rates", "% of row", "Every cell says its share of the samples of that true class, so that rows add up to 100."),
)


class EvaluatePage(QWidget):
    """Follows the evaluation; nothing is computed while it is not on show."""

    def __init__(self, themes: ThemeProvider, state: EvaluationState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page_evaluate")
        self._state = state
        self._facts = {key: text_label("–", Role.RESULT) for key, _, _ in FACTS}
        self._source = elided_label("", tone="secondary")
        self._source.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.matrix = ConfusionMatrix(themes)
        self.classes = ClassTable(themes)
        self.calibration = CalibrationPlot(themes)
        self.sheet = AnswerSheet(themes)
        self._cards = {
            "matrix": Card(themes, "Confusion matrix"),
            "classes": Card(themes, "Per class", f"recall bars start at {100 * BAR_FROM:.0f} %"),
            "calibration": Card(themes, "Calibration"),
            "sheet": Card(themes, "Mistakes"),
        }
        self._counts = QButtonGroup(self)
        self._orders = QButtonGroup(self)
        self._all = QPushButton("All mistakes")
        self._send = QPushButton("Send to pad")
        self._summary = QFrame()
        self._build()
        self._connect()
        self.refresh()

    # -- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._build_summary()
        for key, widget in (
            ("matrix", self.matrix),
            ("classes", self.classes),
            ("calibration", self.calibration),
            ("sheet", self.sheet),
        ):
            self._cards[key].body.addWidget(widget, 1)
        set_least_size(self.sheet, height=7.5)
        set_least_size(self.classes, width=NARROWEST)
        self._cards["matrix"].add_header_widget(_segments(self._counts, "confusion", COUNTS))
        for control in (_segments(self._orders, "gallery", ORDERS), self._all, self._send):
            self._cards["sheet"].add_header_widget(control)
        _describe(
            self._all,
            "all_mistakes_button",
            "Show all mistakes again",
            "Leaves the cell or the class that was chosen, and shows every image that was taken for something else.",
        )
        _describe(
            self._send,
            "send_to_pad_button",
            "Put the chosen image onto the digit pad",
            "Opens the pad with this image on it: see what the network answers, and change it with brush and eraser.",
        )
        upper = AdaptiveSplitter(NARROWEST)
        fill(upper, [self._cards[key] for key in ("matrix", "classes", "calibration")], (450, 480, 440), (1, 1, 1))
        rows = QSplitter(Qt.Orientation.Vertical)
        fill(rows, (upper, self._cards["sheet"]), (450, 210), (3, 2))
        column = QVBoxLayout(self)
        column.setContentsMargins(CARD_GAP_PX, CARD_GAP_PX, CARD_GAP_PX, CARD_GAP_PX)
        column.setSpacing(CARD_GAP_PX)
        column.addWidget(self._summary)
        column.addWidget(rows, 1)

    def _build_summary(self) -> None:
        self._summary.setProperty("card", "true")
        row = QHBoxLayout(self._summary)
        row.setContentsMargins(CARD_PADDING_PX, GRID_PX, CARD_PADDING_PX, GRID_PX)
        row.setSpacing(SECTION_GAP_PX)
        for key, name, tip in FACTS:
            pair = QVBoxLayout()
            pair.setSpacing(0)
            pair.addWidget(text_label(name, Role.CAPTION, "caption"))
            value = self._facts[key]
            value.setObjectName(f"evaluation_{key}")
            value.setToolTip(tip)
            value.setWhatsThis(f"{tip}.")
            pair.addWidget(value)
            row.addLayout(pair)
        row.addStretch(1)
        row.addWidget(self._source, 2)

    def _connect(self) -> None:
        state = self._state
        state.changed.connect(self.refresh)
        state.selection_changed.connect(self.show_selection)
        self.matrix.cell_chosen.connect(state.select_cell)
        self.classes.class_chosen.connect(lambda label: state.select(Selection("wrong", true_class=label)))
        self._counts.idClicked.connect(lambda place: self.matrix.set_rates(place == 1))
        self._orders.idClicked.connect(lambda place: state.set_hardest(place == 1))
        self._all.clicked.connect(lambda _=False: state.select(Selection()))
        self._send.clicked.connect(self._on_send_clicked)
        self.sheet.opened.connect(state.send)

    # -- showing ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Show the evaluation as it is now."""
        if not self.isVisible():
            return
        found = self._state.evaluation
        sentence = None if found is not None else EVALUATING if self._state.is_busy else self._state.problem
        for card in self._cards.values():
            card.set_empty(sentence)
        self._summary.setVisible(found is not None)
        if found is None:
            return
        self._show_facts(found)
        self.matrix.show_evaluation(found)
        self.classes.show_evaluation(found)
        self.calibration.show_evaluation(found)
        self._cards["calibration"].set_caption(f"gap: {100 * found.calibration_error:.1f} % on average")
        self.show_selection()

    def _show_facts(self, found: Evaluation) -> None:
        error = 100 * found.standard_error
        self._facts["accuracy"].setText(f"{100 * found.accuracy:.1f} %")
        self._facts["accuracy"].setToolTip(f"The share of right answers; its standard error is {error:.1f} %")
        self._facts["wrong"].setText(f"{found.mistakes:,} of {len(found):,}")
        self._facts["loss"].setText(f"{found.loss:.3f}")
        self._facts["calibration"].setText(f"{100 * found.calibration_error:.1f} %")
        data = self._state.data
        self._source.setText(f"{data.title if data is not None else ''}, weights of {self._state.title}")

    @Slot()
    def show_selection(self) -> None:
        """Show the samples that are looked at."""
        found, data, chosen = self._state.evaluation, self._state.data, self._state.selection
        if found is None or data is None or not self.isVisible():
            return
        self.matrix.set_chosen(
            None if chosen.true_class is None or chosen.said_class is None else (chosen.true_class, chosen.said_class)
        )
        self._orders.button(int(chosen.is_hardest)).setChecked(True)
        card, numbers = self._cards["sheet"], self._state.shown
        card.set_title(_heading(found, chosen))
        card.set_caption(f"{len(numbers):,} of {len(found):,}")
        if data.image_shape is None:
            card.set_empty("These samples are no images.")
            return
        if not len(numbers):
            card.set_empty(
                f"No mistakes in {len(found):,} images." if chosen == Selection() else "No image is like that."
            )
            return
        card.set_empty(None)
        self.sheet.set_evaluation(found)
        self.sheet.show_images(data.validation_inputs, found.labels, numbers, data.image_shape, found.class_names)

    @Slot()
    def _on_send_clicked(self) -> None:
        sample = self.sheet.sample
        if sample is not None:
            self._state.send(sample)

    # -- events -------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._state.watch(True)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._state.watch(False)


def _heading(found: Evaluation, chosen: Selection) -> str:
    names = found.class_names
    if chosen.true_class is not None and chosen.said_class is not None:
        return f"True {names[chosen.true_class]}, said {names[chosen.said_class]}"
    what = "Hardest mistakes" if chosen.is_hardest else "Most confident mistakes"
    return what if chosen.true_class is None else f"{what} of {names[chosen.true_class]}"


def _segments(group: QButtonGroup, name: str, entries: tuple[tuple[str, str, str], ...]) -> QWidget:
    """Buttons in a row, of which one is on; the first at first."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    for place, (key, text, explanation) in enumerate(entries):
        button = Switch(text)
        button.setCheckable(True)
        button.setChecked(place == 0)
        button.setProperty("segment", "first" if place == 0 else "last")
        _describe(button, f"{name}_{key}_button", explanation, explanation)
        group.addButton(button, place)
        row.addWidget(button)
    return holder


def _describe(button: QPushButton, name: str, tip: str, explanation: str) -> None:
    button.setObjectName(name)
    button.setProperty("small", "true")
    button.setAccessibleName(button.text())
    button.setToolTip(tip)
    button.setWhatsThis(explanation)
