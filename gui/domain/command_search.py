"""Finding a command by a few letters of its words: "ste ep" and "se" both find "Run ▸ Step epoch". Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE_WORD, WORD_START, INITIALS, INSIDE, SCATTERED = 5.0, 4.0, 3.0, 2.5, 1.0
NAME_BONUS = 0.5  # a hit in the name is worth more than one in the menu that it stands in
LATE_PENALTY = 0.002  # for each letter that stands before the hit
LARGEST_SPREAD = 4  # letters of the text to one of the query, in a scattered match


@dataclass(frozen=True, slots=True)
class Match:
    """How well a query fits a text, and which letters of the text it met."""

    score: float
    letters: frozenset[int]


NO_QUERY = Match(0.0, frozenset())


def match(query: str, text: str, name_from: int = 0) -> Match | None:
    """Look for every word of the query in a text, in any order; None if one is not there.

    A word may be met whole, at the beginning of a word, as the first letters of several, inside one, or letter by
    letter from the beginning of a word on; each counts less than the one before. ``name_from`` is where the text's
    more important part begins.
    """
    score, letters, folded = 0.0, set[int](), _folded(text)
    for word in _folded(query).split():
        found = _best_place(word, folded, name_from)
        if found is None:
            return None
        score += found.score
        letters |= found.letters
    return Match(score, frozenset(letters))


def ranked(query: str, texts: Sequence[tuple[str, int]], recent: Sequence[int] = ()) -> list[tuple[int, Match]]:
    """The texts that fit a query with their matches, best first, each as its index.

    Each text comes with the place where its name begins. ``recent`` are indices of texts, the latest first: they come
    first where nothing was asked, and before others that fit equally well.
    """
    found = [(index, match(query, text, name_from)) for index, (text, name_from) in enumerate(texts)]
    latest = {index: place for place, index in enumerate(recent)}
    fitting = [(index, each) for index, each in found if each is not None]
    return sorted(fitting, key=lambda pair: (-pair[1].score, latest.get(pair[0], len(texts)), pair[0]))


def _folded(text: str) -> str:
    """Lower case, letter for letter, so that places in the result are places in the text."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _best_place(word: str, text: str, name_from: int) -> Match | None:
    places = []
    for start in range(len(text)):
        if text.startswith(word, start):
            end = start + len(word)
            kind = INSIDE
            if _begins_word(text, start):
                kind = WHOLE_WORD if end == len(text) or not text[end].isalnum() else WORD_START
            places.append((kind, frozenset(range(start, end))))
        elif text[start] == word[0] and _begins_word(text, start):
            letters = _scattered(word, text, start)
            if letters:
                places.append((_worth(letters, text), letters))
    matches = [Match(_weighed(kind, min(letters), name_from), letters) for kind, letters in places]
    return max(matches, key=lambda each: each.score, default=None)


def _weighed(kind: float, start: int, name_from: int) -> float:
    return kind + (NAME_BONUS if start >= name_from else 0.0) - LATE_PENALTY * start


def _worth(letters: frozenset[int], text: str) -> float:
    """Scattered letters are worth more the closer they stand, and most if each begins a word."""
    if all(_begins_word(text, place) for place in letters):
        return INITIALS
    return SCATTERED * len(letters) / (max(letters) - min(letters) + 1)


def _begins_word(text: str, place: int) -> bool:
    return text[place].isalnum() and (place == 0 or not text[place - 1].isalnum())


def _scattered(word: str, text: str, start: int) -> frozenset[int]:
    """The letters of a word one after another from ``start`` on, the beginnings of words preferred; or none."""
    letters, place = [start], start
    for letter in word[1:]:
        rest = [i for i in range(place + 1, len(text)) if text[i] == letter]
        if not rest:
            return frozenset()
        place = next((i for i in rest if i == place + 1 or _begins_word(text, i)), rest[0])
        letters.append(place)
    are_initials = all(_begins_word(text, each) for each in letters)
    return frozenset(letters) if are_initials or place - start < LARGEST_SPREAD * len(word) else frozenset()
