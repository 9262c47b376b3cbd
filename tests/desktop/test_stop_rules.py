"""Ending a run before its last epoch: target, patience, time; the curves and a message say which rule it was."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from beras.registry import SettingError
from gui.app import Studio
from gui.domain.presets import load_preset
from gui.domain.spec import ExperimentSpec
from gui.domain.stop_rules import RuleJudge, StopRules
from gui.views.widgets.number_field import NumberField

WAIT_MS = 20_000


def test_rules_survive_json_and_are_off_by_default() -> None:
    spec = load_preset("xor")
    assert spec.stop == StopRules()
    for rules in (StopRules(0.95), StopRules(patience=3, minutes=2.5), StopRules(0.5, 1, 0.1)):
        assert ExperimentSpec.from_dict(replace(spec, stop=rules).to_dict()).stop == rules


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_accuracy": 0},
        {"target_accuracy": 1.01},
        {"target_accuracy": "high"},
        {"target_accuracy": math.nan},
        {"patience": 0},
        {"patience": 2.5},
        {"patience": True},
        {"minutes": -1},
        {"minutes": math.inf},
        {"never": 1},
        [],
    ],
)
def test_wrong_rules_are_refused(wrong: object) -> None:
    with pytest.raises(SettingError, match="Received"):
        StopRules.from_dict(wrong)


def test_the_target_fires_on_the_first_epoch_that_reaches_it() -> None:
    judge = RuleJudge()
    rules = StopRules(target_accuracy=0.9)
    assert judge.after_epoch(rules, 0, {"loss": 1, "val_loss": 1, "acc": 0.95, "val_acc": 0.89}) is None
    fired = judge.after_epoch(rules, 1, {"loss": 1, "val_loss": 1, "acc": 0.95, "val_acc": 0.9})
    assert fired is not None
    assert fired.label == "90 % reached"
    assert "epoch 2" in fired.sentence
    assert "target of 90 %" in fired.sentence


def test_patience_counts_epochs_since_the_best() -> None:
    judge, rules = RuleJudge(), StopRules(patience=2)
    losses = [1.0, 0.5, 0.6, math.nan]
    results = [judge.after_epoch(rules, epoch, {"loss": 0, "val_loss": loss}) for epoch, loss in enumerate(losses)]
    assert results[:3] == [None, None, None]
    assert results[3] is not None
    assert "lowest after epoch 2" in results[3].sentence


def test_patience_forgets_epochs_that_were_gone_back_from() -> None:
    judge, rules = RuleJudge(), StopRules(patience=2)
    for epoch, loss in enumerate([1.0, 2.0]):
        assert judge.after_epoch(rules, epoch, {"loss": 0, "val_loss": loss}) is None
    assert judge.after_epoch(rules, 1, {"loss": 0, "val_loss": 0.9}) is None
    assert judge.after_epoch(rules, 2, {"loss": 0, "val_loss": 0.95}) is None


def test_time_is_that_of_training() -> None:
    judge, rules = RuleJudge(), StopRules(minutes=0.5)
    assert judge.after_batch(rules, 29.9) is None
    fired = judge.after_batch(rules, 30.0)
    assert fired is not None
    assert fired.label == "0.5 min over"
    assert judge.after_batch(StopRules(), 1e9) is None


@pytest.mark.parametrize(
    ("rules", "label"),
    [
        (StopRules(target_accuracy=0.55), "55 % reached"),
        (StopRules(patience=1), "no gain for 1 epoch"),
        (StopRules(minutes=0.003), "0.003 min over"),
    ],
)
def test_a_run_ends_by_its_rule_and_says_so(
    rules: StopRules, label: str, open_studio: Callable[..., Studio], qtbot: QtBot
) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.experiment.replace(replace(studio.experiment.spec, stop=rules), "test")
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert studio.run_state.outcome == "completed"
    assert studio.run_state.log.marks[-1][1] == label
    assert studio.messages.message is not None
    assert studio.messages.message.text.startswith("Stopped")


def test_a_rule_can_be_set_while_the_run_goes_on(open_studio: Callable[..., Studio], qtbot: QtBot) -> None:
    studio = open_studio("--preset", "xor", "--epochs", "100000")
    studio.run_state.run()
    qtbot.waitUntil(lambda: studio.run_state.epochs_done > 1, timeout=WAIT_MS)
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.experiment.set_stop_rule("target_accuracy", 0.01)
    assert studio.run_state.rule is not None


def test_without_a_rule_the_epochs_end_the_run_and_are_marked(studio: Studio, qtbot: QtBot) -> None:
    with qtbot.waitSignal(studio.run_state.run_ended, timeout=WAIT_MS):
        studio.run_state.run()
    assert studio.run_state.log.marks == [(3.0, "3 epochs done")]


def test_a_box_switches_a_rule_on_and_its_number_is_edited_by_keys(studio: Studio, qtbot: QtBot) -> None:
    box = studio.window.findChild(QCheckBox, "stop_target_accuracy_box")
    field = studio.window.findChild(NumberField, "stop_target_accuracy_field")
    assert not field.isEnabled()
    box.click()
    assert studio.experiment.spec.stop == StopRules(target_accuracy=0.95)
    assert field.isEnabled()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "97.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert studio.experiment.spec.stop.target_accuracy == pytest.approx(0.975)
    studio.experiment.undo_stack.undo()
    assert field.value == 95
    studio.experiment.undo_stack.undo()
    assert not box.isChecked()
    assert studio.experiment.spec.stop == StopRules()


def test_without_classes_there_is_no_target(studio: Studio) -> None:
    box = studio.window.findChild(QCheckBox, "stop_target_accuracy_box")
    assert box.isVisible() or box.parentWidget().isVisibleTo(studio.window)
    studio.experiment.set_data("regression_sine")
    assert not box.parentWidget().isVisibleTo(studio.window)
