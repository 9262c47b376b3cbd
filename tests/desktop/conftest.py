"""What desktop tests share: no display, settings and runs in a temporary folder, a studio that leaves nothing alive."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QThread

from gui.app import Studio, build

SMALL = ["--preset", "xor", "--epochs", "3"]


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's settings or kept runs."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user_data"))
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture
def open_studio(qapp: object, qtbot: object) -> Iterator[Callable[..., Studio]]:
    """Opens studios with a command line; at the end each is closed and must have left no thread alive."""
    opened: list[Studio] = []

    def open_one(*argv: str) -> Studio:
        studio = build(list(argv or SMALL))
        opened.append(studio)
        return studio

    yield open_one
    for studio in opened:
        studio.themes.set_font_percent(100)  # the application and its font are everybody's
        assert studio.close(), "the studio did not close"
        alive = [thread.objectName() for thread in studio.findChildren(QThread) if thread.isRunning()]
        assert not alive, f"threads left alive: {alive}"
        assert not studio.session.is_active
        studio.window.deleteLater()
        studio.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        studio.application.setStyleSheet("")  # left in force, it would be applied to every part of the next one singly


@pytest.fixture
def studio(open_studio: Callable[..., Studio]) -> Studio:
    """A studio with a small 2-D experiment."""
    return open_studio()
