"""What can come next where one types: words of the language as the parser takes them, and the names of the program.

Comes in: a session and the text before the cursor. Goes out: proposals. No terminal is needed to ask.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from attrs import frozen
from lark import Token

from segdsl.repl.commands import TABLE, Command, named
from segdsl.repl.reading import KINDS, Kind
from segdsl.repl.rules import key_of, said
from segdsl.repl.session import Session
from segdsl.repl.words import Cut, cut, words
from segdsl.syntax.format_values import quoted
from segdsl.syntax.pieces import OPENERS
from segdsl.syntax.words import can_be_bare, can_be_listed
from segdsl.values.kinds import Kind as ValueKind

MOST = 200
"""Customers and files that are proposed at most."""

BUILT_IN = ("age", "today", "weekday", "local time", "time")
"""Names that the language itself gives a meaning to."""

_WORD = re.compile(r'"[^"\n]*$|[^\s(){},"]+|[(){},]')
_DECLARING = frozenset(("_ATTRIBUTE", "_EVENT", "_DEFINE", "_ACTION", "_COLLECTION", "COLON", "_EACH"))
_OF_EVENTS = frozenset(
    ("_WHEN", "_RECORD", "_WITHOUT", "_COUNT_OF", "_TIME_SINCE", "_OF", "_STOP_WHEN", "_EACH", "_THE_LAST")
)


@frozen
class Proposal:
    """What could be typed: `text` in place of the last `typed` characters, and what it is."""

    text: str
    typed: int
    what: str


def proposals(session: Session, text: str) -> list[Proposal]:
    """What can come next behind a text, the names first, each once."""
    if text.lstrip().startswith(":"):
        return _unique(_of_command(session, text.lstrip()))
    found: list[Proposal] = []
    kinds = KINDS[:1] if _begins_declaration(text) else KINDS
    for start in _starts(text):
        before, typed = text[:start], text[start:]
        for kind in kinds:
            read = cut(before, kind, ahead=True)
            if read.end == len(before) and read.accepted:
                found += _fitting(_next(session, read, kind), typed)
    longest = max((proposal.typed for proposal in found), default=0)
    return _unique(proposal for proposal in found if proposal.typed == longest)


def _begins_declaration(text: str) -> bool:
    words = text.split(None, 1)
    return bool(words) and words[0] in OPENERS and (len(words) > 1 or text[-1].isspace())


def _starts(text: str) -> list[int]:
    """Where the name or word at the end of a text could begin: a name may be several words."""
    line = text.rfind("\n") + 1
    starts = [line + match.start() for match in _WORD.finditer(text[line:])]
    blank = not text or text[-1].isspace() or text[-1] in "(,{"
    return sorted({*starts[-4:], *([len(text)] if blank else [])})


def _fitting(names: Iterable[tuple[str, str]], typed: str) -> Iterator[Proposal]:
    bare = typed.removeprefix('"').casefold()
    for name, what in names:
        if name == typed:
            continue  # there is nothing to add
        if name.casefold().startswith(typed.casefold()) or (bare and name.strip('"').casefold().startswith(bare)):
            yield Proposal(name, len(typed), what)


def _unique(found: Iterable[Proposal]) -> list[Proposal]:
    kept: dict[str, Proposal] = {}
    for proposal in found:
        kept.setdefault(proposal.text, proposal)
    return sorted(kept.values(), key=lambda each: each.what == "word")


# ------------------------------------------------------------------------------------------------------ what can follow


def _next(session: Session, read: Cut, kind: Kind) -> Iterator[tuple[str, str]]:
    tokens, accepted = read.tokens, read.accepted
    values = list(_values(session, tokens)) if accepted & {"STRING", "YES"} else []
    yield from values
    if accepted & {"NAME", "ACT_NAME"}:
        yield from _names(session, tokens, accepted, kind)
    if "BARE_NAME" in accepted and _expects_promotion(tokens):
        for each in session.play.engine.plan.promotions:
            yield (each.name if can_be_bare(each.name) else quoted(each.name)), "promotion"
    elif "BARE_NAME" in accepted and not _declares(tokens):
        adding = next((t.type for t in reversed(tokens) if t.type.startswith("_")), "") in ("_ADD_TO", "_REMOVE_FROM")
        yield from _segments(session, can_be_bare, added=adding)
    if "LISTED_NAME" in accepted:
        yield from _segments(session, can_be_listed)
    if (kind == "lines" and not tokens) or kind != "event" or tokens:
        for name in sorted(accepted & words().keys()):
            yield from ((word, "word") for word in words()[name])


def _expects_promotion(tokens: Sequence[Token]) -> bool:
    """Whether the name that follows is that of a promotion that is expected."""
    types = [token.type for token in tokens[-3:] if token.type != "NO"]
    return types[-2:] == ["_EXPECT", "_PROMOTION"]


def _declares(tokens: Sequence[Token]) -> bool:
    """Whether the name that follows is that of a new segment or activity."""
    types = [token.type for token in tokens[-2:]]
    return types[-1:] in (["_ACTIVITY"], ["_SEARCH_RULE"], ["_PROMOTION"]) or types == ["_SEGMENT"] or (
        types[-1:] == ["_SEGMENT"] and types[:-1] != ["_IN"]
    )  # fmt: skip


def _segments(session: Session, plain: Callable[[str], bool], *, added: bool = False) -> Iterator[tuple[str, str]]:
    """The segments; `added`: only those that rules fill."""
    for name, segment in sorted(session.play.engine.segments.items()):
        if not added or segment.kind == "added":
            yield (name if plain(name) else quoted(name)), "segment"


def _names(
    session: Session, tokens: Sequence[Token], accepted: frozenset[str], kind: Kind
) -> Iterator[tuple[str, str]]:  # fmt: skip
    scope = session.play.checked.scope
    last = tokens[-1].type if tokens else ""
    if last in _DECLARING:
        return
    collecting = _collecting(tokens)
    if collecting == ["_BY"]:
        yield from _fields(session, tokens)
        return
    if collecting:
        yield from ((name, "event") for name in sorted(scope.events))
        return
    if last in ("_COUNT_OF", "_TIME_SINCE", "_OF", "ITEM_TEST"):
        yield from ((name, "collection") for name in sorted(scope.collections))
    if last == "ITEM_TEST":
        lists = {field.name for event in scope.events.values() for field in event.fields.values()
                 if field.kind.name == "list"}  # fmt: skip
        yield from ((name, "list") for name in sorted(lists))
        return
    if last in ("_WITH", "_WHERE") or (last == "COMMA" and any(token.type == "_WITH" for token in tokens)):
        yield from _fields(session, tokens)
        return
    if "_ADD_TO" in accepted:
        yield from ((name, "action") for name in sorted(scope.actions))
        return
    if last in ("AGGREGATE", "_DISTINCT"):
        yield from ((name, "field") for name in sorted({f for event in scope.events.values() for f in event.fields}))
        return
    if last in ("_SET", "_CLEAR", "_GIVEN"):
        yield from ((name, "attribute") for name in sorted(scope.attributes))
        return
    compared = last in ("_IS", "COMPARE", "_BETWEEN") or [token.type for token in tokens[-2:]] == ["_IS", "NOT"]
    if not compared:
        yield from ((name, "event") for name in sorted(scope.events))
    if kind == "event" or last in _OF_EVENTS or "_ENTERS" in accepted:
        return
    yield from ((name, "attribute") for name in sorted(scope.attributes))
    yield from ((name, "define") for name in sorted(scope.defines))
    yield from ((name, "word") for name in BUILT_IN)
    if last in ("_EXPECT", "NO"):
        yield from ((name, "action") for name in sorted(scope.actions))


def _collecting(tokens: Sequence[Token]) -> list[str]:
    """The last word of a declaration of a collection, where that is being typed and a name comes next."""
    types = [token.type for token in tokens]
    if "_COLLECTION" not in types:
        return []
    typed = types[len(types) - 1 - types[::-1].index("_COLLECTION") :]
    if "RBRACE" in typed or (len(typed) > 6 and typed[6] != "LBRACE"):
        return []
    return typed[-1:] if len(typed) in (3, 5) or typed[-1] in ("_DROP", "_CLEAR") else []


def _fields(session: Session, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The fields of the event, action or collection that was named last."""
    scope = session.play.checked.scope
    for token in reversed(tokens):
        name = str(token)
        collected = scope.collections.get(name)
        if token.type in ("NAME", "ACT_NAME") and (name in scope.actions or name in scope.events or collected):
            event = collected.event if collected is not None else scope.events.get(name)
            of = event.fields if event is not None else scope.actions[name].fields
            yield from ((field, "field") for field in of)
            return


def _values(session: Session, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The values of `one of` of the attribute or field that was named last."""
    scope = session.play.checked.scope
    name = next((str(token) for token in reversed(tokens) if token.type in ("NAME", "ACT_NAME")), "")
    kinds: list[ValueKind] = []
    if name in scope.attributes:
        kinds.append(scope.attributes[name].kind)
    if name in scope.events and scope.events[name].subject is not None:
        kinds += [field.kind for field in list(scope.events[name].fields.values())[:1]]
    kinds += [event.fields[name].kind for event in scope.events.values() if name in event.fields]
    for kind in kinds:
        yield from ((quoted(choice), "value") for choice in kind.choices)


# ------------------------------------------------------------------------------------------------------------- commands


def _of_command(session: Session, text: str) -> Iterator[Proposal]:
    name, blank, argument = text[1:].partition(" ")
    if not blank:
        for command in TABLE:
            if command.startswith(name):
                yield Proposal(f":{command}", len(text), "command")
        return
    found = named(name)
    if isinstance(found, Command):
        yield from _fitting(_arguments(session, found, argument), argument)


def _arguments(session: Session, command: Command, argument: str) -> Iterator[tuple[str, str]]:
    match command.takes:
        case "segment or promotion":
            yield from ((name, "segment") for name in sorted(session.play.engine.segments))
            yield from ((each.name, "promotion") for each in session.play.engine.plan.promotions)
        case "customer":
            yield from ((name, "customer") for name in session.play.customers()[:MOST])
        case "command":
            yield from ((name, "command") for name in TABLE)
        case "declared":
            texts = [text for text in session.standing.rules.texts if not text.before and not text.source.shipped]
            for node in (node for text in texts for node in text.module.declarations):
                yield (said(node) if key_of(node) else session.play.checked.place(node.span)), "declaration"
        case "file":
            folder = Path(argument).expanduser()
            folder = folder if argument.endswith("/") else folder.parent
            if folder.is_dir():
                for path in sorted(folder.iterdir())[:MOST]:
                    if not path.name.startswith("."):
                        yield f"{path}{'/' if path.is_dir() else ''}", "file"
