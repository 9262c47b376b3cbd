"""The plane as the window shows it: the points to edit, the brush, and what the network makes of the plane just now.

Answers are worked out when somebody looks: as often as weights come from the run, and after every edit. Before the
first run they are those of the first weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, Signal, Slot

from beras.datasets import Dataset
from beras.registry import SettingError
from gui.domain.build import build_network, weights_of
from gui.domain.check import OWN_POINTS, data_shape
from gui.domain.data_view import Points, is_drawable
from gui.domain.painting import PaintingError, as_own_points, points_to_edit, with_moved, with_point, without_point
from gui.domain.responses import TOO_LARGE, Column, Plane, Responder, Responses, cells_for, network_columns
from gui.domain.spec import Choice, ExperimentSpec
from gui.state.data import DataState
from gui.state.experiment import ExperimentState
from gui.state.messages import MessageState
from gui.state.run import RunState

TOPIC = "painting"
WATCH_INTERVAL_S = 0.08
ANSWER_INTERVAL_MS = 80
PREPARING = "Preparing the points…"
OTHER_DATA = "The network that trains now was made for other data."
FIRST_PLANE = Plane(-1.2, 1.2, -1.2, 1.2)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one network makes of the plane. ``is_trained`` is False for first weights."""

    spec: ExperimentSpec
    columns: tuple[Column, ...]
    matrices: tuple[NDArray[Any], ...]
    responses: Responses
    is_trained: bool


class PlaygroundState(QObject):
    """``points`` are those on show or None, ``answer`` is what the network says or None; ``note`` says why."""

    points_changed = Signal()
    brush_changed = Signal()
    answered = Signal()

    def __init__(
        self,
        experiment: ExperimentState,
        run: RunState,
        data: DataState,
        messages: MessageState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._experiment, self._run, self._data, self._messages = experiment, run, data, messages
        self._responder = Responder()
        self._plane = FIRST_PLANE
        self._is_watched = False
        self._since_answer = QElapsedTimer()
        self._first: tuple[Any, tuple[NDArray[Any], ...]] | None = None
        self._source: Choice | Dataset | None = None  # of the points on show
        self._asked: tuple[Any, Any, Any] | None = None  # what the answer on show is about
        self._seen = self._look()
        self.points: Points | None = None
        self.answer: Answer | None = None
        self.note = ""
        self.brush = 0
        self.brush_value = 1.0
        self.shows_validation = True
        experiment.changed.connect(self._on_experiment_changed)
        data.changed.connect(self._on_data_changed)
        run.weights_published.connect(self._on_weights_published)
        run.run_started.connect(self._ask)
        run.run_ended.connect(self._ask)
        self._follow_points()

    @property
    def is_drawable(self) -> bool:
        """Whether the chosen data are points in the plane or on a line."""
        return is_drawable(self._experiment.shape)

    @property
    def is_live(self) -> bool:
        """Whether the next answer comes by itself in a moment, because the run goes on."""
        return self._run.state == "running"

    @property
    def title(self) -> str:
        return self._experiment.shape.title

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._experiment.shape.class_names

    def wrong(self) -> NDArray[np.bool_]:
        """Which of the points the network puts into another class than their own; none before it has been trained."""
        points, answer = self.points, self.answer
        if points is None or answer is None or not answer.is_trained or points.kind != "classes":
            return np.zeros(0 if points is None else len(points), np.bool_)
        return answer.responses.wrong(points.labels)

    # -- looking ------------------------------------------------------------------------------------------------------

    def watch(self, watched: bool) -> None:
        """Say whether somebody looks, so that answers are worth working out."""
        if watched != self._is_watched:
            self._is_watched = watched
            self._run.watch("playground", WATCH_INTERVAL_S if watched else None)
            self._ask()

    def set_plane(self, plane: Plane) -> None:
        """Say what piece of the plane is seen."""
        if plane != self._plane:
            self._plane = plane
            self._ask()

    def set_shows_validation(self, shown: bool) -> None:
        """Show the validation points too, or leave them out."""
        if shown != self.shows_validation:
            self.shows_validation = shown
            self.brush_changed.emit()

    # -- editing ------------------------------------------------------------------------------------------------------

    def set_brush(self, number: int) -> None:
        """New points are of this class."""
        if 0 <= number < len(self.class_names) and number != self.brush:
            self.brush = number
            self.brush_changed.emit()

    def set_brush_value(self, value: float) -> None:
        """New points of a surface have this value."""
        if value != self.brush_value:
            self.brush_value = value
            self.brush_changed.emit()

    def add(self, x: float, y: float, in_validation: bool = False) -> None:
        """Set a point with the brush."""
        choice = self._editable()
        if choice is not None and self.points is not None:
            self.set_shows_validation(self.shows_validation or in_validation)
            what = self.brush_value if self.points.kind == "surface" else min(self.brush, len(self.class_names) - 1)
            self._edit(lambda: with_point(choice, x, y, what, in_validation), "new point")

    def move(self, place: int, x: float, y: float) -> None:
        """Move a point; all moves from ``begin_move`` to ``end_move`` are one edit."""
        choice = self._editable()
        if choice is not None and self._has(place):
            self._edit(lambda: with_moved(choice, place, x, y), "move of a point")

    def begin_move(self) -> None:
        self._experiment.begin_drag()

    def end_move(self) -> None:
        self._experiment.end_drag()

    def remove(self, place: int) -> None:
        choice = self._editable()
        if choice is not None and self._has(place):
            self._edit(lambda: without_point(choice, place), "removal of a point")

    def _has(self, place: int) -> bool:
        """Whether there is such a point; an undo may have taken the one that is being dragged."""
        return self.points is not None and place < len(self.points)

    def _editable(self) -> Choice | None:
        """The chosen data as own points; None, and a sentence, if they cannot be edited."""
        try:
            if self.points is None or not (self._data.has_chosen or self._source == self._experiment.spec.data):
                raise PaintingError("The points are not there yet. Wait a moment, then set the point again.")
            return as_own_points(self._experiment.spec.data, self.points, self.title)
        except (PaintingError, SettingError) as error:
            self._messages.show("info", str(error), topic=TOPIC)
            return None

    def _edit(self, change: Any, text: str) -> None:
        try:
            self._experiment.set_points(change(), text)
        except PaintingError as error:
            self._messages.show("info", str(error), topic=TOPIC)
        else:
            self._messages.withdraw(TOPIC)

    # -- following ----------------------------------------------------------------------------------------------------

    @Slot()
    def _on_experiment_changed(self) -> None:
        seen = self._look()
        if seen != self._seen:
            self._seen = seen
            if not self._show_others():
                self._ask()

    @Slot()
    def _on_data_changed(self) -> None:
        if self._look() == self._seen:  # otherwise the experiment has just changed, and says so in a moment
            self._show_others()

    def _look(self) -> tuple[Any, ...]:
        """What of the experiment matters here."""
        experiment = self._experiment
        spec = experiment.spec
        return spec.layers, spec.seed, spec.precision, spec.weights, spec.data, experiment.problems

    def _show_others(self) -> bool:
        """If there are other points now, show them together with the answers about them; False if there are none."""
        if not self._follow_points():
            return False
        self.answer = self._answer() if self._is_watched else None
        self.points_changed.emit()
        self.answered.emit()
        return True

    def _follow_points(self) -> bool:
        """Read the points anew if they are others; True if they are. What comes in a moment leaves the old ones."""
        choice, data = self._experiment.spec.data, self._data
        source: Choice | Dataset | None = None
        if choice.name == OWN_POINTS and not self._experiment.has_wrong_data:
            source = choice
        elif self.is_drawable and not data.is_slow:
            source = data.data
            if source is None and data.status == "loading":
                return False
        if source == self._source:
            return False
        self._source = source
        self.points = None if source is None else points_to_edit(choice, data.data)
        if self.brush >= max(len(self.class_names), 1):
            self.brush = 0
        return True

    @Slot()
    def _on_weights_published(self) -> None:
        """While a run goes on, no oftener than can be seen: what the window does is lost to the training."""
        is_soon = self._since_answer.isValid() and self._since_answer.elapsed() < ANSWER_INTERVAL_MS
        if self._run.state != "running" or not is_soon:
            self._since_answer.start()
            self._ask()

    @Slot()
    def _ask(self) -> None:
        """Work the answer out anew, if somebody looks."""
        if self._is_watched:
            self.answer = self._answer()
            self.answered.emit()

    def _answer(self) -> Answer | None:
        """What the network makes of the plane; None with ``note`` saying why not."""
        self.note = ""
        points = self.points
        if points is None or not self._are_chosen(points):
            self.note = PREPARING
            return None
        inputs = self._experiment.shape.inputs
        subject = self._subject(inputs)
        if subject is None:
            return None
        spec, weights, is_trained = subject
        before, self._asked = self._asked, (weights, points, (spec, is_trained, self._plane))
        if self.answer is not None and before is not None and _is_same(before, self._asked):
            return self.answer
        self._responder.update(spec, inputs, weights)
        places = np.stack([points.x, points.y], axis=1)[:, :inputs].astype(np.float32)
        responses = self._responder.respond(self._plane, cells_for(spec, inputs), places)
        return Answer(spec, network_columns(spec, inputs), self._responder.matrices, responses, is_trained)

    def _are_chosen(self, points: Points) -> bool:
        """Whether these are points of the chosen kind: for a moment they may be those of the set before."""
        shape = self._experiment.shape
        inputs = 1 if points.kind == "curve" else 2
        return shape.inputs == inputs and bool(shape.class_names) == (points.kind == "classes")

    def _subject(self, inputs: int) -> tuple[ExperimentSpec, tuple[NDArray[Any], ...], bool] | None:
        """The network to ask: the one that trains or has been trained, otherwise the chosen one's first weights."""
        run, spec = self._run, self._experiment.spec
        if run.spec is not None and run.weights is not None and self._is_of(run.spec, inputs):
            spec, weights = run.spec, run.weights
            return (spec, weights, len(run.log.batch_loss) > 0) if self._is_small(spec, inputs) else None
        if run.is_active and run.weights is not None:
            self.note = OTHER_DATA
            return None
        problem = next((each for each in self._experiment.problems if each.place != "points"), None)
        if problem is not None:
            self.note = problem.message
            return None
        return (spec, self._first_weights(spec, inputs), False) if self._is_small(spec, inputs) else None

    def _is_of(self, spec: ExperimentSpec, inputs: int) -> bool:
        """Whether the network that a run has trained is one for what is chosen now."""
        chosen, names = self._experiment.spec, {spec.data.name, self._experiment.spec.data.name}
        fits = self._run.input_size == inputs and data_shape(spec).outputs == self._experiment.shape.outputs
        is_same = spec.layers == chosen.layers and (len(names) == 1 or OWN_POINTS in names)
        return fits and (self._run.is_active or is_same)

    def _is_small(self, spec: ExperimentSpec, inputs: int) -> bool:
        if cells_for(spec, inputs):
            return True
        self.note = TOO_LARGE
        return False

    def _first_weights(self, spec: ExperimentSpec, inputs: int) -> tuple[NDArray[Any], ...]:
        key = (spec.layers, spec.seed, spec.precision, spec.weights, inputs)
        if self._first is None or self._first[0] != key:
            self._first = (key, weights_of(build_network(spec, inputs)))
        return self._first[1]


def _is_same(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> bool:
    """Whether the very same weights are asked about the very same points, and all the rest is equal."""
    return one[0] is other[0] and one[1] is other[1] and one[2] == other[2]
