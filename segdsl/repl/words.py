"""What is typed, cut into the words of the language by its own parser: for colours, and for what can come next.

Comes in: a text, finished or not. Goes out: its tokens with their kinds, as far as the grammar follows, and the kinds
that it would take then. Reads the words of a kind out of the grammar, so that they stand in one place.
"""

import re
from functools import lru_cache

from attrs import frozen
from lark import Token
from lark.exceptions import UnexpectedInput

from segdsl.repl.reading import KINDS, Kind, around
from segdsl.syntax.grammar import parser

_GROUP = re.compile(r"\(\?:([^()]*)\)(\??)")
_AHEAD = re.compile(r"\(\?[!=][^()]*\)")
_PLAIN = re.compile(r"[a-zA-Z ]+")


@frozen
class Cut:
    """A text read as a text of one kind: the tokens up to where the grammar does not follow (offset `end`), and, where
    it follows to the end, what could come next."""

    kind: Kind
    tokens: tuple[Token, ...]
    end: int
    accepted: frozenset[str] = frozenset()


def cut(text: str, kind: Kind, *, ahead: bool = False) -> Cut:
    """A text cut up as one of a kind; `ahead` asks what could come next, which costs more."""
    before = around(kind, "x")[0]
    shift = len(before)
    tokens: list[Token] = []
    going = parser().parse_interactive(before + text)
    try:
        for token in going.iter_parse():
            if token.start_pos is not None and token.start_pos >= shift:
                tokens.append(token)
    except UnexpectedInput as error:
        end = max((error.pos_in_stream or 0) - shift, 0)
        found = tuple(_shifted(token, shift) for token in tokens if (token.end_pos or 0) - shift <= end)
        return Cut(kind, found, end)
    accepted = frozenset(going.accepts()) if ahead else frozenset()  # type: ignore[no-untyped-call]
    return Cut(kind, tuple(_shifted(token, shift) for token in tokens), len(text), accepted)


def best_cut(text: str) -> Cut:
    """The cut that follows a text furthest."""
    return max((cut(text, kind) for kind in KINDS), key=lambda found: found.end)


def _shifted(token: Token, by: int) -> Token:
    start, end = (token.start_pos or 0) - by, (token.end_pos or 0) - by
    return Token(token.type, str(token), start_pos=start, end_pos=end)


@lru_cache(maxsize=1)
def words() -> dict[str, tuple[str, ...]]:
    """The words of each kind of token that has some, as they are written: `_ADD_TO` is `add to`."""
    found = {}
    for terminal in parser().terminals:
        spelt = tuple(sorted(_spelt(terminal.pattern.value)))
        if spelt:
            found[terminal.name] = spelt
    return found


def _spelt(pattern: str) -> set[str]:
    """What a pattern of plain words can match; nothing for any other pattern."""
    plain = _AHEAD.sub("", pattern).replace(r"\s+", " ").replace(r"\s*\(", "(")
    patterns = {plain}
    while any(_GROUP.search(each) or "?" in each for each in patterns):
        following = set()
        for each in patterns:
            group = _GROUP.search(each)
            if group:
                following |= {each[: group.start()] + way + each[group.end() :] for way in group[1].split("|")}
            elif (at := each.find("?")) > 0:
                following |= {each[: at - 1] + each[at + 1 :], each[:at] + each[at + 1 :]}
            else:
                following.add(each)
        if following == patterns or len(following) > 50:
            return set()
        patterns = following
    spelt = {way for each in patterns for way in each.split("|")}
    return spelt if all(_PLAIN.fullmatch(each.removesuffix("(")) for each in spelt) else set()
