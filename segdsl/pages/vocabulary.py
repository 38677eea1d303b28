"""The words that a program uses: events, attributes, actions and collections, with their fields and their names in the
data. Of the shipped vocabulary, only what the program touches."""

from collections.abc import Callable, Iterator

from segdsl.pages.conditions import Conditions
from segdsl.pages.document import (
    Block,
    Code,
    Heading,
    Paragraph,
    Phrase,
    Ref,
    Table,
    Word,
    comment,
    joined,
    listed,
    say,
)
from segdsl.pages.names import ANYWHERE
from segdsl.pages.program import Facts, How, Shown
from segdsl.syntax.format_values import quoted
from segdsl.values import limits
from segdsl.values.kinds import Kind

_USES: tuple[tuple[How, str], ...] = (
    ("sets", "Set by"), ("makes", "Made by"), ("does", "Done by"), ("limits", "Limited by"),
    ("reads", "Read by"),
)  # fmt: skip


def vocabulary(facts: Facts) -> Iterator[Block]:
    """The sections of the words that a program uses."""
    yield from _entries(facts, "event", "events", "Events", _event)
    yield from _entries(facts, "attribute", "attributes", "Attributes", _attribute)
    yield from _entries(facts, "action", "actions", "Actions", _action)
    yield from _entries(facts, "collection", "collections", "Collections", _collection)


def _entries(
    facts: Facts, kind: Shown, section: str, title: str, tell: Callable[[Facts, str], Iterator[Block]]
) -> Iterator[Block]:  # fmt: skip
    names = facts.shown(kind)
    if names:
        yield Heading(2, say(title), Ref("section", section))
    for name in names:
        ref = Ref(kind, name)
        yield Heading(3, say(name), ref)
        for paragraph in facts.descriptions.get(ref, ()):
            yield Paragraph(comment(paragraph))
        origin = "Declared in this program." if ref in facts.own else "Ships with segdsl."
        used = [
            say("{}: {}.", said, listed([say("{}", each) for each in facts.who(ref, how)]))
            for how, said in _USES
            if facts.who(ref, how)
        ]
        yield Paragraph(joined([say(origin), *(used or [say("Nothing uses it.")])], " "))
        yield from tell(facts, name)


def _event(facts: Facts, name: str) -> Iterator[Block]:
    event = facts.scope.events[name]
    if event.made_of is not None:
        source = Ref("event", event.made_of)
        yield Paragraph(say("One for each of the {} of {}, with the fields of both.", Word(event.items or ""), source))
    else:
        yield Paragraph(say("In the data: {}.", _wires(name, event.wires)))
    yield from _fields([(each.name, each.kind, each.wires) for each in event.fields.values()], wire=True)


def _attribute(facts: Facts, name: str) -> Iterator[Block]:
    info = facts.scope.attributes[name]
    default = info.default
    yield Paragraph(say("Kind: {}.", kind_text(info.kind)))
    if default is not None:
        yield Paragraph(say("Where nothing is known it is {}.", Conditions(facts.scope).value(default, ANYWHERE)))


def _action(facts: Facts, name: str) -> Iterator[Block]:
    fields = facts.scope.actions[name].fields.values()
    yield from _fields([(each.name, each.kind, ()) for each in fields], wire=False)


def _collection(facts: Facts, name: str) -> Iterator[Block]:
    node = facts.scope.collections[name].node
    said = say("The latest {} for each {}.", Ref("event", node.event.text), Word(node.key.text))
    ends = [
        say(" {} {}.", Ref("event", end.event.text), "takes its item out" if end.kind == "drop" else "takes all out")
        for end in node.ends
    ]
    most = say(" It holds at most {} items: an event that would make one more is refused.", f"{limits.ITEMS:,}")
    yield Paragraph(joined([said, *ends, most], ""))


Row = tuple[str, Kind, tuple[str, ...]]


def _fields(fields: list[Row], *, wire: bool) -> Iterator[Block]:
    rows = [
        (say("{}", Word(name)), say(kind_text(kind)), *([_wires(name.rpartition(" › ")[2], wires)] if wire else []))
        for name, kind, wires in _flat(fields, "")
    ]
    if rows:
        yield Table(("Field", "Kind", "In the data") if wire else ("Field", "Kind"), tuple(rows))


def _flat(fields: list[Row], before: str) -> Iterator[Row]:
    """Fields, those of records behind the field that holds them."""
    for name, kind, wires in fields:
        yield f"{before}{name}", kind, wires
        record = kind.item if kind.name == "list" else kind
        if record is not None and record.name == "record":
            yield from _flat([(each.name, each.kind, each.wires) for each in record.fields], f"{before}{name} › ")


def _wires(name: str, wires: tuple[str, ...]) -> Phrase:
    return listed([say("{}", Code(each)) for each in dict.fromkeys((name, *wires))], "or")


def kind_text(kind: Kind) -> str:
    match kind.name:
        case "text ignoring case":
            return "text, upper and lower case alike"
        case "boolean":
            return "yes or no"
        case "one of":
            return "one of " + ", ".join(quoted(each) for each in kind.choices)
        case "list":
            return "list of records" if kind.item and kind.item.name == "record" else f"list of {kind.item}"
        case _:
            return kind.name
