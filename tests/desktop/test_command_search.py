"""Finding commands by a few letters: which fit, which comes first, which letters were met."""

from __future__ import annotations

import pytest

from gui.domain.command_search import match, ranked

TEXTS = [
    ("File ▸ Quit", 7),
    ("Edit ▸ Undo", 7),
    ("View ▸ Logarithmic loss axis", 7),
    ("Run ▸ Run", 6),
    ("Run ▸ Step batch", 6),
    ("Run ▸ Step epoch", 6),
    ("Run ▸ Restart, same weights", 6),
    ("Run ▸ New weights", 6),
]


def found(query: str, recent: tuple[int, ...] = ()) -> list[str]:
    return [TEXTS[index][0][TEXTS[index][1] :].strip() for index, _ in ranked(query, TEXTS, recent)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("step ep", "Step epoch"),
        ("ep step", "Step epoch"),
        ("EPOCH", "Step epoch"),
        ("sb", "Step batch"),
        ("se", "Step epoch"),
        ("run", "Run"),
        ("run run", "Run"),
        ("w new", "New weights"),
        ("arith", "Logarithmic loss axis"),
        ("lla", "Logarithmic loss axis"),
        ("rsw", "Restart, same weights"),
        ("quit", "Quit"),
    ],
)
def test_the_meant_command_comes_first(query: str, first: str) -> None:
    assert found(query)[0] == first


@pytest.mark.parametrize("query", ["xyz", "step zebra", "hcope", "▸ ▸ step nothing", "epochs"])
def test_what_is_not_there_is_not_found(query: str) -> None:
    assert found(query) == []


@pytest.mark.parametrize("query", ["", "   ", "\t"])
def test_no_query_finds_everything_in_order(query: str) -> None:
    assert [index for index, _ in ranked(query, TEXTS)] == list(range(len(TEXTS)))


def test_recent_commands_come_first_without_a_query() -> None:
    assert found("", recent=(5, 1))[:3] == ["Step epoch", "Undo", "Quit"]


def test_recent_commands_come_before_equally_good_ones_only() -> None:
    assert found("step", recent=(5,)) == ["Step epoch", "Step batch"]
    assert found("undo", recent=(5, 3))[0] == "Undo"


def test_met_letters_are_named() -> None:
    met = match("st ep", "Step epoch")
    assert met is not None
    assert met.letters == {0, 1, 5, 6}


def test_a_whole_word_counts_more_than_its_beginning_and_so_on_down_to_scattered_letters() -> None:
    scores = [match("log", text) for text in ("log axis", "logarithm", "l o g", "catalog", "llooogg")]
    values = [each.score for each in scores if each is not None]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == len(values) == 5


@pytest.mark.parametrize("query", ["ß", "İ", "a\u0301", "\ud800", "(", "\\", "*", "x" * 5000, "▸"])
def test_odd_queries_harm_nothing(query: str) -> None:
    for index, met in ranked(query, [*TEXTS, ("İstanbul ß (x)", 0)]):
        assert 0 <= index <= len(TEXTS)
        assert all(letter < 40 for letter in met.letters)
