"""The nearest name to one that is unknown."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate a person most likely meant by `word`, or None when none is near enough.

    >>> nearest("Skirs", ["Skiers", "Golfers"])
    'Skiers'
    >>> nearest("Skirs", ["Tennis Players"]) is None
    True
    """
    folded = word.casefold()
    best: tuple[float, str] | None = None
    for candidate in sorted(set(candidates)):
        other = candidate.casefold()
        if folded == other:
            return candidate
        if abs(len(other) - len(folded)) > max(len(folded), len(other)) // 2:
            continue
        matcher = SequenceMatcher(None, folded, other, autojunk=False)
        if matcher.real_quick_ratio() < 0.7 or matcher.quick_ratio() < 0.7:
            continue
        ratio = matcher.ratio()
        if ratio >= 0.7 and (best is None or ratio > best[0]):
            best = (ratio, candidate)
    return best[1] if best else None
