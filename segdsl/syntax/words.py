"""The words of the language: which cannot stand in a name, and how a bare name must look.

The grammar's NAME and BARE_NAME say the same as regular expressions; a test holds the two together.
"""

import re
from itertools import pairwise

RESERVED = (
    "and", "as", "between", "by", "contains", "exactly", "if", "in", "is", "not", "of", "once", "or", "otherwise",
    "restarting", "then", "twice", "until", "when", "where", "while", "with", "within", "without",
)  # fmt: skip
"""Words that cannot stand anywhere in the name of an event, attribute, field, collection or action."""

RESERVED_PHRASES = (
    "at least", "at most", "at 5", "before 5", "ends with", "every year", "fewer than", "for each", "from 5",
    "holdout 5", "more than", "priority 5", 'seed "', "since 5", "starts with", "stop when",
)  # fmt: skip
"""Pairs of words that end a name (5 stands for any number); each of the two words may stand in one."""

RESERVED_FIRST = (
    "Friday", "Monday", "Saturday", "Sunday", "Thursday", "Tuesday", "Wednesday", "branch", "clear", "customer",
    "distinct", "each", "enters", "every", "known", "leaves", "no", "on", "random", "record", "set", "this", "wait",
    "yes",
)  # fmt: skip
"""Words with which such a name cannot begin."""

RESERVED_STARTS = (
    "add to", "any item of", "average of", "count of", "first of", "largest of", "latest of", "most frequent",
    "no item of", "remove from", "smallest of", "the last", "time since", "total of",
)  # fmt: skip
"""Phrases with which such a name cannot begin."""

NAME_ENDS = (
    "and", "by", "for", "from", "holdout", "if", "listed", "once", "or", "otherwise", "per", "priority", "restarting",
    "seed", "then", "until", "while", "within",
)  # fmt: skip
"""Words that end the bare name of a segment, an activity or a promotion; in quotes they may stand in one."""

_NAME_MARKS = re.compile(r'[,(){}"#\n“”„]')


def can_be_bare(name: str) -> bool:
    """Whether the name of a segment, activity or promotion can be written without quotes."""
    return bool(name) and not _NAME_MARKS.search(name) and not set(name.split(" ")) & set(NAME_ENDS) and _is_plain(name)


def can_be_listed(name: str) -> bool:
    """Whether a segment's name can be written without quotes inside any( ), all( ) and none( )."""
    return bool(name) and not _NAME_MARKS.search(name) and _is_plain(name)


def _is_plain(name: str) -> bool:
    return " ".join(name.split()) == name and name.isprintable()


def misplaced(name: str) -> str | None:
    """The word or phrase that keeps `name` from naming an event, attribute, field, collection or action."""
    words = name.split(" ")
    for word in words:
        if word in RESERVED:
            return word
    if words[0] in RESERVED_FIRST:
        return words[0]
    for phrase in RESERVED_STARTS:
        if name == phrase or name.startswith(phrase + " "):
            return phrase
    pairs = {f"{left} {right}" for left, right in pairwise(words)}
    return next((phrase for phrase in RESERVED_PHRASES if phrase in pairs), None)
