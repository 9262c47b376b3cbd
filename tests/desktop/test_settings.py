"""What is remembered, and what becomes of it when the file is damaged, old, new or nonsense."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings, QSize

from gui.app import Studio
from gui.domain.appearance import FONT_PERCENTS, THEME_CHOICES, next_font_percent
from gui.state.settings import APPLICATION, MAX_RECENT_COMMANDS, ORGANISATION, SCHEMA, Settings

PLACES = ("theme", "font_percent", "reduce_motion", "window\\geometry", "window\\docks", "palette\\recent")
NONSENSE = (
    "",
    "nonsense",
    "-1",
    "0",
    "99999999999999999999",
    "1e9",
    "nan",
    "[]",
    "@Invalid()",
    "@ByteArray()",
    "@ByteArray(\\x1\\x2nonsense)",
    "@Variant(\\0\\0\\0\\x7f\\0\\0\\0\\xfNothing\\0)",
    "@Variant(\\0)",
    "@Size(1 2)",
    "@Size(-5 x)",
    "@Rect(0 0 0 0)",
    "@Point(1 1)",
    "@String(dark)",
    "true, false, 3",
    "ünïcödé \\x2202",
)


def ini() -> Path:
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)
    path = Path(store.fileName())
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def read_all(settings: Settings) -> tuple[object, ...]:
    """Read everything once; nothing may raise, and everything is of its kind."""
    assert settings.theme in THEME_CHOICES
    assert settings.font_percent in FONT_PERCENTS
    assert isinstance(settings.reduce_motion, bool)
    assert isinstance(settings.geometry, QByteArray)
    assert isinstance(settings.docks, QByteArray)
    assert isinstance(settings.dialog_size("keys"), QSize)
    assert all(isinstance(name, str) for name in settings.recent_commands)
    return settings.theme, settings.font_percent, settings.reduce_motion


DEFAULTS = ("system", 100, False)


def test_everything_is_kept() -> None:
    settings = Settings()
    settings.theme, settings.font_percent, settings.reduce_motion = "dark", 150, True
    settings.set_window(QByteArray(b"place\0\xff"), QByteArray(b"docks"))
    settings.set_dialog_size("keys", QSize(300, 200))
    settings.remember_command("action_run")
    again = Settings()
    assert read_all(again) == ("dark", 150, True)
    assert (again.geometry, again.docks) == (QByteArray(b"place\0\xff"), QByteArray(b"docks"))
    assert again.dialog_size("keys") == QSize(300, 200)
    assert again.recent_commands == ("action_run",)
    assert again.complaint == ""


def test_changes_are_told_once_and_only_when_there_is_one() -> None:
    settings = Settings()
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.theme = settings.theme
    settings.font_percent = 120
    settings.font_percent = 120
    settings.reduce_motion = True
    assert told == ["font_percent", "reduce_motion"]
    settings.reset()
    assert told[2:] == ["font_percent", "reduce_motion"]
    assert read_all(settings) == DEFAULTS


def test_a_reset_can_be_taken_back() -> None:
    settings = Settings()
    settings.theme, settings.font_percent = "dark", 90
    settings.remember_command("action_run")
    kept = settings.snapshot()
    settings.reset()
    assert settings.recent_commands == ()
    settings.restore(kept)
    assert read_all(settings) == ("dark", 90, False)
    assert settings.recent_commands == ("action_run",)


def test_recent_commands_are_few_and_each_once() -> None:
    settings = Settings()
    for i in range(20):
        settings.remember_command(f"action_{i}")
    settings.remember_command("action_15")
    assert settings.recent_commands[:2] == ("action_15", "action_19")
    assert len(settings.recent_commands) == len(set(settings.recent_commands)) == MAX_RECENT_COMMANDS


@pytest.mark.parametrize("percent", [0, 79, 105, 210, 1000])
def test_a_font_size_that_there_is_not_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="font size"):
        Settings().font_percent = percent


def test_font_sizes_end_at_both_ends() -> None:
    assert next_font_percent(100, 1) == 110
    assert next_font_percent(100, -1) == 90
    assert next_font_percent(FONT_PERCENTS[-1], 1) == FONT_PERCENTS[-1]
    assert next_font_percent(FONT_PERCENTS[0], -3) == FONT_PERCENTS[0]


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("place", PLACES)
def test_nonsense_in_one_place_gives_its_default(place: str, text: str) -> None:
    path = ini()
    path.write_text(f"[General]\nschema={SCHEMA}\n{place}={text}\n" if "\\" not in place else _in_group(place, text))
    settings = Settings()
    default = dict(zip(("theme", "font_percent", "reduce_motion"), DEFAULTS, strict=True))
    read = dict(zip(default, read_all(settings), strict=True))
    assert {name: value for name, value in read.items() if name != place} == {
        name: value for name, value in default.items() if name != place
    }
    if place in read and read[place] != default[place]:
        assert str(read[place]).lower() in text.lower(), "neither the default nor what was written"


def _in_group(place: str, text: str) -> str:
    group, key = place.split("\\")
    return f"[General]\nschema={SCHEMA}\n[{group}]\n{key}={text}\n"


@pytest.mark.parametrize(
    ("line", "name"),
    [("theme=mauve", "theme"), ("font_percent=55", "font size"), ("reduce_motion=7", "reduced motion")],
)
def test_what_was_left_out_is_said(line: str, name: str) -> None:
    ini().write_text(f"[General]\nschema={SCHEMA}\n{line}\n")
    settings = Settings()
    assert name in settings.complaint
    assert read_all(settings) == DEFAULTS


@pytest.mark.parametrize("schema", ["2", "99", "0", "one", "1.5", "@Invalid()", "1, 2", ""])
def test_another_schema_gives_defaults_and_says_so(schema: str) -> None:
    ini().write_text(f"[General]\nschema={schema}\ntheme=dark\nfont_percent=200\n")
    settings = Settings()
    assert "another version" in settings.complaint
    assert read_all(settings) == DEFAULTS


def test_binary_rubbish_gives_defaults() -> None:
    path, draw = ini(), random.Random(7)
    for length in (1, 10, 1000, 20_000):
        path.write_bytes(bytes(draw.randrange(256) for _ in range(length)))
        assert read_all(Settings()) == DEFAULTS


def test_a_folder_in_the_place_of_the_file_gives_defaults() -> None:
    ini().mkdir()
    assert read_all(Settings()) == DEFAULTS


@pytest.mark.parametrize("size", [QSize(0, 0), QSize(-3, 40), QSize(40, 100_000), "300x200", 7])
def test_a_dialog_size_that_cannot_be_is_none(size: object) -> None:
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)
    store.setValue("dialogs/keys", size)
    store.sync()
    assert not Settings().dialog_size("keys").isValid()


def test_a_studio_opens_with_damaged_settings_and_says_so(open_studio: Callable[..., Studio]) -> None:
    ini().write_text(
        f"[General]\nschema={SCHEMA}\ntheme=mauve\nfont_percent=huge\n"
        "[window]\ngeometry=@ByteArray(rubbish)\ndocks=@ByteArray(\\0\\0\\0\\xff rubbish)\n"
        "[dialogs]\npreferences=@Size(5 5 5)\n[palette]\nrecent=@Variant(\\0)\n"
    )
    studio = open_studio()
    assert studio.themes.choice == "system"
    assert studio.themes.font_percent == 100
    assert "theme, font size" in studio.window.message_bar.text
    assert studio.window.experiment_dock.isVisible()


def test_a_studio_opens_with_rubbish_for_settings(open_studio: Callable[..., Studio]) -> None:
    ini().write_bytes(b"\x00\xff\xfe[[[\n=\n==\x80\x81" * 50)
    assert open_studio().window.isVisible()
