"""What a page is made of, whatever it is written as: phrases with links in them, and blocks of phrases.

Texts of a program (names, values, comments) are never put into markup here: each format escapes them as it writes.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal

from attrs import field, frozen

RefKind = Literal[
    "segment",
    "activity",
    "rule",
    "promotion",
    "event",
    "attribute",
    "collection",
    "define",
    "action",
    "limit",
    "section",
    "promise",
]


@frozen(order=True)
class Ref:
    """The name of something that may have an entry on the page, to which it then links. Of a rule, `name` is its id."""

    kind: RefKind
    name: str


@frozen
class Word:
    """A name without an entry of its own, such as that of a field."""

    text: str


@frozen
class Quoted:
    """A text value of the program, as the language writes it but for the quotation marks."""

    text: str


@frozen
class Code:
    """What stands so in rules or data."""

    text: str


@frozen
class Strong:
    """What leads a paragraph or an item."""

    parts: tuple["str | Ref | Word | Quoted | Code", ...]


Part = str | Ref | Word | Quoted | Code | Strong
Phrase = tuple[Part, ...]


def say(template: str, *given: Part | Phrase) -> Phrase:
    """A phrase by a template of ours: each `{}` stands for what is given, in order, which is not looked into.

    >>> say("{} is {}", Word("term"), Quoted("{}"))
    (Word(text='term'), ' is ', Quoted(text='{}'))
    """
    pieces = template.split("{}")
    parts: list[Part] = []
    for number, piece in enumerate(pieces):
        _append(parts, piece)
        if number < len(pieces) - 1:
            each = given[number]
            for part in each if isinstance(each, tuple) else (each,):
                _append(parts, part)
    return tuple(parts)


def _append(parts: list[Part], part: Part) -> None:
    if isinstance(part, str) and parts and isinstance(parts[-1], str):
        parts[-1] += part
    elif part != "":
        parts.append(part)


def joined(phrases: Iterable[Phrase], between: str, last: str | None = None) -> Phrase:
    """Phrases in a row; `last` stands before the last one, where it differs."""
    listed = list(phrases)
    parts: list[Part] = []
    for number, each in enumerate(listed):
        if number:
            _append(parts, last if last is not None and number == len(listed) - 1 else between)
        for part in each:
            _append(parts, part)
    return tuple(parts)


def listed(phrases: Iterable[Phrase], word: str = "and") -> Phrase:
    """`a, b and c`."""
    return joined(phrases, ", ", f" {word} ")


def comment(text: str) -> Phrase:
    """A comment of the rules; what stands between back-ticks in it is code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return (text,)
    return tuple(Code(each) if number % 2 else each for number, each in enumerate(pieces) if each)


def strong(*phrase: Part) -> Strong:
    return Strong(tuple(part for part in phrase if not isinstance(part, Strong)))


def capital(phrase: Phrase) -> Phrase:
    """With a capital where it begins with words of ours."""
    if phrase and isinstance(phrase[0], str):
        return (phrase[0][:1].upper() + phrase[0][1:], *phrase[1:])
    return phrase


# -------------------------------------------------------------------------------------------------------------- blocks


@frozen
class Heading:
    """`level` 2 is a section, 3 an entry. `target` is what links to this place mean."""

    level: int
    text: Phrase
    target: Ref


@frozen
class Paragraph:
    text: Phrase
    target: Ref | None = None


@frozen
class Item:
    text: Phrase
    inner: "Listing | None" = None


@frozen
class Listing:
    items: tuple[Item, ...]
    ordered: bool = False


@frozen
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[Phrase, ...], ...]


Block = Heading | Paragraph | Listing | Table


@frozen
class Document:
    """A page. `anchors` are the ids of the places that are linked to, `labels` what a link is called where that is not
    the name."""

    title: str
    blocks: tuple[Block, ...]
    anchors: Mapping[Ref, str]
    labels: Mapping[Ref, str] = field(factory=dict)

    def label(self, ref: Ref) -> str:
        return self.labels.get(ref, ref.name)


def plain(phrase: Phrase, labels: Mapping[Ref, str] | None = None) -> str:
    """A phrase without links and marks."""
    parts: list[str] = []
    for part in phrase:
        match part:
            case str():
                parts.append(part)
            case Ref():
                parts.append((labels or {}).get(part, part.name))
            case Quoted(text):
                parts.append(f"“{text}”")
            case Word(text) | Code(text):
                parts.append(text)
            case Strong(inner):
                parts.append(plain(inner, labels))
    return "".join(parts)


def anchored(targets: Iterable[Ref]) -> dict[Ref, str]:
    """An id for each target: its kind and its name, so that a link stays good while the name does. Of names that would
    give the same id each gets a mark of its own, which depends on nothing but the name."""
    slugs: dict[str, list[Ref]] = {}
    for target in dict.fromkeys(targets):
        words = re.findall(r"\w+", target.name.casefold())
        slugs.setdefault("-".join([target.kind, *words]), []).append(target)
    found: dict[Ref, str] = {}
    for slug, meant in slugs.items():
        for target in meant:
            alone = len(meant) == 1 and slug != target.kind
            found[target] = (
                slug if alone else f"{slug}--{sha256(target.name.encode('utf-8', 'replace')).hexdigest()[:8]}"
            )
    return found
