"""Data sets whose files have gone, are cut short, may not be read or are another's: said once, with one way out."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from beras.datasets import DownloadCancelled
from gui.app import Studio
from tests.real_data import real_data_dir

WAIT_MS = 30_000
NAMES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
IMAGES, LABELS, TEST_IMAGES = (f"{name}-ubyte.gz" for name in NAMES[:3])

Damage = Callable[[Path], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without data, but with real MNIST files in the folder ``data/mnist``, which BERAS_DATA_DIR names."""
    real = real_data_dir()
    for name in NAMES:
        for family in ("mnist", "fashion"):
            folder = tmp_path / ("data" if family == "mnist" else "spare") / family
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(real / family / f"{name}-ubyte.gz", folder)
    monkeypatch.setenv("BERAS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def choose_mnist(studio: Studio, qtbot: QtBot) -> None:
    studio.experiment.set_data("mnist")
    qtbot.waitUntil(lambda: studio.data.status in ("ready", "failed", "missing"), timeout=WAIT_MS)


def truncate(folder: Path) -> None:
    path = folder / IMAGES
    path.write_bytes(path.read_bytes()[:5000])


def empty(folder: Path) -> None:
    (folder / LABELS).write_bytes(b"")


def unpack_and_cut(folder: Path) -> None:
    content = gzip.decompress((folder / TEST_IMAGES).read_bytes())
    (folder / TEST_IMAGES).unlink()
    (folder / TEST_IMAGES.removesuffix(".gz")).write_bytes(content[:-1])


def scramble(folder: Path) -> None:
    path = folder / TEST_IMAGES
    content = bytearray(path.read_bytes())
    content[100_000] ^= 0xFF
    path.write_bytes(content)


def swap_family(folder: Path) -> None:
    shutil.copy(folder.parents[1] / "spare" / "fashion" / IMAGES, folder / IMAGES)


def write_a_page(folder: Path) -> None:
    """What a captive portal gives in the place of a download."""
    (folder / IMAGES).write_text("<!DOCTYPE html><title>Please log in</title>", encoding="utf-8")


def make_unreadable(folder: Path) -> None:
    """A file that can be opened and not be read, also by root."""
    if not Path("/proc/self/mem").exists():
        pytest.skip("needs a file that opens and cannot be read, as /proc/self/mem on Linux")
    (folder / LABELS).unlink()
    (folder / LABELS).symlink_to("/proc/self/mem")


def forbid(folder: Path) -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        pytest.skip("root may read every file")
    (folder / LABELS).chmod(0)


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "truncated": (truncate, IMAGES, "damaged or another file"),
    "empty": (empty, LABELS, "damaged or another file"),
    "unpacked and cut": (unpack_and_cut, TEST_IMAGES.removesuffix(".gz"), "damaged or another file"),
    "one bit wrong": (scramble, TEST_IMAGES, "damaged or another file"),
    "of Fashion-MNIST": (swap_family, IMAGES, "It is Fashion-MNIST's"),
    "a web page": (write_a_page, IMAGES, "damaged or another file"),
    "unreadable": (make_unreadable, LABELS, "cannot be read"),
    "forbidden": (forbid, LABELS, "check its permissions"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_wrong_file_is_named_and_another_set_is_offered(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path, what: str
) -> None:
    damage, name, why = DAMAGES[what]
    damage(home / "data" / "mnist")
    studio = open_studio("--preset", "xor")
    layers = studio.experiment.spec.layers[:-1]
    choose_mnist(studio, qtbot)
    assert studio.data.status == "failed"
    message = studio.messages.message
    assert message is not None
    assert name in message.text
    assert why in message.text
    assert (message.level, message.labels) == ("error", ("Use pen digits",))
    assert studio.experiment.spec.layers[:-1] == layers
    assert studio.experiment.spec.data.name == "mnist", "the choice stays until the user makes another"
    studio.messages.trigger_action()
    assert studio.experiment.spec.data.name == "pen_digits"
    assert studio.messages.message is None


def test_files_that_come_back_are_found_with_one_click(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path
) -> None:
    folder = home / "data" / "mnist"
    good = (folder / IMAGES).read_bytes()
    truncate(folder)
    studio = open_studio("--preset", "xor")
    choose_mnist(studio, qtbot)
    retry = studio.window.findChild(QPushButton, "data_retry_button")
    assert retry is not None
    qtbot.waitUntil(retry.isVisible)
    (folder / IMAGES).write_bytes(good)
    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    assert studio.messages.message is None
    assert not retry.isVisible()


def vanish(home: Path) -> None:
    shutil.rmtree(home / "data" / "mnist")


def forget_loaded(studio: Studio) -> None:
    """Data sets used since have taken MNIST's place in memory."""
    studio.data._store._loaded.clear()


def small_mnist(studio: Studio) -> None:
    studio.experiment.set_data_setting("train_size", 100)
    studio.experiment.set_data_setting("validation_size", 50)


def run_to_its_end(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()


def test_files_that_have_gone_since_they_were_read_do_not_hinder_a_run(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "1")
    choose_mnist(studio, qtbot)
    small_mnist(studio)
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    vanish(home)
    run_to_its_end(studio, qtbot)
    assert studio.run_state.outcome == "completed"
    assert studio.messages.message is None


def test_a_run_that_finds_its_files_gone_says_so_and_the_window_goes_on(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "1")
    choose_mnist(studio, qtbot)
    small_mnist(studio)
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    vanish(home)
    forget_loaded(studio)
    spec = studio.experiment.spec
    run_to_its_end(studio, qtbot)
    assert studio.run_state.outcome == "failed"
    message = studio.messages.message
    assert message is not None
    assert message.text.startswith("MNIST is not on this computer any more.")
    assert message.labels == ("Download MNIST, 11 MB",)
    assert studio.data.status == "missing"
    assert studio.experiment.spec == spec
    studio.experiment.set_data("xor")
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    assert studio.messages.message is None or studio.messages.message.topic != "download"
    run_to_its_end(studio, qtbot)
    assert studio.run_state.outcome == "completed"


def test_a_run_that_finds_a_file_cut_short_names_it(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "1")
    choose_mnist(studio, qtbot)
    truncate(home / "data" / "mnist")
    forget_loaded(studio)
    run_to_its_end(studio, qtbot)
    assert studio.run_state.outcome == "failed"
    qtbot.waitUntil(lambda: studio.data.status == "failed", timeout=WAIT_MS)
    message = studio.messages.message
    assert message is not None
    assert IMAGES in message.text
    assert message.labels == ("Use pen digits",)


def test_the_failure_of_a_run_with_sound_data_keeps_its_own_message(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(spec: object, data: object) -> None:
        raise MemoryError

    studio = open_studio("--preset", "xor", "--epochs", "1")
    choose_mnist(studio, qtbot)
    monkeypatch.setattr("gui.training.worker.build_model", no_memory)
    run_to_its_end(studio, qtbot)
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    assert studio.messages.message is not None
    assert "not enough memory" in studio.messages.message.text


def test_a_folder_of_ones_own_that_lacks_files_is_said_instead_of_a_download(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path
) -> None:
    (home / "data" / "mnist" / LABELS).unlink()
    studio = open_studio("--preset", "xor", "--data-dir", str(home / "data"))
    choose_mnist(studio, qtbot)
    assert studio.data.status == "failed"
    message = studio.messages.message
    assert message is not None
    assert f"lacks files of MNIST: put {LABELS} into" in message.text
    assert message.labels == ("Use pen digits",)


def test_a_folder_that_may_not_be_entered_is_no_crash(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root may enter every folder, the operating system's refusal is played."""
    locked = home / "data"
    stat = os.stat

    def refusing(path: object, *args: object, **settings: object) -> os.stat_result:
        if str(path).startswith(str(locked)) and str(path) != str(locked):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *args, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refusing)
    studio = open_studio("--preset", "xor")
    choose_mnist(studio, qtbot)
    assert studio.data.status == "missing"
    assert studio.messages.message is not None
    assert "MNIST is not on this computer" in studio.messages.message.text


def test_a_download_that_is_given_up_does_not_disturb_another_set(
    open_studio: Callable[..., Studio], qtbot: QtBot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(family: object, progress: object, cancelled: Callable[[], bool]) -> None:
        while not cancelled():
            pass
        raise DownloadCancelled

    vanish(home)
    monkeypatch.setattr("gui.state.data.download", slow)
    studio = open_studio("--preset", "xor")
    choose_mnist(studio, qtbot)
    studio.data.start_download()
    assert studio.data.status == "downloading"
    studio.experiment.set_data("moons")
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    studio.experiment.set_data("mnist")
    assert studio.data.status == "downloading"
    studio.experiment.set_data("moons")
    qtbot.waitUntil(lambda: studio.data.is_current, timeout=WAIT_MS)
    studio.data.cancel_download()
    qtbot.waitUntil(lambda: not studio.data._downloader.is_active, timeout=WAIT_MS)
    assert studio.data.status == "ready"
