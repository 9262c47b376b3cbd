"""What a run and a closed studio held is given back: data, networks, the worker itself."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from gui.app import Studio, build
from gui.training.background import _Runner
from gui.training.data_store import DataStore
from gui.training.worker import TrainingWorker

WAIT_MS = 20_000


def alive(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


def test_a_run_leaves_no_worker(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    before = alive(TrainingWorker)
    for _ in range(3):
        with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
            studio.run_state.run()
    assert alive(TrainingWorker) == before


def open_run_and_close(qtbot: QtBot) -> None:
    studio = build(["--preset", "xor", "--epochs", "2"])
    qtbot.waitUntil(lambda: studio.data.status == "ready", timeout=WAIT_MS)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert studio.close()
    studio.window.deleteLater()
    studio.deleteLater()


def test_a_closed_studio_leaves_no_data(qapp: object, qtbot: QtBot) -> None:
    before = alive(DataStore), alive(_Runner)
    open_run_and_close(qtbot)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert (alive(DataStore), alive(_Runner)) == before
