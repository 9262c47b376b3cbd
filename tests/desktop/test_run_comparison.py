"""What differs between two runs, whether that is fair, and how runs are called: in words, from their settings."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.domain.kept_run import KeptRun
from gui.domain.label_layout import spread
from gui.domain.run_comparison import compare, mixture_sentence, pair_to_compare, settings_of
from gui.domain.run_names import free_color, suggested_run_name
from gui.domain.run_table import COLUMNS, loss_text, matches, table_csv, time_text
from gui.domain.spec import Choice, dense
from tests.desktop.kept_run_steps import SPEC, made_log, made_run, nan_log, spec_with


def test_only_what_differs_is_listed() -> None:
    comparison = compare(made_run(1, spec=spec_with("adam")), made_run(2, spec=spec_with("rmsprop")))
    rows = {each.setting: (each.first, each.second) for each in comparison.differences}
    assert rows == {
        "optimiser": ("Adam", "RMSProp"),
        "β₁": ("0.9", "–"),
        "β₂": ("0.999", "–"),
        "β": ("–", "0.9"),
        "ε": ("1e-7", "1e-6"),
        "AMSGrad": ("off", "–"),
    }
    assert comparison.count_text == f"6 of {len(settings_of(spec_with('adam'))) + 1} settings differ"


def test_the_same_settings_differ_in_nothing() -> None:
    comparison = compare(made_run(1), made_run(2))
    assert comparison.differences == ()
    assert comparison.verdict.is_fair


def test_a_default_that_is_written_out_is_no_difference() -> None:
    bare = replace(SPEC, optimizer=Choice("adam"))
    full = replace(SPEC, optimizer=Choice("adam", {"learning_rate": 0.001, "beta_1": 0.9}))
    assert compare(made_run(1, spec=bare), made_run(2, spec=full)).differences == ()


def test_layers_and_changes_on_the_way_are_told() -> None:
    other = replace(SPEC, layers=(dense(5, "sigmoid", "zero"), *SPEC.layers[1:]))
    changed = made_run(2, spec=other, changes=((4.3, "learning rate 1e-3 → 5e-4"), (9.0, "9 epochs done")))
    rows = {each.setting: each.second for each in compare(made_run(1), changed).differences}
    assert rows["Dense 1 units"] == "5"
    assert rows["Dense 1 activation"] == "Sigmoid"
    assert rows["Dense 1 initialiser"] == "zero"
    assert rows["changed on the way"] == "learning rate 1e-3 → 5e-4 at epoch 4.3"
    assert changed.changed_to == "5e-4 at epoch 4.3"


def test_deltas_are_the_second_less_the_first() -> None:
    comparison = compare(made_run(1, made_log(loss=0.5, acc=0.75)), made_run(2, made_log(loss=0.4999, acc=0.753)))
    assert comparison.loss_text == "−0.0001"
    assert comparison.acc_text == "+0.3 points"
    assert "comparison" in comparison.text
    assert comparison.text.splitlines()[0] == "setting  Run 1  Run 2"


def test_a_number_that_is_missing_has_no_delta() -> None:
    comparison = compare(made_run(1), made_run(2, made_log(validated=False)))
    assert (comparison.loss_text, comparison.acc_text) == ("–", "–")


@pytest.mark.parametrize(
    ("other", "title", "words"),
    [
        (
            made_run(2, spec=spec_with("sgd")),
            "Fair comparison.",
            "Same data, same first weights, same batch order, same 3",
        ),
        (made_run(2, made_log(5)), "Unequal budget.", "3 against 5 epochs."),
        (made_run(2, spec=replace(SPEC, seed=9)), "Different seeds.", "seed 7 against 9"),
        (made_run(2, spec=replace(SPEC, batch_size=3)), "Fair comparison.", "Another batch size"),
        (made_run(2, spec=replace(SPEC, layers=(dense(5), *SPEC.layers[1:]))), "Fair comparison.", "networks differ"),
        (made_run(2, spec=replace(SPEC, data=Choice("moons"))), "Not comparable.", "XOR against Moons"),
        (
            made_run(2, spec=replace(SPEC, data=SPEC.data.with_setting("noise", 0.4))),
            "Not comparable.",
            "other settings",
        ),
        (made_run(2, spec=replace(SPEC, loss=Choice("mean_squared_error"))), "Not comparable.", "Another loss"),
    ],
)
def test_the_verdict_says_what_was_not_the_same(other: KeptRun, title: str, words: str) -> None:
    first = made_run(1, spec=replace(SPEC, seed=7))
    if title != "Different seeds.":
        other = replace(other, begun=replace(other.begun, seed=7))
    verdict = compare(first, other).verdict
    assert verdict.title == title
    assert words in verdict.reasons


def test_fewer_training_samples_are_another_budget() -> None:
    other = made_run(2)
    other = replace(other, results=replace(other.results, train_samples=350))
    assert "700 against 350 training samples" in compare(made_run(1), other).verdict.reasons


@pytest.mark.parametrize(
    ("acc", "words"),
    [(0.75, "Both have"), (0.77, "not more than one"), (0.79, "between one and two"), (0.95, "more than two")],
)
def test_a_difference_is_weighed_against_chance(acc: float, words: str) -> None:
    """700 training and 300 validation samples: one standard error is sqrt(0.76 · 0.24 · 300), about 7 samples."""
    assert words in compare(made_run(1, made_log(acc=0.75)), made_run(2, made_log(acc=acc))).chance


# -- which two --------------------------------------------------------------------------------------------------------

RUNS = [made_run(number) for number in (1, 2, 3)]
IDS = [run.id for run in RUNS]


@pytest.mark.parametrize(
    ("selected", "baseline", "expected"),
    [
        ([], None, (2, 3)),
        ([], 1, (1, 3)),
        ([], 3, (3, 2)),
        ([2], None, (1, 2)),
        ([1], None, (1, 2)),
        ([1], 3, (3, 1)),
        ([3], 3, (3, 2)),
        ([3, 1], None, (1, 3)),
        ([3, 1], 3, (3, 1)),
        ([1, 2, 3], None, None),
    ],
)
def test_two_runs_are_compared_with_one_click_or_none(
    selected: list[int], baseline: int | None, expected: tuple[int, int] | None
) -> None:
    base = None if baseline is None else IDS[baseline - 1]
    pair = pair_to_compare(RUNS, {IDS[number - 1] for number in selected}, base)
    assert (None if pair is None else tuple(IDS.index(run.id) + 1 for run in pair)) == expected


def test_one_run_is_compared_with_nothing() -> None:
    assert pair_to_compare(RUNS[:1], (), None) is None


# -- names, colours, texts --------------------------------------------------------------------------------------------


def test_a_run_is_called_after_what_makes_it_different() -> None:
    runs: list[KeptRun] = []
    for spec in (
        spec_with("adam"),
        spec_with("adam"),
        spec_with("adam", seed=9),
        spec_with("adam", layers=(dense(32, "sigmoid", "xavier"), *SPEC.layers[1:])),
        spec_with("rmsprop"),
        spec_with("sgd", 0.5),
    ):
        number = len(runs)
        runs.append(made_run(number, spec=spec, name=suggested_run_name(spec, runs)))
    assert [run.name for run in runs] == [
        "Adam 1e-3",
        "Adam 1e-3 (2)",
        "Adam 1e-3, seed 9",
        "Adam 1e-3, 32 units, Sigmoid",
        "RMSProp 1e-3",
        "SGD 0.5",
    ]


def test_a_colour_is_taken_twice_only_when_all_are_taken() -> None:
    runs: list[KeptRun] = []
    for number in range(36):
        runs.append(made_run(number, color=free_color(runs, [run.id for run in runs])))
    assert sorted(run.color for run in runs) == list(range(36))
    assert free_color(runs, [run.id for run in runs if run.color != 20]) == 20


def test_runs_of_several_data_sets_or_losses_are_named() -> None:
    other = made_run(2, spec=replace(SPEC, data=Choice("moons")))
    assert mixture_sentence([made_run(1), made_run(3)]) == ""
    assert mixture_sentence([made_run(1), other]) == "Not comparable: these runs are of 2 data sets (XOR, Moons)."
    assert "2 losses" in mixture_sentence(
        [made_run(1), made_run(2, spec=replace(SPEC, loss=Choice("mean_squared_error")))]
    )


def test_a_row_is_found_by_words_in_any_column() -> None:
    texts = [column.text(made_run(1, spec=spec_with("adam"))) for column in COLUMNS]
    assert matches(texts, "")
    assert matches(texts, "ADAM xor")
    assert not matches(texts, "adam moons")


def test_numbers_are_written_as_everywhere() -> None:
    assert [loss_text(value) for value in (None, 0.0, 0.1234, 5e-4, -0.25, 12345.0)] == [
        "–",
        "0.000",
        "0.123",
        "5e-4",
        "−0.250",
        "1.23e4",
    ]
    assert [time_text(value) for value in (6.04, 125, 3720)] == ["6.0 s", "2:05 min", "1:02 h"]


def test_the_table_as_csv_has_exact_numbers_and_no_formulas() -> None:
    runs = [made_run(1, made_log(loss=1 / 3), name='=HYPERLINK("evil")'), made_run(2, nan_log())]
    lines = table_csv(runs).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("run,optimiser,learning rate,changed to,units")
    assert "parameters" in lines[0]
    assert "'=HYPERLINK" in lines[1]
    assert str(1 / 3) in lines[1]
    assert lines[2].count(",") == lines[0].count(",")


# -- labels -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-50, 150), max_size=12), st.floats(1, 8))
def test_labels_lie_apart_in_order_and_inside(wanted: list[float], spacing: float) -> None:
    places = spread(wanted, spacing, 0, 100)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [places[i] for i in order]
    assert all(b - a >= spacing - 1e-6 for a, b in itertools.pairwise(placed))
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in placed)


def test_labels_that_have_room_stay_where_they_want_to_be() -> None:
    assert spread([10, 50, 30], 5, 0, 100) == [10, 50, 30]
    assert spread([50, 50], 10, 0, 100) == [45, 55]
