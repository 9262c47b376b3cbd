"""The question before something is lost: changes that are not saved, a run that ends, what a file holds."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from gui.state.files import Answer, FilesState, Question

TITLES = {"close": "Close BERAS Studio?", "open": "Open another experiment?", "replace": "Replace the file?"}
WHENS = {"close": "when the window closes", "open": "when another experiment is opened"}
AFTERWARDS = {"close": "Then the window closes.", "open": "Then the other experiment is opened."}
END_RUN = {"close": "End run and close", "open": "End run and open"}


@dataclass(frozen=True, slots=True)
class _Button:
    """One answer; ``name`` is part of its object name."""

    answer: Answer
    name: str
    text: str
    role: QMessageBox.ButtonRole
    tip: str
    explanation: str


class FileQuestion(QObject):
    """Shows what the state asks, once, however often one tries; Esc is Cancel."""

    def __init__(self, files: FilesState, window: QWidget) -> None:
        super().__init__(window)
        self._files = files
        self._window = window
        self._shown: Question | None = None
        self._box: QMessageBox | None = None
        files.asked.connect(self._on_asked)

    @Slot()
    def _on_asked(self) -> None:
        question = self._files.question
        if question is None:
            return
        if self._box is not None and question == self._shown:
            self._box.raise_()
            return
        self._take_away()
        self._shown, self._box = question, self._made(question)
        self._box.open()

    def _made(self, question: Question) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setObjectName(f"{question.occasion}_question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(TITLES[question.occasion])
        box.setTextFormat(Qt.TextFormat.PlainText)  # the name comes from a file
        box.setText(question_text(question))
        answers: dict[QAbstractButton, Answer] = {}
        for each in _buttons(question):
            button = box.addButton(each.text, each.role)
            button.setObjectName(f"{question.occasion}_{each.name}_button")
            button.setAccessibleName(each.text)
            button.setToolTip(each.tip)
            button.setWhatsThis(each.explanation)
            answers[button] = each.answer
            if each.answer == ("save" if question.loses_changes else "cancel"):
                box.setDefaultButton(button)
            if each.answer == "cancel":
                box.setEscapeButton(button)
        box.finished.connect(lambda _: self._on_answered(box, answers.get(box.clickedButton(), "cancel")))
        return box

    def _on_answered(self, box: QMessageBox, answer: Answer) -> None:
        if box is self._box:
            self._take_away()
            self._files.answer(answer)

    def _take_away(self) -> None:
        """Without an answer: it has been given, or another question takes its place."""
        box, self._box, self._shown = self._box, None, None
        if box is not None:
            box.hide()
            box.deleteLater()


def _buttons(question: Question) -> list[_Button]:
    roles = QMessageBox.ButtonRole
    stay = "Closes only this question. The experiment stays as it is, and a run that is going on goes on."
    cancel = _Button("cancel", "cancel", "Cancel", roles.RejectRole, "Everything stays as it is", stay)
    if question.occasion == "replace":
        tip, explanation = "What the file holds is lost", "Writes the new content in the place of what the file holds."
        return [cancel, _Button("go_on", "confirm", "Replace", roles.AcceptRole, tip, explanation)]
    then = AFTERWARDS[question.occasion]
    ends_run = "Ends the run after the batch that is being trained. " if question.ends_run else ""
    save = f"Writes the experiment to its file. If that cannot be done, nothing else happens. {ends_run}{then}"
    lose = f"What was changed since the experiment was last saved is lost. {ends_run}{then}"
    if not question.loses_changes:
        end = END_RUN[question.occasion]
        tip = "The run ends after this batch"
        return [cancel, _Button("go_on", "confirm", end, roles.AcceptRole, tip, f"{ends_run}{then}")]
    return [
        _Button("save", "save", "Save", roles.AcceptRole, "Save the changes first", save),
        _Button("go_on", "confirm", "Don’t save", roles.DestructiveRole, "Lose the changes", lose),
        cancel,
    ]


def question_text(question: Question) -> str:
    """What is at stake, in a sentence or two."""
    if question.occasion == "replace":
        return f"“{question.name}” is there already. What it holds is replaced."
    when = WHENS[question.occasion]
    changes = f"“{question.name}” has changes that are not saved"
    if question.loses_changes and question.ends_run:
        return f"{changes}, and a run is going on, which ends {when}."
    if question.loses_changes:
        return f"{changes}. Without saving they are lost {when}."
    return f"A run is going on. It ends {when}."
