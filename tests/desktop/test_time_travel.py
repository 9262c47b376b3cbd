"""Any moment of a run can be looked at and gone on from: what follows is bit for bit what followed the first time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from beras import Callback
from beras.snapshot import Snapshot, take
from gui.domain.spec import Choice, ExperimentSpec
from gui.domain.steering import Change, steer, swap
from gui.training.callback import ChannelCallback
from gui.training.events import BatchEnded, MomentShown, WentBack
from gui.training.timeline import Timeline
from tests.desktop.moments import OPTIMIZERS, Moments, assert_same_moment, experiment
from tests.desktop.plain_fit import plain_fit
from tests.desktop.test_divergence import WAIT_MS, Watched


class Travelled(Watched):
    """A run in a thread that is paused after a step and put to other moments."""

    def __init__(self, spec: ExperimentSpec, pause_at: int, changes: Mapping[int, Change] | None = None) -> None:
        was_paused: list[int] = []

        class Paused(ChannelCallback):
            def on_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
                step = self.model.progress.step
                if self._errand is None:
                    if step == pause_at and not was_paused:
                        was_paused.append(step)
                        self.control.pause()
                    if changes and step in changes:
                        self.control.send(changes[step])
                super().on_batch_end(batch, logs)

        super().__init__(spec, Paused)

    def look_at(self, step: int, qtbot: QtBot) -> Snapshot:
        seen = len(self.of(MomentShown))
        self.control.look_at(step)

        def shown() -> bool:
            self.events += self.channel.drain()
            return len(self.of(MomentShown)) > seen

        qtbot.waitUntil(shown, timeout=WAIT_MS)
        assert self.of(MomentShown)[-1].step == step
        return take(self.callback.model)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_fifty_back_and_fifty_forward_are_the_same_bytes(optimizer: str, qtbot: QtBot) -> None:
    spec = experiment(optimizer)
    changes = {105: Change("rate", lambda model: setattr(model.optimizer, "learning_rate", 0.003))}
    moments = Moments(changes)
    plain_fit(replace(spec, epochs=6), moments)
    run = Travelled(spec, 130, changes)
    run.until_paused(qtbot)
    newest = take(run.callback.model)
    assert_same_moment(newest, moments.at[130])
    for step in (80, 130, 79, 80, 81, 130, 0, 1, 23, 46, 129, 130):
        assert_same_moment(run.look_at(step, qtbot), moments.at[step])
    for step in range(129, 79, -1):
        run.look_at(step, qtbot)
    for step in range(81, 131):
        now = run.look_at(step, qtbot)
    assert_same_moment(now, newest)
    run.control.stop()
    run.end()
    assert not run.of(WentBack), "looking is not going back"
    assert len(run.of(BatchEnded)) == 130


def test_a_hot_swap_and_other_settings_are_travelled_through(qtbot: QtBot) -> None:
    spec = experiment("adam")
    changes = {
        40: swap(spec, replace(spec, optimizer=Choice("rmsprop", {"learning_rate": 0.01})), keep=True)[1],
        77: steer(spec, replace(spec, batch_size=17))[1][0],
    }
    moments = Moments(changes)
    plain_fit(replace(spec, epochs=8), moments)
    run = Travelled(spec, 120, changes)
    run.until_paused(qtbot)
    for step in (90, 39, 40, 41, 76, 77, 78, 120, 5):
        assert_same_moment(run.look_at(step, qtbot), moments.at[step])
    run.control.stop()
    run.end()


def test_going_on_from_an_earlier_moment_leaves_a_branch(qtbot: QtBot) -> None:
    spec = experiment("adam", epochs=6)
    run = Travelled(spec, 100)
    run.until_paused(qtbot)
    run.look_at(46, qtbot)
    run.control.send(Change("rate", lambda model: setattr(model.optimizer, "learning_rate", 0.05)))
    run.control.resume()
    run.end()
    (back,) = run.of(WentBack)
    assert (back.step, back.steps_back) == (46, 54)
    moments = Moments({46: Change("rate", lambda model: setattr(model.optimizer, "learning_rate", 0.05))})
    for one, other in zip(run.weights, plain_fit(spec, moments), strict=True):
        assert one.tobytes() == other.tobytes()


def test_thinned_moments_are_exact_too(qtbot: QtBot) -> None:
    spec = experiment("adam")
    moments = Moments()
    plain_fit(replace(spec, epochs=20), moments)
    run = Travelled(spec, 400)
    run.control.timeline_bytes = 6 * (moments.at[30].nbytes + 8 * 700)
    run.until_paused(qtbot)
    timeline = run.callback.timeline
    assert timeline.nbytes <= timeline.limit_bytes
    assert len(timeline) <= 6
    assert timeline.first == 0
    for step in (3, 399, 210, 0):
        assert_same_moment(run.look_at(step, qtbot), moments.at[step])
    run.control.stop()
    run.end()


def test_the_oldest_moments_are_thinned_first() -> None:
    class Noting(Callback):
        def __init__(self) -> None:
            self.timeline = Timeline()

        def on_batch_end(self, batch: int, logs: object) -> None:
            self.timeline.note(self.model, wanted=True)

    noting = Noting()
    plain_fit(experiment("sgd", epochs=1), noting)
    noting.timeline.limit_bytes = noting.timeline.nbytes * 2
    plain_fit(experiment("sgd", epochs=20), noting)
    steps = [kept.step for kept in noting.timeline._snapshots]
    gaps = np.diff(steps)
    assert noting.timeline.nbytes <= noting.timeline.limit_bytes
    assert gaps[-1] == 1
    assert gaps[0] == gaps.max() > 4, "the older, the sparser"
