"""Three-valued truth (Kleene): True, False, and None for not known (language.md section 5.8)."""

from collections.abc import Iterable

Truth = bool | None


def negate(value: Truth) -> Truth:
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """False if one is false, else not known if one is not known, else true. Stops at the first false."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def disjunction(values: Iterable[Truth]) -> Truth:
    """True if one is true, else not known if one is not known, else false. Stops at the first true."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result
