"""The curves of a run as parts of an archive: nothing is rounded, and nothing from elsewhere is believed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beras.io import pack_arrays, unpack_arrays
from gui.domain.curves_file import ARRAYS, CURVE_PARTS, MARKS, MAX_MARKS, CurvesError, pack_curves, unpack_curves
from gui.domain.metrics_log import MetricsLog, Series

SERIES = ("batch_loss", "batch_acc", "epoch_loss", "epoch_acc", "val_loss", "val_acc")


def made(batches: int = 20, per_epoch: int = 4, acc: bool = True) -> MetricsLog:
    """A run with a step back in it, numbers that are not finite, and marks."""
    log = MetricsLog()
    rng = np.random.default_rng(3)
    losses = rng.random(batches).tolist()
    losses[3], losses[5] = math.nan, math.inf
    log.add_batches(
        [(i + 1) / per_epoch for i in range(batches)], losses, rng.random(batches).tolist() if acc else [None] * batches
    )
    for epoch in range(batches // per_epoch):
        log.add_epoch(epoch, {"loss": 0.1 * epoch, "val_loss": math.nan if epoch == 1 else 1 / 3 + epoch})
    log.add_mark(1.25, "learning rate 1e-3 → 5e-4")
    log.go_back(7 * per_epoch // 2)
    log.add_mark(3.5, "back 6 steps")
    log.add_batches([3.75, 4.0], [0.125, -0.0], [0.5, 0.75])
    return log


def same(one: Series, other: Series) -> bool:
    return one.x.tobytes() == other.x.tobytes() and one.y.tobytes() == other.y.tobytes()


def assert_same(one: MetricsLog, other: MetricsLog) -> None:
    for name in SERIES:
        assert same(getattr(one, name), getattr(other, name)), name
    for name in ("batch_loss", "batch_acc"):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert same(mine.smoothed, theirs.smoothed)
        assert mine.running == theirs.running
    assert one.marks == other.marks
    for name in ("abandoned_loss", "abandoned_acc"):
        assert [each.tobytes() for each in getattr(one, name)] == [each.tobytes() for each in getattr(other, name)]


@pytest.mark.parametrize("log", [MetricsLog(), made(), made(acc=False), made(5000, 200)])
def test_curves_come_back_bit_for_bit_and_go_on_as_before(log: MetricsLog) -> None:
    again = unpack_curves(pack_curves(log))
    assert_same(log, again)
    for each in (log, again):
        each.add_batches([9.1, 9.2], [0.3, 1e-300], [0.2, 0.1])
        each.add_epoch(9, {"val_loss": 0.5, "val_acc": 0.25})
    assert_same(log, again)
    for each in (log, again):
        each.go_back(each.steps - 1)
    assert_same(log, again)


def test_the_same_curves_give_the_same_bytes() -> None:
    assert pack_curves(made()) == pack_curves(made())


def test_what_is_packed_is_far_below_the_limits() -> None:
    parts = pack_curves(made(5000, 200))
    assert list(parts) == list(CURVE_PARTS)
    assert all(len(parts[name]) < limit / 100 for name, limit in CURVE_PARTS.items())


def test_a_run_with_far_too_many_batches_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CURVE_PARTS, ARRAYS, 1000)
    with pytest.raises(CurvesError, match="too many batches"):
        pack_curves(made())


def with_array(name: str, array: Any) -> dict[str, bytes]:
    """The parts of a good run, with one array in the place of another; None takes it out."""
    parts = pack_curves(made())
    arrays, _ = unpack_arrays(parts[ARRAYS])
    arrays.pop(name, None)
    return {**parts, ARRAYS: pack_arrays(arrays if array is None else {**arrays, name: array})}


def with_marks(data: Any) -> dict[str, bytes]:
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return {**pack_curves(made()), MARKS: text}


WRONG: dict[str, tuple[dict[str, bytes], str]] = {
    "no parts": ({}, "There is no curves.safetensors"),
    "no marks": ({ARRAYS: pack_curves(made())[ARRAYS]}, "There is no curves.json"),
    "no arrays": ({**pack_curves(made()), ARRAYS: b""}, "safetensors"),
    "truncated": ({**pack_curves(made()), ARRAYS: pack_curves(made())[ARRAYS][:-9]}, "damaged or incomplete"),
    "a pickle": ({**pack_curves(made()), ARRAYS: b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00."}, "safetensors"),
    "a curve is missing": (with_array("val_acc", None), "the curve val_acc"),
    "another curve": (with_array("evil", np.zeros((2, 3))), "'evil' besides"),
    "float32": (with_array("val_acc", np.zeros((2, 0), np.float32)), "float64"),
    "a flat curve": (with_array("val_acc", np.zeros(4)), "2 rows"),
    "too few rows": (with_array("batch_loss", np.ones((2, 4))), "3 rows"),
    "a cube": (with_array("val_acc", np.zeros((2, 3, 4))), "2 rows"),
    "NaN for x": (with_array("val_acc", np.array([[np.nan], [1.0]])), "Expected epochs from 0"),
    "infinite x": (with_array("val_acc", np.array([[np.inf], [1.0]])), "Expected epochs from 0"),
    "negative x": (with_array("val_acc", np.array([[-1.0], [1.0]])), "Expected epochs from 0"),
    "x too far": (with_array("val_acc", np.array([[1e300], [1.0]])), "Expected epochs from 0"),
    "x backwards": (with_array("val_acc", np.array([[2.0, 1.0], [1.0, 1.0]])), "in order"),
    "an epoch twice": (with_array("val_acc", np.array([[2.0, 2.0], [1.0, 1.0]])), "every epoch of val_acc once"),
    "batches backwards": (with_array("batch_loss", np.array([[2.0, 1.0]] * 3)), "after a later one"),
    "no running mean": (with_array("batch_loss.running", None), "running mean"),
    "a running mean of NaN": (with_array("batch_loss.running", np.array([np.nan, 0.5])), "running mean"),
    "a weight above 1": (with_array("batch_loss.running", np.array([0.0, 1.5])), "running mean"),
    "a branch out of place": (with_array("abandoned_loss.7", np.zeros((2, 1))), "abandoned_loss.1"),
    "marks that are no JSON": (with_marks(b"{"), "marks"),
    "marks that are no table": (with_marks([1, 2]), "marks"),
    "a mark without a label": (with_marks({"marks": [[1.0]]}), "marks"),
    "a mark nowhere": (with_marks(b'{"marks": [[NaN, "x"]]}'), "marks"),
    "a mark far too large": (with_marks(b'{"marks": [[' + b"9" * 400 + b', "x"]]}'), "marks"),
    "a mark that is true": (with_marks({"marks": [[True, "x"]]}), "marks"),
    "an endless label": (with_marks({"marks": [[1.0, "x" * 1000]]}), "marks"),
    "too many marks": (with_marks({"marks": [[1.0, ""]] * (MAX_MARKS + 1)}), "marks"),
    "deep marks": (with_marks(b"[" * 100_000), "marks"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_curves_are_one_clear_sentence(what: str) -> None:
    parts, words = WRONG[what]
    with pytest.raises(CurvesError) as error:
        unpack_curves(parts)
    assert words in str(error.value)
    assert len(str(error.value)) < 500


def test_a_batch_size_that_changes_within_an_epoch_is_no_damage() -> None:
    """The batches are counted as planned: five of ten are 0.5, and the sixth of fifteen is 0.4."""
    log = MetricsLog()
    log.batch_loss.extend([0.1, 0.5, 0.4, 1.0, 1.5], [1.0] * 5)
    assert_same(log, unpack_curves(pack_curves(log)))


def test_labels_from_elsewhere_cannot_steer_a_terminal() -> None:
    assert unpack_curves(with_marks({"marks": [[1.0, "a\x1b[2J\nb"]]})).marks == [(1.0, "a[2Jb")]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_flipped_bytes_never_break_anything(data: st.DataObject) -> None:
    parts = pack_curves(made())
    name = data.draw(st.sampled_from(list(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = unpack_curves({**parts, name: bytes(content)})
    except CurvesError as error:
        refusal = str(error)
        assert refusal, "refused without a sentence"
        return
    for curve in (read.batch_loss, read.batch_acc, read.val_loss, read.val_acc):
        assert len(curve.x) == len(curve.y)
        assert (np.diff(curve.x) >= 0).all(), "a curve that steps back"
