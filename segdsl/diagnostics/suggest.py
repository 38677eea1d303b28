"""The nearest name to one that is unknown, and whether it was surely meant."""

from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher

from segdsl.diagnostics.diagnostic import Fix
from segdsl.diagnostics.span import Span

_LONG = 8
"""From so many letters on a name may have two slips."""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate a person most likely meant by `word`, or None when none is near enough.

    >>> nearest("Skirs", ["Skiers", "Golfers"])
    'Skiers'
    >>> nearest("Skirs", ["Tennis Players"]) is None
    True
    """
    folded = word.casefold()
    letters = Counter(folded)
    best: tuple[float, str] | None = None
    for candidate in sorted(set(candidates)):
        other = candidate.casefold()
        if folded == other:
            return candidate
        # A program may have thousands of names: most are passed over by their letters alone.
        at_most = _most_alike(folded, other, letters)
        if at_most < 0.7 or (best is not None and at_most <= best[0]):
            continue
        ratio = SequenceMatcher(None, folded, other, autojunk=False).ratio()
        if ratio >= 0.7 and (best is None or ratio > best[0]):
            best = (ratio, candidate)
    return best[1] if best else None


def _most_alike(word: str, other: str, letters: Counter[str]) -> float:
    """How alike two words can be at most: as if the letters that they share stood in one order."""
    if abs(len(other) - len(word)) > max(len(word), len(other)) // 2:
        return 0
    together = len(word) + len(other)
    if 2 * min(len(word), len(other)) < 0.7 * together:
        return 0
    return 2 * _shared(letters, other) / together if together else 1


def _shared(letters: Counter[str], other: str) -> int:
    """How many letters of a word another has too, wherever they stand."""
    return sum(min(count, other.count(letter)) for letter, count in letters.items())


def surely(word: str, meant: str, candidates: Iterable[str]) -> bool:
    """Whether `word` can only be a slip of the pen for `meant`: a letter too many, missing, wrong or swapped (two in a
    long name), or its capitals; no number differs, and no other candidate is as near. In scripts without capitals,
    where a letter may be a whole word, only the same name is sure.

    >>> surely("Skirs", "Skiers", ["Skiers", "Skaters"])
    True
    >>> surely("Spring 2025", "Spring 2026", ["Spring 2026"])
    False
    """
    if _marks(word) != _marks(meant):
        return False
    folded, others = word.casefold(), {each.casefold() for each in candidates if each != meant}
    if folded == meant.casefold():
        return folded not in others
    allowed = 0 if len(folded) < 4 or word.lower() == word.upper() else 1 if len(folded) < _LONG else 2
    slips = _slips(folded, meant.casefold(), allowed)
    letters = Counter(folded)

    def as_near(other: str) -> bool:
        # Each letter that only one of them has is a slip at least, which is soon counted.
        return max(len(folded), len(other)) - _shared(letters, other) <= slips and _slips(folded, other, slips) <= slips

    return slips <= allowed and not any(map(as_near, others))


def _marks(text: str) -> list[str]:
    """What is no letter in a text, such as numbers and emoji, blanks and what stands for them left out."""
    return [each for each in text if not each.isalpha() and each not in " _-'’"]


def _slips(one: str, other: str, most: int) -> int:
    """How many letters were inserted, left out, mistaken or swapped with their neighbour; more than `most` is only
    told as more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            slips = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                slips = min(slips, last[j - 2] + 1)
            row.append(slips)
        if min(row) > most:
            return most + 1
    return row[-1]


def instead(
    span: Span, word: str, meant: str | None, candidates: Iterable[str], written: str | None = None
) -> Fix | None:
    """The fix that puts the name that was `meant` at the place of `word`, sure where it surely was; None where no name
    was near. `written` is the name as it has to stand there, if that is not the name itself."""
    if meant is None:
        return None
    return Fix(span, meant if written is None else written, sure=surely(word, meant, candidates))
