"""Images with what the network said and what is true beneath them, each with its probability."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from gui.domain.evaluation import Evaluation
from gui.views.looks.metrics import HALF_PX
from gui.views.looks.theme import ThemeProvider
from gui.views.widgets.contact_sheet import ContactSheet

SENTENCE = "Double-click, or press Enter, to send the image to the pad."


class AnswerSheet(ContactSheet):
    """A contact sheet whose captions are two lines: said, in vermillion where it is wrong, and true."""

    label_lines = 2
    tile_scale = 6.6

    def __init__(self, themes: ThemeProvider) -> None:
        super().__init__(themes)
        self._evaluation: Evaluation | None = None
        self.setObjectName("answer_sheet")
        self.setAccessibleName("Images and answers")
        self.setWhatsThis(
            "Each image with the class that the network said and the true one, and the probability it gives them. "
            f"Arrow keys go through them. {SENTENCE}"
        )

    def set_evaluation(self, evaluation: Evaluation) -> None:
        """The answers that the captions are taken from; the images are given by ``show_images``."""
        self._evaluation = evaluation

    def text_of(self, number: int) -> str:
        found = self._evaluation
        if found is None:
            return super().text_of(number)
        said, confidence, truth = self._said(found, number)
        true_name = found.class_names[int(found.labels[number])]
        return f"Image {number + 1:,}: said {said} ({confidence}), true {true_name} ({truth}). {SENTENCE}"

    @staticmethod
    def _said(found: Evaluation, number: int) -> tuple[str, str, str]:
        said = int(found.predicted[number])
        name = found.class_names[said] if said >= 0 else "no number"
        return name, f"{100 * found.confidence[number]:.1f} %", f"{100 * found.probability_of_truth[number]:.1f} %"

    def _paint_label(self, painter: QPainter, place: QRect, number: int, name: str) -> None:
        found, theme = self._evaluation, self._themes.theme
        if found is None or number >= len(found):
            return
        said, confidence, truth = self._said(found, number)
        pen = painter.pen()
        height = place.height() // 2
        width = min(place.width() - 2 * HALF_PX, self._tile.width() + 2 * HALF_PX)
        upper = QRect(place.left() + (place.width() - width) // 2, place.top(), width, height)
        is_right = bool(found.is_right[number])
        for line, (word, text, share) in enumerate((("said", said, confidence), ("true", name, truth))):
            row = upper.translated(0, line * height)
            painter.setPen(theme.color("trouble_text" if line == 0 and not is_right else "ink"))
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{word} {text}")
            painter.setPen(theme.color("ink_3"))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)
        painter.setPen(pen)
