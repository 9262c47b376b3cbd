"""Garbage is collected in the GUI thread only, while a studio is open."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from gui.app import Studio
from gui.collector import GuiThreadCollector


def test_an_open_studio_keeps_the_collector_to_its_thread(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    threads = set()

    def note(phase: str, info: dict[str, int]) -> None:
        threads.add(threading.current_thread())

    studio = open_studio("--preset", "xor", "--epochs", "20")
    gc.callbacks.append(note)
    try:
        with qtbot.waitSignal(studio.run_state.run_ended, timeout=20_000):
            studio.run_state.run()
    finally:
        gc.callbacks.remove(note)
    assert threads <= {threading.main_thread()}
    assert not gc.isenabled()
    assert studio.close()
    assert gc.isenabled()


def test_garbage_goes_on_the_timer(qapp: object, qtbot: QtBot) -> None:
    collector = GuiThreadCollector()
    collector.start()
    try:
        freed: list[bool] = []

        class Ring:
            def __init__(self) -> None:
                self.me = self

            def __del__(self) -> None:
                freed.append(True)

        rings = [Ring() for _ in range(2000)]
        del rings
        qtbot.waitUntil(lambda: bool(freed), timeout=5000)
    finally:
        collector.stop()
