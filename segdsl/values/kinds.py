"""The kinds of value the language has (language.md section 2)."""

from __future__ import annotations

from attrs import field, frozen


@frozen
class Kind:
    """A kind of value. `name` is the language's own word; `choices` belong to `one of`, `item` to `list of`,
    `fields` (name, kind, wire names) to records."""

    name: str
    choices: tuple[str, ...] = ()
    item: Kind | None = None
    fields: tuple[RecordField, ...] = ()

    def __str__(self) -> str:
        match self.name:
            case "one of":
                return "one of (" + ", ".join(f'"{c}"' for c in self.choices) + ")"
            case "list":
                return f"list of {self.item}"
            case "record":
                return "record"
        return self.name

    @property
    def is_text(self) -> bool:
        return self.name in ("text", "text ignoring case", "one of")

    @property
    def is_ordered(self) -> bool:
        return self.name in ("number", "date", "instant", "duration", "time of day")

    def takes(self, other: Kind) -> bool:
        """Whether a value of another kind may stand for one of this: all texts take each other; a record, and so a list
        of records, takes one that has fewer fields (the others are not known), but none that it has not."""
        if self == other or (self.is_text and other.is_text and self.name != "one of"):
            return True
        if self.item is not None and other.item is not None:
            return self.item.takes(other.item)
        if self.name == other.name == "record":
            own = {each.name: each.kind for each in self.fields}
            return all(each.name in own and own[each.name].takes(each.kind) for each in other.fields)
        return False


@frozen
class RecordField:
    """A field of an event or a record: its name in the language, its kind, and the names it may have on the wire, which
    make it no other kind."""

    name: str
    kind: Kind
    wires: tuple[str, ...] = field(default=(), eq=False)


TEXT = Kind("text")
FOLDED = Kind("text ignoring case")
NUMBER = Kind("number")
BOOLEAN = Kind("boolean")
DATE = Kind("date")
INSTANT = Kind("instant")
DURATION = Kind("duration")
TIME_OF_DAY = Kind("time of day")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY = Kind("one of", WEEKDAYS)
ERROR = Kind("?")
"""The kind of what could not be understood: later checks pass over it silently."""

SIMPLE = {k.name: k for k in (TEXT, FOLDED, NUMBER, BOOLEAN, DATE, INSTANT, DURATION)}
