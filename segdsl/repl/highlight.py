"""The parts of what is typed, for colours: words of the language, names, segments, text, numbers, comments, commands.

Comes in: a text. Goes out: its parts in order, which together are the text again. No terminal is needed to ask.
"""

import re
from typing import Literal

from segdsl.repl.words import best_cut, words

Part = Literal["word", "name", "segment", "text", "number", "comment", "command", "mark", ""]

_NAMES: dict[str, Part] = {"NAME": "name", "ACT_NAME": "name", "BARE_NAME": "segment", "LISTED_NAME": "segment"}
_NUMBERS = frozenset(("NUMBER", "PERCENT", "DATE", "DATETIME", "TIME", "UNIT", "CALENDAR"))
_COMMAND = re.compile(r"\s*:\S*")
_COMMENT = re.compile(r"#[^\n]*")
_REST = re.compile(r'(?P<text>"(?:[^"\\\n]|\\.)*"?)|(?P<comment>#[^\n]*)|(?P<number>\b[0-9][0-9_.:T%-]*)')


def parts(text: str) -> list[tuple[Part, str]]:
    """The parts of a text, blanks between them as parts of no kind."""
    command = _COMMAND.match(text)
    if command is not None:
        return _joined([("command", command.group()), ("", text[command.end() :])])
    found: list[tuple[Part, str]] = []
    at = 0
    cut = best_cut(text) if text.strip() else None
    for token in cut.tokens if cut else ():
        start, end = token.start_pos or 0, token.end_pos or 0
        found += _between(text[at:start])
        found.append((_part(token.type), text[start:end]))
        at = end
    return _joined(found + _rest(text[at:]))


def _part(kind: str) -> Part:
    if kind in _NAMES:
        return _NAMES[kind]
    if kind == "STRING":
        return "text"
    if kind in _NUMBERS:
        return "number"
    return "word" if kind in words() else "mark"


def _between(blanks: str) -> list[tuple[Part, str]]:
    found: list[tuple[Part, str]] = []
    at = 0
    for match in _COMMENT.finditer(blanks):
        found += [("", blanks[at : match.start()]), ("comment", match.group())]
        at = match.end()
    return [*found, ("", blanks[at:])]


def _rest(text: str) -> list[tuple[Part, str]]:
    """The parts of what the grammar does not follow: only what can be told by its looks."""
    found: list[tuple[Part, str]] = []
    at = 0
    for match in _REST.finditer(text):
        found.append(("", text[at : match.start()]))
        found.append((match.lastgroup, match.group()))  # type: ignore[arg-type]
        at = match.end()
    return [*found, ("", text[at:])]


def _joined(found: list[tuple[Part, str]]) -> list[tuple[Part, str]]:
    return [(part, text) for part, text in found if text]
